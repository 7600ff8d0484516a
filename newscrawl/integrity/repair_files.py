"""The repair of files that were renamed."""

from collections.abc import Iterator
from pathlib import Path

from newscrawl.archive.manifests import manifest_path
from newscrawl.archive.paths import LEDGER, MANIFESTS
from newscrawl.atomic import file_digest
from newscrawl.integrity.check_files import read_day
from newscrawl.integrity.check_ledger import read_seal
from newscrawl.integrity.damage import Check
from newscrawl.integrity.quarantine import Repair


def restore_names(root: Path, found: Check) -> Iterator[Repair]:
    """Renames unknown files whose digest is that of a missing or changed file back to its path."""
    by_digest = {file_digest(root / path): path for path in found.strays if (root / path).is_file()}
    wanted = {found.files[path].digest: path for path in (*found.missing, *found.changed)}
    wanted |= {manifest_digest(root, found, day): manifest_path(day) for day in found.manifests}
    if not (root / LEDGER).is_file() and read_seal(root).get("sha256"):
        wanted[read_seal(root)["sha256"]] = LEDGER
    for digest, path in wanted.items():
        if digest in by_digest:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / by_digest[digest]).replace(root / path)
            found.strays.remove(by_digest[digest])
            yield Repair(path, f"was found as {by_digest[digest]}")


def manifest_digest(root: Path, found: Check, day: str) -> str:
    """The SHA-256 that the manifest of a day should have, according to the next manifest; empty if unknown."""
    later = sorted(path.stem for path in (root / MANIFESTS).glob("*.jsonl") if path.stem > day)
    after = read_day(root, later[0]) if later and later[0] not in found.manifests else ""
    return "" if isinstance(after, str) else after.previous
