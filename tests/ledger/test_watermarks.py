"""Watermarks: they never go down, and one that is still to come says nothing of what was read."""

from datetime import UTC

from sqlalchemy import Connection

from newscrawl.ledger import runs
from newscrawl.ledger.about import recall
from newscrawl.ledger.proof import Evidence, prove
from newscrawl.ledger.runs import Run
from newscrawl.ledger.schema import watermarks as table
from newscrawl.ledger.watermarks import (
    forget_watermarks,
    keep_read_to,
    read_to,
    restore_read_to,
    set_watermarks,
    watermark,
)
from tests.ledger.rows import listed, rows

DAY = 86400
NOW = 9 * DAY
AHEAD = NOW + 40 * DAY


def note(connection: Connection, day: str, reason: str, now: int, channel: str = "china", run: int = 1) -> None:
    proof = None if reason else prove(Evidence(ended=True))
    runs.note_window(connection, Run(run, 1), channel, day, proof, reason=reason, listed=1, entries=1, now=now)


def test_watermarks(connection: Connection) -> None:
    assert watermark(connection, "china") is None
    set_watermarks(connection, {"china": 100, "stock": 100})
    set_watermarks(connection, {})
    set_watermarks(connection, {"china": 200})
    assert (watermark(connection, "china"), watermark(connection, "stock")) == (200, 100)
    forget_watermarks(connection, ["stock"])
    assert [row.channel for row in rows(connection, table)] == ["china"]


def test_a_watermark_that_is_ahead_is_not_read_to(connection: Connection) -> None:
    assert read_to(connection, "china", NOW, UTC) is None
    set_watermarks(connection, {"china": NOW + 3600})
    assert read_to(connection, "china", NOW, UTC) == NOW + 3600
    now = NOW - 1
    assert read_to(connection, "china", now, UTC) is None  # nothing says when it was read
    run, backfill = (runs.begin(connection, f"crawl china since {since} until -", AHEAD).id for since in ("-", "9d"))
    note(connection, "1970-01-03", "", AHEAD, run=run)
    note(connection, "1970-01-01", "", AHEAD, run=backfill)
    note(connection, "1970-01-02", "", AHEAD, "stock", run=run)
    assert read_to(connection, "china", now, UTC) == 2 * DAY  # the run with the wrong clock began there
    listed(connection, "a", channel="china", day="1970-01-03", ctime=2 * DAY + 9)
    listed(connection, "b", channel="china", day="1970-01-03", ctime=2 * DAY + 5)
    listed(connection, "c", channel="stock", day="1970-01-03", ctime=2 * DAY + 1)
    assert read_to(connection, "china", now, UTC) == 2 * DAY + 5  # and has read all before it
    note(connection, "1970-01-04", "", 3 * DAY + 7)
    note(connection, "1970-01-01", "", 8 * DAY)  # a backfill knows that day to its end
    note(connection, "1970-01-05", "list_short", 4 * DAY + 5)
    note(connection, "1970-01-06", "", now + 1)
    note(connection, "1970-01-07", "", 7 * DAY, "stock")
    assert read_to(connection, "china", now, UTC) == 3 * DAY + 7


def test_where_runs_that_were_ahead_began_says_nothing_unless_they_read_that_day(connection: Connection) -> None:
    set_watermarks(connection, {"china": AHEAD, "stock": AHEAD})
    run = runs.begin(connection, "crawl china stock since - until -", AHEAD).id
    note(connection, "1970-01-03", "list_short", AHEAD, run=run)
    note(connection, "1970-01-04", "", AHEAD, run=run)
    note(connection, "1970-01-11", "", AHEAD, "stock", run=run)  # a day to come
    assert [read_to(connection, channel, NOW, UTC) for channel in ("china", "stock")] == [None, None]


def test_the_last_complete_run_says_up_to_when_a_channel_is_read(connection: Connection) -> None:
    set_watermarks(connection, {"china": AHEAD})
    for started, code, task in (
        (100, 0, "crawl stock china since - until -"),
        (200, 3, "crawl china since - until -"),
        (300, 5, "crawl china since - until -"),
        (400, None, "crawl china since - until -"),
        (500, 0, "crawl stock since - until -"),
        (600, 0, "crawl china since 2d until -"),
        (NOW + 3601, 0, "crawl china since - until -"),
    ):
        run = runs.begin(connection, task, started)
        if code is not None:
            runs.end(connection, run, code, {}, started)
        assert read_to(connection, "china", NOW, UTC) == min(started, 200)


def test_a_day_that_failed_is_not_passed_while_a_watermark_is_ahead(connection: Connection) -> None:
    note(connection, "1970-01-04", "", 3 * DAY + 7)
    set_watermarks(connection, {"china": AHEAD})
    assert keep_read_to(connection, {"china": read_to(connection, "china", NOW, UTC)}, NOW) == {"china": None}
    note(connection, "1970-01-08", "list_short", NOW)
    note(connection, "1970-01-09", "", NOW)
    assert read_to(connection, "china", NOW, UTC) == 3 * DAY + 7
    assert keep_read_to(connection, {"china": NOW}, NOW) == {"china": 3 * DAY + 7}
    assert read_to(connection, "china", NOW + 5, UTC) == NOW


def test_what_is_kept_beside_a_watermark(connection: Connection) -> None:
    set_watermarks(connection, {"china": AHEAD, "stock": AHEAD, "world": AHEAD, "forex": NOW})
    kept = {"china": NOW, "stock": NOW + 1, "world": None, "forex": NOW}
    before = keep_read_to(connection, kept, NOW)
    assert before == {"china": None, "stock": None}
    assert recall(connection) == {"read_to china": str(NOW), "read_to stock": str(NOW + 1)}
    again = keep_read_to(connection, {"china": NOW + 5}, NOW + 5)
    assert read_to(connection, "china", NOW, UTC) == NOW + 5
    restore_read_to(connection, again)
    assert recall(connection) == {"read_to china": str(NOW), "read_to stock": str(NOW + 1)}
    restore_read_to(connection, {"china": None})
    assert recall(connection) == {"read_to stock": str(NOW + 1)}
    forget_watermarks(connection, ["stock"])
    assert recall(connection) == {}


def test_a_watermark_whose_time_has_come_still_says_nothing(connection: Connection) -> None:
    set_watermarks(connection, {"china": AHEAD})
    keep_read_to(connection, {"china": NOW}, NOW)
    later = AHEAD + DAY
    assert read_to(connection, "china", later, UTC) == NOW
    set_watermarks(connection, {"china": later})
    keep_read_to(connection, {"china": later}, later)
    assert read_to(connection, "china", later + 9, UTC) == later


def test_what_another_clock_that_was_ahead_has_kept_says_nothing(connection: Connection) -> None:
    note(connection, "1970-01-04", "", 3 * DAY + 7)
    set_watermarks(connection, {"china": AHEAD})
    keep_read_to(connection, {"china": NOW + 20 * DAY}, NOW + 20 * DAY)
    assert read_to(connection, "china", NOW, UTC) == 3 * DAY + 7


def test_only_a_whole_run_of_that_very_channel_without_a_span_is_complete(connection: Connection) -> None:
    """Not one of a channel whose name holds its name, not one with --until, not one that was stopped."""
    set_watermarks(connection, {"stock": AHEAD})
    for started, code, task in (
        (100, 0, "crawl stock since - until -"),
        (200, 0, "crawl usstock since - until -"),
        (300, 0, "crawl stock since - until 1970-01-01"),
        (400, 1, "crawl stock since - until -"),
        (500, 4, "crawl stock since - until -"),
        (600, 130, "crawl stock since - until -"),
    ):
        runs.end(connection, runs.begin(connection, task, started), code, {}, started)
        assert read_to(connection, "stock", NOW, UTC) == 100


def test_where_a_run_with_until_began_says_nothing(connection: Connection) -> None:
    set_watermarks(connection, {"china": AHEAD})
    regular, until = (
        runs.begin(connection, f"crawl china since - until {day}", AHEAD).id for day in ("-", "1970-01-03")
    )
    note(connection, "1970-01-03", "", AHEAD, run=until)
    note(connection, "1970-01-05", "", AHEAD, run=regular)
    assert read_to(connection, "china", NOW, UTC) == 4 * DAY
    listed(connection, "a", channel="china", day="1970-01-05", ctime=4 * DAY + 9)
    listed(connection, "b", channel="china", day="1970-01-06", ctime=4 * DAY + 2)  # of another day
    assert read_to(connection, "china", NOW, UTC) == 4 * DAY + 9
