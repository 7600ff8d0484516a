"""The repair of files that were renamed."""

from collections.abc import Iterator
from pathlib import Path

from newscrawl.integrity.plan import RestoreName
from newscrawl.integrity.quarantine import quarantine
from newscrawl.integrity.work import Repair


def restore_name(root: Path, action: RestoreName) -> Iterator[Repair]:
    """Renames a file back to its path; what is there in its place is quarantined."""
    path = root / action.path
    if path.is_file():
        quarantine(root, action.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    (root / action.stray).replace(path)
    yield Repair(action.path, f"was found as {action.stray}")
