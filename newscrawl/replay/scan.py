"""Scans WARC files for captures, by the headers of their records."""

import gzip
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from newscrawl.answers.numbers import whole_number
from newscrawl.errors import DamagedRecord
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address, is_allowed, is_web_url
from newscrawl.warc.records import inflate
from newscrawl.warc.scan import next_magic
from newscrawl.warc.stream import stream_records

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
YEARS = range(1970, 9000)
SUCCESS = range(200, 300)
LENGTH = re.compile(rb"\nContent-Length:\s*(\d+)\s*\r", re.IGNORECASE)
KIND = re.compile(rb"\nWARC-Type:\s*(\S+)\s*\r", re.IGNORECASE)
PAGES = (b"response", b"revisit", b"resource")  # kinds of records that hold a page
ABOUT = (b"", b"warcinfo", b"request", b"metadata")  # kinds that tell of others
UNCHANGED = "/server-not-modified"  # of either version of WARC
MANY = "several records in one gzip member; `warcio recompress` separates them"
OTHER_FORMS = (
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it first"),
    (b"\x5d\x2a\x4d\x18", "packed with zstd; unpack it first"),  # with a dictionary of its own
    (b"filedesc://", "an ARC file; `warcio recompress` makes a WARC file of it"),
)
PIECE = 2**20  # bytes of a file that is read from its start, in a piece


class Head(NamedTuple):
    """The headers of a record: WARC fields, HTTP status and HTTP fields. Names of fields are in lower case."""

    fields: Mapping[str, str]
    status: int
    http: Mapping[str, str]


class Found(NamedTuple):
    """A capture that may hold an article."""

    offset: int  # of the record in its file, in bytes; in the unpacked file if it has a `member`
    time: int  # microseconds since 1970
    date: str  # WARC-Date, as in the record
    url: str
    key: str  # URL identity
    page: int  # number of the page in its article, from the URL
    article: bool  # whether the URL is that of an article
    record: str  # WARC-Record-ID without its brackets
    payload: str  # SHA-1 in base 32
    refers: tuple[str, str, str] | None  # of a revisit: (record id, URL, date) of the original
    member: bytes = b""  # the record as a gzip member of its own, if it is none in its file


class Piece(NamedTuple):
    """The result of scanning part of a file. Offsets are in bytes."""

    begin: int  # offset of its first record
    end: int  # end of its last record, where the next piece must begin
    found: list[Found]
    skipped: Counter[str]  # other responses, by reason
    damage: list[tuple[int, str]]  # (offset, why)


def scan_part(path: Path, start: int, stop: int, site: Site, *, sought: bool = False) -> Piece:
    """Scans the records of a file that begin at or after `start` and before `stop` (bytes). Raises OSError.

    Damaged parts are skipped. `sought`: `start` may be within a record; scanning begins at the next one.
    """
    piece = Piece(start, start, [], Counter(), [])
    at = start
    with path.open("rb") as file:
        if sought:
            at = next_record(file, start, stop)
            piece = piece._replace(begin=at)
        while at < stop:
            try:
                plain, length = inflate(file, at)
            except DamagedRecord as damage:
                piece.damage.append((at, str(damage)))
                at = next_magic(file, at + 1)
            else:
                note(piece, plain, at, site)
                at += length
        if start == 0 and piece.damage:
            file.seek(0)
            begin = file.read(16)
            piece.damage[:] = [(0, why) for form, why in OTHER_FORMS if begin.startswith(form)] or piece.damage
    return piece._replace(end=at)


def scan_stream(path: Path, site: Site) -> Iterator[Piece]:
    """Scans a file that can only be read from its start, in pieces. Raises OSError.

    What is found has its record with it, as nothing can be read from the middle of such a file.
    """
    piece = Piece(0, 0, [], Counter(), [])
    with path.open("rb") as file:
        for each in stream_records(file):
            if isinstance(each, DamagedRecord):
                piece.damage.append((each.offset, str(each)))
            else:
                offset, plain = each
                note(piece, plain, offset, site, keep=True)
            if file.tell() >= piece.begin + PIECE:
                yield piece._replace(end=file.tell())
                piece = Piece(file.tell(), file.tell(), [], Counter(), [])
        yield piece._replace(end=path.stat().st_size)


def note(piece: Piece, plain: bytes, offset: int, site: Site, *, keep: bool = False) -> None:
    """Adds what a record holds to a piece; `keep`: with the record."""
    try:
        head = head_of(plain)
        found = found_in(head, offset, site) if isinstance(head, Head) else head
    except ValueError as error:
        piece.damage.append((offset, str(error)))
        return
    if isinstance(found, Found):
        piece.found.append(found._replace(member=gzip.compress(plain, 1)) if keep else found)
    elif found:
        piece.skipped[found] += 1


def next_record(file: BinaryIO, start: int, stop: int) -> int:
    """The offset of the next complete record; at least `stop` if none begins before it."""
    at = next_magic(file, start)
    while at < stop:
        try:
            head_of(inflate(file, at)[0])
        except ValueError:  # DamagedRecord is one
            at = next_magic(file, at + 1)
        else:
            break
    return at


def head_of(plain: bytes) -> Head | str:
    """The headers of a record that holds a page; of another one the word that it is counted under, empty: it is not.

    Raises ValueError if the record is not complete.

    >>> head_of(b"WARC/1.1\\r\\nWARC-Type: warcinfo\\r\\nContent-Length: 0\\r\\n\\r\\n\\r\\n\\r\\n")
    ''
    """
    end = plain.find(b"\r\n\r\n")
    if not plain.startswith(b"WARC/") or end < 0:
        raise ValueError("a gzip member without a WARC record")
    begin = end + 4
    length = LENGTH.search(plain, 0, begin)
    block_end = begin + whole_number(length[1]) if length else 0
    if not begin <= block_end <= len(plain):
        raise ValueError("a truncated record")
    if plain[block_end:].strip(b"\r\n"):
        raise ValueError(MANY)
    match = KIND.search(plain, 0, begin)
    kind = match[1].lower() if match else b""
    if kind not in PAGES:
        return "" if kind in ABOUT else "other"
    fields = fields_of(plain[:end])
    if kind == b"resource":
        return Head(fields, SUCCESS.start, {"content-type": fields.get("content-type", "")})
    if not fields.get("content-type", "application/http").startswith("application/http"):
        return Head(fields, 0, {})
    headers_end = plain.find(b"\r\n\r\n", begin, block_end)
    message = plain[begin : headers_end if headers_end >= 0 else block_end]
    status_line = message.split(b"\r\n", 1)[0].split()
    status = whole_number(status_line[1]) if len(status_line) > 1 and status_line[1].isdigit() else 0
    return Head(fields, status, fields_of(message))


def fields_of(head: bytes) -> dict[str, str]:
    """The fields after the first line of a header block, by their names in lower case.

    >>> fields_of(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nServer: x")
    {'content-type': 'text/html', 'server': 'x'}
    """
    fields = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower().decode("latin-1")] = value.strip().decode("utf-8", "replace")
    return fields


def found_in(head: Head, offset: int, site: Site) -> Found | str:
    """The capture of a record, or the reason why it can hold no article. Raises ValueError for an invalid date."""
    fields = head.fields
    url = fields.get("warc-target-uri", "").strip("<>")
    revisit = fields.get("warc-type") == "revisit"
    unchanged = revisit and (fields.get("warc-profile", "").endswith(UNCHANGED) or not head.status)
    aside = fields.get("warc-type") == "resource" and not is_web_url(url)  # logs and pictures of the tool that wrote it
    if aside or not (unchanged or head.status):
        return "other"
    if not (unchanged or head.status in SUCCESS):
        return f"http_{head.status}"
    if not is_allowed(url, site):
        return "offsite"
    own = address(url, site)
    mime = head.http.get("content-type", "").lower()
    if mime and "html" not in mime and not (own.is_article and mime.startswith("text/")):
        return "not_html"
    date = fields.get("warc-date", "")
    try:
        time = microseconds(date)
    except ValueError as error:
        raise ValueError(f"a record with the invalid date {date!r}") from error
    names = ("warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date")
    original_record, original_url, original_date = (fields.get(name, "").strip("<>") for name in names)
    return Found(
        offset,
        time,
        date,
        url,
        own.key,
        own.page,
        own.is_article,
        fields.get("warc-record-id", "").strip("<>"),
        fields.get("warc-payload-digest", "").removeprefix("sha1:"),
        (original_record, original_url, original_date) if revisit else None,
    )


def microseconds(instant: str) -> int:
    """The microseconds since 1970 of an ISO 8601 instant, in UTC if it has no offset.

    Raises ValueError for what is none, and for one of a year in which nothing was fetched: no ledger holds it.

    >>> microseconds("1970-01-01T00:00:01Z"), microseconds("1970-01-01T00:00:00.5")
    (1000000, 500000)
    """
    when = datetime.fromisoformat(instant)
    if when.year not in YEARS:
        raise ValueError(f"nothing was fetched in {when.year}")
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND
