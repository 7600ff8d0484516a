"""Finds the whole records in a damaged WARC file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from newscrawl.errors import DamagedRecord
from newscrawl.warc.records import BLOCK, MAGIC, Record, read_record

NOWHERE = 2**63  # an offset beyond any file


def whole_records(path: Path, known: Iterable[int] = ()) -> Iterator[Record]:
    """Yields every whole record of a file that may be damaged. `known` are offsets where a record should begin."""
    size = path.stat().st_size
    starts = sorted(set(known))
    offset = 0
    with path.open("rb") as file:
        while offset < size:
            try:
                record = read_record(file, offset)
            except DamagedRecord:
                offset = min(
                    (start for start in (next_magic(file, offset + 1), *starts) if start > offset), default=size
                )
            else:
                yield record
                offset += record.length


def next_magic(file: BinaryIO, start: int) -> int:
    """Returns the offset of the next gzip magic number; `NOWHERE`, beyond any file, when there is none."""
    file.seek(start)
    tail = b""
    while data := file.read(BLOCK):
        found = (tail + data).find(MAGIC)
        if found >= 0:
            return start - len(tail) + found
        start += len(data)
        tail = (tail + data)[-(len(MAGIC) - 1) :]
    return NOWHERE
