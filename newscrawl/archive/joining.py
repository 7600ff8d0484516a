"""Joins the small WARC files of a month: their bytes one after the other, so that every record stays as it is.

The joined file has the name of its first part, with `-joined`. It waits whole in `.unfinished/` until the ledger has
committed; then it gets its path, and the parts are deleted: each only if its bytes are in the joined file.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from sqlalchemy import Connection, select

from newscrawl.archive.paths import unfinished
from newscrawl.archive.warc_files import begun_on, changed_file, free_path, in_time
from newscrawl.atomic import rename_into_place, sync_folder
from newscrawl.errors import DamagedRecord
from newscrawl.ledger.files import held_files, note_joined
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import WarcFile
from newscrawl.ledger.schema import captures
from newscrawl.warc.records import read_records

BLOCK = 2**20  # bytes that are copied or compared at once


def groups(files: Iterable[WarcFile], most: int) -> Iterator[list[WarcFile]]:
    """Yields the files to join, several at a time: in their order, of one month, with at most `most` bytes together.

    >>> files = [WarcFile(str(number), size, "") for number, size in enumerate((3, 3, 5, 9, 1, 1))]
    >>> [[file.path for file in group] for group in groups(files, 8)]
    [['0', '1'], ['4', '5']]
    """
    for _, of_month in groupby(files, lambda file: begun_on(file.path)[:7]):
        group: list[WarcFile] = []
        size = 0
        for file in of_month:
            if size + file.size > most:
                yield from [group] if len(group) > 1 else []
                group, size = [], 0
            group.append(file)
            size += file.size
        yield from [group] if len(group) > 1 else []


def files_of_months(connection: Connection, months: str) -> list[WarcFile]:
    """The WARC files that an archive holds of a month (2026-03) or of a whole year (2026), in order of time."""
    of_months = (file for file in held_files(connection) if begun_on(file.path).startswith(f"{months}-"))
    return sorted(of_months, key=lambda file: in_time(file.path))


def join(root: Path, ledger: Ledger, group: Sequence[WarcFile]) -> None:
    """Joins files of an open archive. Raises ArchiveDamaged for one that is not what was written, OSError."""
    path = free_path(root, group[0].path, "-joined")
    part = unfinished(root) / in_time(path)
    digest = joined_digest(root, group, part)
    with ledger.transaction() as connection:
        note_joined(connection, group, WarcFile(path, sum(file.size for file in group), digest))
    ledger.sync()
    rename_into_place(part, root / path)
    sync_folder((root / path).parent)
    drop_joined(root, ledger, [file.path for file in group])


def joined_digest(root: Path, group: Iterable[WarcFile], part: Path) -> str:
    """Writes files one after the other to a part, which is on the disk then. Returns its SHA-256. Raises as `join`."""
    whole = hashlib.sha256()
    with part.open("wb") as copy:
        for file in group:
            digest = hashlib.sha256()
            for data in blocks(root / file.path, file, root):
                for each in (whole, digest):
                    each.update(data)
                copy.write(data)
            if digest.hexdigest() != file.digest:
                raise changed_file(root, file.path)
        copy.flush()
        os.fsync(copy.fileno())
    sync_folder(part.parent)
    return whole.hexdigest()


def blocks(path: Path, file: WarcFile, root: Path) -> Iterator[bytes]:
    """Yields the content of a file. Raises ArchiveDamaged if it is missing, OSError."""
    try:
        with path.open("rb") as source:
            while data := source.read(BLOCK):
                yield data
    except FileNotFoundError as error:
        raise changed_file(root, file.path) from error


def drop_joined(root: Path, ledger: Ledger, paths: Iterable[str]) -> None:
    """Deletes those of some WARC files whose bytes are in another one, as the ledger says of their captures.

    `paths`: of files that the ledger calls gone. Raises OSError.
    """
    dropped = [root / path for path in paths if (root / path).is_file() and is_part_of_another(root, ledger, path)]
    for file in dropped:
        file.unlink()
    for folder in {file.parent for file in dropped}:
        sync_folder(folder)


def is_part_of_another(root: Path, ledger: Ledger, path: str) -> bool:
    """Whether all bytes of a WARC file are where the ledger says that the captures in it are, in another file."""
    first = None
    with suppress(DamagedRecord):
        first = next((record for record in read_records(root / path) if record.answers), None)
    if first is None:
        return False
    same = (captures.c.url == first.url) & (captures.c.record == first.id) & (captures.c.file != path)
    with ledger.reading() as connection:
        row = connection.execute(select(captures.c.file, captures.c.offset).where(same).limit(1)).first()
    return row is not None and has_bytes_of(root / row.file, row.offset - first.offset, root / path)


def has_bytes_of(whole: Path, start: int, part: Path) -> bool:
    """Whether a file has the bytes of another one from an offset on."""
    if start < 0 or not whole.is_file():
        return False
    with whole.open("rb") as file, part.open("rb") as other:
        file.seek(start)
        return all(file.read(len(data)) == data for data in iter(lambda: other.read(BLOCK), b""))
