"""The base class of all spiders: takes URLs or channels, and reads pages into articles."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any, Self

import scrapy
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from sqlalchemy.exc import DatabaseError
from twisted.python.failure import Failure

from newscrawl import disk
from newscrawl.archive.archive import Archive
from newscrawl.crawl.arguments import CRAWLS, check_known, seeds_from, site_from, task_from
from newscrawl.crawl.extensions.archive import archive_failed, archive_of
from newscrawl.crawl.failures import BROKEN, HeldBack, Unwritten, failure_detail, failure_reason
from newscrawl.crawl.feeder import Feeder
from newscrawl.crawl.frontier import Frontier
from newscrawl.crawl.lists import ListFetcher
from newscrawl.crawl.options import RunOptions
from newscrawl.crawl.pages import of_asked, read_article
from newscrawl.crawl.politeness import apply_politeness, most_in_flight
from newscrawl.crawl.requests import NOT_MODIFIED, lease_requests, seed_requests
from newscrawl.crawl.responses import answer_of, other_type
from newscrawl.crawl.task import CrawlTask
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.titles import Titles
from newscrawl.crawl.tracker import Tracker
from newscrawl.crawl.visit import META, Ending, Visit, VisitOutcome, not_written, page_failed, visit_of
from newscrawl.deadline import in_time
from newscrawl.errors import Refused, Unfinished
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import next_page
from newscrawl.extraction.stages import normalise
from newscrawl.ledger import queue
from newscrawl.ledger.clock import ClockCheck
from newscrawl.outcomes.stats import NO_ARCHIVE
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import followed, is_allowed


class ArticleSpider(scrapy.Spider):
    """Fetches articles of one site: those of given URLs, or those that its lists name.

    Arguments (`-a` under plain Scrapy): `url`, one or several separated by white space; `urls_file`, a file with one
    URL a line; `site`, a site file instead of the one that the archive remembers, or the built-in one of the spider's
    name; `archive`, a folder. Or, to crawl into an archive, `channel`, one or several separated by white space or
    commas (`all`: all of them), `since`, `until` and `limit`, as in `newscrawl crawl`. A program can pass `options`
    too. Raises ValueError for unknown arguments.
    """

    tracker: Tracker
    feeder: Feeder
    lists: ListFetcher
    titles: Titles
    clock_check: ClockCheck | None = None  # None: the clock is taken as it is

    def __init__(
        self,
        url: str = "",
        urls_file: str = "",
        archive: str = "",
        site: str = "",
        options: RunOptions | None = None,
        **arguments: Any,
    ) -> None:
        check_known(arguments if isinstance(options, RunOptions | None) else {"options": options, **arguments})
        asked = {name: str(arguments.pop(name)) for name in CRAWLS if name in arguments}
        super().__init__(**arguments)
        self.options = options or RunOptions()
        self.clock = self.options.clock
        self.terms, self.data = site_from(self.name, site, archive, self.options.site)
        self.archive_folder = archive
        self.urls = self.options.urls or seeds_from(url, urls_file)
        self.task = self.options.task or task_from(asked, self.data, self.clock())
        self.frontier: Frontier | None = None
        politeness = self.data.politeness
        self.throttle = Throttle(most_in_flight(politeness), politeness.delay, politeness.patience)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Creates the spider, as Scrapy does; the site file's politeness becomes Scrapy's settings."""
        if folder := crawler.settings["NEWSCRAWL_ARCHIVE"]:
            kwargs = {"archive": folder, **kwargs}
        spider = super().from_crawler(crawler, *args, **kwargs)
        apply_politeness(spider.data.politeness, crawler.settings)
        spider.tracker = Tracker(crawler)
        spider.feeder = Feeder(crawler, spider.throttle, spider.tracker)
        spider.lists = ListFetcher(crawler, spider.throttle)
        spider.titles = Titles(crawler)
        spider.clock_check = ClockCheck() if crawler.settings.getbool("NEWSCRAWL_CLOCK_ENABLED") else None
        return spider

    @classmethod
    def handles_request(cls, request: Request) -> bool:
        """Whether a URL is of this site; `scrapy parse` and `scrapy shell` find a spider by it."""
        return is_allowed(request.url, load_site(cls.name))

    @property
    def archive(self) -> Archive | None:
        """The archive of the run, which `ArchiveExtension` owns; None if the run has none."""
        return archive_of(self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Yields the requests of the run, as the throttle allows."""
        if not self.archive and (self.task or self.archive_folder or self.settings["NEWSCRAWL_ARCHIVE"]):
            self.logger.error("The run needs an archive, and its extension is off; set NEWSCRAWL_ARCHIVE_ENABLED=True")
            raise CloseSpider(NO_ARCHIVE)
        async with aclosing(self.wanted()) as wanted, aclosing(self.feeder.requests(wanted)) as requests:
            async for request in requests:
                yield request
            if self.throttle.stopped and not self.task and isinstance(self.urls, (list, tuple)):  # a stream may not end
                await self.feeder.turn_away(wanted)

    def wanted(self) -> AsyncGenerator[Request, None]:
        """The requests that the run wants to send: of the items that a crawl leases, or of the seeds."""
        if self.task and self.archive:
            return self.leased(self.task, self.archive)
        return seed_requests(self.urls, self.data, self.tracker, self.request, self.lists_of)

    def lists_of(self, key: str) -> tuple[str, ...]:
        """The lists that have named an article, as the archive has them; if it cannot be read, the run is given up."""
        if self.archive is None:
            return ()
        try:
            with self.archive.ledger.reading() as connection:
                return queue.lists_of(connection, [key]).get(key, ())
        except DatabaseError as error:
            archive_failed(self.crawler, error)
            return ()

    async def leased(self, task: CrawlTask, archive: Archive) -> AsyncGenerator[Request, None]:
        """Yields a request for each leased item. If the ledger cannot be written, the run is given up."""
        lists = self.lists
        try:
            self.frontier = Frontier(
                task, self.data, archive.ledger, self.clock, lists.fetch, lists.report, lists.expect, self.clock_check
            )
            async with aclosing(lease_requests(self.frontier.leases(), self.tracker, self.request)) as requests:
                async for request in requests:
                    yield request
        except DatabaseError as error:
            archive_failed(self.crawler, error)
            if not disk.is_refusal(error):
                raise

    def request(self, url: str, visit: Visit) -> Request:
        """The request for a page of a visit. Raises ValueError if Scrapy rejects the URL."""
        return Request(url, self.parse, errback=self.failed, meta={META: visit}, dont_filter=True)

    def parse(self, response: Response) -> Iterator[Article | Request]:
        """Yields the article of a page, or the request for its next page, or ends the visit with the reason."""
        visit = visit_of(response.request) or Visit(0, response.url)
        if visit.lease and visit.lease.has_article and response.status == NOT_MODIFIED:
            self.tracker.end(visit, VisitOutcome(Ending.UNCHANGED))
        elif not visit.first and (kind := other_type(response)):
            self.tracker.end(visit, page_failed(visit, response.url, "not_html", kind))
        elif self.options.pages is not None:
            self.options.pages.append((answer_of(response), response.url))
            self.tracker.end(visit, VisitOutcome(Ending.READ))
        else:
            yield from self.read(response, visit)

    def read(self, response: Response, visit: Visit) -> Iterator[Article | Request]:
        """Yields the article of a web page, or the request for its next page, or ends the visit with the reason.

        A page that is not read because the run is told to stop has no outcome: it is left to the next run.
        """
        try:
            article, url = in_time(partial(self.article_of, response, visit), self.data.page_seconds)
        except Unfinished:
            return
        except Refused as why:
            refused = of_asked(why, visit.asked, response.url, self.data)
            if request := self.another(response, replace(visit, arrived=True), refused):
                yield request
                return
            outcome = page_failed(visit, response.url, refused.reason, refused.detail, refused=refused.by_rule)
            self.tracker.end(visit, outcome)
            return
        if url:
            visit = replace(visit, first=article, joined=(*visit.joined, url), bans=0, answers=0, arrived=True)
            yield self.request(url, replace(visit, pauses=self.throttle.pauses))
        else:  # under `scrapy parse`, where no pipelines run, it is normalised here
            yield article if self.tracker.is_under_way(visit) else normalise(article)

    def article_of(self, response: Response, visit: Visit) -> tuple[Article, str]:
        """The article of a web page, and the address of its next page. Raises Refused."""
        article = read_article(response, self.data, self.options.policy, visit)
        if not visit.first:
            self.titles.check(article, visit.lease)
        return article, next_page(article, visit.joined)

    def another(self, response: Response, visit: Visit, refused: Refused) -> Request | None:
        """The next request of a visit whose page is refused, if any: the page that it leads to, or the same once more.

        A page that is cut off is asked for again as often as one that does not come at all.
        """
        if not visit.moved and (target := refused.target and followed(response.url, refused.target, self.data)):
            return self.request(target, replace(visit, moved=True))
        if refused.reason == BROKEN and response.request:
            again = get_retry_request(response.request, spider=self, reason=BROKEN)
            return again and again.replace(meta={**again.meta, META: visit})
        return None

    def failed(self, failure: Failure) -> None:
        """Ends the visit of a request that brought no page, unless it is held back to be sent again."""
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        visit = visit_of(request)
        if isinstance(failure.value, Unfinished):
            return
        if visit and isinstance(failure.value, Unwritten):
            self.tracker.end(visit, not_written(failure.value))
        elif visit and not isinstance(failure.value, HeldBack):
            detail = failure_detail(failure.value, self.settings.getint("DOWNLOAD_MAXSIZE"))
            self.tracker.end(visit, page_failed(visit, request.url, failure_reason(failure.value), detail))
