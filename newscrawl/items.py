"""What flows through the pipelines: what the page said (`Raw`) and the article made of it (`Article`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from lxml import etree

from newscrawl.body import Block
from newscrawl.evidence import Evidence
from newscrawl.site import Layout, Site
from newscrawl.urls import Address


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


@dataclass(frozen=True, slots=True)
class Lease:
    """An item of the ledger that a run has taken up: what is known of it, and its page's validators."""

    run: int
    key: str
    url: str
    state: str
    reason: str = ""  # of the last failure
    tries: int = 0  # failures in a row
    published: int | None = None  # epoch seconds
    etag: str = ""
    modified: str = ""  # Last-Modified

    @property
    def kept(self) -> bool:
        """Whether the archive holds its article."""
        return self.state in ("kept", "known", "gone")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as the server gave it: its row in the ledger, and the SHA-1 of its bytes in base 32."""

    id: int
    payload: str


@dataclass(slots=True)
class Image:
    """A picture of the article and the words under it."""

    src: str
    caption: str = ""


def iso(instant: datetime | None) -> str | None:
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
    published: datetime | None = field(default=None, metadata={"serializer": iso})
    modified: datetime | None = field(default=None, metadata={"serializer": iso})
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


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as an archive keeps it: plain data, which can go from one process to another."""

    key: str  # URL identity
    record: dict[str, Any]
    evidence: dict[str, Any]
    fingerprint: str
    rules: str  # version of those it was read by
    flags: tuple[str, ...] = ()
    captures: tuple[Capture, ...] = ()

    @property
    def payloads(self) -> str:
        """The digests of its pages as they came, parted by blanks; empty when no capture of them was kept."""
        return " ".join(capture.payload for capture in self.captures)
