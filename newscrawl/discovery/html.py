"""Parses list pages in HTML into rows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from functools import cache, partial

from lxml import etree

from newscrawl.discovery.rows import Row
from newscrawl.errors import CutOff, ListError, Refused
from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.bounds import ROW, TITLE, bounded
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.dom import base_of, parse, text_start
from newscrawl.extraction.half import is_ended, is_open
from newscrawl.extraction.headline import text_of_link, without_tags
from newscrawl.extraction.layouts import select_all
from newscrawl.extraction.limits import check_links
from newscrawl.sites.urls import resolve

SKEW = timedelta(minutes=5)  # clocks differ: a time up to this far in the future belongs to this year, not to the last
BEGUN = re.compile(rb"<(?:html|body)\b", re.IGNORECASE)
LEAP = 8  # years without a 29 February, at most (1896 to 1904)


def read_html(page: bytes, url: str, rows: str, when: str, zone: tzinfo, *, now: datetime | None = None) -> list[Row]:
    """Returns the rows of a list page in order, including repeated ones.

    `rows` selects the links. `when` is the pattern of the time beside a link, with the groups `month`, `day`, `hour`,
    `minute` and optionally `year`, in `zone`. It is searched in the link's list item or table row, else in the text
    before the link. A time without a year is the latest one that is not after `now`; without `now` the row has no time.
    Links that are not http(s) are left out. Raises ListError for an empty page or one without links, CutOff with the
    rows that are left for a page that was cut off within its list.

    >>> from datetime import UTC
    >>> page = '<ul><li><a href="/1.shtml">甲</a> (03月01日 08:00)</li></ul>'.encode("gbk")
    >>> when = r"(?P<month>\\d\\d)月(?P<day>\\d\\d)日 (?P<hour>\\d\\d):(?P<minute>\\d\\d)"
    >>> read_html(page, "https://a.example/", "li a", when, UTC, now=datetime(2026, 1, 5, tzinfo=UTC))
    [Row(url='https://a.example/1.shtml', title='甲', docid='', ctime=1740816000, intime=None, mtime=None)]
    """
    text, _ = as_utf8(page)
    if not text.strip():
        raise ListError("list_unreadable", "the page is empty")
    root = _tree(text)
    links = select_all(root, rows)
    check_links(len(links))
    if not links:
        raise ListError("list_empty", f"nothing on the page fits {rows}")
    items = [next(link.iterancestors("li", "tr"), None) for link in links]
    # A row of a layout table holds many links, and the time beside the first is not the time of the others.
    shared = Counter(item for item, _ in {(item, link.get("href")) for item, link in zip(items, links, strict=True)})
    pattern = re.compile(when)
    text_of_item = cache(partial(text_start, most=ROW))  # 10,000 links to one address in one item take 8 s without it
    found, base = [], base_of(root, url)
    for link, item in zip(links, items, strict=True):
        if target := resolve(link.get("href", ""), base, secure=False):
            texts = _texts_before(link) if item is None or shared[item] > 1 else _texts_around(link, text_of_item(item))
            match = next((match for text in texts if (match := pattern.search(text))), None)
            title = text_of_link(link) or without_tags(collapse_space(link.get("title", "")))
            found.append(Row(target, title, ctime=_clock(match, zone, now) if match else None))
    if ends_within_list(text, [link if item is None else item for link, item in zip(links, items, strict=True)]):
        raise CutOff(found[:-1])  # the address of the last one may be half
    return found


def ends_within_list(page: bytes, items: Sequence[etree._Element]) -> bool:
    """Whether a page, in UTF-8, ends within the element that has all items of its list.

    Where that is the body of the page, a page that has begun must have an end.
    """
    if is_ended(page):
        return False
    around = [*items[0].iterancestors()]
    for item in items[1:]:
        others = {*item.iterancestors()}
        around = [element for element in around if element in others]
    if around[0].tag in ("html", "body"):
        return BEGUN.search(page) is not None
    return is_open(page, around[0])


def ends_list(page: bytes, first: bytes) -> bool:
    """Whether a page without rows is the one after the last of a list: it is whole, and has the title of the first.

    A page of an error, or of something else, has another one. The number of the page may stand in it.

    >>> first = b"<title>roll 1</title>"
    >>> ends_list(b"<title>roll 9</title>", first), ends_list(b"<title>busy</title>", first)
    (True, False)
    >>> ends_list(b"<html><title>roll 9</title>", first)
    False
    """
    return not is_cut(page) and _title(page) == _title(first)


def is_cut(page: bytes) -> bool:
    """Whether a page has a beginning and no end; a fragment of HTML has neither."""
    text, _ = as_utf8(page)
    return BEGUN.search(text) is not None and not is_ended(text)


def _title(page: bytes) -> str:
    """The title of a page without its digits."""
    title = next(_tree(as_utf8(page)[0]).iter("title"), None)
    return "" if title is None else re.sub(r"\d+", "", collapse_space(text_start(title, TITLE)))


def next_page_url(page: bytes, url: str, selector: str) -> str:
    """Returns the address of the first link that a selector finds; empty without a link, or when it is the page itself.

    >>> next_page_url(b'<a class=next href="?p=2">', "https://a.example/?p=1", "a.next")
    'https://a.example/?p=2'
    """
    tree = _tree(as_utf8(page)[0])
    link = next(iter(select_all(tree, selector)), None)
    base = base_of(tree, url)
    target = "" if link is None else resolve(link.get("href", ""), base, secure=False).partition("#")[0]
    return "" if target == url.partition("#")[0] else target


def _tree(page: bytes) -> etree._Element:
    """Returns the tree of a page in UTF-8. Raises ListError (`list_too_large`) for one with too many parts."""
    try:
        return parse(page)
    except Refused as refused:
        raise ListError(f"list_{refused.reason}", refused.detail) from refused


def _texts_around(link: etree._Element, text: str) -> Iterator[str]:
    """Yields the text of a list item without that of its link, which may hold another time, then the whole text."""
    own = text_start(link, ROW)
    yield text.replace(own, " ", 1) if own else text
    yield text


def _texts_before(link: etree._Element) -> Iterator[str]:
    """Yields the text right before a link, then the text of the element before it."""
    before = link.getprevious()
    if before is None:
        parent = link.getparent()
        yield bounded(parent.text or "", ROW) if parent is not None else ""
        return
    yield bounded(before.tail or "", ROW)
    if isinstance(before.tag, str) and before.tag != "a":
        yield text_start(before, ROW)


def _clock(match: re.Match[str], zone: tzinfo, now: datetime | None) -> int | None:
    """Returns the epoch second of a matched time; None when it is invalid (13月) or its year is unknown."""
    groups = match.groupdict()
    if groups.get("year"):
        years = [groups["year"]]
    elif now is not None:
        latest = (now.astimezone(zone) + SKEW).year
        years = [str(year) for year in range(latest, latest - LEAP - 1, -1)]
    else:
        years = []
    for year in years:
        try:
            month, day, hour, minute = (int(groups.get(name) or "") for name in ("month", "day", "hour", "minute"))
            time = datetime(int(year), month, day, hour, minute, tzinfo=zone)
        except (ValueError, OverflowError):
            continue
        if groups.get("year") or (now is not None and time <= now.astimezone(zone) + SKEW):
            return int(time.timestamp())
    return None
