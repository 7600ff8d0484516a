"""Repair of files that were moved or cut."""

from collections.abc import Iterator
from pathlib import Path

from newscrawl.archive.manifests import manifest_path
from newscrawl.archive.paths import LEDGER, MANIFESTS
from newscrawl.atomic import file_digest
from newscrawl.integrity.check_files import read_day
from newscrawl.integrity.check_ledger import sealed
from newscrawl.integrity.damage import Check
from newscrawl.integrity.quarantine import Repair

# Files that are whole, elsewhere


def bring_back(root: Path, found: Check) -> Iterator[Repair]:
    """Gives files back their names, where one with the right digest stands under another."""
    there = {file_digest(root / path): path for path in found.strays if (root / path).is_file()}
    wanted = {found.files[path].digest: path for path in (*found.missing, *found.changed)}
    wanted |= {manifest_digest(root, found, day): manifest_path(day) for day in found.manifests}
    if not (root / LEDGER).is_file() and sealed(root).get("sha256"):
        wanted[sealed(root)["sha256"]] = LEDGER
    for said, path in wanted.items():
        if said in there:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / there[said]).replace(root / path)
            found.strays.remove(there[said])
            yield Repair(path, f"was found as {there[said]}")


def manifest_digest(root: Path, found: Check, day: str) -> str:
    """The digest that the manifest of a day should have, by the one that follows it; empty when none tells."""
    later = sorted(path.stem for path in (root / MANIFESTS).glob("*.jsonl") if path.stem > day)
    after = read_day(root, later[0]) if later and later[0] not in found.manifests else ""
    return "" if isinstance(after, str) else after.previous
