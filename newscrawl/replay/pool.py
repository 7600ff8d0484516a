"""A pool of worker processes; results come in the order of the tasks.

A worker can be killed at any moment. The parent holds no copy of the worker's end of the pipe between them, so the pipe
closes when the worker ends, even in the middle of a result (`concurrent.futures.ProcessPoolExecutor` would wait for
ever). A thread of the worker reads tasks as they come, so that parent and worker never deadlock; when the parent ends,
the pipe closes and the worker exits.
"""

import atexit
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from queue import SimpleQueue
from typing import Any, Literal, Self, TypeVar

from newscrawl.errors import WorkerDied

Thing = TypeVar("Thing")
Result = TypeVar("Result")
SIGNALS = (signal.SIGINT, signal.SIGTERM)
START: Literal["spawn"] = "spawn"  # fresh processes, which inherit no threads and no open ledger
AHEAD = 2  # tasks per worker that are sent before their results are needed: one in progress, one queued
PATIENCE = 3  # seconds to wait for killed workers to exit


def cores() -> int:
    """The number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """A pool of `count` processes, each of which first calls `begin`; a count of 1 means this process. Context manager.

    An exception of `begin` in a worker is raised by the first wait for a result. After an interrupted wait the pool
    cannot be used any more.
    """

    def __init__(self, count: int, begin: Callable[..., None], *arguments: Any) -> None:
        """Prepares a pool; `arguments` are those of `begin`. The processes start with the context."""
        self.count, self.begin, self.arguments = count, begin, arguments
        self.workers: list[_Worker] = []

    def __enter__(self) -> Self:
        """Starts the processes. Raises WorkerDied."""
        if self.count == 1:
            self.begin(*self.arguments)
            return self
        atexit.register(self._end)  # an interruption may come just before the `with` block, or as it ends
        try:
            with deferred_signals(), _starting():
                for _ in range(self.count):
                    self.workers.append(_Worker())
            for worker in self.workers:
                worker.give(self.begin, self.arguments)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def call(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Calls a function in the least busy worker. Returns its result or raises its exception; raises WorkerDied."""
        if self.count == 1:
            return function(*arguments)
        result: Result = self._result(self._give(function, arguments))
        return result

    def in_order(self, function: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[tuple[Thing, Result]]:
        """Yields each thing with the function's result, in order; `things` is consumed only a few ahead.

        Raises the function's exception when it is that thing's turn, and WorkerDied.
        """
        if self.count == 1:
            for thing in things:
                yield thing, function(thing)
            return
        waiting: deque[tuple[Thing, _Task]] = deque()
        for thing in things:
            waiting.append((thing, self._give(function, (thing,))))
            if len(waiting) > AHEAD * self.count:
                first, task = waiting.popleft()
                yield first, self._result(task)
        for rest, task in waiting:
            yield rest, self._result(task)

    def _give(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> "_Task":
        """Sends a task to the worker with the fewest tasks."""
        self._take(0)
        return min(self.workers, key=lambda worker: len(worker.tasks)).give(function, arguments)

    def _result(self, task: "_Task") -> Any:
        while task.answer is None:
            self._take()
        return task.result()

    def _take(self, seconds: float | None = None) -> None:
        """Receives an answer from each worker that has one; waits at most `seconds` (None: for ever) for the first."""
        ready = wait([worker.connection for worker in self.workers], seconds)
        for worker in self.workers:
            if worker.connection in ready:
                worker.take()

    def _end(self) -> None:
        """Kills the workers; results of unfinished tasks are dropped."""
        with deferred_signals():
            for worker in self.workers:
                worker.process.kill()
                worker.connection.close()
            until = time.monotonic() + PATIENCE
            for worker in self.workers:
                worker.process.join(max(0, until - time.monotonic()))
            self.workers.clear()
            atexit.unregister(self._end)


@dataclass(slots=True, eq=False)
class _Task:
    """A call that was sent to a worker."""

    answer: bytes | None = None  # the pickled answer of the worker; None: not received yet

    def result(self) -> Any:
        """The function's result. Raises its exception."""
        result, error = pickle.loads(self.answer or b"")  # noqa: S301 (from an own worker)
        if error is not None:
            raise error
        return result


class _Worker:
    """A process, the pipe to it, and its unanswered tasks, the oldest first. The first task is always `begin`."""

    def __init__(self) -> None:
        context = multiprocessing.get_context(START)
        self.connection, worker_end = context.Pipe()
        self.tasks: deque[_Task] = deque()
        self.begun = False
        with worker_end:  # closed in the parent at once
            self.process = context.Process(target=_work, args=(worker_end,))
            try:
                self.process.start()
            except BrokenPipeError as error:  # Python 3.14: it died before it read what to do
                raise WorkerDied from error

    def give(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> _Task:
        """Sends a task to the process. Raises WorkerDied, and the exceptions of pickle."""
        message = pickle.dumps((function, arguments))
        try:
            self.connection.send_bytes(message)
        except OSError as error:
            raise WorkerDied from error
        self.tasks.append(_Task())
        return self.tasks[-1]

    def take(self) -> None:
        """Receives the complete answer to the oldest task. Raises WorkerDied, and the exception of `begin`."""
        try:
            answer = self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerDied from error
        task = self.tasks.popleft()
        task.answer = answer
        if not self.begun:
            task.result()
            self.begun = True


# In the worker process


def _work(connection: "Connection[Any, Any]") -> None:
    """Answers tasks in their order, for ever; ignores the signals that the parent handles.

    Two threads move the messages, so that the worker continues while its parent is too busy to receive an answer. When
    the parent ends, the pipe closes, which ends a thread and with it the process.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    answers: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_move, args=(connection.recv_bytes, tasks.put), daemon=True).start()
    threading.Thread(target=_move, args=(answers.get, connection.send_bytes), daemon=True).start()
    while True:
        answers.put(_answer(tasks.get()))


def _move(take: Callable[[], bytes], give: Callable[[bytes], None]) -> None:
    """Moves messages until the pipe fails, then ends the process."""
    try:
        while True:
            give(take())
    finally:
        os._exit(1)


def _answer(task: bytes) -> bytes:
    """The pickled answer to a task: (result, None), or (None, exception with its traceback as a note)."""
    try:
        function, arguments = pickle.loads(task)  # noqa: S301 (from its own parent)
        return pickle.dumps((function(*arguments), None))
    except BaseException as error:  # noqa: BLE001 (raised in the parent)
        text = traceback.format_exc()
        error.add_note(f"In a worker process:\n{text}")
        try:
            answer = pickle.dumps((None, error))
            pickle.loads(answer)  # noqa: S301 (some exceptions pickle but do not unpickle)
        except Exception:  # noqa: BLE001 (the class may raise anything)
            return pickle.dumps((None, RuntimeError(text)))
        return answer


# Signals


@contextmanager
def _starting() -> Iterator[None]:
    """Blocks SIGINT and SIGTERM in processes started within the block, and hides the command's arguments from them.

    `multiprocessing` sends `sys.argv` through a pipe. Arguments larger than the pipe's buffer would make the start
    hang for ever if the process dies before it reads them.
    """
    resource_tracker.ensure_running()  # its start unblocks the signals, so start it before they are blocked
    arguments = sys.argv
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    sys.argv = sys.argv[:1]
    try:
        yield
    finally:
        sys.argv = arguments
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Defers SIGINT and SIGTERM to the end of the block. Raises KeyboardInterrupt there if one came."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    before = {number: signal.signal(number, lambda which, _: received.append(which)) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if received:
        raise KeyboardInterrupt
