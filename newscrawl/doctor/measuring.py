"""Measures how calls grow in a process of its own. Each has a time, so it ends, whatever the calls do.

A pattern can take longer than anybody waits, and neither the pattern nor what runs it can be asked to stop. So the
process is ended by the system when a call takes too much CPU time, and the next one goes on behind it.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from newscrawl.doctor.growth import FIRST, growth

LONGEST = 5.0  # seconds of CPU that the measuring of one input may take; a linear call takes half a second at most


class Case(NamedTuple):
    """A call with an input of any size, up to `largest`, and the input in words."""

    words: str
    call: Callable[[Any], object]
    make: Callable[[int], Any]
    largest: int
    first: int = FIRST


class Subject(NamedTuple):
    """What is measured, by its name, with its cases."""

    what: str
    cases: Callable[[], Iterable[Case]]


class Steep(NamedTuple):
    """What takes more than its share of time: how it grows, and with which input."""

    what: str
    how: str
    input: str


def measure(subjects: Sequence[Subject], first: int = 0) -> None:
    """Measures some subjects, from the number `first` on, and prints what comes of it for `steep_in`.

    The process ends by SIGPROF in a call that takes too long.
    """
    for number, subject in enumerate(subjects[first:], first):
        for case in subject.cases():
            say(number, subject.what, case.words)
            signal.setitimer(signal.ITIMER_PROF, LONGEST)
            found = growth(case.call, case.make, case.largest, first=case.first)
            signal.setitimer(signal.ITIMER_PROF, 0)
            if found.is_steep:
                say(number, subject.what, case.words, found.words)
                break


def say(number: int, what: str, words: str, how: str = "") -> None:
    """Writes a line for `steep_in`: a case that begins, or with `how` one that is steep."""
    sys.stdout.write(f"{json.dumps([number, what, words, how])}\n")
    sys.stdout.flush()


def steep_in(run: Callable[[int], tuple[int, bytes]]) -> Iterator[Steep]:
    """Yields what is steep, by a process that calls `measure`: `run` returns its exit code and what it has said.

    `run` is given the number of the subject from which on it measures. Raises RuntimeError if the process fails.
    """
    first = 0
    while True:
        code, out = run(first)
        said = [json.loads(line) for line in out.splitlines()]
        yield from (Steep(what, how, words) for _, what, words, how in said if how)
        if code != -signal.SIGPROF or not said:
            break
        number, what, words, _ = said[-1]
        yield Steep(what, f"more than {LONGEST:g} s", words)
        first = number + 1
    if code:
        raise RuntimeError(f"what measures ended with {code}")


def run_command(command: Sequence[str], first: int) -> tuple[int, bytes]:
    """Runs a command with a number as its last argument, for `steep_in`."""
    done = subprocess.run([*command, str(first)], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False)  # noqa: S603
    return done.returncode, done.stdout
