"""The checks of an archive, or of a folder for a new one."""

import errno
import fcntl
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import func, select

from newscrawl import disk
from newscrawl.archive.links import links_in
from newscrawl.archive.lock import Lock
from newscrawl.archive.paths import (
    LEDGER,
    MANIFESTS,
    POSTS,
    UNFINISHED,
    WARC,
    has_ledger,
    has_lost_ledger,
    was_killed,
)
from newscrawl.archive.remembered import agreed, remembered
from newscrawl.archive.terms import Terms, shown_site
from newscrawl.doctor.diagnosis import Diagnosis, error_text
from newscrawl.errors import ArchiveError, ArchiveHeld, SiteError
from newscrawl.ledger.damage import lost_ledger
from newscrawl.ledger.database import errors_of, is_older, is_unmade, reading_any_version
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.migrations import SCHEMA
from newscrawl.ledger.schema import articles, runs

ROOM = 1024  # MB that should be free
AHEAD = 300  # seconds by which clocks may differ


def archive(folder: Path) -> Iterator[Diagnosis]:
    """Checks whether a folder, which need not exist, can be an archive, and the archive in it if there is one."""
    what = f"archive {folder}"
    existing = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        yield Diagnosis("wrong", what, f"{existing} is no folder", "give another one")
        return
    try:
        with TemporaryDirectory(prefix=".newscrawl-doctor-", dir=existing) as trial:
            problems = [
                problem for problem in (locks(Path(trial)), write_ahead_log(Path(trial)), is_split(folder)) if problem
            ]
    except OSError as error:
        advice = f"make {existing} writable for this user, or give another folder"
        if disk.is_full(error):
            advice = disk.ROOM
        yield Diagnosis("wrong", what, f"cannot be written: {error.strerror or error}", advice)
        if has_ledger(folder) or has_lost_ledger(folder):  # it may be there to be read
            yield from archive_there(folder)
        return
    if problems:
        advice = (
            "move all of it to one local disk" if existing == folder.absolute() else "give a folder on a local disk"
        )
        yield Diagnosis("wrong", what, ", ".join(problems), advice)
        return
    state = "an archive" if (folder / LEDGER).exists() else "a folder" if folder.exists() else "can be created"
    yield Diagnosis("ok", what, f"{state}; it can be written, locks hold, SQLite's write-ahead log works")
    free = shutil.disk_usage(existing).free // 2**20
    yield Diagnosis("ok" if free >= ROOM else "note", "room", f"{free} MB free", "" if free >= ROOM else "make some")
    if folder.exists():
        yield from archive_there(folder)


def archive_there(folder: Path) -> Iterator[Diagnosis]:
    """Checks the archive in a folder, if there is one; reads only."""
    yield from run_there(folder)
    yield from links_there(folder)
    yield from ledger_there(folder)
    yield from site_there(folder)


def locks(folder: Path) -> str:
    """Tests `flock` on a folder, which keeps a second run out; network file systems may lack it.

    Returns what is wrong, or an empty string.
    """
    with ExitStack() as stack:
        first, second = (os.open(folder, os.O_RDONLY) for _ in range(2))
        for descriptor in (first, second):
            stack.callback(os.close, descriptor)
        try:
            fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return f"folders cannot be locked ({error.strerror})"
        try:
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return ""
        return "locks do not hold"


def write_ahead_log(folder: Path) -> str:
    """Tests SQLite's write-ahead log in a folder, which needs shared memory. Returns what is wrong, if anything.

    Raises OSError if there is no room for it.
    """
    path = folder / "trial.sqlite3"
    try:
        with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(path)) as reader:
            mode = writer.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            writer.execute("CREATE TABLE trial (one INTEGER)")
            reader.execute("SELECT * FROM trial").fetchall()
    except sqlite3.Error as error:
        if disk.is_full(error):
            raise OSError(errno.ENOSPC, disk.words_of(error)) from error
        return f"SQLite does not work there ({error})"
    return "" if mode == "wal" else "SQLite has no write-ahead log there"


def is_split(folder: Path) -> str:
    """Finds parts of an archive on another file system, to which files cannot be renamed. Returns what is wrong."""
    elsewhere = [
        name
        for name in (UNFINISHED, POSTS, WARC, MANIFESTS)
        if (folder / name).exists() and (folder / name).stat().st_dev != folder.stat().st_dev
    ]
    return f"{', '.join(elsewhere)} on another file system" if elsewhere else ""


def run_there(folder: Path) -> Iterator[Diagnosis]:
    """Checks whether a run holds the archive, or was killed. This takes the lock for an instant."""
    try:
        Lock(folder).release()
    except ArchiveHeld:
        yield Diagnosis("note", "run", "a run holds the archive now", "another run would end with 7")
    else:
        if was_killed(folder):
            yield Diagnosis("note", "run", "the last run was killed, or could not end", "the next one completes it")


def links_there(folder: Path) -> Iterator[Diagnosis]:
    """Finds symbolic links in the archive: with them a run ends before its first request."""
    for link in links_in(folder, posts=False):
        yield Diagnosis("wrong", link, "is a symbolic link", "put what it leads to in its place")


def ledger_there(folder: Path) -> Iterator[Diagnosis]:
    """Checks whether the ledger can be used, and whether the clock agrees with its runs."""
    if has_lost_ledger(folder):
        yield Diagnosis("wrong", "ledger", error_text(lost_ledger(folder)))
    if not has_ledger(folder) or (folder / LEDGER).is_symlink():
        return
    try:
        if is_unmade(folder):
            yield Diagnosis("note", "ledger", "empty: the run that was to make it was stopped", "the next one makes it")
            return
        with reading_any_version(folder) as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        if is_older(version):
            advice = f"the next run migrates it to {SCHEMA}"
            yield Diagnosis("note", "ledger", f"version {version}, of an older newscrawl", advice)
            return
        with errors_of(folder), Ledger(folder, read_only=True) as ledger, ledger.reading() as connection:
            count = connection.execute(select(func.count()).select_from(articles)).scalar_one()
            last = connection.execute(select(func.max(runs.c.started))).scalar()
    except ArchiveError as error:
        yield Diagnosis("wrong", "ledger", error_text(error))
        return
    yield Diagnosis("ok", "ledger", f"version {version}, {count} articles")
    if last and last > datetime.now(UTC).timestamp() + AHEAD:
        begun = datetime.fromtimestamp(last, UTC)
        yield Diagnosis(
            "wrong", "clock", f"the last run began at {begun:%Y-%m-%d %H:%M} UTC, which is in the future", "set it"
        )


def site_there(folder: Path) -> Iterator[Diagnosis]:
    """Checks whether the site that the archive remembers can be used; tells its flavour and body, too."""
    try:
        known = remembered(folder)
        terms, _ = agreed(folder, Terms())
    except SiteError as error:
        yield Diagnosis("wrong", "site of the archive", str(error))
        return
    except ArchiveError:  # the check of the ledger says why
        return
    if known.site_text:
        is_gone = bool(known.site) and not terms.site
        found = f"{shown_site(known)}, flavour {terms.flavour}, body {terms.body}"
        advice = "the site file is not there, and what the archive remembers of it is used" if is_gone else ""
        yield Diagnosis("note" if is_gone else "ok", "site of the archive", found, advice)
