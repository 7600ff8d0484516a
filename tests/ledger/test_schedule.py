"""When an article is recrawled and a failure retried, and what a user's `--since` means."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from newscrawl.ledger.schedule import (
    RETRIES,
    day_of,
    days_between,
    is_last_try,
    next_recrawl,
    next_retry,
    parse_instant,
    postponement,
)

MINUTE, HOUR, DAY = 60, 3600, 86400
BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 5, 12, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("age", "next_age"),
    [
        (-HOUR, 30 * MINUTE),  # the page is from the future
        (0, 30 * MINUTE),
        (22 * MINUTE + 29, 30 * MINUTE),
        (22 * MINUTE + 30, 2 * HOUR),  # three quarters of a recrawl's age count as that recrawl
        (90 * MINUTE - 1, 2 * HOUR),
        (90 * MINUTE, 8 * HOUR),
        (6 * HOUR - 1, 8 * HOUR),
        (6 * HOUR, DAY),
        (18 * HOUR - 1, DAY),
        (18 * HOUR, 7 * DAY),
        (7 * DAY * 3 // 4 - 1, 7 * DAY),
        (7 * DAY * 3 // 4, None),
    ],
)
def test_the_next_recrawl_follows_from_the_age(age: int, next_age: int | None) -> None:
    assert next_recrawl(1000, 1000 + age) == (None if next_age is None else 1000 + next_age)


def test_five_retries_are_further_and_further_apart() -> None:
    waits = [next_retry(tries, 0) for tries in range(1, 7)]
    assert waits == [10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, None]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("30m", "2026-03-05T11:30:00+08:00"),
        (" 6 H ", "2026-03-05T06:00:00+08:00"),
        ("2d", "2026-03-03T12:00:00+08:00"),
        ("1w", "2026-02-26T12:00:00+08:00"),
        ("100000m", "2025-12-26T01:20:00+08:00"),
        (" 2026-03-01 ", "2026-03-01T00:00:00+08:00"),
    ],
)
def test_a_day_or_a_time_back_from_now(text: str, instant: str) -> None:
    assert parse_instant(text, NOON.astimezone(UTC), BEIJING).isoformat() == instant


def test_the_last_day_is_meant_to_its_end() -> None:
    assert parse_instant("2026-02-28", NOON, BEIJING, last=True).isoformat() == "2026-03-01T00:00:00+08:00"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("999999w", "999999w is too far back"),
        ("1000000m", "neither a day"),
        ("2d 6h", "neither a day"),
        ("-2d", "neither a day"),
        ("9999-12-31", "neither a day"),  # its end has no date
        ("2026-02-30", "neither a day"),
        ("3y", "neither a day"),
        ("", "neither a day"),
    ],
)
def test_any_other_text_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_instant(text, NOON, BEIJING, last=True)


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-03-01T00:00+08:00", "2026-03-02T00:00+08:00", ["2026-03-01"]),  # midnight is of the next day
        ("2026-03-01T00:00+08:00", "2026-03-02T00:01+08:00", ["2026-03-02", "2026-03-01"]),
        ("2026-03-01T23:00+08:00", "2026-03-02T00:00:00.000001+08:00", ["2026-03-02", "2026-03-01"]),
        ("2026-03-01T15:59Z", "2026-03-01T16:01Z", ["2026-03-02", "2026-03-01"]),  # the site's midnight
        ("2026-03-02T00:00+08:00", "2026-03-01T00:00+08:00", []),
    ],
)
def test_the_days_that_a_span_touches(since: str, until: str, days: list[str]) -> None:
    assert days_between(datetime.fromisoformat(since), datetime.fromisoformat(until), BEIJING) == days


def test_the_day_of_an_instant_is_the_zones() -> None:
    instant = int(datetime(2026, 3, 1, 16, tzinfo=UTC).timestamp())
    assert (day_of(instant, BEIJING), day_of(instant, ZoneInfo("UTC"))) == ("2026-03-02", "2026-03-01")


def test_the_last_try_is_the_one_after_which_there_is_no_retry() -> None:
    assert [is_last_try(tries) for tries in range(len(RETRIES) + 2)] == [False] * len(RETRIES) + [True, True]


def test_a_failure_that_does_not_count_waits_as_long_as_one_that_does() -> None:
    waits = [postponement(tries, 1000) - 1000 for tries in range(len(RETRIES) + 2)]
    assert waits == [*RETRIES, RETRIES[-1], RETRIES[-1]]
