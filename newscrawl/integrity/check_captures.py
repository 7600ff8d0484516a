"""Captures, held against the ledger."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from newscrawl.archive.captures import OPEN
from newscrawl.archive.paths import LEDGER, WARC
from newscrawl.errors import DamagedRecord
from newscrawl.integrity.damage import Check, Damage
from newscrawl.ledger.schema import captures
from newscrawl.warc.records import Record, read_records
from newscrawl.warc.scan import surviving_records

# Captures


def check_captures(root: Path, connection: Connection, found: Check) -> Iterator[Damage]:
    """Holds the ledger's captures against the records in their files."""
    names = set(connection.execute(select(captures.c.file).distinct()).scalars()) - {""}
    for name in sorted(names | {path for path in found.files if path.startswith(f"{WARC}/")}):
        path = root / name
        if not path.is_file():
            open_ = path.with_name(path.name + OPEN)
            if not open_.is_file():
                count = connection.execute(select(func.count()).where(captures.c.file == name)).scalar_one()
                yield Damage(name, f"{count} captures are lost with it")
                continue
            path = open_
        rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
        last = max(rows, default=0)
        for record in records_in(path, name, rows, found):
            row = rows.pop(record.offset, None)
            if row is None:
                if found.killed and name not in found.files and record.offset > last:
                    continue  # the next run notes it
                yield Damage(f"{LEDGER}, capture of {record.url}", f"is not there; it is in {name} at {record.offset}")
            elif mismatch(row, record) or dangling_revisit(connection, row, record):
                yield Damage(f"{LEDGER}, capture {row.id} of {row.url}", f"is not what {name} holds at {row.offset}")
        lost = len(rows)
        if lost:
            yield Damage(name, f"{lost} captures cannot be read out of it")


def records_in(path: Path, name: str, rows: Mapping[int, Any], found: Check) -> Iterator[Record]:
    """The answers in a file of captures: of a damaged one those that are whole."""
    try:
        records = surviving_records(path, rows) if name in found.changed else read_records(path)
        yield from (record for record in records if record.answers)
    except DamagedRecord as damage:
        found.captures.append(Damage(name, f"{damage} at {damage.offset}"))


def mismatch(row: Row[Any], record: Record) -> bool:
    """Whether the ledger says something else of a capture than its record does."""
    said = (row.url, row.date, row.status, row.payload, row.record, row.offset, row.length)
    there = (record.url, record.date, record.status, record.payload_digest, record.id, record.offset, record.length)
    return said != there


def dangling_revisit(connection: Connection, row: Row[Any], record: Record) -> bool:
    """Whether a revisit does not refer to the capture that its record says, which is there."""
    if record.kind != "revisit" or row.refers is not None:
        return row.refers is not None and record.kind != "revisit"
    there = (captures.c.url == record.refers_to[1]) & (captures.c.record == record.refers_to[0])
    return connection.execute(select(captures.c.id).where(there, captures.c.refers.is_(None))).first() is not None
