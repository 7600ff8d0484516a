"""The archive on disk: one post a file, there whole or not at all."""

import os
import shutil
from pathlib import Path
from typing import Literal

from newscrawl.items import Article
from newscrawl.urls import short_hash

Outcome = Literal["written", "unchanged", "revised"]


class ArchiveError(OSError):
    """A folder that cannot be an archive; the message is one line for the user."""


class Archive:
    """A folder of posts. Unfinished files stand in `.unfinished/`, never among the posts."""

    def __init__(self, root: Path) -> None:
        """Makes the folder if need be and clears what a killed run left unfinished. Raises ArchiveError."""
        self.root = root
        self.unfinished = root / ".unfinished"
        try:
            shutil.rmtree(self.unfinished, ignore_errors=True)
            self.unfinished.mkdir(parents=True)
        except OSError as error:
            raise ArchiveError(
                f"cannot keep an archive in {root}: {error.strerror}; give another folder with -o"
            ) from error

    def keep(self, article: Article, post: str) -> Outcome:
        """Writes an article's post, unless the very same bytes are there already."""
        path = self.root / path_for(article)
        data = post.encode()
        known = path.exists()
        if known and path.read_bytes() == data:
            return "unchanged"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write(path, data)
        return "revised" if known else "written"

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
    return Path("posts", f"{day:%Y/%m/%d}", f"{day:%Y-%m-%d}-{article.docid or short_hash(article.url)}.md")
