"""Quarantine: files that are of no more use are moved to `damaged/`, never deleted."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from newscrawl.archive.paths import QUARANTINE
from newscrawl.integrity.plan import Quarantine
from newscrawl.integrity.work import Repair, Work


def quarantine_stray(work: Work, action: Quarantine) -> Iterator[Repair]:
    """Quarantines an unknown file."""
    path = work.root / action.path
    if path.is_file() or path.is_symlink():
        quarantine(work.root, action.path)
        yield Repair(action.path, f"is unknown, and was moved to {QUARANTINE}/")


def quarantine(root: Path, path: str, move: Callable[[Path, Path], Any] = shutil.move) -> None:
    """Moves a file to `damaged/`, under a new name if it has one of the same name already. Raises OSError."""
    target = root / QUARANTINE / path
    number = 0
    while target.exists():
        number += 1
        target = root / QUARANTINE / f"{path}.{number}"
    target.parent.mkdir(parents=True, exist_ok=True)
    move(root / path, target)
