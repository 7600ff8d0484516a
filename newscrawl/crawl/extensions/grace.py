"""The extension that ends an interrupted run in time; Scrapy would wait for all requests in flight."""

from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

GRACE = 3.0  # seconds that an interrupted run waits for the requests in flight; nothing is lost without their answers
EVERY = 0.2  # seconds between two looks at the engine, which sends no signal when it is told to stop


class GraceExtension:
    """Stops the reactor `GRACE` seconds after the engine was told to stop, if the spider is not closed by then."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_GRACE_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.ran = False
        self.left = GRACE
        self.watch = create_looping_call(self.look)
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.begin, signals.engine_started)
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def open(self) -> None:
        """Begins to watch the engine."""
        self.watch.start(EVERY)

    def begin(self) -> None:
        """Notes that the engine runs: it may be told to stop before the next look."""
        self.ran = True

    def close(self) -> None:
        """Ends the watch."""
        if self.watch.running:
            self.watch.stop()

    def look(self) -> None:
        """Looks at the engine once."""
        running = bool(self.crawler.engine and self.crawler.engine.running)
        self.ran = self.ran or running
        if running or not self.ran:
            return
        self.left -= EVERY
        if self.left <= 0:
            self.close()
            stop_reactor()


def stop_reactor() -> None:
    """Stops the reactor, if it runs."""
    from twisted.internet import reactor  # noqa: PLC0415 (Scrapy installs it first)

    chosen: Any = reactor
    if chosen.running:
        chosen.stop()
