"""The ledger's file: opening it, and writing rows."""

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
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.ledger.migrations import SCHEMA, fits, migrate
from newscrawl.ledger.model import FILE

# Readers never wait for a writer. NORMAL: a commit survives any death of the process; the last ones may not survive a
# power cut, after which their articles are fetched again and found unchanged. FULL takes an fsync a commit.
WRITING = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000")
READING = ("query_only = ON", "busy_timeout = 5000")
INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def epoch(instant: str | None) -> int | None:
    """The seconds since 1970 of an ISO 8601 instant with an offset.

    >>> epoch("1970-01-01T08:00:01+08:00")
    1
    """
    return int(datetime.fromisoformat(instant).timestamp()) if instant else None


def put(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], renewed: Sequence[str]) -> None:
    """Writes rows; of those that are there already, the columns `renewed` only."""
    insert = INSERT[connection.dialect.name](table)
    keys = [column.name for column in table.primary_key]
    if renewed:
        insert = insert.on_conflict_do_update(keys, set_={name: insert.excluded[name] for name in renewed})
    else:
        insert = insert.on_conflict_do_nothing(keys)
    connection.execute(insert, list(rows))


def open_ledger(root: Path, *, read_only: bool = False) -> Engine:
    """The ledger of an archive, made or brought to this version if need be.

    Raises ArchiveDamaged when the file is none, ArchiveError when it is of a newer version, or cannot be used.
    """
    path = root / FILE
    # A reader shares files with those who write meanwhile, and makes them if need be: without them it would read what
    # changes under its eyes. Where nobody may write, a write-ahead log that nobody has open is read as it lies there.
    alone = not path.with_name(f"{FILE}-wal").exists()
    reading = "rw" if os.access(root, os.W_OK) else "ro&immutable=1" if alone else "ro"
    mode = reading if read_only else "rwc"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    pragmas = READING if read_only else WRITING
    engine = create_engine("sqlite://", creator=lambda: _connect(address, pragmas), poolclass=QueuePool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with _closed_when_it_fails(engine), engine.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version != SCHEMA and (fits(connection) or (read_only and not version)):
                why = f"{path} is no ledger (its version is damaged); newscrawl verify {root} --repair makes it anew"
                raise ArchiveDamaged(f"the archive is damaged: {why}")
            if version > SCHEMA:
                raise ArchiveError(f"{path} was written by a newer newscrawl; update newscrawl")
            if version < SCHEMA and read_only:
                raise ArchiveError(f"{path} was written by an older newscrawl; newscrawl status {root} brings it up")
            if version < SCHEMA:
                migrate(connection, version)
    except OperationalError as error:
        raise ArchiveError(f"{path} cannot be used: {error.orig}") from error
    except DatabaseError as error:
        why = f"the archive is damaged: {path} is no ledger ({error.orig}); put back a copy of it, or move it away"
        raise ArchiveDamaged(why) from error
    return engine


@contextmanager
def _closed_when_it_fails(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def _connect(address: str, pragmas: Iterable[str]) -> sqlite3.Connection:
    """A connection that begins transactions when it is told to: Python's own way leaves changes of the schema out."""
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection
