"""The facts of a report, as plain data."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from newscrawl.ledger.coverage import Coverage
from newscrawl.ledger.model import DayTally

NAMED = 30  # most rows of a list of articles or pages
OLDER, WITHDRAWN = "older, not compared", "withdrawn"  # kinds of change besides those of `compare`

Days = dict[str, dict[str, int]]  # day → kind → count


@dataclass(frozen=True, slots=True)
class Totals:
    """The archive as a whole. Sizes are in bytes; `uncounted` posts have no size yet, `lost` captures have no file."""

    articles: int
    first: str  # day of the oldest article; empty if there is none
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
    """An item that was given up: it is not retried."""

    url: str
    title: str
    channel: str
    day: str
    reason: str
    tries: int


@dataclass(frozen=True, slots=True)
class Failures:
    """The items without an article: `reasons` counts (to be retried, given up), `not_article` pages without one."""

    reasons: dict[str, tuple[int, int]]
    not_article: dict[str, int]
    given_up: list[AbandonedItem]  # the newest
    ever: int  # given up, of any day
    lately: int  # given up, of the last week


@dataclass(frozen=True, slots=True)
class Revised:
    """A change of an article; `times` is the number of all its changes."""

    url: str
    title: str
    when: datetime
    change: str
    before: str  # the title before the change, if it changed
    times: int


@dataclass(frozen=True, slots=True)
class Edits:
    """The revisions: `days` counts each under its gravest kind, `kinds` the compared ones under each of theirs."""

    days: Days
    kinds: dict[str, int]
    compared: int
    latest: list[Revised]
    most: list[Revised]

    @property
    def older(self) -> int:
        """The number of changes that were not compared."""
        return sum(kinds.get(OLDER, 0) for kinds in self.days.values())


@dataclass(frozen=True, slots=True)
class Flagged:
    """An article that a person should check."""

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
    ever: int  # flagged, of any day
    lately: int  # flagged, and kept in the last week


class PolitenessCounts(msgspec.Struct, frozen=True):
    """The counts of a run's requests that were not plainly answered; `refused` are bans."""

    not_modified: int = 0
    refused: dict[str, int] = {}  # by status
    robots_forbidden: int = 0
    retried: int = 0


class ChannelSilence(msgspec.Struct, frozen=True):
    """A stale channel: the time of its last entry (ISO 8601), and the hours since."""

    last: str = ""
    hours: float = 0.0


class Summary(msgspec.Struct, frozen=True):
    """The part of a run's summary that a report needs."""

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
    """A run of a crawl. Without `exit` it is running, or was killed."""

    id: int
    task: str
    started: datetime
    exit: int | None
    summary: Summary


@dataclass(frozen=True, slots=True)
class Lag:
    """How soon after publication the articles of a day, or month, were kept, in seconds."""

    when: str  # 2026-03-05, or 2026-03
    articles: int
    median: int
    slow: int  # nine of ten took no longer


@dataclass(frozen=True, slots=True)
class Freshness:
    """How soon articles were kept; `late` is the number of backfilled ones, `marks` are the watermarks of channels."""

    lags: list[Lag]
    late: int
    marks: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of a report."""

    name: str
    now: datetime  # on the site's clock
    since: str  # a day; empty means all
    labels: dict[str, str]  # the site's labels of channels
    totals: Totals
    kept: Days  # articles by channel, all of them under ""
    coverage: Coverage
    unbalanced: list[tuple[str, str, DayTally]]  # (day, channel, tally), the newest first, of any day
    unread: dict[str, list[str]]  # by channel: days that were not read, between others that were; of any day
    failures: Failures
    edits: Edits
    designs: Designs
    all_runs: list[RunSummary]  # the newest first
    freshness: Freshness
    grown: Days  # `articles`, and bytes of `posts` and `captures`, by the day on which they were kept; all days

    @property
    def runs(self) -> list[RunSummary]:
        """The runs from `since` on."""
        return [run for run in self.all_runs if run.started.date().isoformat() >= self.since]
