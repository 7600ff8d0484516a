"""Moves old WARC files out of an archive, to a folder or a store.

The order of the steps: a file is copied and the copy is read back; the ledger tells where it is; the manifest of the
day says so, too; only then the file is deleted here. A file that is here is the archive's, whatever was told of it:
after a run that was killed between two steps the next run takes it back, and the same command moves it again.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection

from newscrawl import disk
from newscrawl.archive.places import Place
from newscrawl.archive.warc_files import begun_on, changed_file, in_time
from newscrawl.atomic import file_digest, sync_folder
from newscrawl.errors import Unwritable
from newscrawl.ledger.files import held_files, note, warc_files
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import WarcFile
from newscrawl.stores import is_url

BATCH = 2**28  # bytes that are copied before the ledger is told, and then deleted here
MEGABYTE = 10**6


def files_before(connection: Connection, day: str) -> list[WarcFile]:
    """The WARC files that an archive holds and that were begun before a day (2026-03-01, UTC), in order of time."""
    before = (file for file in held_files(connection) if "" < begun_on(file.path) < day)
    return sorted(before, key=lambda file: in_time(file.path))


def check_room(place: Place, files: Iterable[WarcFile]) -> None:
    """Raises Unwritable if a place has no room for files."""
    needed, free = sum(file.size for file in files), place.room()
    if free is not None and free < needed:
        room = f"{needed / MEGABYTE:.1f} MB are to be moved, and {free / MEGABYTE:.1f} MB are free"
        raise Unwritable(f"{place.name} has no room: {room}; {disk.ROOM}")


def check_mounted(place: Place, files: Iterable[WarcFile]) -> None:
    """Raises Unwritable if a folder lacks the last of the files that were moved to it: its disk may not be mounted."""
    last = max((file.path for file in files if file.moved == place.name), key=in_time, default="")
    if last and not is_url(place.name) and not Path(place.name, last).exists():
        raise Unwritable(f"{place.name} lacks {last}, which was moved there: mount its disk, or give another place")


def move(
    root: Path,
    ledger: Ledger,
    place: Place,
    files: Iterable[WarcFile],
    seal: Callable[[], None],
    advance: Callable[[WarcFile], None],
) -> None:
    """Moves files of an open archive to a place, and calls `advance` with each that is there and no longer here.

    `seal` writes the manifest of the day.

    Those that were copied before an error or an interruption are moved. Raises ArchiveDamaged for a file that is not
    what was written, Unwritable (also if the place has another file of its name), OSError, DatabaseError.
    """
    for batch in batches(files, BATCH):
        copied: list[WarcFile] = []
        try:
            for file in batch:
                copy(root, place, file)
                copied.append(file._replace(moved=place.name))
        finally:
            if copied:
                let_go(root, ledger, copied, seal, advance)


def batches(files: Iterable[WarcFile], most: int) -> Iterator[list[WarcFile]]:
    """Yields files in lists that end when they have `most` bytes or more."""
    batch: list[WarcFile] = []
    size = 0
    for file in files:
        batch.append(file)
        size += file.size
        if size >= most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def copy(root: Path, place: Place, file: WarcFile) -> None:
    """Copies a file to a place and reads the copy back; one that is there already is only read. Raises as `move`."""
    path = root / file.path
    if not path.is_file() or file_digest(path) != file.digest:
        raise changed_file(root, file.path)
    there = place.digest(file.path)
    if there and there != file.digest:
        raise Unwritable(f"{place.name} has another file {file.path}; give another place with --to")
    if not there:
        place.put(path, file.path)
        if place.digest(file.path) != file.digest:
            raise Unwritable(f"{place.name}/{file.path} reads back as other bytes than were written; look at its disk")


def let_go(
    root: Path,
    ledger: Ledger,
    copied: Sequence[WarcFile],
    seal: Callable[[], None],
    advance: Callable[[WarcFile], None],
) -> None:
    """Tells ledger and manifest where files were copied to, and deletes them here."""
    try:
        with ledger.transaction() as connection:
            for file in copied:
                note(connection, file)
        ledger.sync()
        seal()
        for file in copied:
            (root / file.path).unlink()
            advance(file)
        for folder in {(root / file.path).parent for file in copied}:
            sync_folder(folder)
    except BaseException:
        with suppress(Exception):  # what went wrong is told; the next run takes back what is here
            take_back(root, ledger)
        raise


def take_back(root: Path, ledger: Ledger) -> None:
    """Notes that moved files whose bytes are here are the archive's again. Raises OSError."""
    with ledger.reading() as connection:
        moved = [file for file in warc_files(connection) if file.moved]
    for file in moved:
        if os.path.isfile(root / file.path) and file_digest(root / file.path) == file.digest:  # noqa: PTH113 (faster)
            with ledger.transaction() as connection:
                note(connection, file._replace(moved=""))
