"""Retry-After: how long a response asks a client to wait."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response


def retry_after(response: Response, now: datetime | None = None) -> float:
    """The seconds that a response asks to wait, by a number or a date (RFC 9110, 10.2.3); 0 if it does not ask.

    >>> retry_after(Response("https://x/", headers={"Retry-After": "120"}))
    120.0
    """
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text[:9])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


class RetryAfterMiddleware:
    """Keeps responses with Retry-After from Scrapy's retry middleware, which would retry at once."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        if not crawler.settings.getbool("NEWSCRAWL_RETRY_AFTER_ENABLED"):
            raise NotConfigured
        return cls()

    def process_response(self, request: Request, response: Response) -> Response:
        """Marks the request of such a response as not to be retried by Scrapy."""
        if "Retry-After" in response.headers:
            request.meta["dont_retry"] = True
        return response
