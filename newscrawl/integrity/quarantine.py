"""Quarantine: files that are of no more use are moved to `damaged/`, never deleted."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from newscrawl.archive.paths import POSTS, QUARANTINE
from newscrawl.atomic import make_folder, sync_file, sync_folder
from newscrawl.integrity.plan import Quarantine
from newscrawl.integrity.work import Repair, Work

POST = re.compile(rf"{POSTS}/(\d{{4}})/(\d\d)/(\d\d)/\1-\2-\3-[a-z0-9-]+\.md")  # as `path_for` names them


def quarantine_stray(work: Work, action: Quarantine) -> Iterator[Repair]:
    """Quarantines an unknown file. A post is lost with that: newscrawl wrote it, and nothing else tells of it."""
    path = work.root / action.path
    if path.is_file() or path.is_symlink():
        quarantine(work.root, action.path)
        if POST.fullmatch(action.path):
            how = f"is a post of which the article and its captures are lost; it was moved to {QUARANTINE}/"
            yield Repair(action.path, how, done=False)
        else:
            yield Repair(action.path, f"is unknown, and was moved to {QUARANTINE}/")


def quarantine(root: Path, path: str, move: Callable[[Path, Path], Any] = shutil.move) -> None:
    """Moves a file to `damaged/`, under a new name if it has one of the same name already. Raises OSError."""
    target = root / QUARANTINE / path
    number = 0
    while target.exists():
        number += 1
        target = root / QUARANTINE / f"{path}.{number}"
    make_folder(target.parent)
    move(root / path, target)
    if target.is_file():
        sync_file(target)
    sync_folder(target.parent)
