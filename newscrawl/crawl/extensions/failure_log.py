"""The extension that logs each failure and each wait in one line; a program may show them itself by `Reporter`."""

from datetime import UTC, datetime
from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.crawl.signals import host_out, ledger_failed, list_failed, visit_ended, waiting
from newscrawl.crawl.visit import FAILURES, Ending, Visit, VisitOutcome
from newscrawl.outcomes.reasons import Report
from newscrawl.outcomes.waits import Wait


class Reporter:
    """Calls `report` with (URL, reason, detail) of each failure."""

    def __init__(self, crawler: Crawler, report: Report) -> None:
        self.report = report
        crawler.signals.connect(self.visit_ended, visit_ended)
        crawler.signals.connect(self.list_failed, list_failed)
        crawler.signals.connect(self.ledger_failed, ledger_failed)
        crawler.signals.connect(self.host_out, host_out)

    def visit_ended(self, visit: Visit, outcome: VisitOutcome) -> None:
        """Reports a visit that brought no article, and a kept article whose page is gone since."""
        if outcome.ending in FAILURES:
            self.report(visit.asked, outcome.reason, outcome.detail)
        elif outcome.ending is Ending.GONE:
            self.report(visit.asked, "gone", outcome.detail)

    def list_failed(self, what: str, reason: str, detail: str) -> None:
        """Reports a list that could not be read."""
        self.report(what, reason, detail)

    def host_out(self, host: str, reason: str, detail: str) -> None:
        """Reports a host that answers nothing."""
        self.report(host, reason, detail)

    def ledger_failed(self, what: str, reason: str, detail: str) -> None:
        """Reports an outcome that could not be noted."""
        self.report(what, reason, detail)


class FailureLog(Reporter):
    """Logs each failure as a warning, and each wait."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_FAILURE_LOG_ENABLED"):
            raise NotConfigured
        super().__init__(crawler, self.log)
        self.crawler = crawler
        crawler.signals.connect(self.waiting, waiting)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def log(self, what: str, reason: str, detail: str) -> None:
        """Logs a failure in one line."""
        if self.crawler.spider:
            self.crawler.spider.logger.warning("%s: %s: %s", what, reason, detail)

    def waiting(self, host: str, seconds: float, why: str) -> None:
        """Logs a wait that begins."""
        if self.crawler.spider:
            self.crawler.spider.logger.info("%s", Wait(host, seconds, why, datetime.now(UTC)).line)
