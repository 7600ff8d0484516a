"""Processes that work through things; results come in the order of the things, whoever was first.

A worker can be killed whatever it is at. This process holds no copy of the worker's end of the pipe between them, so
the pipe ends with the worker, within a result too. A worker reads its tasks as they come, whatever else it does, so the
two never wait for each other; where the pipe ends, so does the worker.
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
ENDINGS = (signal.SIGINT, signal.SIGTERM)
START: Literal["spawn"] = "spawn"  # fresh processes: threads and open ledgers of this one are not theirs
AHEAD = 2  # tasks for each worker that are asked for before they are needed: one that it is at, one that waits for it
PATIENCE = 3  # seconds that killed workers have to be gone


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """So many processes, each of which calls `begin` first; one is no other than this. A context manager.

    What `begin` raises in a worker is raised where a result is waited for. A result that is given up, by an
    interruption for one, leaves them of no more use.
    """

    def __init__(self, count: int, begin: Callable[..., None], *arguments: Any) -> None:
        self.count, self.begin, self.arguments = count, begin, arguments
        self.workers: list[_Worker] = []

    def __enter__(self) -> Self:
        """Starts them."""
        if self.count == 1:
            self.begin(*self.arguments)
            return self
        atexit.register(self._end)  # an interruption can come just before a block, or as it ends
        try:
            with undisturbed(), _starting():
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
        """What a function gives or raises, called by the next worker that is free. Raises WorkerDied."""
        if self.count == 1:
            return function(*arguments)
        result: Result = self._result(self._give(function, arguments))
        return result

    def in_order(self, function: Callable[[Thing], Result], things: Iterable[Thing]) -> Iterator[tuple[Thing, Result]]:
        """Each thing and what came of it; no more than a few are asked for before they are needed. Raises WorkerDied.

        Raises what the function raised, when it is that thing's turn.
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
        """Gives a task to the worker that has the fewest."""
        self._take(0)
        return min(self.workers, key=lambda worker: len(worker.tasks)).give(function, arguments)

    def _result(self, task: "_Task") -> Any:
        while task.answer is None:
            self._take()
        return task.result()

    def _take(self, seconds: float | None = None) -> None:
        """Takes an answer of each worker that has one; waits for the first of them, so long at most."""
        ready = wait([worker.connection for worker in self.workers], seconds)
        for worker in self.workers:
            if worker.connection in ready:
                worker.take()

    def _end(self) -> None:
        """Kills them: nobody waits for what they are at."""
        with undisturbed():
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
    """What a worker has been told to call. `answer`: what came of it, as a worker sends it; None: it is not there."""

    answer: bytes | None = None

    def result(self) -> Any:
        """What the function gave. Raises what it raised."""
        result, error = pickle.loads(self.answer or b"")  # noqa: S301 (a worker's own)
        if error is not None:
            raise error
        return result


class _Worker:
    """A process, the pipe to it, and the tasks that it has not answered, the oldest first; that is always `begin`."""

    def __init__(self) -> None:
        context = multiprocessing.get_context(START)
        self.connection, theirs = context.Pipe()
        self.tasks: deque[_Task] = deque()
        self.begun = False
        with theirs:  # closed here at once
            self.process = context.Process(target=_work, args=(theirs,))
            self.process.start()

    def give(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> _Task:
        """Sends it a task. Raises WorkerDied, and what pickle raises."""
        message = pickle.dumps((function, arguments))
        try:
            self.connection.send_bytes(message)
        except OSError as error:
            raise WorkerDied from error
        self.tasks.append(_Task())
        return self.tasks[-1]

    def take(self) -> None:
        """Receives the answer to its oldest task, whole. Raises WorkerDied, and what `begin` raised."""
        try:
            answer = self.connection.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkerDied from error
        task = self.tasks.popleft()
        task.answer = answer
        if not self.begun:
            task.result()
            self.begun = True


# What a worker does


def _work(connection: "Connection[Any, Any]") -> None:
    """Answers tasks in their order, for ever; signals are its parent's business.

    Two threads move the messages, so that it works on while its parent has no time to take an answer. When the parent
    is gone the pipe ends, with it either thread, and with that the process.
    """
    for number in ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    answers: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_move, args=(connection.recv_bytes, tasks.put), daemon=True).start()
    threading.Thread(target=_move, args=(answers.get, connection.send_bytes), daemon=True).start()
    while True:
        answers.put(_answer(tasks.get()))


def _move(take: Callable[[], bytes], give: Callable[[bytes], None]) -> None:
    """Moves messages until that fails, which ends the process."""
    try:
        while True:
            give(take())
    finally:
        os._exit(1)


def _answer(task: bytes) -> bytes:
    """What came of a task: the result and None, or None and the exception with its traceback as a note."""
    try:
        function, arguments = pickle.loads(task)  # noqa: S301 (its parent's own)
        return pickle.dumps((function(*arguments), None))
    except BaseException as error:  # noqa: BLE001 (it is raised where it is waited for)
        text = traceback.format_exc()
        error.add_note(f"In a worker process:\n{text}")
        try:
            answer = pickle.dumps((None, error))
            pickle.loads(answer)  # noqa: S301 (some can be sent, and not received)
        except Exception:  # noqa: BLE001 (whatever its class does)
            return pickle.dumps((None, RuntimeError(text)))
        return answer


# Signals


@contextmanager
def _starting() -> Iterator[None]:
    """Processes that are started meanwhile hold back signals that end one, and are told no arguments of the command.

    Those can be more than a pipe holds, and the start of a process that dies before it reads them would never end.
    """
    resource_tracker.ensure_running()  # its own start would let the signals in again
    arguments = sys.argv
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDINGS)
    sys.argv = sys.argv[:1]
    try:
        yield
    finally:
        sys.argv = arguments
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
