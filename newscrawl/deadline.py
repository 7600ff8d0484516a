"""The deadline of a page: its reading is stopped where it takes too long, or where the process is told to stop.

A timer has Python look at the clock while a page is read. It counts the CPU seconds of the process, so that a busy
machine changes nothing. CPython's `re` asks for signals during a match, so a pattern that never ends is stopped too; a
call into libxml2 is not, and what it is given is bounded elsewhere. Timers and signals are the process's: other threads
read without a deadline.
"""

import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any, TypeVar

from newscrawl.errors import Refused, Unfinished

TOO_SLOW = "too_slow"
EVERY = 0.1  # CPU seconds between two looks at the clock
LAST = 1.0  # seconds that a page still gets when the process is told to stop
GRACE = 3.0  # seconds that all pages still get then
SIGNALS = (signal.SIGINT, signal.SIGTERM)
Handler = Callable[[int, FrameType | None], Any]
Result = TypeVar("Result")


class _Ended(BaseException):
    """Ends the reading of a page; no `except Exception` on its way takes it for an error of the page."""

    def __init__(self, why: Exception) -> None:
        self.why = why


@dataclass(slots=True)
class _Watch:
    """The watch over a page: how many seconds of CPU time it may take, and when its reading began.

    `used`: the CPU time that the process had used by then; asked for at the first look, which most pages never see.
    """

    seconds: float
    begun: float
    used: float | None = None


_watches: list[_Watch] = []  # over the page that the main thread reads, if any
_told: list[float] = []  # when the process was told to stop, if it was


def in_time(work: Callable[[], Result], seconds: float) -> Result:
    """Calls `work`, which reads a page, and returns its result.

    Raises Refused if it takes more than so many CPU seconds of the process, Unfinished if the process was told to stop
    and no more time is left (`hear`). Within another call, and outside the main thread, it only calls.
    """
    if not _can_watch():
        return work()
    handler, timer = _begin(seconds)
    try:
        try:
            return work()
        finally:
            _end(handler, timer)
    except _Ended as ended:
        _end(handler, timer)  # it may have come while the other was about to begin
        raise ended.why from None


def is_over(used: float, seconds: float, now: float, begun: float, told: float | None) -> type[Exception] | None:
    """Why the reading of a page ends: Refused after its CPU seconds, Unfinished after the process was told to stop.

    `used`: CPU seconds so far. A page gets `LAST` seconds more, from its beginning if that was later, and all of them
    `GRACE`; `now`, `begun` and `told` are seconds of one clock.

    >>> is_over(9.9, 10, 50, 0, None), is_over(10, 10, 50, 0, None)
    (None, <class 'newscrawl.errors.Refused'>)
    >>> is_over(5, 10, 50.9, 0, 50), is_over(5, 10, 51, 0, 50)
    (None, <class 'newscrawl.errors.Unfinished'>)
    >>> is_over(1, 10, 53, 52.5, 50)
    <class 'newscrawl.errors.Unfinished'>
    """
    if told is not None and now >= min(max(told, begun) + LAST, told + GRACE):
        return Unfinished
    return Refused if used >= seconds else None


def hear() -> Callable[[], None]:
    """Has `in_time` hear SIGINT and SIGTERM before whoever handles them now. Returns what ends that.

    A handler that goes on, as Scrapy's does, would else wait for the end of the page.
    """
    if threading.current_thread() is not threading.main_thread():
        return _told.clear
    before = {number: handler for number in SIGNALS if callable(handler := signal.getsignal(number))}
    mine = {number: _hearing(handler) for number, handler in before.items()}
    for number, handler in mine.items():
        signal.signal(number, handler)

    def undo() -> None:
        _told.clear()
        for number, handler in before.items():
            if signal.getsignal(number) is mine[number]:  # else somebody has taken it since
                signal.signal(number, handler)

    return undo


def told() -> float | None:
    """When the process was told to stop, in seconds of `time.monotonic`; None: it was not."""
    return _told[0] if _told else None


def _hearing(handler: Handler) -> Handler:
    def heard(number: int, frame: FrameType | None) -> None:
        _told.append(time.monotonic())
        handler(number, frame)

    return heard


def _can_watch() -> bool:
    """Whether this thread may use the timer, and does not yet; a handler that is not Python's could not be restored."""
    if threading.current_thread() is not threading.main_thread() or _watches or not hasattr(signal, "setitimer"):
        return False
    return signal.getsignal(signal.SIGVTALRM) is not None


def _begin(seconds: float) -> tuple[Any, tuple[float, float]]:
    """Begins to watch a page. Returns the handler of the timer before, and its setting."""
    handler = signal.getsignal(signal.SIGVTALRM)
    if handler is not _look:
        signal.signal(signal.SIGVTALRM, _look)
    _watches.append(_Watch(seconds, time.monotonic()))
    return handler, signal.setitimer(signal.ITIMER_VIRTUAL, EVERY, EVERY)


def _end(handler: Any, timer: tuple[float, float]) -> None:
    """Ends the watch over a page, and restores what was there before.

    Where there was no handler ours stays, and does nothing: without one, a signal on its way would kill the process.
    """
    _watches.clear()
    signal.setitimer(signal.ITIMER_VIRTUAL, *timer)
    if handler not in (signal.SIG_DFL, _look):
        signal.signal(signal.SIGVTALRM, handler)


def _look(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 (a handler of signals)
    """Ends the page if its time is over; again each time, in case somebody on the way has swallowed it."""
    for watch in _watches:
        now = time.process_time()
        watch.used = now - EVERY if watch.used is None else watch.used
        why = is_over(now - watch.used, watch.seconds, time.monotonic(), watch.begun, told())
        if why is Refused:
            took = f"it took more than {watch.seconds:g} s of CPU time"
            raise _Ended(Refused(TOO_SLOW, f"{took}; raise page_seconds in a --site file"))
        if why:
            raise _Ended(Unfinished("the run was told to stop"))
