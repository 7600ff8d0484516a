"""Parses feeds (RSS, Atom) and sitemaps into rows."""

import re
from datetime import UTC, tzinfo

from lxml import etree

from newscrawl.answers.decode import GZIP, Decoded, decode_body
from newscrawl.discovery.rows import Row
from newscrawl.errors import BodyTooLarge, CutOff, ListError, UndecodableBody
from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.dates import parse_date
from newscrawl.extraction.dom import text_content
from newscrawl.extraction.headline import without_tags
from newscrawl.extraction.limits import check_rows, check_xml
from newscrawl.sites.urls import resolve

UNPACKED = 50 * 2**20  # bytes of an unpacked sitemap: the limit of the sitemap protocol (sitemaps.org)
ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry|url|sitemap)(?=[\s/>])")
ENTRIES = ("{*}item", "{*}entry", "{*}url", "{*}sitemap")
NOT_MARKUP = re.compile(rb"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)", re.DOTALL)


def read_feed(text: bytes, url: str, zone: tzinfo = UTC) -> list[Row]:
    """Returns the rows of an RSS or Atom feed, which may be none.

    Raises ListError when the data is not a feed, CutOff with the rows that are left when it was cut off.

    A time is read when it is a full date in ISO 8601, or in RFC 5322 with GMT or an offset (CST is Chicago or China
    time). `zone` is the zone of times without an offset; `url` resolves relative addresses.

    >>> item = b"<item><link>/1</link><pubDate>Sun, 01 Mar 2026 08:00:00 +0800</pubDate></item>"
    >>> read_feed(b"<rss><channel>" + item + b"</channel></rss>", "https://a.example/rss.xml")
    [Row(url='https://a.example/1', title='', docid='', ctime=1772323200, intime=None, mtime=None)]
    """
    root, complete = _xml(text, "rss", "feed", "RDF")
    found = [
        Row(
            resolve(_link(entry), url, secure=False),
            without_tags(_text(entry, "title")),
            ctime=_instant(_text(entry, "pubDate", "published", "date"), zone),
            mtime=_instant(_text(entry, "updated", "modified"), zone),
        )
        for entry in _complete([*root.iter("{*}item", "{*}entry")], complete=complete)
    ]
    rows = [row for row in found if row.url]
    if not complete:
        raise CutOff(rows)
    return rows


def read_sitemap(text: bytes, url: str, zone: tzinfo = UTC) -> tuple[list[Row], list[str]]:
    """Returns the rows of a sitemap and the addresses of the sitemaps that an index names.

    The data may be gzipped. `zone` is the zone of times without an offset; a date without a time is the start of its
    day there. Raises ListError when the data is not a sitemap, CutOff with what is left when it was cut off.

    >>> read_sitemap(b"<urlset><url><loc>https://a.example/1</loc></url></urlset>", "https://a.example/sitemap.xml")
    ([Row(url='https://a.example/1', title='', docid='', ctime=None, intime=None, mtime=None)], [])
    """
    root, complete = _xml(text, "urlset", "sitemapindex")
    rows = [
        Row(
            resolve(_text(entry, "loc"), url, secure=False),
            without_tags(_text(entry, "news/{*}title")),
            ctime=_instant(_text(entry, "news/{*}publication_date"), zone),
            mtime=_instant(_text(entry, "lastmod"), zone),
        )
        for entry in _complete(root.findall("{*}url"), complete=complete)
    ]
    sitemaps = [
        resolve(_text(entry, "loc"), url, secure=False)
        for entry in _complete(root.findall("{*}sitemap"), complete=complete)
    ]
    found = [row for row in rows if row.url], [address for address in sitemaps if address]
    if not complete:
        raise CutOff(found)
    return found


def _link(entry: etree._Element) -> str:
    """Returns the address of an entry: the text of an RSS `link`, the `href` of an Atom `link`, else a `guid`."""
    for link in entry.iterchildren("{*}link"):
        if link.get("rel", "alternate") == "alternate" and (found := link.get("href") or _own_text(link)):
            return found
    guid = entry.find("{*}guid")
    return "" if guid is None or guid.get("isPermaLink") == "false" else _own_text(guid)


def _text(entry: etree._Element, *paths: str) -> str:
    """Returns the text of the first child of these names, in any namespace, that has text; else an empty string."""
    return next((text for path in paths for child in entry.iterfind(f"{{*}}{path}") if (text := _own_text(child))), "")


def _own_text(element: etree._Element) -> str:
    """Returns the text in an element; that before its first child if it is open, and so holds the entries that follow.

    120 such titles in one another, with 9 MB in the last, would take half a minute.
    """
    is_open = next(element.iter(*ENTRIES), None) is not None
    return collapse_space((element.text or "") if is_open else text_content(element))


def _instant(text: str, zone: tzinfo) -> int | None:
    when = parse_date(text, zone)
    return int(when.timestamp()) if when else None


def _complete(entries: list[etree._Element], *, complete: bool) -> list[etree._Element]:
    """Returns the entries without the last one when the list was cut off: its address may be incomplete."""
    return entries if complete else entries[:-1]


def _xml(data: bytes, *kinds: str) -> tuple[etree._Element, bool]:
    """Returns the root of a document whose root element is one of `kinds`, and whether nothing of it is lost.

    It is whole if it has the end tag of its root, and if the parser has found as many entries as begin in it: a stray
    tag makes the parser drop what follows.

    The parser recovers from errors in the XML. Nothing is loaded or expanded: the charset is detected here, and a list
    that declares entities is an error, because libxml2 expands them in attributes despite the options.

    Raises ListError when the data is empty, not XML, or a document of another kind.
    """
    unpacked = _unpacked(data)
    page, _ = as_utf8(unpacked.body)
    page = page.removeprefix(b"\xef\xbb\xbf").strip()
    if not page:
        raise ListError("list_unreadable", "the answer is empty")
    if b"<!ENTITY" in page:
        raise ListError("list_unreadable", "the answer declares entities, which no list needs")
    check_xml(page)
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
        raise ListError("list_unreadable", "the answer is not XML") from error
    if root is None:
        raise ListError("list_unreadable", "the answer is not XML")
    name = str(root.tag).replace("}", ":").rpartition(":")[2]  # etree.QName raises for an undeclared prefix
    if name not in kinds:
        raise ListError("list_unreadable", f"the answer is <{name[:20]}>, not <{kinds[0]}>")
    markup = NOT_MARKUP.sub(b"", page)
    named = sum(1 for _ in ENTRY.finditer(markup))
    check_rows(named)
    lost = named > sum(1 for _ in root.iter(*ENTRIES))
    return root, not (unpacked.unfinished or lost) and has_end_tag(markup, name)


def has_end_tag(markup: bytes, name: str) -> bool:
    """Whether an XML document, without comments and CDATA, has the end tag of its root.

    >>> has_end_tag(b"<rss></rss >", "rss"), has_end_tag(b"<a:feed></a:feed>", "feed"), has_end_tag(b"<rss></r", "rss")
    (True, True, False)
    """
    return re.search(rf"</(?:[\w.-]+:)?{name}\s*>".encode(), markup) is not None


def _unpacked(data: bytes) -> Decoded:
    """Returns gzipped data decompressed, as far as there is any, and other data unchanged.

    Raises ListError when it is damaged or too large.
    """
    if not data.startswith(GZIP):
        return Decoded(data)
    try:
        return decode_body(data, "gzip", UNPACKED + 1)
    except BodyTooLarge as error:
        raise ListError("list_too_large", f"the answer unpacks to more than {UNPACKED >> 20} MB") from error
    except UndecodableBody as error:
        raise ListError("list_unreadable", "the answer is gzipped and damaged") from error
