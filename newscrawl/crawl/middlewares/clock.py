"""The downloader middleware that compares the machine's clock with the Date of the first answers."""

from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from newscrawl.crawl.extensions.archive import archive_of, now_of
from newscrawl.crawl.failures import RunStopped
from newscrawl.crawl.middlewares.robots import IS_ROBOTS


class ClockMiddleware:
    """Gives the run up when the clock is wrong, before any answer is stored; a run without an archive may have any."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_CLOCK_ENABLED"):
            raise NotConfigured
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises RunStopped if the clock is wrong."""
        spider: Any = self.crawler.spider
        check = getattr(spider, "clock_check", None)
        date = date_of(response)
        writes = archive_of(self.crawler) or hasattr(spider, "estimate")  # an estimate asks for the days of the clock
        if not check or date is None or not writes:
            return response
        now = int(now_of(self.crawler).timestamp())
        if why := check.hear_date(now, date, urlsplit(request.url).netloc, weak=IS_ROBOTS in request.meta):
            spider.throttle.stop(why)
            raise RunStopped(request.url)
        return response


def date_of(response: Response) -> int | None:
    """The time that a response tells, in epoch seconds: its Date, and its Age in a cache (RFC 9111, 5.1); or None.

    >>> headers = {"Date": "Sun, 01 Mar 2026 00:00:00 GMT", "Age": "60"}
    >>> date_of(Response("https://x/", headers=headers)), date_of(Response("https://x/", headers={"Date": "now"}))
    (1772323260, None)
    """
    text, age = ((response.headers.get(name) or b"").decode("latin-1").strip() for name in ("Date", "Age"))
    try:
        date = parsedate_to_datetime(text)
        seconds = int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds + int(age[:9]) if age.isdecimal() else seconds
