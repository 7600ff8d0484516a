"""The extension that takes many pages without an article, in a row on one host, for a ban in unknown words.

It may be a changed design as well: in either case the run slows down, stops, and keeps a page for whoever must look.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from newscrawl.archive.paths import UNKNOWN_PAGES, unfinished
from newscrawl.atomic import write_whole
from newscrawl.crawl.extensions.archive import archive_failed, archive_of, now_of
from newscrawl.crawl.extensions.crawl_delay import slow_down
from newscrawl.crawl.signals import visit_ended
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome, host_of_visit, visit_of
from newscrawl.outcomes.reasons import reason_of


class SoftBanExtension:
    """Watches the outcomes of visits for pages that nobody knows."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_SOFT_BAN_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.pages: dict[int, Response] = {}  # of the visits under way, by id
        crawler.signals.connect(self.received, signals.response_received)
        crawler.signals.connect(self.ended, visit_ended)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def received(self, response: Response, request: Request) -> None:
        """Remembers the page of a visit while it is read."""
        if visit := visit_of(request):
            self.pages[visit.id] = response

    def ended(self, visit: Visit, outcome: VisitOutcome) -> None:
        """Counts a page that nobody knows, and backs off; any other page ends the row."""
        spider: Any = self.crawler.spider
        host, page = host_of_visit(visit), self.pages.pop(visit.id, None)
        if not is_doubtful(outcome):
            if says_what_it_is(outcome):
                spider.throttle.recognised(host)
            return
        stopped = spider.throttle.stopped
        pause = spider.throttle.doubt(host, visit.pauses, outcome.reason)
        if pause:
            request = Request(visit.lease.url if visit.lease else visit.asked)
            slow_down(self.crawler, request, host, pause, f"gives pages that hold no article ({outcome.reason})")
        elif spider.throttle.stopped and not stopped and page and (path := self.keep_page(host, page.body)):
            spider.throttle.stopped += f"; {path} is such a page"

    def keep_page(self, host: str, page: bytes) -> Path | None:
        """Writes a page of a host into the archive. Returns its path; None without an archive."""
        archive = archive_of(self.crawler)
        if not archive:
            return None
        path = archive.root / UNKNOWN_PAGES / page_name(host, now_of(self.crawler))
        try:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, page, unfinished(archive.root) / path.name)
        except OSError as error:
            archive_failed(self.crawler, error)
            return None
        return path


def page_name(host: str, now: datetime) -> str:
    """The name of the file with a host's page.

    >>> page_name("a.example:8080", datetime(2026, 3, 1, 8, 0, 5))
    'a.example-8080-20260301080005.html'
    """
    return f"{re.sub('[^0-9A-Za-z.-]', '-', host)}-{now:%Y%m%d%H%M%S}.html"


def is_doubtful(outcome: VisitOutcome) -> bool:
    """Whether a visit brought a page of which nothing says what it is."""
    return outcome.ending is Ending.FAILED and reason_of(outcome.reason).doubtful


def says_what_it_is(outcome: VisitOutcome) -> bool:
    """Whether a visit brought an answer that can be told from a ban: an article, or a page that a rule knows."""
    settled = outcome.ending is Ending.FAILED and reason_of(outcome.reason).settles
    return settled or outcome.ending not in (Ending.FAILED, Ending.UNSENT, Ending.UNWRITTEN, Ending.REPEATED)
