"""What a report tells, as plain data."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from newscrawl.ledger.coverage import Coverage
from newscrawl.ledger.model import DayTally

OLDER, WITHDRAWN = "older, not compared", "withdrawn"  # beside the kinds of change: not looked at; its page is gone

Days = dict[str, dict[str, int]]  # day → kind → count


@dataclass(frozen=True, slots=True)
class Totals:
    """The archive as a whole. Sizes in bytes; `uncounted` posts have none yet, `lost` captures have no file."""

    articles: int
    first: str  # day of the oldest article; empty: there is none
    last: str
    revisions: int
    withdrawn: int
    posts_size: int
    uncounted: int
    captures: int
    captures_size: int
    lost: int


@dataclass(frozen=True, slots=True)
class AbandonedItem:
    """An item that is not tried again."""

    url: str
    title: str
    channel: str
    day: str
    reason: str
    tries: int


@dataclass(frozen=True, slots=True)
class Failures:
    """What became of the items that gave nothing: (to be tried again, given up) by reason, and what is no article."""

    reasons: dict[str, tuple[int, int]]
    not_article: dict[str, int]
    given_up: list[AbandonedItem]  # the newest
    ever: int  # given up, of whatever day
    lately: int  # given up, of the last days


@dataclass(frozen=True, slots=True)
class Revised:
    """A change of an article; `times`, how often it was changed in all."""

    url: str
    title: str
    when: datetime
    change: str
    before: str  # its title before, where that changed
    times: int


@dataclass(frozen=True, slots=True)
class Edits:
    """The revisions by day and gravest kind; those that were compared by each of their kinds."""

    days: Days
    kinds: dict[str, int]
    compared: int
    latest: list[Revised]
    most: list[Revised]

    @property
    def older(self) -> int:
        """How many changes were not compared."""
        return sum(kinds.get(OLDER, 0) for kinds in self.days.values())


@dataclass(frozen=True, slots=True)
class Flagged:
    """An article that somebody should look at."""

    url: str
    title: str
    layout: str
    flags: tuple[str, ...]
    kept: datetime


@dataclass(frozen=True, slots=True)
class Designs:
    """Articles by layout, the flags of each layout, the newest flagged articles."""

    layouts: dict[str, int]
    flags: dict[str, dict[str, int]]
    flagged: list[Flagged]
    ever: int  # flagged, of whatever day
    lately: int  # flagged, and kept in the last days


class PolitenessCounts(msgspec.Struct, frozen=True):
    """How a run and the server dealt with each other."""

    not_modified: int = 0
    refused: dict[str, int] = {}  # by status
    robots_forbidden: int = 0
    retried: int = 0


class ChannelSilence(msgspec.Struct, frozen=True):
    """A channel that has fallen silent: its last entry, ISO 8601, and for how long."""

    last: str = ""
    hours: float = 0.0


class Summary(msgspec.Struct, frozen=True):
    """What a report takes of a run's summary."""

    seconds: float = 0.0
    requests: int = 0
    bytes: int = 0
    posts: dict[str, int] = {}
    failed: dict[str, int] = {}
    politeness: PolitenessCounts = PolitenessCounts()
    stopped: str = ""
    stale: dict[str, ChannelSilence] = {}


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run of a crawl. Without `exit` it is under way, or was killed."""

    id: int
    task: str
    started: datetime
    exit: int | None
    summary: Summary


@dataclass(frozen=True, slots=True)
class Lag:
    """How soon after their publication the articles of a day (or month) were kept, in seconds."""

    when: str  # 2026-03-05, or 2026-03
    articles: int
    median: int
    slow: int  # nine of ten were sooner


@dataclass(frozen=True, slots=True)
class Freshness:
    """How soon articles were kept; `late` were fetched for the past. Up to when each channel is read without a gap."""

    lags: list[Lag]
    late: int
    marks: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report tells."""

    name: str
    now: datetime  # on the site's clock
    since: str  # a day; empty: all
    labels: dict[str, str]  # of channels, as the site names them
    totals: Totals
    kept: Days  # articles by channel, all of them under ""
    coverage: Coverage
    unbalanced: list[tuple[str, str, DayTally]]  # (day, channel), the newest first, of whatever day
    unread: dict[str, list[str]]  # days between others of a channel whose list was not read, of whatever day
    failures: Failures
    edits: Edits
    designs: Designs
    journal: list[RunSummary]  # all runs, the newest first
    freshness: Freshness
    grown: Days  # articles, and bytes of `posts` and `captures`, by the day that they were kept; all of it

    @property
    def runs(self) -> list[RunSummary]:
        """The runs of `since` and later."""
        return [run for run in self.journal if run.started.date().isoformat() >= self.since]
