"""The extension that settles the lease of each item in the ledger, by the outcome of its visit."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from sqlalchemy.exc import DatabaseError

from newscrawl.crawl.extensions.archive import archive_failed, archive_of, now_of
from newscrawl.crawl.extensions.outages import counts
from newscrawl.crawl.failures import Unwritten
from newscrawl.crawl.signals import ledger_failed, visit_ended, visit_held_back, visit_sent
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome
from newscrawl.ledger import states
from newscrawl.ledger.queue import settle
from newscrawl.outcomes.stats import GIVEN_UP
from newscrawl.provenance import Lease


class LeaseExtension:
    """Notes which items are under way, and what became of those whose article was not kept.

    An article is kept in one transaction with its item.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_LEASES_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        crawler.signals.connect(self.sent, visit_sent)
        crawler.signals.connect(self.held_back, visit_held_back)
        crawler.signals.connect(self.ended, visit_ended)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def sent(self, visit: Visit) -> None:
        """Notes that the request of a leased item is sent, before it is: the run may be killed by its page."""
        if visit.lease:
            self.settle(visit.lease, states.sent(visit.lease))

    def held_back(self, visit: Visit) -> None:
        """Notes that the request of a leased item waits again."""
        if visit.lease:
            self.settle(visit.lease, states.unsent(visit.lease))

    def ended(self, visit: Visit, outcome: VisitOutcome) -> None:
        """Settles the lease of a visit."""
        if not visit.lease:
            return
        now = int(now_of(self.crawler).timestamp())
        values = settled(visit.lease, outcome, now, counts=counts(self.crawler, visit, outcome.reason))
        if values and self.settle(visit.lease, values) and states.is_given_up(values):
            self.crawler.stats.inc_value(GIVEN_UP)

    def settle(self, lease: Lease, values: states.Values) -> bool:
        """Changes the item of a lease. Returns whether it could; if not, the run is given up."""
        archive = archive_of(self.crawler)
        if not archive:
            return False
        try:
            with archive.ledger.transaction() as connection:
                settle(connection, lease.key, values)
        except DatabaseError as error:
            archive_failed(self.crawler, error)
            failure = Unwritten(error)
            self.crawler.signals.send_catch_log(
                ledger_failed, what=lease.url, reason=failure.reason, detail=failure.detail
            )
            return False
        return True


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
