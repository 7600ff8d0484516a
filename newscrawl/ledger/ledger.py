"""The ledger of an archive: a SQLite file. What it holds is read and written by the functions of this package.

`queue`: the items that lists named, and their leases. `articles`: what was kept. `runs`: runs, windows and watermarks.
`coverage`: what the lists named against what was kept. They all take a `Connection`: a read belongs to `reading`, a
write to `transaction`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection

from newscrawl.ledger.database import open_ledger
from newscrawl.ledger.model import FILE


class Ledger:
    """An open ledger. Use as a context manager, or close it."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Opens or creates the ledger of the archive in `root`. Raises as `open_ledger`."""
        self.root = root
        self.engine = open_ledger(root, read_only=read_only)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose writes are committed together at the end of the block, or not at all."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with: it sees one state of the ledger, and its writes would be lost."""
        with self.engine.connect() as connection:
            yield connection

    def sync(self) -> None:
        """Syncs what was committed: SQLite itself syncs its write-ahead log only as it moves it to the database.

        The log's name is on the disk: SQLite has synced it with the first bytes. Raises OSError.
        """
        try:
            log = os.open(self.root / f"{FILE}-wal", os.O_RDONLY)
        except FileNotFoundError:  # it was moved
            return
        try:
            os.fsync(log)
        finally:
            os.close(log)

    def close(self) -> None:
        """Closes the file. SQLite then removes the write-ahead log, unless another process has the file open."""
        self.engine.dispose()
