"""What the ledger takes and gives: plain data, without its library."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ListedItem:
    """What a list says of an article. `reason`, where it is set: why it is not fetched. Times in epoch seconds."""

    key: str
    url: str
    title: str = ""
    reason: str = ""
    ctime: int | None = None
    intime: int | None = None
    mtime: int | None = None


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """Part of an archive: a folder that articles stand in and all below it, but for some; or what a list named."""

    folder: str = ""
    without: tuple[str, ...] = ()
    listed: str = ""  # by the list of this name; then the folders do not count


@dataclass(frozen=True, slots=True)
class ExportedArticle:
    """An article as it was read last. `path`: of its post, from the archive's root; `kept`: ISO 8601 in UTC."""

    key: str
    path: str
    revision: int
    kept: str
    record: str  # JSON


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """What the archive holds: articles by layout, the first and last day, flagged articles as (url, flags)."""

    articles: int
    layouts: dict[str, int]
    first: str
    last: str
    flagged: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article that is held: where its post stands, digests of the article, of its pages and of the post."""

    path: str
    digest: str
    payloads: str
    categories: list[str]
    file: str  # SHA-256; empty: not known


@dataclass(frozen=True, slots=True)
class RevisionHistory:
    """An article as it was read over time: (since when, record), the newest last. `gone`: when its page was gone."""

    key: str
    url: str
    path: str
    readings: list[tuple[str, dict[str, Any]]]
    gone: int | None


FILE = "ledger.sqlite3"


@dataclass(slots=True)
class DayTally:
    """A day of a channel: what its list held and what became of it, by distinct article."""

    listed: int = 0
    unique: int = 0
    kept: int = 0
    known: int = 0
    not_article: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    missing: int = 0
    reason: str = ""

    @property
    def balanced(self) -> bool:
        """Whether every article that the list held has an outcome, and the list's own count says there are no more."""
        settled = self.kept + self.known + self.not_article.total() + self.failed.total()
        return settled == self.unique and not self.missing and not self.reason

    def plain(self) -> dict[str, Any]:
        """The day as data, in the form of the run's summary."""
        told: dict[str, Any] = {
            "listed": self.listed,
            "unique": self.unique,
            "kept": self.kept,
            "known": self.known,
            "not_article": dict(sorted(self.not_article.items())),
            "failed": dict(sorted(self.failed.items())),
            "balanced": self.balanced,
        }
        told |= {name: getattr(self, name) for name in ("waiting", "missing", "reason") if getattr(self, name)}
        return told
