"""How the articles of a day are counted, when a channel's silence is news, and when a day is balanced."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from newscrawl.ledger.coverage import FEW, HISTORY, QUIET, coverage, silences
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import DayTally, ListedItem
from newscrawl.ledger.runs import Runs
from newscrawl.ledger.schedule import DAY, HOUR
from newscrawl.ledger.schema import items

NOW = 1_800_000_000
DATE = "2027-01-15"
OUTCOMES: dict[str, dict[str, Any]] = {
    "kept": {"state": "kept", "run": 1},
    "by fetch": {"state": "known"},
    "gone": {"state": "gone", "run": 1, "reason": "http_404"},
    "failed once, then kept": {"state": "kept", "run": 1, "reason": "timeout"},
    "refused": {"state": "refused", "reason": "video"},
    "failed": {"state": "failed", "reason": "timeout"},
    "new": {"state": "listed"},
}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger of one day of a list that names an article for each outcome, and one more that it no longer names."""
    with Ledger(tmp_path) as opened:
        entries = [ListedItem(key, f"https://x/{key}") for key in OUTCOMES]
        opened.note(1, "china", DATE, [ListedItem("vanished", "https://x/vanished")])
        opened.note(2, "china", DATE, entries)
        opened.vanish(2, "china", DATE)
        with opened.engine.begin() as connection:
            for key, values in OUTCOMES.items():
                connection.execute(update(items).where(items.c.key == key).values(values))
        yield opened


def counts(tally: DayTally) -> dict[str, Any]:
    plain = tally.plain()
    return {name: plain.get(name, 0) for name in ("kept", "known", "not_article", "failed", "waiting")}


OTHERS = {"not_article": {"video": 1}, "failed": {"timeout": 1}, "waiting": 1}


@pytest.mark.parametrize(
    ("run", "kept", "known"),
    [(None, 2, 2), (1, 3, 1), (2, 0, 4)],
    ids=["of any crawl", "of the run that kept them", "of another run"],
)
def test_an_article_counts_once_by_its_outcome(ledger: Ledger, run: int | None, kept: int, known: int) -> None:
    tally = coverage(ledger.engine, run=run)["china"][DATE]
    assert counts(tally) == {"kept": kept, "known": known, **OTHERS}


def test_an_article_of_two_lists_is_kept_in_one_and_known_in_the_other(ledger: Ledger) -> None:
    ledger.note(3, "stock", "2027-01-16", [ListedItem("kept", "https://x/kept")])
    found = coverage(ledger.engine, run=1)
    assert counts(found["china"][DATE]) == {"kept": 2, "known": 2, **OTHERS}
    assert (found["stock"]["2027-01-16"].kept, found["stock"]["2027-01-16"].known) == (1, 0)
    for day in (DATE, "2027-01-17"):  # the same list, too, may name it on another day
        ledger.note(4, "china", day, [ListedItem("gone", "https://x/gone")])
    assert counts(coverage(ledger.engine, run=1)["china"][DATE]) == {"kept": 1, "known": 3, **OTHERS}


def test_a_day_that_was_not_read_to_its_end_is_not_balanced(ledger: Ledger) -> None:
    assert coverage(ledger.engine)["china"][DATE].reason == "list_unread"
    runs = Runs(ledger.engine)
    runs.note_window(runs.begin("a", 1), "china", DATE, listed=9, entries=8, missing=1, reason="list_short", now=1)
    tally = coverage(ledger.engine)["china"][DATE]
    assert (tally.listed, tally.unique, tally.missing, tally.reason) == (9, 8, 1, "list_short")


def test_the_coverage_is_that_of_some_channels_and_days(ledger: Ledger) -> None:
    for channel, day in (("china", "2027-01-16"), ("stock", DATE)):
        ledger.note(3, channel, day, [ListedItem("other", "https://x/other")])
    assert set(coverage(ledger.engine)) == {"china", "stock"}
    assert set(coverage(ledger.engine, ["stock"])) == {"stock"}
    assert set(coverage(ledger.engine, ["china"], last=DATE)["china"]) == {DATE}
    assert set(coverage(ledger.engine, ["china"], first="2027-01-16")["china"]) == {"2027-01-16"}


def test_a_day_as_data_has_what_is_not_zero() -> None:
    day = DayTally(listed=3, unique=3, kept=1, waiting=2, missing=4, reason="list_short")
    day.failed.update(timeout=1, http_404=2)
    assert day.plain() == {
        "listed": 3, "unique": 3, "kept": 1, "known": 0, "not_article": {}, "failed": {"http_404": 2, "timeout": 1},
        "balanced": False, "waiting": 2, "missing": 4, "reason": "list_short",
    }  # fmt: skip
    assert [*day.plain()["failed"]] == ["http_404", "timeout"]
    assert set(DayTally().plain()) == {"listed", "unique", "kept", "known", "not_article", "failed", "balanced"}


def silent_for(tmp_path: Path, silence: int, pause: int = 5 * HOUR, entries: int = FEW) -> bool:
    """Whether a channel is silent that has one entry each hour, one longer pause between them, and none for `silence`."""
    times = [NOW - silence - number * HOUR - (pause - HOUR if number > 3 else 0) for number in range(entries)]
    with Ledger(tmp_path) as ledger:
        ledger.note(1, "china", DATE, [ListedItem(str(at), f"https://x/{at}", ctime=at) for at in times])
        return "china" in silences(ledger.engine, ["china", "stock"], NOW)


@pytest.mark.parametrize(
    ("silence", "pause", "entries", "news"),
    [
        (10 * HOUR, 5 * HOUR, FEW, False),  # twice its longest pause
        (10 * HOUR + 1, 5 * HOUR, FEW, True),
        (6 * HOUR, 5 * HOUR, FEW, False),
        (QUIET, HOUR, FEW, False),  # six hours are never news
        (QUIET + 1, HOUR, FEW, True),
        (11 * HOUR, 5 * HOUR, FEW - 1, False),  # too few entries to know its pauses
        (399 * DAY, 5 * HOUR, FEW, True),
        (401 * DAY, 5 * HOUR, FEW, False),  # an old backfill
    ],
)
def test_a_silence_is_news(tmp_path: Path, silence: int, pause: int, entries: int, news: bool) -> None:
    assert silent_for(tmp_path, silence, pause, entries) is news


def test_the_pauses_are_those_of_the_newest_entries(tmp_path: Path) -> None:
    """A longer pause long ago explains nothing; one among the newest entries does."""
    old = [NOW - 100 * DAY - number * 50 * HOUR for number in range(FEW)]
    new = [NOW - 11 * HOUR - number * HOUR for number in range(HISTORY)]
    with Ledger(tmp_path) as ledger:
        for day, times in (("2026-10-01", old), (DATE, new)):
            ledger.note(1, "china", day, [ListedItem(str(at), f"https://x/{at}", ctime=at) for at in times])
        assert silences(ledger.engine, ["china"], NOW)["china"].longest == HOUR
    times = [NOW - 50 * HOUR - number * HOUR - (99 * HOUR if number > 30 else 0) for number in range(2 * FEW)]
    with Ledger(tmp_path) as ledger:
        ledger.note(1, "stock", DATE, [ListedItem(str(at), f"https://x/{at}", ctime=at) for at in times])
        assert silences(ledger.engine, ["stock"], NOW) == {}


def test_an_entry_without_a_time_counts_when_its_article_was_published(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        keys = [str(number) for number in range(FEW)]
        ledger.note(1, "china", DATE, [ListedItem(key, f"https://x/{key}") for key in keys])
        assert silences(ledger.engine, ["china"], NOW) == {}
        with ledger.engine.begin() as connection:
            for number, key in enumerate(keys):
                at = NOW - 11 * HOUR - number * HOUR
                connection.execute(update(items).where(items.c.key == key).values(published=at))
        assert silences(ledger.engine, ["china"], NOW)["china"].silent == 11 * HOUR


@pytest.mark.parametrize(
    ("tally", "balanced"),
    [
        (DayTally(), True),
        (DayTally(listed=3, unique=2, kept=1, known=1), True),
        (DayTally(listed=3, unique=3, kept=1, known=1, waiting=1), False),
        (DayTally(listed=2, unique=2, kept=2, missing=1), False),
        (DayTally(listed=2, unique=2, kept=2, reason="list_short"), False),
    ],
)
def test_a_day_is_balanced(tally: DayTally, balanced: bool) -> None:
    assert tally.balanced is balanced


def test_refused_and_failed_articles_have_an_outcome() -> None:
    tally = DayTally(listed=2, unique=2)
    tally.not_article["video"] += 1
    assert not tally.balanced
    tally.failed["http_404"] += 1
    assert tally.balanced
