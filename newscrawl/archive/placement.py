"""The last step of storing posts: each gets its place once the ledger's row of it is on the disk.

A post in its place without a row would be a stray file after a power cut, and one that was deleted too early would be
lost. Until then posts wait in `.unfinished/`: those of a batch together, for to sync the ledger costs as much for many
rows as for one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newscrawl.atomic import rename_into_place, sync_folder
from newscrawl.ledger.ledger import Ledger


class Placement:
    """The posts of a run that wait for their places, and those that wait to be deleted."""

    def __init__(self, root: Path, ledger: Ledger, *, durable: bool) -> None:
        """Not `durable`: nothing is synced, so nothing has to wait for it."""
        self.root, self.ledger, self.durable = root, ledger, durable
        self.waiting: dict[str, Path | None] = {}  # by path from the root; None: to be deleted
        self.dropped: list[Path] = []  # files of versions that another one has replaced
        self.folders: set[Path] = set()  # whose names have changed since they were synced

    def add(self, path: str, part: Path) -> None:
        """Has a post wait that is complete in the file `part`. `path`: its place, from the archive's root."""
        self._replace(path, part)

    def remove(self, path: str) -> None:
        """Has a post wait to be deleted."""
        self._replace(path, None)

    def _replace(self, path: str, part: Path | None) -> None:
        before = self.waiting.get(path)
        if before and before != part:
            self.dropped.append(before)
        self.waiting[path] = part

    def read(self, path: str) -> bytes | None:
        """The bytes of a post, wherever it is; None if there is none, or if it waits to be deleted. Raises OSError."""
        file = self.waiting.get(path, self.root / path)
        try:
            return file.read_bytes() if file else None
        except FileNotFoundError:
            return None

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Forgets what was added in the block, if it fails: then the ledger does not commit it."""
        before = dict(self.waiting)
        try:
            yield
        except BaseException:
            self.waiting = before
            raise

    def place(self) -> None:
        """Gives all posts that wait their places, and deletes those that wait for that. Raises OSError."""
        if self.waiting and self.durable:
            self.ledger.sync()
        for path, part in [*self.waiting.items()]:
            if part:
                rename_into_place(part, self.root / path)
            else:
                (self.root / path).unlink(missing_ok=True)
            self.folders.add((self.root / path).parent)
            del self.waiting[path]
        while self.dropped:
            self.dropped.pop().unlink(missing_ok=True)

    def finish(self) -> None:
        """Places all posts, and syncs the names of all that were placed or deleted. Raises OSError."""
        self.place()
        if self.durable:
            for folder in sorted(self.folders):
                if folder.is_dir():
                    sync_folder(folder)
        self.folders.clear()
