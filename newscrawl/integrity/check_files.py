"""The check of manifests and files against the ledger and each other."""

import hashlib
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple, Self

from sqlalchemy import Connection, select

from newscrawl.archive.manifests import (
    LEDGER_SEAL,
    RULES,
    SIGNATURE,
    Manifest,
    manifest_bytes,
    manifest_path,
    read_manifest,
)
from newscrawl.archive.paths import LEDGER, MANIFESTS, POSTS, SEARCH, WARC, is_warc, unplaced_files
from newscrawl.archive.warc_files import OPEN, is_own_path, other_path
from newscrawl.atomic import file_digest
from newscrawl.errors import DamagedManifest
from newscrawl.integrity.damage import (
    ChangedFile,
    ChangedManifest,
    Damage,
    FileDamage,
    ManifestDamage,
    MissingFile,
    MissingManifest,
    ReturnedFile,
    StrayFile,
    UnchainedManifest,
    UnknownManifest,
)
from newscrawl.integrity.damage_ledger import ChangedDay
from newscrawl.integrity.model import Expected, ManifestEntry
from newscrawl.ledger.schema import GONE, files, manifests

MISSING, CHANGED = "missing", "changed"  # what `read_day` finds in place of a manifest
MANIFEST_FILES = re.compile(
    rf"{LEDGER_SEAL}|{RULES}/\d[\w.]*-[0-9a-f]{{12}}\.json|{MANIFESTS}/\d{{4}}-\d\d-\d\d\.jsonl({SIGNATURE})?"
)


def check_manifests(root: Path, connection: Connection | None, *, killed: bool) -> tuple[Expected, list[Damage]]:
    """Checks the manifests against the ledger, day by day. Returns the files that the archive should hold, too.

    Without a connection only the manifests say what they are.
    """
    in_ledger = {row.day: row for row in connection.execute(select(manifests))} if connection else {}
    on_disk = {path.stem for path in (root / MANIFESTS).glob("*.jsonl")}
    days = [
        Day(day, in_ledger.get(day), read_day(root, day), *ledger_day(connection, day, in_ledger.get(day)))
        for day in sorted({*in_ledger, *on_disk})
    ]
    found: list[Damage] = []
    entries: list[ManifestEntry] = []
    lost: list[ManifestEntry] = []
    proven: list[tuple[str, str]] = []
    last, digest = "", ""  # the manifest before
    for day, later in zip_longest(days, days[1:]):
        interrupted = killed and later is None and day.is_intact_in_ledger  # the next run writes it
        damage = day.damage(digest, later, ledger=connection is not None)
        if damage and not interrupted:
            found.append(damage)
        if day.row and day.derived != day.row.digest:
            found.append(ChangedDay(day.day, day.trusted is not None))
        entries += day.rows
        if day.trusted and day.derived != day.trusted.digest:
            known = {(entry.path, entry.digest) for entry in day.rows}
            missing = [entry for entry in entries_of(day.trusted) if (entry.path, entry.digest) not in known]
            lost += missing
            entries += missing
        if (day.trusted or day.is_intact_in_ledger) and day.previous == digest:
            proven.append((last, day.day))
        last, digest = day.day, day.digest or digest
    if connection:
        entries += ledger_rows(connection, "")
    held, moved, vacated = held_files(entries, killed=killed)
    return Expected(held, tuple(lost), vacated, tuple(proven), moved), found


class Day(NamedTuple):
    """What is known of the manifest of a day."""

    day: str
    row: Any  # of `manifests`; None: the ledger does not know it
    written: Manifest | str  # the file, or what is wrong with it
    rows: list[ManifestEntry]  # of `files`
    derived: str  # SHA-256 of the manifest that the ledger's rows make; empty without a row

    @property
    def trusted(self) -> Manifest | None:
        """The manifest as read from its file, unless the ledger has another digest for it."""
        if isinstance(self.written, str) or (self.row and self.row.digest != self.written.digest):
            return None
        return self.written

    @property
    def is_intact_in_ledger(self) -> bool:
        """Whether the ledger's rows make the manifest that was written."""
        return self.row is not None and self.derived == self.row.digest

    @property
    def digest(self) -> str:
        """The SHA-256 of the manifest as it was written; empty: not known."""
        return str(self.row.digest) if self.row else self.trusted.digest if self.trusted else ""

    @property
    def previous(self) -> str:
        """The SHA-256 of the manifest before it, as it was written; empty: it is the first, or not known."""
        return self.trusted.previous if self.trusted else str(self.row.previous) if self.row else ""

    def damage(self, before: str, later: Self | None, *, ledger: bool) -> ManifestDamage | None:
        """What is wrong with the manifest's file. `before`: the digest of the one before; `ledger`: there is one."""
        known = self.row is not None
        digest = self.digest or (later.previous if later else "")
        if self.written == MISSING:
            return MissingManifest(self.day, known, digest)
        if self.trusted is None:
            return ChangedManifest(self.day, known, digest)
        if self.trusted.previous != before:
            return UnchainedManifest(self.day, known)
        return None if known or not ledger else UnknownManifest(self.day, known)


def held_files(
    entries: Iterable[ManifestEntry], *, killed: bool
) -> tuple[Mapping[str, ManifestEntry], Mapping[str, ManifestEntry], frozenset[str]]:
    """The files that an archive should hold after all entries, in order; those that were moved out of it, by path.

    The last are the paths of files that a killed run did not delete.
    """
    last: dict[str, ManifestEntry] = {}
    vacated: set[str] = set()
    for entry in entries:
        if entry.size == GONE:
            last.pop(entry.path, None)
            if killed and not entry.day:
                vacated.add(entry.path)
        else:
            last[entry.path] = entry
            vacated.discard(entry.path)
    held = {path: entry for path, entry in last.items() if not entry.moved}
    return held, {path: entry for path, entry in last.items() if entry.moved}, frozenset(vacated)


def read_day(root: Path, day: str) -> Manifest | str:
    """The manifest of a day as read from its file, or what is wrong with it."""
    try:
        return read_manifest(root / manifest_path(day))
    except FileNotFoundError:
        return MISSING
    except (DamagedManifest, OSError):
        return CHANGED


def ledger_day(connection: Connection | None, day: str, row: Any) -> tuple[list[ManifestEntry], str]:
    """The files of a day in the ledger, and the SHA-256 of the manifest derived from them (empty without a row)."""
    if connection is None:
        return [], ""
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
        entries.append(
            ManifestEntry(entry["path"], "", size, sha256, **optional, day=manifest.day, moved=entry.get("moved", ""))
        )
    return entries


def check_files(root: Path, expected: Expected, *, killed: bool, waiting: Container[str]) -> Iterator[FileDamage]:
    """Compares the files on disk with those that the archive should hold.

    `waiting`: the SHA-256 of files that a killed run did not rename to their paths yet.
    """
    changed: list[FileDamage] = []
    for path, entry in sorted(expected.files.items()):
        if entry.digest in waiting:
            continue
        try:
            same = (root / path).stat().st_size == entry.size and file_digest(root / path) == entry.digest
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            yield MissingFile(path, entry.digest)
            continue
        if not same and entry.digest:
            changed.append(ChangedFile(path, entry.digest))
    yield from changed
    for name in names_in(root):
        if name not in expected.files and not is_known_file(name, expected, killed=killed):
            digest = file_digest(root / name) if (root / name).is_file() else ""
            moved = expected.moved.get(name)
            is_back = moved and moved.digest == digest
            yield ReturnedFile(name, moved.moved) if moved and is_back else StrayFile(name, digest)


def unplaced(root: Path, expected: Expected) -> dict[str, Path]:
    """The files that a killed run did not rename to their paths yet, or did before it told the ledger; by SHA-256."""
    waiting = unplaced_files(root)
    for path, entry in expected.files.items():
        other = root / other_path(path)
        if is_warc(path) and not (root / path).exists() and other.is_file() and file_digest(other) == entry.digest:
            waiting[entry.digest] = other
    return waiting


def names_in(root: Path) -> Iterator[str]:
    """Yields the files of an archive: those in its folders, and files in its root that look like a ledger.

    Symbolic links, and what they lead to, are none.
    """
    folders = (folder for folder in (POSTS, WARC, MANIFESTS) if not (root / folder).is_symlink())
    paths = (path for folder in folders for path in sorted((root / folder).rglob("*")))
    for path in (*paths, *sorted(root.glob(f"*{LEDGER[-8:]}*"))):
        if not (path.is_dir() or path.is_symlink()):
            yield path.relative_to(root).as_posix()


def is_known_file(name: str, expected: Expected, *, killed: bool) -> bool:
    """Whether a file that no manifest lists belongs to an archive nevertheless."""
    folder = name.partition("/")[0]
    if folder == WARC:
        return name.endswith(OPEN) or (killed and is_own_path(name))
    if folder == POSTS:
        return name in expected.vacated
    if folder == MANIFESTS:
        return MANIFEST_FILES.fullmatch(name) is not None
    return name in {LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm"} or name.startswith(SEARCH.partition(".")[0] + ".")
