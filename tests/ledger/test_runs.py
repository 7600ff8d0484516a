"""Runs: which one continues the job of an earlier one, and what proves a day."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.runs import Runs


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    with Ledger(tmp_path) as ledger:
        yield Runs(ledger.engine)


@pytest.mark.parametrize(
    ("code", "goes_on"),
    [(None, True), (4, True), (130, True), (0, False), (1, False), (3, False), (5, False)],
)
def test_a_run_goes_on_after_one_that_was_killed_banned_or_interrupted(
    runs: Runs, code: int | None, goes_on: bool
) -> None:
    first = runs.begin("crawl china", 100)
    if code is not None:
        runs.end(first, code, {}, 110)
    assert runs.begin("crawl china", 200).job_started == (100 if goes_on else 200)


def test_a_job_goes_on_through_several_runs_but_not_through_another_task(runs: Runs) -> None:
    runs.begin("crawl china", 100)
    assert runs.begin("crawl stock", 150).job_started == 150
    assert runs.begin("crawl china", 200).job_started == 100
    last = runs.begin("crawl china", 300)
    assert last.job_started == 100
    runs.end(last, 0, {"exit": 0}, 310)
    assert runs.begin("crawl china", 400).job_started == 400
    assert runs.last_summary() == {"exit": 0}


def test_runs_that_continue_a_job_have_its_number(runs: Runs) -> None:
    for task in ("crawl china", "crawl stock", "crawl china"):
        last = runs.begin(task, 100)
    runs.end(last, 0, {}, 110)
    runs.begin("crawl china", 200)
    with runs.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT id, job FROM runs ORDER BY id").all()
    assert [(row.id, row.job) for row in rows] == [(1, 1), (2, 2), (3, 1), (4, 4)]


def test_a_day_is_read_when_it_was_proven_since(runs: Runs) -> None:
    run = runs.begin("crawl china", 100)
    for day, reason, now in (("01", "", 100), ("02", "list_short", 100), ("03", "", 99)):
        runs.note_window(run, "china", day, listed=1, entries=1, missing=0, reason=reason, now=now)
    assert runs.read_days("china", 100) == {"01"}
    assert runs.read_days("stock", 0) == set()
    runs.note_window(run, "china", "02", listed=1, entries=1, missing=0, reason="", now=120)
    assert runs.read_days("china", 100) == {"01", "02"}


def test_watermarks(runs: Runs) -> None:
    assert runs.watermark("china") is None
    runs.raise_watermarks(["china", "stock"], 100)
    runs.raise_watermarks([], 300)
    runs.raise_watermarks(["china"], 200)
    assert (runs.watermark("china"), runs.watermark("stock")) == (200, 100)
