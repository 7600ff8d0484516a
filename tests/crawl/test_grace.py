"""How long an interrupted run waits for the requests in flight."""

import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.signals import engine_started

from newscrawl import deadline
from newscrawl.crawl.extensions import grace
from newscrawl.crawl.extensions.grace import EVERY, GraceExtension
from newscrawl.deadline import GRACE
from tests.support.crawler import stub_crawler


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in deadline.SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


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
        self.stops, self.now = 0, 1000.0
        monkeypatch.setattr(grace, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(grace, "create_looping_call", Watch)
        monkeypatch.setattr(grace, "stop_reactor", self.stop)
        self.crawler = stub_crawler()
        self.extension = GraceExtension.from_crawler(self.crawler)
        self.watch: Any = self.extension.watch
        self.extension.open()
        monkeypatch.setattr(deadline, "_told", [])

    def stop(self) -> None:
        self.stops += 1

    def look(self, times: int, *, running: bool | None) -> None:
        self.crawler.engine = None if running is None else SimpleNamespace(running=running)
        for _ in range(times):
            self.watch.look()
            self.now += EVERY


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
    run.look(round(GRACE / EVERY) + 2, running=False)
    assert run.stops >= 1


def test_a_run_that_is_told_to_stop_is_ended_once_and_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(monkeypatch)
    run.look(1, running=True)
    looks = round(GRACE / EVERY)
    run.look(looks - 1, running=False)
    assert (run.stops, run.watch.running) == (0, True)
    run.look(3, running=False)
    assert run.stops >= 1
    assert not run.watch.running
    assert GRACE < 5


def test_the_time_runs_from_the_signal_however_long_a_page_kept_the_run_from_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run(monkeypatch)
    run.look(1, running=True)
    monkeypatch.setattr(deadline, "told", lambda: run.now - GRACE)
    run.look(1, running=False)
    assert (run.stops, run.watch.running) == (1, False)


def test_signals_are_heard_while_the_spider_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background of a script ignores it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    run = Run(monkeypatch)
    assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    run.extension.close()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
