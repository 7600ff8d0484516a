"""Verify: files, manifests, ledger and captures of an archive held against each other.

Each thing is there twice: a post can be made again of its record, and that of its capture; a manifest is made of the
ledger's rows, and they can be read out of it. So every damage shows, and most can be undone (`newscrawl.repair`).
"""

from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.exc import DatabaseError

from newscrawl.archive.paths import LEDGER, waiting, was_killed
from newscrawl.errors import ArchiveDamaged
from newscrawl.integrity.check_captures import check_captures
from newscrawl.integrity.check_files import check_files, check_manifests
from newscrawl.integrity.check_ledger import (
    changed_ledger,
    changed_rows,
    contradictions,
    damaged_pages,
    lost_rows,
    misfitting,
    rules_mismatch,
)
from newscrawl.integrity.damage import Check, Damage
from newscrawl.ledger.ledger import Ledger


def check(root: Path, *, open_: bool = False) -> Check:
    """Looks at all of an archive; nothing is written. Raises ArchiveError for one of another version, OSError.

    Of one that is `open_` in this process, nothing is left to the next run.
    """
    found = Check()
    if not open_ and was_killed(root):
        found.killed, found.waiting = True, frozenset(waiting(root))
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
            if misfits := [*misfitting(connection.exec_driver_sql)]:
                found.ledger += misfits
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
    """The ledger of an archive. Raises ArchiveDamaged where there is none."""
    if not (root / LEDGER).is_file():
        raise ArchiveDamaged(f"the archive is damaged: {LEDGER} is not there")
    try:
        ledger = Ledger(root, read_only=True)
    except DatabaseError as error:
        raise ArchiveDamaged(f"the archive is damaged: {LEDGER} cannot be read: {error.orig}") from error
    ledger.engine.dispose()
    event.listen(ledger.engine, "connect", _tolerate)
    return ledger


def _tolerate(connection: Any, _: Any) -> None:
    """Text that is no UTF-8 any more is read, and found to be wrong, where it stands."""
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
