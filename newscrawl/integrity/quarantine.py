"""Quarantine: files that are of no more use are moved to `damaged/`, never deleted."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from newscrawl.archive.paths import POSTS, QUARANTINE
from newscrawl.atomic import link_on, make_folder, sync_file, sync_folder, temporary_name
from newscrawl.errors import ArchiveDamaged
from newscrawl.integrity.plan import Quarantine, QuarantineLink
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


def quarantine_link(root: Path, action: QuarantineLink) -> Iterator[Repair]:
    """Quarantines a symbolic link itself, under a name that no folder there has: `posts.link`."""
    path = root / action.path
    link = path.rename(temporary_name(path))  # first, for it may stand in place of `damaged/` itself
    shutil.move(link, place_for(root, f"{action.path}.link"))
    sync_folder(path.parent)
    yield Repair(action.path, f"was a symbolic link to {action.target}; the link was moved to {QUARANTINE}/")


def quarantine(root: Path, path: str, move: Callable[[Path, Path], Any] = shutil.move) -> None:
    """Moves a file to `damaged/`. Raises OSError, ArchiveDamaged."""
    target = place_for(root, path)
    move(root / path, target)
    if target.is_file():
        sync_file(target)
    sync_folder(target.parent)


def place_for(root: Path, path: str) -> Path:
    """The place of a file in `damaged/`, under a new name if one of the same name is there; its folder is made.

    Raises ArchiveDamaged if a symbolic link is on the way, OSError.
    """
    if link := link_on(root, Path(QUARANTINE, path).parent):
        raise ArchiveDamaged(
            f"{root / link} is a symbolic link, and nothing is moved there; delete it, and run it again"
        )
    target = root / QUARANTINE / path
    number = 0
    while os.path.lexists(target):
        number += 1
        target = root / QUARANTINE / f"{path}.{number}"
    make_folder(target.parent)
    return target
