"""A ledger is read where nothing can be written: in somebody else's folder, on read-only media, on a full disk.

`tests/faults/check_reading.py` has all commands, and an archive that a run holds.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from newscrawl import disk
from newscrawl.ledger.database import READ_PRAGMAS, read_ways
from newscrawl.ledger.model import FILE
from tests.faults.reading import LEFT, confined, is_same, story
from tests.support.archives import make_archive
from tests.support.confined import PLACES
from tests.support.inside import forked

LOG = f"{FILE}-wal"
IMMUTABLE = ("ro&immutable=1", READ_PRAGMAS)
ALONE = ("ro&vfs=unix-none", ("locking_mode = EXCLUSIVE", *READ_PRAGMAS))
IN_MEMORY = "temp_store = MEMORY"


@pytest.mark.parametrize(("log", "last"), [(None, IMMUTABLE), (b"", IMMUTABLE), (b"log", ALONE)])
def test_the_ways_to_read(tmp_path: Path, log: bytes | None, last: object) -> None:
    if log is not None:
        (tmp_path / LOG).write_bytes(log)
    assert read_ways(tmp_path) == [("rw", READ_PRAGMAS), last]


@pytest.mark.parametrize(("room", "in_memory"), [(0, True), (2**20 - 1, True), (2**20, False), (2**30, False)])
def test_what_is_sorted_is_in_memory_where_temporary_files_have_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, room: int, in_memory: bool
) -> None:
    (tmp_path / FILE).write_bytes(bytes(2**20))
    monkeypatch.setattr(disk, "temporary_room", lambda: room)
    assert [IN_MEMORY in pragmas for _, pragmas in read_ways(tmp_path)] == [in_memory] * 2


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "base", articles=2)


def sent(place: str) -> str:
    return f"what a killed run has left: its log, without the index of that; {place}"


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(place, marks=pytest.mark.fault("archive", "nothing can be written", sent(place), "the same lines as elsewhere"))
        for place in PLACES
    ],
)  # fmt: skip
def test_what_is_read_is_the_same_where_nothing_can_be_written(base: Path, tmp_path: Path, place: str) -> None:
    names = ("status", "verify", "export")
    found = forked(story, base, tmp_path, place, LEFT, names)
    if isinstance(found, str):
        pytest.skip(found)
    assert [told for name, told in found.items() if not is_same(told, name)] == []
    assert "3 articles" in found["status"].here.out  # one of them is in the log alone
    assert len(found["export"].here.out.splitlines()) == 3


def test_an_older_ledger_that_one_may_only_read_is_one_line(base: Path, tmp_path: Path) -> None:
    root = tmp_path / "kept"
    shutil.copytree(base, root)
    with closing(sqlite3.connect(root / FILE)) as connection:
        connection.execute("DROP TABLE about")
        connection.execute("PRAGMA user_version = 3")
    found = forked(confined, root, "no permission", [("status", "kept"), ("verify", "kept"), ("export", "kept")])
    assert [(ended.code, ended.errors.count("\n")) for ended in found] == [(2, 1)] * 3
    for ended in found[:2]:
        assert "was written by an older newscrawl, and cannot be brought up: " in ended.errors
