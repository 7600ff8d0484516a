"""The items of the pipelines: `Raw`, what a page says, and `Article`, what the pipelines make of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from lxml import etree

from newscrawl.extraction.blocks import Block
from newscrawl.extraction.evidence import Evidence
from newscrawl.extraction.markup import clean_text
from newscrawl.provenance import Capture, Lease
from newscrawl.sites.model import Layout, Site
from newscrawl.sites.urls import Address

UNPROVEN = "unproven_design"  # the flag of an article whose page was read by what its parts are


@dataclass(frozen=True, slots=True)
class Raw:
    """A page as it was read: the texts of the page, not normalised."""

    site: Site
    layout: Layout
    address: Address
    title: str
    date: str
    source: tuple[tuple[str, tuple[str, ...]], ...]  # lines that may name the medium, best first: selector, parts
    byline: str
    editor: str
    breadcrumb: tuple[tuple[str, str], ...]  # (text, href)
    meta: Mapping[str, tuple[str, ...]]  # values by name or property, in the page's order
    blocks: tuple[Block, ...]
    stocks: tuple[str, ...]
    containers: tuple[etree._Element, ...]  # the elements that hold `blocks`, one per page
    fingerprint: str = ""  # of the design: the elements around headline, date and container
    breaks: tuple[int, ...] = ()  # the numbers of the blocks that begin a further page of the article
    flags: tuple[str, ...] = ()  # why a person should check the page: general_reading, long_title …
    further: tuple[str, ...] = ()  # addresses of the article's other pages, linked from here
    claimed: Address | None = None  # of another article, which the page says is its own
    lists: tuple[str, ...] = ()  # that had named the URL when the page was fetched
    kicker: str = ""
    subtitle: str = ""


@dataclass(slots=True)
class Image:
    """A picture of the article and its caption."""

    src: str
    caption: str = ""


def to_iso(instant: datetime | None) -> str | None:
    """The form of an instant in records: ISO 8601 with its offset."""
    return instant.isoformat() if instant else None


def plain_images(images: list[Image]) -> list[dict[str, str]]:
    """The form of pictures in records."""
    return [{"src": clean_text(image.src), "caption": clean_text(image.caption)} for image in images]


def plain_texts(texts: list[str]) -> list[str]:
    """The form of lists of texts in records."""
    return [clean_text(text) for text in texts]


TEXT: dict[str, Any] = {"serializer": clean_text}
TEXTS: dict[str, Any] = {"serializer": plain_texts}
INSTANT: dict[str, Any] = {"serializer": to_iso}


class Carried:
    """The attributes of an article that are not part of its record.

    They are not fields of the dataclass: Scrapy's feeds write all fields of a dataclass, and so they write records.
    """

    raw: Raw
    evidence: dict[str, Evidence]
    lease: Lease | None  # of the crawl that fetched it
    captures: tuple[Capture, ...]  # one per page of the article

    def __post_init__(self) -> None:
        self.evidence, self.lease, self.captures = {}, None, ()


@dataclass
class Article(Carried):
    """An article: the fields of a record (`docs/reference.md`). The pipelines fill the fields that `read` leaves empty.

    A field's `serializer` returns its value for the record, without controls; Scrapy's exporters use the same key.
    """

    url: str = field(metadata=TEXT)
    docid: str = field(metadata=TEXT)
    title: str = field(default="", metadata=TEXT)
    author: str = field(default="", metadata=TEXT)
    source: str = field(default="", metadata=TEXT)
    byline: list[str] = field(default_factory=list, metadata=TEXTS)
    editor: str = field(default="", metadata=TEXT)
    published: datetime | None = field(default=None, metadata=INSTANT)
    modified: datetime | None = field(default=None, metadata=INSTANT)
    channel: str = field(default="", metadata=TEXT)
    categories: list[str] = field(default_factory=list, metadata=TEXTS)
    keywords: list[str] = field(default_factory=list, metadata=TEXTS)
    stocks: list[str] = field(default_factory=list, metadata=TEXTS)
    original_title: str = field(default="", metadata=TEXT)
    images: list[Image] = field(default_factory=list, metadata={"serializer": plain_images})
    headimg: str = field(default="", metadata=TEXT)
    text: str = field(default="", repr=False, metadata=TEXT)
    html: str = field(default="", repr=False, metadata=TEXT)
    layout: str = field(default="", metadata=TEXT)
    site: str = field(default="", metadata=TEXT)
    kicker: str = field(default="", metadata=TEXT)
    subtitle: str = field(default="", metadata=TEXT)

    @classmethod
    def of(cls, raw: Raw, url: str, docid: str) -> Self:
        """Returns the article of a page that was read and is not normalised yet."""
        article = cls(url=url, docid=docid, layout=raw.layout.name, site=raw.site.name)
        article.raw = raw
        return article

    def record(self) -> dict[str, Any]:
        """Returns the article as plain data for JSON; instants are ISO 8601 with their offset."""
        return {name: serialized(getattr(self, name)) for name, serialized in SERIALIZERS.items()}

    def decided(self, name: str, evidence: Evidence) -> Any:
        """Records the evidence of a field and returns the winner's value; an empty string when there is no winner."""
        self.evidence[name] = evidence
        return evidence.winner.value if evidence.winner else ""


SERIALIZERS = {each.name: each.metadata["serializer"] for each in fields(Article)}


def missing(article: Article, *, dated: bool = True) -> str:
    """Returns the reason why no post can be made of an article; empty when nothing is missing.

    A post needs a date; a record does not (`dated=False`). Pictures without text count as a body.
    """
    if not article.title:
        return "no_title"
    if dated and article.published is None:
        return "no_date"
    return "" if article.text or article.images else "no_text"
