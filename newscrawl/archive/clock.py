"""Refuses a clock that is behind what servers have told an archive's earlier runs."""

from datetime import datetime
from pathlib import Path

from newscrawl.archive.paths import has_ledger
from newscrawl.errors import ArchiveError, WrongClock
from newscrawl.ledger.about import server_time
from newscrawl.ledger.clock import why_behind
from newscrawl.ledger.ledger import Ledger


def check_clock(root: Path, now: datetime) -> None:
    """Raises WrongClock if a run of the archive in `root`, which need not exist, must not begin at `now`."""
    if why := why_behind(int(now.timestamp()), told_time(root)):
        raise WrongClock(why)


def told_time(root: Path) -> int | None:
    """The newest time that a server has told an archive; None if it is not known. Nothing is written."""
    if not has_ledger(root):
        return None
    try:
        with Ledger(root, read_only=True) as ledger, ledger.reading() as connection:
            return server_time(connection)
    except ArchiveError:  # an older or a damaged one: who opens it to write will say so
        return None
