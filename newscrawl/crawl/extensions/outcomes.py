"""The outcomes of a run: an extension judges it when its spider closes, and says how it went."""

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
    """Takes a run's counts into its `Outcomes` while the archive is open, and its exit code into the stats.

    `scrapy crawl` ends with that code; without this extension it ends with Scrapy's own, which is 0 even where
    everything failed.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.outcomes = Outcomes("crawl")
        self.concluded = False
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.conclude, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def open(self) -> None:
        """A program that gave the spider its outcomes has them filled."""
        spider: Any = self.crawler.spider
        command = "crawl" if getattr(spider, "task", None) else "fetch"
        self.outcomes = getattr(spider, "outcomes", None) or Outcomes(command)

    def conclude(self, reason: str) -> None:
        """Judges the run by Scrapy's reason for its end, and a crawl by its coverage too; a second time does nothing.

        A run that could not open its archive has the exit code of that error.
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
                outcomes.stopped = f"the ledger cannot be written: {damage.orig}; what was kept is kept, run it again"
        stats.set_value(EXIT, outcomes.exit)
        if not error:
            log.info("newscrawl %s: %s", outcomes.command, outcomes.sentence())

    def archive_error(self) -> ArchiveError | None:
        """Why the run has no archive, where it was to have one."""
        extension = self.crawler.get_extension(ArchiveExtension)
        return extension.error if extension else None
