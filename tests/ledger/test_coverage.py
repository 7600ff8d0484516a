"""When a channel's silence is news, and when a day is balanced."""

from pathlib import Path

import pytest

from newscrawl.ledger.coverage import FEW, QUIET, silences
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import DayTally, ListedItem
from newscrawl.ledger.schedule import DAY, HOUR

NOW = 1_800_000_000


def silent_for(tmp_path: Path, silence: int, pause: int = 5 * HOUR, entries: int = FEW) -> bool:
    """Whether a channel is silent that has one entry each hour, one longer pause between them, and none for `silence`."""
    times = [NOW - silence - number * HOUR - (pause - HOUR if number > 3 else 0) for number in range(entries)]
    with Ledger(tmp_path) as ledger:
        ledger.note(1, "china", "2027-01-15", [ListedItem(str(at), f"https://x/{at}", ctime=at) for at in times])
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
