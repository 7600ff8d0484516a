"""The extension that applies the crawl-delay of robots.txt, and pauses hosts that ban us."""

import asyncio
import math
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.robotstxt import RobotParser

from newscrawl.crawl.signals import waiting
from newscrawl.crawl.throttle import LONGEST

SLOWER = 1.0  # seconds; the least by which a host that has banned us is read more slowly
SHORT = 5.0  # seconds; nobody wonders about a shorter wait


class CrawlDelay:
    """Applies a crawl-delay of robots.txt that is longer than the site file's delay; Scrapy never does."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_CRAWL_DELAY_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.crawl_delays: dict[str, float] = {}  # crawl-delays in seconds, by slot
        self.delays: dict[str, float] = {}  # the delay of a slot now, in seconds
        self.before: dict[str, tuple[Any, int]] = {}  # jitter and concurrency of a slot before it was held
        crawler.signals.connect(self.parsed, signals.robots_parsed)
        crawler.signals.connect(self.downloaded, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Notes the delay that a host asks for, in seconds; the robots middleware leaves it alone if it is too long."""
        delay = asked_delay(robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"]))
        if is_too_long(delay) or delay <= self.crawler.settings.getfloat("DOWNLOAD_DELAY"):
            return
        self.crawl_delays[self.slot_key(request)] = self.delays[self.slot_key(request)] = delay
        self.apply(self.slot_key(request))
        if delay > SHORT:
            why = f"asks for {delay:.0f} s between two requests in its robots.txt"
            self.crawler.signals.send_catch_log(waiting, host=urlsplit(request.url).netloc, seconds=delay, why=why)

    def hold(self, key: str, pause: float, delay: float) -> None:
        """Sends a host nothing for `pause` seconds, then at most one request each `delay` seconds.

        The throttle alone is not enough: requests that wait in the downloader would be sent during the pause.
        """
        crawl_delay = self.crawl_delays.get(key, 0.0)
        self.delays[key] = max(pause, delay, crawl_delay)
        self.apply(key)
        asyncio.get_running_loop().call_later(pause, self.ease, key, max(delay, crawl_delay))

    def ease(self, key: str, delay: float = 0.0) -> None:
        """Ends the hold of a host; `delay` seconds, or the crawl-delay of its robots.txt, remain between requests."""
        delay = max(delay, self.crawl_delays.get(key, 0.0))
        self.delays[key] = delay
        slot = self.crawler.engine.downloader.slots.get(key) if self.crawler.engine else None
        if slot:
            slot.delay = max(delay, self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        if slot and not delay and key in self.before:
            slot.jitter, slot.concurrency = self.before.pop(key)

    def downloaded(self, request: Request) -> None:
        """Applies the delay again: AutoThrottle, which runs before, may have shortened it."""
        self.apply(request.meta.get("download_slot", ""))

    def apply(self, key: str) -> None:
        """Holds the slot of a host to its delay: no jitter, one request at a time."""
        slot = self.crawler.engine.downloader.slots.get(key) if self.crawler.engine else None
        if slot and (delay := self.delays.get(key)):
            self.before.setdefault(key, (slot.jitter, slot.concurrency))
            slot.delay, slot.jitter, slot.concurrency = max(slot.delay, delay), 0, 1

    def slot_key(self, request: Request) -> str:
        """The name of a host's slot in the downloader."""
        return self.crawler.engine.downloader.get_slot_key(request) if self.crawler.engine else ""


def slow_down(crawler: Crawler, request: Request, host: str, pause: float, why: str) -> None:
    """Sends nothing to the host of a request during a pause, and less than before after it, and says so.

    `why` is a predicate: what the host does.
    """
    spider: Any = crawler.spider
    crawler.signals.send_catch_log(waiting, host=host, seconds=pause, why=why)
    if extension := crawler.get_extension(CrawlDelay):
        slower = slower_delay(spider.data.politeness.delay, spider.throttle.pauses_of(host))
        extension.hold(extension.slot_key(request), pause, slower)


def slower_delay(delay: float, pauses: int) -> float:
    """The seconds between two requests to a host that has caused so many pauses in a row."""
    return max(SLOWER, 2 * delay) * pauses


def asked_delay(value: float | None) -> float:
    """The crawl-delay of a robots.txt in seconds; 0 if it has none, or none that is a length of time.

    >>> [asked_delay(value) for value in (2, None, -5.0, float("inf"), float("nan"))]
    [2.0, 0.0, 0.0, 0.0, 0.0]
    """
    return float(value) if value and math.isfinite(value) and value > 0 else 0.0


def is_too_long(delay: float) -> bool:
    """Whether a crawl-delay is longer than the longest pause of a run: its host is left alone."""
    return delay > LONGEST


def too_long_detail(delay: float) -> str:
    """What a user reads of a host that is left alone."""
    return f"robots.txt asks for {delay:.0f} s between two requests, and a run waits {LONGEST:.0f} s at most"
