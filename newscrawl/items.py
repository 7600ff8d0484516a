"""What flows through the pipelines: what the page said (`Raw`) and the article made of it (`Article`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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


NOT_SAID = ("raw", "evidence", "lease", "captures")  # what an article carries and its record does not tell


@dataclass(slots=True)
class Article:
    """An article: the fields of a record (`docs/contract.md`). Stages of the pipeline fill what reading left empty."""

    url: str
    docid: str
    raw: Raw = field(repr=False)
    title: str = ""
    author: str = ""
    source: str = ""
    byline: list[str] = field(default_factory=list)
    editor: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    channel: str = ""
    categories: list[str] = field(default_factory=list)
    keywords: list[str] = field(default_factory=list)
    stocks: list[str] = field(default_factory=list)
    original_title: str = ""
    images: list[Image] = field(default_factory=list)
    headimg: str = ""
    text: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    layout: str = ""
    site: str = ""
    evidence: dict[str, Evidence] = field(default_factory=dict, repr=False)
    lease: Lease | None = field(default=None, repr=False)  # what the crawl fetched it under
    captures: tuple[Capture, ...] = field(default=(), repr=False)  # one a page of it

    def record(self) -> dict[str, Any]:
        """The article as plain data for JSON; instants are ISO 8601 with their offset."""
        names = [name for name in self.__slots__ if name not in NOT_SAID]
        record = {name: getattr(self, name) for name in names}
        record["images"] = [{"src": image.src, "caption": image.caption} for image in self.images]
        for name in ("published", "modified"):
            record[name] = record[name].isoformat() if record[name] else None
        return record

    def decided(self, name: str, evidence: Evidence) -> Any:
        """Notes how a field was decided and gives its value; an empty text when no candidate had one."""
        self.evidence[name] = evidence
        return evidence.winner.value if evidence.winner else ""


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
