"""What the model of power cuts takes for possible, and a run that is cut at some of its calls.

`python -m tests.disk power` cuts all runs at all calls.
"""

import random
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from tests.disk.calls import COMPILER, Call, Kind, Server
from tests.disk.commands import base
from tests.disk.cuts import cut, cuts, judge, prepared
from tests.disk.power import Disk, State, after_each, state_of, states

MADE = Call(Kind.CREATE, 7, ".unfinished/a")
WRITTEN = Call(Kind.WRITE, 7, data=b"x" * 1024)
PLACED = Call(Kind.RENAME, 7, ".unfinished/a", "posts/a")
BYTES = Call(Kind.SYNC, 7, ".unfinished/a")
NAMES = Call(Kind.SYNC, 1, ".unfinished", folder=True)
PLACES = Call(Kind.SYNC, 2, "posts", folder=True)


def disk_after(calls: Iterable[Call]) -> Disk:
    """An archive with an empty `.unfinished/` and `posts/`, after some calls."""
    *_, disk = after_each(Disk({".": -1, ".unfinished": -1, "posts": -1}, {}), {}, calls)
    return disk


def files(state: State) -> Mapping[str, bytes]:
    return dict(state.files)


def test_what_was_synced_lasts() -> None:
    synced = state_of(disk_after([MADE, WRITTEN, BYTES, NAMES]), {})
    assert files(synced) == {".unfinished/a": WRITTEN.data}


def test_bytes_without_a_name_are_lost_and_a_name_without_bytes_is_empty() -> None:
    assert files(state_of(disk_after([MADE, WRITTEN, BYTES]), {})) == {}
    assert files(state_of(disk_after([MADE, WRITTEN, NAMES]), {})) == {".unfinished/a": b""}


def test_a_write_that_was_not_synced_may_be_torn_or_leave_zeros() -> None:
    disk = disk_after([MADE, WRITTEN, NAMES])
    assert files(state_of(disk, {1: 0.6})) == {".unfinished/a": b"x" * 512}
    assert files(state_of(disk, {1: -1.0})) == {".unfinished/a": bytes(1024)}


def test_a_rename_lasts_once_the_folder_that_it_leads_to_was_synced() -> None:
    calls = [MADE, WRITTEN, BYTES, NAMES, PLACED]
    assert files(state_of(disk_after([*calls, NAMES]), {})) == {".unfinished/a": WRITTEN.data}
    assert files(state_of(disk_after([*calls, PLACES]), {})) == {"posts/a": WRITTEN.data}


def test_a_file_goes_with_its_folder() -> None:
    made = [Call(Kind.MKDIR, 8, "posts/2026"), Call(Kind.CREATE, 9, "posts/2026/a")]
    kept = state_of(disk_after([*made, Call(Kind.SYNC, 8, "posts/2026", folder=True)]), {})
    assert files(kept) == {}
    assert "posts/2026" not in kept.folders


def test_an_fsync_that_is_left_out_is_none() -> None:
    *_, disk = after_each(
        Disk({".": -1, ".unfinished": -1}, {}), {}, [MADE, WRITTEN, BYTES, NAMES], ignored=frozenset((0,))
    )
    assert files(state_of(disk, {})) == {".unfinished/a": b""}


def test_all_kinds_of_states_are_tried() -> None:
    disk = disk_after([MADE, WRITTEN])
    found = {tuple(state.files) for state in states(disk, random.Random(1), more=20)}
    whole, empty, torn = WRITTEN.data, b"", WRITTEN.data[:512]
    assert found >= {(), *(((".unfinished/a", data),) for data in (whole, empty, torn, bytes(1024)))}


@pytest.mark.skipif(not COMPILER, reason="no C compiler: no calls are recorded")
@pytest.mark.fault(
    "disk",
    "the power goes",
    "a fetch is cut after some of its calls, in states that its disk may hold then; and so that an fsync was not done",
    "what the ledger acknowledged is there; the same command again does the rest, and `verify` finds nothing",
)
def test_a_run_that_is_cut_loses_nothing(tmp_path: Path) -> None:
    with Server() as server, base(server) as made:
        recorded, place = prepared(made, tmp_path, "fetch")
        tally = cut(made.runner, recorded, place, random.Random(0), more=0, every=100, heal=0.5, at_end=1)
        assert tally.states >= 10
        assert tally.healed >= 3
        assert tally.broken == []
        kept = "archive/captures.py:Captures.keep: file"
        without = cuts(recorded, random.Random(0), every=20, at_end=0, ignored=kept)
        found = (judge(made.runner, recorded, state, place, number, heal=False) for number, state in without)
        assert "capture" in next(filter(None, found))
