"""The paths of an archive: names of its files and folders, relative to its root."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from newscrawl.atomic import file_digest, make_folder
from newscrawl.ledger.model import FILE
from newscrawl.sites.urls import short_hash

POSTS, WARC, MANIFESTS = "posts", "warc", "manifests"
LEDGER = FILE
UNFINISHED = ".unfinished"  # incomplete files; the folder exists as long as a run does
QUARANTINE = "damaged"  # files that a repair has quarantined
UNKNOWN_PAGES = "unknown-pages"  # pages on account of which a run was stopped, for whoever must look
SEARCH = "browse.sqlite3"  # the search database of `browse`, derived from the ledger
FILE_NAME = re.compile(r"[a-z0-9-]{1,64}")


def path_for(record: Mapping[str, Any]) -> str:
    """The path of an article's post: its day in the site's zone, and its docid or a hash of its URL.

    The name suits every generator (`docs/posts.md`): the date first, then lower-case ASCII, never the title. `record`
    has `published` (ISO 8601), `docid`, `url`, `title` and `text`. Raises ValueError for an article without a date.

    >>> path_for({"published": "2026-03-11T09:30:17+08:00", "docid": "iabcdef0000001", "url": "https://a/"})
    'posts/2026/03/11/2026-03-11-iabcdef0000001.md'
    """
    if not record["published"]:
        raise ValueError(f"{record['url']} has no date, so it has no place in an archive")
    day = record["published"][:10]
    return f"{POSTS}/{day.replace('-', '/')}/{day}-{name_of(record)}.md"


def name_of(record: Mapping[str, Any]) -> str:
    """The name of an article in an archive: its docid, else a hash of its URL, else of its title and text.

    A docid comes from the page, so one that is not safe in a path (`FILE_NAME`) is replaced by the hash.
    """
    if FILE_NAME.fullmatch(record["docid"]):
        return str(record["docid"])
    return short_hash(record["url"] or f"{record['title']}\n{record['text']}")


def is_post(path: str) -> bool:
    """Whether a path, from the archive's root, is in the folder of posts."""
    return path.startswith(f"{POSTS}/")


def is_warc(path: str) -> bool:
    """Whether a path, from the archive's root, is in the folder of captures."""
    return path.startswith(f"{WARC}/")


def is_archive(root: Path) -> bool:
    """Whether a folder is an archive, even a damaged one."""
    return any((root / name).exists() for name in (LEDGER, MANIFESTS, POSTS))


def has_ledger(root: Path) -> bool:
    """Whether an archive has a ledger whose file is not empty."""
    path = root / LEDGER
    return path.is_file() and path.stat().st_size > 0


def has_lost_ledger(root: Path) -> bool:
    """Whether a folder is an archive whose ledger is missing: its manifests say what it held, or what has its name."""
    path = root / LEDGER
    return not has_ledger(root) and (has_manifests(root) or (path.exists() and not path.is_file()))


def has_manifests(root: Path) -> bool:
    """Whether a folder has manifests of days: then it is an archive, whatever else it lacks."""
    return any((root / MANIFESTS).glob("*.jsonl"))


def was_killed(root: Path) -> bool:
    """Whether a run was killed, or is still running: a run deletes the folder of unfinished files when it ends."""
    return (root / UNFINISHED).exists()


def unfinished(root: Path) -> Path:
    """The folder of incomplete files; it is created if necessary."""
    folder = root / UNFINISHED
    make_folder(folder)
    return folder


def unplaced_files(root: Path) -> dict[str, Path]:
    """The files that a run wrote but did not rename to their final paths yet, by SHA-256; none after a run's end."""
    folder = root / UNFINISHED
    return {file_digest(path): path for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}
