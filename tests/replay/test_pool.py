"""The workers of a replay: order, exceptions, and an end whatever a worker does when it is killed."""

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from multiprocessing import resource_tracker, spawn
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from newscrawl.errors import WorkerDied
from newscrawl.replay import pool
from newscrawl.replay.pool import AHEAD, Workers, deferred_signals
from tests.support.processes import ROOT

LARGE = 3 * 2**20  # bytes, many times what a pipe holds
SECONDS = 60  # after which a pool counts as hung; on a machine that is not busy it ends within 5 s
HUNG = 300  # seconds after which a test's process is given up
crew: Workers


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def pids() -> list[int]:
    """The workers of this process."""
    return [child.pid for child in multiprocessing.active_children() if child.pid]


@contextmanager
def ended_in_time() -> Iterator[None]:
    """Asserts that the block ends, and that none of the workers is left."""
    before, started = pids(), time.monotonic()
    assert before
    yield
    assert time.monotonic() - started < SECONDS
    assert not any(map(alive, before))
    assert pids() == []


# Functions that the workers call


def nothing() -> None:
    pass


def large(size: int) -> bytes:
    return bytes(size)


def length(thing: bytes) -> bytes:
    return len(thing).to_bytes(4, "big") + thing


def late(number: int) -> int:
    """Results of the first tasks come last."""
    time.sleep(0.05 if number < 2 else 0)
    return number * number


def busy(_: object) -> None:
    while True:
        pass


class Unpicklable(Exception):
    """It can be pickled, but not unpickled."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def fail(how: str) -> object:
    match how:
        case "key":
            raise KeyError("no such thing")
        case "unpicklable":
            raise Unpicklable("not", "received")
        case "result":
            return lambda: None
        case "exit":
            sys.exit(7)
        case _:
            return how


# Tests


def test_results_are_in_order_and_exceptions_are_raised() -> None:
    with Workers(2, nothing) as crew:
        found = []
        for number, square in crew.in_order(late, range(20)):
            found.append((number, square))
            if number == 3:
                assert crew.call(late, 12) == 144
        assert found == [(number, number * number) for number in range(20)]
        with pytest.raises(KeyError, match="no such thing") as caught:
            crew.call(fail, "key")
        assert "in fail\n" in caught.value.__notes__[0]
        with pytest.raises(RuntimeError, match="Unpicklable: notreceived"):
            crew.call(fail, "unpicklable")
        with pytest.raises(Exception, match="lambda"):
            crew.call(fail, "result")
        with pytest.raises(SystemExit, match="7"):
            crew.call(fail, "exit")
        with pytest.raises(Exception, match="lambda"):  # the class depends on the Python version
            crew.call(lambda: None)
        results = crew.in_order(fail, ["first", "key"])
        assert next(results) == ("first", "first")
        with pytest.raises(KeyError, match="no such thing"):
            next(results)
        assert crew.call(fail, "still there") == "still there"
    assert pids() == []


def test_few_things_are_taken_ahead_of_their_results() -> None:
    taken = []

    def counted() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with Workers(2, nothing) as crew:
        results = crew.in_order(late, counted())
        assert next(results) == (0, 0)
        assert len(taken) == AHEAD * crew.count + 1


def test_a_task_goes_to_the_worker_with_the_fewest() -> None:
    with Workers(2, nothing) as crew:
        while not all(worker.begun for worker in crew.workers):
            crew._take()
        for _ in range(4):
            crew._give(busy, (None,))
        assert [len(worker.tasks) for worker in crew.workers] == [2, 2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_takes_effect_at_the_end_of_the_block_that_defers_it(number: signal.Signals) -> None:
    steps, before = [], [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]

    def interrupted() -> None:
        with deferred_signals():
            os.kill(os.getpid(), number)
            steps.append("the rest of the block")
        steps.append("what follows it")

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert steps == ["the rest of the block"]
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


def test_another_thread_has_no_signals_to_defer() -> None:
    steps = []

    def work() -> None:
        with deferred_signals():
            steps.append("done")

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert steps == ["done"]


def test_an_exception_of_begin_is_raised() -> None:
    with pytest.raises(KeyError, match="no such thing"), Workers(2, fail, "key") as crew:  # type: ignore[arg-type]
        for _ in crew.in_order(late, range(20)):
            pass
    assert pids() == []


def test_one_worker_is_the_same_process() -> None:
    with Workers(1, nothing) as crew:
        assert pids() == []
        assert crew.call(os.getpid) == os.getpid()
        assert [*crew.in_order(late, range(3))] == [(0, 0), (1, 1), (2, 4)]


def test_large_tasks_and_results_do_not_deadlock() -> None:
    with Workers(2, nothing) as crew:
        things = [bytes(LARGE)] * 12
        for thing, result in crew.in_order(length, things):
            assert len(result) == len(thing) + 4


def test_a_worker_that_exits_before_it_reads_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    resource_tracker.ensure_running()
    monkeypatch.setattr(sys, "argv", ["newscrawl", *["a.warc.gz"] * 100_000])  # more than a pipe holds
    monkeypatch.setattr(spawn, "get_executable", lambda: b"/bin/false")
    started = time.monotonic()
    with pytest.raises(WorkerDied), Workers(2, nothing) as crew:
        crew.call(nothing)
    assert time.monotonic() - started < SECONDS
    assert pids() == []
    assert len(sys.argv) > 100_000


def receive(size: int, victims: list[int], delay: float) -> None:
    """Receives results of `size` bytes for ever; `delay` seconds after the first, an alarm comes.

    `victims` gets the ids of the workers. A function of its own: CPython 3.12 and 3.13 cover no backward jump of a loop
    by the `try` around it, so an interrupt at that instruction would pass by an `except` of the same function.
    """
    with Workers(2, nothing) as crew:
        receive_all(crew, size, victims, delay)


def receive_all(crew: Workers, size: int, victims: list[int], delay: float) -> None:
    """The loop of `receive`, in a function of its own for the same reason: its `with` ends the workers."""
    for _ in crew.in_order(large, chain([0], repeat(size))):
        if not victims:
            victims += pids()
            signal.setitimer(signal.ITIMER_REAL, delay)


def rounds(start: str, count: int, size: int, seed: int) -> None:
    """Kills two workers `count` times while they send results of `size` bytes to this process.

    In turn, either this process is interrupted and its pool kills both, or one is killed and the pool kills the other.
    """
    pool.START = start  # type: ignore[assignment]
    rng = random.Random(seed)
    longest = 0.0
    for number in range(count):
        kills_worker = number % 2
        at = 0.0

        def on_alarm(*_: object) -> None:
            nonlocal at
            at = time.monotonic()
            if not kills_worker:  # noqa: B023
                raise KeyboardInterrupt
            os.kill(rng.choice(victims), signal.SIGKILL)  # noqa: B023

        signal.signal(signal.SIGALRM, on_alarm)
        victims: list[int] = []
        try:
            receive(size, victims, rng.uniform(0.0001, 0.001))
        except KeyboardInterrupt:
            assert not kills_worker
        except WorkerDied:
            assert kills_worker
        longest = max(longest, time.monotonic() - at)
        assert len(victims) == 2
        assert longest < SECONDS, f"round {number} took {longest:.1f} s"
        assert not any(map(alive, victims)), f"round {number} left a worker"
    print(f"{2 * count} kills: the end came after {longest:.2f} s at most")


def unfinished() -> None:
    """Exits without closing its pool, as after an interruption just before the `with` block was entered."""
    global crew  # noqa: PLW0603
    crew = Workers(2, nothing).__enter__()
    print(*pids(), flush=True)
    for _ in crew.in_order(large, [LARGE]):
        break


def orphans() -> None:
    """Prints the ids of its workers, and waits for tasks that never end."""
    with Workers(2, nothing) as crew:
        crew.call(nothing)
        print(*pids(), flush=True)
        for _ in crew.in_order(busy, range(4)):
            pass


def child(function: Callable[..., None], *arguments: Any) -> "subprocess.Popen[str]":
    """A new process without other threads that calls one of the functions above, and exits if it hangs."""
    code = (
        f"import faulthandler; faulthandler.dump_traceback_later({HUNG}, exit=True);"
        f"from tests.replay import test_pool; test_pool.{function.__name__}(*{arguments!r})"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize(("start", "count", "size"), [("fork", 200, 2**19), ("spawn", 3, LARGE)])
def test_many_kills_while_results_are_sent(start: str, count: int, size: int) -> None:
    process = child(rounds, start, count, size, 1)
    out, errors = process.communicate(timeout=HUNG + 30)
    assert (process.returncode, errors) == (0, ""), f"it hung or failed: {out}{errors}"
    assert out.startswith(f"{2 * count} kills")


def test_workers_of_an_unclosed_pool_end_with_their_process() -> None:
    process = child(unfinished)
    out, errors = process.communicate(timeout=HUNG + 30)
    assert (process.returncode, errors) == (0, ""), f"it hung or failed: {out}{errors}"
    assert not any(map(alive, map(int, out.split())))


def test_busy_workers_of_a_killed_process_exit() -> None:
    with child(orphans) as process:
        assert process.stdout
        crew = [*map(int, process.stdout.readline().split())]
        time.sleep(0.1)
        assert len(crew) == 2
        assert all(map(alive, crew))
        process.kill()
    until = time.monotonic() + SECONDS
    while any(map(alive, crew)):
        assert time.monotonic() < until
        time.sleep(0.02)
