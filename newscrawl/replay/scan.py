"""Scan: the heads of the records in WARC files."""

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, NamedTuple

from newscrawl.errors import DamagedRecord
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address, allowed
from newscrawl.warc.records import inflate
from newscrawl.warc.scan import next_magic

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SUCCESS = range(200, 300)
LENGTH = re.compile(rb"\nContent-Length:\s*(\d+)\s*\r", re.IGNORECASE)
ANSWER = re.compile(rb"\nWARC-Type:\s*(?:response|revisit)\s*\r", re.IGNORECASE)
UNCHANGED = "/server-not-modified"  # of either version of WARC
MANY = "several records in one gzip member; `warcio recompress` parts them"
PLAIN = "not compressed record by record, as .warc.gz is; `warcio recompress` makes it so"


# Looking through files


class Head(NamedTuple):
    """The heads of a record: its own fields by their names in lower case, the HTTP status and fields under them."""

    fields: Mapping[str, str]
    status: int
    http: Mapping[str, str]


class Found(NamedTuple):
    """A capture that may hold an article. `key`, `page`: of its address; `refers`: (record, address, date)."""

    offset: int
    time: int  # microseconds since 1970
    date: str  # as the record says it
    url: str
    key: str
    page: int
    article: bool  # whether it stands at the address of an article
    record: str
    payload: str
    refers: tuple[str, str, str] | None  # what a revisit refers to


class Piece(NamedTuple):
    """Part of a file: captures, how many others there are by reason, and what is damaged: (offset, why)."""

    begin: int  # of its first record
    end: int  # of its last one: where the next piece has to begin
    found: list[Found]
    skipped: Counter[str]
    damage: list[tuple[int, str]]


def scan_part(path: Path, start: int, stop: int, site: Site, *, sought: bool = False) -> Piece:
    """The records of a file that begin from one offset on and before another. Raises OSError.

    What is damaged is stepped over. `sought`: no record need begin at the first offset; the next one that does counts.
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
                head = head_of(plain)
                found = found_in(head, at, site) if head else None
            except DamagedRecord as damage:
                piece.damage.append((at, str(damage)))
                at = next_magic(file, at + 1)
            except ValueError as error:
                piece.damage.append((at, str(error)))
                at += length
            else:
                if isinstance(found, Found):
                    piece.found.append(found)
                elif found:
                    piece.skipped[found] += 1
                at += length
        if start == 0 and piece.damage:
            file.seek(0)
            if file.read(5) == b"WARC/":
                piece.damage[:] = [(0, PLAIN)]
    return piece._replace(end=at)


def next_record(file: BinaryIO, start: int, stop: int) -> int:
    """Where the next whole record begins; behind `stop` where none does before it."""
    at = next_magic(file, start)
    while at < stop:
        try:
            head_of(inflate(file, at)[0])
        except ValueError:  # DamagedRecord is one
            at = next_magic(file, at + 1)
        else:
            break
    return at


def head_of(plain: bytes) -> Head | None:
    """The heads of a record; None for what is no answer of a server. Raises ValueError for what is no whole record.

    >>> head_of(b"WARC/1.1\\r\\nWARC-Type: warcinfo\\r\\nContent-Length: 0\\r\\n\\r\\n\\r\\n\\r\\n") is None
    True
    """
    end = plain.find(b"\r\n\r\n")
    if not plain.startswith(b"WARC/") or end < 0:
        raise ValueError("a gzip member that holds no WARC record")
    begin = end + 4
    length = LENGTH.search(plain, 0, begin)
    behind = begin + int(length[1]) if length else 0
    if not begin <= behind <= len(plain):
        raise ValueError("a record that is cut off")
    if plain[behind:].strip(b"\r\n"):
        raise ValueError(MANY)
    if not ANSWER.search(plain, 0, begin):
        return None
    fields = fields_of(plain[:end])
    if not fields.get("content-type", "application/http").startswith("application/http"):
        return Head(fields, 0, {})
    over = plain.find(b"\r\n\r\n", begin, behind)
    message = plain[begin : over if over >= 0 else behind]
    said = message.split(b"\r\n", 1)[0].split()
    status = int(said[1]) if len(said) > 1 and said[1].isdigit() else 0
    return Head(fields, status, fields_of(message))


def fields_of(head: bytes) -> dict[str, str]:
    """The fields under a head's first line, by their names in lower case.

    >>> fields_of(b"HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\nServer: x")
    {'content-type': 'text/html', 'server': 'x'}
    """
    fields = {}
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        fields[name.strip().lower().decode("latin-1")] = value.strip().decode("utf-8", "replace")
    return fields


def found_in(head: Head, offset: int, site: Site) -> Found | str:
    """The capture that a record is, or the reason why no article can be in it. Raises ValueError for a false date."""
    fields = head.fields
    url = fields.get("warc-target-uri", "").strip("<>")
    revisit = fields.get("warc-type") == "revisit"
    again = revisit and (fields.get("warc-profile", "").endswith(UNCHANGED) or not head.status)
    if not (again or head.status):
        return "other"
    if not (again or head.status in SUCCESS):
        return f"http_{head.status}"
    if not allowed(url, site):
        return "offsite"
    own = address(url, site)
    mime = head.http.get("content-type", "").lower()
    if mime and "html" not in mime and not (own.is_article and mime.startswith("text/")):
        return "not_html"
    date = fields.get("warc-date", "")
    try:
        time = microseconds(date)
    except ValueError as error:
        raise ValueError(f"a record whose date is {date!r}") from error
    names = ("warc-refers-to", "warc-refers-to-target-uri", "warc-refers-to-date")
    record, there, then = (fields.get(name, "").strip("<>") for name in names)
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
        (record, there, then) if revisit else None,
    )


def microseconds(instant: str) -> int:
    """An ISO 8601 instant as microseconds since 1970; UTC where it names no offset. Raises ValueError.

    >>> microseconds("1970-01-01T00:00:01Z"), microseconds("1970-01-01T00:00:00.5")
    (1000000, 500000)
    """
    when = datetime.fromisoformat(instant)
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - EPOCH) // MICROSECOND
