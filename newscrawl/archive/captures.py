"""Captures: every response as received, with its request, in WARC files (WARC/1.1) that the ledger indexes."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from newscrawl.answers.model import Answer
from newscrawl.archive.paths import WARC
from newscrawl.archive.warc_files import OPEN, places_of
from newscrawl.atomic import make_folder, sync_folder
from newscrawl.controls import without_controls
from newscrawl.errors import DamagedRecord, NotKept
from newscrawl.ledger.files import newest
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import captures, files
from newscrawl.provenance import Capture
from newscrawl.version import __version__
from newscrawl.warc.records import (
    Headers,
    Original,
    Record,
    exchange_members,
    info_member,
    payload_digest,
    read_record,
)

ROLLED = 2**28  # bytes; a file of this size is closed, and the next one begins
SAME = (200, 203)  # statuses of responses whose body may be a revisit of an earlier one
NOT_MODIFIED = 304


class Captures:
    """Writes responses to WARC files; the first write opens a file, so an empty one is never left behind.

    A record is on the disk before its row is committed, so a killed run and a power cut leave at most an incomplete
    record after the last complete one.
    """

    def __init__(self, root: Path, ledger: Ledger, rolled: int = ROLLED) -> None:
        self.root, self.ledger, self.rolled = root, ledger, rolled
        self.file: BinaryIO | None = None
        self.name = ""  # of the file, from the archive's root
        self.offset = self.serial = 0
        self.digest = hashlib.sha256()

    def keep(
        self,
        url: str,
        status: int,
        headers: Headers,
        payload: bytes,
        request: Headers,
        now: datetime,
        truncated: str = "",
        lists: Sequence[str] = (),
    ) -> Capture:
        """Stores a response that arrived at `now`, with its request. `payload`: the body as received, still compressed.

        A body that an earlier capture of the same URL has, and one that the server calls unchanged (304), is stored as
        a revisit record. `truncated`: why it was cut off, if nothing else in the record shows that. `lists`: those that
        have named the URL; the category of its article may depend on them. Raises OSError, DatabaseError.
        """
        if self.file and self.offset >= self.rolled:
            self.close()
        file = self.file or self._begin(now)
        date = warc_date(now)
        record = f"urn:uuid:{uuid4()}"
        digest = payload_digest(payload)
        with self._undone_on_error(file), self.ledger.transaction() as connection:
            original = self._original(connection, url, status, digest, payload)
            known = Original(original.record, original.url, original.date, original.payload) if original else None
            members = exchange_members(url, date, record, status, headers, payload, request, known, truncated, lists)
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
            os.fsync(file.fileno())
            return Capture(_insert(connection, row), row["payload"])

    @staticmethod
    def _original(connection: Connection, url: str, status: int, digest: str, payload: bytes) -> Any:
        """The row of the capture that holds the body of this response already; None if there is none."""
        query = select(captures).where(captures.c.url == url, captures.c.refers.is_(None), captures.c.file != "")
        if status in SAME and payload:
            query = query.where(captures.c.payload == digest, captures.c.status == status)
        elif status == NOT_MODIFIED:
            query = query.where(captures.c.status.in_(SAME))
        else:
            return None
        return connection.execute(query.order_by(captures.c.id.desc()).limit(1)).first()

    def _begin(self, now: datetime) -> BinaryIO:
        """Opens a new file and writes its warcinfo record."""
        folder = self.root / WARC
        make_folder(folder)
        while True:
            self.serial += 1
            self.name = f"{WARC}/newscrawl-{now.astimezone(UTC):%Y%m%d%H%M%S}-{self.serial:05}.warc.gz"
            path = self.root / self.name
            if not path.exists() and not path.with_name(path.name + OPEN).exists():
                break
        file = path.with_name(path.name + OPEN).open("xb", buffering=0)
        self.file, self.offset, self.digest = file, 0, hashlib.sha256()
        fields = {
            "software": f"newscrawl/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "robots": "obey",
        }
        try:
            self._write(file, info_member(path.name, warc_date(now), fields))
            sync_folder(folder)
        except OSError:
            self.file = None
            file.close()
            path.with_name(path.name + OPEN).unlink()
            raise
        return file

    def _write(self, file: BinaryIO, data: bytes) -> None:
        """Writes all of `data`."""
        written = file.write(data)
        while written < len(data):
            written += file.write(data[written:])
        self.digest.update(data)
        self.offset += len(data)

    @contextmanager
    def _undone_on_error(self, file: BinaryIO) -> Iterator[None]:
        """Truncates the file to what it was before, if its record or the row of it cannot be written."""
        offset, digest = self.offset, self.digest.copy()
        try:
            yield
        except BaseException:
            self.offset, self.digest = offset, digest
            with suppress(OSError):  # the next run cuts off what is no whole record
                os.ftruncate(file.fileno(), offset)
                file.seek(offset)
                os.fsync(file.fileno())
            raise

    def close(self) -> None:
        """Closes the file that is being written, gives it its final name and adds it to the ledger."""
        if self.file is None:
            return
        self.file.close()  # all of it was synced
        self.file = None
        finish_file(self.root, self.name)
        count_file(self.ledger, self.name, self.offset, self.digest.hexdigest())


def warc_date(now: datetime) -> str:
    """An instant as WARC-Date has it.

    >>> warc_date(datetime(2026, 3, 1, 8, tzinfo=UTC))
    '2026-03-01T08:00:00.000000Z'
    """
    return now.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def mime_of(headers: Headers) -> str:
    """The media type of a response, in lower case and without parameters; empty without a Content-Type.

    >>> mime_of([("Content-Type", "text/html; charset=gb2312")]), mime_of([])
    ('text/html', '')
    """
    declared = next((value for name, value in headers if name.lower() == "content-type"), "")
    return without_controls(declared.partition(";")[0].strip().lower())


def finish_file(root: Path, name: str) -> None:
    """Gives a complete WARC file, which is synced, its final name."""
    path = root / name
    path.with_name(path.name + OPEN).replace(path)
    sync_folder(path.parent)


def count_file(ledger: Ledger, name: str, size: int, digest: str) -> None:
    """Adds a WARC file to the ledger's table `files`. `digest`: SHA-256, in hexadecimal."""
    with ledger.transaction() as connection:
        connection.execute(insert(files).values(path=name, key="", size=size, digest=digest))


# Reading captures


def page_of(root: Path, ledger: Ledger, capture: int) -> tuple[Record, Answer]:
    """The record of a capture, and the answer with its body; that of a revisit has the body of the original.

    Raises LookupError when the ledger has no such capture, or it is lost or was moved to where it cannot be read, and
    DamagedRecord and UndecodableBody.
    """
    with ledger.reading() as connection:
        row = connection.execute(select(captures).where(captures.c.id == capture)).first()
        original = row
        if row is not None and row.refers is not None:
            original = connection.execute(select(captures).where(captures.c.id == row.refers)).first()
        if row is None or original is None or not row.file or not original.file:
            raise LookupError(f"there is no capture {capture}")
        moved = {each.file: moved_to(connection, each.file) for each in (row, original)}
    record = record_at(root, row.file, row.offset, moved[row.file])
    body = record if original is row else record_at(root, original.file, original.offset, moved[original.file])
    return record, body.answer


def moved_to(connection: Connection, name: str) -> str:
    """The folder or URL to which a WARC file was moved; empty if it is in the archive."""
    file = newest(connection, name)
    return file.moved if file else ""


def record_at(root: Path, name: str, offset: int, moved: str = "") -> Record:
    """The record at an offset (bytes) of a WARC file, also while it is being written, and where it was moved to.

    `moved`: the folder or URL. Raises DamagedRecord, and NotKept if the file is in a store, or in a folder that is not
    there.
    """
    for path in places_of(root, name, moved):
        try:
            file = path.open("rb")
        except (FileNotFoundError, NotADirectoryError):
            continue
        with file:
            return read_record(file, offset)
    if moved:
        raise NotKept(f"its capture was moved to {moved}")
    raise DamagedRecord(offset, f"{name} is missing")


# Rows


def add_record(connection: Connection, record: Record, name: str, number: int | None = None) -> int:
    """Adds a record of a WARC file to `captures`, under the id `number` if given. Returns its id."""
    return _insert(connection, capture_row(connection, record, name) | ({"id": number} if number else {}))


def capture_row(connection: Connection, record: Record, name: str) -> dict[str, Any]:
    """The row of `captures` for a record of the WARC file `name`."""
    original = None
    if record.kind == "revisit":
        same = (captures.c.url == record.refers_to[1]) & (captures.c.record == record.refers_to[0])
        query = select(captures.c.id).where(same, captures.c.refers.is_(None))
        original = connection.execute(query.limit(1)).scalar()
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
