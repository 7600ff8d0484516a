"""The WARC files of an archive: their names, and the places where each may be.

A file of the current month is in `warc/`, and one of an earlier month in `warc/YYYY/MM/`: the month in UTC in which it
was begun, as its name says. So the names, without their folders, are in order of time. A file that was moved out of the
archive has the same path in another folder or in a store.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from newscrawl.archive.paths import WARC
from newscrawl.errors import ArchiveDamaged
from newscrawl.stores import is_url

NAME = re.compile(r"newscrawl-(\d{4})(\d\d)(\d\d)\d{6}-\d{5}(-repaired|-joined)*\.warc\.gz")  # of newscrawl's own files
OPEN = ".open"  # suffix of a file that is being written, as in Heritrix


def in_time(path: str) -> str:
    """The name of a WARC file: what files are sorted by where their order is to be that of time.

    >>> in_time("warc/2026/02/newscrawl-20260201000000-00001.warc.gz")
    'newscrawl-20260201000000-00001.warc.gz'
    """
    return path.rpartition("/")[2]


def begun_on(path: str) -> str:
    """The day in UTC on which a WARC file was begun, by its name; empty for a file that newscrawl did not name.

    >>> begun_on("warc/newscrawl-20260131235959-00001.warc.gz"), begun_on("warc/mine.warc.gz")
    ('2026-01-31', '')
    """
    match = NAME.fullmatch(in_time(path))
    return "-".join(match.groups()[:3]) if match else ""


def is_of_closed_month(path: str, now: datetime) -> bool:
    """Whether a WARC file was begun in a month that is over at `now`, in UTC.

    >>> path = "warc/newscrawl-20260131235959-00001.warc.gz"
    >>> [is_of_closed_month(path, datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 2)]
    [False, True]
    """
    return "" < begun_on(path)[:7] < f"{now.astimezone(UTC):%Y-%m}"


def flat_path(path: str) -> str:
    """The path of a WARC file as long as its month is not over."""
    return f"{WARC}/{in_time(path)}"


def month_path(path: str) -> str:
    """The path of a WARC file in the folder of its month; for a file that newscrawl did not name the one it has.

    >>> month_path("warc/newscrawl-20260131235959-00001.warc.gz")
    'warc/2026/01/newscrawl-20260131235959-00001.warc.gz'
    """
    day = begun_on(path)
    return f"{WARC}/{day[:4]}/{day[5:7]}/{in_time(path)}" if day else path


def other_path(path: str) -> str:
    """Where a WARC file may be as well: in the folder of its month, or out of it."""
    return month_path(path) if path == flat_path(path) else flat_path(path)


def is_own_path(path: str) -> bool:
    """Whether a WARC file has a name and a place that newscrawl gives.

    >>> name = "newscrawl-20260131235959-00001.warc.gz"
    >>> [is_own_path(f"warc/{folder}{name}") for folder in ("", "2026/01/", "2026/02/", "x")]
    [True, True, False, False]
    """
    return bool(begun_on(path)) and path in (flat_path(path), month_path(path))


def own_files(root: Path) -> list[str]:
    """The paths of newscrawl's WARC files in an archive, without those that are being written, in order of time."""
    found = (path.relative_to(root).as_posix() for path in (root / WARC).rglob("*.warc.gz"))
    return sorted(filter(is_own_path, found), key=in_time)


def places_of(root: Path, path: str, moved: str = "") -> Iterator[Path]:
    """Yields the files that may hold a WARC file: where it was moved to, its own, also being written, its other place.

    `moved`: the folder or URL that it was moved to; nothing is read from a URL.
    """
    if moved and not is_url(moved):
        yield Path(moved) / path
    own = root / path
    yield from (own, own.with_name(own.name + OPEN), root / other_path(path))


def find(root: Path, path: str, moved: str = "") -> Path | None:
    """The file that holds a WARC file; None if it is nowhere, or only in a store. Arguments as in `places_of`."""
    return next(filter(Path.is_file, places_of(root, path, moved)), None)


def free_path(root: Path, path: str, suffix: str) -> str:
    """The path of a WARC file with a suffix in its name, as often as it takes to have a name that no file has.

    The suffix keeps its place in the order of time.
    """
    while True:
        path = path.replace(".warc.gz", f"{suffix}.warc.gz")
        if not (root / path).exists():
            return path


def changed_file(root: Path, path: str) -> ArchiveDamaged:
    """The error for a WARC file that is missing or not what was written."""
    return ArchiveDamaged(f"{path} is not what was written; newscrawl verify {root} --repair")
