"""Repair of manifests and rules."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import delete, insert, select

from newscrawl.archive.manifests import RULES, make, manifest_path, write_manifest, write_rules
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

# Rows of the ledger


def repair_rules(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Fills the rules from their files, and the files from the ledger."""
    with ledger.writing() as connection:
        noted = {row.version: row.site for row in connection.execute(select(rules))}
    for path in sorted(filter(Path.is_file, (root / RULES).glob("[0-9]*.json"))):
        text = path.read_text(encoding="utf-8", errors="replace")
        said = noted.get(path.stem)
        if text == said:
            continue
        if said is None or trust(text, path.stem) > trust(said, path.stem):
            if not trust(text, path.stem):
                quarantine(root, path.relative_to(root).as_posix())
                yield Repair(f"{LEDGER}, rules {path.stem}", "are lost; their file is damaged, too", done=False)
                continue
            with ledger.writing() as connection:
                row = {"version": path.stem, "newscrawl": path.stem.partition("-")[0], "site": text}
                upsert(connection, rules, [row], ("newscrawl", "site"))
            noted[path.stem] = text
            yield Repair(f"{LEDGER}, rules {path.stem}", "were read out of their file")
        else:
            quarantine(root, path.relative_to(root).as_posix())
    for version, site in noted.items():
        if not (root / RULES / f"{version}.json").is_file():
            write_rules(root, version, site)
            yield Repair(f"{RULES}/{version}.json", "was written out of the ledger")


def repair_files(ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Makes the ledger's files of a day what its manifest says."""
    with ledger.writing() as connection:
        known = {*connection.execute(select(manifests.c.day)).scalars(), ""}
        known |= {path.stem for path in (rebuilder.root / MANIFESTS).glob("*.jsonl")}
        for lost in found.lost_rows:  # it may be there under a day that never was
            same = (files.c.path == lost.path) & (files.c.digest == lost.digest)
            connection.execute(delete(files).where(same, files.c.day.not_in(known)))
    for day in sorted({entry.day for entry in found.lost_rows}):
        manifest = read_day(rebuilder.root, day)
        if isinstance(manifest, str):
            continue
        entries = entries_of(manifest)
        with ledger.writing() as connection:
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
        yield Repair(f"{LEDGER}, files of {day}", f"were read out of {manifest_path(day)} ({len(entries)})")


def repair_manifests(root: Path, ledger: Ledger, found: Check) -> Iterator[Repair]:
    """Writes manifests again out of the ledger; where one is no more what it was, those behind it are chained anew."""
    with ledger.writing() as connection:
        noted = {row.day: row for row in connection.execute(select(manifests))}
        days = set(connection.execute(select(files.c.day).distinct()).scalars()) - {""}
    anew = False
    for day in sorted(found.manifests.keys() - noted.keys() - days):
        quarantine(root, manifest_path(day))
        yield Repair(
            manifest_path(day), f"is lost, and was put into {QUARANTINE}/; its files are counted again", done=False
        )
    for day in sorted(noted.keys() | days):
        row = noted.get(day)
        with ledger.writing() as connection:
            data = make(connection, day, row.newscrawl if row else __version__)
        same = row is not None and hashlib.sha256(data).hexdigest() == row.digest
        if same and day not in found.manifests:
            continue
        write_manifest(root, day, data)
        anew = anew or not same
        if same:
            yield Repair(manifest_path(day), "was written again out of the ledger")
        else:
            yield Repair(manifest_path(day), "was made anew, not as it was; a signature of it is void", done=False)


def trust(text: str, version: str) -> int:
    """How much speaks for a site file being that of a version of the rules: 2 all, 1 that it is one, 0 nothing."""
    try:
        return 2 if rules_version(site_of(text)) == version else 1
    except msgspec.DecodeError:  # of another newscrawl, or damaged
        return int(version.partition("-")[0] != __version__ and text.startswith("{") and text.endswith("}"))
