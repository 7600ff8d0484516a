"""The middleware that lets only the site's own hosts be fetched: pages, redirects and robots.txt alike."""

from typing import Any, Self
from urllib.parse import urlsplit

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
            raise Offsite(request.url, offsite_detail(request.url, redirected="redirect_urls" in request.meta))


def offsite_detail(url: str, *, redirected: bool) -> str:
    """Which host is not the site's, and what to do.

    >>> offsite_detail("https://login.example/x", redirected=True)
    'it redirects to login.example, which is not a host of this site; name it under hosts in a --site file'
    """
    host = urlsplit(url).hostname or url
    what = f"it redirects to {host}, which" if redirected else host
    return f"{what} is not a host of this site; name it under hosts in a --site file"
