"""The downloader middleware that sends nothing more once a run is given up."""

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.crawl.failures import RunStopped


class StopMiddleware:
    """Drops the requests that wait in the downloader when the throttle stops the run."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_STOP_ENABLED"):
            raise NotConfigured
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises RunStopped once the run sends no more requests."""
        spider: Any = self.crawler.spider
        if hasattr(spider, "throttle") and spider.throttle.stopped:
            raise RunStopped(request.url)
