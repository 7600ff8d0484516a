"""What an archive holds and the search database does not: texts, posts, what the server said.

The ledger is opened for each question and only read, so a crawl never waits.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping, Select, select

from newscrawl.archive.captures import record_at
from newscrawl.errors import DamagedRecord, UndecodableBody
from newscrawl.extraction.charset import as_utf8
from newscrawl.ledger.database import open_ledger
from newscrawl.ledger.schema import articles, captures
from newscrawl.warc.decode import decode_body
from newscrawl.warc.records import Headers, Record

HTML = ("text/html", "application/xhtml+xml")
TEXT = ("text/", "application/json", "application/javascript", "application/xml", "application/rss", "application/atom")


class Lost(LookupError):
    """It is not there, or not as it was written; the message is one line."""


@dataclass(frozen=True, slots=True)
class CaptureView:
    """An answer as it was kept: its row in the ledger, the headers it came with, its body as a browser reads it.

    `original` is the row of the capture that holds the body, where another does. `damage` says why there is no body.
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
        """The body in UTF-8, as newscrawl reads it."""
        return as_utf8(self.body)[0]


def texts(root: Path, keys: Sequence[str]) -> dict[str, str]:
    """The texts of articles by their keys."""
    rows = _ask(root, select(articles.c.key, articles.c.record).where(articles.c.key.in_(keys)))
    return {row["key"]: json.loads(row["record"])["text"] for row in rows}


def record(root: Path, key: str) -> dict[str, Any]:
    """The record of an article. Raises Lost."""
    rows = _ask(root, select(articles.c.record).where(articles.c.key == key))
    if not rows:
        raise Lost(f"the ledger holds no article {key} any more")
    return dict(json.loads(rows[0]["record"]))


def post(root: Path, path: str) -> bytes:
    """The post of an article, whose path the ledger must know. Raises Lost."""
    if not _ask(root, select(articles.c.key).where(articles.c.path == path).limit(1)):
        raise Lost(f"no post of this archive is called {path}")
    try:
        return _inside(root, path).read_bytes()
    except OSError as error:
        raise Lost(f"the post {path} cannot be read: {error.strerror}") from error


def captures_of(root: Path, numbers: Sequence[int]) -> list[RowMapping]:
    """The rows of captures, in their order; of those that the ledger knows."""
    return _ask(root, select(captures).where(captures.c.id.in_(numbers)).order_by(captures.c.id))


def capture(root: Path, number: int) -> CaptureView:
    """What a server answered. Raises Lost when the ledger knows no such capture, or its record cannot be read."""
    rows = captures_of(root, [number])
    if not rows:
        raise Lost(f"the ledger knows no capture {number}")
    row = rows[0]
    own = _record(root, row)
    status = f"{own.status or row['status']}"
    if row["refers"] is None:
        return _opened(row, status, own.headers, own.headers, own.block, None)
    earlier = captures_of(root, [row["refers"]])
    if not earlier:
        return CaptureView(
            row, status, own.headers, b"", None, f"its body is that of capture {row['refers']}, which is lost"
        )
    try:
        held = _record(root, earlier[0])
    except Lost as lost:
        return CaptureView(row, status, own.headers, b"", earlier[0], f"its body is that of an earlier capture: {lost}")
    return _opened(row, status, own.headers, held.headers, held.block, earlier[0])


def _opened(
    row: RowMapping, status: str, headers: Headers, encoded_by: Headers, block: bytes, original: RowMapping | None
) -> CaptureView:
    encoding = ",".join(value for name, value in encoded_by if name.lower() == "content-encoding")
    try:
        return CaptureView(row, status, headers, decode_body(block, encoding), original)
    except UndecodableBody as error:
        return CaptureView(row, status, headers, b"", original, str(error))


def _record(root: Path, row: RowMapping) -> Record:
    if not row["file"]:
        raise Lost(f"capture {row['id']} is lost: its WARC file was damaged or deleted")
    _inside(root, row["file"])
    try:
        return record_at(root, row["file"], row["offset"])
    except OSError as error:
        raise Lost(f"{row['file']} cannot be read: {error.strerror}") from error
    except DamagedRecord as error:
        raise Lost(f"{row['file']} is damaged at byte {row['offset']}: {error}; newscrawl verify tells more") from error


def _inside(root: Path, path: str) -> Path:
    """A file of an archive. Raises Lost for a path that leads out of it."""
    found = (root / path).resolve()
    if not found.is_relative_to(root.resolve()):
        raise Lost(f"{path} is not in the archive")
    return found


def _ask(root: Path, question: Select[Any]) -> list[RowMapping]:
    engine = open_ledger(root, read_only=True)
    try:
        with engine.connect() as ledger:
            return [*ledger.execute(question).mappings()]
    finally:
        engine.dispose()
