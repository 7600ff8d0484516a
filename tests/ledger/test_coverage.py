"""How the articles of a day are counted, and when a channel's silence is news."""

from typing import Any

import pytest
from sqlalchemy import Connection

from newscrawl.ledger import queue, runs
from newscrawl.ledger.coverage import Coverage, Silence, add, coverage, recent, silence, silences
from newscrawl.ledger.model import DayTally
from newscrawl.ledger.proof import Evidence, prove
from newscrawl.ledger.runs import Run
from newscrawl.provenance import State
from tests.ledger.rows import CHANNEL, DATE, NOW, change, entry, listed

HOUR, DAY = 3600, 86400
OUTCOMES: dict[str, dict[str, Any]] = {
    "kept": {"state": "kept", "run": 1},
    "by fetch": {"state": "known"},
    "by another run": {"state": "kept", "run": 2},
    "gone": {"state": "gone", "run": 1, "reason": "http_404"},
    "failed once, then kept": {"state": "kept", "run": 1, "reason": "timeout"},
    "refused": {"state": "refused", "reason": "video"},
    "failed": {"state": "failed", "reason": "timeout"},
    "new": {"state": "listed"},
}
OTHERS = {"not_article": {"video": 1}, "failed": {"timeout": 1}, "waiting": 1}


@pytest.fixture
def day(connection: Connection) -> Connection:
    """A day of a list that names an article for each outcome, and no longer one more."""
    listed(connection, "vanished")
    listed(connection, *OUTCOMES, run=2)
    queue.vanish(connection, 2, CHANNEL, DATE, NOW)
    for key, values in OUTCOMES.items():
        change(connection, key, **values)
    return connection


def counts(tally: DayTally) -> dict[str, Any]:
    plain = tally.plain()
    return {name: plain.get(name, 0) for name in ("kept", "known", "not_article", "failed", "waiting")}


PROOF = prove(Evidence(ended=True))


def read(connection: Connection, channel: str, *days: str, reason: str = "", run: int = 1, rows: int = 9) -> None:
    proof = None if reason else PROOF
    missing = 1 if reason else 0
    for day in days:
        runs.note_window(
            connection, Run(run, 1), channel, day, proof, listed=rows, entries=rows, missing=missing, reason=reason, now=NOW
        )  # fmt: skip


# Counts


@pytest.mark.parametrize(
    ("run", "kept", "known"),
    [(None, 3, 2), (1, 3, 2), (2, 1, 4)],
    ids=["of any crawl", "of the run that kept them", "of another run"],
)
def test_an_article_counts_once_by_its_outcome(day: Connection, run: int | None, kept: int, known: int) -> None:
    assert counts(coverage(day, run=run)["china"][DATE]) == {"kept": kept, "known": known, **OTHERS}


def test_run_0_is_a_run(day: Connection) -> None:
    assert counts(coverage(day, run=0)["china"][DATE]) == {"kept": 0, "known": 5, **OTHERS}


def test_an_article_of_two_lists_is_kept_in_one_and_known_in_the_other(day: Connection) -> None:
    listed(day, "kept", run=3, channel="stock", day="2027-01-16")
    found = coverage(day, run=1)
    assert counts(found["china"][DATE]) == {"kept": 2, "known": 3, **OTHERS}
    assert (found["stock"]["2027-01-16"].kept, found["stock"]["2027-01-16"].known) == (1, 0)
    for date in (DATE, "2027-01-17"):  # the same list, too, may name it on another day
        listed(day, "gone", run=4, day=date)
    assert counts(coverage(day, run=1)["china"][DATE]) == {"kept": 1, "known": 4, **OTHERS}
    listed(day, "failed once, then kept", run=5, channel="stock")  # another list of the same day
    assert counts(coverage(day, run=1)["china"][DATE]) == {"kept": 0, "known": 5, **OTHERS}
    assert counts(coverage(day)["china"][DATE]) == {"kept": 3, "known": 2, **OTHERS}  # any crawl kept them for both


def test_articles_of_the_same_outcome_are_added_up(connection: Connection) -> None:
    listed(connection, *"abcdefgh")
    for keys, state, reason in (("ab", "refused", "video"), ("c", "refused", "blog"), ("def", "failed", "dns")):
        for key in keys:
            change(connection, key, state=state, reason=reason)
    tally = coverage(connection)["china"][DATE]
    assert (tally.not_article, tally.failed, tally.waiting) == ({"video": 2, "blog": 1}, {"dns": 3}, 2)


@pytest.mark.parametrize(
    ("state", "field"),
    [("kept", "kept"), ("known", "known"), ("gone", "known"), ("listed", "waiting"), ("damaged", "waiting")],
)
def test_each_fate_is_counted(state: str, field: str) -> None:
    tally = DayTally(kept=10, known=10, waiting=10)
    add(tally, State(state), "timeout", 3)
    assert {name: getattr(tally, name) for name in ("kept", "known", "waiting")} == {
        "kept": 10, "known": 10, "waiting": 10, field: 13,
    }  # fmt: skip
    assert not tally.failed + tally.not_article


@pytest.mark.parametrize(("state", "field"), [("refused", "not_article"), ("failed", "failed")])
def test_refused_and_failed_are_counted_by_their_reasons(state: str, field: str) -> None:
    tally = DayTally()
    for why, count in (("video", 2), ("dns", 1), ("video", 3)):
        add(tally, State(state), why, count)
    other = {"not_article", "failed"} - {field}
    assert getattr(tally, field) == {"video": 5, "dns": 1}
    assert not getattr(tally, other.pop())
    assert (tally.kept, tally.known, tally.waiting) == (0, 0, 0)


@pytest.mark.parametrize(
    ("why", "due", "retrying"),
    [
        ("timeout", 9, 2), ("unknown_layout", 9, 2), ("http_500", 9, 2), ("timeout", None, 0),
        ("http_404", 9, 0), ("http_403", 9, 2), ("robots", 9, 0),
    ],
)  # fmt: skip
def test_what_is_tried_again_is_not_settled_unless_the_site_has_told_what_it_is(
    connection: Connection, why: str, due: int | None, retrying: int
) -> None:
    listed(connection, *"abcd")
    for key in "ab":
        change(connection, key, state="failed", reason=why, due=due)
    change(connection, "c", state="kept", due=9)  # a recrawl
    change(connection, "d", state="refused", reason="error", due=9)
    tally = coverage(connection)["china"][DATE]
    assert (tally.retrying, tally.failed.total()) == (retrying, 2)
    assert tally.given_up == (2 if due is None else 0)


# Days


def test_a_day_that_was_not_read_to_its_end_is_not_balanced(day: Connection) -> None:
    assert coverage(day)["china"][DATE].reason == "list_unread"
    read(day, "china", DATE, reason="list_short")
    tally = coverage(day)["china"][DATE]
    assert (tally.listed, tally.unique, tally.missing, tally.reason) == (9, 9, 1, "list_short")
    assert counts(tally) == {"kept": 3, "known": 2, **OTHERS}


def test_a_day_that_was_read_and_names_nothing_has_a_coverage(connection: Connection) -> None:
    read(connection, "china", DATE)
    assert coverage(connection) == {"china": {DATE: DayTally(listed=9, unique=9, proof=PROOF)}}


def test_only_the_readings_of_some_runs_prove_a_day(connection: Connection) -> None:
    read(connection, "china", "2027-01-15", run=1)
    read(connection, "china", "2027-01-16", run=2)
    read(connection, "china", "2027-01-17", run=2, reason="list_short")
    found = coverage(connection, readers={2})["china"]
    assert [(tally.reason, bool(tally.proof)) for tally in found.values()] == [
        ("list_unread", False),
        ("", True),
        ("list_short", False),
    ]
    assert [bool(tally.proof) for tally in coverage(connection)["china"].values()] == [True, True, False]


def test_a_list_that_never_named_anything_is_empty(connection: Connection) -> None:
    read(connection, "china", "2027-01-15", "2027-01-16", rows=0)
    read(connection, "stock", "2027-01-15", rows=0)
    read(connection, "world", "2027-01-15", rows=0, reason="list_short")
    found = coverage(connection)
    tallies = [tally for days in found.values() for tally in days.values()]
    assert [(tally.empty, tally.balanced) for tally in tallies] == [(True, False)] * 3 + [(False, False)]
    listed(connection, "one", day="2026-01-01")  # of another day
    assert [tally.empty for tally in coverage(connection, ["china"], "2027-01-15")["china"].values()] == [False, False]
    assert coverage(connection, ["china"], "2027-01-15")["china"]["2027-01-15"].balanced


def test_the_days_of_a_coverage_are_in_order(connection: Connection) -> None:
    for day in ("2027-01-15", "2027-01-16", "2027-01-14"):
        read(connection, "stock", day)
        read(connection, "china", day)
    found = coverage(connection)
    assert [*found] == ["china", "stock"]
    assert [*found["china"]] == [*found["stock"]] == ["2027-01-14", "2027-01-15", "2027-01-16"]


def test_without_lists_there_is_no_coverage(connection: Connection) -> None:
    assert coverage(connection) == coverage(connection, ["china"], run=1) == {}


def days(found: Coverage) -> dict[str, list[str]]:
    return {channel: [*tallies] for channel, tallies in found.items()}


def test_the_coverage_is_that_of_some_channels_and_days(connection: Connection) -> None:
    """Of the days that were read, and of those that name something, alike."""
    for day in ("2027-01-14", "2027-01-15", "2027-01-16"):
        listed(connection, day, channel="china", day=day)
        read(connection, "stock", day)
    all_days = ["2027-01-14", "2027-01-15", "2027-01-16"]
    assert days(coverage(connection)) == {"stock": all_days, "china": all_days}
    assert days(coverage(connection, ["stock"])) == {"stock": all_days}
    assert days(coverage(connection, ["china"])) == {"china": all_days}
    assert days(coverage(connection, ["china", "stock"], last="2027-01-15")) == {
        "stock": all_days[:2], "china": all_days[:2],
    }  # fmt: skip
    assert days(coverage(connection, first="2027-01-15")) == {"stock": all_days[1:], "china": all_days[1:]}
    assert days(coverage(connection, first="2027-01-15", last="2027-01-15")) == {
        "stock": [DATE], "china": [DATE],
    }  # fmt: skip


# Silences


def hourly(newest: int, pause: int, entries: int) -> list[int]:
    """The times of entries each hour, with one longer pause between them, the newest first."""
    return [newest - number * HOUR - (pause - HOUR if number > 3 else 0) for number in range(entries)]


@pytest.mark.parametrize(
    ("silent", "pause", "entries", "news"),
    [
        (10 * HOUR, 5 * HOUR, 20, False),  # twice its longest pause
        (10 * HOUR + 1, 5 * HOUR, 20, True),
        (6 * HOUR, 5 * HOUR, 20, False),
        (6 * HOUR, HOUR, 20, False),  # six hours are never news
        (6 * HOUR + 1, HOUR, 20, True),
        (11 * HOUR, 5 * HOUR, 19, False),  # too few entries to know its pauses
        (11 * HOUR, 5 * HOUR, 0, False),
        (400 * DAY, 5 * HOUR, 20, True),
        (400 * DAY + 1, 5 * HOUR, 20, False),  # an old backfill
        (-HOUR, HOUR, 20, False),  # the list's clock is fast
    ],
)
def test_a_silence_is_news(silent: int, pause: int, entries: int, news: bool) -> None:
    found = silence(hourly(NOW - silent, pause, entries), NOW)
    assert found == (Silence(NOW - silent, silent, pause) if news else None)


def enter(connection: Connection, times: list[int], channel: str = "china", day: str = DATE) -> None:
    queue.note(connection, 1, channel, day, [entry(f"{channel}{at}", ctime=at) for at in times], NOW)


def test_the_silent_channels_are_told(connection: Connection) -> None:
    enter(connection, hourly(NOW - 11 * HOUR, 5 * HOUR, 20))
    enter(connection, hourly(NOW - 9 * HOUR, 5 * HOUR, 20), "stock")
    enter(connection, hourly(NOW - 12 * HOUR, 5 * HOUR, 20), "tech")
    found = silences(connection, ["china", "stock", "world"], NOW)
    assert found == {"china": Silence(NOW - 11 * HOUR, 11 * HOUR, 5 * HOUR)}
    assert silences(connection, [], NOW) == {}


def test_the_pauses_are_those_of_the_500_newest_entries(connection: Connection) -> None:
    """A longer pause long ago explains nothing; one among the newest entries does."""
    new = [NOW - 11 * HOUR - number * HOUR for number in range(500)]
    enter(connection, [new[-1] - 50 * HOUR], day="2026-10-01")
    enter(connection, new[1:])
    assert len(recent(connection, "china")) == 500
    assert silences(connection, ["china"], NOW) == {}
    enter(connection, new[:1])
    assert recent(connection, "china") == new
    assert silences(connection, ["china"], NOW)["china"] == Silence(NOW - 11 * HOUR, 11 * HOUR, HOUR)


def test_the_newest_entries_are_those_of_the_newest_days(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newscrawl.ledger.coverage.HISTORY", 2)
    for day, at in (("2027-01-14", 3), ("2027-01-16", 1), ("2027-01-15", 2)):
        enter(connection, [at], day=day)
    enter(connection, [9], "stock", "2027-01-17")
    assert recent(connection, "china") == [2, 1]


def test_an_entry_without_a_time_counts_when_its_article_was_published(connection: Connection) -> None:
    keys = [str(number) for number in range(20)]
    listed(connection, *keys)
    assert silences(connection, [CHANNEL], NOW) == {}
    for number, key in enumerate(keys):
        change(connection, key, published=NOW - 11 * HOUR - number * HOUR)
    assert silences(connection, [CHANNEL], NOW)[CHANNEL].silent == 11 * HOUR


def test_the_time_in_the_list_counts_before_that_of_the_page(connection: Connection) -> None:
    """And a time of 0 is none."""
    for key, ctime, published in (("a", 5, 9), ("b", None, 7), ("c", None, None), ("d", 0, 8)):
        listed(connection, key, ctime=ctime)
        change(connection, key, published=published)
    assert recent(connection, CHANNEL) == [7, 5]
