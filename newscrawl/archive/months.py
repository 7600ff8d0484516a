"""Moves the WARC files of months that are over into a folder for each month.

Files are renamed, their folders synced, and then the ledger names their new paths. Whatever happens in between, a file
is at one of two places under the same name (`warc_files.py`), after a power cut perhaps at both: it is read there, and
the next run puts it right.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from newscrawl.archive.paths import WARC
from newscrawl.archive.warc_files import NAME, flat_path, is_of_closed_month, month_path, other_path
from newscrawl.atomic import file_digest, rename_into_place, sync_folder
from newscrawl.ledger.about import server_time
from newscrawl.ledger.files import files_between, newest, rename, warc_files
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import WarcFile

OWN = "newscrawl-"  # what the names of newscrawl's WARC files begin with


def file_at_end(root: Path, ledger: Ledger, now: datetime) -> None:
    """Does `file_by_months` at the end of a run: a clock that is ahead of what servers have told ends no month."""
    with ledger.reading() as connection:
        told = server_time(connection)
    file_by_months(root, ledger, now if told is None else min(now, datetime.fromtimestamp(told, UTC)))


def file_by_months(root: Path, ledger: Ledger, now: datetime) -> None:
    """Moves the WARC files of the months before that of `now` (UTC) to their folders, and tells the ledger.

    A file of such a month that somebody has moved there, or back, is put right as well. Raises OSError.
    """
    with ledger.reading() as connection:
        paths = files_between(connection, f"{WARC}/{OWN}", f"{WARC}/{OWN}{now.astimezone(UTC):%Y%m}")
    paths |= {f"{WARC}/{path.name}" for path in (root / WARC).glob(f"{OWN}*.warc.gz") if NAME.fullmatch(path.name)}
    settle(root, ledger, sorted(path for path in paths if is_of_closed_month(path, now)))


def complete_months(root: Path, ledger: Ledger) -> None:
    """Puts right the files of which a killed run has changed either the path or the ledger. Raises OSError."""
    with ledger.reading() as connection:
        held = [file for file in warc_files(connection) if not file.moved]
    astray = [file for file in held if (root / other_path(file.path)).is_file()]
    for file in astray:
        drop_twin(root, file)
    settle(root, ledger, [flat_path(file.path) for file in astray if not (root / file.path).exists()])


def settle(root: Path, ledger: Ledger, paths: Iterable[str]) -> None:
    """Moves WARC files to the folders of their months, and tells the ledger, as far as that is not done yet.

    `paths`: theirs out of these folders. A file that the ledger does not know stays where it is, and nothing is ever
    written over. Raises OSError.
    """
    with ledger.reading() as connection:
        known = {path: file for path in paths if (file := known_as(connection, path))}
    filed = [file for path, file in known.items() if is_filed(root, path, file)]
    folders = {(root / place(file.path)).parent for file in filed for place in (flat_path, month_path)}
    for folder in sorted(folders, reverse=True):  # those of months before the one above them: no name is ever nowhere
        sync_folder(folder)
    for file in filed:
        if file.path == flat_path(file.path):
            with ledger.transaction() as connection:
                rename(connection, file, month_path(file.path))


def known_as(connection: Connection, flat: str) -> WarcFile | None:
    """The file that an archive holds under a path, or under that in the folder of its month; None if it holds none."""
    file = newest(connection, flat) or newest(connection, month_path(flat))
    return file if file and not file.moved else None


def is_filed(root: Path, flat: str, file: WarcFile) -> bool:
    """Moves a WARC file to the folder of its month. Returns whether it is there, and the ledger's."""
    drop_twin(root, file)
    here, there = root / flat, root / month_path(flat)
    if here.exists() and there.exists():
        return False
    place = here if here.exists() else there
    if not place.is_file() or (place != root / file.path and file_digest(place) != file.digest):
        return False
    if place == here:
        rename_into_place(here, there)
    return True


def drop_twin(root: Path, file: WarcFile) -> None:
    """Deletes what a power cut has left of a WARC file at its other place, if the file is where the ledger has it."""
    here, there = root / file.path, root / other_path(file.path)
    if here != there and all(path.is_file() and file_digest(path) == file.digest for path in (there, here)):
        there.unlink()
        sync_folder(there.parent)
