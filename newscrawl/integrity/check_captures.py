"""The check of captures against the ledger."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from newscrawl.archive.paths import is_warc
from newscrawl.archive.warc_files import OPEN
from newscrawl.errors import DamagedRecord
from newscrawl.integrity.damage import Damage, MissingWarc, UnreadableCaptures, UnreadableRecord
from newscrawl.integrity.damage_ledger import ChangedCapture, UnindexedCapture, UnindexedFile
from newscrawl.integrity.model import Expected
from newscrawl.ledger.schema import captures
from newscrawl.warc.records import Record, read_records
from newscrawl.warc.scan import whole_records


def check_captures(
    root: Path,
    connection: Connection,
    expected: Expected,
    counts: Mapping[str, int],
    changed: set[str],
    returned: set[str],
    *,
    killed: bool,
    waiting: Mapping[str, Path],
) -> Iterator[Damage]:
    """Yields the damages of captures: compares the ledger's rows with the records in the WARC files.

    `counts`: the captures that the ledger has in each file. `changed`: the files that do not have their digest.
    `returned`: those that were moved and are here again; others that were moved are not read. `waiting`: the files that
    a killed run did not rename to their paths yet, by SHA-256.
    """
    for name in sorted({*counts, *filter(is_warc, expected.files), *expected.moved}):
        if name in expected.moved and name not in returned:
            if name not in counts:
                yield UnindexedFile(name, expected.moved[name].moved)
            continue
        entry = expected.files.get(name)
        path = waiting.get(entry.digest, root / name) if entry else root / name
        if not path.is_file():
            path = path.with_name(path.name + OPEN)
        if path.is_file():
            unlisted = killed and name not in expected.files
            yield from check_warc(path, name, connection, damaged=name in changed, unlisted=unlisted)
        else:
            yield MissingWarc(name, counts.get(name, 0))


def check_warc(path: Path, name: str, connection: Connection, *, damaged: bool, unlisted: bool) -> Iterator[Damage]:
    """Yields the damages of a WARC file's captures. `damaged`: its bytes have changed, so whole records are looked for.

    `unlisted`: a killed run wrote it. The next run adds rows for the records after the last one that has a row.
    """
    rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
    last = max(rows, default=0)
    try:
        for record in whole_records(path, rows) if damaged else read_records(path):
            if not record.answers:
                continue
            row = rows.pop(record.offset, None)
            if row is None and not (unlisted and record.offset > last):
                yield UnindexedCapture(record.url, name, record.offset)
            elif row is not None and (mismatch(row, record) or dangling_revisit(connection, row, record)):
                yield ChangedCapture(row.url, name, row.offset, row.id)
    except DamagedRecord as damage:
        yield UnreadableRecord(name, str(damage), damage.offset)
    if rows:
        yield UnreadableCaptures(name, len(rows))


def mismatch(row: Row[Any], record: Record) -> bool:
    """Whether a row of `captures` differs from its record."""
    expected = (row.url, row.date, row.status, row.payload, row.record, row.offset, row.length)
    actual = (record.url, record.date, record.status, record.payload_digest, record.id, record.offset, record.length)
    return expected != actual


def dangling_revisit(connection: Connection, row: Row[Any], record: Record) -> bool:
    """Whether a revisit's row does not refer to its original although that is held, or another row has a reference."""
    if record.kind != "revisit":
        return row.refers is not None
    same = (captures.c.url == record.refers_to[1]) & (captures.c.record == record.refers_to[0])
    original = connection.execute(select(captures.c.id).where(same, captures.c.refers.is_(None)).limit(1)).scalar()
    return original is not None and original != row.refers
