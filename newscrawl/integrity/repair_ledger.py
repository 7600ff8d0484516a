"""Repair of the ledger."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Integer, Table, delete, func, select
from sqlalchemy.exc import IntegrityError

from newscrawl.archive.paths import LEDGER, is_post, unfinished, was_killed
from newscrawl.archive.prepared import record_of
from newscrawl.extraction.article import Article
from newscrawl.integrity.check_ledger import misfitting, sealed, sound
from newscrawl.integrity.damage import Check, ManifestEntry
from newscrawl.integrity.quarantine import Repair, quarantine, second_of, sha256_of
from newscrawl.integrity.rebuild import Rebuilder
from newscrawl.integrity.repair_posts import key_of
from newscrawl.ledger.database import upsert
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.migrations import SCHEMA
from newscrawl.ledger.record import article_row, revision_row
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schedule import next_recrawl
from newscrawl.ledger.schema import articles, items, listings, metadata, revisions
from newscrawl.posts.render import post_of

# The ledger as a whole


def readable(root: Path) -> bool:
    """Whether the ledger is a database that is whole, and all its text is text."""
    if not (root / LEDGER).is_file():
        return False
    try:
        with closing(sqlite3.connect(root / LEDGER)) as connection:
            (line,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for table in metadata.tables:
                for _ in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 (a name of ours)
                    pass
            whole = line == "ok" and version == SCHEMA and not [*misfitting(connection.execute)]
            connection.execute(f"PRAGMA user_version = {version}")  # which fails where the file says it is read-only
    except sqlite3.Error:
        return False
    return whole


def renew_ledger(root: Path) -> Iterator[Repair]:
    """Makes a new ledger, of the rows that can still be read in the damaged one."""
    old = root / LEDGER
    killed = was_killed(root)
    new = unfinished(root) / "ledger"
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir()
    with Ledger(new) as ledger:
        saved = salvage(old, ledger) if old.exists() else 0
    for ending in ("-wal", "-shm"):
        if (root / f"{LEDGER}{ending}").exists():
            quarantine(root, f"{LEDGER}{ending}")
    if old.exists():
        quarantine(root, LEDGER, shutil.copy2)
    (new / LEDGER).replace(old)
    if not killed:
        shutil.rmtree(unfinished(root), ignore_errors=True)
    yield Repair(LEDGER, f"was made anew; {saved} rows of the old one could be read, the rest comes from the files")


def salvage(old: Path, ledger: Ledger) -> int:
    """Takes over the rows of a damaged ledger that can be read, and gives how many they are."""
    saved = 0
    with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        source.text_factory = lambda data: data.decode("utf-8", "replace")
        for table in metadata.sorted_tables:
            with suppress(sqlite3.Error), ledger.batch():  # the rows before a damaged one count
                for found in source.execute(f'SELECT * FROM "{table.name}"'):  # noqa: S608 (a name of ours)
                    row = {name: found[name] for name in found.keys() if name in table.columns}  # noqa: SIM118
                    if row_fits(table, row):
                        with suppress(IntegrityError), ledger.writing() as connection:
                            upsert(connection, table, [row], ())
                            saved += 1
    return saved


def row_fits(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether a row may be one of a table: each column holds what belongs there, and nothing that never was text."""
    for column in table.columns:
        value = row.get(column.name)
        kind = int if isinstance(column.type, Integer | Boolean) else str
        if not (isinstance(value, kind) or (value is None and column.nullable)):
            return False
        if isinstance(value, str) and "\0" in value and column.name not in ("record", "evidence"):
            return False
    return True


def repair_articles(ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Reads articles and revisions that the ledger lacks, or has wrong, out of their captures."""
    with ledger.writing() as connection:
        before: dict[str, int] = Counter()
        for old in connection.execute(select(revisions.c.key, revisions.c.digest, revisions.c.record)):
            before[old.key] += not old.digest or sound(old.record, old.digest)
        held, whole, earlier = {}, set(), set()
        names = (articles.c.path, articles.c.key, articles.c.revision, articles.c.digest, articles.c.record)
        for row in connection.execute(select(*names)):
            held[row.path] = row.key
            if row.revision > 0 and (not row.digest or sound(row.record, row.digest)):
                whole.add(row.path)
                if before[row.key] < row.revision - 1:
                    earlier.add(row.path)
    for path, entry in sorted(found.files.items()):
        if is_post(path) and (path not in whole or path in earlier):
            key = held.get(path) or entry.key or key_of(entry, rebuilder)
            yield from rebuild(ledger, entry, key, rebuilder, there=path in whole)


def rebuild(ledger: Ledger, entry: ManifestEntry, key: str, rebuilder: Rebuilder, *, there: bool) -> Iterator[Repair]:
    """Writes what an article is and was into the ledger; only what it was where it is `there`."""
    what = f"{LEDGER}, article of {entry.path}"
    readings: list[tuple[str, Article]] = []
    for date, article in rebuilder.readings(key, rebuilder.site(entry.rules, entry.url)):
        if not readings or article_digest(readings[-1][1].record()) != article_digest(article.record()):
            readings.append((date, article))
    if not readings:
        yield Repair(what, f"cannot be read again: no capture of it; newscrawl fetch {entry.url} -o …", done=False)
        return
    sha = [sha256_of(post_of(article, entry.flavour or "hexo", entry.body or "clean")) for _, article in readings]
    last = sha.index(entry.digest) if entry.digest in sha else len(readings) - 1
    readings = readings[: last + 1]
    revision = entry.revision or len(readings)
    rows = []
    for (date, article), number in zip(readings[::-1], range(revision, 0, -1), strict=False):
        reading = record_of(article)
        rows.append(article_row(reading, entry.path, reading.flags, second_of(date), number) | {"key": key})
    with ledger.writing() as connection:
        if not there:
            upsert(connection, articles, rows[:1], [name for name in rows[0] if name != "key"])
        for new, old in pairwise(rows):
            row = revision_row(old, new["kept"])
            upsert(connection, revisions, [row], [name for name in row if name not in ("key", "revision", "replaced")])
    yield Repair(what, "was read out of its captures")
    if len(rows) < revision:
        yield Repair(what, f"{revision - len(rows)} earlier revisions are lost", done=False)


def repair_items(ledger: Ledger, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Notes items that a list named and the ledger lacks: those of articles as known, others as to be fetched."""
    with ledger.writing() as connection:
        named = select(listings).outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
        for row in connection.execute(named).all():
            article = connection.execute(select(articles).where(articles.c.key == row.key)).first()
            urls = [capture.url for capture in rebuilder.captured.get(row.key, [])]
            what = f"{LEDGER}, item {row.key}"
            if article is None and not urls:
                how = f"its address is lost; newscrawl crawl {row.channel} --since {row.day} --until {row.day} -o …"
                connection.execute(delete(listings).where(listings.c.key == row.key))
                yield Repair(what, how, done=False)
                continue
            item = {"key": row.key, "url": article.url if article else urls[0], "channel": row.channel, "day": row.day}
            item |= {"state": "listed"}
            if article:
                published = int(datetime.fromisoformat(article.published).timestamp())
                due = next_recrawl(published, ledger.now)
                item |= {"state": "known", "article": row.key, "published": published, "due": due}
            upsert(connection, items, [item], ())
            yield Repair(what, "is known again" if article else "will be fetched again")


def lost_for_good(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Rows that nothing else tells of."""
    with ledger.writing() as connection:
        for name, count in sealed(root).get("rows", {}).items():
            if name in metadata.tables:
                now = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
                if now < count:
                    how = f"{count - now} rows are lost; {REREAD.get(name, 'nothing else tells of them')}"
                    yield Repair(f"{LEDGER}, table {name}", how, done=False)


REREAD = {
    "listings": "a crawl with --since reads the lists again",
    "windows": "a crawl with --since reads the lists again",
    "watermarks": "the next crawl of that channel begins two days back; give --since",
    "runs": "nothing of the articles depends on them",
    "items": "a crawl with --since reads the lists again",
}
