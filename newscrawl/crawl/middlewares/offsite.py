"""The middleware that lets only the site's own hosts be fetched: pages, redirects and robots.txt alike."""

from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from newscrawl.crawl.failures import Offsite
from newscrawl.sites.urls import is_allowed


class OffsiteMiddleware:
    """Drops requests to other hosts. Scrapy's own middleware passes every subdomain and `dont_filter` request."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_OFFSITE_ENABLED"):
            raise NotConfigured
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises Offsite for a host that is not the site's."""
        spider: Any = self.crawler.spider
        if hasattr(spider, "data") and not is_allowed(request.url, spider.data):  # `scrapy shell` may have another
            raise Offsite(request.url)
