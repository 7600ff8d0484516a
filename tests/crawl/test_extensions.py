"""Which archive a run opens, and how the end of a run decides its exit code."""

import errno
import sqlite3
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import MemoryStatsCollector
from sqlalchemy.exc import DatabaseError, OperationalError

from newscrawl.archive.archive import Archive
from newscrawl.archive.remembered import remembered
from newscrawl.archive.terms import Terms
from newscrawl.crawl.extensions.archive import ArchiveExtension, archive_of, terms_of
from newscrawl.crawl.extensions.outcomes import OutcomesExtension, keys_of
from newscrawl.crawl.options import RunOptions
from newscrawl.crawl.signals import ledger_failed, list_failed, visit_begun, visit_ended
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome
from newscrawl.errors import ArchiveHeld
from newscrawl.outcomes.stats import ASKED, EXIT, POSTS
from newscrawl.outcomes.summary import Outcomes
from tests.support.crawler import stub_crawler

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CAPTURES = {"NEWSCRAWL_CAPTURES": True}
ON = {"NEWSCRAWL_ARCHIVE_ENABLED": True, "NEWSCRAWL_OUTCOMES_ENABLED": True}


class Run:
    """What the extensions see of a run: its settings, its stats, its spider and each other."""

    def __init__(self, settings: dict[str, Any], spider: dict[str, Any]) -> None:
        self.settings, self.signals = Settings({**ON, **settings}), SignalManager()
        self.spider = SimpleNamespace(**spider)
        self.stats = MemoryStatsCollector(SimpleNamespace(settings=Settings({"STATS_DUMP": False})))  # type: ignore[arg-type]
        crawler: Any = self
        self.archive = ArchiveExtension(crawler)
        self.outcomes = OutcomesExtension(crawler)

    def get_extension(self, kind: type) -> Any:
        return self.archive if kind is ArchiveExtension else self.outcomes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def opened(settings: dict[str, Any], **spider: Any) -> Run:
    run = Run({"NEWSCRAWL_ARCHIVE": "", "FEEDS": {}, **CAPTURES, **settings}, spider)
    run.archive.open()
    run.outcomes.open()
    return run


def test_without_a_folder_there_is_no_archive() -> None:
    run = opened({}, task=None)
    crawler: Crawler = run  # type: ignore[assignment]
    assert archive_of(crawler) is None
    run.archive.close()


@pytest.mark.parametrize("captures", [True, False])
def test_the_archive_of_the_settings_is_opened_and_closed(folder: Path, captures: bool) -> None:
    run = opened({"NEWSCRAWL_ARCHIVE": str(folder), "NEWSCRAWL_CAPTURES": captures}, clock=lambda: NOON)
    archive = run.archive.archive
    assert archive
    assert (archive.root, archive.durable, bool(archive.captures)) == (folder, True, captures)
    run.archive.close()
    run.archive.close()
    Archive(folder).close(NOON)  # it is free again


def test_the_folder_that_the_spider_is_given_takes_precedence(folder: Path, tmp_path: Path) -> None:
    run = opened({"NEWSCRAWL_ARCHIVE": str(tmp_path / "other")}, archive_folder=str(folder))
    run.archive.close()
    assert folder.exists()
    assert not (tmp_path / "other").exists()


TOLD = Terms("sina_finance", "{}")
FORM = {"NEWSCRAWL_FLAVOUR": "hugo", "NEWSCRAWL_BODY": "full"}


def test_a_run_works_with_its_settings_then_with_what_the_archive_remembers(folder: Path) -> None:
    with Archive(folder, terms=Terms("people_finance", '{"name": "x"}', "hugo", "full")):
        pass
    for settings, flavour, body in (({}, "hugo", "full"), ({"NEWSCRAWL_BODY": "clean"}, "hugo", "clean")):
        run = opened({"NEWSCRAWL_ARCHIVE": str(folder), **settings}, terms=TOLD)
        crawler: Crawler = run  # type: ignore[assignment]
        assert terms_of(crawler) == Terms("sina_finance", "{}", flavour, body)
        run.archive.close()
        assert remembered(folder) == Terms("sina_finance", "{}", flavour, body)  # it holds no article yet


def test_a_spider_of_another_project_makes_an_archive_remember_nothing(folder: Path) -> None:
    run = opened({"NEWSCRAWL_ARCHIVE": str(folder), **FORM})
    crawler: Crawler = run  # type: ignore[assignment]
    assert (terms_of(crawler).flavour, terms_of(crawler).body) == ("hugo", "full")
    run.archive.close()
    assert remembered(folder) == Terms()


def test_a_crawl_into_a_feed_has_an_archive_that_is_gone_after_it() -> None:
    run = opened({"FEEDS": {"x.jsonl": {}}}, task="crawl china")
    archive = run.archive.archive
    assert archive
    assert archive.root.is_dir()
    assert (archive.durable, archive.captures) == (False, None)
    run.archive.close()
    assert not archive.root.exists()


def test_a_crawl_without_archive_and_feed_does_not_begin() -> None:
    run = Run({"NEWSCRAWL_ARCHIVE": "", "FEEDS": {}}, {"task": "crawl china"})
    with pytest.raises(CloseSpider):
        run.archive.open()
    run.outcomes.conclude("no_archive")
    assert run.stats.get_value(EXIT) == 2


def test_a_run_whose_archive_is_held_has_the_code_of_that_error(folder: Path) -> None:
    with Archive(folder):
        run = Run({"NEWSCRAWL_ARCHIVE": str(folder)}, {})
        with pytest.raises(CloseSpider):
            run.archive.open()
        assert isinstance(run.archive.error, ArchiveHeld)
        run.outcomes.conclude("no_archive")
        assert run.stats.get_value(EXIT) == 7


@pytest.mark.parametrize(
    ("reason", "code"), [("finished", 0), ("shutdown", 130), ("start_error", 1), ("memusage_exceeded", 4)]
)
def test_the_reason_of_the_end_decides_the_exit_code(reason: str, code: int) -> None:
    run = opened({})
    run.stats.set_value(ASKED, 1)
    run.stats.set_value(f"{POSTS}written", 1)
    run.outcomes.conclude(reason)
    assert run.stats.get_value(EXIT) == code


def test_a_run_is_concluded_once() -> None:
    run = opened({})
    run.stats.set_value(f"{POSTS}written", 1)
    for reason in ("finished", "shutdown"):
        run.outcomes.conclude(reason)
    assert (run.stats.get_value(EXIT), run.outcomes.outcomes.posts.total()) == (0, 1)


@pytest.mark.parametrize(("task", "command"), [("crawl china", "crawl"), (None, "fetch")])
def test_the_outcomes_are_those_of_the_program_or_new_ones(folder: Path, task: str | None, command: str) -> None:
    given = Outcomes("replay")
    for outcomes, name in ((given, "replay"), (None, command)):
        run = opened({"NEWSCRAWL_ARCHIVE": str(folder)}, task=task, options=RunOptions(outcomes=outcomes))
        run.archive.close()
        assert run.outcomes.outcomes.command == name


class Ledger:
    """The ledger of a crawl: it can be read, and cannot take the end of the run, for a reason of SQLite's."""

    def __init__(self, code: int) -> None:
        self.code = code

    def frontier(self) -> SimpleNamespace:
        return SimpleNamespace(conclude=self.conclude, judge=self.judge, ledger=self)

    def conclude(self, _: Outcomes) -> None:
        error = sqlite3.OperationalError("as SQLite says it")
        error.sqlite_errorcode = self.code
        raise OperationalError("INSERT", (), error)

    def judge(self, _: object, outcomes: Outcomes) -> None:
        outcomes.stale["china"] = {"hours": 100}

    def reading(self) -> AbstractContextManager[None]:
        return nullcontext()


@pytest.mark.parametrize(
    ("sqlite_code", "code", "faults", "stopped"),
    [
        (sqlite3.SQLITE_FULL, 4, 0, "cannot write: the disk is full; make room and run it again"),
        (sqlite3.SQLITE_READONLY, 4, 0, "cannot write: as SQLite says it"),
        (sqlite3.SQLITE_ERROR, 1, 1, "cannot write: OperationalError: as SQLite says it"),
    ],
)
def test_a_run_whose_end_the_ledger_does_not_take_is_judged_and_says_why(
    sqlite_code: int, code: int, faults: int, stopped: str
) -> None:
    run = opened({}, frontier=Ledger(sqlite_code).frontier())
    run.outcomes.conclude("finished")
    assert run.stats.get_value(EXIT) == code
    assert run.outcomes.outcomes.failed["fault"] == faults
    assert run.outcomes.outcomes.stopped == stopped
    assert run.outcomes.outcomes.stale == {"china": {"hours": 100}}


def test_an_archive_that_cannot_be_closed_gives_the_run_up(folder: Path) -> None:
    run = opened({"NEWSCRAWL_ARCHIVE": str(folder), "NEWSCRAWL_CAPTURES": False})
    run.stats.set_value(f"{POSTS}written", 1)
    run.outcomes.conclude("finished")
    assert run.stats.get_value(EXIT) == 0
    archive = run.archive.archive
    assert archive

    def full(now: datetime) -> None:  # noqa: ARG001 (its name in the class)
        raise OSError(errno.ENOSPC, "No space left on device")

    archive.seal = full  # type: ignore[method-assign]
    run.archive.close()
    why = f"cannot close the archive in {folder}: the disk is full; make room and run it again"
    assert (run.stats.get_value(EXIT), run.outcomes.outcomes.stopped) == (4, why)
    with Archive(folder) as again:  # it is free, and is taken for that of a killed run
        assert again.ledger


@pytest.mark.parametrize(
    ("damaged", "reason", "code"),
    [(False, "start_error", 1), (True, "start_error", 6), (True, "finished", 0)],  # nobody asks for no reason
)
def test_what_looks_like_a_bug_is_held_against_the_ledger(folder: Path, damaged: bool, reason: str, code: int) -> None:
    run = opened({"NEWSCRAWL_ARCHIVE": str(folder), "NEWSCRAWL_CAPTURES": False})
    archive = run.archive.archive
    assert archive
    if damaged:
        with archive.ledger.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO watermarks VALUES ('china', 'soon')")
    run.stats.set_value(f"{POSTS}written", 1)
    run.outcomes.conclude(reason)
    told = f"the archive is damaged: {folder / 'ledger.sqlite3'} is damaged (in the table watermarks 1 row differs"
    assert run.stats.get_value(EXIT) == code
    assert run.outcomes.outcomes.stopped.startswith(told) is (code == 6)
    run.archive.close()


def test_damage_that_the_end_of_a_run_finds_ends_it_with_6(folder: Path) -> None:
    run = opened({"NEWSCRAWL_ARCHIVE": str(folder), "NEWSCRAWL_CAPTURES": False})
    archive = run.archive.archive
    assert archive
    run.outcomes.conclude("finished")

    def torn(now: datetime) -> None:  # noqa: ARG001 (its name in the class)
        cause = sqlite3.DatabaseError("as SQLite says it")
        cause.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise DatabaseError("SELECT 1", {}, cause)

    archive.seal = torn  # type: ignore[method-assign]
    run.archive.close()
    assert run.stats.get_value(EXIT) == 6
    assert run.outcomes.outcomes.stopped.endswith(f"; newscrawl verify {folder} --repair rebuilds it")


@pytest.mark.parametrize(
    ("ending", "keys"),
    [
        (Ending.KEPT, []),  # the export pipeline counts posts
        (Ending.READ, ["newscrawl/posts/read"]),
        (Ending.UNCHANGED, ["newscrawl/not_modified", "newscrawl/posts/unchanged"]),
        (Ending.REPEATED, ["newscrawl/repeated"]),
        (Ending.GONE, ["newscrawl/gone"]),
        (Ending.STILL_GONE, ["newscrawl/still_gone"]),
        (Ending.REFUSED, ["newscrawl/failed/video"]),
        (Ending.FAILED, ["newscrawl/failed/video"]),
        (Ending.UNSENT, ["newscrawl/unsent"]),
        (Ending.UNWRITTEN, ["newscrawl/failed/video"]),
    ],
)
def test_each_ending_is_counted(ending: Ending, keys: list[str]) -> None:
    run = opened({})
    run.signals.send_catch_log(visit_ended, visit=Visit(1, "https://a/"), outcome=VisitOutcome(ending, "video"))
    assert dict(run.stats.get_stats()) == dict.fromkeys(keys, 1)


def test_visits_lists_and_faults_of_the_ledger_are_counted() -> None:
    run = opened({})
    run.signals.send_catch_log(visit_begun, visit=Visit(1, "https://a/"))
    run.signals.send_catch_log(list_failed, what="china", reason="list_short", detail="")
    run.signals.send_catch_log(ledger_failed, what="https://a/", reason="unwritten", detail="disk full")
    counts = {"newscrawl/asked": 1, "newscrawl/lists/list_short": 1, "newscrawl/failed/unwritten": 1}
    assert dict(run.stats.get_stats()) == counts


@pytest.mark.parametrize(("stopped", "code"), [("", 0), ("a.example bans us", 4)])
def test_a_run_that_was_given_up_says_why(stopped: str, code: int) -> None:
    run = opened({}, throttle=SimpleNamespace(stopped=stopped))
    run.outcomes.conclude("finished")
    assert (run.outcomes.outcomes.stopped, run.stats.get_value(EXIT)) == (stopped, code)


def test_an_ending_that_the_pipelines_count_is_counted_once() -> None:
    assert keys_of(VisitOutcome(Ending.KEPT)) == ()


class Frontier:
    """The end of a crawl, which puts a coverage into the outcomes."""

    def conclude(self, outcomes: Outcomes) -> None:
        outcomes.stale["china"] = {"hours": 100}


@pytest.mark.parametrize(
    ("asked", "crawls", "lines"),
    [
        (0, False, []),
        (1, False, ["newscrawl fetch: 1 failed (http_404 1)"]),
        (0, True, ["newscrawl fetch: nothing to do"]),
    ],
)
def test_a_run_ends_with_its_sentence(
    caplog: pytest.LogCaptureFixture, asked: int, crawls: bool, lines: list[str]
) -> None:
    caplog.set_level("INFO")
    run = opened({}, **({"frontier": Frontier()} if crawls else {}))
    if asked:
        run.stats.set_value(ASKED, asked)
        run.stats.set_value("newscrawl/failed/http_404", asked)
    run.outcomes.conclude("finished")
    logged = [(record.name, record.getMessage()) for record in caplog.records]
    assert logged == [("newscrawl.crawl.extensions.outcomes", line) for line in lines]
    assert bool(run.outcomes.outcomes.stale) is crawls


def test_a_run_whose_archive_is_held_says_only_that(caplog: pytest.LogCaptureFixture, folder: Path) -> None:
    caplog.set_level("INFO")
    with Archive(folder):
        run = Run({"NEWSCRAWL_ARCHIVE": str(folder)}, {})
        with pytest.raises(CloseSpider):
            run.archive.open()
    run.stats.set_value(ASKED, 1)
    run.outcomes.conclude("no_archive")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_faults_of_the_start_and_of_the_ledger_are_counted_beside_others() -> None:
    run = opened({}, frontier=Ledger(sqlite3.SQLITE_ERROR).frontier())
    run.stats.set_value("newscrawl/failed/fault", 4)
    run.outcomes.conclude("start_error")
    assert run.outcomes.outcomes.failed["fault"] == 6


def test_without_the_archive_s_extension_a_run_is_judged_by_its_counts() -> None:
    crawler = stub_crawler()
    extension = OutcomesExtension.from_crawler(crawler)
    assert extension.crawler is crawler
    extension.conclude("finished")
    assert crawler.stats.get_value(EXIT) == 0
    assert set(crawler.stats.get_stats()) == {EXIT}
    assert extension.outcomes.command == "crawl"
