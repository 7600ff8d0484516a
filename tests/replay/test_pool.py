"""The processes of a replay: order, exceptions, and an end whatever a worker is at when it is killed."""

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
from typing import Any

import pytest

from newscrawl.errors import WorkerDied
from newscrawl.replay import pool
from newscrawl.replay.pool import Workers
from tests.support.processes import ROOT

LARGE = 3 * 2**20  # bytes, many times what a pipe holds
SECONDS = 60  # after which a run counts as hung; it ends within 5 s where nothing else wants the processor
HUNG = 300  # seconds after which a process of a test is given up
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
    """What is done in the block comes to an end, and none of the workers that were there before is left."""
    before, started = pids(), time.monotonic()
    assert before
    yield
    assert time.monotonic() - started < SECONDS
    assert not any(map(alive, before))
    assert pids() == []


# What workers are told to do


def nothing() -> None:
    pass


def large(size: int) -> bytes:
    return bytes(size)


def length(thing: bytes) -> bytes:
    return len(thing).to_bytes(4, "big") + thing


def late(number: int) -> int:
    """The first ones last."""
    time.sleep(0.05 if number < 2 else 0)
    return number * number


def busy(_: object) -> None:
    while True:
        pass


class Odd(Exception):
    """It can be sent, and not received."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(one + other)


def fail(how: str) -> object:
    match how:
        case "key":
            raise KeyError("no such thing")
        case "odd":
            raise Odd("not", "received")
        case "result":
            return lambda: None
        case "exit":
            sys.exit(7)
        case _:
            return how


# Tests


def test_results_come_in_order_and_exceptions_as_they_are() -> None:
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
        with pytest.raises(RuntimeError, match="Odd: notreceived"):
            crew.call(fail, "odd")
        with pytest.raises(Exception, match="lambda"):
            crew.call(fail, "result")
        with pytest.raises(SystemExit, match="7"):
            crew.call(fail, "exit")
        with pytest.raises(Exception, match="lambda"):  # its class is not the same in every Python
            crew.call(lambda: None)
        results = crew.in_order(fail, ["first", "key"])
        assert next(results) == ("first", "first")
        with pytest.raises(KeyError, match="no such thing"):
            next(results)
        assert crew.call(fail, "still there") == "still there"
    assert pids() == []


def test_what_begin_raises_is_raised() -> None:
    with pytest.raises(KeyError, match="no such thing"), Workers(2, fail, "key") as crew:  # type: ignore[arg-type]
        for _ in crew.in_order(late, range(20)):
            pass
    assert pids() == []


def test_one_is_no_other_process() -> None:
    with Workers(1, nothing) as crew:
        assert pids() == []
        assert crew.call(os.getpid) == os.getpid()
        assert [*crew.in_order(late, range(3))] == [(0, 0), (1, 1), (2, 4)]


def test_large_tasks_and_large_results_wait_for_nobody() -> None:
    with Workers(2, nothing) as crew:
        things = [bytes(LARGE)] * 12
        for thing, result in crew.in_order(length, things):
            assert len(result) == len(thing) + 4


def test_a_worker_that_ends_before_it_reads_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    resource_tracker.ensure_running()
    monkeypatch.setattr(sys, "argv", ["newscrawl", *["a.warc.gz"] * 100_000])  # more than a pipe holds
    monkeypatch.setattr(spawn, "get_executable", lambda: b"/bin/false")
    started = time.monotonic()
    with pytest.raises(WorkerDied), Workers(2, nothing) as crew:
        crew.call(nothing)
    assert time.monotonic() - started < SECONDS
    assert pids() == []
    assert len(sys.argv) > 100_000


def rounds(start: str, count: int, size: int, seed: int) -> None:
    """Kills two workers so often while results are on their way to this process.

    This process is interrupted and kills both, or one is killed from outside and the other for it.
    """
    pool.START = start  # type: ignore[assignment]
    chance = random.Random(seed)
    longest = 0.0
    for number in range(count):
        outside = number % 2
        at = 0.0

        def struck(*_: object) -> None:
            nonlocal at
            at = time.monotonic()
            if not outside:  # noqa: B023
                raise KeyboardInterrupt
            os.kill(chance.choice(victims), signal.SIGKILL)  # noqa: B023

        signal.signal(signal.SIGALRM, struck)
        victims: list[int] = []
        try:
            with Workers(2, nothing) as crew:
                for _ in crew.in_order(large, chain([0], repeat(size))):
                    if not victims:
                        victims = pids()
                        signal.setitimer(signal.ITIMER_REAL, chance.uniform(0.0001, 0.001))
        except KeyboardInterrupt:
            assert not outside
        except WorkerDied:
            assert outside
        longest = max(longest, time.monotonic() - at)
        assert len(victims) == 2
        assert longest < SECONDS, f"round {number} took {longest:.1f} s"
        assert not any(map(alive, victims)), f"round {number} left a worker"
    print(f"{2 * count} kills: the end came after {longest:.2f} s at most")


def unfinished() -> None:
    """Comes to its end as after an interruption that came before a block knew that it was to end something."""
    global crew  # noqa: PLW0603
    crew = Workers(2, nothing).__enter__()
    print(*pids(), flush=True)
    for _ in crew.in_order(large, [LARGE]):
        break


def orphans() -> None:
    """Says which its workers are, and waits for what they never end."""
    with Workers(2, nothing) as crew:
        crew.call(nothing)
        print(*pids(), flush=True)
        for _ in crew.in_order(busy, range(4)):
            pass


def child(function: Callable[..., None], *arguments: Any) -> "subprocess.Popen[str]":
    """A process of its own, with no other threads, that calls one of the functions above; it gives up when it hangs."""
    code = (
        f"import faulthandler; faulthandler.dump_traceback_later({HUNG}, exit=True);"
        f"from tests.replay import test_pool; test_pool.{function.__name__}(*{arguments!r})"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", code]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize(("start", "count", "size"), [("fork", 500, 2**19), ("spawn", 5, LARGE)])
def test_a_thousand_kills_while_results_are_on_their_way(start: str, count: int, size: int) -> None:
    process = child(rounds, start, count, size, 1)
    out, errors = process.communicate(timeout=HUNG + 30)
    assert (process.returncode, errors) == (0, ""), f"it hung or failed: {out}{errors}"
    assert out.startswith(f"{2 * count} kills")


def test_workers_that_nobody_has_ended_end_with_their_process() -> None:
    process = child(unfinished)
    out, errors = process.communicate(timeout=HUNG + 30)
    assert (process.returncode, errors) == (0, ""), f"it hung or failed: {out}{errors}"
    assert not any(map(alive, map(int, out.split())))


def test_workers_of_a_killed_process_leave_in_the_midst_of_a_computation() -> None:
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
