"""The deadline of a page: what ends its reading, and that nothing of it is left behind."""

import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from newscrawl import deadline
from newscrawl.deadline import EVERY, GRACE, LAST, hear, in_time, is_over, told
from newscrawl.errors import Refused, Unfinished

PAGES: dict[str, str] = {}
SHORT, LONG = 0.02, 0.1  # CPU seconds


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(deadline, "EVERY", 0.005)
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGVTALRM)}
    yield
    assert deadline._watches == []
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
    for number, handler in before.items():
        signal.signal(number, handler)
    deadline._told.clear()


def match_for_ever() -> bool:
    """A match of CPython's that takes longer than anybody lives."""
    return re.match("(a+)+c", "a" * 60) is not None


def count_for_ever() -> None:
    while True:
        pass


@pytest.mark.parametrize(
    ("used", "now", "begun", "told", "why"),
    [
        (9.99, 100.0, 0.0, None, None),
        (10.0, 100.0, 0.0, None, Refused),
        (1.0, 100.0 + LAST - 0.01, 99.0, 100.0, None),  # it was under way when the signal came
        (1.0, 100.0 + LAST, 99.0, 100.0, Unfinished),
        (10.0, 100.0 + LAST, 99.0, 100.0, Unfinished),  # it might have been done in the time that it did not get
        (10.0, 100.5, 99.0, 100.0, Refused),
        (0.1, 101.5 + LAST - 0.01, 101.5, 100.0, None),  # it began afterwards
        (0.1, 101.5 + LAST, 101.5, 100.0, Unfinished),
        (0.1, 100.0 + GRACE - 0.01, 102.5, 100.0, None),
        (0.1, 100.0 + GRACE, 102.5, 100.0, Unfinished),  # there is an end for all of them
    ],
)
def test_when_the_time_of_a_page_is_over(
    used: float, now: float, begun: float, told: float | None, why: type[Exception] | None
) -> None:
    assert is_over(used, 10, now, begun, told) is why


def test_a_stopped_run_ends_within_five_seconds() -> None:
    assert (LAST, GRACE) == (1.0, 3.0)
    assert EVERY < LAST


@pytest.mark.parametrize("work", [match_for_ever, count_for_ever])
def test_what_takes_too_long_is_stopped(work: Callable[[], Any]) -> None:
    with pytest.raises(Refused, match=r"^too_slow: it took more than 0.02 s of CPU time; raise page_seconds in a"):
        in_time(work, SHORT)


def test_what_is_in_time_is_as_without_a_deadline() -> None:
    assert in_time(lambda: 7, SHORT) == 7
    with pytest.raises(KeyError):
        in_time(lambda: PAGES["a"], SHORT)


def test_time_that_others_use_does_not_count() -> None:
    in_time(lambda: time.sleep(4 * SHORT), SHORT)


def test_no_reader_can_swallow_it() -> None:
    """It comes again where a handler of everything, or a destructor, has taken it."""
    swallowed = []

    def stubborn() -> None:
        for _ in range(2):
            try:
                match_for_ever()
            except BaseException as error:  # noqa: BLE001
                swallowed.append(error)
        try:
            match_for_ever()
        except Exception as error:  # noqa: BLE001
            swallowed.append(error)

    with pytest.raises(Refused):
        in_time(stubborn, SHORT)
    assert len(swallowed) == 2


def test_a_page_within_a_page_has_no_deadline_of_its_own() -> None:
    with pytest.raises(Refused, match=r"more than 0\.02 s of CPU"):
        in_time(lambda: in_time(match_for_ever, 1000), SHORT)
    assert in_time(lambda: in_time(lambda: burn(LONG), SHORT), 1000) is None


def burn(seconds: float) -> None:
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


def test_other_threads_read_without_a_deadline() -> None:
    found: list[None] = []
    thread = threading.Thread(target=lambda: found.append(in_time(lambda: burn(LONG), SHORT)))
    thread.start()
    thread.join()
    assert found == [None]


def test_the_handler_and_the_timer_of_the_caller_are_restored() -> None:
    heard: list[int] = []

    def own(number: int, _: object) -> None:
        heard.append(number)

    signal.signal(signal.SIGVTALRM, own)
    signal.setitimer(signal.ITIMER_VIRTUAL, 500, 600)
    try:
        in_time(lambda: None, SHORT)
        assert signal.getsignal(signal.SIGVTALRM) is own
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[1] == 600
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    assert heard == []


def test_what_the_process_did_before_a_page_costs_it_nothing() -> None:
    while time.process_time() < 1:
        pass
    in_time(lambda: burn(LONG), 1)


def test_a_machine_without_such_a_timer_reads_without_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(signal, "setitimer")
    assert in_time(lambda: burn(LONG), SHORT) is None
    monkeypatch.undo()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_page_under_way_hears_a_signal_whose_handler_goes_on(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[int] = []
    signal.signal(number, lambda which, _: heard.append(which))
    monkeypatch.setattr(deadline, "LAST", 0.0)
    undo = hear()

    def work() -> None:
        signal.raise_signal(number)
        match_for_ever()

    with pytest.raises(Unfinished, match="the run was told to stop"):
        in_time(work, 1000)
    assert heard == [number]
    assert told() is not None
    undo()
    assert told() is None
    signal.raise_signal(number)
    assert (heard, told()) == ([number, number], None)


def test_a_signal_whose_handler_raises_ends_a_page_at_once() -> None:
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    def work() -> None:
        signal.raise_signal(signal.SIGTERM)
        match_for_ever()

    with pytest.raises(KeyboardInterrupt):
        in_time(work, 1000)


def test_a_handler_that_somebody_has_set_since_stays() -> None:
    def later(*_: object) -> None:
        pass

    signal.signal(signal.SIGTERM, lambda *_: None)  # one that `hear` calls
    undo = hear()
    signal.signal(signal.SIGTERM, later)
    undo()
    assert signal.getsignal(signal.SIGTERM) is later


def test_no_signal_is_heard_outside_the_main_thread() -> None:
    before = signal.getsignal(signal.SIGINT)

    def listen() -> None:
        undo = hear()
        undo()

    thread = threading.Thread(target=listen)
    thread.start()
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before
