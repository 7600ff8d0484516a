"""The identity of an article: its id, its canonical address and its further pages."""

import re

from lxml import etree

from newscrawl.extraction.dom import Meta
from newscrawl.extraction.layouts import compile_xpath, select_first
from newscrawl.sites.model import Site
from newscrawl.sites.urls import Address, address, becomes_https, is_web_url, resolve

SAVED_FROM = re.compile(rb"<!--\s*saved from url=(?:\(\d+\))?(\S+?)\s*-->")


DOCID = re.compile(r"[a-z0-9-]{1,64}")  # it becomes part of a file name, so no other character is allowed


def docid(own: Address, meta: Meta, root: etree._Element, site: Site) -> str:
    """Returns the article's id: from its URL, else the last number of `31,1,18372262` in a meta or comment; else ''."""
    if own.docid:
        return own.docid
    found = next(iter(meta.get(site.docid_meta, ())), "").rpartition(",")[2]
    if not found:
        comments = (comment.text or "" for comment in FIRST_COMMENTS(root))
        found = next((match[1] for text in comments if (match := re.search(site.docid_comment, text))), "")
    return site.prefix + found if DOCID.fullmatch(found) else ""


FIRST_COMMENTS = compile_xpath("preceding-sibling::comment() | descendant::comment()[position() < 9]")


def further_pages(root: etree._Element, page: bytes, own: Address, site: Site) -> tuple[str, ...]:
    """Returns the addresses of the article's other pages (`…_2.shtml`, `…-2.html`) that this page links, in order."""
    if not own.did or not re.search(rb"%b[^0-9]\d{1,3}\." % own.did.encode(), page):
        return ()
    found: dict[int, str] = {}
    for link in root.iter("a"):
        url = resolve(link.get("href", ""), own.url, secure=becomes_https(link.get("href", ""), own.url, site))
        other = address(url, site) if own.did in url else own
        if other.key == own.key and other.page > 1:
            found.setdefault(other.page, url)
    return tuple(url for _, url in sorted(found.items()))


def saved_page_url(html: bytes) -> str:
    """Returns the address that a browser wrote into a saved page; empty when there is none.

    >>> saved_page_url(b"<!-- saved from url=(0021)https://finance.sina/x -->")
    'https://finance.sina/x'
    """
    match = SAVED_FROM.search(html[:4096])
    url = match[1].decode("utf-8", "ignore") if match else ""
    return url if is_web_url(url) else ""


def canonical_address(url: str, meta: Meta, root: etree._Element, site: Site) -> Address:
    """Returns the article's canonical address: the page's own when it names the same article or `url` names none.

    The page's own address is `og:url`, else the canonical link. A wrong `og:url`, left over from a template, never
    replaces the address that was fetched.
    """
    given = address(url, site) if url else None
    if given and given.is_article and given.docid and not meta.get("og:url"):
        return given
    link = select_first(root, 'link[rel="canonical"]')
    for own in (*meta.get("og:url", ()), *([link.get("href", "")] if link is not None else [])):
        found = address(resolve(own, url, secure=False), site)
        known = re.sub(r"^https?://|[:/].*$", "", found.url) in site.hosts
        if known and found.is_article and (given is None or not given.is_article or given.key == found.key):
            return found
    return given or Address("", "")
