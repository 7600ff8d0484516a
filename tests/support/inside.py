"""Commands that run one after the other in one forked process: a tenth of the time of a process each."""

import io
import sys
import traceback
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.cli.main import main
from tests.support.processes import forks


class Ended(NamedTuple):
    """How a command ended, and what it printed."""

    code: int
    out: str
    errors: str


class Stuck(Exception):
    """A process did not end in time, or died; the message is what it was at."""


def run_inside(words: Sequence[str | Path]) -> Ended:
    """Runs the command in this process."""
    kept = sys.stdout, sys.stderr
    streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace") for _ in kept]
    sys.stdout, sys.stderr = streams
    try:
        code = main([*map(str, words)])
        for stream in streams:
            stream.flush()
    finally:
        sys.stdout, sys.stderr = kept
    out, errors = (stream.buffer.getvalue().decode("utf-8", "replace") for stream in streams)
    return Ended(code, out, errors)


Tell = Callable[[str], None]


def forked(function: Callable[..., Any], *arguments: Any, seconds: float = 60) -> Any:
    """What `function(tell, *arguments)` returns in a process of its own.

    It calls `tell` with what it is at: each time it has `seconds` more. Raises Stuck, and AssertionError with the
    traceback of an exception.
    """
    ours, theirs = forks.Pipe()
    process = forks.Process(target=_called, args=(theirs, function, arguments))
    process.start()
    theirs.close()
    at = "its beginning"
    try:
        while ours.poll(seconds):
            kind, value = ours.recv()
            if kind == "at":
                at = value
                continue
            assert kind == "result", value
            return value
        raise Stuck(f"{at} took more than {seconds} s")
    except EOFError:
        raise Stuck(f"{at} ended the process") from None
    finally:
        process.kill()
        process.join()
        ours.close()


def _called(pipe: Connection, function: Callable[..., Any], arguments: Sequence[Any]) -> None:
    try:
        pipe.send(("result", function(lambda at: pipe.send(("at", at)), *arguments)))
    except BaseException:  # noqa: BLE001 (told in the test)
        pipe.send(("error", traceback.format_exc()))
