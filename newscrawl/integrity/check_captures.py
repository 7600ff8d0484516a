"""The check of captures against the ledger."""

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
from newscrawl.warc.scan import whole_records


def check_captures(root: Path, connection: Connection, found: Check) -> Iterator[Damage]:
    """Yields the damages of captures: compares the ledger's rows with the records in the WARC files."""
    names = set(connection.execute(select(captures.c.file).distinct()).scalars()) - {""}
    for name in sorted(names | {path for path in found.files if path.startswith(f"{WARC}/")}):
        path = root / name
        if not path.is_file():
            open_ = path.with_name(path.name + OPEN)
            if not open_.is_file():
                count = connection.execute(select(func.count()).where(captures.c.file == name)).scalar_one()
                yield Damage(name, f"is missing, and with it {count} captures")
                continue
            path = open_
        rows = {row.offset: row for row in connection.execute(select(captures).where(captures.c.file == name))}
        last = max(rows, default=0)
        for record in records_in(path, name, rows, found):
            row = rows.pop(record.offset, None)
            if row is None:
                if found.killed and name not in found.files and record.offset > last:
                    continue  # the next run adds its row
                yield Damage(f"{LEDGER}, capture of {record.url}", f"is missing; it is in {name} at {record.offset}")
            elif mismatch(row, record) or dangling_revisit(connection, row, record):
                yield Damage(f"{LEDGER}, capture {row.id} of {row.url}", f"differs from {name} at {row.offset}")
        lost = len(rows)
        if lost:
            yield Damage(name, f"{lost} captures cannot be read from it")


def records_in(path: Path, name: str, rows: Mapping[int, Any], found: Check) -> Iterator[Record]:
    """Yields the responses in a WARC file; of a damaged file those that are complete."""
    try:
        records = whole_records(path, rows) if name in found.changed else read_records(path)
        yield from (record for record in records if record.answers)
    except DamagedRecord as damage:
        found.captures.append(Damage(name, f"{damage} at {damage.offset}"))


def mismatch(row: Row[Any], record: Record) -> bool:
    """Whether a row of `captures` differs from its record."""
    expected = (row.url, row.date, row.status, row.payload, row.record, row.offset, row.length)
    actual = (record.url, record.date, record.status, record.payload_digest, record.id, record.offset, record.length)
    return expected != actual


def dangling_revisit(connection: Connection, row: Row[Any], record: Record) -> bool:
    """Whether a revisit's row lacks its reference although the original is held, or another row has a reference."""
    if record.kind != "revisit" or row.refers is not None:
        return row.refers is not None and record.kind != "revisit"
    same = (captures.c.url == record.refers_to[1]) & (captures.c.record == record.refers_to[0])
    return connection.execute(select(captures.c.id).where(same, captures.c.refers.is_(None))).first() is not None
