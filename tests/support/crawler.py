"""What the parts of a run see of Scrapy's crawler, without a run: settings, signals, stats, spider, engine."""

from types import SimpleNamespace
from typing import Any

from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import MemoryStatsCollector

from newscrawl import settings as module


class StubCrawler:
    """A crawler with newscrawl's settings and those given, and with a spider that has the given attributes."""

    def __init__(self, settings: dict[str, Any] | None = None, engine: Any = None, **spider: Any) -> None:
        self.settings = Settings()
        self.settings.setmodule(module, priority="project")
        self.settings.update(settings or {}, priority="cmdline")
        self.signals = SignalManager(self)  # else all stubs, also those of earlier tests, would hear each other
        self.spider = SimpleNamespace(**spider)
        self.engine = engine
        self.stats = MemoryStatsCollector(SimpleNamespace(settings=Settings({"STATS_DUMP": False})))  # type: ignore[arg-type]
        self.extensions: dict[type, Any] = {}

    def get_extension(self, kind: type) -> Any:
        return self.extensions.get(kind)

    def counts(self) -> dict[str, Any]:
        """The stats so far."""
        return dict(self.stats.get_stats())


def stub_crawler(settings: dict[str, Any] | None = None, engine: Any = None, **spider: Any) -> Any:
    """A `StubCrawler`, which the parts of a run take for Scrapy's."""
    return StubCrawler(settings, engine, **spider)


class Heard:
    """Records what is sent with a signal."""

    def __init__(self, crawler: Any, signal: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        crawler.signals.connect(self.hear, signal)

    def hear(self, **about: Any) -> None:
        self.sent.append({name: value for name, value in about.items() if name not in ("sender", "signal")})
