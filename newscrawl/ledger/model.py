"""The ledger's data classes: plain data, independent of SQLAlchemy."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from newscrawl.ledger.proof import Proof
from newscrawl.outcomes.summary import is_unbalanced


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An article as a list names it. Times are in epoch seconds."""

    key: str  # URL identity
    url: str
    title: str = ""
    reason: str = ""  # why it is not fetched; empty: it is
    ctime: int | None = None  # published
    intime: int | None = None  # entered the list
    mtime: int | None = None  # changed


@dataclass(frozen=True, slots=True)
class ArchivePart:
    """Part of an archive: a folder of articles with its subfolders, except some; or the articles that a list named."""

    folder: str = ""
    without: tuple[str, ...] = ()
    listed: str = ""  # name of a list; if set, the folders are ignored


@dataclass(frozen=True, slots=True)
class ExportedArticle:
    """The newest revision of an article."""

    key: str
    path: str  # of the post, from the archive's root
    revision: int
    kept: str  # when this revision was first read, ISO 8601 in UTC
    record: str  # JSON


@dataclass(frozen=True, slots=True)
class ArchiveStats:
    """The contents of an archive."""

    articles: int
    layouts: dict[str, int]  # articles by layout
    first: str  # first day of publication, YYYY-MM-DD; empty: none
    last: str
    flagged: list[tuple[str, str]]  # flagged articles as (URL, flags)


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """An article that the archive holds."""

    path: str  # of the post, from the archive's root
    digest: str  # of the article (`article_digest`)
    payloads: str  # SHA-1 of each of its pages as received, in base 32, separated by spaces
    categories: list[str]
    file: str  # SHA-256 of the post; empty: not known


@dataclass(frozen=True, slots=True)
class RevisionHistory:
    """All revisions of an article."""

    key: str
    url: str
    path: str
    readings: list[tuple[str, dict[str, Any]]]  # (first read at, record), the newest last
    gone: int | None  # when its page was found gone, in epoch seconds


FILE = "ledger.sqlite3"  # in the archive's root


@dataclass(slots=True)
class DayTally:
    """The coverage of one day of a channel. `listed` and `missing` count rows, the rest counts distinct articles.

    `proof`: that its list was read whole; without it `reason` says why there is none. `empty`: the list has never named
    an article on any day, so that there is nothing to prove by.
    """

    listed: int = 0
    unique: int = 0
    kept: int = 0
    known: int = 0
    not_article: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    retrying: int = 0  # of those failed, how many are tried again, because nobody knows what became of them
    given_up: int = 0  # and how many are not tried again any more
    missing: int = 0
    reason: str = ""
    proof: Proof | None = None
    empty: bool = False

    @property
    def balanced(self) -> bool:
        """Whether the list was read whole, gave all that it counts, and every article has an outcome that will stay."""
        settled = self.kept + self.known + self.not_article.total() + self.failed.total()
        doubtful = self.missing or self.reason or self.empty
        return self.proof is not None and settled == self.unique and not (self.retrying or self.given_up or doubtful)

    @property
    def unbalanced(self) -> bool:
        """Whether something is missing; what has failed, and is tried again or given up, is not."""
        return is_unbalanced(self.plain())

    def plain(self) -> dict[str, Any]:
        """The day as data, in the form of the run's summary (`docs/reference.md`)."""
        data: dict[str, Any] = {
            "listed": self.listed,
            "unique": self.unique,
            "kept": self.kept,
            "known": self.known,
            "not_article": dict(sorted(self.not_article.items())),
            "failed": dict(sorted(self.failed.items())),
            "balanced": self.balanced,
        }
        rest = ("waiting", "retrying", "given_up", "missing", "reason", "empty")
        data |= {name: getattr(self, name) for name in rest if getattr(self, name)}
        return data


class WarcFile(NamedTuple):
    """A WARC file, as the ledger has it."""

    path: str  # from the archive's root
    size: int  # bytes
    digest: str  # SHA-256, in hexadecimal
    moved: str = ""  # the folder or URL that it was moved to; empty: it is in the archive
