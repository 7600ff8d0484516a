"""The extension that gives a run up when its process takes too much memory.

Scrapy's own closes the spider at once: what is under way and what waits then has no outcome.
"""

import logging
import resource
import sys
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.asyncio import create_looping_call

EVERY = 1.0  # seconds between two looks
MB = 2**20
STATM = Path("/proc/self/statm")  # of Linux: sizes in pages of memory, the second is what is in memory now
log = logging.getLogger(__name__)


class MemoryExtension:
    """Looks at the memory of the process, and stops the run once it is more than MEMUSAGE_LIMIT_MB.

    The articles under way are finished; the others are left to the next run, or counted as `turned_away`.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.limit = crawler.settings.getint("MEMUSAGE_LIMIT_MB")
        if not crawler.settings.getbool("NEWSCRAWL_MEMORY_ENABLED") or not self.limit:
            raise NotConfigured
        self.crawler = crawler
        self.watch: Any = None
        crawler.signals.connect(self.open, signals.spider_opened)
        crawler.signals.connect(self.close, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def open(self) -> None:
        """Begins to look."""
        self.watch = create_looping_call(self.look)
        self.watch.start(EVERY)

    def close(self) -> None:
        """Ends the looks."""
        if self.watch and self.watch.running:
            self.watch.stop()

    def look(self) -> None:
        """Looks once."""
        taken = memory_taken()
        self.crawler.stats.max_value("memusage/max", taken)
        throttle: Any = getattr(self.crawler.spider, "throttle", None)
        if throttle and not throttle.stopped and (why := why_too_much(taken, self.limit)):
            log.error("%s", why)
            throttle.stop(why)


def why_too_much(taken: int, limit: int) -> str:
    """Why a run is given up that takes so many bytes of memory; empty if it goes on. `limit` is in MB.

    >>> why_too_much(2**30, 1024), why_too_much(2**30 + 1, 1024)
    ('', 'it took 1024 MB of memory, and MEMUSAGE_LIMIT_MB allows 1024; run it again for the rest')
    """
    if taken <= limit * MB:
        return ""
    return f"it took {taken // MB} MB of memory, and MEMUSAGE_LIMIT_MB allows {limit}; run it again for the rest"


def memory_taken() -> int:
    """The bytes of memory that the process takes; where the system does not say, the most that it has taken so far."""
    try:
        return int(STATM.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
