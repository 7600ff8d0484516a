"""When the machine's clock is not to be trusted."""

import pytest

from newscrawl.ledger.clock import RELEASED, ClockCheck, why_behind

BEHIND, FAR = 86400, 3600
NOW = RELEASED + 100 * 86400


@pytest.mark.parametrize(
    ("now", "told", "refused"),
    [
        (NOW, None, False),
        (NOW, NOW + BEHIND, False),
        (NOW, NOW + BEHIND + 1, True),
        (NOW, 0, False),
        (RELEASED, None, False),
        (RELEASED - 1, None, True),
        (0, 0, True),
    ],
)
def test_a_clock_that_is_behind_by_more_than_a_day_is_refused(now: int, told: int | None, *, refused: bool) -> None:
    assert bool(why_behind(now, told)) is refused


@pytest.mark.parametrize(
    ("date", "wrong"),
    [(NOW, False), (NOW + FAR, False), (NOW - FAR, False), (NOW + FAR + 1, True), (NOW - FAR - 1, True)],
)
def test_a_clock_that_is_an_hour_from_an_answer_is_wrong(date: int, *, wrong: bool) -> None:
    check = ClockCheck()
    assert bool(check.hear_date(NOW, date, "a.example")) is bool(check.wrong) is wrong
    assert check.newest == (None if wrong else date)


def test_what_is_wrong_is_said_in_one_line() -> None:
    assert ClockCheck().hear_date(RELEASED, RELEASED + 86400, "a.example") == (
        "this machine's clock says 2026-01-01 00:00 UTC, but a.example says 2026-01-02 00:00 UTC;"
        " set the clock, or go on with --accept-clock"
    )


def test_only_the_first_answers_are_compared() -> None:
    check = ClockCheck()
    assert check.hear_date(NOW, NOW, "a.example") == ""
    assert check.hear_date(NOW, NOW + 9 * FAR, "a.example") == check.hear_date(NOW, NOW - 9 * FAR, "a.example") == ""
    assert check.newest == NOW


def test_an_old_answer_out_of_a_cache_decides_nothing() -> None:
    check = ClockCheck()
    assert check.hear_date(NOW, NOW - 9 * FAR, "a.example", weak=True) == ""
    assert (check.agreed, check.newest) == (False, None)
    assert check.hear_date(NOW, NOW, "a.example") == ""
    assert check.agreed
    assert ClockCheck().hear_date(NOW, NOW + 9 * FAR, "a.example", weak=True)  # no cache gives a time to come


def test_an_answer_after_an_old_one_decides() -> None:
    check = ClockCheck()
    check.hear_date(NOW, NOW - 9 * FAR, "a.example", weak=True)
    assert check.hear_date(NOW, NOW - 9 * FAR, "a.example")


def test_times_of_lists_are_heard_unless_they_are_to_come() -> None:
    check = ClockCheck()
    for time in (NOW - 5, NOW - 9, NOW + FAR + 1):
        check.hear_list(NOW, time)
    assert check.newest == NOW - 5
    check.hear_list(NOW, NOW + FAR)
    assert check.newest == NOW + FAR
