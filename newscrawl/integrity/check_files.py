"""The check of manifests and files against the ledger and each other."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from newscrawl.archive.captures import NAME, OPEN
from newscrawl.archive.manifests import Manifest, manifest_bytes, manifest_path, read_manifest
from newscrawl.archive.paths import LEDGER, MANIFESTS, POSTS, SEARCH, WARC
from newscrawl.atomic import file_digest
from newscrawl.errors import DamagedManifest
from newscrawl.integrity.damage import MANIFEST_FILES, Check, Damage, ManifestEntry
from newscrawl.ledger.schema import (
    GONE,
    files,
    manifests,
)


def check_manifests(root: Path, connection: Connection | None, found: Check) -> None:
    """Checks the manifests against the ledger, day by day, and collects the files that the archive should hold."""
    in_ledger = {row.day: row for row in connection.execute(select(manifests))} if connection else {}
    on_disk = {path.stem for path in (root / MANIFESTS).glob("*.jsonl")}
    before = ""
    for day in sorted({*in_ledger, *on_disk}):
        written = read_day(root, day)
        of_ledger = ledger_day(connection, day, in_ledger.get(day)) if connection else None
        row = in_ledger.get(day)
        trusted = None if isinstance(written, str) else written
        if row and trusted and trusted.digest != row.digest:
            found.manifests[day] = "differs from what was written"
            trusted = None
        elif isinstance(written, str):
            found.manifests[day] = written
        elif trusted and trusted.previous != before:
            found.manifests[day] = "does not name the digest of the manifest before it"
        elif connection and not row:
            found.manifests[day] = "is unknown to the ledger"
        if row and of_ledger and of_ledger[1] != row.digest:
            found.ledger.append(Damage(f"{LEDGER}, files of {day}", "differ from the manifest of that day"))
        rows = of_ledger[0] if of_ledger else []
        if trusted and (not of_ledger or of_ledger[1] != trusted.digest):
            known = {(entry.path, entry.digest) for entry in rows}
            lost = [entry for entry in entries_of(trusted) if (entry.path, entry.digest) not in known]
            found.lost_rows += lost
            rows = [*rows, *lost]
        expect(found, rows)
        if found.killed and row and day == max(in_ledger) and of_ledger and of_ledger[1] == row.digest:
            found.manifests.pop(day, None)  # the next run writes it
        before = row.digest if row else trusted.digest if trusted else before
    if connection:
        expect(found, ledger_rows(connection, ""))


def expect(found: Check, entries: Iterable[ManifestEntry]) -> None:
    """Adds the entries of a day to the files that the archive should hold."""
    for entry in entries:
        if entry.size == GONE:
            found.files.pop(entry.path, None)
            if found.killed and not entry.day:
                found.vacated.add(entry.path)
        else:
            found.files[entry.path] = entry
            found.vacated.discard(entry.path)


def read_day(root: Path, day: str) -> Manifest | str:
    """The manifest of a day as read from its file, or what is wrong with it."""
    try:
        return read_manifest(root / manifest_path(day))
    except FileNotFoundError:
        return "is missing"
    except (DamagedManifest, OSError):
        return "differs from what was written"


def ledger_day(connection: Connection, day: str, row: Any) -> tuple[list[ManifestEntry], str]:
    """The files of a day in the ledger, and the SHA-256 of the manifest derived from them (empty without a row)."""
    entries = ledger_rows(connection, day)
    if row is None:
        return entries, ""
    data = manifest_bytes(day, row.newscrawl, row.previous, (entry._asdict() for entry in entries))
    return entries, hashlib.sha256(data).hexdigest()


def ledger_rows(connection: Connection, day: str) -> list[ManifestEntry]:
    """The files of a day in the ledger, in the order of a manifest."""
    columns = [files.c[name] for name in ManifestEntry._fields]
    rows = connection.execute(select(*columns).where(files.c.day == day).order_by(files.c.path, files.c.id))
    return [ManifestEntry(*row) for row in rows]


def entries_of(manifest: Manifest) -> list[ManifestEntry]:
    """The entries of a manifest; `key` is empty, because manifests do not contain it."""
    entries = []
    for entry in manifest.entries:
        optional = {
            name: entry[name] for name in ("url", "docid", "revision", "rules", "flavour", "body") if name in entry
        }
        size, sha256 = (GONE, "") if entry.get("gone") else (entry["size"], entry["sha256"])
        entries.append(ManifestEntry(entry["path"], "", size, sha256, **optional, day=manifest.day))
    return entries


def check_files(root: Path, found: Check) -> None:
    """Compares the files on disk with those that the archive should hold."""
    for path, entry in sorted(found.files.items()):
        try:
            same = (root / path).stat().st_size == entry.size and file_digest(root / path) == entry.digest
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            if entry.digest not in found.waiting:
                found.missing.append(path)
            continue
        if not same and entry.digest and entry.digest not in found.waiting:
            found.changed.append(path)
    found.strays += [name for name in names_in(root) if not (name in found.files or is_known_file(name, found))]


def names_in(root: Path) -> Iterator[str]:
    """Yields the files of an archive: those in its folders, and files in its root that look like a ledger."""
    paths = (path for folder in (POSTS, WARC, MANIFESTS) for path in sorted((root / folder).rglob("*")))
    for path in (*paths, *sorted(root.glob(f"*{LEDGER[-8:]}*"))):
        if not path.is_dir():
            yield path.relative_to(root).as_posix()


def is_known_file(name: str, found: Check) -> bool:
    """Whether a file that no manifest lists belongs to an archive nevertheless."""
    folder, _, rest = name.partition("/")
    if folder == WARC:
        return rest.endswith(OPEN) or (found.killed and NAME.fullmatch(rest) is not None)
    if folder == POSTS:
        return name in found.vacated
    if folder == MANIFESTS:
        return MANIFEST_FILES.fullmatch(name) is not None
    return name in {LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm"} or name.startswith(SEARCH.partition(".")[0] + ".")
