"""The middleware that lets only the site's own hosts be fetched: pages, redirects and robots.txt alike."""

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from newscrawl.sites.urls import is_allowed


class Offsite(IgnoreRequest):
    """A request to a host that the site file does not name."""


class RunStopped(IgnoreRequest):
    """A request that was about to be sent when the run was stopped."""


class OffsiteMiddleware:
    """Drops requests to other hosts. Scrapy's own middleware passes every subdomain and `dont_filter` request."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises Offsite for a host that is not the site's, RunStopped once the run sends no more requests."""
        spider: Any = self.crawler.spider
        if not hasattr(spider, "data"):  # not a spider of newscrawl, as in `scrapy shell`
            return
        if spider.throttle.stopped:
            raise RunStopped(request.url)
        if not is_allowed(request.url, spider.data):
            raise Offsite(request.url)
