"""The ledger's database file: opening it and upserting rows."""

import sqlite3
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from newscrawl import disk
from newscrawl.errors import ArchiveError, NewerLedger, OlderLedger
from newscrawl.ledger.damage import NO_FILE, damaged_ledger, linked
from newscrawl.ledger.migrations import SCHEMA, has_current_tables, migrate, missing_parts
from newscrawl.ledger.model import FILE


def epoch(instant: str | None) -> int | None:
    """The epoch seconds of an ISO 8601 instant with an offset; None for no instant.

    >>> epoch("1970-01-01T08:00:01+08:00")
    1
    """
    return int(datetime.fromisoformat(instant).timestamp()) if instant else None


def upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], renewed: Sequence[str]) -> None:
    """Inserts rows; of rows that exist already, updates only the columns `renewed`."""
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    if renewed:
        statement = statement.on_conflict_do_update(keys, set_={name: statement.excluded[name] for name in renewed})
    else:
        statement = statement.on_conflict_do_nothing(keys)
    connection.execute(statement, list(rows))


# In WAL mode readers never wait for a writer. NORMAL: a commit survives any crash of the process. A power cut may lose
# the last commits, those since `Ledger.sync`; what they stored is then fetched again. FULL would sync each commit.
WRITE_PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000")
READ_PRAGMAS = ("query_only = ON", "busy_timeout = 5000")
Way = tuple[str, Sequence[str]]
HEADER = 100  # bytes of SQLite's header
VERSION = slice(60, 64)  # of `user_version` in it
FORESEEN = 1000  # versions after this one that a newer newscrawl may have; a larger number is a damaged one


def is_newer(version: int) -> bool:
    """Whether a ledger's version may be that of a newer newscrawl; a smaller, larger or negative number is not.

    >>> [is_newer(version) for version in (SCHEMA, SCHEMA + 1, SCHEMA + FORESEEN, SCHEMA + FORESEEN + 1, -1)]
    [False, True, True, False, False]
    """
    return SCHEMA < version <= SCHEMA + FORESEEN


def header_version(path: Path) -> int:
    """The schema version in the header of a ledger's file; 0 for a missing or short file. Nothing is opened by SQLite.

    A run that was killed may have left a newer one in the write-ahead log. Raises ArchiveDamaged for what is no file (a
    pipe would be waited for without end), ArchiveError if it cannot be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise damaged_ledger(path.parent, NO_FILE)
        with path.open("rb") as file:
            header = file.read(HEADER)
    except FileNotFoundError:
        return 0
    except ArchiveError:
        raise
    except OSError as error:
        raise ArchiveError(f"{path} cannot be used: {error.strerror}") from error
    return int.from_bytes(header[VERSION], "big", signed=True) if len(header) == HEADER else 0


def is_older(version: int) -> bool:
    """Whether a ledger's version is one of an older newscrawl.

    >>> [is_older(version) for version in (-1, 0, 1, SCHEMA - 1, SCHEMA)]
    [False, False, True, True, False]
    """
    return 0 < version < SCHEMA


def refuse_newer(root: Path) -> None:
    """Raises NewerLedger when a newer newscrawl wrote the ledger of an archive, before anything is touched.

    Raises ArchiveDamaged for a ledger that is a symbolic link: SQLite would write its log beside what it leads to.
    """
    for name in (FILE, f"{FILE}-wal", f"{FILE}-shm"):
        if (root / name).is_symlink():
            raise linked(root, name)
    _refuse(root, header_version(root / FILE))


def _refuse(root: Path, version: int) -> None:
    if is_newer(version):
        path = root / FILE
        repair = f"sqlite3 {path} 'PRAGMA user_version = {SCHEMA}', then newscrawl verify {root} --repair"
        advice = f"update newscrawl (or, if none ever wrote it, its version {version} is damaged: {repair})"
        raise NewerLedger(f"{path} was written by a newer newscrawl; {advice}")


def open_ledger(root: Path, *, read_only: bool = False) -> Engine:
    """Opens the ledger of an archive; creates or migrates it if necessary, unless `read_only`.

    Raises ArchiveDamaged when the file is not a ledger, NewerLedger when a newer newscrawl wrote it, OlderLedger when
    an older one did (`read_only`), and ArchiveError or ArchiveFull when it cannot be opened.
    """
    path = root / FILE
    refuse_newer(root)
    engine = reading_engine(root) if read_only else _engine(root, "rwc", WRITE_PRAGMAS)
    with opening(root), _disposed_on_error(engine), engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        _refuse(root, version)
        if version != SCHEMA and (has_current_tables(connection) or (read_only and not version)):
            raise damaged_ledger(root, "is not a ledger (its version is damaged)")
        if version == SCHEMA and (missing := missing_parts(connection)):
            raise damaged_ledger(root, f"lacks {', '.join(missing)}")
        if version > SCHEMA:
            raise damaged_ledger(root, f"is no ledger of any newscrawl (its version is {version})")
        if version < SCHEMA and read_only:
            raise OlderLedger(f"{path} was written by an older newscrawl; newscrawl status {root} updates it")
        if version < SCHEMA:
            migrate(connection, version)
    return engine


@contextmanager
def reading_any_version(root: Path) -> Iterator[Connection]:
    """A connection to read the ledger of an archive with, whatever its version; it may lack tables and columns.

    Nothing is created or migrated. Raises NewerLedger, ArchiveDamaged and ArchiveError as `open_ledger` does.
    """
    refuse_newer(root)
    engine = reading_engine(root)
    try:
        with opening(root), engine.connect() as connection:
            _refuse(root, connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            yield connection
    finally:
        engine.dispose()


def is_unmade(root: Path) -> bool:
    """Whether a ledger has no table, because the run that was to make it was killed, or its disk was full.

    Raises ArchiveError as `reading_any_version` does.
    """
    if header_version(root / FILE):
        return False
    with reading_any_version(root) as connection:
        return not inspect(connection).get_table_names()


def ledger_error(root: Path, error: DatabaseError, what: str = "") -> ArchiveError | None:
    """What an error of SQLite says of the ledger of an archive; None if it may be a bug in newscrawl.

    `what`: what could not be done with it, which is not said of damage.
    """
    if disk.is_damage(error):
        how = "is not a ledger" if disk.is_foreign(error) else "cannot be read"
        return damaged_ledger(root, f"{how} ({disk.words_of(error)})")
    if disk.is_refusal(error):
        return disk.archive_error(error, what or f"{root / FILE} cannot be used")
    return None


@contextmanager
def errors_of(root: Path, what: str = "") -> Iterator[None]:
    """Turns errors of SQLite within the block into those of `ledger_error`; what may be a bug stays."""
    try:
        yield
    except DatabaseError as error:
        if told := ledger_error(root, error, what):
            raise told from error
        raise


@contextmanager
def opening(root: Path) -> Iterator[None]:
    """The same for a block that opens a ledger: what SQLite cannot do there, it cannot do with any ledger."""
    try:
        with errors_of(root):
            yield
    except DatabaseError as error:
        raise damaged_ledger(root, f"is not a ledger ({error.orig})") from error


def read_ways(root: Path) -> list[Way]:
    """The ways to open a ledger to read it, as (mode, pragmas); the second is for where nothing can be written.

    A reader needs the -wal and -shm files, and creates them if necessary: without them it would not see a consistent
    snapshot while a writer is at work. Where they are, they need not be written. Where they cannot be made (a full
    disk, a folder of somebody else, read-only media), no writer is at work: it would have made them. Then a log that a
    killed run has left is read alone, with its index in memory, and without locks: one for us alone is for writers.
    """
    scratch = ("temp_store = MEMORY",) if disk.needs_memory(size_of(root / FILE)) else ()
    pragmas = (*READ_PRAGMAS, *scratch)
    alone: Way = ("ro&vfs=unix-none", ("locking_mode = EXCLUSIVE", *pragmas))
    return [("rw", pragmas), alone if size_of(root / f"{FILE}-wal") else ("ro&immutable=1", pragmas)]


def size_of(path: Path) -> int:
    """The size of a file in bytes; 0 if there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def reading_engine(root: Path) -> Engine:
    """The engine of a ledger's file that is only read: of the first way that works, else of the last."""
    (mode, pragmas), last = read_ways(root)
    engine = _engine(root, mode, pragmas)
    try:
        with _disposed_on_error(engine), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA user_version")
    except DatabaseError as error:
        return _engine(root, *last) if disk.is_unwritable(error) else _engine(root, mode, pragmas)
    return engine


def _engine(root: Path, mode: str, pragmas: Sequence[str]) -> Engine:
    """The engine of a ledger's file in a mode of SQLite, which is not opened yet."""
    path = root / FILE
    address = f"{path.absolute().as_uri()}?mode={mode}"
    engine = create_engine("sqlite://", creator=lambda: _connect(address, pragmas), poolclass=QueuePool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


@contextmanager
def _disposed_on_error(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def _connect(address: str, pragmas: Iterable[str]) -> sqlite3.Connection:
    """A connection in autocommit mode: SQLAlchemy emits BEGIN, because Python's own does not cover schema changes."""
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection
