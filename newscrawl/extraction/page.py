"""Reads a page: takes bytes and an address, returns an article or raises Refused. No network, no Scrapy."""

import re
from dataclasses import dataclass, replace
from functools import partial

from lxml import etree

from newscrawl.answers.decode import LARGEST_PAGE
from newscrawl.answers.model import CUT_OFF, Answer, saved_page, why_cut
from newscrawl.deadline import in_time
from newscrawl.errors import Refused
from newscrawl.extraction import limits
from newscrawl.extraction.article import UNPROVEN, Article, Raw
from newscrawl.extraction.blocks import Block, collapse_space
from newscrawl.extraction.bounds import BYLINE, DATE, EDITOR, TITLE, bounded
from newscrawl.extraction.briefs import find_brief, headline_in, subject_of
from newscrawl.extraction.canary.signals import is_strange
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.crumbs import read_crumbs
from newscrawl.extraction.dates import read_date
from newscrawl.extraction.dom import Meta, base_of, parse, read_meta, shown_text, text_content
from newscrawl.extraction.fallback import extract_with_fallback
from newscrawl.extraction.half import NO_END, ends_within, needs_whole
from newscrawl.extraction.headline import headline_of, without_tags
from newscrawl.extraction.identity import canonical_address, claimed_address, docid, further_pages, saved_page_url
from newscrawl.extraction.images import best_image_url, frame_pictures, picture_values
from newscrawl.extraction.kinds import too_large
from newscrawl.extraction.layouts import (
    choose_layout,
    container_of,
    select_all,
    select_cut,
    select_first,
    select_heading,
    texts_of,
)
from newscrawl.extraction.moved import target_of
from newscrawl.extraction.stages import normalise
from newscrawl.extraction.walk import WalkRules, read_blocks
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import BriefPages, Layout, Site
from newscrawl.sites.sections import label_of
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
    html: bytes | str,
    url: str = "",
    site: Site | str = "sina_finance",
    policy: FallbackPolicy = FallbackPolicy(),
    *,
    charset: str = "",
    truncated: str = "",
    max_size: int = LARGEST_PAGE,
) -> Article:
    """Returns the article of a saved page.

    `html` is the page as it was served, or its text, such as `response.text`: what the page says of its charset then
    counts no more. `url` is its address; without one, the page's own canonical address is used. `charset` is what its
    Content-Type named, `truncated` why it is known to be cut off. A page that is cut off is read as far as it goes, and
    flagged (`cut_off`). A page of more than `max_size` bytes is refused.

    Raises Refused when the page holds no article, SiteError for an unusable site file, and NotInstalled when `policy`
    needs trafilatura and it is not installed. There are no partial results.
    """
    loaded = load_site(site) if isinstance(site, str) else site
    page = html.encode("utf-8", "ignore") if isinstance(html, str) else html
    if len(page) > max_size:
        raise too_large(max_size, "max_size")
    article = normalise(read_page(saved_page(page, charset, truncated), url, loaded, policy, half=True))
    if not article.text and not article.images:
        raise Refused("no_text", "the container holds only boilerplate")
    return article


def read_page(
    answer: Answer, url: str, site: Site, policy: FallbackPolicy = FallbackPolicy(), *, half: bool = False
) -> Article:
    """Returns the article that the spider hands to the pipelines: `raw` is filled, nothing is normalised.

    A page that is cut off is refused as `broken`; with `half` it is read as far as it goes, and flagged (`cut_off`).
    Raises Refused and NotInstalled as `extract` does, and as `in_time`.
    """
    return in_time(partial(read_answer, answer, url, site, policy, half=half), site.page_seconds)


def read_answer(answer: Answer, url: str, site: Site, policy: FallbackPolicy, *, half: bool) -> Article:
    """Returns the article of a page, as `read_page` does, however long it takes."""
    page, _ = as_utf8(answer.body, answer.charset)
    root = parse(page)
    why = why_cut(replace(answer, body=page))
    try:
        article = read_tree(page, root, url if is_web_url(url) else saved_page_url(answer.body), site, policy)
    except Refused as refused:
        if not half and ((why and not refused.by_url) or needs_whole(refused, page)):
            # What half a page is, or lacks, is for a whole one to say.
            raise Refused(BROKEN, f"the answer {why}" if why else NO_END) from refused
        raise
    except etree.XPathError as error:  # libxml2 handles 10 million nodes at a time
        raise limits.too_large("too many elements") from error
    cut = f"the answer {why}" if why else ends_within(article.raw, page)
    if cut and not half:
        raise Refused(BROKEN, cut)
    flags = (*article.raw.flags, CUT_OFF) if cut else article.raw.flags
    article.raw = replace(article.raw, flags=flags, lists=answer.lists)
    return article


def read_tree(page: bytes, root: etree._Element, url: str, site: Site, policy: FallbackPolicy) -> Article:
    """Returns the article of a page (UTF-8) and its tree. Raises Refused and NotInstalled as `extract` does."""
    meta = read_meta(root)
    own = canonical_address(url, meta, root, site)
    raw = raw_by_layout(page, root, meta, own, site)
    briefs = site.briefs
    if briefs and re.search(briefs.url, own.url) and (raw is None or read_date(raw.date, site.zone) is None):
        raw = raw_by_brief(root, meta, own, site, briefs) or raw
    if raw is None:
        why = "no page design of this site fits the page" if page.strip() else "the page is empty"
        refused = find_refusal(root, own.url, site) or nothing_in(root, own.url, UNKNOWN, why)
        if not policy.fallback or refused.reason != UNKNOWN:
            raise refused
        raw = raw_by_fallback(page, root, meta, own, site)
        if raw is None:
            raise refused
    elif policy.canary and (not limits.may_be_copied(root) or is_strange(page, raw)):
        raw = replace(raw, flags=(*raw.flags, "strange_text"))
    if claimed := claimed_address(own, meta, root, site):
        raw = replace(raw, claimed=claimed, flags=(*raw.flags, "other_address"))
    return Article.of(raw, own.url, docid(own, meta, root, site))


def raw_by_layout(page: bytes, root: etree._Element, meta: Meta, own: Address, site: Site) -> Raw | None:
    """Returns the content of a page of a known design, else None. Raises Refused when its container is empty."""
    chosen = choose_layout(root, site.layouts)
    if chosen is None:
        return None
    layout, title, container = chosen
    base = base_of(root, own.url)
    blocks = read_container(container, base, site)
    if not blocks:
        raise find_refusal(root, own.url, site) or nothing_in(root, own.url, "no_text", "the container is empty")
    head = select_first(root, layout.head) if layout.head else root
    crumbs = () if label_of(own.channel, site.folder_labels) else select_all(root, layout.breadcrumb)  # takes 0.2 ms
    date = select_first(head, layout.date) if layout.date else head if layout.head else None
    kicker, subtitle = (select_heading(head, css, title, container) for css in (layout.kicker, layout.subtitle))
    parts = [part for part in (container, date, select_first(head, layout.source)) if part is not None]
    beside = [each for each in (kicker, subtitle) if each is not None]
    headline, flags = headline_of(title, parts, root, meta, site.shared_title_name, beside, page)
    return Raw(
        site=site,
        layout=layout,
        address=own,
        title=headline,
        date="" if date is None else bounded(shown_text(date), DATE),  # 08:00<a>21世纪…</a> is no 08:0021
        source=texts_of(head, layout.source, frozenset(select_all(head, layout.byline))),
        byline=bounded(" ".join(part for _, parts in texts_of(head, layout.byline) for part in parts), BYLINE),
        editor=bounded(text_content(select_first(root, layout.editor)), EDITOR),
        breadcrumb=read_crumbs(crumbs, title, base) if crumbs else (),
        meta=meta,
        blocks=tuple(blocks),
        stocks=stocks_of(container, site),
        containers=(container,),
        fingerprint=fingerprint(title, date, container),
        flags=flags,
        further=further_pages(root, page, own, site),
        kicker=bounded(text_content(kicker), TITLE),
        subtitle=bounded(text_content(subtitle), TITLE),
    )


def raw_by_brief(root: etree._Element, meta: Meta, own: Address, site: Site, kind: BriefPages) -> Raw | None:
    """Returns the content of a page of one paragraph, flagged; None for any other page.

    Raises Refused for a page that a rule refuses by its address, its parts (a video) or its whole headline.
    """
    headline = headline_in((bounded(text_content(select_first(root, "title")), TITLE), *meta.get("og:title", ())), kind)
    subject = subject_of(headline, own.date, kind) if headline else None
    if subject is None:
        return None
    if refused := find_refusal(root, own.url, site, headline):
        raise refused
    containers = [container_of(root, layout.body) for layout in site.layouts]
    found = find_brief(
        root, subject, walk_rules(root, base_of(root, own.url), site), [each for each in containers if each is not None]
    )
    if found is None:
        return None
    return Raw(
        site=site,
        layout=Layout(kind.name, "title", "the paragraph, by the headline", date="the line with month, day and clock"),
        address=own,
        title=headline,
        date=found.date,
        source=(),
        byline="",
        editor="",
        breadcrumb=(),
        meta=meta,
        blocks=tuple(found.blocks),
        stocks=stocks_of(found.container, site),
        containers=(found.container,),
        fingerprint=fingerprint(found.dated, found.container),
        flags=(UNPROVEN,),
    )


def raw_by_fallback(page: bytes, root: etree._Element, meta: Meta, own: Address, site: Site) -> Raw | None:
    """Returns the general extractor's content of a page of unknown design, flagged; None when it finds no text.

    Raises Refused (`too_large`) for a page that it may not copy.
    """
    if not limits.may_be_copied(root):
        raise limits.too_large(f"more than {limits.COPIED:,} elements, and no known design")
    title, date, blocks = extract_with_fallback(page)
    if not blocks:
        return None
    return Raw(
        site=site,
        layout=Layout("general", "", ""),
        address=own,
        title=without_tags(title),
        date=date,
        source=(),
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


def find_refusal(root: etree._Element, url: str, site: Site, headline: str = "") -> Refused | None:
    """Returns the first refusal rule of the site file that fits a page without an article; None when none fits.

    Of a page with a `headline` the rules for titles must match all of it: what a page of prices is called, articles
    write about.
    """
    title = headline or collapse_space(bounded(text_content(select_first(root, "title")), TITLE))
    matches = re.fullmatch if headline else re.search
    for rule in site.refusals:
        by_url = bool(rule.url and re.search(rule.url, url))
        if (
            by_url
            or (rule.title and matches(rule.title, title))
            or (rule.css and select_first(root, rule.css) is not None)
        ):
            return Refused(rule.reason, rule.why, by_rule=True, by_url=by_url)
    return None


def read_container(container: etree._Element, base: str, site: Site) -> list[Block]:
    """Returns the blocks of a container without the elements that the site file cuts."""
    return read_blocks(container, walk_rules(container, base, site))


def walk_rules(container: etree._Element, base: str, site: Site) -> WalkRules:
    """Returns how a container, or one within it, is read."""
    rules = site.boilerplate

    def picture(element: etree._Element) -> str:
        return best_image_url(picture_values(element), base, site)

    def link(href: str) -> str:
        return resolve(href, base, secure=becomes_https(href, base, site))

    return WalkRules(
        picture,
        link,
        cut=select_cut(container, rules.cut) | frame_pictures(container, site),
        unwrap=select_cut(container, rules.unwrap),
        captions=frozenset(select_all(container, site.captions)),
        continues=re.compile(rules.continues),
        ends=re.compile(rules.ends),
        begins=re.compile(rules.begins),
        styles=site.style_attributes,
    )


def stocks_of(container: etree._Element, site: Site) -> tuple[str, ...]:
    """Returns the codes of the securities that the page links (`sz300750`, `usstock_JPM`), each once, in order."""
    codes = [span.get("id", "").removeprefix(site.stock_prefix) for span in select_all(container, site.stock_spans)]
    for comment in container.iter(etree.Comment):
        if match := re.search(site.stock_comment, comment.text or ""):
            prefix = f"{match['market']}_".removeprefix(site.stock_prefix)
            codes += [f"{prefix}{code}" for code in match["codes"].split("&") if code]
    return tuple(dict.fromkeys(codes))
