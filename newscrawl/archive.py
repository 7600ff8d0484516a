"""The archive on disk: one post a file, there whole or not at all."""

import fcntl
import os
import re
import shutil
from pathlib import Path
from typing import Literal, Self

from newscrawl.items import Article
from newscrawl.urls import short_hash

ENOUGH = 20  # pages of a layout in the archive, before one with another frame is news
FILE_NAME = re.compile(r"[a-z0-9-]{1,64}")
Outcome = Literal["written", "unchanged", "revised"]


class ArchiveError(OSError):
    """A folder that cannot be an archive; the message is one line for the user."""


class ArchiveHeld(ArchiveError):
    """Another run holds the archive."""


class ArchiveDamaged(ArchiveError):
    """The archive is there, and broken."""


class Lock:
    """One run at a time in a folder.

    The kernel takes the lock back when its process ends, however it ends: a dead run's can never be stale. It is the
    folder itself that is locked, so no file of it is left behind.
    """

    def __init__(self, folder: Path) -> None:
        """Takes the lock. Raises ArchiveHeld when another process has it."""
        self.descriptor = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self.descriptor)
            raise ArchiveHeld(f"another run holds the archive {folder}; wait for its end, or stop it") from error

    def release(self) -> None:
        """Lets the next run in."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
        self.descriptor = -1


class Archive:
    """A folder of posts with its ledger, for one run. Unfinished files stand in `.unfinished/`."""

    def __init__(self, root: Path) -> None:
        """Makes the folder if need be, takes it for this run and clears what a killed one left unfinished.

        Raises ArchiveError, and ArchiveHeld when another run has it.
        """
        self.root = root
        self.unfinished = root / ".unfinished"
        try:
            root.mkdir(parents=True, exist_ok=True)
            self.lock = Lock(root)
            shutil.rmtree(self.unfinished, ignore_errors=True)
            self.unfinished.mkdir(exist_ok=True)
        except ArchiveError:
            raise
        except OSError as error:
            raise ArchiveError(
                f"cannot keep an archive in {root}: {error.strerror}; give another folder with -o"
            ) from error
        from sqlalchemy.exc import DatabaseError  # noqa: PLC0415 (it takes 0.2 s, which printing does not need)

        from newscrawl.ledger import Ledger  # noqa: PLC0415

        try:
            self.ledger = Ledger(root)
            self.ledger.release()
        except ArchiveError:
            self.lock.release()
            raise
        except DatabaseError as error:
            self.lock.release()
            raise ArchiveError(f"the ledger of {root} cannot be written: {error.orig}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the ledger, leaves nothing unfinished behind and lets the next run in."""
        self.ledger.close()
        shutil.rmtree(self.unfinished, ignore_errors=True)
        self.lock.release()

    def keep(self, article: Article, post: str) -> tuple[Outcome, list[str]]:
        """Writes an article's post, unless the very same bytes are there already, and notes it in the ledger.

        Gives what became of the post, and the flags: why somebody should look at the page. The post comes first, then
        the one that it takes the place of goes (an article whose date changed stands elsewhere), then the ledger says
        so: killed between any two of them, the next run does the rest.
        """
        relative = path_for(article)
        path = self.root / relative
        key = article.raw.address.key or name_of(article)
        flags = [*article.raw.flags]
        if self.ledger.is_new_design(article, ENOUGH):
            flags.append("new_design")
        before = self.ledger.path(key)
        data = post.encode()
        outcome: Outcome = "revised" if path.exists() or before else "written"
        if path.exists() and path.read_bytes() == data:
            outcome = "unchanged"
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)
        if before and before != relative.as_posix() and self.ledger.stands_alone(before, key):
            (self.root / before).unlink(missing_ok=True)
        self.ledger.keep(article, relative, flags, key)
        return outcome, flags

    def _write(self, path: Path, data: bytes) -> None:
        """The file under another name first, flushed to the disk, then renamed: a reader never sees half a file."""
        part = self.unfinished / path.name
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def path_for(article: Article) -> Path:
    """Where an article's post stands: by its day on the site's clock and its docid, else a hash of its address.

    The name suits every generator (`front-matter.md` §6): date first, then lower-case ASCII, never the title. Raises
    ValueError for an article without a date.
    """
    if article.published is None:
        raise ValueError(f"{article.url} has no date, so it has no place in an archive")
    day = article.published
    return Path("posts", f"{day:%Y/%m/%d}", f"{day:%Y-%m-%d}-{name_of(article)}.md")


def name_of(article: Article) -> str:
    """What an article is called in an archive: its docid, else a hash of its address, else of its words.

    Only what is harmless in a path is taken from a page: the hash stands in for any other id.
    """
    if FILE_NAME.fullmatch(article.docid):
        return article.docid
    return short_hash(article.url or f"{article.title}\n{article.text}")
