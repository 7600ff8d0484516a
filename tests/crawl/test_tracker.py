"""Each visit ends once, whatever Scrapy tells of it, and of what."""

import errno
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.exceptions import DropItem
from scrapy.http import Response
from twisted.python.failure import Failure

from newscrawl.crawl.failures import Incomplete, LeftOver, Unwritten
from newscrawl.crawl.signals import visit_begun, visit_ended
from newscrawl.crawl.tracker import Tracker, visit_behind
from newscrawl.crawl.visit import META, Ending, Visit, VisitOutcome
from newscrawl.provenance import Lease, State
from tests.support.crawler import Heard, stub_crawler

URL = "https://finance.sina.com.cn/x"
LEASE = Lease(1, "a", URL, State.LISTED)
ITEM = {"any": "thing"}  # a pipeline may replace an article


class Run:
    """A tracker, and what it tells."""

    def __init__(self) -> None:
        self.crawler = stub_crawler()
        self.tracker = Tracker(self.crawler)
        self.begun, self.ended = Heard(self.crawler, visit_begun), Heard(self.crawler, visit_ended)
        self.visit = self.tracker.begin(URL, LEASE)

    def send(self, signal: Any, **about: Any) -> None:
        self.crawler.signals.send_catch_log(signal, spider=None, **about)

    def outcomes(self) -> list[VisitOutcome]:
        assert all(about["visit"].id == self.visit.id for about in self.ended.sent)
        return [about["outcome"] for about in self.ended.sent]


def response_of(visit: Visit | None) -> Response:
    return Response(URL, request=Request(URL, meta={META: visit} if visit else {}))


def failure(error: Exception) -> Failure:
    return Failure(error)  # type: ignore[no-untyped-call]


def test_visits_are_told_apart_also_of_one_url() -> None:
    run = Run()
    other = run.tracker.begin(URL)
    assert (run.visit.id, other.id) == (1, 2)  # 0 is of no visit
    assert (run.visit.asked, run.visit.lease, other.lease) == (URL, LEASE, None)
    assert [about["visit"] for about in run.begun.sent] == [run.visit, other]
    run.tracker.end(other, VisitOutcome(Ending.REPEATED))
    assert run.tracker.is_under_way(run.visit)
    assert not run.tracker.is_under_way(other)


def test_a_visit_ends_once() -> None:
    run = Run()
    for ending in (Ending.KEPT, Ending.FAILED):
        run.tracker.end(run.visit, VisitOutcome(ending))
    assert run.outcomes() == [VisitOutcome(Ending.KEPT)]


def test_what_is_no_visit_does_not_end() -> None:
    run = Run()
    run.tracker.end(None, VisitOutcome(Ending.KEPT))
    run.tracker.end(Visit(0, URL), VisitOutcome(Ending.KEPT))  # `scrapy parse`
    for response in (None, response_of(None), Response(URL)):
        run.send(signals.item_scraped, item=ITEM, response=response)
        run.send(signals.item_dropped, item=ITEM, response=response, exception=DropItem("short"))
        run.send(signals.item_error, item=ITEM, response=response, failure=failure(KeyError("a")))
        run.send(signals.spider_error, response=response, failure=failure(KeyError("a")))
    run.send(signals.request_dropped, request=Request(URL))
    assert run.outcomes() == []


@pytest.mark.parametrize(
    ("signal", "about", "expected"),
    [
        (signals.item_scraped, {}, VisitOutcome(Ending.KEPT)),
        (
            signals.item_dropped,
            {"exception": Incomplete("no_title")},
            VisitOutcome(Ending.FAILED, "no_title", "no title was found"),
        ),
        (signals.item_dropped, {"exception": DropItem("short")}, VisitOutcome(Ending.REFUSED, "dropped", "short")),
        (
            signals.item_error,
            {"failure": failure(KeyError("a"))},
            VisitOutcome(Ending.FAILED, "fault", "KeyError('a')"),
        ),
        (
            signals.item_error,
            {"failure": failure(OSError("somebody's pipeline"))},
            VisitOutcome(Ending.FAILED, "fault", 'OSError("somebody\'s pipeline")'),
        ),
        (
            signals.item_dropped,
            {"exception": Unwritten(OSError(errno.ENOSPC, "No space left on device"))},
            VisitOutcome(Ending.UNWRITTEN, "unwritten", "the disk is full"),
        ),
        (
            signals.item_dropped,
            {"exception": Unwritten(KeyError("a"))},
            VisitOutcome(Ending.UNWRITTEN, "fault", "KeyError: 'a'"),
        ),
        (
            signals.spider_error,
            {"failure": failure(KeyError("a"))},
            VisitOutcome(Ending.FAILED, "fault", "KeyError('a')"),
        ),
    ],
)
def test_scrapys_signals_end_a_visit(signal: Any, about: dict[str, Any], expected: VisitOutcome) -> None:
    run = Run()
    run.send(signal, item=ITEM, response=response_of(run.visit), **about)
    assert run.outcomes() == [expected]


def test_a_request_that_the_scheduler_rejects_is_refused() -> None:
    run = Run()
    run.send(signals.request_dropped, request=Request(URL, meta={META: run.visit}))
    assert [(outcome.ending, outcome.reason) for outcome in run.outcomes()] == [(Ending.FAILED, "refused")]


def test_the_failure_of_a_request_is_of_its_visit() -> None:
    run = Run()
    error: Any = failure(KeyError("a"))
    error.request = Request(URL, meta={META: run.visit})
    assert visit_behind(error) == run.visit
    assert visit_behind(None) is None


def test_an_article_that_is_not_finished_because_the_run_ends_has_no_outcome() -> None:
    run = Run()
    run.send(
        signals.item_dropped, item=ITEM, response=response_of(run.visit), exception=LeftOver("the run was told to stop")
    )
    assert run.outcomes() == []
