"""The check of the ledger: its file, its own consistency, and its agreement with the archive."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, func, select

from newscrawl.archive.manifests import RULES, read_seal
from newscrawl.archive.paths import LEDGER, is_post
from newscrawl.atomic import file_digest
from newscrawl.integrity.damage import Damage
from newscrawl.integrity.damage_ledger import (
    ChangedLedger,
    ChangedRevision,
    ChangedRulesFile,
    ChangedSeal,
    DamagedRows,
    DatabaseFault,
    LedgerFault,
    MissingArticle,
    MissingCapture,
    MissingEntry,
    MissingItem,
    MissingItemArticle,
    MissingOriginal,
    MissingRevisions,
    MissingRows,
    MissingRules,
    MissingRulesFile,
    MissingSeal,
    UnusableLedger,
)
from newscrawl.integrity.model import Expected
from newscrawl.ledger.database import VERSION
from newscrawl.ledger.examine import faults, has_odd_header, matches_digest, misfits
from newscrawl.ledger.migrations import SCHEMA
from newscrawl.ledger.schema import articles, captures, items, listings, metadata, revisions, rules
from newscrawl.provenance import HAS_ARTICLE

# The file


def damaged_header(root: Path, _: Connection) -> Iterator[LedgerFault]:
    """Yields a damage if the header of the ledger's file says that this SQLite may not write it."""
    if has_odd_header(root):
        yield UnusableLedger("cannot be written: its header differs from what was written")


def damaged_pages(_: Path, connection: Connection) -> Iterator[LedgerFault]:
    """Yields the faults that SQLite's own integrity check finds, and the indexes that are missing."""
    yield from map(DatabaseFault, faults(connection))


def damaged_rows(_: Path, connection: Connection) -> Iterator[LedgerFault]:
    """Yields the tables with values that their columns cannot hold, or texts that are not UTF-8."""
    for table in metadata.sorted_tables:
        if count := misfits(connection, table):
            yield DamagedRows(table.name, count)


def version_is_damaged(root: Path) -> bool:
    """Whether a ledger of a newer version is one of this version: with its number, it has the digest of its seal."""
    data = (root / LEDGER).read_bytes()
    restored = data[: VERSION.start] + SCHEMA.to_bytes(4, "big") + data[VERSION.stop :]
    return hashlib.sha256(restored).hexdigest() == read_seal(root).get("sha256")


# The seal


def lost_rows(root: Path, connection: Connection, *, killed: bool) -> Iterator[Damage]:
    """Yields the tables with fewer rows than at the end of the last run; rows are never deleted from the ledger."""
    seal = read_seal(root)
    counts = seal.get("rows", {})
    seal_differs = bool(counts) and not metadata.tables.keys() <= counts.keys()
    for name, table in metadata.tables.items():
        now, count = connection.execute(select(func.count()).select_from(table)).scalar_one(), counts.get(name, 0)
        if now < count:
            yield MissingRows(name, count - now, count)
        seal_differs = seal_differs or now > count
    if seal_differs and seal.get("sha256") and not killed:
        yield ChangedSeal()


def changed_ledger(root: Path, expected: Expected, *, explained: bool) -> Iterator[Damage]:
    """Yields a damage if the ledger's bytes differ from its seal and no other damage of it explains that.

    Not for an archive whose run was killed: that leaves no seal.
    """
    seal = read_seal(root)
    if not seal and (expected.proven or any(entry.day for entry in expected.files.values())):
        yield MissingSeal()
    if seal.get("sha256") and not explained and file_digest(root / LEDGER) != seal["sha256"]:
        yield ChangedLedger()


# The rows


def unheld_posts(connection: Connection, expected: Expected) -> Iterator[Damage]:
    """Yields the posts without an article, and the articles without a post."""
    posts = set(filter(is_post, expected.files))
    held = set(connection.execute(select(articles.c.path)).scalars())
    for path in sorted(posts - held):
        yield MissingArticle(path)
    for path in sorted(held - posts):
        yield MissingEntry(path)


def lost_revisions(connection: Connection) -> Iterator[Damage]:
    """Yields the articles whose earlier revisions are incomplete."""
    count = func.count(revisions.c.key)
    names = (articles.c.url, articles.c.path, articles.c.revision)
    earlier = select(*names, count).outerjoin(revisions, revisions.c.key == articles.c.key)
    incomplete = earlier.group_by(articles.c.key).having(count != articles.c.revision - 1)
    for url, path, revision, held in connection.execute(incomplete):
        yield MissingRevisions(path, url, revision - 1 - held, revision - 1)


def lost_captures(connection: Connection) -> Iterator[Damage]:
    """Yields the missing captures to which articles, revisions and revisits refer."""
    numbers = set(connection.execute(select(captures.c.id)).scalars())
    for table in (articles, revisions):
        for key, ids in connection.execute(select(table.c.key, table.c.captures).where(table.c.captures != "")):
            for number in ids.split():
                if not number.lstrip("-").isdecimal() or int(number) not in numbers:
                    yield MissingCapture(number, key)
    refers = select(captures.c.id, captures.c.refers).where(captures.c.refers.is_not(None))
    for number, original in connection.execute(refers):
        if original not in numbers:
            yield MissingOriginal(original, number)


def lost_items(connection: Connection) -> Iterator[Damage]:
    """Yields the missing items of listings, and the missing articles of items."""
    listed = select(listings.c.channel, listings.c.day, listings.c.key)
    without_item = listed.outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
    for channel, day, key in connection.execute(without_item):
        yield MissingItem(key, channel, day)
    joined = select(items.c.key, items.c.article).outerjoin(articles, articles.c.key == items.c.article)
    for key, article in connection.execute(joined.where(items.c.state.in_(HAS_ARTICLE), articles.c.key.is_(None))):
        yield MissingItemArticle(article, key)


def changed_rows(connection: Connection) -> Iterator[Damage]:
    """Yields the articles and revisions whose record does not match its digest."""
    for table in (articles, revisions):
        columns = (table.c.key, table.c.revision, table.c.digest, table.c.record)
        for row in connection.execute(select(*columns)):
            if row.digest and not matches_digest(row.record, row.digest):
                path = connection.execute(select(articles.c.path).where(articles.c.key == row.key)).scalar() or ""
                yield ChangedRevision(path, row.revision, row.key)


def rules_mismatch(root: Path, connection: Connection, *, killed: bool) -> Iterator[Damage]:
    """Yields the versions of the rules whose file and row in the ledger differ."""
    in_ledger = {row.version: row.site for row in connection.execute(select(rules))}
    on_disk: defaultdict[str, str] = defaultdict(str)
    for path in filter(Path.is_file, (root / RULES).glob("[0-9]*.json")):
        on_disk[path.stem] = path.read_text(encoding="utf-8", errors="replace")
    for version in sorted(in_ledger.keys() | on_disk.keys()):
        if version not in on_disk:
            if killed:
                continue  # the next run writes it
            yield MissingRulesFile(version)
        elif version not in in_ledger:
            yield MissingRules(version)
        elif in_ledger[version] != on_disk[version]:
            yield ChangedRulesFile(version)
