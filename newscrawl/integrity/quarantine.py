"""Quarantine: files that are of no more use are moved to `damaged/`, never deleted."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.archive.paths import QUARANTINE
from newscrawl.integrity.damage import Check


class Repair(NamedTuple):
    """A repair of `what`; `how` completes the sentence. Not `done`: the damage could not be repaired."""

    what: str
    how: str
    done: bool = True


def quarantine_strays(root: Path, found: Check) -> Iterator[Repair]:
    """Quarantines unknown files."""
    for path in found.strays:
        if (root / path).is_file() or (root / path).is_symlink():
            quarantine(root, path)
            yield Repair(path, f"is unknown, and was moved to {QUARANTINE}/")


def quarantine(root: Path, path: str, move: Callable[[Path, Path], Any] = shutil.move) -> None:
    """Moves a file to `damaged/`, under a new name if it has one of the same name already. Raises OSError."""
    target = root / QUARANTINE / path
    number = 0
    while target.exists():
        number += 1
        target = root / QUARANTINE / f"{path}.{number}"
    target.parent.mkdir(parents=True, exist_ok=True)
    move(root / path, target)


def sha256_of(post: str) -> str:
    """The SHA-256 of a post, in hexadecimal."""
    return hashlib.sha256(post.encode()).hexdigest()


def second_of(date: str) -> str:
    """An ISO 8601 instant in UTC, truncated to seconds: the form of the ledger's column `kept`.

    >>> second_of("2026-11-22T10:00:00.123456Z")
    '2026-11-22T10:00:00+00:00'
    """
    return datetime.fromisoformat(date).astimezone(UTC).isoformat(timespec="seconds")
