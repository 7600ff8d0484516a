"""Symbolic links in an archive: nothing that writes, moves or deletes follows one.

A run refuses an archive in which a folder, or a file that it opens to write, is a link. A link in place of a post needs
no look: a post is renamed into its place, which replaces the link.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from newscrawl.archive.lock import Lock
from newscrawl.archive.paths import LEDGER, MANIFESTS, POSTS, QUARANTINE, SEARCH, UNFINISHED, UNKNOWN_PAGES, WARC
from newscrawl.ledger.damage import linked

DAYS = 3  # levels of folders in `posts/`: year, month, day
ALL = 100  # levels; more than any archive has
LEVELS = {POSTS: ALL, WARC: ALL, MANIFESTS: ALL, UNFINISHED: ALL, UNKNOWN_PAGES: ALL, QUARANTINE: 0}
FILES = (LEDGER, SEARCH)  # with their logs


def lock_to_write(root: Path) -> Lock:
    """Locks an archive for a run that writes to it. Raises ArchiveHeld, and ArchiveDamaged as `refuse_links`."""
    lock = Lock(root)
    try:
        refuse_links(root)
    except BaseException:
        lock.release()
        raise
    return lock


def refuse_links(root: Path) -> None:
    """Raises ArchiveDamaged if a run would write through a symbolic link in an archive."""
    if link := next(links_in(root, posts=False), ""):
        raise linked(root, link)


def links_in(root: Path, *, posts: bool = True) -> Iterator[str]:
    """Yields the symbolic links in place of what newscrawl writes, as paths from the archive's root, in order.

    Not `posts`: those in place of a post are left out, for an archive may hold a million. In `damaged/` links may be.
    """
    for entry in entries_of(root):
        levels = LEVELS.get(entry.name, 0)
        if entry.name not in LEVELS and not entry.name.startswith(FILES):
            continue
        if entry.name == POSTS and not posts:
            levels = DAYS
        for link in links_at(entry, levels):
            yield Path(link).relative_to(root).as_posix()


def links_at(entry: os.DirEntry[str], levels: int) -> Iterator[str]:
    """Yields the symbolic links at an entry of a folder and below it, `levels` folders deep."""
    if entry.is_symlink():
        yield entry.path
    elif levels and entry.is_dir():
        for below in entries_of(entry.path):
            yield from links_at(below, levels - 1)


def entries_of(folder: str | Path) -> list[os.DirEntry[str]]:
    """The entries of a folder in order; none of a folder that may not be read."""
    with suppress(PermissionError), os.scandir(folder) as entries:
        return sorted(entries, key=lambda entry: entry.name)
    return []
