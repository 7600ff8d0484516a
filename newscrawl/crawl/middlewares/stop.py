"""The downloader middleware that sends nothing more once a run is given up, or a host answers nothing."""

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.crawl.extensions.outages import is_out
from newscrawl.crawl.failures import RunStopped
from newscrawl.crawl.visit import visit_of


class StopMiddleware:
    """Drops the requests that wait in the downloader when the throttle stops the run, or when their host is out.

    What a user asks for by its URL is asked for in any case.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_STOP_ENABLED"):
            raise NotConfigured
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises RunStopped once the run sends no more requests, or none to this host."""
        spider: Any = self.crawler.spider
        if hasattr(spider, "throttle") and spider.throttle.stopped:
            raise RunStopped(request.url)
        visit = visit_of(request)
        if visit and visit.lease and is_out(self.crawler, visit):
            raise RunStopped(request.url)
