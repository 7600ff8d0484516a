"""The extension that counts the outcomes of a run and determines its exit code when the spider closes."""

import logging
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from sqlalchemy.exc import DatabaseError

from newscrawl.crawl.extensions.archive import ArchiveExtension
from newscrawl.errors import ArchiveError
from newscrawl.outcomes.stats import EXIT
from newscrawl.outcomes.summary import Outcomes

log = logging.getLogger(__name__)


class OutcomesExtension:
    """Puts the counts of a run into its `Outcomes` while the archive is open, and its exit code into the stats.

    `scrapy crawl` ends with that code. Without this extension it ends with Scrapy's, which is 0 even if everything
    failed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.outcomes = Outcomes("crawl")
        self.concluded = False
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.conclude, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def open(self) -> None:
        """Takes the `Outcomes` that a program has passed to the spider, else creates them."""
        spider: Any = self.crawler.spider
        command = "crawl" if getattr(spider, "task", None) else "fetch"
        self.outcomes = getattr(spider, "outcomes", None) or Outcomes(command)

    def conclude(self, reason: str) -> None:
        """Determines the exit code, from the stats and Scrapy's finish reason, and in a crawl from the coverage.

        A second call does nothing. A run that could not open its archive has the exit code of that error.
        """
        if self.concluded:
            return
        self.concluded = True
        outcomes, spider, stats = self.outcomes, self.crawler.spider, self.crawler.stats
        outcomes.read_stats({**stats.get_stats(), "finish_reason": reason})
        if reason == "start_error":
            outcomes.failed["fault"] += 1
        error = self.archive_error()
        if error:
            outcomes.code = error.exit_code
        frontier = getattr(spider, "frontier", None)
        if frontier:
            try:
                frontier.conclude(outcomes)
            except DatabaseError as damage:
                outcomes.failed["fault"] += 1
                outcomes.stopped = f"the ledger cannot be written: {damage.orig}; what was kept is safe; run it again"
        stats.set_value(EXIT, outcomes.exit)
        if not error and (outcomes.asked or frontier):  # `scrapy parse` asks for nothing by itself
            log.info("newscrawl %s: %s", outcomes.command, outcomes.sentence())

    def archive_error(self) -> ArchiveError | None:
        """The error that kept the run from opening its archive, if any."""
        extension = self.crawler.get_extension(ArchiveExtension)
        return extension.error if extension else None
