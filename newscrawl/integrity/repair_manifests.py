"""The repair of manifests and rules."""

import hashlib
from collections.abc import Iterator

import msgspec
from sqlalchemy import delete, insert, select

from newscrawl.archive.manifests import RULES, derive_manifest, manifest_path, write_manifest, write_rules
from newscrawl.archive.paths import LEDGER, MANIFESTS, QUARANTINE
from newscrawl.archive.rules import rules_version, site_of
from newscrawl.integrity.check_files import entries_of, read_day
from newscrawl.integrity.model import ManifestEntry
from newscrawl.integrity.plan import RestoreDays, RestoreRules, RewriteManifests
from newscrawl.integrity.quarantine import quarantine
from newscrawl.integrity.repair_posts import key_of
from newscrawl.integrity.work import Repair, Work
from newscrawl.ledger.database import upsert
from newscrawl.ledger.schema import (
    files,
    manifests,
    rules,
)
from newscrawl.version import __version__

PROVEN = 2  # how much a text is trusted that has the digest in its version


def restore_rules(work: Work, action: RestoreRules) -> Iterator[Repair]:
    """Restores a version of the rules from its row or its file, whichever can be trusted more."""
    root, version = work.root, action.version
    name, row = f"{RULES}/{version}.json", f"{LEDGER}, rules {version}"
    path = root / name
    with work.ledger.reading() as connection:
        in_ledger = connection.execute(select(rules.c.site).where(rules.c.version == version)).scalar()
    on_disk = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
    of_ledger, of_file = (-1 if text is None else trust(text, version) for text in (in_ledger, on_disk))
    if on_disk is not None and of_file > max(of_ledger, 0):
        with work.ledger.transaction() as connection:
            values = {"version": version, "newscrawl": version.partition("-")[0], "site": on_disk}
            upsert(connection, rules, [values], ("newscrawl", "site"))
        yield Repair(row, "were restored from their file")
        return
    if path.is_file():
        quarantine(root, name)
    if in_ledger is None:
        yield Repair(row, "are lost; their file is also damaged", done=False)
        return
    write_rules(root, version, in_ledger)
    if on_disk is not None and of_file == of_ledger < PROVEN:
        yield Repair(
            name, f"differed from the ledger's, and neither is proven; its file is in {QUARANTINE}/", done=False
        )
    else:
        yield Repair(name, "was restored from the ledger")


def restore_days(work: Work, action: RestoreDays) -> Iterator[Repair]:
    """Restores the rows of `files` of some days from their manifests.

    All later rows are inserted anew after them: of the versions of a file, the row with the highest id is the newest.
    """
    ledger = work.ledger
    wanted = {day: read_day(work.root, day) for day in action.days}
    restored = {day: manifest for day, manifest in wanted.items() if not isinstance(manifest, str)}
    if not restored:
        return
    with ledger.transaction() as connection:
        known = {*connection.execute(select(manifests.c.day)).scalars(), ""}
        known |= {path.stem for path in (work.root / MANIFESTS).glob("*.jsonl")}
        for lost in work.found.expected.lost_rows:  # its row may have a damaged day
            same = (files.c.path == lost.path) & (files.c.digest == lost.digest)
            connection.execute(delete(files).where(same, files.c.day.not_in(known)))
        first = min(restored)
        later = (files.c.day >= first) | (files.c.day == "")
        kept = connection.execute(select(files).where(later).order_by(files.c.id)).mappings().all()
        connection.execute(delete(files).where(later))
        days = sorted({*restored, *(row["day"] for row in kept)} - {""})
        for day in (*days, ""):
            if day in restored:
                entries = entries_of(restored[day])
                new = [entry._replace(key=key_of(entry, work.rebuilder))._asdict() for entry in entries]
            else:
                new = [{name: row[name] for name in ManifestEntry._fields} for row in kept if row["day"] == day]
            if new:
                connection.execute(insert(files), new)
        for day, manifest in sorted(restored.items()):
            names = ("newscrawl", "previous", "digest")
            values = {"day": day} | {name: getattr(manifest, name) for name in names}
            upsert(connection, manifests, [values], names)
    for day, manifest in sorted(restored.items()):
        how = f"were restored from {manifest_path(day)} ({len(manifest.entries)})"
        yield Repair(f"{LEDGER}, files of {day}", how)


def rewrite_manifests(work: Work, action: RewriteManifests) -> Iterator[Repair]:
    """Writes manifests again from the ledger; if one cannot be restored to its old bytes, the later ones change too."""
    root, ledger = work.root, work.ledger
    with ledger.reading() as connection:
        in_ledger = {row.day: row for row in connection.execute(select(manifests))}
        days = set(connection.execute(select(files.c.day).distinct()).scalars()) - {""}
    for day in sorted(set(action.days) - in_ledger.keys() - days):
        how = "is lost"
        if (root / manifest_path(day)).is_file():
            quarantine(root, manifest_path(day))
            how = f"is lost, and was moved to {QUARANTINE}/; its files are added to the next manifest"
        yield Repair(manifest_path(day), how, done=False)
    for day in sorted(in_ledger.keys() | days):
        row, path = in_ledger.get(day), root / manifest_path(day)
        with ledger.transaction() as connection:
            data = derive_manifest(connection, day, row.newscrawl if row else __version__)
        same = row is not None and hashlib.sha256(data).hexdigest() == row.digest
        if same and day not in action.days:
            continue
        if path.is_file() and path.read_bytes() == data:
            yield Repair(f"{LEDGER}, manifest of {day}", "was restored from its file")
            continue
        write_manifest(root, day, data)
        if same:
            yield Repair(manifest_path(day), "was restored from the ledger")
        else:
            yield Repair(manifest_path(day), "was rewritten and differs; its signature is no longer valid", done=False)


def trust(text: str, version: str) -> int:
    """How much a text can be trusted as the site file of a version: PROVEN, 1 it may be a site file, 0 it is none."""
    try:
        return PROVEN if rules_version(site_of(text)) == version else 1
    except msgspec.DecodeError:  # written by another newscrawl, or damaged
        return int(version.partition("-")[0] != __version__ and text.startswith("{") and text.endswith("}"))
