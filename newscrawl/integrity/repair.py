"""The repair of a damaged archive.

Captures hold the pages, manifests list the files that were written, and the ledger holds both: each can be restored
from the others. Nothing is deleted: files that are of no more use are moved to `damaged/`.
"""

from collections.abc import Iterator
from pathlib import Path

from newscrawl.archive.archive import Archive
from newscrawl.archive.lock import Lock
from newscrawl.archive.paths import LEDGER
from newscrawl.integrity.check import check
from newscrawl.integrity.quarantine import Repair, quarantine_strays
from newscrawl.integrity.rebuild import Rebuilder
from newscrawl.integrity.repair_captures import adopt_captures, repair_captures
from newscrawl.integrity.repair_files import restore_names
from newscrawl.integrity.repair_ledger import readable, renew_ledger, repair_articles, repair_items, unrecoverable_rows
from newscrawl.integrity.repair_manifests import repair_files, repair_manifests, repair_rules
from newscrawl.integrity.repair_posts import adopt_posts, repair_posts


def repair(root: Path) -> Iterator[Repair]:
    """Repairs an archive, and yields what was repaired and what could not be. Raises ArchiveError, ArchiveHeld."""
    lock = Lock(root)
    try:
        found = check(root)
        unexplained = [damage for damage in found.ledger if damage.what == LEDGER]
        yield from restore_names(root, found)
        if not readable(root):
            yield from renew_ledger(root)
            unexplained = []
    finally:
        lock.release()
    with Archive(root) as archive:
        ledger = archive.ledger
        found = check(root, open_=True)
        yield from adopt_captures(root, ledger, found)
        yield from repair_captures(root, ledger, found)
        yield from repair_rules(root, ledger)
        rebuilder = Rebuilder(root, ledger)
        yield from repair_files(ledger, found, rebuilder)
        found = check(root, open_=True)
        rebuilder = Rebuilder(root, ledger)
        yield from adopt_posts(root, ledger, found, rebuilder)
        yield from repair_articles(ledger, found, rebuilder)
        yield from repair_posts(root, ledger, found, rebuilder)
        yield from repair_items(ledger, rebuilder)
        yield from repair_manifests(root, ledger, found)
        yield from quarantine_strays(root, found)
        yield from unrecoverable_rows(root, ledger)
        if unexplained and len(found.ledger) == len(unexplained):
            yield Repair(LEDGER, "was changed in data that is stored nowhere else; it is kept as it is", done=False)
