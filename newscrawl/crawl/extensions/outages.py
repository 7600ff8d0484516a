"""The extension that notices hosts that answer nothing, so that their articles lose no try by it."""

from typing import Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.crawl.outages import ENOUGH, Outages
from newscrawl.crawl.signals import host_out, visit_ended
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome, host_of_visit, visit_of


class OutageExtension:
    """Counts what hosts answer. The requests to a host that is out are dropped by the stop middleware."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_OUTAGES_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.outages = Outages()
        crawler.signals.connect(self.answered, signals.response_downloaded)
        crawler.signals.connect(self.ended, visit_ended)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def answered(self, request: Request) -> None:
        """Notes an answer to the request for an article."""
        if visit := visit_of(request):
            self.outages.answered(host_of_visit(visit))

    def ended(self, visit: Visit, outcome: VisitOutcome) -> None:
        """Notes a visit that had no answer, and tells of a host that is out by it."""
        host = host_of_visit(visit)
        if outcome.ending is Ending.FAILED and self.outages.failed(host, outcome.reason):
            why = f"no article answered {ENOUGH} times in a row; the others are left to the next run"
            self.crawler.signals.send_catch_log(host_out, host=host, reason=outcome.reason, detail=why)


def counts(crawler: Crawler, visit: Visit, reason: str) -> bool:
    """Whether a failure counts as a try of the visit's article."""
    extension = crawler.get_extension(OutageExtension)
    return extension is None or extension.outages.counts(host_of_visit(visit), reason)


def is_out(crawler: Crawler, visit: Visit) -> bool:
    """Whether the host of a visit does not answer any more."""
    extension = crawler.get_extension(OutageExtension)
    return extension is not None and extension.outages.is_out(host_of_visit(visit))
