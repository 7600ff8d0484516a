"""Export of posts from the ledger into another folder, for any site generator."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from newscrawl.atomic import drop_abandoned, link_on, temporary_name, write_whole
from newscrawl.errors import ArchiveDamaged, BadTarget, Unwritable
from newscrawl.export.columns import batches, record_of
from newscrawl.export.targets import bad_target
from newscrawl.ledger.model import FILE, ExportedArticle
from newscrawl.posts.render import post_of_record
from newscrawl.stores import file_system_of, is_url, unwritable_errors

PART = Path("posts/newscrawl")  # of which a file has its temporary name
POST = re.compile(r"posts/\d{4}/\d\d/\d\d/[\w-]+\.md")
AT_ONCE = 64  # posts that are compared and written together

Posts = Mapping[str, bytes]  # by path in the folder


def write_posts(articles: Iterator[ExportedArticle], folder: str, flavour: str, counts: Counter[str]) -> None:
    """Writes the posts that the folder does not have with the same bytes already; other files are not touched.

    Counts `written` and `unchanged` in `counts`. Raises BadTarget, Unwritable, ArchiveDamaged, NotInstalled.
    """
    store = Remote(folder) if is_url(folder) else Local(Path(folder))
    for kept in batches(articles, AT_ONCE):
        posts = {path_of(each): post_of_record(record_of(each), flavour).encode() for each in kept}
        existing = store.read(posts)
        changed = {path: post for path, post in posts.items() if existing.get(path) != post}
        store.write(changed)
        counts["written"] += len(changed)
        counts["unchanged"] += len(posts) - len(changed)


def path_of(kept: ExportedArticle) -> str:
    """The path of a post in the folder. Raises ArchiveDamaged for a path that leads out of it."""
    if not POST.fullmatch(kept.path):
        raise ArchiveDamaged(f"the archive is damaged: the post of {kept.key} cannot be stored at {kept.path}")
    return kept.path


class Local:
    """A local folder."""

    def __init__(self, root: Path) -> None:
        """Creates the folder. Raises BadTarget, also for an archive, whose own posts would be overwritten."""
        self.root = root
        try:
            root.mkdir(parents=True, exist_ok=True)
            if (root / FILE).exists():
                raise BadTarget(f"{root} is an archive, whose own posts would be overwritten; give another folder")
        except OSError as error:
            raise bad_target(root, error, "cannot write posts to") from error
        if not link_on(root, PART.parent):
            drop_abandoned(root / PART)
        self.part = temporary_name(root / PART)  # one name for all, so that a killed run leaves one file

    def read(self, posts: Posts) -> dict[str, bytes]:
        """Returns the bytes of those posts that exist. Raises Unwritable."""
        paths = {path: self.root / path for path in posts}
        with unwritable_errors(str(self.root)):
            return {path: file.read_bytes() for path, file in paths.items() if file.exists()}

    def write(self, posts: Posts) -> None:
        """Writes posts, each completely or not at all. Raises Unwritable, also for a symbolic link below the folder."""
        for path, post in posts.items():
            file = self.root / path
            if link := link_on(self.root, Path(path).parent):
                raise Unwritable(f"cannot write {file}: {link} is a symbolic link; give the folder itself with -o")
            with unwritable_errors(str(file)):
                file.parent.mkdir(parents=True, exist_ok=True)
                write_whole(file, post, self.part, durable=False)


class Remote:
    """A remote folder, through fsspec."""

    def __init__(self, url: str) -> None:
        """Connects to the file system. Raises BadTarget and NotInstalled."""
        self.url = url
        self.system, root = file_system_of(url)
        self.root = root.rstrip("/")

    def read(self, posts: Posts) -> dict[str, bytes]:
        """Returns the bytes of those posts that exist and may be read. Raises Unwritable."""
        with unwritable_errors(self.url):
            found: dict[str, Any] = self.system.cat([f"{self.root}/{path}" for path in posts], on_error="return")
            for answer in found.values():
                if isinstance(answer, Exception) and not isinstance(answer, FileNotFoundError | PermissionError):
                    raise answer
        answers = {path: found[f"{self.root}/{path}"] for path in posts}
        return {path: post for path, post in answers.items() if isinstance(post, bytes)}

    def write(self, posts: Posts) -> None:
        """Writes posts. Raises Unwritable."""
        with unwritable_errors(self.url):
            self.system.pipe({f"{self.root}/{path}": post for path, post in posts.items()})
