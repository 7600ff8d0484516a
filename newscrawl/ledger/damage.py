"""What every command says of a ledger that is damaged, lost or a link: the same, and what brings it back."""

from pathlib import Path

from newscrawl.errors import ArchiveDamaged
from newscrawl.ledger.model import FILE

NO_FILE = "is no file"  # a folder, a pipe, a socket or a device


def damaged_ledger(root: Path, why: str) -> ArchiveDamaged:
    """The error for the damaged ledger of an archive; `why` is a predicate of its file.

    >>> str(damaged_ledger(Path("kept"), "is missing"))
    'the archive is damaged: kept/ledger.sqlite3 is missing; newscrawl verify kept --repair rebuilds it'
    """
    return ArchiveDamaged(f"the archive is damaged: {root / FILE} {why}; newscrawl verify {root} --repair rebuilds it")


def linked(root: Path, path: str) -> ArchiveDamaged:
    """The error for a symbolic link in an archive, at a path from its root.

    >>> str(linked(Path("a"), "warc")).partition(";")[0]
    'the archive is damaged: a/warc is a symbolic link'
    """
    advice = f"put what it leads to in its place, or newscrawl verify {root} --repair"
    return ArchiveDamaged(f"the archive is damaged: {root / path} is a symbolic link; {advice}")


def lost_ledger(root: Path) -> ArchiveDamaged:
    """The error for an archive without a ledger: there is no file, an empty one, or something else has its name."""
    path = root / FILE
    return damaged_ledger(root, "is empty" if path.is_file() else NO_FILE if path.exists() else "is missing")
