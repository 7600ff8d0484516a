"""WARC/1.1 (ISO 28500:2017): writes and reads the records of HTTP exchanges, one gzip member per record.

warcio writes and parses the records. Members are inflated here, because warcio reads a damaged member as plain text, or
prints a line and goes on, and `verify` has to detect the damage.
"""

import base64
import hashlib
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote, urlsplit

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from newscrawl.answers.decode import LARGEST
from newscrawl.answers.model import Answer, stored_answer
from newscrawl.answers.numbers import whole_number
from newscrawl.errors import DamagedRecord

VERSION = "WARC/1.1"
PROFILES = "http://netpreserve.org/warc/1.1/revisit/"
SAME_PAYLOAD, NOT_MODIFIED = PROFILES + "identical-payload-digest", PROFILES + "server-not-modified"
BLOCK = 2**16
STATUSES = frozenset(HTTPStatus)
PRINTED = "".join(map(chr, range(0x20, 0x7F)))
LISTS = "Newscrawl-Lists"  # a field of our own, as the standard allows: the lists, percent-encoded, with blanks between
MAGIC = b"\x1f\x8b\x08"
Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a WARC file. `block` is its content; of an HTTP message only the body."""

    kind: str  # WARC-Type
    id: str
    url: str
    date: str
    status: int
    headers: Headers  # of the HTTP message
    payload_digest: str  # SHA-1 in base 32, as declared in the record
    refers_to: tuple[str, str, str]  # of a revisit: record id, address and date of the original capture
    block: bytes
    offset: int
    length: int  # bytes of the gzip member
    truncated: str = ""  # why it was cut off when it was recorded (WARC-Truncated)
    lists: tuple[str, ...] = ()  # that had named its URL (Newscrawl-Lists)

    def header(self, name: str) -> str:
        """Returns the value of a header of the HTTP message, whatever its case; empty when there is no such header."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def answer(self) -> Answer:
        """The answer that the record holds, decoded. Raises UndecodableBody."""
        headers = {name.lower(): value for name, value in self.headers}
        return replace(stored_answer(self.status, headers, self.block, self.truncated), lists=self.lists)

    @property
    def answers(self) -> bool:
        """Whether the record is a server's answer: a response or a revisit."""
        return self.kind in ("response", "revisit")


def payload_digest(payload: bytes) -> str:
    """Returns the SHA-1 of a payload in base 32, the form that WARC tools compare.

    >>> payload_digest(b"")
    '3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ'
    """
    return base64.b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()


@dataclass(frozen=True, slots=True)
class Original:
    """The capture that a revisit refers to. It holds the body."""

    record: str
    url: str
    date: str
    payload: str  # its digest


# Writing


def info_member(filename: str, date: str, fields: Mapping[str, str]) -> bytes:
    """Returns the gzip member of a warcinfo record, the first of a file. `fields` describe the software."""
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
    truncated: str = "",
    lists: Sequence[str] = (),
) -> tuple[bytes, bytes]:
    """Returns the gzip members of an answer and of its request.

    `date` is an ISO 8601 instant in UTC, `payload` the body as received, with its content coding. With `original` the
    answer becomes a revisit of that capture and keeps only the headers. `truncated`: why the payload was cut off, as
    WARC-Truncated has it (`disconnect`). `lists`: those that had named the URL, for the field Newscrawl-Lists.
    """
    buffer = BytesIO()
    writer = WARCWriter(buffer, gzip=True, warc_version=VERSION)
    warc_headers = {"WARC-Type": "response", "WARC-Record-ID": f"<{record_id}>", "WARC-Date": date}
    if original:
        warc_headers["WARC-Type"] = "revisit"
        warc_headers["WARC-Profile"] = NOT_MODIFIED if status == HTTPStatus.NOT_MODIFIED else SAME_PAYLOAD
        warc_headers["WARC-Refers-To"] = f"<{original.record}>"
        warc_headers["WARC-Refers-To-Target-URI"] = original.url
        warc_headers["WARC-Refers-To-Date"] = original.date
    warc_headers["WARC-Payload-Digest"] = f"sha1:{original.payload if original else payload_digest(payload)}"
    if truncated:
        warc_headers["WARC-Truncated"] = truncated
    if lists:
        warc_headers[LISTS] = " ".join(quote(name, safe=":") for name in lists)
    phrase = HTTPStatus(status).phrase if status in STATUSES else "Unknown"
    message = Head(f"{status} {phrase}", _named(headers), protocol="HTTP/1.1")
    _write(writer, url, warc_headers, message, b"" if original else payload)
    answer = buffer.getvalue()
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request_message = Head(f"GET {quote(target, safe=PRINTED)} HTTP/1.1", _named(request), is_http_request=True)
    warc_headers = {"WARC-Type": "request", "WARC-Concurrent-To": f"<{record_id}>", "WARC-Date": date}
    _write(writer, url, warc_headers, request_message, b"")
    return answer, buffer.getvalue()[len(answer) :]


class Head(StatusAndHeaders):  # type: ignore[misc]  # warcio has no types
    """The head of a message, written byte for byte as it was received; its text is its bytes as Latin-1.

    warcio writes values that are not ASCII in another form, and fails at a Content-Type with some of them (1.8).
    """

    def to_ascii_bytes(self, filter_func: Callable[[tuple[str, str]], tuple[str, str]] | None = None) -> bytes:
        """Returns the bytes of the head, which warcio calls so."""
        head: str = self.to_str(filter_func)
        return head.encode("latin-1", "backslashreplace") + b"\r\n"


def _named(headers: Headers) -> list[tuple[str, str]]:
    """Returns headers with percent-encoded names, which are ASCII in HTTP."""
    return [(quote(name, safe=PRINTED), value) for name, value in headers]


def _write(
    writer: WARCWriter, url: str, warc_headers: dict[str, str], message: StatusAndHeaders, payload: bytes
) -> None:
    kind = warc_headers["WARC-Type"]
    record = writer.create_warc_record(
        url, kind, payload=BytesIO(payload), length=len(payload), warc_headers_dict=warc_headers, http_headers=message
    )
    writer.write_record(record)


# Reading


def inflate(file: BinaryIO, offset: int) -> tuple[bytes, int]:
    """Returns the content of the gzip member at an offset, and its length in bytes. Raises DamagedRecord."""
    file.seek(offset)
    inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
    parts, size, read = [], 0, 0
    while not inflater.eof:
        data = file.read(BLOCK)
        if not data:
            raise DamagedRecord(offset, "cut off" if read else "no record")
        read += len(data)
        try:
            parts.append(inflater.decompress(data, LARGEST))
        except zlib.error as error:
            raise DamagedRecord(offset, "not a whole gzip member") from error
        size += len(parts[-1])
        if size >= LARGEST:
            raise DamagedRecord(offset, f"a record of more than {LARGEST} bytes")
    return b"".join(parts), read - len(inflater.unused_data)


def read_record(file: BinaryIO, offset: int) -> Record:
    """Returns the record at an offset. Raises DamagedRecord when there is no whole record."""
    plain, length = inflate(file, offset)
    try:
        record = next(iter(ArchiveIterator(BytesIO(plain))))
        block = record.raw_stream.read()
    except (ArchiveLoadFailed, StopIteration, EOFError, UnicodeDecodeError) as error:
        raise DamagedRecord(offset, "a gzip member that holds no WARC record") from error
    header = record.rec_headers.get_header
    message = record.http_headers
    code = message.get_statuscode() if message and record.rec_type != "request" else ""
    headers = tuple(message.headers) if message else ()
    if record.rec_type == "resource":  # a page without its answer: the record has its type
        code, headers = str(int(HTTPStatus.OK)), (("Content-Type", header("Content-Type") or ""),)
    return Record(
        kind=record.rec_type,
        id=(header("WARC-Record-ID") or "").strip("<>"),
        url=header("WARC-Target-URI") or "",
        date=header("WARC-Date") or "",
        status=whole_number(code) if code.isdecimal() else 0,
        headers=headers,
        payload_digest=(header("WARC-Payload-Digest") or "").removeprefix("sha1:"),
        refers_to=(
            (header("WARC-Refers-To") or "").strip("<>"),
            header("WARC-Refers-To-Target-URI") or "",
            header("WARC-Refers-To-Date") or "",
        ),
        block=block,
        offset=offset,
        length=length,
        truncated=header("WARC-Truncated") or "",
        lists=tuple(unquote(name) for name in (header(LISTS) or "").split()),
    )


def read_records(path: Path, start: int = 0) -> Iterator[Record]:
    """Yields the records of a file from the offset `start` on. Raises DamagedRecord at the first that is not whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while start < size:
            record = read_record(file, start)
            yield record
            start += record.length
