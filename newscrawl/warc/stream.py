"""Reads WARC files whose records are no gzip members of their own: files that are not packed, or packed as a whole.

Such a file allows no reading from the middle. It is read once, from its start to its end, and a record at a time.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from newscrawl.answers.decode import LARGEST
from newscrawl.errors import DamagedRecord
from newscrawl.warc.records import BLOCK, MAGIC
from newscrawl.warc.scan import NOWHERE, next_magic

PLAIN = b"WARC/"  # what a record begins with
NEXT = b"\nWARC/1."  # what is sought after damage
HEAD = 2**16  # bytes of a record's own headers, at most
FIRST = 10  # records; most files begin with one about themselves, in a member of its own
HEAD_END = b"\r\n\r\n"
LENGTH = re.compile(rb"\nContent-Length:\s*(\d{1,18})\s*\r", re.IGNORECASE)

Part = tuple[int | None, bytes]  # unpacked bytes, and where in the file the gzip member of them begins


def is_stream(file: BinaryIO) -> bool:
    """Whether a file can only be read from its start: it is not packed, or two of its first records share a member."""
    file.seek(0)
    if file.read(len(PLAIN)) == PLAIN:
        return True
    stream = Stream(packed_parts(file, 0))
    records, before = stream.records(), -1
    try:
        for _ in range(FIRST):
            if not stream.skip_newlines() or stream.member == before:
                return bool(stream.held)
            before = stream.member or 0
            if not isinstance(next(records), tuple):
                return False
    except DamagedRecord:
        pass
    return False


def stream_records(file: BinaryIO) -> Iterator[tuple[int, bytes] | DamagedRecord]:
    """Yields each record as (its offset in the unpacked file, its bytes), and the damage in place of what is lost.

    A record of `LARGEST` bytes or more counts as damaged.
    """
    file.seek(0)
    if file.read(len(MAGIC)) != MAGIC:
        yield from Stream(plain_parts(file)).records()
        return
    begin = at = 0
    while at < NOWHERE:
        stream = Stream(packed_parts(file, at), begin)
        try:
            yield from stream.records()
        except DamagedRecord as damage:
            yield damage
            begin, at = stream.begin + 1, next_magic(file, damage.offset + 1)
        else:
            return


def plain_parts(file: BinaryIO) -> Iterator[Part]:
    """Yields the content of a file that is not packed."""
    file.seek(0)
    while data := file.read(BLOCK):
        yield None, data


def packed_parts(file: BinaryIO, start: int) -> Iterator[Part]:
    """Yields the content of gzip members, from the one at an offset on; a part is where its member begins.

    Raises DamagedRecord.
    """
    while True:
        file.seek(start)
        inflater = zlib.decompressobj(zlib.MAX_WBITS + 16)
        read = 0
        while not inflater.eof:
            data = inflater.unconsumed_tail
            if not data:
                data = file.read(BLOCK)
                read += len(data)
            if not read:
                return
            if not data:
                raise DamagedRecord(start, "cut off")
            try:
                yield start, inflater.decompress(data, BLOCK)
            except zlib.error as error:
                raise DamagedRecord(start, "not a whole gzip member") from error
        start += read - len(inflater.unused_data)


@dataclass(slots=True)
class Stream:
    """The content of a file in parts, of which no more than a record is held."""

    parts: Iterator[Part]
    begin: int = 0  # offset of what is held, in the unpacked file
    member: int | None = None  # offset of the member of the last part; None: the file is not packed
    held: bytearray = field(default_factory=bytearray)

    def records(self) -> Iterator[tuple[int, bytes] | DamagedRecord]:
        """Yields the records, and the damage in place of what is none. Raises DamagedRecord for a damaged member."""
        while self.skip_newlines():
            begin, where = self.begin, self.begin if self.member is None else self.member
            head = self.head_size()
            length = LENGTH.search(self.held, 0, head)
            size = head + int(length[1]) if length else 0
            if size >= LARGEST:
                self.drop(size)
                yield DamagedRecord(where, f"a record of more than {LARGEST} bytes")
            elif not size or not self.fill(size) or not self.ends(size):
                why = "no record" if not size else "cut off" if len(self.held) < size else "a record of another length"
                yield DamagedRecord(where, why)
                self.drop_to_next()
            else:
                record = bytes(self.held[:size])
                self.drop(size)
                yield begin, record

    def head_size(self) -> int:
        """The size of the headers of the record that begins here, with their end; 0 if none begins here."""
        size = 0
        while (end := self.held.find(HEAD_END, 0, HEAD)) < 0 and size < HEAD:
            size += BLOCK
            self.fill(size)
        return end + len(HEAD_END) if end >= 0 and self.held.startswith(PLAIN) else 0

    def ends(self, size: int) -> bool:
        """Whether a record of this size ends where it says: a newline follows, another record, or nothing."""
        self.fill(size + 1)
        return self.held[size : size + 1] in (b"", b"\r", b"\n", PLAIN[:1])

    def drop_to_next(self) -> None:
        """Drops what stands before the next record. Raises DamagedRecord."""
        while (found := self.held.find(NEXT)) < 0:
            self.drop(max(0, len(self.held) - len(NEXT) + 1))
            if not self.fill(len(NEXT)):
                found = len(self.held)
                break
        self.drop(min(found + 1, len(self.held)))

    def skip_newlines(self) -> bool:
        """Drops the newlines after a record. Returns whether anything follows. Raises DamagedRecord."""
        while self.fill(1):
            start = self.held[:HEAD]
            self.drop(len(start) - len(start.lstrip(b"\r\n")))
            if self.held:
                return True
        return False

    def fill(self, size: int) -> bool:
        """Reads on until so many bytes are held. Returns whether there are as many. Raises DamagedRecord."""
        while len(self.held) < size:
            part = next(self.parts, None)
            if part is None:
                return False
            self.member, data = part
            self.held += data
        return True

    def drop(self, size: int) -> None:
        """Drops the next bytes without holding them all. Raises DamagedRecord."""
        while size and self.fill(1):
            dropped = min(size, len(self.held))
            del self.held[:dropped]
            self.begin += dropped
            size -= dropped
