"""Manifests: for each day, the files that were written with their digests, chained by the previous manifest's digest.

A manifest is derived from the ledger and has the same bytes whenever it is made again, so either can be rebuilt from
the other. The last manifest grows until its day is over.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from newscrawl.archive.paths import LEDGER, MANIFESTS, POSTS, WARC, unfinished
from newscrawl.atomic import file_digest, make_folder, sync_folder, write_whole
from newscrawl.errors import DamagedManifest
from newscrawl.ledger.database import upsert
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import GONE, files, manifests, metadata, rules
from newscrawl.version import __version__

LEDGER_SEAL = f"{MANIFESTS}/ledger.json"
RULES = f"{MANIFESTS}/rules"  # the site files that articles were read with, in case the ledger is lost
WHOLE = 2**27  # bytes; the digest of a larger ledger would take longer than a short run
SIGNATURE = ".sig"


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest as read from its file."""

    day: str
    newscrawl: str  # version that wrote it
    previous: str  # SHA-256 of the previous manifest; empty: it is the first
    entries: list[dict[str, Any]]  # one per version of a file
    digest: str  # SHA-256 of the manifest's own file


def manifest_path(day: str) -> str:
    """The path of a day's manifest, from the archive's root."""
    return f"{MANIFESTS}/{day}.jsonl"


def manifest_bytes(day: str, newscrawl: str, previous: str, rows: Iterable[Mapping[Any, Any]]) -> bytes:
    """The bytes of a manifest (JSON Lines): a header line, then a line for each row of `files`, which come in order.

    >>> manifest_bytes("2026-03-11", "0.1.0", "", [])
    b'{"manifest": 1, "day": "2026-03-11", "newscrawl": "0.1.0", "previous": ""}\\n'
    """
    lines: list[Mapping[str, Any]] = [{"manifest": 1, "day": day, "newscrawl": newscrawl, "previous": previous}]
    lines += [entry_of(row) for row in rows]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()


def entry_of(row: Mapping[Any, Any]) -> dict[str, Any]:
    """The entry of a manifest for a row of `files`.

    >>> entry_of({"path": "posts/x.md", "size": -1, "url": "", "docid": "", "key": "x"})
    {'path': 'posts/x.md', 'gone': True}
    >>> entry_of({"path": "warc/x", "size": 5, "digest": "ab", "key": "", "moved": "/mnt/old"})
    {'path': 'warc/x', 'size': 5, 'sha256': 'ab', 'moved': '/mnt/old'}
    """
    if row["size"] == GONE:
        return {"path": row["path"], "gone": True}
    entry = {"path": row["path"], "size": row["size"], "sha256": row["digest"]}
    if row["key"]:
        entry |= {name: row[name] for name in ("url", "docid", "revision", "rules", "flavour", "body")}
    if row["moved"]:
        entry["moved"] = row["moved"]
    return entry


def read_manifest(path: Path) -> Manifest:
    """Reads a manifest. Raises DamagedManifest, OSError."""
    data = path.read_bytes()
    try:
        head, *entries = [json.loads(line) for line in data.decode().splitlines()]
        day, newscrawl, previous = head["day"], head["newscrawl"], head["previous"]
        if day != path.stem or not data.endswith(b"\n") or not all(map(is_valid_entry, entries)):
            raise DamagedManifest(f"{path.name} is truncated or was changed")
    except (ValueError, TypeError, KeyError) as error:
        raise DamagedManifest(f"{path.name} is not a manifest") from error
    return Manifest(day, newscrawl, previous, entries, hashlib.sha256(data).hexdigest())


ABOUT = {"url": str, "docid": str, "revision": int, "rules": str, "flavour": str, "body": str, "moved": str}


def is_valid_entry(entry: Any) -> bool:
    """Whether an entry of a manifest is valid and its path is within the archive. Raises KeyError, TypeError.

    >>> [is_valid_entry({"path": path, "gone": True}) for path in ("posts/x.md", "/etc/x", "posts/../x")]
    [True, False, False]
    >>> is_valid_entry({"path": "posts/x.md"})
    False
    """
    path, size, digest = entry["path"], entry.get("size"), entry.get("sha256")
    if not isinstance(path, str) or not path.startswith((f"{POSTS}/", f"{WARC}/")) or ".." in path.split("/"):
        return False
    complete = isinstance(size, int) and isinstance(digest, str)
    typed = all(isinstance(entry[name], kind) for name, kind in ABOUT.items() if name in entry)
    return bool(entry.get("gone") or (complete and typed))


# Writing


def seal(root: Path, ledger: Ledger, today: date) -> None:
    """Adds the files written since the last seal to the manifest of `today`, or of a later day that has one already."""
    with ledger.transaction() as connection:
        count_unknown(root, connection)
        if connection.execute(select(files.c.id).where(files.c.day == "").limit(1)).first() is None:
            return
        last = connection.execute(select(func.max(manifests.c.day))).scalar() or ""
        day = max(today.isoformat(), last)  # the days of the chain never decrease
        connection.execute(update(files).where(files.c.day == "").values(day=day))
        data = derive_manifest(connection, day, __version__)
    ledger.sync()  # else a manifest might know what the ledger does not
    write_manifest(root, day, data)


def count_unknown(root: Path, connection: Connection) -> None:
    """Fills in size and digest of files that an earlier newscrawl wrote, and deletes the rows of missing ones."""
    unknown = select(files.c.id, files.c.path).where(files.c.digest == "", files.c.size != GONE)
    for row in connection.execute(unknown).all():
        path = root / row.path
        if path.is_file():
            values = {"size": path.stat().st_size, "digest": file_digest(path)}
            connection.execute(update(files).where(files.c.id == row.id).values(values))
        else:
            connection.execute(delete(files).where(files.c.id == row.id))


def derive_manifest(connection: Connection, day: str, newscrawl: str) -> bytes:
    """The bytes of a day's manifest, derived from the ledger, which stores the manifest's digest.

    `newscrawl`: the version to name in it.
    """
    latest = select(manifests.c.digest).where(manifests.c.day < day).order_by(manifests.c.day.desc()).limit(1)
    previous = connection.execute(latest).scalar() or ""
    rows = connection.execute(select(files).where(files.c.day == day).order_by(files.c.path, files.c.id)).mappings()
    data = manifest_bytes(day, newscrawl, previous, rows)
    row = {"day": day, "newscrawl": newscrawl, "previous": previous, "digest": hashlib.sha256(data).hexdigest()}
    upsert(connection, manifests, [row], ("newscrawl", "previous", "digest"))
    return data


def write_manifest(root: Path, day: str, data: bytes) -> None:
    """Writes a manifest. Deletes its signature first, which would be of the old bytes."""
    path = root / manifest_path(day)
    make_folder(path.parent)
    signature = path.with_name(path.name + SIGNATURE)
    if signature.exists():
        signature.unlink()
        sync_folder(path.parent)
    write_whole(path, data, unfinished(root) / path.name)


def restore_last_manifest(root: Path, ledger: Ledger) -> None:
    """Writes the last manifest and the rules again if a run was killed after the commit and before the file."""
    with ledger.transaction() as connection:
        for row in connection.execute(select(rules)).all():
            write_rules(root, row.version, row.site)
        last = connection.execute(select(manifests).order_by(manifests.c.day.desc()).limit(1)).first()
        if last is None:
            return
        path = root / manifest_path(last.day)
        if path.is_file() and file_digest(path) == last.digest:
            return
        data = derive_manifest(connection, last.day, last.newscrawl)
    write_manifest(root, last.day, data)


def count_rows(ledger: Ledger) -> dict[str, int]:
    """The number of rows of each table of the ledger."""
    with ledger.reading() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        }


def seal_ledger(root: Path, rows: Mapping[str, int]) -> None:
    """Writes row counts and digest of the closed ledger, so that a check detects lost rows (rows are never deleted).

    The digest is null when the ledger is larger than `WHOLE`, or when a reader has prevented the checkpoint of the
    write-ahead log.
    """
    write_seal(root, rows, ledger_digest(root))


def ledger_digest(root: Path) -> str | None:
    """The SHA-256 of the closed ledger; None where there is none to be had."""
    path = root / LEDGER
    wal = path.with_name(f"{LEDGER}-wal")
    checkpointed = not (wal.exists() and wal.stat().st_size)
    return file_digest(path) if checkpointed and path.stat().st_size <= WHOLE else None


def write_seal(root: Path, rows: Mapping[str, int], digest: str | None) -> None:
    """Writes the seal of the ledger, if it is another one."""
    text = json.dumps({"rows": rows, "sha256": digest}) + "\n"
    note = root / LEDGER_SEAL
    if not note.is_file() or note.read_bytes() != text.encode():
        make_folder(note.parent)
        write_whole(note, text.encode(), unfinished(root) / note.name)


def read_seal(root: Path) -> dict[str, Any]:
    """The seal of the ledger, `{"rows": {table: count}, "sha256"}`; empty when it is missing or damaged."""
    try:
        text = (root / LEDGER_SEAL).read_text(encoding="utf-8")
        seal = json.loads(text)
        valid = {type(seal["sha256"]), *map(type, seal["rows"].values())} <= {str, int, type(None)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return dict(seal) if valid and text == f"{json.dumps(seal)}\n" else {}


def unseal_ledger(root: Path) -> None:
    """Removes the count of the ledger's rows, before some are deleted; the end of the run counts them again."""
    (root / LEDGER_SEAL).unlink(missing_ok=True)


def write_rules(root: Path, version: str, site: str) -> None:
    """Writes the site file of a version of the rules, if it does not exist yet. `site`: as JSON."""
    path = root / RULES / f"{version}.json"
    if not path.exists():
        make_folder(path.parent)
        write_whole(path, site.encode(), unfinished(root) / path.name)
