"""The ledger's database file: opening it and upserting rows."""

import os
import sqlite3
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
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from newscrawl.errors import ArchiveDamaged, ArchiveError, NewerLedger
from newscrawl.ledger.migrations import SCHEMA, has_current_tables, migrate
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
# the last commits; their articles are then fetched again and found unchanged. FULL would cost an fsync per commit.
WRITE_PRAGMAS = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000")
READ_PRAGMAS = ("query_only = ON", "busy_timeout = 5000")
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

    A run that was killed may have left a newer one in the write-ahead log. Raises ArchiveError if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            header = file.read(HEADER)
    except (FileNotFoundError, IsADirectoryError):
        return 0
    except OSError as error:
        raise ArchiveError(f"{path} cannot be used: {error.strerror}") from error
    return int.from_bytes(header[VERSION], "big", signed=True) if len(header) == HEADER else 0


def refuse_newer(root: Path) -> None:
    """Raises NewerLedger when a newer newscrawl wrote the ledger of an archive, before anything is touched."""
    _refuse(root, header_version(root / FILE))


def _refuse(root: Path, version: int) -> None:
    if is_newer(version):
        path = root / FILE
        repair = f"sqlite3 {path} 'PRAGMA user_version = {SCHEMA}', then newscrawl verify {root} --repair"
        advice = f"update newscrawl (or, if none ever wrote it, its version {version} is damaged: {repair})"
        raise NewerLedger(f"{path} was written by a newer newscrawl; {advice}")


def open_ledger(root: Path, *, read_only: bool = False) -> Engine:
    """Opens the ledger of an archive; creates or migrates it if necessary, unless `read_only`.

    Raises ArchiveDamaged when the file is not a ledger, NewerLedger when a newer newscrawl wrote it, ArchiveError when
    an older one did (`read_only`) or when it cannot be opened.
    """
    path = root / FILE
    refuse_newer(root)
    engine = _engine(root, read_only=read_only)
    with errors_of(path), _disposed_on_error(engine), engine.begin() as connection:
        version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        _refuse(root, version)
        if version != SCHEMA and (has_current_tables(connection) or (read_only and not version)):
            why = f"{path} is not a ledger (its version is damaged); newscrawl verify {root} --repair rebuilds it"
            raise ArchiveDamaged(f"the archive is damaged: {why}")
        if version > SCHEMA:
            raise ArchiveError(f"{path} is no ledger of any newscrawl: its version is {version}; move it away")
        if version < SCHEMA and read_only:
            raise ArchiveError(f"{path} was written by an older newscrawl; newscrawl status {root} updates it")
        if version < SCHEMA:
            migrate(connection, version)
    return engine


@contextmanager
def reading_any_version(root: Path) -> Iterator[Connection]:
    """A connection to read the ledger of an archive with, whatever its version; it may lack tables and columns.

    Nothing is created or migrated. Raises NewerLedger, ArchiveDamaged and ArchiveError as `open_ledger` does.
    """
    refuse_newer(root)
    engine = _engine(root, read_only=True)
    try:
        with errors_of(root / FILE), engine.connect() as connection:
            _refuse(root, connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            yield connection
    finally:
        engine.dispose()


@contextmanager
def errors_of(path: Path) -> Iterator[None]:
    """Turns errors of reading a ledger's file into ArchiveError, or ArchiveDamaged if it is not a ledger."""
    try:
        yield
    except OperationalError as error:
        raise ArchiveError(f"{path} cannot be used: {error.orig}") from error
    except DatabaseError as error:
        why = f"the archive is damaged: {path} is not a ledger ({error.orig}); restore a backup of it, or move it away"
        raise ArchiveDamaged(why) from error


def _engine(root: Path, *, read_only: bool) -> Engine:
    """The engine of a ledger's file, which is not opened yet."""
    path = root / FILE
    # A reader needs the -wal and -shm files, and creates them if necessary: without them it would not see a consistent
    # snapshot while a writer is at work. In a folder that is not writable the database is opened as immutable, unless
    # it has a write-ahead log.
    has_wal = path.with_name(f"{FILE}-wal").exists()
    read_mode = "rw" if os.access(root, os.W_OK) else "ro" if has_wal else "ro&immutable=1"
    mode = read_mode if read_only else "rwc"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    pragmas = READ_PRAGMAS if read_only else WRITE_PRAGMAS
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
