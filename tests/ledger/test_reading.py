"""A ledger is read where nothing can be written: in somebody else's folder, and on a full disk."""

import ctypes
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from newscrawl.ledger.database import READ_PRAGMAS, read_ways
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import FILE
from tests.conftest import ROOT
from tests.support.archives import make_archive

DROP, DAC_OVERRIDE, DAC_READ_SEARCH = 24, 1, 2  # of <linux/prctl.h> and <linux/capability.h>
ALONE = ("locking_mode = EXCLUSIVE", *READ_PRAGMAS)
LOG = f"{FILE}-wal"


@pytest.mark.parametrize(
    ("log", "ways"),
    [
        (None, [("rw", READ_PRAGMAS), ("ro&immutable=1", READ_PRAGMAS)]),
        (b"", [("rw", READ_PRAGMAS), ("ro&immutable=1", READ_PRAGMAS)]),
        (b"log", [("rw", READ_PRAGMAS), ("rw", ALONE)]),
    ],
)
def test_the_ways_where_files_can_be_written(tmp_path: Path, log: bytes | None, ways: object) -> None:
    if log is not None:
        (tmp_path / LOG).write_bytes(log)
    assert read_ways(tmp_path) == ways


@pytest.mark.parametrize(("log", "mode"), [(False, "ro&immutable=1"), (True, "ro")])
def test_the_way_where_they_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log: bool, mode: str) -> None:
    if log:
        (tmp_path / LOG).touch()  # a writer may be at work
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert read_ways(tmp_path) == [(mode, READ_PRAGMAS)]


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """An archive that may be read, and not be written."""
    root = make_archive(tmp_path / "kept", articles=2)
    close(root)
    yield root
    for path in (root, *root.rglob("*")):
        path.chmod(0o755)


def close(root: Path) -> None:
    for path in (root, *root.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def without_privileges() -> None:
    """Gives up what lets root write anywhere, for the program that this process is to run."""
    if os.geteuid() == 0:
        for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
            ctypes.CDLL(None).prctl(DROP, capability)


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "newscrawl", *map(str, words)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=60, check=False,
        preexec_fn=without_privileges,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["status", "verify"])
def test_an_archive_that_one_may_only_read(closed: Path, command: str) -> None:
    done = run(command, closed)
    assert done.returncode == (5 if command == "status" else 0), done.stderr  # its lists are not read
    assert sorted(path.name for path in closed.iterdir()) == ["ledger.sqlite3", "manifests", "posts", "warc"]


def test_an_older_ledger_that_one_may_only_read_is_one_line(closed: Path) -> None:
    closed.chmod(0o755)
    (closed / FILE).chmod(0o644)
    with closing(sqlite3.connect(closed / FILE)) as connection:
        connection.execute("DROP TABLE about")
        connection.execute("PRAGMA user_version = 3")
    close(closed)
    for command in ("status", "verify"):
        done = run(command, closed)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
        assert "was written by an older newscrawl, and cannot be brought up: " in done.stderr


def test_a_full_disk_can_be_read(tmp_path: Path) -> None:
    """No room for the -shm file: with nothing in the log, and with a log that a run has left."""
    script = """if True:
        import resource, sys
        from pathlib import Path
        from newscrawl.ledger import articles
        from newscrawl.ledger.ledger import Ledger
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024))
        with Ledger(Path(sys.argv[1]), read_only=True) as ledger, ledger.reading() as connection:
            print(articles.stats(connection).articles)
    """
    root, left = make_archive(tmp_path / "kept", articles=2), tmp_path / "left"
    shutil.copytree(root, left)
    with Ledger(root) as ledger, ledger.transaction() as connection:
        connection.exec_driver_sql("UPDATE articles SET url = url || '#'")
        connection.commit()
        for name in (FILE, LOG):
            shutil.copy(root / name, left)
    assert (left / LOG).stat().st_size > 0
    for archive in (root, left):
        words = [sys.executable, "-c", script, str(archive)]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert (done.stdout, done.stderr) == ("2\n", "")
