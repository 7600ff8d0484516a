"""The tree of posts once more, out of the ledger alone: in another folder, for another site generator."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from newscrawl.atomic import write_whole
from newscrawl.errors import ArchiveDamaged, BadTarget
from newscrawl.export.columns import record_of, some
from newscrawl.export.targets import is_url, reached, told
from newscrawl.ledger.model import FILE, ExportedArticle
from newscrawl.posts.render import post_of_record

POST = re.compile(r"posts/\d{4}/\d\d/\d\d/[\w-]+\.md")
AT_ONCE = 64  # posts that are compared and sent together

Posts = Mapping[str, bytes]  # by their path


def write_posts(articles: Iterator[ExportedArticle], folder: str, flavour: str, counts: Counter[str]) -> None:
    """Writes posts, but for those that stand in the folder as they are to be; other files of it stay.

    `counts` is told how many were `written` and `unchanged`. Raises as `export.write` does.
    """
    store = Remote(folder) if is_url(folder) else Local(Path(folder))
    for kept in some(articles, AT_ONCE):
        posts = {path_of(each): post_of_record(record_of(each), flavour).encode() for each in kept}
        there = store.read(posts)
        changed = {path: post for path, post in posts.items() if there.get(path) != post}
        store.write(changed)
        counts["written"] += len(changed)
        counts["unchanged"] += len(posts) - len(changed)


def path_of(kept: ExportedArticle) -> str:
    """Where a post stands. Raises ArchiveDamaged for what leads out of the folder."""
    if not POST.fullmatch(kept.path):
        raise ArchiveDamaged(f"the archive is damaged: the post of {kept.key} cannot stand at {kept.path}")
    return kept.path


class Local:
    """A folder."""

    def __init__(self, root: Path) -> None:
        """Makes the folder. Raises BadTarget, also for an archive: its own posts would be written over."""
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
            if (root / FILE).exists():
                raise BadTarget(f"{root} is an archive, whose own posts would be written over; give another folder")
        except OSError as error:
            raise BadTarget(f"cannot write posts to {root}: {error.strerror}; give another folder with -o") from error

    def read(self, posts: Posts) -> dict[str, bytes]:
        """The files that are there."""
        paths = {path: self.root / path for path in posts}
        with told(str(self.root)):
            return {path: file.read_bytes() for path, file in paths.items() if file.exists()}

    def write(self, posts: Posts) -> None:
        """Writes files, each whole or not at all."""
        for path, post in posts.items():
            file = self.root / path
            with told(str(file)):
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, post, durable=False)


class Remote:
    """A folder that fsspec reaches."""

    def __init__(self, url: str) -> None:
        """Raises BadTarget and NotInstalled."""
        self.url = url
        self.system, root = reached(url)
        self.root = root.rstrip("/")

    def read(self, posts: Posts) -> dict[str, bytes]:
        """The files that are there, and that we may read."""
        with told(self.url):
            found: dict[str, Any] = self.system.cat([f"{self.root}/{path}" for path in posts], on_error="return")
            for answer in found.values():
                if isinstance(answer, Exception) and not isinstance(answer, FileNotFoundError | PermissionError):
                    raise answer
        there = {path: found[f"{self.root}/{path}"] for path in posts}
        return {path: post for path, post in there.items() if isinstance(post, bytes)}

    def write(self, posts: Posts) -> None:
        """Writes files."""
        with told(self.url):
            self.system.pipe({f"{self.root}/{path}": post for path, post in posts.items()})
