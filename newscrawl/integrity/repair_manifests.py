"""The repair of manifests and rules."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import delete, insert, select

from newscrawl.archive.manifests import RULES, derive_manifest, manifest_path, write_manifest, write_rules
from newscrawl.archive.paths import LEDGER, MANIFESTS, QUARANTINE
from newscrawl.archive.rules import rules_version, site_of
from newscrawl.integrity.check_files import entries_of, read_day
from newscrawl.integrity.damage import Check
from newscrawl.integrity.quarantine import Repair, quarantine
from newscrawl.integrity.rebuild import Rebuilder
from newscrawl.integrity.repair_posts import key_of
from newscrawl.ledger.database import upsert
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import (
    files,
    manifests,
    rules,
)
from newscrawl.version import __version__


def repair_rules(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Restores the ledger's rules from their files, and the files from the ledger."""
    with ledger.transaction() as connection:
        in_ledger = {row.version: row.site for row in connection.execute(select(rules))}
    for path in sorted(filter(Path.is_file, (root / RULES).glob("[0-9]*.json"))):
        text = path.read_text(encoding="utf-8", errors="replace")
        site = in_ledger.get(path.stem)
        if text == site:
            continue
        if site is None or trust(text, path.stem) > trust(site, path.stem):
            if not trust(text, path.stem):
                quarantine(root, path.relative_to(root).as_posix())
                yield Repair(f"{LEDGER}, rules {path.stem}", "are lost; their file is also damaged", done=False)
                continue
            with ledger.transaction() as connection:
                row = {"version": path.stem, "newscrawl": path.stem.partition("-")[0], "site": text}
                upsert(connection, rules, [row], ("newscrawl", "site"))
            in_ledger[path.stem] = text
            yield Repair(f"{LEDGER}, rules {path.stem}", "were restored from their file")
        else:
            quarantine(root, path.relative_to(root).as_posix())
    for version, text in in_ledger.items():
        if not (root / RULES / f"{version}.json").is_file():
            write_rules(root, version, text)
            yield Repair(f"{RULES}/{version}.json", "was restored from the ledger")


def repair_files(ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Restores lost rows of the ledger's table `files` from the manifests."""
    with ledger.transaction() as connection:
        known = {*connection.execute(select(manifests.c.day)).scalars(), ""}
        known |= {path.stem for path in (rebuilder.root / MANIFESTS).glob("*.jsonl")}
        for lost in found.lost_rows:  # its row may have a damaged day
            same = (files.c.path == lost.path) & (files.c.digest == lost.digest)
            connection.execute(delete(files).where(same, files.c.day.not_in(known)))
    for day in sorted({entry.day for entry in found.lost_rows}):
        manifest = read_day(rebuilder.root, day)
        if isinstance(manifest, str):
            continue
        entries = entries_of(manifest)
        with ledger.transaction() as connection:
            connection.execute(delete(files).where(files.c.day == day))
            for entry in entries:
                connection.execute(insert(files).values(entry._replace(key=key_of(entry, rebuilder))._asdict()))
            row = {
                "day": day,
                "newscrawl": manifest.newscrawl,
                "previous": manifest.previous,
                "digest": manifest.digest,
            }
            upsert(connection, manifests, [row], ("newscrawl", "previous", "digest"))
        yield Repair(f"{LEDGER}, files of {day}", f"were restored from {manifest_path(day)} ({len(entries)})")


def repair_manifests(root: Path, ledger: Ledger, found: Check) -> Iterator[Repair]:
    """Writes manifests again from the ledger; if one cannot be restored to its old bytes, the later ones change too."""
    with ledger.transaction() as connection:
        in_ledger = {row.day: row for row in connection.execute(select(manifests))}
        days = set(connection.execute(select(files.c.day).distinct()).scalars()) - {""}
    for day in sorted(found.manifests.keys() - in_ledger.keys() - days):
        quarantine(root, manifest_path(day))
        how = f"is lost, and was moved to {QUARANTINE}/; its files are added to the next manifest"
        yield Repair(manifest_path(day), how, done=False)
    for day in sorted(in_ledger.keys() | days):
        row = in_ledger.get(day)
        with ledger.transaction() as connection:
            data = derive_manifest(connection, day, row.newscrawl if row else __version__)
        same = row is not None and hashlib.sha256(data).hexdigest() == row.digest
        if same and day not in found.manifests:
            continue
        write_manifest(root, day, data)
        if same:
            yield Repair(manifest_path(day), "was restored from the ledger")
        else:
            yield Repair(manifest_path(day), "was rewritten and differs; its signature is no longer valid", done=False)


def trust(text: str, version: str) -> int:
    """How much a text can be trusted as the site file of a version: 2 digest matches, 1 it is a site file, 0 not."""
    try:
        return 2 if rules_version(site_of(text)) == version else 1
    except msgspec.DecodeError:  # written by another newscrawl, or damaged
        return int(version.partition("-")[0] != __version__ and text.startswith("{") and text.endswith("}"))
