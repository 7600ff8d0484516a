"""Calls that fail, and kills, in a small run of every command that changes files: some of each, the same each time.

`python -m tests.disk` tries every call. Those that have found something are in `tests/disk/test_calls.py`.
"""

from collections.abc import Iterator

import pytest

from tests.disk.__main__ import benches
from tests.disk.calls import COMPILER
from tests.disk.commands import COMMANDS
from tests.disk.trials import KILL, Bench, Case, failures_at

CASES = 6  # of each command
KILLS = 2

pytestmark = pytest.mark.skipif(not COMPILER, reason="no C compiler: no calls are made to fail")


@pytest.fixture(scope="module")
def ready() -> Iterator[dict[str, Bench]]:
    with benches(COMMANDS, 1) as made:
        yield made


@pytest.mark.fault(
    "disk",
    "a call fails that changes a file",
    "ENOSPC, EIO, EMFILE, EACCES, and a disk that stays full, at calls of every command that changes files",
    "a sentence, exit 4; each file is whole or absent; `verify` finds nothing, and the same command again does the rest",
)
def test_runs_end_well_when_a_call_fails(ready: dict[str, Bench]) -> None:
    found = {}
    for name, bench in ready.items():
        calls = len(bench.plain.calls)
        cases = [*failures_at(range(calls))]
        for case in cases[calls // 3 :: len(cases) // CASES]:
            found[f"{name}, {case.fate} at {case.at}"] = bench.trial(case)
    assert {what: broken for what, broken in found.items() if broken} == {}


@pytest.mark.fault(
    "run",
    "a run is killed before a call that changes a file",
    "SIGKILL at calls of every command that changes files",
    "`verify` finds nothing at once, and the same command again does the rest",
)
def test_runs_can_be_killed_at_any_call(ready: dict[str, Bench]) -> None:
    found = {}
    for name, bench in ready.items():
        calls = len(bench.plain.calls)
        for at in range(calls // 3, calls, calls // KILLS):
            found[f"{name}, kill at {at}"] = bench.trial(Case(at, KILL))
    assert {what: broken for what, broken in found.items() if broken} == {}
