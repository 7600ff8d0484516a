"""What flows through the pipelines: what the page said (`Raw`) and the article made of it (`Article`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from lxml import etree

from newscrawl.extraction.blocks import Block
from newscrawl.extraction.evidence import Evidence
from newscrawl.provenance import Capture, Lease
from newscrawl.sites.model import Layout, Site
from newscrawl.sites.urls import Address


@dataclass(frozen=True, slots=True)
class Raw:
    """A page as it was read: texts as they stand there, nothing normalised."""

    site: Site
    layout: Layout
    address: Address
    title: str
    date: str
    source: str
    byline: str
    editor: str
    breadcrumb: tuple[tuple[str, str], ...]  # (text, href)
    meta: Mapping[str, tuple[str, ...]]  # by name or property, as often as it stands there
    blocks: tuple[Block, ...]
    stocks: tuple[str, ...]
    containers: tuple[etree._Element, ...]  # the elements that `blocks` were read from, one a page
    fingerprint: str = ""  # of the design: what stands around headline, date and container
    flags: tuple[str, ...] = ()  # why a person should look at the page: general_reading, strange_text
    further: tuple[str, ...] = ()  # addresses of the article's other pages, linked from here


@dataclass(slots=True)
class Image:
    """A picture of the article and the words under it."""

    src: str
    caption: str = ""


def to_iso(instant: datetime | None) -> str | None:
    """An instant as a record has it: ISO 8601 with its offset."""
    return instant.isoformat() if instant else None


def plain_images(images: list[Image]) -> list[dict[str, str]]:
    """Pictures as a record has them."""
    return [{"src": image.src, "caption": image.caption} for image in images]


class Carried:
    """What an article carries on its way and its record does not tell.

    These are no fields of the dataclass, so that Scrapy's feeds, which write a dataclass's fields, write records.
    """

    raw: Raw
    evidence: dict[str, Evidence]
    lease: Lease | None  # what the crawl fetched it under
    captures: tuple[Capture, ...]  # one a page of it

    def __post_init__(self) -> None:
        self.evidence, self.lease, self.captures = {}, None, ()


@dataclass
class Article(Carried):
    """An article: the fields of a record (`docs/reference.md`). Stages of the pipeline fill what reading left empty.

    A field's `serializer` gives its value in a record; Scrapy's exporters know it by this name.
    """

    url: str
    docid: str
    title: str = ""
    author: str = ""
    source: str = ""
    byline: list[str] = field(default_factory=list)
    editor: str = ""
    published: datetime | None = field(default=None, metadata={"serializer": to_iso})
    modified: datetime | None = field(default=None, metadata={"serializer": to_iso})
    channel: str = ""
    categories: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    stocks: list[str] = field(default_factory=list)
    original_title: str = ""
    images: list[Image] = field(default_factory=list, metadata={"serializer": plain_images})
    headimg: str = ""
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    layout: str = ""
    site: str = ""

    @classmethod
    def of(cls, raw: Raw, url: str, docid: str) -> Self:
        """The article of a page that was read and is not normalised yet."""
        article = cls(url=url, docid=docid, layout=raw.layout.name, site=raw.site.name)
        article.raw = raw
        return article

    def record(self) -> dict[str, Any]:
        """The article as plain data for JSON; instants are ISO 8601 with their offset."""
        return {name: serialized(getattr(self, name)) for name, serialized in SERIALIZERS.items()}

    def decided(self, name: str, evidence: Evidence) -> Any:
        """Notes how a field was decided and gives its value; an empty text when no candidate had one."""
        self.evidence[name] = evidence
        return evidence.winner.value if evidence.winner else ""


SERIALIZERS = {each.name: each.metadata.get("serializer", lambda value: value) for each in fields(Article)}


def missing(article: Article, *, dated: bool = True) -> str:
    """The reason why an article is no post; empty when nothing is missing. A record, unlike a post, may lack the date.

    A body of pictures alone is a body.
    """
    if not article.title:
        return "no_title"
    if dated and article.published is None:
        return "no_date"
    return "" if article.text or article.images else "no_text"
