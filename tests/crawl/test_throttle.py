"""The rules of the throttle: when the window grows, when to back off and for how long, when to stop."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from newscrawl.crawl.throttle import LONGEST, SHORTEST, Throttle

HOST = "a.example"


def run(test: Coroutine[Any, Any, None]) -> None:
    """Runs a test, which takes about a second; a test that hangs fails after 20 seconds."""
    asyncio.run(asyncio.wait_for(test, 20))


def test_a_pause_is_waited_out_by_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may grow meanwhile, or the run end."""

    async def test() -> None:
        now, slept = 100.0, []

        async def sleep(seconds: float) -> None:
            nonlocal now
            assert seconds > 0
            slept.append(seconds)
            now += seconds

        monkeypatch.setattr(asyncio, "sleep", sleep)
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
        throttle = Throttle(most=4, delay=0, patience=9)
        await throttle.wait_out_pause()
        throttle.until = now + 2.5
        await throttle.wait_out_pause()
        assert slept == [1.0, 1.0, 0.5]

    asyncio.run(test())


def test_a_new_throttle_knows_of_no_ban() -> None:
    throttle = Throttle(most=4, delay=0, patience=9)
    assert (throttle.until, throttle.stopped, throttle.in_flight, throttle.pauses) == (0.0, "", 0, 0)
    assert not throttle.answered(HOST, 0)


def done(throttle: Throttle, arrived: int = 1) -> None:
    """Ends a request whose response was one of `arrived` responses that waited to be read."""
    throttle.in_flight += 1
    throttle.arrived = arrived
    throttle.release()


def test_the_window_grows_while_reading_waits_and_shrinks_while_responses_wait() -> None:
    throttle = Throttle(most=4, delay=0, patience=3)
    windows = [throttle.window]
    for arrived in (1, 1, 1, 1, 2, 3, 3, 4, 4, 4):
        done(throttle, arrived)
        windows.append(throttle.window)
    # 1: no response waits after it, 2: one waits, 3 and more: several wait
    assert windows == [2, 3, 4, 4, 4, 4, 3, 2, 1, 1, 1]
    assert throttle.in_flight == 0


def test_one_request_at_a_time_stays_one() -> None:
    throttle = Throttle(most=1, delay=0, patience=3)
    done(throttle)
    assert throttle.window == 1


def test_a_request_without_a_response_counts_as_none_that_waits() -> None:
    throttle = Throttle(most=4, delay=0, patience=3)
    done(throttle, arrived=0)
    assert (throttle.arrived, throttle.window) == (0, 3)


def test_no_more_requests_are_in_flight_than_the_window_has() -> None:
    async def test() -> None:
        throttle = Throttle(most=2, delay=0, patience=3)
        for _ in range(2):
            assert await throttle.acquire()
            throttle.in_flight += 1
        third = asyncio.create_task(throttle.acquire())
        await asyncio.sleep(0)
        assert not third.done()
        throttle.release()
        assert await third

    run(test())


@pytest.mark.parametrize(
    ("delay", "retry_after", "pauses"),
    [
        (0.0, 0.0, [SHORTEST, SHORTEST, SHORTEST]),
        (2.0, 0.0, [20.0, 40.0, 80.0]),
        (2.0, 30.0, [30.0, 40.0, 80.0]),
        (0.0, LONGEST, [LONGEST, LONGEST, LONGEST]),
    ],
)
def test_each_ban_doubles_the_pause_and_retry_after_is_the_minimum(
    delay: float, retry_after: float, pauses: list[float]
) -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=delay, patience=9)
        now = asyncio.get_running_loop().time()
        found = [throttle.backoff(HOST, number, "bans us", retry_after) for number in range(3)]
        assert found == pauses
        assert throttle.until >= now + pauses[-1]
        assert not throttle.stopped
        assert throttle.window == 1

    run(test())


def test_even_without_a_delay_a_pause_takes_a_second() -> None:
    async def test() -> None:
        assert Throttle(most=4, delay=0, patience=9).backoff(HOST, 0, "bans us") == 1

    run(test())


def test_a_run_that_is_stopped_begins_no_pause() -> None:
    throttle = Throttle(most=4, delay=0, patience=9)
    throttle.stop("the disk is full")
    assert throttle.backoff(HOST, 0, "bans us") == 0
    assert (throttle.pauses, throttle.bans[HOST]) == (0, 0)


def test_bans_in_a_row_stop_the_run() -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=0, patience=3)
        assert throttle.backoff(HOST, 0, "bans us (HTTP 429)")
        assert throttle.backoff(HOST, 1, "bans us (HTTP 429)")
        assert throttle.backoff(HOST, 2, "bans us (HTTP 429)") == 0
        assert throttle.stopped == f"{HOST} bans us (HTTP 429), 3 times in a row"
        assert not await throttle.acquire()
        assert throttle.backoff(HOST, 3, "bans us") == 0

    run(test())


def test_an_answer_resets_the_count_of_bans() -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=0, patience=2)
        throttle.backoff(HOST, 0, "bans us")
        throttle.answered(HOST, 1)
        throttle.backoff(HOST, 1, "bans us")
        assert not throttle.stopped
        assert throttle.bans[HOST] == 1

    run(test())


def test_bans_are_counted_by_host() -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=2, patience=2)
        assert throttle.backoff(HOST, 0, "bans us") == 20
        assert throttle.backoff("b.example", 1, "bans us") == 20
        assert not throttle.stopped

    run(test())


def test_bans_of_requests_from_before_the_pause_are_ignored() -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=0, patience=2)
        assert throttle.backoff(HOST, 0, "bans us")
        assert throttle.backoff(HOST, 0, "bans us") == 0
        assert (throttle.bans[HOST], throttle.pauses) == (1, 1)
        assert not throttle.answered(HOST, 0)  # so is an answer to one
        assert throttle.bans[HOST] == 1

    run(test())


def test_too_long_a_pause_stops_the_run() -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=0, patience=9)
        assert throttle.backoff(HOST, 0, "bans us", 600) == 600
        assert throttle.backoff(HOST, 1, "bans us", 3600) == 0
        assert throttle.stopped == f"{HOST} bans us, and asks to wait 60 minutes"
        other = Throttle(most=4, delay=0, patience=9)
        assert other.backoff(HOST, 0, "bans us", 600.5) == 0

    run(test())


def test_a_host_recovers_after_good_answers_and_the_window_grows_again() -> None:
    async def test() -> None:
        throttle = Throttle(most=4, delay=0, patience=9)
        throttle.backoff(HOST, 0, "bans us")
        done(throttle)
        assert throttle.window == 1
        recovered = [throttle.answered(HOST, 1) for _ in range(21)]
        assert recovered == [False] * 19 + [True, False]
        done(throttle)
        assert throttle.window == 2
        assert throttle.answers[HOST] == 21

    run(test())


def test_a_pause_is_waited_out() -> None:
    async def test() -> None:
        clock = asyncio.get_running_loop().time
        throttle = Throttle(most=4, delay=0, patience=9)
        throttle.until = clock() + 0.05
        assert await throttle.acquire()
        assert clock() >= throttle.until

    run(test())


def test_stop_keeps_the_first_reason_and_wakes_waiting_requests() -> None:
    async def test() -> None:
        throttle = Throttle(most=1, delay=0, patience=9)
        throttle.in_flight = throttle.window
        waiting = asyncio.create_task(throttle.acquire())
        await asyncio.sleep(0)
        throttle.stop("one")
        throttle.stop("other")
        assert not await waiting
        assert throttle.stopped == "one"

    run(test())
