"""An archive whose ledger an older newscrawl wrote: the ledger is brought up to this version, and its seal with it."""

import shutil
from pathlib import Path

from newscrawl import disk
from newscrawl.archive.links import lock_to_write
from newscrawl.archive.manifests import count_rows, ledger_digest, read_seal, write_seal
from newscrawl.archive.paths import LEDGER, UNFINISHED, unfinished, was_killed
from newscrawl.errors import ArchiveDamaged, ArchiveError, OlderLedger
from newscrawl.ledger.database import header_version, is_older
from newscrawl.ledger.ledger import Ledger


def is_outdated(root: Path) -> bool:
    """Whether an older newscrawl wrote the ledger of an archive. Raises ArchiveError if it cannot be read."""
    return is_older(header_version(root / LEDGER))


def bring_up(root: Path, *, killed: bool) -> None:
    """Brings the ledger of a locked archive up, if it is an older one. `killed`: the last run was killed.

    Its seal is of the bytes before. So it is renewed, or the change would look like damage; but one that did not fit
    stays one that does not, and the rows that it counts stay counted. A killed run has left a seal that says nothing.
    Raises as `open_ledger`, OSError.
    """
    if not is_outdated(root):
        return
    seal = {} if killed else read_seal(root)
    was_whole = seal and seal["sha256"] == ledger_digest(root)
    with Ledger(root) as ledger:
        unfinished(root)
        rows = count_rows(ledger)
    if seal:  # a kill before it is written leaves `.unfinished/`, and then no seal is expected
        write_seal(root, rows | seal["rows"], ledger_digest(root) if was_whole else seal["sha256"])


def bring_up_alone(root: Path) -> None:
    """Brings the ledger of an archive up that no run has opened, as a run does when it opens the archive.

    Raises ArchiveHeld, ArchiveDamaged, and ArchiveError or ArchiveFull if it cannot be written.
    """
    lock = lock_to_write(root)
    try:
        killed = was_killed(root)
        bring_up(root, killed=killed)
        if not killed:
            shutil.rmtree(root / UNFINISHED, ignore_errors=True)
    except ArchiveDamaged:
        raise
    except OSError as error:
        what = f"{root / LEDGER} was written by an older newscrawl, and cannot be brought up"
        if disk.is_full(error) or disk.is_everywhere(error):
            raise disk.archive_error(error, what) from error
        raise ArchiveError(disk.sentence_of(error, what)) from error  # who may write it can bring it up
    finally:
        lock.release()


def ledger_to_read(root: Path) -> Ledger:
    """The ledger of an archive, opened to be read; an older one is brought up before. Raises as `bring_up_alone`."""
    try:
        return Ledger(root, read_only=True)
    except OlderLedger:
        bring_up_alone(root)
        return Ledger(root, read_only=True)
