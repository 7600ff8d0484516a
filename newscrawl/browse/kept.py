"""Reads texts, posts and captures from an archive, which the search database does not hold.

Each query opens the ledger read-only and closes it again, so a crawl never waits.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, Select, select

from newscrawl.answers.decode import decode_body
from newscrawl.archive.captures import record_at
from newscrawl.errors import DamagedRecord, NotKept, UndecodableBody
from newscrawl.extraction.charset import as_utf8
from newscrawl.ledger.database import errors_of
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import articles, captures, files
from newscrawl.warc.records import Headers, Record

HTML = ("text/html", "application/xhtml+xml")
TEXT = ("text/", "application/json", "application/javascript", "application/xml", "application/rss", "application/atom")


@dataclass(frozen=True, slots=True)
class CaptureView:
    """A capture: its row in the ledger, status, headers and decoded body.

    A revisit has the body of another capture, whose row is `original`. `damage` says why there is no body.
    """

    row: RowMapping
    status: str
    headers: Headers
    body: bytes
    original: RowMapping | None
    damage: str = ""

    @property
    def kind(self) -> str:
        """How the body can be shown: `page`, `text`, or neither."""
        mime = self.row["mime"] or (self.original["mime"] if self.original else "")
        return "page" if mime in HTML else "text" if mime.startswith(TEXT) else ""

    @property
    def shown(self) -> bytes:
        """The body in UTF-8, decoded as newscrawl does."""
        return as_utf8(self.body)[0]


def texts(root: Path, keys: Sequence[str]) -> dict[str, str]:
    """The texts of articles by key."""
    rows = _rows(root, select(articles.c.key, articles.c.record).where(articles.c.key.in_(keys)))
    return {row["key"]: json.loads(row["record"])["text"] for row in rows}


def record(root: Path, key: str) -> dict[str, Any]:
    """The record of an article. Raises NotKept."""
    rows = _rows(root, select(articles.c.record).where(articles.c.key == key))
    if not rows:
        raise NotKept(f"the ledger has no article {key} any more")
    return dict(json.loads(rows[0]["record"]))


def post(root: Path, path: str) -> bytes:
    """The post at a path, if it is one of the ledger's. Raises NotKept."""
    if not _rows(root, select(articles.c.key).where(articles.c.path == path).limit(1)):
        raise NotKept(f"this archive has no post {path}")
    try:
        return _inside(root, path).read_bytes()
    except OSError as error:
        raise NotKept(f"the post {path} cannot be read: {error.strerror}") from error


def captures_of(root: Path, numbers: Sequence[int]) -> list[RowMapping]:
    """The rows of captures by their ids, in order; ids that the ledger does not have are left out."""
    return _rows(root, select(captures).where(captures.c.id.in_(numbers)).order_by(captures.c.id))


def capture(root: Path, number: int) -> CaptureView:
    """Reads a capture. Raises NotKept if the ledger has no such capture, or if its record cannot be read."""
    rows = captures_of(root, [number])
    if not rows:
        raise NotKept(f"the ledger has no capture {number}")
    row = rows[0]
    own = _record(root, row)
    status = f"{own.status or row['status']}"
    if row["refers"] is None:
        return _view(row, status, own.headers, own.headers, own.block, None)
    earlier = captures_of(root, [row["refers"]])
    if not earlier:
        return CaptureView(
            row, status, own.headers, b"", None, f"its body is that of capture {row['refers']}, which is lost"
        )
    try:
        holder = _record(root, earlier[0])
    except NotKept as lost:
        return CaptureView(row, status, own.headers, b"", earlier[0], f"its body is that of an earlier capture: {lost}")
    return _view(row, status, own.headers, holder.headers, holder.block, earlier[0])


def _view(
    row: RowMapping, status: str, headers: Headers, encoded_by: Headers, block: bytes, original: RowMapping | None
) -> CaptureView:
    encoding = ",".join(value for name, value in encoded_by if name.lower() == "content-encoding")
    try:
        return CaptureView(row, status, headers, decode_body(block, encoding).body, original)
    except UndecodableBody as error:
        return CaptureView(row, status, headers, b"", original, str(error))


def _record(root: Path, row: RowMapping) -> Record:
    if not row["file"]:
        raise NotKept(f"capture {row['id']} is lost: its WARC file was damaged or deleted")
    _inside(root, row["file"])
    versions = _rows(
        root, select(files.c.moved).where(files.c.path == row["file"]).order_by(files.c.id.desc()).limit(1)
    )
    try:
        return record_at(root, row["file"], row["offset"], versions[0]["moved"] if versions else "")
    except OSError as error:
        raise NotKept(f"{row['file']} cannot be read: {error.strerror}") from error
    except DamagedRecord as error:
        raise NotKept(
            f"{row['file']} is damaged at byte {row['offset']}: {error}; newscrawl verify shows more"
        ) from error


def _inside(root: Path, path: str) -> Path:
    """The absolute path of a file in an archive. Raises NotKept for a path that leads out of it."""
    found = (root / path).resolve()
    if not found.is_relative_to(root.resolve()):
        raise NotKept(f"{path} is not in the archive")
    return found


def _rows(root: Path, query: Select[Any]) -> list[RowMapping]:
    with errors_of(root), Ledger(root, read_only=True) as ledger, ledger.reading() as connection:
        return [*connection.execute(query).mappings()]
