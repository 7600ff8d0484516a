"""Feeds and sitemaps: bytes in, rows out."""

import gzip
import io
import re
import zlib
from datetime import UTC, tzinfo

from lxml import etree

from newscrawl.discovery.rows import Row
from newscrawl.errors import ListError
from newscrawl.extraction.blocks import squash
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.dates import parse_date
from newscrawl.extraction.dom import words
from newscrawl.sites.urls import resolve

UNPACKED = 50 * 2**20  # bytes of a sitemap, which is as much as its standard allows
GZIP = b"\x1f\x8b"


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
