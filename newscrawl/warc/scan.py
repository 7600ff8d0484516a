"""Records in a damaged file."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from newscrawl.errors import DamagedRecord
from newscrawl.warc.records import BLOCK, MAGIC, Record, read_record


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
