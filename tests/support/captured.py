"""WARC files as a crawl of the fake site would write them, made without network access."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import NAMESPACE_URL, uuid5

from newscrawl.demo.fake_site.server import FakeSite
from newscrawl.warc.records import Original, exchange_members, info_member, payload_digest

START = datetime(2026, 3, 1, tzinfo=UTC)
HTML = "text/html; charset=utf-8"


class Warc:
    """A WARC file that is being written; each capture is a second later than the one before, unless `now` is set."""

    def __init__(self, path: Path, start: datetime = START) -> None:
        self.path, self.now = path, start
        self.file: BinaryIO = path.open("wb")
        self.number = 0
        self.offsets: list[int] = []  # of the responses
        self.file.write(info_member(path.name, self.instant(), {"software": "test"}))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.file.close()

    def instant(self) -> str:
        return self.now.isoformat(timespec="microseconds").replace("+00:00", "Z")

    def add(
        self,
        url: str,
        body: bytes,
        *,
        status: int = 200,
        kind: str = HTML,
        headers: Sequence[tuple[str, str]] = (),
        original: Original | None = None,
    ) -> Original:
        """Adds a response with its request; returns what a later revisit can refer to."""
        self.now += timedelta(seconds=1)
        self.number += 1
        record = uuid5(NAMESPACE_URL, f"{self.path.name}/{self.number}").urn
        sent = [("Host", "127.0.0.1")]
        received = [("Content-Type", kind), ("Content-Length", str(len(body))), *headers]
        members = exchange_members(url, self.instant(), record, status, received, body, sent, original)
        self.offsets.append(self.file.tell())
        self.file.write(b"".join(members))
        return Original(record, url, self.instant(), payload_digest(body))

    def fetch(self, site: FakeSite, url: str) -> Original:
        """Adds the fake site's current response to a request."""
        answer = site.answer(url.removeprefix(site.base), {})
        return self.add(url, answer.body, status=answer.status, kind=answer.kind)
