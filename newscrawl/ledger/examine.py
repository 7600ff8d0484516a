"""What is wrong with a ledger: its file, its parts, its pages, its values. `verify` asks the same questions.

A command that fails by what nobody has foreseen asks what has `explained` it: damage is told as damage, and only a
failure on a sound ledger is a bug.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Table, select
from sqlalchemy.exc import DatabaseError

from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.ledger.damage import damaged_ledger
from newscrawl.ledger.database import HEADER, ledger_error, reading_any_version
from newscrawl.ledger.migrations import missing_indexes, missing_parts
from newscrawl.ledger.model import FILE
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schema import articles, metadata, revisions
from newscrawl.ledger.values import holds_text, value_fits

FORMATS = slice(18, 20)  # of the versions in SQLite's header that say how a file may be written and read
KNOWN_FORMATS = (1, 2)  # a rollback journal, a write-ahead log
FAULTS = 20  # of SQLite's own check that are told


def why_damaged(root: Path) -> str:
    """What is wrong with the ledger of an archive, as a predicate of its file; empty if nothing is, or none is there.

    Takes about as long as `verify` does for the ledger.
    """
    if not (root / FILE).exists():
        return ""
    try:
        with reading_any_version(root) as connection:
            tolerate(connection)
            return next(findings(root, connection), "")
    except ArchiveDamaged as error:
        return str(error).partition(f"{FILE} ")[2].partition("; newscrawl")[0]
    except DatabaseError as error:
        return f"cannot be read ({error.orig})"
    except (ArchiveError, OSError):  # it cannot be read for another reason, which says nothing of what is in it
        return ""


def explained(root: Path, error: Exception) -> ArchiveError | None:
    """What an exception that nobody foresaw says of the ledger of an archive, or is explained by; None for a bug."""
    if isinstance(error, DatabaseError) and (told := ledger_error(root, error)):
        return told
    why = why_damaged(root)
    return damaged_ledger(root, why) if why else None


def findings(root: Path, connection: Connection) -> Iterator[str]:
    """Yields what is wrong with a ledger, each as a predicate of its file. Raises DatabaseError."""
    if has_odd_header(root):
        yield "cannot be written: its header differs from what was written"
    if lacking := missing_parts(connection):
        yield f"lacks {', '.join(lacking)}"
        return
    for line in faults(connection):
        yield f"is damaged ({line})"
    for table in metadata.sorted_tables:
        if count := misfits(connection, table):
            rows = f"{count} rows differ" if count > 1 else "1 row differs"
            yield f"is damaged (in the table {table.name} {rows} from what was written)"
    for table in (articles, revisions):
        for key, digest, record in connection.execute(select(table.c.key, table.c.digest, table.c.record)):
            if digest and not matches_digest(record, digest):
                yield f"is damaged (the record of {key} differs from what was written)"


def tolerate(connection: Connection) -> None:
    """Has a connection decode damaged UTF-8 with replacement characters: a row is named, and does not fail."""
    opened = connection.connection.dbapi_connection
    if opened is not None:
        opened.text_factory = lambda data: data.decode("utf-8", "replace")


def has_odd_header(root: Path) -> bool:
    """Whether the header of a ledger's file says that this SQLite may not write it. Raises OSError."""
    with (root / FILE).open("rb") as file:
        header = file.read(HEADER)
    return len(header) == HEADER and not all(number in KNOWN_FORMATS for number in header[FORMATS])


def faults(connection: Connection) -> Iterator[str]:
    """Yields the faults that SQLite's own check finds, at most `FAULTS`, and the indexes that are missing."""
    for (line,) in connection.exec_driver_sql(f"PRAGMA integrity_check({FAULTS})"):
        if line != "ok":
            yield " ".join(str(line).split())
    yield from (f"index {name} is missing" for name in missing_indexes(connection))


def misfits(connection: Connection, table: Table) -> int:
    """The number of rows of a table with a value that its column cannot hold, or with a text that is not UTF-8.

    SQLite itself rejects neither.
    """
    columns = [*table.columns]
    mistyped = " OR ".join(is_mistyped(column.name) for column in columns if holds_text(column))
    values = ", ".join(f'CAST("{each.name}" AS BLOB)' if holds_text(each) else f'"{each.name}"' for each in columns)
    query = f'SELECT {mistyped}, {values} FROM "{table.name}"'  # noqa: S608 (own names only)
    return sum(bool(wrong) or not all(map(is_whole, columns, row)) for wrong, *row in connection.exec_driver_sql(query))


def is_mistyped(name: str) -> str:
    """The SQL for whether a column of texts has another value, whose bytes would pass for a text."""
    return f"""typeof("{name}") NOT IN ('text', 'null')"""


def is_whole(column: Column[Any], value: Any) -> bool:
    """Whether a value, a text as its bytes, is one of a column."""
    try:
        return value_fits(column, value.decode() if isinstance(value, bytes) else value)
    except UnicodeDecodeError:
        return False


def matches_digest(record: str, digest: str) -> bool:
    """Whether the record of an article has its digest."""
    try:
        return article_digest(json.loads(record)) == digest
    except (ValueError, TypeError, AttributeError, RecursionError):  # no JSON, no record
        return False
