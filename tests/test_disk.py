"""What a disk says: which exceptions are its own, which of them are for want of room, and the words for each."""

import errno
import os
import resource
import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import OperationalError

from newscrawl import disk
from newscrawl.disk import (
    archive_error,
    is_busy,
    is_damage,
    is_everywhere,
    is_foreign,
    is_full,
    is_plain,
    is_refusal,
    is_unwritable,
    words_of,
)
from newscrawl.errors import ArchiveFull, ArchiveUnusable

NO_FILE = "a file cannot be opened or made: no room, no right, or too many files open"


def sqlite(code: int, text: str = "as SQLite says it") -> OperationalError:
    """An error of SQLite, as SQLAlchemy raises it."""
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return OperationalError("INSERT INTO items", {}, error)


def system(number: int, text: str = "as the system says it", name: str | None = None) -> OSError:
    return OSError(number, text, name)


@pytest.mark.parametrize(
    ("error", "full", "refusal", "plain", "words"),
    [
        (system(errno.ENOSPC), True, True, True, "the disk is full"),
        (system(errno.EDQUOT), True, True, True, "the share of the disk is used up (quota)"),
        (system(errno.EFBIG), True, True, True, "a file would grow larger than it may (ulimit -f)"),
        (system(errno.EACCES, name="a/b"), False, True, True, "as the system says it: a/b"),
        (system(errno.EROFS), False, True, True, "as the system says it"),
        (system(errno.EIO), False, True, True, "as the system says it"),
        (system(errno.EPERM), False, True, True, "as the system says it"),
        (system(errno.ESTALE), False, True, True, "as the system says it"),
        (system(errno.EMFILE), False, True, True, "this process has too many files open (ulimit -n)"),
        (system(errno.ENFILE), False, True, True, "this machine has too many files open"),
        (system(errno.ENOENT), False, True, False, "as the system says it"),
        (sqlite(sqlite3.SQLITE_FULL), True, True, True, "the disk is full"),
        (sqlite(sqlite3.SQLITE_IOERR_WRITE), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_IOERR_SHMSIZE), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_IOERR_READ), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_READONLY), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_BUSY), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_CORRUPT), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_IOERR_TRUNCATE), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_IOERR_FSYNC), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_IOERR_DIR_FSYNC), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_IOERR_SHMOPEN), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_IOERR_SHMMAP), True, True, True, "the disk takes nothing more (as SQLite says it)"),
        (sqlite(sqlite3.SQLITE_CANTOPEN), False, True, True, NO_FILE),
        (sqlite(sqlite3.SQLITE_CANTOPEN | 2 << 8), False, True, True, NO_FILE),
        (sqlite(sqlite3.SQLITE_PERM), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_LOCKED), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_PROTOCOL), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_NOTADB), False, True, True, "as SQLite says it"),
        (sqlite(sqlite3.SQLITE_ERROR), False, False, False, "OperationalError: as SQLite says it"),
        (sqlite(sqlite3.SQLITE_CONSTRAINT), False, False, False, "OperationalError: as SQLite says it"),
        (OSError("without a number"), False, False, False, "OSError: without a number"),
        (ValueError("a bug"), False, False, False, "ValueError: a bug"),
    ],
)
def test_what_an_exception_says(error: Exception, full: bool, refusal: bool, plain: bool, words: str) -> None:
    assert (is_full(error), is_refusal(error), is_plain(error), words_of(error)) == (full, refusal, plain, words)


def test_the_error_of_an_archive_without_room_is_one_of_its_own() -> None:
    full, closed = (
        archive_error(system(errno.ENOSPC), "cannot do it"),
        archive_error(system(errno.EROFS), "cannot do it"),
    )
    assert (type(full), full.exit_code) == (ArchiveFull, 4)
    assert str(full) == f"cannot do it: the disk is full; {disk.ROOM}"
    assert (type(closed), closed.exit_code) == (ArchiveUnusable, 4)
    assert str(closed) == "cannot do it: as the system says it"
    assert (is_full(full), is_refusal(full), is_refusal(closed)) == (True, True, True)


@pytest.mark.parametrize(
    ("error", "everywhere", "busy"),
    [
        *((system(number), True, False) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EMFILE)),
        *((system(number), True, False) for number in (errno.ENFILE, errno.EIO, errno.ESTALE)),
        *((system(number), False, False) for number in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT)),
        (sqlite(sqlite3.SQLITE_BUSY), False, True),
        (sqlite(sqlite3.SQLITE_LOCKED), False, True),
        (sqlite(sqlite3.SQLITE_BUSY | 1 << 8), False, True),
        (sqlite(sqlite3.SQLITE_CANTOPEN), False, False),
        (ValueError("a bug"), False, False),
    ],
)
def test_where_else_it_may_be_done_and_when(error: Exception, everywhere: bool, busy: bool) -> None:
    assert (is_everywhere(error), is_busy(error)) == (everywhere, busy)


@pytest.mark.parametrize(
    ("error", "unwritable", "damage", "foreign"),
    [
        *((sqlite(code), True, False, False) for code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY)),
        *((sqlite(code), True, False, False) for code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)),
        *((sqlite(code), True, False, False) for code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_IOERR_SHMMAP)),
        *((sqlite(code), False, False, False) for code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_ERROR)),
        (sqlite(sqlite3.SQLITE_CORRUPT), False, True, False),
        (sqlite(sqlite3.SQLITE_CORRUPT | 1 << 8), False, True, False),
        (sqlite(sqlite3.SQLITE_NOTADB), False, True, True),
        (sqlite(sqlite3.SQLITE_ERROR, f"{disk.NO_UTF8} column 'url' with text 'x'"), False, True, False),
        (ValueError(disk.NO_UTF8), False, False, False),
        (system(errno.EROFS), False, False, False),
    ],
)
def test_what_sqlite_says_of_a_database(error: Exception, unwritable: bool, damage: bool, foreign: bool) -> None:
    assert (is_unwritable(error), is_damage(error), is_foreign(error)) == (unwritable, damage, foreign)
    assert is_refusal(error) or not (unwritable or damage)


def test_the_room_for_temporary_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """That of the first folder that SQLite would take, as far as files may grow."""
    monkeypatch.delenv("SQLITE_TMPDIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=len(str(path))))
    limits = [resource.RLIM_INFINITY, resource.RLIM_INFINITY, resource.RLIM_INFINITY, 3]
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limits.pop(0), 0))
    monkeypatch.setattr(os, "access", lambda path, mode: mode == os.W_OK | os.X_OK and path != tmp_path)
    assert disk.temporary_room() == len("/var/tmp")
    monkeypatch.setenv("TMPDIR", "/")
    assert disk.temporary_room() == len("/")
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))  # which cannot be written
    assert disk.temporary_room() == len("/")
    monkeypatch.setenv("TMPDIR", "/var/tmp")
    assert disk.temporary_room() == 3
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert disk.temporary_room() == 0


@pytest.mark.parametrize(
    ("size", "room", "in_memory"),
    [
        (10, 9, True),
        (10, 10, False),
        (2**30, disk.SCRATCH - 1, True),
        (2**30, disk.SCRATCH, False),
        (None, disk.SCRATCH - 1, True),
    ],
)
def test_memory_is_for_where_there_is_no_room(
    monkeypatch: pytest.MonkeyPatch, size: int | None, room: int, in_memory: bool
) -> None:
    monkeypatch.setattr(disk, "temporary_room", lambda: room)
    assert disk.needs_memory(*([size] if size else [])) is in_memory
