"""WARC files in the ledger: which of them the archive holds, which were moved, and which captures are in them.

Of the versions of a file, the row with the highest id is the newest. Every function works within the transaction of its
`connection`.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from newscrawl.ledger.model import WarcFile
from newscrawl.ledger.schema import GONE, captures, files


def versions() -> Select[Any]:
    """The query for versions of files."""
    return select(files.c.path, files.c.size, files.c.digest, files.c.moved)


def newest(connection: Connection, path: str) -> WarcFile | None:
    """The newest version of a file; None if there is none, or if it is gone."""
    row = connection.execute(versions().where(files.c.path == path).order_by(files.c.id.desc())).first()
    return WarcFile(*row) if row and row.size != GONE else None


def warc_files(connection: Connection) -> list[WarcFile]:
    """The WARC files that are not gone, in the archive or moved, in order of their paths."""
    last = select(func.max(files.c.id)).where(files.c.key == "").group_by(files.c.path)
    rows = connection.execute(versions().where(files.c.id.in_(last), files.c.size != GONE).order_by(files.c.path))
    return [WarcFile(*row) for row in rows]


def held_files(connection: Connection) -> list[WarcFile]:
    """The WARC files with captures that the archive holds itself, without one that is still written to."""
    filled = captures_of_files(connection)
    return [file for file in warc_files(connection) if not file.moved and file.path in filled]


def captures_of_files(connection: Connection) -> dict[str, int]:
    """The number of captures in each WARC file, by its path."""
    counts = select(captures.c.file, func.count()).where(captures.c.file != "").group_by(captures.c.file)
    return {str(file): int(number) for file, number in connection.execute(counts)}


def files_between(connection: Connection, first: str, end: str) -> set[str]:
    """The WARC files with captures whose paths are at least `first` and less than `end`."""
    named = select(captures.c.file).distinct().where(captures.c.file >= first, captures.c.file < end)
    return {*connection.execute(named).scalars()}


def rename(connection: Connection, file: WarcFile, path: str) -> None:
    """Notes that a file has another path now."""
    put_captures(connection, file.path, path, 0)
    note(connection, file._replace(path=path))
    note_gone(connection, file.path)


def note_joined(connection: Connection, parts: Iterable[WarcFile], joined: WarcFile) -> None:
    """Notes that files, in this order, are parts of a joined one now, and gone."""
    start = 0
    for part in parts:
        put_captures(connection, part.path, joined.path, start)
        note_gone(connection, part.path)
        start += part.size
    note(connection, joined)


def put_captures(connection: Connection, file: str, to: str, start: int) -> None:
    """Notes that the captures of a file are in another one, from the offset `start` (bytes) on."""
    values = {"file": to, "offset": captures.c.offset + start}
    connection.execute(update(captures).where(captures.c.file == file).values(values))


def note(connection: Connection, file: WarcFile) -> None:
    """Adds a version of a file."""
    connection.execute(insert(files).values(key="", **file._asdict()))


def note_gone(connection: Connection, path: str) -> None:
    """Notes that a file is no longer there."""
    note(connection, WarcFile(path, GONE, ""))
