"""Where things stand in an archive: the names of its files and folders, from its root."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newscrawl.atomic import file_digest
from newscrawl.ledger.model import FILE
from newscrawl.sites.urls import short_hash

POSTS, WARC, MANIFESTS = "posts", "warc", "manifests"
LEDGER = FILE
UNFINISHED = ".unfinished"  # files that are not whole yet; the folder is there as long as a run is
QUARANTINE = "damaged"  # what a repair has put aside
SEARCH = "browse.sqlite3"  # what `browse` searches, made of the ledger at any time
FILE_NAME = re.compile(r"[a-z0-9-]{1,64}")


def path_for(record: Mapping[str, Any]) -> str:
    """Where an article's post stands: by its day on the site's clock and its docid, else a hash of its address.

    The name suits every generator (`docs/posts.md`): date first, then lower-case ASCII, never the title. Raises
    ValueError for an article without a date.

    >>> path_for({"published": "2026-03-11T09:30:17+08:00", "docid": "iabcdef0000001", "url": "https://a/"})
    'posts/2026/03/11/2026-03-11-iabcdef0000001.md'
    """
    if not record["published"]:
        raise ValueError(f"{record['url']} has no date, so it has no place in an archive")
    day = record["published"][:10]
    return f"{POSTS}/{day.replace('-', '/')}/{day}-{name_of(record)}.md"


def name_of(record: Mapping[str, Any]) -> str:
    """What an article is called in an archive: its docid, else a hash of its address, else of its words.

    Only what is harmless in a path is taken from a page: the hash stands in for any other id.
    """
    if FILE_NAME.fullmatch(record["docid"]):
        return str(record["docid"])
    return short_hash(record["url"] or f"{record['title']}\n{record['text']}")


def is_post(path: str) -> bool:
    """Whether a path, from the archive's root, is one where posts stand."""
    return path.startswith(f"{POSTS}/")


def is_archive(root: Path) -> bool:
    """Whether a folder is an archive, or what is left of one."""
    return any((root / name).exists() for name in (LEDGER, MANIFESTS, POSTS))


def has_ledger(root: Path) -> bool:
    """Whether an archive has a ledger that is more than an empty file."""
    path = root / LEDGER
    return path.is_file() and path.stat().st_size > 0


def was_killed(root: Path) -> bool:
    """Whether a run is at the archive or has died there: its end takes the folder of unfinished files away."""
    return (root / UNFINISHED).exists()


def unfinished(root: Path) -> Path:
    """The folder of files that are not whole yet, made if need be."""
    folder = root / UNFINISHED
    folder.mkdir(exist_ok=True)
    return folder


def waiting(root: Path) -> dict[str, Path]:
    """The files that a run wrote and did not put in their places yet, by their SHA-256; none after a run's end."""
    folder = root / UNFINISHED
    return {file_digest(path): path for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}
