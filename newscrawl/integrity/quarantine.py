"""Quarantine: what is of no more use is put aside, never deleted."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from newscrawl.archive.paths import QUARANTINE
from newscrawl.integrity.damage import Check


class Repair(NamedTuple):
    """What was done about a damage; not `done`: it could not be undone."""

    what: str
    how: str
    done: bool = True


def quarantine_strays(root: Path, found: Check) -> Iterator[Repair]:
    """Puts what nobody knows out of the way."""
    for path in found.strays:
        if (root / path).is_file() or (root / path).is_symlink():
            quarantine(root, path)
            yield Repair(path, f"is not known, and was put into {QUARANTINE}/")


def quarantine(root: Path, path: str, move: Callable[[Path, Path], Any] = shutil.move) -> None:
    """Puts a file into `damaged/`, beside what stands there already."""
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
    """An instant to the second, as the ledger notes when an article was kept.

    >>> second_of("2026-11-22T10:00:00.123456Z")
    '2026-11-22T10:00:00+00:00'
    """
    return datetime.fromisoformat(date).astimezone(UTC).isoformat(timespec="seconds")
