"""The middleware that applies robots.txt to every request, also when several wait for it at the same time."""

import asyncio
from collections import defaultdict

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from newscrawl.crawl.failures import RobotsForbidden, RobotsUnreachable

SERVER_ERROR = 500


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware with two corrections: requests wait one at a time, and an error of robots.txt forbids all.

    Scrapy 2.14 to 2.19 share one Deferred among all requests that wait for a host's robots.txt; the first one turns
    its result into None, and None means no rules: 6 of 8 forbidden start URLs were fetched. A robots.txt that cannot
    be fetched means no rules to Scrapy, too.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._waiting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unreachable: dict[str, Exception] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host. Raises the error of fetching its robots.txt."""
        host = urlparse_cached(request).netloc
        async with self._waiting[host]:
            parser = await super().robot_parser(request)
        if host in self._unreachable:
            raise self._unreachable[host]
        return parser

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises RobotsForbidden for a request that the rules forbid."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsForbidden(str(error)) from error

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= SERVER_ERROR:
            raise RobotsUnreachable(f"{response.url} answered {response.status}")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreachable[netloc] = exc
        super()._robots_error(exc, netloc)
