"""robots.txt holds for every request, also when many wait for it together, and its crawl-delay is kept."""

import asyncio
from collections import defaultdict
from typing import Any, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

SERVER_ERROR = 500


class RobotsUnreachable(IgnoreRequest):
    """robots.txt could not be had, so nothing on that host may be fetched (RFC 9309, 2.3.1.4)."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware, one waiter at a time, and closed where robots.txt answers with an error.

    Scrapy 2.14 to 2.19 share one Deferred among all that wait for a host's robots.txt; the first waiter turns its
    result into None, and None means no rules: of 8 forbidden start URLs 6 were fetched. There a failed robots.txt means
    no rules too.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._waiting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._unreachable: dict[str, Exception] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The rules of the request's host. Raises what kept robots.txt from us."""
        host = urlparse_cached(request).netloc
        async with self._waiting[host]:
            parser = await super().robot_parser(request)
        if host in self._unreachable:
            raise self._unreachable[host]
        return parser

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= SERVER_ERROR:
            raise RobotsUnreachable(f"{response.url} answered {response.status}")
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        self._unreachable[netloc] = exc
        super()._robots_error(exc, netloc)


class CrawlDelay:
    """Keeps the crawl-delay of robots.txt where it is longer than the site file's delay; Scrapy never applies it."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.asked: dict[str, float] = {}  # crawl-delays, by slot
        self.delays: dict[str, float] = {}  # what holds a slot now
        self.before: dict[str, tuple[Any, int]] = {}  # a slot's jitter and concurrency, before it was held
        crawler.signals.connect(self.parsed, signals.robots_parsed)
        crawler.signals.connect(self.downloaded, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Notes the delay that a host asks for, in seconds."""
        agent = self.crawler.settings["ROBOTSTXT_USER_AGENT"]
        delay = float(robotparser.crawl_delay(agent) or 0)
        if delay > self.crawler.settings.getfloat("DOWNLOAD_DELAY"):
            self.asked[self.slot_key(request)] = self.delays[self.slot_key(request)] = delay
            self.apply(self.slot_key(request))

    def hold(self, key: str, pause: float, delay: float) -> None:
        """Sends a host nothing for so many seconds, and then a request each `delay` at most.

        Without the pause here, requests that wait in the downloader already would go out during it.
        """
        asked = self.asked.get(key, 0.0)
        self.delays[key] = max(pause, delay, asked)
        self.apply(key)
        asyncio.get_running_loop().call_later(pause, self.ease, key, max(delay, asked))

    def ease(self, key: str, delay: float = 0.0) -> None:
        """Ends what holds a host, but for a delay, and for the one that its robots.txt asks for."""
        delay = max(delay, self.asked.get(key, 0.0))
        self.delays[key] = delay
        slot = self.crawler.engine.downloader.slots.get(key) if self.crawler.engine else None
        if slot:
            slot.delay = max(delay, self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        if slot and not delay and key in self.before:
            slot.jitter, slot.concurrency = self.before.pop(key)

    def downloaded(self, request: Request) -> None:
        """AutoThrottle, which runs before, may have made the delay shorter."""
        self.apply(request.meta.get("download_slot", ""))

    def apply(self, key: str) -> None:
        """Holds a host's slot to its delay: no jitter, one request at a time."""
        slot = self.crawler.engine.downloader.slots.get(key) if self.crawler.engine else None
        if slot and (delay := self.delays.get(key)):
            self.before.setdefault(key, (slot.jitter, slot.concurrency))
            slot.delay, slot.jitter, slot.concurrency = max(slot.delay, delay), 0, 1

    def slot_key(self, request: Request) -> str:
        """The name of a host's slot in the downloader."""
        return self.crawler.engine.downloader.get_slot_key(request) if self.crawler.engine else ""
