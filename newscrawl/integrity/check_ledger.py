"""The check of the ledger: its own consistency, and its agreement with the archive."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, Integer, func, select

from newscrawl.archive.manifests import LEDGER_SEAL, RULES
from newscrawl.archive.paths import LEDGER, is_post, was_killed
from newscrawl.atomic import file_digest
from newscrawl.integrity.damage import Check, Damage
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schema import articles, captures, items, listings, metadata, revisions, rules
from newscrawl.provenance import HAS_ARTICLE


def wrong_types(execute: Callable[[str], Iterable[Any]]) -> Iterator[Damage]:
    """Yields the tables with values of a wrong type, which SQLite itself does not reject."""
    for table in metadata.sorted_tables:
        kinds = {
            column.name: ("integer" if isinstance(column.type, Integer | Boolean) else "text", column.nullable)
            for column in table.columns
        }
        wrong = " OR ".join(
            f"""typeof("{name}") NOT IN ('{kind}'{", 'null'" if nullable else ""})"""
            for name, (kind, nullable) in kinds.items()
        )
        for (count,) in execute(f'SELECT count(*) FROM "{table.name}" WHERE {wrong}'):  # noqa: S608 (own names only)
            if count:
                yield Damage(f"{LEDGER}, table {table.name}", f"{count} rows differ from what was written")


def damaged_pages(connection: Connection) -> Iterator[Damage]:
    """Yields the faults that SQLite's own integrity check finds, at most 20."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield Damage(LEDGER, " ".join(str(line).split()))


def lost_rows(root: Path, connection: Connection) -> Iterator[Damage]:
    """Yields the tables with fewer rows than at the end of the last run; rows are never deleted from the ledger."""
    seal = read_seal(root)
    counts = seal.get("rows", {})
    seal_differs = bool(counts) and not metadata.tables.keys() <= counts.keys()
    for name, table in metadata.tables.items():
        now, count = connection.execute(select(func.count()).select_from(table)).scalar_one(), counts.get(name, 0)
        if now < count:
            yield Damage(f"{LEDGER}, table {name}", f"{count - now} of {count} rows are missing")
        seal_differs = seal_differs or now > count
    if seal_differs and seal.get("sha256") and not was_killed(root):
        yield Damage(LEDGER_SEAL, "differs from what was written")


def read_seal(root: Path) -> dict[str, Any]:
    """The seal of the ledger, `{"rows": {table: count}, "sha256"}`; empty when it is missing or damaged."""
    try:
        text = (root / LEDGER_SEAL).read_text(encoding="utf-8")
        seal = json.loads(text)
        valid = {type(seal["sha256"]), *map(type, seal["rows"].values())} <= {str, int, type(None)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return dict(seal) if valid and text == f"{json.dumps(seal)}\n" else {}


def changed_ledger(root: Path, found: Check) -> Iterator[Damage]:
    """Yields a damage if the ledger's bytes differ from its seal; nothing after a killed run, which leaves no seal."""
    if was_killed(root):
        return
    seal = read_seal(root)
    if not seal and (found.manifests or any(entry.day for entry in found.files.values())):
        yield Damage(LEDGER_SEAL, "is missing, or differs from what was written")
    if seal.get("sha256") and not found.ledger and file_digest(root / LEDGER) != seal["sha256"]:
        yield Damage(LEDGER, f"differs from what the last run wrote, or {LEDGER_SEAL} does")


def contradictions(connection: Connection, found: Check) -> Iterator[Damage]:
    """Yields the references to rows or files that are missing."""
    yield from unheld_posts(connection, found)
    yield from lost_revisions(connection)
    yield from lost_captures(connection)
    yield from lost_items(connection)


def unheld_posts(connection: Connection, found: Check) -> Iterator[Damage]:
    """Yields the posts without an article, and the articles without a post."""
    posts = {path for path in found.files if is_post(path)}
    held = set(connection.execute(select(articles.c.path)).scalars())
    for path in sorted(posts - held):
        yield Damage(f"{LEDGER}, article of {path}", "is missing")
    for path in sorted(held - posts):
        yield Damage(f"{LEDGER}, file of {path}", "is missing")


def lost_revisions(connection: Connection) -> Iterator[Damage]:
    """Yields the articles whose earlier revisions are incomplete."""
    count = func.count(revisions.c.key)
    earlier = select(articles.c.url, articles.c.revision, count).outerjoin(revisions, revisions.c.key == articles.c.key)
    incomplete = earlier.group_by(articles.c.key).having(count != articles.c.revision - 1)
    for url, revision, held in connection.execute(incomplete):
        yield Damage(f"{LEDGER}, revisions of {url}", f"{revision - 1 - held} of {revision - 1} are missing")


def lost_captures(connection: Connection) -> Iterator[Damage]:
    """Yields the missing captures to which articles, revisions and revisits refer."""
    numbers = set(connection.execute(select(captures.c.id)).scalars())
    for table in (articles, revisions):
        for key, ids in connection.execute(select(table.c.key, table.c.captures).where(table.c.captures != "")):
            for number in ids.split():
                if not number.lstrip("-").isdecimal() or int(number) not in numbers:
                    yield Damage(f"{LEDGER}, capture {number} of {key}", "is missing")
    refers = select(captures.c.id, captures.c.refers).where(captures.c.refers.is_not(None))
    for number, original in connection.execute(refers):
        if original not in numbers:
            yield Damage(f"{LEDGER}, capture {original}", f"is missing, and capture {number} refers to it")


def lost_items(connection: Connection) -> Iterator[Damage]:
    """Yields the missing items of listings, and the missing articles of items."""
    listed = select(listings.c.channel, listings.c.day, listings.c.key)
    without_item = listed.outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
    for channel, day, key in connection.execute(without_item):
        yield Damage(f"{LEDGER}, item {key}", f"is missing, and {channel} of {day} lists it")
    joined = select(items.c.key, items.c.article).outerjoin(articles, articles.c.key == items.c.article)
    for key, article in connection.execute(joined.where(items.c.state.in_(HAS_ARTICLE), articles.c.key.is_(None))):
        yield Damage(f"{LEDGER}, article {article}", f"is missing, and item {key} refers to it")


def changed_rows(connection: Connection) -> Iterator[Damage]:
    """Yields the articles and revisions whose record does not match its digest."""
    for table in (articles, revisions):
        for row in connection.execute(select(table.c.key, table.c.revision, table.c.digest, table.c.record)):
            if row.digest and not matches_digest(row.record, row.digest):
                yield Damage(f"{LEDGER}, revision {row.revision} of {row.key}", "differs from what was written")


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
            yield Damage(f"{RULES}/{version}.json", "is missing")
        elif version not in in_ledger:
            yield Damage(f"{LEDGER}, rules {version}", "are missing")
        elif in_ledger[version] != on_disk[version]:
            yield Damage(f"{RULES}/{version}.json", "differs from what was written")
