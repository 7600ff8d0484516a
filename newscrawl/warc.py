"""WARC/1.1 (ISO 28500:2017): the record of an exchange as bytes, and back again. A gzip member a record, as it must be.

warcio writes and parses records. Members are inflated here: warcio takes damaged ones for plain text, or prints a line
and goes on, and an archive that is to be verified must know better.
"""

import base64
import hashlib
import sys
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

VERSION = "WARC/1.1"
PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
SAME_PAYLOAD, NOT_MODIFIED = PROFILES + "identical-payload-digest", PROFILES + "server-not-modified"
BLOCK = 2**16
LARGEST = 2**26  # bytes of a record; ours are limited by DOWNLOAD_MAXSIZE
STATUSES = frozenset(HTTPStatus)
PRINTED = "".join(map(chr, range(0x20, 0x7F)))
MAGIC = b"\x1f\x8b\x08"
Headers = Sequence[tuple[str, str]]


class DamagedRecord(ValueError):
    """Bytes that are no whole record; `offset` is where they begin in their file."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in a file. `block` is its payload: of an HTTP message what follows its headers."""

    kind: str  # WARC-Type
    id: str
    url: str
    date: str
    status: int
    headers: Headers  # of the HTTP message
    payload_digest: str  # SHA-1 in base 32, as the record says
    refers_to: tuple[str, str, str]  # record, address and date that a revisit refers to
    block: bytes
    offset: int
    length: int  # of the gzip member

    def header(self, name: str) -> str:
        """A header of the HTTP message; empty when it has none of that name."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def answers(self) -> bool:
        """Whether it is what a server answered."""
        return self.kind in ("response", "revisit")


def payload_digest(payload: bytes) -> str:
    """The SHA-1 of a payload in base 32: how WARC tools name what is the same.

    >>> payload_digest(b"")
    '3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True)
class Original:
    """The capture that a revisit refers to, which holds the body."""

    record: str
    url: str
    date: str
    payload: str  # its digest


# Writing


def info_member(filename: str, date: str, fields: Mapping[str, str]) -> bytes:
    """The record that stands first in a file and says who made it."""
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
    record = writer.create_warcinfo_record(filename, fields)
    record.rec_headers.replace_header("WARC-Date", date)
    writer.write_record(record)
    return buffer.getvalue()


def exchange_members(
    url: str,
    date: str,
    record_id: str,
    status: int,
    headers: Headers,
    payload: bytes,
    request: Headers,
    original: Original | None = None,
) -> tuple[bytes, bytes]:
    """What a server answered, and what it was asked, as two records.

    `payload` is the body as it came, still compressed. With `original` only the headers are kept: a revisit of the
    capture that holds the body.
    """
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
    about = {"WARC-Type": "response", "WARC-Record-ID": f"<{record_id}>", "WARC-Date": date}
    if original:
        about["WARC-Type"] = "revisit"
        about["WARC-Profile"] = NOT_MODIFIED if status == HTTPStatus.NOT_MODIFIED else SAME_PAYLOAD
        about["WARC-Refers-To"] = f"<{original.record}>"
        about["WARC-Refers-To-Target-URI"] = original.url
        about["WARC-Refers-To-Date"] = original.date
    about["WARC-Payload-Digest"] = f"sha1:{original.payload if original else payload_digest(payload)}"
    phrase = HTTPStatus(status).phrase if status in STATUSES else "Unknown"
    message = StatusAndHeaders(f"{status} {phrase}", _named(headers), protocol="HTTP/1.1")
    _write(writer, url, about, message, b"" if original else payload)
    answer = buffer.getvalue()
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    asked = StatusAndHeaders(f"GET {quote(target, safe=PRINTED)} HTTP/1.1", _named(request), is_http_request=True)
    about = {"WARC-Type": "request", "WARC-Concurrent-To": f"<{record_id}>", "WARC-Date": date}
    _write(writer, url, about, asked, b"")
    return answer, buffer.getvalue()[len(answer) :]


def _named(headers: Headers) -> list[tuple[str, str]]:
    """Headers whose names are ASCII, as warcio makes their values."""
    return [(quote(name, safe=PRINTED), value) for name, value in headers]


def _write(writer: WARCWriter, url: str, about: dict[str, str], message: StatusAndHeaders, payload: bytes) -> None:
    kind = about["WARC-Type"]
    record = writer.create_warc_record(
        url, kind, payload=BytesIO(payload), length=len(payload), warc_headers_dict=about, http_headers=message
    )
    writer.write_record(record)


# Reading


def inflate(file: BinaryIO, offset: int) -> tuple[bytes, int]:
    """The gzip member at an offset: what it holds, and its length in the file. Raises DamagedRecord."""
    file.seek(offset)
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    parts, size, read = [], 0, 0
    while not inflater.eof:
        data = file.read(BLOCK)
        if not data:
            raise DamagedRecord(offset, "cut off" if read else "nothing there")
        read += len(data)
        try:
            parts.append(inflater.decompress(data, LARGEST))
        except zlib.error as error:
            raise DamagedRecord(offset, "no whole gzip member") from error
        size += len(parts[-1])
        if size >= LARGEST:
            raise DamagedRecord(offset, f"a record of more than {LARGEST} bytes")
    return b"".join(parts), read - len(inflater.unused_data)


def read_record(file: BinaryIO, offset: int) -> Record:
    """The record at an offset. Raises DamagedRecord for what is none, or not whole."""
    plain, length = inflate(file, offset)
    try:
        record = next(iter(ArchiveIterator(BytesIO(plain))))
        block = record.raw_stream.read()
    except (ArchiveLoadFailed, StopIteration, EOFError, UnicodeDecodeError) as error:
        raise DamagedRecord(offset, "a gzip member that holds no WARC record") from error
    said = record.rec_headers.get_header
    message = record.http_headers
    code = message.get_statuscode() if message and record.rec_type != "request" else ""
    return Record(
        kind=record.rec_type,
        id=(said("WARC-Record-ID") or "").strip("<>"),
        url=said("WARC-Target-URI") or "",
        date=said("WARC-Date") or "",
        status=int(code) if code.isdigit() else 0,
        headers=tuple(message.headers) if message else (),
        payload_digest=(said("WARC-Payload-Digest") or "").removeprefix("sha1:"),
        refers_to=(
            (said("WARC-Refers-To") or "").strip("<>"),
            said("WARC-Refers-To-Target-URI") or "",
            said("WARC-Refers-To-Date") or "",
        ),
        block=block,
        offset=offset,
        length=length,
    )


def read_records(path: Path, start: int = 0) -> Iterator[Record]:
    """The records of a file, from an offset on. Raises DamagedRecord at the first that is not whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while start < size:
            record = read_record(file, start)
            yield record
            start += record.length


def surviving_records(path: Path, known: Iterable[int] = ()) -> Iterator[Record]:
    """Every whole record of a file that may be damaged: `known` are offsets where one should begin."""
    size = path.stat().st_size
    starts = sorted(set(known))
    at = 0
    with path.open("rb") as file:
        while at < size:
            try:
                record = read_record(file, at)
            except DamagedRecord:
                at = min((start for start in (next_magic(file, at + 1), *starts) if start > at), default=size)
            else:
                yield record
                at += record.length


def next_magic(file: BinaryIO, start: int) -> int:
    """Where the next gzip member may begin; beyond every file when none does."""
    file.seek(start)
    carried = b""
    while data := file.read(BLOCK):
        found = (carried + data).find(MAGIC)
        if found >= 0:
            return start - len(carried) + found
        start += len(data)
        carried = (carried + data)[-(len(MAGIC) - 1) :]
    return 2**63


class UndecodableBody(ValueError):
    """A body that is not what its Content-Encoding says, or too large."""


def decoded(payload: bytes, encoding: str) -> bytes:
    """A body as a browser would read it: with what Content-Encoding says undone. Raises UndecodableBody.

    >>> import gzip
    >>> decoded(gzip.compress(b"page"), "gzip"), decoded(b"page", "")
    (b'page', b'page')
    """
    for name in reversed([part.strip().lower() for part in encoding.split(",") if part.strip()]):
        try:
            payload = _decoded(payload, name)
        except Exception as error:  # each library has errors of its own
            raise UndecodableBody(f"a body that is no {name}") from error
        if len(payload) >= LARGEST:
            raise UndecodableBody(f"a body of more than {LARGEST} bytes")
    return payload


def _decoded(payload: bytes, name: str) -> bytes:
    if name in ("gzip", "x-gzip"):
        return zlib.decompressobj(zlib.MAX_WBITS + 16).decompress(payload, LARGEST)
    if name == "deflate":
        try:
            return zlib.decompressobj().decompress(payload, LARGEST)
        except zlib.error:  # servers that leave the zlib header out
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(payload, LARGEST)
    if name == "br":
        import brotli  # noqa: PLC0415 (comes with Scrapy; few pages need it)

        return bytes(brotli.Decompressor().process(payload, output_buffer_limit=LARGEST))
    if name == "zstd":
        if sys.version_info >= (3, 14):
            from compression import zstd  # noqa: PLC0415
        else:
            from backports import zstd  # noqa: PLC0415 (comes with Scrapy, too)

        return zstd.ZstdDecompressor().decompress(payload, max_length=LARGEST)
    return payload
