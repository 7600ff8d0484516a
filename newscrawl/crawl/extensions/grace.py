"""The extension that ends an interrupted run in time; Scrapy would wait for all requests in flight."""

import time
from collections.abc import Callable
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

from newscrawl import deadline
from newscrawl.deadline import GRACE

EVERY = 0.2  # seconds between two looks at the engine, which sends no signal when it is told to stop


class GraceExtension:
    """Stops the reactor `GRACE` seconds after the run was told to stop, if the spider is not closed by then.

    Nothing is lost without the answers to the requests in flight. Pages that are read meanwhile hear of it, too.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_GRACE_ENABLED"):
            raise NotConfigured
        self.crawler = crawler
        self.ran = False
        self.stopping: float | None = None  # since when the engine is known to be told to stop
        self.unhear: Callable[[], None] = _nothing
        self.watch = create_looping_call(self.look)
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.begin, signals.engine_started)
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def open(self) -> None:
        """Begins to watch the engine, and to hear signals: Scrapy handles them by now."""
        self.unhear = deadline.hear()
        self.watch.start(EVERY)

    def begin(self) -> None:
        """Notes that the engine runs: it may be told to stop before the next look."""
        self.ran = True

    def close(self) -> None:
        """Ends the watch."""
        self.unhear()
        self.unhear = _nothing
        if self.watch.running:
            self.watch.stop()

    def look(self) -> None:
        """Looks at the engine once."""
        running = bool(self.crawler.engine and self.crawler.engine.running)
        self.ran = self.ran or running
        if running or not self.ran:
            return
        now = time.monotonic()
        self.stopping = self.stopping or deadline.told() or now
        if now - self.stopping >= GRACE:
            self.close()
            stop_reactor()


def _nothing() -> None:
    """Nothing is heard."""


def stop_reactor() -> None:
    """Stops the reactor, if it runs."""
    from twisted.internet import reactor  # noqa: PLC0415 (Scrapy installs it first)

    chosen: Any = reactor
    if chosen.running:
        chosen.stop()
