"""Only the site's own hosts are ever fetched: pages, redirects and robots.txt alike."""

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

from newscrawl.sites.urls import allowed


class Offsite(IgnoreRequest):
    """A request to a host that the site file does not name."""


class RunStopped(IgnoreRequest):
    """A request that was ready to go when the run was given up."""


class OffsiteMiddleware:
    """Refuses requests to other hosts. Scrapy's own middleware lets every sub-domain and `dont_filter` request pass."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises Offsite for a host that is not the site's, GivenUp once nothing may be asked any more."""
        spider: Any = self.crawler.spider
        if not hasattr(spider, "data"):  # no spider of a site, as in `scrapy shell`
            return
        if spider.throttle.stopped:
            raise RunStopped(request.url)
        if not allowed(request.url, spider.data):
            raise Offsite(request.url)
