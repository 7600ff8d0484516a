"""How long an interrupted run waits for the requests in flight."""

from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.signals import engine_started

from newscrawl.crawl.extensions import grace
from newscrawl.crawl.extensions.grace import EVERY, GraceExtension
from newscrawl.deadline import GRACE
from tests.support.crawler import stub_crawler


class Watch:
    """Stands in for Scrapy's looping call."""

    def __init__(self, look: Any) -> None:
        self.look, self.running, self.every = look, False, 0.0

    def start(self, every: float) -> None:
        self.running, self.every = True, every

    def stop(self) -> None:
        self.running = False


class Run:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stops = 0
        monkeypatch.setattr(grace, "create_looping_call", Watch)
        monkeypatch.setattr(grace, "stop_reactor", self.stop)
        self.crawler = stub_crawler()
        self.extension = GraceExtension.from_crawler(self.crawler)
        self.watch: Any = self.extension.watch
        self.extension.open()

    def stop(self) -> None:
        self.stops += 1

    def look(self, times: int, *, running: bool | None) -> None:
        self.crawler.engine = None if running is None else SimpleNamespace(running=running)
        for _ in range(times):
            self.watch.look()


def test_the_engine_is_watched_while_the_spider_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    assert (run.watch.running, run.watch.every) == (True, EVERY)
    run.extension.close()
    assert not run.watch.running
    run.extension.close()


def test_a_run_that_goes_on_is_not_ended_nor_one_that_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    run.look(100, running=None)
    run.look(100, running=False)
    run.look(100, running=True)
    assert run.stops == 0


def test_a_run_that_is_told_to_stop_between_two_looks_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    run.look(1, running=None)
    run.crawler.signals.send_catch_log(engine_started)
    run.look(round(GRACE / EVERY) + 1, running=False)
    assert run.stops >= 1


def test_a_run_that_is_told_to_stop_is_ended_once_and_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    run.look(1, running=True)
    looks = round(GRACE / EVERY)
    run.look(looks - 1, running=False)
    assert (run.stops, run.watch.running) == (0, True)
    run.look(2, running=False)
    assert run.stops >= 1
    assert not run.watch.running
    assert GRACE < 5
