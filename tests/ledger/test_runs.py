"""Runs: which one continues the job of an earlier one, and what proves a day."""

import pytest
from sqlalchemy import Connection

from newscrawl.ledger import runs
from newscrawl.ledger.proof import Evidence, prove
from newscrawl.ledger.runs import Run
from newscrawl.ledger.schema import listings, windows
from newscrawl.ledger.schema import runs as table
from newscrawl.outcomes.summary import UNREAD
from tests.ledger.rows import listed, rows


@pytest.mark.parametrize(
    ("code", "goes_on"),
    [(None, True), (4, True), (130, True), (0, False), (1, False), (2, False), (3, False), (5, False), (7, False)],
)
def test_a_run_goes_on_after_one_that_was_killed_banned_or_interrupted(
    connection: Connection, code: int | None, goes_on: bool
) -> None:
    first = runs.begin(connection, "crawl china", 100)
    if code is not None:
        runs.end(connection, first, code, {}, 110)
    assert runs.begin(connection, "crawl china", 200) == Run(2, 100 if goes_on else 200)


@pytest.mark.parametrize(
    ("reason", "by", "goes_on"), [(UNREAD, 1, True), ("list_moving", 1, False), (UNREAD, 7, False)]
)
def test_a_run_goes_on_after_one_that_left_days_unread(
    connection: Connection, reason: str, by: int, goes_on: bool
) -> None:
    first = runs.begin(connection, "crawl china", 100)
    note(connection, Run(by, 100), "2027-01-01", reason, 105)
    runs.end(connection, first, 5, {}, 110)
    assert runs.begin(connection, "crawl china", 200) == Run(2, 100 if goes_on else 200)


def test_a_run_is_stored_from_its_begin_to_its_end(connection: Connection) -> None:
    run = runs.begin(connection, "crawl china", 100)
    assert run == Run(1, 100)
    assert [*map(tuple, rows(connection, table))] == [(1, 1, 100, "crawl china", 100, None, None, None)]
    runs.begin(connection, "crawl stock", 105)
    runs.end(connection, run, 3, {"exit": 3, "label": "新浪"}, 110)
    assert [*map(tuple, rows(connection, table))] == [
        (1, 1, 100, "crawl china", 100, 110, 3, '{"exit": 3, "label": "新浪"}'),
        (2, 2, 105, "crawl stock", 105, None, None, None),
    ]


def test_a_job_goes_on_through_several_runs_but_not_through_another_task(connection: Connection) -> None:
    assert runs.begin(connection, "crawl china", 100).job_started == 100
    assert runs.begin(connection, "crawl stock", 150).job_started == 150
    assert runs.begin(connection, "crawl china", 200).job_started == 100
    last = runs.begin(connection, "crawl china", 300)
    assert last.job_started == 100
    runs.end(connection, last, 0, {"exit": 0}, 310)
    assert runs.begin(connection, "crawl china", 400).job_started == 400


def test_only_the_last_run_of_a_task_tells_whether_its_job_goes_on(connection: Connection) -> None:
    """Not an earlier one that was stopped, and not a later one of another task that was not."""
    runs.begin(connection, "crawl china", 100)
    runs.end(connection, runs.begin(connection, "crawl china", 200), 0, {}, 210)
    assert runs.begin(connection, "crawl china", 300).job_started == 300
    runs.end(connection, runs.begin(connection, "crawl stock", 400), 0, {}, 410)
    assert runs.begin(connection, "crawl china", 500).job_started == 300


def test_runs_that_continue_a_job_have_its_number(connection: Connection) -> None:
    for task in ("crawl china", "crawl stock", "crawl china"):
        last = runs.begin(connection, task, 100)
    runs.end(connection, last, 0, {}, 110)
    runs.begin(connection, "crawl china", 200)
    found = [(row.id, row.job, row.job_started, row.started) for row in rows(connection, table)]
    assert found == [(1, 1, 100, 100), (2, 2, 100, 100), (3, 1, 100, 100), (4, 4, 200, 200)]


@pytest.mark.parametrize("connection", ["ON", "OFF"], indirect=True)
def test_the_last_summary_is_that_of_the_last_run_that_has_ended(connection: Connection) -> None:
    assert runs.last_summary(connection) == {}
    first, second, _ = (runs.begin(connection, task, 100) for task in ("crawl china", "crawl stock", "crawl world"))
    assert runs.last_summary(connection) == {}
    runs.end(connection, second, 0, {"exit": 0}, 110)
    runs.end(connection, first, 3, {"exit": 3}, 120)
    assert runs.last_summary(connection) == {"exit": 0}


PROOF = prove(Evidence(ended=True))


def note(connection: Connection, run: Run, day: str, reason: str, now: int, channel: str = "china") -> None:
    proof = None if reason else PROOF
    runs.note_window(connection, run, channel, day, proof, listed=4, entries=3, missing=2, reason=reason, now=now)


def test_a_day_is_stored_as_it_was_read_last(connection: Connection) -> None:
    note(connection, Run(1, 50), "2027-01-01", "list_short", 100)
    note(connection, Run(1, 50), "2027-01-02", "", 105)
    note(connection, Run(1, 50), "2027-01-01", "", 105, "stock")
    runs.note_window(connection, Run(2, 50), "china", "2027-01-01", PROOF, listed=9, entries=8, now=110)
    assert {tuple(row) for row in rows(connection, windows)} == {
        ("china", "2027-01-01", 9, 8, 0, "", 110, 2),
        ("china", "2027-01-02", 4, 3, 2, "", 105, 1),
        ("stock", "2027-01-01", 4, 3, 2, "", 105, 1),
    }


def test_a_day_needs_a_proof_or_a_reason(connection: Connection) -> None:
    with pytest.raises(ValueError, match="without a proof"):
        runs.note_window(connection, Run(1, 50), "china", "2027-01-01", None, listed=1, entries=1, now=110)


def test_a_day_that_is_not_read_keeps_its_counts_and_loses_its_proof(connection: Connection) -> None:
    note(connection, Run(1, 50), "2027-01-01", "", 100)
    runs.note_unread(connection, Run(2, 60), [("china", "2027-01-01"), ("china", "2027-01-02")], 110)
    runs.note_unread(connection, Run(3, 60), [], 120)
    assert {tuple(row) for row in rows(connection, windows)} == {
        ("china", "2027-01-01", 4, 3, 2, "list_unread", 110, 2),
        ("china", "2027-01-02", 0, 0, 0, "list_unread", 110, 2),
    }
    assert runs.windows_of(connection, "china") == {"2027-01-01", "2027-01-02"}
    assert runs.windows_of(connection, "stock") == set()


def test_why_the_last_reading_of_a_day_proves_nothing(connection: Connection) -> None:
    note(connection, Run(1, 50), "2027-01-01", "list_short", 100)
    note(connection, Run(1, 50), "2027-01-02", "", 100)
    note(connection, Run(1, 50), "2027-01-01", "list_empty", 100, "stock")
    found = [
        runs.reason_of_day(connection, channel, day)
        for channel in ("china", "stock")
        for day in ("2027-01-01", "2027-01-02")
    ]
    assert found == ["list_short", "", "list_empty", ""]


def test_the_runs_of_a_job(connection: Connection) -> None:
    first = runs.begin(connection, "crawl china", 100)
    other = runs.begin(connection, "crawl stock", 100)
    second = runs.begin(connection, "crawl china", 200)
    assert runs.runs_of_job(connection, second) == runs.runs_of_job(connection, first) == {1, 3}
    assert runs.runs_of_job(connection, other) == {2}


def test_a_run_that_did_nothing_is_withdrawn(connection: Connection) -> None:
    kept = runs.begin(connection, "crawl china", 100)
    runs.withdraw(connection, runs.begin(connection, "crawl stock", 100))
    assert [row.id for row in rows(connection, table)] == [kept.id]


def test_how_days_were_read_before_a_wrong_clock_is_put_back(connection: Connection) -> None:
    note(connection, Run(1, 50), "2027-01-01", "", 100)
    days = [("china", "2027-01-01"), ("china", "2027-01-02")]
    before = {day: runs.window(connection, *day) for day in days}
    for _, day in days:
        note(connection, Run(2, 50), day, "list_short", 200)
        listed(connection, f"a{day}", channel="china", day=day)
    note(connection, Run(2, 50), "2027-01-01", "", 200, "stock")
    runs.restore_windows(connection, before)
    assert [(row.channel, row.day, row.run, row.reason) for row in rows(connection, windows)] == [
        ("china", "2027-01-01", 1, ""),
        ("stock", "2027-01-01", 2, ""),
    ]
    assert [row.day for row in rows(connection, listings)] == ["2027-01-01"]


def test_a_day_is_read_when_a_run_of_the_job_has_proven_it(connection: Connection) -> None:
    first, other = (runs.begin(connection, task, 100) for task in ("crawl china", "crawl stock"))
    second = runs.begin(connection, "crawl china", 200)
    for day, run, reason in (
        ("2027-01-01", first, ""),
        ("2027-01-02", second, ""),
        ("2027-01-03", other, ""),
        ("2027-01-04", first, "list_short"),
    ):
        note(connection, run, day, reason, 100)
    note(connection, first, "2027-01-05", "", 100, "stock")
    assert runs.read_days(connection, "china", second) == {"2027-01-01", "2027-01-02"}
    assert runs.read_days(connection, "china", other) == {"2027-01-03"}
    assert runs.read_days(connection, "stock", second) == {"2027-01-05"}
    assert runs.read_days(connection, "world", second) == set()
    note(connection, other, "2027-01-01", "", 300)  # another job has read it since
    assert runs.read_days(connection, "china", second) == {"2027-01-02"}


def test_whether_a_run_has_begun_later(connection: Connection) -> None:
    assert not runs.has_later(connection, 0)
    runs.begin(connection, "crawl china", 100)
    assert runs.has_later(connection, 99)
    assert not runs.has_later(connection, 100)


def test_what_a_clock_that_was_ahead_has_noted_counts_for_nothing(connection: Connection) -> None:
    run = runs.begin(connection, "crawl china", 50)
    days = {day: f"2027-01-{day}" for day in (13, 14, 15, 16, 17)}
    for day, name in days.items():
        note(connection, run, name, "", 100 + 3600 + (day != 15))
        listed(connection, f"a{day}", channel="china", day=name)
    runs.void_later(connection, "stock", "2027-01-01", "2027-01-01", 100)
    assert {row.reason for row in rows(connection, windows)} == {""}
    runs.void_later(connection, "china", days[14], days[16], 100)
    assert {row.day: row.reason for row in rows(connection, windows)} == {
        days[13]: "",
        days[14]: "list_unread",
        days[15]: "",
        days[16]: "list_unread",
    }
    assert {row.day for row in rows(connection, listings)} == {days[day] for day in (13, 14, 15, 16)}
    assert runs.read_days(connection, "china", run) == {days[13], days[15]}


def test_a_job_that_began_in_the_future_is_not_continued(connection: Connection) -> None:
    runs.begin(connection, "crawl china", 100 + 3601)
    assert runs.begin(connection, "crawl china", 100) == Run(2, 100)
    assert runs.begin(connection, "crawl china", 100 + 3601) == Run(3, 100)
    runs.begin(connection, "crawl stock", 100 + 3600)
    assert runs.begin(connection, "crawl stock", 100).job_started == 100 + 3600


def test_when_the_last_run_began_before_one_with_a_clock_that_was_ahead(connection: Connection) -> None:
    assert runs.before_later(connection, 300) is None
    for started in (100, 200, 1000, 250, 2000, 300):
        runs.begin(connection, "crawl china", started)
    assert [runs.before_later(connection, instant) for instant in (99, 300, 1000, 2000)] == [None, 200, 1000, None]


def test_a_job_that_began_by_a_right_clock_goes_on_after_a_run_that_was_ahead(connection: Connection) -> None:
    for started in (100, 99_999, 200):
        assert runs.begin(connection, "crawl china", started).job_started == 100


def test_what_another_channel_has_listed_stays_when_days_are_put_back_or_void(connection: Connection) -> None:
    listed(connection, "a", channel="stock", day="2027-01-02")
    runs.restore_windows(connection, {("china", "2027-01-02"): None})
    assert [row.channel for row in rows(connection, listings)] == ["stock"]
    note(connection, Run(1, 50), "2027-01-02", "", 9999)
    runs.void_later(connection, "china", "2027-01-01", "2027-01-01", 100)
    assert [row.channel for row in rows(connection, listings)] == ["stock"]


def test_a_day_that_is_void_is_of_no_run(connection: Connection) -> None:
    note(connection, runs.begin(connection, "crawl china", 50), "2027-01-01", "", 9999)
    runs.void_later(connection, "china", "2027-01-01", "2027-01-01", 100)
    assert [(row.run, row.reason) for row in rows(connection, windows)] == [(0, "list_unread")]
