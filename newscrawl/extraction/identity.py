"""The identity of an article: its id, its canonical address and its further pages."""

import re
from collections.abc import Collection, Iterator

from lxml import etree

from newscrawl.extraction.dom import Meta, base_of
from newscrawl.extraction.headline import LONG_ENOUGH, letters, without_tags
from newscrawl.extraction.layouts import select_first
from newscrawl.extraction.selectors import compile_xpath
from newscrawl.sites.model import Site
from newscrawl.sites.urls import (
    Address,
    address,
    becomes_https,
    is_allowed,
    is_web_url,
    plain_id,
    resolve,
    split_url,
)

# How a page's URL is written into it when it is saved (by browsers, SingleFile, WebScrapBook, HTTrack), and what is
# left out of it.
SAVED_FROM = (
    (re.compile(rb"<!--\s*saved from url=(?:\(\d+\))?(\S+?)\s*-->"), ""),
    (re.compile(rb"<!--\s*Page saved with SingleFile\s+url:\s*(\S+)"), ""),
    (re.compile(rb"""<html\b[^<>]*\sdata-scrapbook-source=["']?([^\s"'>]+)"""), ""),
    (re.compile(rb"<!--\s*Mirrored from (\S+) by HTTrack "), "http://"),
)

PARTS = re.compile("[?#].*")  # of an address: a link to a page's comments names the page, too
WAYBACK = re.compile(r"https?://web\.archive\.org/web/\d++\w*+/(?=https?://)")  # before the address of an archived page
DOCID = re.compile(r"[a-z0-9-]{1,64}")  # it becomes part of a file name, so no other character is allowed


def docid(own: Address, meta: Meta, root: etree._Element, site: Site) -> str:
    """Returns the article's id: from its URL, else the last number of `31,1,18372262` in a meta or comment; else ''."""
    if own.docid:
        return own.docid
    found = next(iter(meta.get(site.docid_meta, ())), "").rpartition(",")[2]
    if not found:
        comments = (comment.text or "" for comment in FIRST_COMMENTS(root))
        found = next((match[1] for text in comments if (match := re.search(site.docid_comment, text))), "")
    found = plain_id(found)
    return site.prefix + found if DOCID.fullmatch(found) else ""


CANONICAL = compile_xpath("head/link[@rel='canonical']")
FIRST_COMMENTS = compile_xpath("preceding-sibling::comment() | descendant::comment()[position() < 9]")


def further_pages(root: etree._Element, page: bytes, own: Address, site: Site) -> tuple[str, ...]:
    """Returns the addresses of the article's other pages that this page links, in order.

    They are called `…_2.shtml`, `…-2.html` or `…-p2.shtml`.
    """
    name = own.did or own.docid.removeprefix(site.prefix)
    if not name or not re.search(rb"%b[-_]p?\d{1,3}\." % name.encode(), page):
        return ()
    found: dict[int, str] = {}
    base = base_of(root, own.url)
    for link in root.iter("a"):
        url = resolve(link.get("href", ""), base, secure=becomes_https(link.get("href", ""), base, site))
        other = address(url, site) if name in url else None
        if other and other.key == own.key and other.page > 1 and is_here(url, own, site):
            found.setdefault(other.page, PARTS.sub("", url))
    return tuple(url for _, url in sorted(found.items()))


def is_here(url: str, own: Address, site: Site) -> bool:
    """Whether an address is on a host of the site's, or on that of the article: a page may link pages on any host."""
    return is_allowed(url, site) or split_url(url).netloc == split_url(own.url).netloc


def saved_page_url(html: bytes) -> str:
    """Returns the address that a browser wrote into a page when it saved it; empty when there is none.

    >>> saved_page_url(b"<!-- saved from url=(0021)https://finance.sina/x -->")
    'https://finance.sina/x'
    >>> saved_page_url(b"<html><!--\\n Page saved with SingleFile \\n url: https://finance.sina/x \\n -->")
    'https://finance.sina/x'
    >>> saved_page_url(b"<!-- Mirrored from finance.sina/x by HTTrack Website Copier/3.x -->")
    'http://finance.sina/x'
    """
    for pattern, before in SAVED_FROM:
        match = pattern.search(html[:4096])
        url = before + match[1].decode("utf-8", "ignore").replace("&amp;", "&") if match else ""
        url = WAYBACK.sub("", url)
        if is_web_url(url):
            return url
    return ""


def canonical_address(url: str, meta: Meta, root: etree._Element, site: Site) -> Address:
    """Returns the article's canonical address: the page's own when it names the same article or `url` names none.

    The page's own address is `og:url`, else the canonical link. A wrong `og:url`, left over from a template, never
    replaces the address that was fetched.
    """
    given = address(url, site) if url else None
    if given and given.is_article and given.docid and not meta.get("og:url"):
        return given
    for found in own_addresses(url, meta, root, site, site.hosts):
        if given is None or not given.is_article or given.key == found.key:
            return found
    return given or Address("", "")


def claimed_address(own: Address, meta: Meta, root: etree._Element, site: Site) -> Address | None:
    """Returns the address of another article that a page says is its own; None if there is none.

    It may be left over from a template, or the page may be another article's, from a cache that mixes them up.
    """
    given = [*meta.get("og:url", ()), *(link.get("href", "") for link in CANONICAL(root))]
    if not own.is_article or all(url.partition("//")[2] == own.url.partition("//")[2] for url in given):
        return None  # mostly, and to find this out by the addresses would take 20 µs
    hosts = (*site.hosts, *site.https_hosts)  # a mirror has the site's own addresses in its pages
    return next((found for found in own_addresses(own.url, meta, root, site, hosts) if found.key != own.key), None)


def own_addresses(url: str, meta: Meta, root: etree._Element, site: Site, hosts: Collection[str]) -> Iterator[Address]:
    """Yields the addresses of articles on some hosts that a page says are its own."""
    link, base = select_first(root, 'link[rel="canonical"]'), base_of(root, url)
    for own in (*meta.get("og:url", ()), *([link.get("href", "")] if link is not None else [])):
        found = address(resolve(own, base, secure=False), site)
        if found.is_article and re.sub(r"(?s)^https?://|[:/].*", "", found.url) in hosts:
            yield found


def is_other_article(title: str, expected: str, known: str) -> bool:
    """Returns whether a page that claims another article's address is that article, by its title.

    `expected` is the title that the list gives the article that was asked for, `known` that of the article that the
    page claims to be; empty where they are not known. Lists shorten titles, and put words before them.

    >>> is_other_article("乙", expected="甲", known=""), is_other_article("快讯：甲乙", expected="甲乙", known="")
    (True, False)
    >>> is_other_article("乙", expected="", known="乙"), is_other_article("乙", expected="", known="")
    (True, False)
    """
    if expected:
        return not is_same_title(title, expected)
    return bool(known) and is_same_title(title, known)


def is_same_title(one: str, other: str) -> bool:
    """Returns whether two titles name the same article: their letters and digits are the same, or most in one another.

    A tag at the end of a title is no part of it.

    >>> is_same_title("“甲”上涨 3%", "甲 上涨3%…"), is_same_title("第1号", "第8号"), is_same_title("文章", "第8号文章")
    (True, False, False)
    """
    first, second = (letters(without_tags(text)) for text in (one, other))
    short, long = sorted((first, second), key=len)
    return bool(short) and short in long and (len(short) >= LONG_ENOUGH or 2 * len(short) >= len(long))
