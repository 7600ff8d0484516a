"""RSS 2.0: a feed of articles, the newest first, with the full text in `content:encoded`."""

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, BinaryIO
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from newscrawl.export.about import About
from newscrawl.export.columns import record_of
from newscrawl.extraction.markup import clean_text
from newscrawl.ledger.model import ExportedArticle
from newscrawl.posts.frontmatter import one_line, rfc1123

SUMMARY = 200  # most characters of a description
LANGUAGE = "zh-CN"
NAMES = {
    "version": "2.0",
    "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
    "xmlns:dc": "http://purl.org/dc/elements/1.1/",
}


def write_rss(articles: Iterator[ExportedArticle], file: BinaryIO, about: About) -> None:
    """Writes a feed. The articles must be newest first: the date of the feed is that of the first one."""
    records = map(record_of, articles)
    first = next(records, None)
    out = io.TextIOWrapper(file, encoding="utf-8", newline="")
    xml = XMLGenerator(out, "utf-8", short_empty_elements=True)
    xml.startDocument()
    xml.startElement("rss", AttributesImpl(NAMES))
    xml.startElement("channel", AttributesImpl({}))
    for name in ("title", "link"):
        element(xml, name, getattr(about, name))
    element(xml, "description", about.title)
    element(xml, "language", LANGUAGE)
    if first:
        element(xml, "lastBuildDate", rfc1123(datetime.fromisoformat(first["published"])))
        for record in chain([first], records):
            write_item(xml, record)
    xml.endElement("channel")
    xml.endElement("rss")
    xml.characters("\n")
    xml.endDocument()
    out.detach()


def write_item(xml: XMLGenerator, record: Mapping[str, Any]) -> None:
    """Writes an article."""
    xml.characters("\n")
    xml.startElement("item", AttributesImpl({}))
    element(xml, "title", one_line(record["title"]))
    if record["url"]:
        element(xml, "link", record["url"])
        element(xml, "guid", record["url"], isPermaLink="true")
    element(xml, "pubDate", rfc1123(datetime.fromisoformat(record["published"])))
    element(xml, "dc:creator", one_line(record["author"]))
    for category in record["categories"]:
        element(xml, "category", one_line(category))
    element(xml, "description", summary(record["text"]))
    element(xml, "content:encoded", record["html"])
    xml.endElement("item")


def element(xml: XMLGenerator, name: str, text: str, **attributes: str) -> None:
    """Writes an element; characters that XML does not allow are left out of its text."""
    xml.characters("\n")
    xml.startElement(name, AttributesImpl(attributes))
    xml.characters(clean_text(text))
    xml.endElement(name)


def summary(text: str) -> str:
    """The beginning of a text, as one line.

    >>> summary("　　一\\n二"), len(summary("字" * 500))
    ('一 二', 201)
    """
    words = " ".join(text[: 2 * SUMMARY].split())
    return words if len(words) <= SUMMARY else f"{words[:SUMMARY]}…"
