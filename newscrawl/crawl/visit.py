"""A visit: what a run does for one article that it wants, in one or more requests. Each has exactly one outcome."""

from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from scrapy import Request

from newscrawl.crawl.failures import GIVEN_UP, Unwritten
from newscrawl.extraction.article import Article
from newscrawl.outcomes.reasons import GONE, advice
from newscrawl.provenance import Lease, State

META = "newscrawl"  # the key of what a request carries, in its `meta`


@dataclass(frozen=True, slots=True)
class ListPage:
    """What the request for a list page carries. `pauses`: how many pauses the throttle had made when it was sent."""

    pauses: int = 0


@dataclass(frozen=True, slots=True)
class Visit:
    """What every request for an article carries, from the first to the last.

    `id` is unique in the run, `asked` the URL that the run was given, `lease` that of the ledger's item, if it has one.
    """

    id: int
    asked: str
    lease: Lease | None = None
    first: Article | None = None  # what is read so far, for the request of a further page
    joined: tuple[str, ...] = ()  # URLs of the further pages that are requested so far
    moved: bool = False  # whether its page has led to another one, which is followed once
    arrived: bool = False  # whether a response has been counted as arrived
    pauses: int = 0  # pauses that the throttle had made when it was sent
    bans: int = 0  # answers that were bans
    answers: int = 0  # good answers of its host when it was banned first
    lists: tuple[str, ...] = ()  # that have named its article


class Ending(Enum):
    """How a visit ends."""

    KEPT = auto()  # its article went through all pipelines
    READ = auto()  # its page was wanted, and not its article
    UNCHANGED = auto()  # the page is as it was (status 304)
    REPEATED = auto()  # the run was given the article before
    GONE = auto()  # the page is gone, and its article is kept
    STILL_GONE = auto()  # the same, and an earlier run found it
    REFUSED = auto()  # the page was fetched and holds no article
    FAILED = auto()  # there is no page
    UNSENT = auto()  # the run was given up before; the item is left to the next run
    UNWRITTEN = auto()  # the archive cannot be written; the item is left to the next run


FAILURES = frozenset((Ending.REFUSED, Ending.FAILED, Ending.UNWRITTEN))  # endings that have a reason of their own


@dataclass(frozen=True, slots=True)
class VisitOutcome:
    """The outcome of a visit. `reason` is the word that a failure is counted under, `detail` a line for the user."""

    ending: Ending
    reason: str = ""
    detail: str = ""


def carried_by(request: Request) -> Visit | ListPage | None:
    """What a request of newscrawl carries; None for any other request, such as that for robots.txt."""
    carried: Visit | ListPage | None = request.meta.get(META)
    return carried


def visit_of(request: Request | None) -> Visit | None:
    """The visit that a request is part of, if any."""
    carried = carried_by(request) if request else None
    return carried if isinstance(carried, Visit) else None


def host_of_visit(visit: Visit) -> str:
    """The host that a visit asks for its article, with its port."""
    return urlsplit(visit.lease.url if visit.lease else visit.asked).netloc


def failed(visit: Visit, reason: str, detail: str = "", *, refused: bool = False) -> VisitOutcome:
    """The outcome of a visit without an article. `refused`: a rule says what the page is instead, which is final.

    An item of the ledger whose request is given up is left to the next run; no other run will send any other.
    """
    lease = visit.lease
    if reason == GIVEN_UP and lease:
        return VisitOutcome(Ending.UNSENT, reason)
    if reason == GIVEN_UP:
        reason = "turned_away"
    if lease and lease.has_article and reason in GONE:
        ending = Ending.STILL_GONE if lease.state is State.GONE else Ending.GONE
        return VisitOutcome(ending, reason, f"{reason}; its post stays")
    refused = refused and not (lease and lease.has_article)
    return VisitOutcome(Ending.REFUSED if refused else Ending.FAILED, reason, detail or advice(reason))


def not_written(error: Unwritten) -> VisitOutcome:
    """The outcome of a visit whose article could not be written; it keeps its lease for the next run."""
    return VisitOutcome(Ending.UNWRITTEN, error.reason, error.detail)


def page_failed(visit: Visit, url: str, reason: str, detail: str = "", *, refused: bool = False) -> VisitOutcome:
    """The outcome of a visit one of whose pages brought nothing: no part of an article of several pages is kept."""
    if visit.first and reason != GIVEN_UP:
        return failed(visit, "page_missing", f"{url}: {reason}")
    return failed(visit, reason, detail, refused=refused)
