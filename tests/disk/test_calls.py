"""Calls that fail, and kills, in a few small runs. `python -m tests.disk` tries every call of every command.

`tests/faults/check_calls.py` tries more of them.
"""

import errno
from collections.abc import Sequence

import pytest

from tests.disk.__main__ import benches
from tests.disk.calls import COMPILER, Call, Ended, Kind
from tests.disk.trials import KILL, Bench, Case, Plain, all_done, ends_as_told, nothing_half, says_why, words_of

NO_COMPILER = "no C compiler: no calls are made to fail"
needs_compiler = pytest.mark.skipif(not COMPILER, reason=NO_COMPILER)

# What has broken once: the command, the call, which of its like (-1: the last), and what becomes of it.
FOUND = (
    ("sign", "SYNC kept/.unfinished", -1, Case(0, errno.EIO)),  # ended with 2
    ("forget", "WRITE kept/ledger.sqlite3-wal", 5, Case(0, errno.ENOSPC, lasting=True)),  # was damaged
    ("forget", "CREATE kept/ledger.sqlite3-shm", 0, Case(0, errno.ENOSPC)),  # said nothing of room
    ("export", "CREATE out/.kept.jsonl", 0, Case(0, errno.ENOSPC)),  # ended with 2
    ("replay", "RENAME kept/.unfinished/20", -1, Case(0, errno.EIO)),  # was damaged for good
    ("replay", "WRITE kept/ledger.sqlite3-wal", 30, Case(0, errno.EIO)),  # was damaged until the next run
)
KILLS = ("forget",)


@needs_compiler
@pytest.mark.fault(
    "disk",
    "a call fails that changes a file, or the run is killed at it",
    "what has broken once: ENOSPC and EIO at calls of sign, forget, export and replay; a kill",
    "a sentence, exit 4; each file is whole or absent; `verify` finds nothing, and the same command again does the rest",
)
def test_what_has_broken_once_does_not_again() -> None:
    with benches(dict.fromkeys(name for name, *_ in FOUND), 1) as ready:
        cases = [(name, placed(ready[name], call, which, case)) for name, call, which, case in FOUND]
        cases += [(name, Case(len(ready[name].plain.calls) * 2 // 3, KILL)) for name in KILLS]
        found = {f"{name}, {case.fate} at {case.at}": ready[name].trial(case) for name, case in cases}
    assert {what: broken for what, broken in found.items() if broken != []} == {}


def placed(bench: Bench, call: str, which: int, case: Case) -> Case:
    """A case at the call of a plain run that begins with these words."""
    numbers = [number for number, words in enumerate(bench.plain.calls) if words.startswith(call)]
    return Case(numbers[which], case.error, case.lasting)


# The functions that say what broke


FULL = "newscrawl: cannot write a: the disk is full; make room and run it again\n"


@pytest.mark.parametrize(
    ("code", "errors", "error", "said"),
    [
        (4, FULL, errno.ENOSPC, []),
        (0, "", errno.ENOSPC, []),
        (4, FULL + "newscrawl crawl: 1 written\n", errno.ENOSPC, []),
        (4, "newscrawl: cannot write a: Input/output error\n", errno.EIO, []),
        (4, "newscrawl: cannot write a: Input/output error\n", errno.ENOSPC, ["says nothing of room"]),
        (4, "", errno.EIO, ["gives 0 reasons"]),
        (4, FULL * 2, errno.ENOSPC, ["gives 2 reasons"]),
        (0, "a line of somebody else\n", errno.EIO, ["says 'a line"]),
        (4, f"{FULL}newscrawl: OSError: no\n", errno.ENOSPC, ["says 'newscrawl: OSError"]),
        (4, f"{FULL}newscrawl: a bug in newscrawl\n", errno.ENOSPC, ["says 'newscrawl: a bug"]),
    ],
)
def test_what_a_run_must_say(code: int, errors: str, error: int, said: Sequence[str]) -> None:
    broken = says_why(Ended(code, 1, "", errors), error)
    assert [one[: len(other)] for one, other in zip(broken, said, strict=True)] == [*said]


@pytest.mark.parametrize(
    ("code", "error", "changed", "right"),
    [
        (0, errno.EIO, True, True),
        (4, errno.EIO, True, True),
        (1, errno.EIO, False, False),
        (2, errno.EIO, False, False),
        (2, errno.EACCES, False, True),
        (2, errno.EACCES, True, False),
        (-9, KILL, True, True),
        (4, KILL, True, False),
        (-999, errno.EIO, False, False),
    ],
)
def test_how_a_run_must_end(code: int, error: int, changed: bool, right: bool) -> None:
    assert (ends_as_told(Ended(code, 1, "", ""), error, (4,), changed=changed) == []) == right


def test_what_files_must_be() -> None:
    plain = Plain({"a": b"1", "b": b"1"}, {"a": b"2", "c": b"1"}, ())
    for now in (plain.before, plain.after, {"a": b"1"}, {"a": b"2", "b": b"1", "c": b"1"}):
        assert nothing_half(now, plain) == []
    assert nothing_half({"b": b""}, plain) == [
        "leaves a with nothing, which is no version of it",
        "leaves b with 0 bytes, which is no version of it",
    ]
    assert nothing_half({**plain.before, ".a.17": b""}, plain, killed=True) == []
    assert nothing_half({**plain.before, ".a.17": b""}, plain) == [
        "leaves .a.17 with 0 bytes, which is no version of it"
    ]
    assert all_done(plain.after, plain, "after it") == []
    assert all_done({"a": b"2", "b": b"1"}, plain, "after it") == [
        "after it b is not as a plain run has it",
        "after it c is not as a plain run has it",
    ]


def test_calls_in_words() -> None:
    calls = [
        Call(Kind.CREATE, 2, "b"), Call(Kind.WRITE, 2), Call(Kind.RENAME, 2, "b", "c"), Call(Kind.WRITE, 2), Call(Kind.WRITE, 1),
    ]  # fmt: skip
    assert words_of(calls, {1: "a"}) == ("CREATE b", "WRITE b", "RENAME b", "WRITE c", "WRITE a")
