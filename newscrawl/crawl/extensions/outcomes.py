"""The extension that counts the outcomes of a run and determines its exit code when the spider closes."""

import logging
from contextlib import suppress
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from sqlalchemy.exc import DatabaseError

from newscrawl import disk
from newscrawl.crawl.extensions.archive import ArchiveExtension, archive_failed
from newscrawl.crawl.frontier import Frontier
from newscrawl.crawl.signals import archive_unsealed, ledger_failed, list_failed, visit_begun, visit_ended
from newscrawl.crawl.visit import FAILURES, Ending, VisitOutcome
from newscrawl.errors import ArchiveError
from newscrawl.exit_codes import DAMAGED
from newscrawl.ledger.damage import damaged_ledger
from newscrawl.ledger.examine import why_damaged
from newscrawl.outcomes.stats import (
    ASKED,
    EXIT,
    FAILED,
    LISTS,
    POSTS,
    REPEATED,
    STILL_GONE,
    STOPPED,
    UNCHANGED,
    UNSENT,
    VANISHED,
)
from newscrawl.outcomes.summary import Outcomes

# The stats that count each ending; failures are counted by their reasons, and posts by the export pipeline.
COUNTS = {
    Ending.READ: (f"{POSTS}read",),
    Ending.UNCHANGED: (UNCHANGED, f"{POSTS}unchanged"),
    Ending.REPEATED: (REPEATED,),
    Ending.GONE: (VANISHED,),
    Ending.STILL_GONE: (STILL_GONE,),
    Ending.UNSENT: (UNSENT,),
}
log = logging.getLogger(__name__)


class OutcomesExtension:
    """Counts the outcomes of a run in its stats, and puts them into its `Outcomes` while the archive is open.

    `scrapy crawl` ends with their exit code. Without this extension it ends with Scrapy's, which is 0 even if
    everything failed, and the ledger takes the run for a stopped one.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_OUTCOMES_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.outcomes = Outcomes("crawl")
        self.concluded = False
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.conclude, signals.spider_closed)
        crawler.signals.connect(self.visit_begun, visit_begun)
        crawler.signals.connect(self.visit_ended, visit_ended)
        crawler.signals.connect(self.list_failed, list_failed)
        crawler.signals.connect(self.ledger_failed, ledger_failed)
        crawler.signals.connect(self.unsealed, archive_unsealed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def open(self) -> None:
        """Takes the `Outcomes` that a program has given the run, else creates them."""
        spider: Any = self.crawler.spider
        options = getattr(spider, "options", None)
        command = "crawl" if getattr(spider, "task", None) else "fetch"
        self.outcomes = (options and options.outcomes) or Outcomes(command)
        urls = getattr(spider, "urls", ())
        self.outcomes.given = len(urls) if isinstance(urls, (list, tuple)) else None

    def visit_begun(self) -> None:
        """Counts a visit."""
        self.crawler.stats.inc_value(ASKED)

    def visit_ended(self, outcome: VisitOutcome) -> None:
        """Counts the outcome of a visit."""
        for key in keys_of(outcome):
            self.crawler.stats.inc_value(key)

    def list_failed(self, reason: str) -> None:
        """Counts a list that could not be read."""
        self.crawler.stats.inc_value(LISTS + reason)

    def ledger_failed(self, reason: str) -> None:
        """Counts an outcome that could not be noted."""
        self.crawler.stats.inc_value(FAILED + reason)

    def unsealed(self, why: str) -> None:
        """Gives a run up whose archive could not be closed, which happens after it was judged."""
        self.outcomes.stopped = self.outcomes.stopped or why
        self.tell_damage()
        self.crawler.stats.set_value(STOPPED, self.outcomes.stopped)
        self.crawler.stats.set_value(EXIT, self.outcomes.exit)

    def conclude(self, reason: str) -> None:
        """Determines the exit code, from the stats and Scrapy's finish reason, and in a crawl from the coverage.

        A second call does nothing. A run that could not open its archive has the exit code of that error.
        """
        if self.concluded:
            return
        self.concluded = True
        spider: Any = self.crawler.spider
        outcomes, stats = self.outcomes, self.crawler.stats
        if stopped := getattr(getattr(spider, "throttle", None), "stopped", ""):
            stats.set_value(STOPPED, stopped)
        outcomes.read_stats({**stats.get_stats(), "finish_reason": reason})
        if reason == "start_error":
            outcomes.failed["fault"] += 1
        error = self.archive_error()
        if error:
            outcomes.code = error.exit_code
        frontier: Frontier | None = getattr(spider, "frontier", None)
        if frontier:
            self.end(frontier)
        self.tell_damage()
        stats.set_value(EXIT, outcomes.exit)
        if not error and (outcomes.asked or frontier):  # `scrapy parse` asks for nothing by itself
            log.info("newscrawl %s: %s", outcomes.command, outcomes.sentence())

    def end(self, frontier: Frontier) -> None:
        """Ends the run of a crawl in the ledger; if that cannot be written, it is judged by what can be read."""
        try:
            frontier.conclude(self.outcomes)
        except DatabaseError as refusal:
            if not disk.is_refusal(refusal):
                self.outcomes.failed["fault"] += 1
            archive_failed(self.crawler, refusal)
            self.outcomes.stopped = self.outcomes.stopped or disk.sentence_of(refusal)
            with suppress(DatabaseError), frontier.ledger.reading() as connection:
                frontier.judge(connection, self.outcomes)
        except Exception:  # a bug in newscrawl, or a value of the ledger that is missing
            log.exception("Cannot end the run")
            self.outcomes.failed["fault"] += 1

    def tell_damage(self) -> None:
        """Gives a run up whose ledger is damaged, if that was found out, or if it explains what looks like a bug."""
        extension = self.crawler.get_extension(ArchiveExtension)
        if not extension or not extension.archive:
            return
        root = extension.archive.root
        if not extension.damage and self.outcomes.has_bugs and (why := why_damaged(root)):
            extension.damage = damaged_ledger(root, why)
        if extension.damage:
            self.outcomes.stopped, self.outcomes.code = str(extension.damage), DAMAGED
            self.crawler.stats.set_value(STOPPED, self.outcomes.stopped)

    def archive_error(self) -> ArchiveError | None:
        """The error that kept the run from opening its archive, if any."""
        extension = self.crawler.get_extension(ArchiveExtension)
        return extension.error if extension else None


def keys_of(outcome: VisitOutcome) -> tuple[str, ...]:
    """The stats that count an outcome."""
    return (FAILED + outcome.reason,) if outcome.ending in FAILURES else COUNTS.get(outcome.ending, ())
