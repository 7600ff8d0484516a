"""Where the search database of an archive is: beside its ledger, or elsewhere if nothing can be written there."""

import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection

from newscrawl.archive.links import refuse_links
from newscrawl.archive.paths import SEARCH
from newscrawl.browse.index import (
    FORMAT,
    SupportsProgress,
    gone_of,
    local,
    not_kept_of,
    runs_of,
    stamps,
    update_search,
    zone_of,
)
from newscrawl.errors import Unwritable
from newscrawl.ledger.database import errors_of
from newscrawl.ledger.ledger import Ledger

MEMORY = "/dev/shm"  # noqa: S108 (a folder in memory, which Linux has)


@contextmanager
def search_database(root: Path, progress: SupportsProgress, say: Callable[[str], None]) -> Iterator[Path]:
    """Yields the path of a search database that has what the ledger of an archive has.

    It is the one in the archive, which is made or brought up. Where it cannot be written and lacks something, it is one
    in the temporary folder, else in memory, which goes at the end of the block. Where there is no room for that, it is
    the one in the archive as it is. `say` is told in a line what cannot be done. Raises Unwritable if there is none at
    all, and as `update_search`.
    """
    own = root / SEARCH
    with ExitStack() as stack:
        try:
            bring_up_own(root, own, progress)
        except Unwritable as error:
            if is_current(root, own):
                path = own
            elif elsewhere := place_elsewhere(root, progress, stack):
                path = elsewhere
                say(f"newscrawl browse: {error}; the search index is in {path.parent} until this ends")
            elif is_complete(own):
                path = own
                say(f"newscrawl browse: {error}; it is shown as it is, and may lack what came later")
            else:
                raise Unwritable(f"{error}; nor is there room elsewhere: set TMPDIR to a folder with room") from error
        else:
            path = own
        yield path


def bring_up_own(root: Path, own: Path, progress: SupportsProgress) -> None:
    """Brings up the search database of an archive. Raises as `update_search`, and ArchiveDamaged if it has links."""
    if not os.access(root, os.W_OK):  # then links in it are only read
        raise Unwritable(f"{own} cannot be written: no file can be made beside it")
    refuse_links(root)
    update_search(root, own, progress)


def place_elsewhere(root: Path, progress: SupportsProgress, stack: ExitStack) -> Path | None:
    """The path of a search database in the temporary folder, or in memory; None if neither has room for it."""
    for folder in (None, MEMORY):
        with ExitStack() as trial:
            try:
                made = trial.enter_context(tempfile.TemporaryDirectory(prefix="newscrawl-browse-", dir=folder))
            except OSError:  # there is no such folder, or nobody can write to it
                continue
            try:
                path = Path(made, SEARCH)
                begin_with(root / SEARCH, path)
                update_search(root, path, progress)
            except Unwritable:
                continue
            stack.push(trial.pop_all())
            return path
    return None


def begin_with(old: Path, new: Path) -> None:
    """Copies a search database, so that only what is new need be indexed; leaves nothing if it cannot be read."""
    if not is_complete(old):
        return
    try:
        with closing(opened(old)) as source, closing(sqlite3.connect(new)) as target:
            source.backup(target)
    except sqlite3.Error:
        new.unlink(missing_ok=True)


def opened(path: Path) -> sqlite3.Connection:
    """A search database, opened to be read."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def is_complete(path: Path) -> bool:
    """Whether there is a search database that can be read as it is: no update of it was cut short."""
    try:
        with closing(opened(path)) as search:
            return bool(search.execute("PRAGMA user_version").fetchone()[0] == FORMAT)
    except sqlite3.Error:
        return False


def is_current(root: Path, path: Path) -> bool:
    """Whether a search database has what the ledger of an archive has. Raises as `update_search`."""
    if not is_complete(path):
        return False
    with errors_of(root), Ledger(root, read_only=True) as ledger, ledger.reading() as connection:
        try:
            with closing(opened(path)) as search:
                return is_copy(connection, search)
        except sqlite3.Error:
            return False


def is_copy(ledger: Connection, search: sqlite3.Connection) -> bool:
    """Whether a search database is what `copy` would make it."""
    zone, held = zone_of(ledger), stamps(ledger)
    gone = {key: local(when, zone) for key, when in gone_of(ledger) if key in held}
    return (
        dict(search.execute("SELECT key, stamp FROM stamps")) == held
        and dict(search.execute("SELECT key, gone FROM articles WHERE gone != ''")) == gone
        and {*search.execute("SELECT * FROM not_kept")} == {tuple(row.values()) for row in not_kept_of(ledger, zone)}
        and {*search.execute("SELECT * FROM runs")} == {tuple(row.values()) for row in runs_of(ledger, zone)}
    )
