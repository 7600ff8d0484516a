"""The ledger, held against itself and the archive."""

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

KEPT = ("kept", "known", "gone")


# The ledger


def misfitting(execute: Callable[[str], Iterable[Any]]) -> Iterator[Damage]:
    """Rows that hold what no newscrawl writes: a number where a text belongs. SQLite itself does not mind."""
    for table in metadata.sorted_tables:
        kinds = {
            column.name: ("integer" if isinstance(column.type, Integer | Boolean) else "text", column.nullable)
            for column in table.columns
        }
        wrong = " OR ".join(
            f"""typeof("{name}") NOT IN ('{kind}'{", 'null'" if nullable else ""})"""
            for name, (kind, nullable) in kinds.items()
        )
        for (count,) in execute(f'SELECT count(*) FROM "{table.name}" WHERE {wrong}'):  # noqa: S608 (names of ours)
            if count:
                yield Damage(f"{LEDGER}, table {table.name}", f"{count} rows are not what was written")


def damaged_pages(connection: Connection) -> Iterator[Damage]:
    """What the database says of its own pages."""
    for (line,) in connection.exec_driver_sql("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield Damage(LEDGER, " ".join(str(line).split()))


def lost_rows(root: Path, connection: Connection) -> Iterator[Damage]:
    """Tables that have fewer rows than at the end of the last run: none ever goes out of the ledger."""
    note = sealed(root)
    counts = note.get("rows", {})
    more = bool(counts) and not metadata.tables.keys() <= counts.keys()
    for name, table in metadata.tables.items():
        now, count = connection.execute(select(func.count()).select_from(table)).scalar_one(), counts.get(name, 0)
        if now < count:
            yield Damage(f"{LEDGER}, table {name}", f"{count - now} of {count} rows are not there")
        more = more or now > count
    if more and note.get("sha256") and not was_killed(root):
        yield Damage(LEDGER_SEAL, "is not what was written")


def sealed(root: Path) -> dict[str, Any]:
    """What the last run noted of the ledger; empty where it did not, or where that cannot be read."""
    try:
        text = (root / LEDGER_SEAL).read_text(encoding="utf-8")
        note = json.loads(text)
        whole = {type(note["sha256"]), *map(type, note["rows"].values())} <= {str, int, type(None)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return dict(note) if whole and text == f"{json.dumps(note)}\n" else {}


def changed_ledger(root: Path, found: Check) -> Iterator[Damage]:
    """Whether the ledger is as the last run left it, to the byte; not asked after a run that was killed."""
    if was_killed(root):
        return
    note = sealed(root)
    if not note and (found.manifests or any(entry.day for entry in found.files.values())):
        yield Damage(LEDGER_SEAL, "is not there, or not what was written")
    if note.get("sha256") and not found.ledger and file_digest(root / LEDGER) != note["sha256"]:
        yield Damage(LEDGER, f"is not what the last run left, or {LEDGER_SEAL} is not")


def contradictions(connection: Connection, found: Check) -> Iterator[Damage]:
    """Rows that speak of others that are not there."""
    yield from unheld_posts(connection, found)
    yield from lost_revisions(connection)
    yield from lost_captures(connection)
    yield from lost_items(connection)


def unheld_posts(connection: Connection, found: Check) -> Iterator[Damage]:
    """Posts without an article, and articles without a post."""
    posts = {path for path in found.files if is_post(path)}
    held = set(connection.execute(select(articles.c.path)).scalars())
    for path in sorted(posts - held):
        yield Damage(f"{LEDGER}, article of {path}", "is not there")
    for path in sorted(held - posts):
        yield Damage(f"{LEDGER}, file of {path}", "is not there")


def lost_revisions(connection: Connection) -> Iterator[Damage]:
    """Articles that were something else before, which is not there."""
    count = func.count(revisions.c.key)
    earlier = select(articles.c.url, articles.c.revision, count).outerjoin(revisions, revisions.c.key == articles.c.key)
    lacking = earlier.group_by(articles.c.key).having(count != articles.c.revision - 1)
    for url, revision, there in connection.execute(lacking):
        yield Damage(f"{LEDGER}, revisions of {url}", f"{revision - 1 - there} of {revision - 1} are not there")


def lost_captures(connection: Connection) -> Iterator[Damage]:
    """Captures that articles, revisions and revisits speak of."""
    numbers = set(connection.execute(select(captures.c.id)).scalars())
    for table in (articles, revisions):
        for key, said in connection.execute(select(table.c.key, table.c.captures).where(table.c.captures != "")):
            for number in said.split():
                if not number.lstrip("-").isdecimal() or int(number) not in numbers:
                    yield Damage(f"{LEDGER}, capture {number} of {key}", "is not there")
    refers = select(captures.c.id, captures.c.refers).where(captures.c.refers.is_not(None))
    for number, original in connection.execute(refers):
        if original not in numbers:
            yield Damage(f"{LEDGER}, capture {original}", f"is not there, and capture {number} refers to it")


def lost_items(connection: Connection) -> Iterator[Damage]:
    """Items that a list named, and articles that items are of."""
    listed = select(listings.c.channel, listings.c.day, listings.c.key)
    nameless = listed.outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
    for channel, day, key in connection.execute(nameless):
        yield Damage(f"{LEDGER}, item {key}", f"is not there, and {channel} of {day} named it")
    unheld = select(items.c.key, items.c.article).outerjoin(articles, articles.c.key == items.c.article)
    for key, article in connection.execute(unheld.where(items.c.state.in_(KEPT), articles.c.key.is_(None))):
        yield Damage(f"{LEDGER}, article {article}", f"is not there, and item {key} is of it")


def changed_rows(connection: Connection) -> Iterator[Damage]:
    """Articles and revisions whose record is not what it was."""
    for table in (articles, revisions):
        for row in connection.execute(select(table.c.key, table.c.revision, table.c.digest, table.c.record)):
            if row.digest and not sound(row.record, row.digest):
                yield Damage(f"{LEDGER}, revision {row.revision} of {row.key}", "is not what was written")


def sound(record: str, said: str) -> bool:
    """Whether a record has the digest that the ledger says.

    >>> sound("{}", article_digest({})), sound("{", "")
    (True, False)
    """
    try:
        return article_digest(json.loads(record)) == said
    except (ValueError, AttributeError):
        return False


def rules_mismatch(root: Path, connection: Connection, *, killed: bool) -> Iterator[Damage]:
    """Rules that the ledger and their file do not agree on."""
    noted = {row.version: row.site for row in connection.execute(select(rules))}
    there: defaultdict[str, str] = defaultdict(str)
    for path in filter(Path.is_file, (root / RULES).glob("[0-9]*.json")):
        there[path.stem] = path.read_text(encoding="utf-8", errors="replace")
    for version in sorted(noted.keys() | there.keys()):
        if version not in there:
            if killed:
                continue  # the next run writes it
            yield Damage(f"{RULES}/{version}.json", "is not there")
        elif version not in noted:
            yield Damage(f"{LEDGER}, rules {version}", "are not there")
        elif noted[version] != there[version]:
            yield Damage(f"{RULES}/{version}.json", "is not what was written")
