"""Reads a page: takes bytes and an address, returns an article or raises Refused. No network, no Scrapy."""

import functools
import re
from dataclasses import dataclass, replace

from lxml import etree

from newscrawl.answers.model import CUT_OFF, Answer, saved_page, why_cut
from newscrawl.errors import Refused
from newscrawl.extraction.article import Article, Raw
from newscrawl.extraction.blocks import Block, collapse_space
from newscrawl.extraction.canary.signals import is_strange
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.dom import Meta, parse, read_meta, text_content
from newscrawl.extraction.fallback import extract_with_fallback
from newscrawl.extraction.half import NO_END, ends_within, needs_whole
from newscrawl.extraction.identity import canonical_address, claimed_address, docid, further_pages, saved_page_url
from newscrawl.extraction.images import best_image_url
from newscrawl.extraction.layouts import choose_layout, compile_xpath, select_all, select_first
from newscrawl.extraction.markup import attributes
from newscrawl.extraction.moved import target_of
from newscrawl.extraction.stages import normalise
from newscrawl.extraction.walk import WalkRules, read_blocks
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Cut, Layout, Site
from newscrawl.sites.urls import Address, becomes_https, is_web_url, resolve, short_hash

UNKNOWN, BROKEN = "unknown_layout", "broken"


@dataclass(frozen=True, slots=True)
class FallbackPolicy:
    """What to do with pages that the site's designs may not fit. Both options need the general extractor.

    `canary` flags a page on which the text that was read looks wrong to who does not know the design (`strange_text`).
    `fallback` reads a page of unknown design with the general extractor and flags it (`general_reading`).
    """

    canary: bool = False
    fallback: bool = False


def extract(
    html: bytes,
    url: str = "",
    site: Site | str = "sina_finance",
    policy: FallbackPolicy = FallbackPolicy(),
    *,
    charset: str = "",
    truncated: str = "",
) -> Article:
    """Returns the article of a saved page.

    `html` is the page as it was served, `url` its address; without one, the page's own canonical address is used.
    `charset` is what its Content-Type named, `truncated` why it is known to be cut off. A page that is cut off is read
    as far as it goes, and flagged (`cut_off`).

    Raises Refused when the page holds no article, SiteError for an unusable site file, and NotInstalled when `policy`
    needs trafilatura and it is not installed. There are no partial results.
    """
    loaded = load_site(site) if isinstance(site, str) else site
    article = normalise(read_page(saved_page(html, charset, truncated), url, loaded, policy, half=True))
    if not article.text and not article.images:
        raise Refused("no_text", "the container holds only boilerplate")
    return article


def read_page(
    answer: Answer, url: str, site: Site, policy: FallbackPolicy = FallbackPolicy(), *, half: bool = False
) -> Article:
    """Returns the article that the spider hands to the pipelines: `raw` is filled, nothing is normalised.

    A page that is cut off is refused as `broken`; with `half` it is read as far as it goes, and flagged (`cut_off`).
    Raises Refused and NotInstalled as `extract` does.
    """
    page, _ = as_utf8(answer.body, answer.charset)
    why = why_cut(replace(answer, body=page))
    try:
        article = read_tree(page, parse(page), url if is_web_url(url) else saved_page_url(answer.body), site, policy)
    except Refused as refused:
        if not half and ((why and not refused.by_url) or needs_whole(refused, page)):
            # What half a page is, or lacks, is for a whole one to say.
            raise Refused(BROKEN, f"the answer {why}" if why else NO_END) from refused
        raise
    cut = f"the answer {why}" if why else ends_within(article.raw, page)
    if cut and not half:
        raise Refused(BROKEN, cut)
    if cut:
        article.raw = replace(article.raw, flags=(*article.raw.flags, CUT_OFF))
    return article


def read_tree(page: bytes, root: etree._Element, url: str, site: Site, policy: FallbackPolicy) -> Article:
    """Returns the article of a page (UTF-8) and its tree. Raises Refused and NotInstalled as `extract` does."""
    meta = read_meta(root)
    own = canonical_address(url, meta, root, site)
    chosen = choose_layout(root, site.layouts)
    if chosen is None:
        why = "no page design of this site fits the page" if page.strip() else "the page is empty"
        refused = find_refusal(root, own.url, site) or nothing_in(root, own.url, UNKNOWN, why)
        raw = raw_by_fallback(page, root, meta, own, site) if policy.fallback else None
        if raw is None or refused.reason != UNKNOWN:
            raise refused
    else:
        raw = raw_by_layout(page, root, meta, own, site, *chosen)
        if policy.canary and is_strange(page, raw):
            raw = replace(raw, flags=("strange_text",))
    if claimed := claimed_address(own, meta, root, site):
        raw = replace(raw, claimed=claimed, flags=(*raw.flags, "other_address"))
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
    """Returns the content of a page of a known design. Raises Refused when its container is empty."""
    blocks = read_container(container, own.url, site)
    if not blocks:
        raise find_refusal(root, own.url, site) or nothing_in(root, own.url, "no_text", "the container is empty")
    head = select_first(root, layout.head) if layout.head else root
    crumbs = select_all(root, layout.breadcrumb) if own.channel in ("", *site.channel_unknown) else ()  # takes 0.2 ms
    date = select_first(head, layout.date) if layout.date else head if layout.head else None
    return Raw(
        site=site,
        layout=layout,
        address=own,
        title=text_content(title),
        date=text_content(date),
        source=text_content(select_first(head, layout.source)),
        byline=" ".join(map(text_content, select_all(head, layout.byline))),
        editor=text_content(select_first(root, layout.editor)),
        breadcrumb=tuple((collapse_space(text_content(link)), link.get("href", "")) for link in crumbs),
        meta=meta,
        blocks=tuple(blocks),
        stocks=stocks_of(container, site),
        containers=(container,),
        fingerprint=fingerprint(title, date, container),
        further=further_pages(root, page, own, site),
    )


def raw_by_fallback(page: bytes, root: etree._Element, meta: Meta, own: Address, site: Site) -> Raw | None:
    """Returns the general extractor's content of a page of unknown design, flagged; None when it finds no text."""
    title, date, blocks = extract_with_fallback(page)
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
    """Returns a hash of the structure around elements: tags, ids and classes of the elements and their ancestors.

    It is the same for all articles of a design and changes when the markup around headline, date or body changes.
    """
    chains = (
        "/".join(
            f"{each.tag}#{each.get('id', '')}.{each.get('class', '')}" for each in (element, *element.iterancestors())
        )
        for element in elements
        if element is not None
    )
    return short_hash(" ".join(chains))


def nothing_in(root: etree._Element, url: str, reason: str, why: str) -> Refused:
    """Returns what is to be said of a page without an article that no rule knows: it leads elsewhere, or `reason`."""
    target = target_of(root, url)
    return Refused("moved", f"it leads to {target}", target=target) if target else Refused(reason, why)


def find_refusal(root: etree._Element, url: str, site: Site) -> Refused | None:
    """Returns the first refusal rule of the site file that fits a page without an article; None when none fits."""
    title = collapse_space(text_content(select_first(root, "title")))
    for rule in site.refusals:
        by_url = bool(rule.url and re.search(rule.url, url))
        if (
            by_url
            or (rule.title and re.search(rule.title, title))
            or (rule.css and select_first(root, rule.css) is not None)
        ):
            return Refused(rule.reason, rule.why, by_rule=True, by_url=by_url)
    return None


def read_container(container: etree._Element, base: str, site: Site) -> list[Block]:
    """Returns the blocks of a container without the elements that the site file cuts."""
    rules = site.boilerplate

    def picture(element: etree._Element) -> str:
        src = best_image_url(attributes(element), site)
        return resolve(src, base, secure=becomes_https(src, base, site))

    def link(href: str) -> str:
        return resolve(href, base, secure=becomes_https(href, base, site))

    walk_rules = WalkRules(
        picture,
        link,
        cut=frozenset(select_all(container, joined_selectors(rules.cut)) + select_by_xpath(container, rules.cut)),
        unwrap=frozenset(select_all(container, joined_selectors(rules.unwrap))),
        captions=frozenset(select_all(container, site.captions)),
        continues=re.compile(rules.continues),
        ends=re.compile(rules.ends),
        begins=re.compile(rules.begins),
        styles=site.style_attributes,
    )
    return read_blocks(container, walk_rules)


@functools.cache
def joined_selectors(rules: tuple[Cut, ...]) -> str:
    """Returns the rules' CSS selectors joined to one, so that a single pass finds all elements."""
    return ", ".join(rule.css for rule in rules if rule.css)


def select_by_xpath(container: etree._Element, rules: tuple[Cut, ...]) -> list[etree._Element]:
    """Returns the elements that rules select by XPath, which can test text and neighbours as CSS cannot."""
    return [element for rule in rules if rule.xpath for element in compile_xpath(rule.xpath)(container)]


def stocks_of(container: etree._Element, site: Site) -> tuple[str, ...]:
    """Returns the codes of the securities that the page links (`sz300750`, `usstock_JPM`), each once, in order."""
    codes = [span.get("id", "").removeprefix(site.stock_prefix) for span in select_all(container, site.stock_spans)]
    for comment in container.iter(etree.Comment):
        if match := re.search(site.stock_comment, comment.text or ""):
            prefix = f"{match['market']}_".removeprefix(site.stock_prefix)
            codes += [f"{prefix}{code}" for code in match["codes"].split("&") if code]
    return tuple(dict.fromkeys(codes))
