"""The extension that settles the lease of each item in the ledger, by the outcome of its visit."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from sqlalchemy.exc import DatabaseError

from newscrawl.crawl.extensions.archive import archive_failed, archive_of, now_of
from newscrawl.crawl.extensions.outages import counts
from newscrawl.crawl.failures import Unwritten
from newscrawl.crawl.signals import ledger_failed, visit_ended
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome
from newscrawl.ledger import states
from newscrawl.ledger.queue import settle
from newscrawl.outcomes.stats import GIVEN_UP
from newscrawl.provenance import Lease


class LeaseExtension:
    """Notes what became of an item whose article was not kept; an article is kept in one transaction with its item."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_LEASES_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        crawler.signals.connect(self.ended, visit_ended)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def ended(self, visit: Visit, outcome: VisitOutcome) -> None:
        """Settles the lease of a visit. If the ledger cannot be written, the run is given up."""
        archive = archive_of(self.crawler)
        if not (archive and visit.lease):
            return
        now = int(now_of(self.crawler).timestamp())
        values = settled(visit.lease, outcome, now, counts=counts(self.crawler, visit, outcome.reason))
        if values is None:
            return
        try:
            with archive.ledger.transaction() as connection:
                settle(connection, visit.lease.key, values)
        except DatabaseError as error:
            archive_failed(self.crawler, error)
            failure = Unwritten(error)
            self.crawler.signals.send_catch_log(
                ledger_failed, what=visit.lease.url, reason=failure.reason, detail=failure.detail
            )
        else:
            if states.is_given_up(values):
                self.crawler.stats.inc_value(GIVEN_UP)


def settled(lease: Lease, outcome: VisitOutcome, now: int, *, counts: bool) -> states.Values | None:
    """The changes of an item by the outcome of its visit; None if its article is kept, or if the next run gets it.

    `counts`: whether a failure counts as a try.
    """
    match outcome.ending:
        case Ending.UNCHANGED:
            return states.unchanged(lease, now)
        case Ending.GONE | Ending.STILL_GONE:
            return states.gone(lease, outcome.reason, now)
        case Ending.REFUSED:
            return states.refused(lease, outcome.reason, now)
        case Ending.FAILED if counts:
            return states.failed(lease, outcome.reason, now)
        case Ending.FAILED:
            return states.postponed(lease, outcome.reason, now)
    return None
