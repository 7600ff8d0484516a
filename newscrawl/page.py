"""Reading a page: bytes and an address in, an article out, or a refusal that says why. No network, no Scrapy."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, cast

from lxml import etree

from newscrawl.body import Block, Reading, read_blocks, squash
from newscrawl.charset import as_utf8
from newscrawl.general import general_reading, is_strange
from newscrawl.items import Article, Raw
from newscrawl.layout import choose, every, find, first
from newscrawl.markup import attributes
from newscrawl.pictures import best_picture
from newscrawl.settings import READING
from newscrawl.site import Cut, Layout, Site, load_site
from newscrawl.urls import Address, address, is_web_url, resolve, short_hash

TEXT = etree.XPath("descendant::text()[not(parent::script or parent::style)]")
Meta = Mapping[str, tuple[str, ...]]
SAVED_FROM = re.compile(rb"<!--\s*saved from url=(?:\(\d+\))?(\S+?)\s*-->")


class Refused(ValueError):
    """A page that gives no article. `reason` is one word (`docs/contract.md`), `detail` a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Doubt:
    """What to do about pages that the site's designs may not fit; both need the general extractor.

    `canary` flags a page whose text differs strongly from what the general extractor sees; `fallback` reads a page of
    no known design with it, and marks it so.
    """

    canary: bool = False
    fallback: bool = False


def extract(
    html: bytes,
    url: str = "",
    site: Site | str = "sina_finance",
    doubt: Doubt = Doubt(),
) -> Article:
    """The article of a page.

    `html` is the page as it was served, `url` where it stood (empty: the page's own canonical address is taken).
    Raises Refused when the page holds no article; nothing is ever half read.
    """
    article = normalised(read(html, url, load_site(site) if isinstance(site, str) else site, doubt))
    if not article.text and not article.images:
        raise Refused("no_text", "the container holds only boilerplate")
    return article


@functools.cache
def reading_stages() -> tuple[Any, ...]:
    """The pipelines that normalise a page, made once; named in the settings, since the engine imports none."""
    paths = (path.rpartition(".") for path in READING)
    return tuple(getattr(import_module(module), name)() for module, _, name in paths)


def normalised(article: Article) -> Article:
    """An article after all stages. A stage reads `raw` and fills its own fields, so a second time changes nothing."""
    for stage in reading_stages():
        article = stage.process_item(article)
    return article


def read(html: bytes, url: str, site: Site, doubt: Doubt = Doubt()) -> Article:
    """The page's own words, unnormalised: what the spider hands to the pipelines. Raises Refused as `extract` does."""
    page, _ = as_utf8(html)
    root = parse(page)
    meta = read_meta(root)
    own = canonical_address(url if is_web_url(url) else saved_from(html), meta, root, site)
    chosen = choose(root, site.layouts)
    if chosen is None:
        refused = refusal(root, own.url, site) or Refused("unknown_layout", "no page design of this site fits the page")
        raw = raw_by_general(page, root, meta, own, site) if doubt.fallback else None
        if raw is None or refused.reason != "unknown_layout":
            raise refused
    else:
        raw = raw_by_layout(page, root, meta, own, site, *chosen)
        if doubt.canary and is_strange(page, "\n".join(line.text for block in raw.blocks for line in block.lines)):
            raw = replace(raw, flags=("strange_text",))
    return Article.of(raw, own.url, docid(own, meta, root, site))


def raw_by_layout(
    page: bytes,
    root: etree._Element,
    meta: Meta,
    own: Address,
    site: Site,
    layout: Layout,
    title: etree._Element,
    container: etree._Element,
) -> Raw:
    """What a page of a known design says. Raises Refused when its container holds nothing."""
    blocks = blocks_of(container, own.url, site)
    if not blocks:
        raise refusal(root, own.url, site) or Refused("no_text", "the container is empty")
    head = first(root, layout.head) if layout.head else root
    crumbs = every(root, layout.breadcrumb) if own.channel in ("", *site.channel_unknown) else ()  # a scan of 0.2 ms
    date = first(head, layout.date) if layout.date else head if layout.head else None
    return Raw(
        site=site,
        layout=layout,
        address=own,
        title=words(title),
        date=words(date),
        source=words(first(head, layout.source)),
        byline=" ".join(map(words, every(head, layout.byline))),
        editor=words(first(root, layout.editor)),
        breadcrumb=tuple((squash(words(link)), link.get("href", "")) for link in crumbs),
        meta=meta,
        blocks=tuple(blocks),
        stocks=stocks_of(container, site),
        containers=(container,),
        fingerprint=fingerprint(title, date, container),
        further=further_pages(root, page, own, site),
    )


def raw_by_general(page: bytes, root: etree._Element, meta: Meta, own: Address, site: Site) -> Raw | None:
    """What the general extractor sees on a page of no known design, marked as such; None when it sees nothing."""
    title, date, blocks = general_reading(page)
    if not blocks:
        return None
    return Raw(
        site=site,
        layout=Layout("general", "", ""),
        address=own,
        title=title,
        date=date,
        source="",
        byline="",
        editor="",
        breadcrumb=(),
        meta=meta,
        blocks=tuple(blocks),
        stocks=(),
        containers=(root,),
        flags=("general_reading",),
    )


def fingerprint(*elements: etree._Element | None) -> str:
    """A short name for the structure around elements: tags, ids and classes of them and all that they stand in.

    It is the same for all articles of a design, and another one as soon as the frame of headline, date or body changes.
    """
    chains = (
        "/".join(f"{at.tag}#{at.get('id', '')}.{at.get('class', '')}" for at in (element, *element.iterancestors()))
        for element in elements
        if element is not None
    )
    return short_hash(" ".join(chains))


DOCID = re.compile(r"[a-z0-9-]{1,64}")  # it becomes a file's name, so nothing else may


def docid(own: Address, meta: Meta, root: etree._Element, site: Site) -> str:
    """The article's id: of its URL, else the last number of its id (`31,1,18372262`) in a meta or comment."""
    if own.docid:
        return own.docid
    found = next(iter(meta.get(site.docid_meta, ())), "").rpartition(",")[2]
    if not found:
        comments = (comment.text or "" for comment in FIRST_COMMENTS(root))
        found = next((match[1] for text in comments if (match := re.search(site.docid_comment, text))), "")
    return site.prefix + found if DOCID.fullmatch(found) else ""


FIRST_COMMENTS = find("preceding-sibling::comment() | descendant::comment()[position() < 9]")


def further_pages(root: etree._Element, page: bytes, own: Address, site: Site) -> tuple[str, ...]:
    """The addresses of the article's other pages (`…_2.shtml`, `…-2.html`) that this one links, in order."""
    if not own.did or not re.search(rb"%b[^0-9]\d{1,3}\." % own.did.encode(), page):
        return ()
    found: dict[int, str] = {}
    for link in root.iter("a"):
        url = resolve(link.get("href", ""), own.url, secure=secured(link.get("href", ""), own.url, site))
        other = address(url, site) if own.did in url else own
        if other.key == own.key and other.page > 1:
            found.setdefault(other.page, url)
    return tuple(url for _, url in sorted(found.items()))


def join(first: Article, second: Article) -> Article:
    """An article and its next page as one: the first one's head, both bodies."""
    one, two = first.raw, second.raw
    raw = replace(
        one,
        blocks=(*one.blocks, *two.blocks),
        stocks=tuple(dict.fromkeys((*one.stocks, *two.stocks))),
        containers=(*one.containers, *two.containers),
        further=tuple(dict.fromkeys((*one.further, *two.further))),
    )
    joined = Article.of(raw, first.url, first.docid)
    joined.lease, joined.captures = first.lease, (*first.captures, *second.captures)
    return joined


PARSER = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=False)
EMPTY = b"<html></html>"


def parse(page: bytes) -> etree._Element:
    """The tree of a page in UTF-8. A page of nothing is an empty tree."""
    try:
        root = etree.fromstring(page, PARSER)
    except etree.XMLSyntaxError:  # nothing in it that libxml2 calls a document
        root = None
    return etree.fromstring(EMPTY, PARSER) if root is None else root


def read_meta(root: etree._Element) -> Meta:
    """The page's metas by name or property, empty ones left out."""
    meta: dict[str, tuple[str, ...]] = {}
    for element in root.iter("meta"):
        name = element.get("name") or element.get("property")
        content = element.get("content", "").strip()
        if name and content:
            meta[name] = (*meta.get(name, ()), content)
    return meta


def saved_from(html: bytes) -> str:
    """The address that a browser wrote into a saved page, if it did.

    >>> saved_from(b"<!-- saved from url=(0021)https://finance.sina/x -->")
    'https://finance.sina/x'
    """
    match = SAVED_FROM.search(html[:4096])
    url = match[1].decode("utf-8", "ignore") if match else ""
    return url if is_web_url(url) else ""


def canonical_address(url: str, meta: Meta, root: etree._Element, site: Site) -> Address:
    """Where the article stands: the page's own `og:url` when it names the same article or the given URL names none.

    A template's left-over og:url never replaces an address that was really fetched.
    """
    given = address(url, site) if url else None
    if given and given.is_article and given.docid and not meta.get("og:url"):
        return given
    link = first(root, 'link[rel="canonical"]')
    for own in (*meta.get("og:url", ()), *([link.get("href", "")] if link is not None else [])):
        found = address(resolve(own, url, secure=False), site)
        known = re.sub(r"^https?://|[:/].*$", "", found.url) in site.hosts
        if known and found.is_article and (given is None or not given.is_article or given.key == found.key):
            return found
    return given or Address("", "")


def refusal(root: etree._Element, url: str, site: Site) -> Refused | None:
    """Why a page without an article is none, by the site's own list."""
    title = squash(words(first(root, "title")))
    for rule in site.refusals:
        if (
            (rule.url and re.search(rule.url, url))
            or (rule.title and re.search(rule.title, title))
            or (rule.css and first(root, rule.css) is not None)
        ):
            return Refused(rule.reason, rule.why)
    return None


def blocks_of(container: etree._Element, base: str, site: Site) -> list[Block]:
    """What the container says, without the elements that the site file cuts."""
    rules = site.boilerplate

    def picture(element: etree._Element) -> str:
        src = best_picture(attributes(element), site)
        return resolve(src, base, secure=secured(src, base, site))

    def link(href: str) -> str:
        return resolve(href, base, secure=secured(href, base, site))

    how = Reading(
        picture,
        link,
        cut=frozenset(every(container, combined(rules.cut)) + xpath(container, rules.cut)),
        unwrap=frozenset(every(container, combined(rules.unwrap))),
        captions=frozenset(every(container, site.captions)),
        continues=re.compile(rules.continues),
        ends=re.compile(rules.ends),
        begins=re.compile(rules.begins),
        styles=site.style_attributes,
    )
    return read_blocks(container, how)


@functools.cache
def combined(rules: tuple[Cut, ...]) -> str:
    """The rules' selectors as one: a single pass finds what any of them does."""
    return ", ".join(rule.css for rule in rules if rule.css)


def xpath(container: etree._Element, rules: tuple[Cut, ...]) -> list[etree._Element]:
    """The elements that rules name by XPath, for what CSS cannot say (words, neighbours)."""
    return [element for rule in rules if rule.xpath for element in find(rule.xpath)(container)]


def secured(url: str, base: str, site: Site) -> bool:
    """Whether an address becomes https: not on a host that only the user's site file names (a test server).

    And none where the site itself is read over http.
    """
    place = re.sub(r"^(?:https?:)?//|[/?#].*$", "", url if "//" in url else base)
    host = place.partition(":")[0]
    return site.scheme == "https" and (host in site.https_hosts or not {host, place} & set(site.hosts))


def words(element: etree._Element | None) -> str:
    """All text in an element that a reader sees, as it stands there; empty for None."""
    return "" if element is None else "".join(cast("list[str]", TEXT(element)))


def stocks_of(container: etree._Element, site: Site) -> tuple[str, ...]:
    """Codes of the securities the page links (`sz300750`, `usstock_JPM`), each once, in the page's order."""
    codes = [span.get("id", "").removeprefix(site.stock_prefix) for span in every(container, site.stock_spans)]
    for comment in container.iter(etree.Comment):
        if match := re.search(site.stock_comment, comment.text or ""):
            prefix = f"{match['market']}_".removeprefix(site.stock_prefix)
            codes += [f"{prefix}{code}" for code in match["codes"].split("&") if code]
    return tuple(dict.fromkeys(codes))
