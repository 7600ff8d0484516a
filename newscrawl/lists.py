"""Lists of articles: list pages in HTML, RSS and Atom feeds, sitemaps. Bytes in, rows out; no network."""

import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from lxml import etree

from newscrawl.body import squash
from newscrawl.charset import as_utf8
from newscrawl.dates import parse_date
from newscrawl.layout import every
from newscrawl.page import parse, words
from newscrawl.urls import resolve

UNPACKED = 50 * 2**20  # bytes of a sitemap, which is as much as its standard allows
GZIP = b"\x1f\x8b"
SKEW = timedelta(minutes=5)  # clocks differ: a row that is so little ahead of ours is new, not a year old
LEAP = 8  # years without a 29 February, at most (1896 to 1904)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of any list. Times are epoch seconds; None where the list tells none."""

    url: str
    title: str = ""
    docid: str = ""  # as the list gives it, without `comos:`
    ctime: int | None = None  # published
    intime: int | None = None  # entered the list
    mtime: int | None = None  # changed


class ListError(ValueError):
    """An answer that is no list. `reason` is one word, `detail` one line.

    `list_unreadable`: it is of another kind, or damaged; `list_empty`: a page where no row stands, as behind the last
    page of a list, or on a page of another design.
    """

    def __init__(self, reason: str, detail: str) -> None:
        detail = squash(detail)
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


def read_html(page: bytes, url: str, rows: str, when: str, zone: tzinfo, *, now: datetime | None = None) -> list[Row]:
    """The rows of a list page, in order, as often as they stand there.

    `rows` selects the links. `when` finds the time beside a link, in the list item or table row that is its own, else
    in the text before it: a pattern with the groups `month`, `day`, `hour`, `minute` and, if it may, `year`; a clock of
    `zone`. Without a year it is the latest such time that is not after `now`, and none when `now` is not given. Links
    to anything but http(s) are left out. Raises ListError.

    >>> page = '<ul><li><a href="/1.shtml">甲</a> (03月01日 08:00)</li></ul>'.encode("gbk")
    >>> when = r"(?P<month>\\d\\d)月(?P<day>\\d\\d)日 (?P<hour>\\d\\d):(?P<minute>\\d\\d)"
    >>> read_html(page, "https://a.example/", "li a", when, UTC, now=datetime(2026, 1, 5, tzinfo=UTC))
    [Row(url='https://a.example/1.shtml', title='甲', docid='', ctime=1740816000, intime=None, mtime=None)]
    """
    root = _tree(page)
    if root is None:
        raise ListError("list_unreadable", "the page is empty")
    links = every(root, rows)
    if not links:
        raise ListError("list_empty", f"nothing on the page fits {rows}")
    items = [next(link.iterancestors("li", "tr"), None) for link in links]
    # a layout table's row holds many links, and the time beside the first is not theirs
    shared = Counter(item for item, _ in {(item, link.get("href")) for item, link in zip(items, links, strict=True)})
    pattern = re.compile(when)
    found = []
    for link, item in zip(links, items, strict=True):
        if target := resolve(link.get("href", ""), url, secure=False):
            beside = _before(link) if item is None or shared[item] > 1 else _around(link, item)
            match = next((match for text in beside if (match := pattern.search(text))), None)
            title = squash(words(link)) or squash(link.get("title", ""))
            found.append(Row(target, title, ctime=_clock(match, zone, now) if match else None))
    return found


def next_page(page: bytes, url: str, selector: str) -> str:
    """The address behind the first link that a selector finds; empty when there is none, or none but the page itself.

    >>> next_page(b'<a class=next href="?p=2">', "https://a.example/?p=1", "a.next")
    'https://a.example/?p=2'
    """
    link = next(iter(every(_tree(page), selector)), None)
    target = "" if link is None else resolve(link.get("href", ""), url, secure=False).partition("#")[0]
    return "" if target == url.partition("#")[0] else target


def _tree(page: bytes) -> etree._Element | None:
    """The tree of an HTML page; None when there is nothing in it."""
    text, _ = as_utf8(page)
    return parse(text) if text.strip() else None


def _around(link: etree._Element, item: etree._Element) -> Iterator[str]:
    """The texts of a list item that may tell the time: without the link's words, which may hold another one, or all."""
    own, text = words(link), words(item)
    yield text.replace(own, " ", 1) if own else text
    yield text


def _before(link: etree._Element) -> Iterator[str]:
    """The texts before a link that may tell the time: the bare one, else that of the element before it."""
    before = link.getprevious()
    if before is None:
        parent = link.getparent()
        yield (parent.text or "") if parent is not None else ""
        return
    yield before.tail or ""
    if isinstance(before.tag, str) and before.tag != "a":
        yield words(before)


def _clock(match: re.Match[str], zone: tzinfo, now: datetime | None) -> int | None:
    """The epoch second of a matched time; None when it is none (13月) or its year cannot be told."""
    part = match.groupdict()
    if part.get("year"):
        years = [part["year"]]
    elif now is not None:
        latest = (now.astimezone(zone) + SKEW).year
        years = [str(year) for year in range(latest, latest - LEAP - 1, -1)]
    else:
        years = []
    for year in years:
        try:
            month, day, hour, minute = (int(part.get(name) or "") for name in ("month", "day", "hour", "minute"))
            time = datetime(int(year), month, day, hour, minute, tzinfo=zone)
        except (ValueError, OverflowError):
            continue
        if part.get("year") or (now is not None and time <= now.astimezone(zone) + SKEW):
            return int(time.timestamp())
    return None


def read_feed(text: bytes, url: str, zone: tzinfo = UTC) -> list[Row]:
    """The rows of an RSS or Atom feed; none when it has no entry. Raises ListError for what is no feed.

    A time is read where it is ISO 8601 or RFC 5322 with GMT or an offset (CST is Chicago or China); `zone` is that of
    clocks which name none.

    >>> item = b"<item><link>/1</link><pubDate>Sun, 01 Mar 2026 08:00:00 +0800</pubDate></item>"
    >>> read_feed(b"<rss><channel>" + item + b"</channel></rss>", "https://a.example/rss.xml")
    [Row(url='https://a.example/1', title='', docid='', ctime=1772323200, intime=None, mtime=None)]
    """
    root, whole = _xml(text, "rss", "feed", "RDF")
    found = [
        Row(
            resolve(_link(entry), url, secure=False),
            _text(entry, "title"),
            ctime=_instant(_text(entry, "pubDate", "published", "date"), zone),
            mtime=_instant(_text(entry, "updated", "modified"), zone),
        )
        for entry in _whole([*root.iter("{*}item", "{*}entry")], whole=whole)
    ]
    return [row for row in found if row.url]


def read_sitemap(text: bytes, url: str, zone: tzinfo = UTC) -> tuple[list[Row], list[str]]:
    """The rows of a sitemap, gzipped or not, and of an index the addresses of its sitemaps. Raises ListError.

    `zone` is that of clocks which name none; of a bare date the day begins there.

    >>> read_sitemap(b"<urlset><url><loc>https://a.example/1</loc></url></urlset>", "https://a.example/sitemap.xml")
    ([Row(url='https://a.example/1', title='', docid='', ctime=None, intime=None, mtime=None)], [])
    """
    root, whole = _xml(text, "urlset", "sitemapindex")
    rows = [
        Row(
            resolve(_text(entry, "loc"), url, secure=False),
            _text(entry, "news/{*}title"),
            ctime=_instant(_text(entry, "news/{*}publication_date"), zone),
            mtime=_instant(_text(entry, "lastmod"), zone),
        )
        for entry in _whole(root.findall("{*}url"), whole=whole)
    ]
    further = [
        resolve(_text(entry, "loc"), url, secure=False) for entry in _whole(root.findall("{*}sitemap"), whole=whole)
    ]
    return [row for row in rows if row.url], [address for address in further if address]


def _link(entry: etree._Element) -> str:
    """The address of a feed's entry: of RSS the text of `link`, of Atom its `href`; else a `guid` that is one."""
    for link in entry.iterchildren("{*}link"):
        if link.get("rel", "alternate") == "alternate" and (found := link.get("href") or _own(link)):
            return found
    guid = entry.find("{*}guid")
    return "" if guid is None or guid.get("isPermaLink") == "false" else _own(guid)


def _text(entry: etree._Element, *paths: str) -> str:
    """The text of the first child that says anything, by its name in any namespace."""
    return next((text for path in paths for child in entry.iterfind(f"{{*}}{path}") if (text := _own(child))), "")


def _own(element: etree._Element) -> str:
    return squash(words(element))


def _instant(text: str, zone: tzinfo) -> int | None:
    when = parse_date(text, zone)
    return int(when.timestamp()) if when else None


def _whole(entries: list[etree._Element], *, whole: bool) -> list[etree._Element]:
    """The entries that came whole: where the list was cut off, the last one may have half an address."""
    return entries if whole else entries[:-1]


def _xml(data: bytes, *kinds: str) -> tuple[etree._Element, bool]:
    """The root of a document of one of these kinds, and whether it is there to its end. Raises ListError.

    What is well-formed up to a mistake is read up to it, or past it. Nothing is loaded or expanded: charsets are ours
    to tell, and a list that declares entities is refused, since libxml2 puts them into attributes whatever one asks.
    """
    page, _ = as_utf8(_unpacked(data))
    page = page.removeprefix(b"\xef\xbb\xbf").strip()
    if not page:
        raise ListError("list_unreadable", "the answer is empty")
    if b"<!ENTITY" in page:
        raise ListError("list_unreadable", "the answer declares entities, which no list needs")
    parser = etree.XMLParser(
        encoding="utf-8",
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(page, parser)
    except (etree.LxmlError, ValueError) as error:
        raise ListError("list_unreadable", "the answer is no XML") from error
    if root is None:
        raise ListError("list_unreadable", "the answer is no XML")
    name = re.sub(r".*[}:]", "", str(root.tag))  # QName refuses a prefix that nothing declares
    if name not in kinds:
        raise ListError("list_unreadable", f"the answer is <{name[:20]}>, not <{kinds[0]}>")
    return root, re.search(rf"</(?:[\w.-]+:)?{name}\b".encode(), page) is not None


def _unpacked(data: bytes) -> bytes:
    """What was gzipped, as it was before. Raises ListError when it is damaged, or larger than any list."""
    if not data.startswith(GZIP):
        return data
    try:
        found = gzip.GzipFile(fileobj=io.BytesIO(data)).read(UNPACKED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise ListError("list_unreadable", "the answer is gzipped and damaged") from error
    if len(found) > UNPACKED:
        raise ListError("list_unreadable", f"the answer unpacks to more than {UNPACKED >> 20} MB")
    return found
