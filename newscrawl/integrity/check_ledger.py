"""The check of the ledger: its file, its own consistency, and its agreement with the archive."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Boolean, Connection, Integer, func, select

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
from newscrawl.ledger.database import HEADER, VERSION
from newscrawl.ledger.migrations import SCHEMA
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schema import articles, captures, items, listings, metadata, revisions, rules
from newscrawl.provenance import HAS_ARTICLE

FORMATS = slice(18, 20)  # of the versions in SQLite's header that say how a file may be written and read
KNOWN_FORMATS = (1, 2)  # a rollback journal, a write-ahead log


# The file


def damaged_header(root: Path, _: Connection) -> Iterator[LedgerFault]:
    """Yields a damage if the header of the ledger's file says that this SQLite may not write it."""
    with (root / LEDGER).open("rb") as file:
        header = file.read(HEADER)
    if len(header) == HEADER and not all(number in KNOWN_FORMATS for number in header[FORMATS]):
        yield UnusableLedger("cannot be written: its header differs from what was written")


def damaged_pages(_: Path, connection: Connection) -> Iterator[LedgerFault]:
    """Yields the faults that SQLite's own integrity check finds, at most 20."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield DatabaseFault(" ".join(str(line).split()))


def damaged_rows(_: Path, connection: Connection) -> Iterator[LedgerFault]:
    """Yields the tables with values of a wrong type, or texts that are not UTF-8; SQLite itself rejects neither."""
    for table in metadata.sorted_tables:
        columns = [
            (column.name, isinstance(column.type, Integer | Boolean), column.nullable) for column in table.columns
        ]
        wrong = " OR ".join(
            f"""typeof("{name}") NOT IN ('{"integer" if is_number else "text"}'{", 'null'" if nullable else ""})"""
            for name, is_number, nullable in columns
        )
        texts = ", ".join(f'CAST("{name}" AS BLOB)' for name, is_number, _ in columns if not is_number)
        query = f'SELECT {wrong}, {texts or "NULL"} FROM "{table.name}"'  # noqa: S608 (own names only)
        count = 0
        for mistyped, *values in connection.exec_driver_sql(query):
            count += bool(mistyped) or not all(map(is_text, values))
        if count:
            yield DamagedRows(table.name, count)


def is_text(data: bytes | None) -> bool:
    """Whether bytes are UTF-8, as every text of the ledger is; so is no value.

    >>> is_text(None), is_text("文".encode()), is_text(bytes([255]))
    (True, True, False)
    """
    try:
        return data is None or data.decode() is not None
    except UnicodeDecodeError:
        return False


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


def matches_digest(record: str, digest: str) -> bool:
    """Whether a record (JSON) has the digest that the ledger states for it.

    >>> matches_digest("{}", article_digest({})), matches_digest("{", "")
    (True, False)
    """
    try:
        return article_digest(json.loads(record)) == digest
    except (ValueError, AttributeError):
        return False


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
