"""Which lines a run shows while it goes on."""

import logging
from typing import Any

import pytest

from newscrawl.crawl.extensions.failure_log import FailureLog, Reporter
from newscrawl.crawl.process import show
from newscrawl.crawl.signals import items_expected, ledger_failed, list_failed, visit_ended, waiting
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome
from tests.support.crawler import stub_crawler

ASKED = "https://a.example/1"


def end(crawler: Any, ending: Ending) -> None:
    outcome = VisitOutcome(ending, "http_404", "the detail")
    crawler.signals.send_catch_log(visit_ended, visit=Visit(1, ASKED), outcome=outcome)


@pytest.mark.parametrize("ending", Ending)
def test_failures_are_reported_and_what_is_newly_gone(ending: Ending) -> None:
    crawler = stub_crawler()
    lines: list[tuple[str, ...]] = []
    reporter = Reporter(crawler, lambda *line: lines.append(line))
    end(crawler, ending)
    failure = ending in (Ending.REFUSED, Ending.FAILED, Ending.UNWRITTEN)
    reason = "http_404" if failure else "gone"
    assert lines == ([(ASKED, reason, "the detail")] if failure or ending is Ending.GONE else [])
    assert reporter


def test_lists_and_the_ledger_are_reported() -> None:
    crawler = stub_crawler()
    lines: list[tuple[str, ...]] = []
    reporter = Reporter(crawler, lambda *line: lines.append(line))
    crawler.signals.send_catch_log(list_failed, what="china", reason="list_short", detail="2 rows")
    crawler.signals.send_catch_log(ledger_failed, what=ASKED, reason="unwritten", detail="disk full")
    assert lines == [("china", "list_short", "2 rows"), (ASKED, "unwritten", "disk full")]
    assert reporter


def test_under_scrapy_they_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    crawler = stub_crawler(logger=logging.getLogger("spider"))
    extension = FailureLog.from_crawler(crawler)
    end(crawler, Ending.FAILED)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", f"{ASKED}: http_404: the detail")
    ]
    caplog.clear()
    caplog.set_level(logging.INFO)
    crawler.signals.send_catch_log(waiting, host="a.example", seconds=9.0, why="is slow")
    (record,) = caplog.records
    assert record.getMessage().startswith("waiting 9 s, until ")
    assert record.getMessage().endswith(": a.example is slow")
    crawler.spider = None
    extension.log("a", "b", "c")  # before there is a spider
    extension.waiting("a", 1.0, "b")


class Display:
    def __init__(self) -> None:
        self.shown: list[Any] = []

    def failure(self, what: str, reason: str, detail: str) -> None:
        self.shown.append((what, reason, detail))

    def expect(self, count: int) -> None:
        self.shown.append(count)

    def advance(self) -> None:
        self.shown.append("done")

    def waiting(self, host: str, seconds: float, why: str) -> None:
        self.shown.append((host, seconds, why))


def test_a_program_shows_the_failures_and_the_progress() -> None:
    crawler = stub_crawler()
    display = Display()
    kept = show(crawler, display)
    crawler.signals.send_catch_log(items_expected, count=3)
    end(crawler, Ending.KEPT)
    end(crawler, Ending.FAILED)
    crawler.signals.send_catch_log(waiting, host="a.example", seconds=9.0, why="is slow")
    assert display.shown == [3, "done", "done", (ASKED, "http_404", "the detail"), ("a.example", 9.0, "is slow")]
    assert kept
