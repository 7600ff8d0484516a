"""Captures: every answer as it came, with its request, in WARC files that the ledger knows the way into."""

import hashlib
import os
import re
from datetime import UTC
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import Connection, func, insert, select

from newscrawl.archive.paths import WARC
from newscrawl.atomic import file_digest
from newscrawl.errors import DamagedRecord
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import captures, files
from newscrawl.provenance import Capture
from newscrawl.version import __version__
from newscrawl.warc.decode import decode_body
from newscrawl.warc.records import (
    Headers,
    Original,
    Record,
    exchange_members,
    info_member,
    payload_digest,
    read_record,
    read_records,
)

NAME = re.compile(r"newscrawl-\d{14}-\d{5}(-repaired)*\.warc\.gz")  # of a file of ours
OPEN = ".open"  # the ending of a file that is still written to, as in Heritrix
ROLLED = 2**28  # bytes; a file that has become so large is closed, and the next one begun
SAME = (200, 203)  # answers whose body may be the one that was kept before
NOT_MODIFIED = 304


class Captures:
    """Writes what servers say, one record after the other; a file is begun when there is something to write.

    Every record is in the file before the ledger speaks of it, so a killed run leaves at most half a record behind the
    last whole one.
    """

    def __init__(self, root: Path, ledger: Ledger, rolled: int = ROLLED) -> None:
        self.root, self.ledger, self.rolled = root, ledger, rolled
        self.file: BinaryIO | None = None
        self.name = ""  # of the file, from the archive's root
        self.offset = self.serial = 0
        self.digest = hashlib.sha256()

    def keep(self, url: str, status: int, headers: Headers, payload: bytes, request: Headers) -> Capture:
        """Keeps an exchange: `payload` is the body as it came, still compressed. Raises OSError, DatabaseError.

        A body that was kept before is not written again, but referred to (a revisit record); so is one that the server
        says has not changed.
        """
        if self.file and self.offset >= self.rolled:
            self.close()
        file = self.file or self._begin()
        date = self._instant()
        record = f"urn:uuid:{uuid4()}"
        digest = payload_digest(payload)
        with self.ledger.writing() as connection:
            original = self._original(connection, url, status, digest, payload)
            known = Original(original.record, original.url, original.date, original.payload) if original else None
            members = exchange_members(url, date, record, status, headers, payload, request, known)
            row: dict[str, Any] = {
                "url": url,
                "date": date,
                "status": status,
                "mime": mime_of(headers),
                "payload": known.payload if known else digest,
                "record": record,
                "file": self.name,
                "offset": self.offset,
                "length": len(members[0]),
                "refers": original.id if original else None,
            }
            self._write(file, b"".join(members))
            return Capture(_insert(connection, row), row["payload"])

    @staticmethod
    def _original(connection: Connection, url: str, status: int, digest: str, payload: bytes) -> Any:
        """The capture that holds the body of this answer already; None when this one is the first."""
        held = select(captures).where(captures.c.url == url, captures.c.refers.is_(None), captures.c.file != "")
        if status in SAME and payload:
            held = held.where(captures.c.payload == digest, captures.c.status == status)
        elif status == NOT_MODIFIED:
            held = held.where(captures.c.status.in_(SAME))
        else:
            return None
        return connection.execute(held.order_by(captures.c.id.desc()).limit(1)).first()

    def _begin(self) -> BinaryIO:
        """A new file, with the record that says who made it."""
        folder = self.root / WARC
        folder.mkdir(exist_ok=True)
        now = self.ledger.clock().astimezone(UTC)
        while True:
            self.serial += 1
            self.name = f"{WARC}/newscrawl-{now:%Y%m%d%H%M%S}-{self.serial:05}.warc.gz"
            path = self.root / self.name
            if not path.exists() and not path.with_name(path.name + OPEN).exists():
                break
        file = path.with_name(path.name + OPEN).open("xb", buffering=0)
        self.file, self.offset, self.digest = file, 0, hashlib.sha256()
        about = {
            "software": f"newscrawl/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obey",
        }
        self._write(file, info_member(path.name, self._instant(), about))
        return file

    def _write(self, file: BinaryIO, data: bytes) -> None:
        """Writes whole, or leaves the file as it was."""
        try:
            written = file.write(data)
            while written < len(data):
                written += file.write(data[written:])
        except OSError:
            os.ftruncate(file.fileno(), self.offset)
            file.seek(self.offset)
            raise
        self.digest.update(data)
        self.offset += len(data)

    def close(self) -> None:
        """Ends the file that is written to: it gets its name, and the ledger counts it."""
        if self.file is None:
            return
        with self.file:
            os.fsync(self.file.fileno())
        self.file = None
        end(self.root, self.name)
        count_file(self.ledger, self.name, self.offset, self.digest.hexdigest())

    def _instant(self) -> str:
        return self.ledger.clock().astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def mime_of(headers: Headers) -> str:
    """The media type of an answer, without its parameters.

    >>> mime_of([("Content-Type", "text/html; charset=gb2312")]), mime_of([])
    ('text/html', '')
    """
    said = next((value for name, value in headers if name.lower() == "content-type"), "")
    return said.partition(";")[0].strip().lower()


def end(root: Path, name: str) -> None:
    """Gives a file of captures that is whole its name."""
    path = root / name
    path.with_name(path.name + OPEN).replace(path)


def count_file(ledger: Ledger, name: str, size: int, digest: str) -> None:
    """Notes a file of captures in the ledger."""
    with ledger.writing() as connection:
        connection.execute(insert(files).values(path=name, key="", size=size, digest=digest))


# What was kept


def page_of(root: Path, ledger: Ledger, capture: int) -> tuple[Record, bytes]:
    """What a server said in a capture, and its body as a browser reads it, where need be out of the earlier one.

    Raises LookupError where the ledger has none of that number or it is lost, DamagedRecord and UndecodableBody.
    """
    with ledger.writing() as connection:
        row = connection.execute(select(captures).where(captures.c.id == capture)).first()
        held = row
        if row is not None and row.refers is not None:
            held = connection.execute(select(captures).where(captures.c.id == row.refers)).first()
    if row is None or held is None or not row.file or not held.file:
        raise LookupError(f"there is no capture {capture}")
    said = record_at(root, row.file, row.offset)
    body = said if held is row else record_at(root, held.file, held.offset)
    return said, decode_body(body.block, body.header("Content-Encoding"))


def record_at(root: Path, name: str, offset: int) -> Record:
    """The record at an offset of a file of captures, also while it is still written to. Raises DamagedRecord."""
    path = root / name
    try:
        file = path.open("rb")
    except FileNotFoundError:
        try:
            file = path.with_name(path.name + OPEN).open("rb")
        except FileNotFoundError as error:
            raise DamagedRecord(offset, f"{name} is not there") from error
    with file:
        return read_record(file, offset)


# After a killed run


def recover(root: Path, ledger: Ledger) -> None:
    """Ends the files that a killed run was writing to, at their last whole record; none of their captures is lost."""
    for path in sorted((root / WARC).glob(f"*{OPEN}")):
        name = f"{WARC}/{path.name.removesuffix(OPEN)}"
        whole = note_new_records(ledger, path, name)
        if not whole:
            path.unlink()
            continue
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
        end(root, name)
    with ledger.writing() as connection:
        counted = set(connection.execute(select(files.c.path).where(files.c.key == "")).scalars())
    for path in sorted((root / WARC).glob("*.warc.gz")):
        name = f"{WARC}/{path.name}"
        if name not in counted and NAME.fullmatch(path.name):
            count_file(ledger, name, path.stat().st_size, file_digest(path))


def note_new_records(ledger: Ledger, path: Path, name: str) -> int:
    """Notes the captures in a file that the ledger does not know yet, and gives where its last whole record ends.

    0 where it holds no exchange at all.
    """
    with ledger.writing() as connection:
        question = select(func.max(captures.c.offset), func.max(captures.c.offset + captures.c.length))
        last, start = connection.execute(question.where(captures.c.file == name)).one()
    known = last is not None
    at = start or 0
    try:
        for record in read_records(path, at):
            if record.answers:
                known = True
                with ledger.writing() as connection:
                    note(connection, record, name)
            at = record.offset + record.length
    except DamagedRecord as damage:
        at = damage.offset
    return at if known else 0


def note(connection: Connection, record: Record, name: str, number: int | None = None) -> int:
    """Notes a record of a file of captures in the ledger, and gives its number there."""
    return _insert(connection, capture_row(connection, record, name) | ({"id": number} if number else {}))


def capture_row(connection: Connection, record: Record, name: str) -> dict[str, Any]:
    """What the ledger says of a record."""
    original = None
    if record.kind == "revisit":
        same = (captures.c.url == record.refers_to[1]) & (captures.c.record == record.refers_to[0])
        there = select(captures.c.id).where(same, captures.c.refers.is_(None))
        original = connection.execute(there.limit(1)).scalar()
    return {
        "url": record.url,
        "date": record.date,
        "status": record.status,
        "mime": mime_of(record.headers),
        "payload": record.payload_digest,
        "record": record.id,
        "file": name,
        "offset": record.offset,
        "length": record.length,
        "refers": original,
    }


def _insert(connection: Connection, row: dict[str, Any]) -> int:
    number: Any = connection.execute(insert(captures).values(row)).inserted_primary_key
    return int(number[0])
