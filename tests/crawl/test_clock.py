"""What a run does about the time that servers tell."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from newscrawl.archive.clock import check_clock, told_time
from newscrawl.crawl.extensions.archive import ArchiveExtension, remember_time
from newscrawl.crawl.failures import RunStopped
from newscrawl.crawl.middlewares.clock import ClockMiddleware, date_of
from newscrawl.crawl.middlewares.robots import IS_ROBOTS
from newscrawl.crawl.middlewares.warc import WarcMiddleware
from newscrawl.crawl.throttle import Throttle
from newscrawl.errors import WrongClock
from newscrawl.ledger.clock import ClockCheck
from newscrawl.ledger.ledger import Ledger
from tests.support.crawler import stub_crawler

URL = "https://a.example:8080/x"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
RIGHT, HOURS_AGO = "Sun, 01 Mar 2026 00:00:09 GMT", "Sat, 28 Feb 2026 22:00:00 GMT"


class StubArchive:
    """An archive whose captures are counted."""

    def __init__(self, root: Path) -> None:
        self.ledger, self.captures, self.kept = Ledger(root), self, 0

    def keep(self, *_: Any) -> None:
        self.kept += 1


class Answers:
    """Gives answers to the middlewares of a run."""

    def __init__(self, root: Path, *, archive: bool = True, check: ClockCheck | None = None) -> None:
        self.check = check or ClockCheck()
        self.archive = StubArchive(root)
        self.throttle = Throttle(1, 0, 3)
        self.crawler = stub_crawler(clock_check=self.check, throttle=self.throttle, clock=lambda: NOW)
        extension = ArchiveExtension(self.crawler)
        extension.archive = self.archive if archive else None  # type: ignore[assignment]
        self.crawler.extensions[ArchiveExtension] = extension
        self.parts = (ClockMiddleware(self.crawler), WarcMiddleware(self.crawler))

    def __call__(self, date: str, *, robots: bool = False, **headers: str) -> int:
        """Gives an answer; returns how many captures there are."""
        request = Request(URL, meta={IS_ROBOTS: True} if robots else {})
        response = Response(URL, headers={"Date": date, **headers}, request=request)
        for part in self.parts:
            assert part.process_response(request, response) is response
        return self.archive.kept

    def close(self) -> None:
        """Closes the ledger."""
        self.archive.ledger.close()


Begin = Callable[..., Answers]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    with ExitStack() as stack:

        def start(*, archive: bool = True, check: ClockCheck | None = None) -> Answers:
            answers = Answers(tmp_path, archive=archive, check=check)
            stack.callback(answers.close)
            return answers

        yield start


def test_an_answer_of_the_same_time_is_passed_on_and_remembered(begin: Begin, tmp_path: Path) -> None:
    answers = begin()
    assert answers(RIGHT) == 1
    remember_time(answers.archive, answers.check)  # type: ignore[arg-type]
    assert told_time(tmp_path) == int(NOW.timestamp()) + 9


def test_an_answer_of_another_time_ends_the_run_before_it_is_captured(begin: Begin, tmp_path: Path) -> None:
    answers = begin()
    with pytest.raises(RunStopped):
        answers(HOURS_AGO)
    assert answers.archive.kept == 0
    assert answers.throttle.stopped.startswith(
        "this machine's clock says 2026-03-01 00:00 UTC, but a.example:8080 says 2026-02-28 22:00 UTC; set the clock"
    )
    remember_time(answers.archive, answers.check)  # type: ignore[arg-type]
    assert told_time(tmp_path) is None


@pytest.mark.parametrize("date", [HOURS_AGO, ""])
def test_a_robots_txt_that_decides_nothing_is_captured_with_the_next_answer(begin: Begin, date: str) -> None:
    answers = begin()
    assert answers(date, robots=True) == 0
    assert answers(RIGHT) == 2
    assert answers(date, robots=True) == 3


def test_a_robots_txt_without_a_date_is_not_captured_if_the_clock_is_wrong(begin: Begin) -> None:
    answers = begin()
    assert answers("", robots=True) == 0
    with pytest.raises(RunStopped):
        answers(HOURS_AGO)
    assert answers.archive.kept == 0


def test_of_a_server_that_tells_no_time_all_is_captured(begin: Begin) -> None:
    answers = begin()
    assert [answers("", robots=True), answers(""), answers("", robots=True), answers("")] == [0, 2, 2, 4]


def test_the_age_of_a_cached_answer_counts(begin: Begin) -> None:
    assert begin()(HOURS_AGO, Age="7200") == 1


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 99 Mar 2026 00:00:00 GMT"])
def test_an_answer_without_a_date_tells_nothing(begin: Begin, date: str) -> None:
    answers = begin()
    assert answers(date) == 1
    assert answers.check == ClockCheck()


def test_a_date_without_a_zone_is_in_utc() -> None:
    assert date_of(Response(URL, headers={"Date": "Sun, 01 Mar 2026 00:00:00"})) == int(NOW.timestamp())


def test_a_run_without_an_archive_may_have_any_clock(begin: Begin) -> None:
    answers = begin(archive=False)
    assert answers(HOURS_AGO) == 0
    assert not answers.throttle.stopped


def test_a_clock_is_compared_with_what_an_archive_was_told(begin: Begin, tmp_path: Path) -> None:
    check_clock(tmp_path / "none", NOW)
    assert not (tmp_path / "none").exists()
    answers = begin(check=ClockCheck(newest=int(NOW.timestamp()) + 2 * 86400))
    remember_time(answers.archive, None)  # type: ignore[arg-type]
    check_clock(tmp_path, NOW)
    remember_time(answers.archive, answers.check)  # type: ignore[arg-type]
    with pytest.raises(WrongClock, match="but a server said 2026-03-03 00:00 UTC in an earlier run"):
        check_clock(tmp_path, NOW)


def test_a_ledger_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"no ledger")
    assert told_time(tmp_path) is None
