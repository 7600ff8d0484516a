"""The tracker: knows the visits under way, and makes Scrapy's signals the one outcome that each visit has."""

from collections.abc import Callable
from itertools import count
from typing import Any

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from newscrawl.crawl.failures import Incomplete, LeftOver, Unwritten, drop_reason
from newscrawl.crawl.signals import visit_begun, visit_ended
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome, failed, not_written, visit_of
from newscrawl.provenance import Lease


class Tracker:
    """Sends `visit_begun` and `visit_ended`. What Scrapy tells of a visit that has ended, or of none, is ignored.

    A visit is known by the response and not by the item, which a pipeline may replace, and of which there may be more.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.signals = crawler.signals
        self.under_way: set[int] = set()
        self.ids = count(1)
        handlers: dict[Any, Callable[..., None]] = {
            signals.item_scraped: self.item_scraped,
            signals.item_dropped: self.item_dropped,
            signals.item_error: self.item_error,
            signals.spider_error: self.spider_error,
            signals.request_dropped: self.request_dropped,
        }
        for signal, handler in handlers.items():
            crawler.signals.connect(handler, signal)

    def begin(self, asked: str, lease: Lease | None = None, lists: tuple[str, ...] = ()) -> Visit:
        """Begins a visit for a URL that the run was given and `lists` have named, or for an item of the ledger."""
        visit = Visit(next(self.ids), asked, lease, lists=lease.lists if lease else lists)
        self.under_way.add(visit.id)
        self.signals.send_catch_log(visit_begun, visit=visit)
        return visit

    def end(self, visit: Visit | None, outcome: VisitOutcome) -> None:
        """Ends a visit, if it is under way."""
        if visit and visit.id in self.under_way:
            self.under_way.remove(visit.id)
            self.signals.send_catch_log(visit_ended, visit=visit, outcome=outcome)

    def is_under_way(self, visit: Visit) -> bool:
        """Whether a visit has begun and not ended; False for a page that Scrapy fetches by itself (`scrapy parse`)."""
        return visit.id in self.under_way

    def item_scraped(self, response: Response | None) -> None:
        """Ends the visit of an article that is kept, or printed."""
        self.end(visit_behind(response), VisitOutcome(Ending.KEPT))

    def item_dropped(self, response: Response | None, exception: Exception) -> None:
        """Ends the visit of an article that a pipeline dropped, or could not write; not if the run is told to stop."""
        visit = visit_behind(response)
        if isinstance(exception, LeftOver):
            return
        if visit and isinstance(exception, Unwritten):
            self.end(visit, not_written(exception))
        elif visit:
            reason, detail = drop_reason(exception)
            self.end(visit, failed(visit, reason, detail, refused=not isinstance(exception, Incomplete)))

    def item_error(self, response: Response | None, failure: Failure) -> None:
        """Ends the visit of an article on which a pipeline failed."""
        if visit := visit_behind(response):
            self.end(visit, failed(visit, "fault", repr(failure.value)))

    def spider_error(self, response: Response | Failure | None, failure: Failure) -> None:
        """Ends the visit of a page on which the spider failed."""
        if visit := visit_behind(response):
            self.end(visit, failed(visit, "fault", repr(failure.value)))

    def request_dropped(self, request: Request) -> None:
        """Ends the visit of a request that Scrapy's scheduler rejected."""
        if visit := visit_of(request):
            self.end(visit, failed(visit, "refused"))


def visit_behind(response: Response | Failure | None) -> Visit | None:
    """The visit that a response, or the failure of a request, belongs to."""
    return visit_of(getattr(response, "request", None))
