"""Processes that work through things; results come in the order of the things, whoever was first.

No worker outlives the process that it works for, nor keeps it waiting when it dies.
"""

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, Self, TypeVar

from newscrawl.errors import WorkerDied

Thing = TypeVar("Thing")
Result = TypeVar("Result")
ENDINGS = (signal.SIGINT, signal.SIGTERM)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """So many processes, each of which calls `begin` first; one is no other than this. A context manager."""

    def __init__(self, count: int, begin: Callable[..., None], *arguments: Any) -> None:
        """Starts them. They are fresh ones, not forks: threads and open ledgers of this process are not theirs."""
        self.count = count
        self.pool: ProcessPoolExecutor | None = None
        self.processes: list[Any] = []
        if count == 1:
            begin(*arguments)
            return
        others = multiprocessing.active_children()
        context = multiprocessing.get_context("spawn")
        self.pool = ProcessPoolExecutor(count, context, _begin, (begin, arguments))
        with _deaf():  # they inherit it until they are up
            for _ in range(count):
                self.pool.submit(int)
        self.processes = [process for process in multiprocessing.active_children() if process not in others]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.pool is None:
            return
        if kind is not None:  # nobody waits for what they are at
            for process in self.processes:
                process.kill()
        self.pool.shutdown(cancel_futures=True)

    def submit(self, function: Callable[..., Result], *arguments: Any) -> "Future[Result]":
        """Has a function called; alone, at once."""
        if self.pool:
            try:
                return self.pool.submit(function, *arguments)
            except BrokenProcessPool as error:
                raise self._died() from error
        future: Future[Result] = Future()
        future.set_result(function(*arguments))
        return future

    def result(self, future: "Future[Result]") -> Result:
        """What came of it. Raises what the function raised, and WorkerDied."""
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise self._died() from error

    def in_order(self, function: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[tuple[Thing, Result]]:
        """Each thing and what came of it; no more than a few are asked for before they are needed."""
        waiting: deque[tuple[Thing, Future[Result]]] = deque()
        for thing in things:
            waiting.append((thing, self.submit(function, thing)))
            if self.pool is None or len(waiting) > 2 * self.count:
                first, future = waiting.popleft()
                yield first, self.result(future)
        for rest, future in waiting:
            yield rest, self.result(future)

    @staticmethod
    def _died() -> WorkerDied:
        return WorkerDied("a worker process was ended from outside, for want of memory perhaps; take fewer --workers")


def _begin(begin: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    """What a worker does first: signals are its parent's business, and when that is gone, so is it."""
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    begin(*arguments)


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


@contextmanager
def _deaf() -> Iterator[None]:
    """Signals that end a process are lost meanwhile: a few milliseconds."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Puts an interruption off until the block is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda which, _: came.append(which)) for number in ENDINGS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt
