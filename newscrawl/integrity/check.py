"""The check of an archive: compares its files, manifests, ledger and captures with each other.

The archive is redundant: a post can be rendered again from its record, and the record read again from its captures; a
manifest is derived from rows of the ledger, which can be read back from it. So the check finds every damage, and
`newscrawl.integrity.repair` can undo most.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from newscrawl.archive.links import links_in
from newscrawl.archive.manifests import read_seal
from newscrawl.archive.paths import LEDGER, was_killed
from newscrawl.errors import ArchiveDamaged, NewerLedger
from newscrawl.integrity.check_captures import check_captures
from newscrawl.integrity.check_files import check_files, check_manifests, unplaced
from newscrawl.integrity.check_ledger import (
    changed_ledger,
    changed_rows,
    damaged_header,
    damaged_pages,
    damaged_rows,
    lost_captures,
    lost_items,
    lost_revisions,
    lost_rows,
    rules_mismatch,
    unheld_posts,
    version_is_damaged,
)
from newscrawl.integrity.damage import (
    ChangedFile,
    Damage,
    Link,
    ManifestDamage,
    MissingFile,
    ReturnedFile,
    StrayFile,
    WarcDamage,
)
from newscrawl.integrity.damage_ledger import DamagedRows, IndexDamage, MissingLedger, UnusableLedger
from newscrawl.integrity.model import Check
from newscrawl.ledger.examine import tolerate
from newscrawl.ledger.files import captures_of_files
from newscrawl.ledger.ledger import Ledger


def check(root: Path, *, open_: bool = False) -> Check:
    """Checks a whole archive, without writing anything. Raises ArchiveError for another version of the ledger, OSError.

    After a killed run, what the next run will complete is no damage. `open_`: this process has the archive open, so it
    has completed that already, and the ledger has no seal yet.
    """
    links = [Link(path, str((root / path).readlink()), (root / path).exists()) for path in links_in(root)]
    if any(link.path.startswith(LEDGER) for link in links):  # which nobody opens
        return without_ledger(root, links, killed=False)
    found = compare(root, open_=open_)
    return replace(found, damages=(*links, *found.damages))


def compare(root: Path, *, open_: bool) -> Check:
    """The check of an archive (`check`), but for symbolic links. What they lead to is read where a file should be."""
    killed = was_killed(root) and not open_
    try:
        ledger = open_to_read(root)
    except ArchiveDamaged as error:
        why = str(error).partition(": ")[2] or str(error)
        kind = UnusableLedger if (root / LEDGER).is_file() else MissingLedger
        return without_ledger(root, [kind(why, read_seal(root).get("sha256") or "")], killed=killed)
    faults: list[Damage] = []
    try:
        with ledger.reading() as connection:
            tolerate(connection)
            for checker in (damaged_header, damaged_pages, damaged_rows):
                faults += checker(root, connection)
            found = with_ledger(root, connection, faults, killed=killed)
    except DatabaseError as error:
        return without_ledger(root, [*faults, UnusableLedger(f"cannot be read: {error.orig}")], killed=killed)
    finally:
        ledger.close()
    if was_killed(root):
        return found  # an open or killed run leaves no seal
    explained = any(damage.what.startswith(LEDGER) for damage in found.damages)
    sealed = changed_ledger(root, found.expected, explained=explained)
    return replace(found, damages=in_order([*found.damages, *sealed]))


def with_ledger(root: Path, connection: Connection, faults: Sequence[Damage], *, killed: bool) -> Check:
    """The check of an archive whose ledger can be read. Tables with damaged rows are left out, but nothing else is."""
    damaged = {fault.table for fault in faults if isinstance(fault, DamagedRows)}
    expected, damages = check_manifests(root, None if damaged & {"files", "manifests"} else connection, killed=killed)
    waiting = unplaced(root, expected) if killed else {}
    of_files = [*check_files(root, expected, killed=killed, waiting=waiting)]
    changed = {damage.path for damage in of_files if isinstance(damage, ChangedFile)}
    counts = captures_of_files(connection) if "captures" not in damaged else {}
    returned = {damage.path for damage in of_files if isinstance(damage, ReturnedFile)}
    of_captures = check_captures(root, connection, expected, counts, changed, returned, killed=killed, waiting=waiting)
    checkers: Sequence[tuple[set[str], Iterator[Damage]]] = (
        (set(), lost_rows(root, connection, killed=killed)),
        ({"articles", "files", "manifests"}, unheld_posts(connection, expected)),
        ({"articles", "revisions"}, lost_revisions(connection)),
        ({"articles", "revisions", "captures"}, lost_captures(connection)),
        ({"articles", "items", "listings"}, lost_items(connection)),
        ({"articles", "revisions"}, changed_rows(connection)),
        ({"rules"}, rules_mismatch(root, connection, killed=killed)),
        ({"captures"}, of_captures),
    )
    damages = [*faults, *damages, *of_files]
    for tables, found in checkers:
        if not damaged & tables:
            damages += found
    return Check(expected, in_order(damages), killed, counts)


def without_ledger(root: Path, faults: Sequence[Damage], *, killed: bool) -> Check:
    """The check of an archive whose ledger cannot be read: the manifests say what it should hold."""
    expected, damages = check_manifests(root, None, killed=killed)
    waiting = unplaced(root, expected) if killed else {}
    of_files = check_files(root, expected, killed=killed, waiting=waiting)
    return Check(expected, in_order([*faults, *damages, *of_files]), killed)


TOLD = (ManifestDamage, MissingFile, ChangedFile, StrayFile, ReturnedFile, IndexDamage, WarcDamage)


def in_order(damages: Iterable[Damage]) -> tuple[Damage, ...]:
    """Damages in the order in which they are told: the ledger's, manifests by day, files, captures."""
    last = TOLD.index(IndexDamage)  # captures as they were found, file by file

    def place(damage: Damage) -> tuple[int, str]:
        at = next((number for number, kind in enumerate(TOLD) if isinstance(damage, kind)), -1)
        return min(at, last), damage.day if isinstance(damage, ManifestDamage) else ""

    return tuple(sorted(damages, key=place))


def open_to_read(root: Path) -> Ledger:
    """Opens the ledger of an archive read-only. Raises ArchiveDamaged when it is missing or unreadable."""
    if not (root / LEDGER).is_file():
        raise ArchiveDamaged(f"the archive is damaged: {LEDGER} is missing")
    try:
        ledger = Ledger(root, read_only=True)
    except NewerLedger as error:
        if not version_is_damaged(root):
            raise
        raise ArchiveDamaged(f"the archive is damaged: the version of {LEDGER} is damaged") from error
    except DatabaseError as error:
        raise ArchiveDamaged(f"the archive is damaged: {LEDGER} cannot be read: {error.orig}") from error
    return ledger
