"""The check of an archive: compares its files, manifests, ledger and captures with each other.

The archive is redundant: a post can be rendered again from its record, and the record read again from its captures; a
manifest is derived from rows of the ledger, which can be read back from it. So the check finds every damage, and
`newscrawl.integrity.repair` can undo most.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from newscrawl.archive.paths import LEDGER, unplaced_files, was_killed
from newscrawl.errors import ArchiveDamaged
from newscrawl.integrity.check_captures import check_captures
from newscrawl.integrity.check_files import check_files, check_manifests
from newscrawl.integrity.check_ledger import (
    changed_ledger,
    changed_rows,
    contradictions,
    damaged_pages,
    lost_rows,
    rules_mismatch,
    wrong_types,
)
from newscrawl.integrity.damage import Check, Damage
from newscrawl.ledger.ledger import Ledger


def check(root: Path, *, open_: bool = False) -> Check:
    """Checks a whole archive, without writing anything. Raises ArchiveError for another version of the ledger, OSError.

    After a killed run, what the next run will complete is no damage. `open_`: this process has the archive open, so it
    has completed that already.
    """
    found = Check()
    if not open_ and was_killed(root):
        found.killed, found.waiting = True, frozenset(unplaced_files(root))
    try:
        ledger = open_to_read(root)
    except ArchiveDamaged as error:
        found.ledger.append(Damage(LEDGER, str(error).partition(": ")[2] or str(error)))
        check_manifests(root, None, found)
        check_files(root, found)
        return found
    try:
        with ledger.engine.connect() as connection:
            found.ledger += damaged_pages(connection)
            if mistyped := [*wrong_types(connection.exec_driver_sql)]:
                found.ledger += mistyped
                check_manifests(root, None, found)
                check_files(root, found)
                return found
            check_manifests(root, connection, found)
            check_files(root, found)
            found.captures += check_captures(root, connection, found)
            found.ledger += lost_rows(root, connection)
            found.ledger += contradictions(connection, found)
            found.ledger += changed_rows(connection)
            found.ledger += rules_mismatch(root, connection, killed=found.killed)
    except DatabaseError as error:
        found.ledger.append(Damage(LEDGER, f"cannot be read: {error.orig}"))
    finally:
        ledger.close()
    found.ledger += changed_ledger(root, found)
    return found


def open_to_read(root: Path) -> Ledger:
    """Opens the ledger of an archive read-only. Raises ArchiveDamaged when it is missing or unreadable."""
    if not (root / LEDGER).is_file():
        raise ArchiveDamaged(f"the archive is damaged: {LEDGER} is missing")
    try:
        ledger = Ledger(root, read_only=True)
    except DatabaseError as error:
        raise ArchiveDamaged(f"the archive is damaged: {LEDGER} cannot be read: {error.orig}") from error
    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", _tolerate)
    return ledger


def _tolerate(connection: Any, _: Any) -> None:
    """Decodes damaged UTF-8 with replacement characters, so that the check reports the row and does not fail."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
