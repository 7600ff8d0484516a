"""The repair of the ledger."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Integer, Table, delete, func, select
from sqlalchemy.exc import IntegrityError

from newscrawl.archive.paths import LEDGER, is_post, unfinished, was_killed
from newscrawl.archive.prepared import record_of
from newscrawl.extraction.article import Article
from newscrawl.integrity.check_ledger import matches_digest, read_seal, wrong_types
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
from newscrawl.provenance import State


def readable(root: Path) -> bool:
    """Whether the ledger is an intact database of this version, and all its values have the right types."""
    if not (root / LEDGER).is_file():
        return False
    try:
        with closing(sqlite3.connect(root / LEDGER)) as connection:
            (line,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            for table in metadata.tables:
                for _ in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 (own names only)
                    pass
            intact = line == "ok" and version == SCHEMA and not [*wrong_types(connection.execute)]
            connection.execute(f"PRAGMA user_version = {version}")  # fails if the file's header marks it read-only
    except sqlite3.Error:
        return False
    return intact


def renew_ledger(root: Path) -> Iterator[Repair]:
    """Creates a new ledger from the readable rows of the damaged one, which is quarantined."""
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
    yield Repair(LEDGER, f"was rebuilt from {saved} rows of the old one; the rest is restored from the files")


def salvage(old: Path, ledger: Ledger) -> int:
    """Copies the readable rows of a damaged ledger, and returns their number."""
    saved = 0
    with closing(sqlite3.connect(f"{old.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.row_factory = sqlite3.Row
        source.text_factory = lambda data: data.decode("utf-8", "replace")
        for table in metadata.sorted_tables:
            with ledger.transaction() as connection, suppress(sqlite3.Error):  # keep the rows before a damaged one
                for found in source.execute(f'SELECT * FROM "{table.name}"'):  # noqa: S608 (own names only)
                    row = {name: found[name] for name in found.keys() if name in table.columns}  # noqa: SIM118
                    if row_fits(table, row):
                        with suppress(IntegrityError):
                            upsert(connection, table, [row], ())
                            saved += 1
    return saved


def row_fits(table: Table, row: Mapping[str, Any]) -> bool:
    """Whether a row has a value of the right type in each column of a table, and no NUL in a text except in JSON."""
    for column in table.columns:
        value = row.get(column.name)
        kind = int if isinstance(column.type, Integer | Boolean) else str
        if not (isinstance(value, kind) or (value is None and column.nullable)):
            return False
        if isinstance(value, str) and "\0" in value and column.name not in ("record", "evidence"):
            return False
    return True


def repair_articles(ledger: Ledger, found: Check, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Restores missing or damaged articles and revisions of the ledger from their captures."""
    with ledger.transaction() as connection:
        before: dict[str, int] = Counter()
        for old in connection.execute(select(revisions.c.key, revisions.c.digest, revisions.c.record)):
            before[old.key] += not old.digest or matches_digest(old.record, old.digest)
        held, intact, incomplete = {}, set(), set()
        names = (articles.c.path, articles.c.key, articles.c.revision, articles.c.digest, articles.c.record)
        for row in connection.execute(select(*names)):
            held[row.path] = row.key
            if row.revision > 0 and (not row.digest or matches_digest(row.record, row.digest)):
                intact.add(row.path)
                if before[row.key] < row.revision - 1:
                    incomplete.add(row.path)
    for path, entry in sorted(found.files.items()):
        if is_post(path) and (path not in intact or path in incomplete):
            key = held.get(path) or entry.key or key_of(entry, rebuilder)
            yield from rebuild(ledger, entry, key, rebuilder, intact=path in intact)


def rebuild(ledger: Ledger, entry: ManifestEntry, key: str, rebuilder: Rebuilder, *, intact: bool) -> Iterator[Repair]:
    """Restores an article and its revisions in the ledger; only its earlier revisions if the article is `intact`."""
    what = f"{LEDGER}, article of {entry.path}"
    readings: list[tuple[str, Article]] = []
    for date, article in rebuilder.readings(key, rebuilder.site(entry.rules, entry.url)):
        if not readings or article_digest(readings[-1][1].record()) != article_digest(article.record()):
            readings.append((date, article))
    if not readings:
        yield Repair(what, f"cannot be restored without a capture; newscrawl fetch {entry.url} -o …", done=False)
        return
    digests = [sha256_of(post_of(article, entry.flavour or "hexo", entry.body or "clean")) for _, article in readings]
    last = digests.index(entry.digest) if entry.digest in digests else len(readings) - 1
    readings = readings[: last + 1]
    revision = entry.revision or len(readings)
    rows = []
    for (date, article), number in zip(readings[::-1], range(revision, 0, -1), strict=False):
        reading = record_of(article)
        rows.append(article_row(reading, entry.path, reading.flags, second_of(date), number) | {"key": key})
    with ledger.transaction() as connection:
        if not intact:
            upsert(connection, articles, rows[:1], [name for name in rows[0] if name != "key"])
        for new, old in pairwise(rows):
            row = revision_row(old, new["kept"])
            upsert(connection, revisions, [row], [name for name in row if name not in ("key", "revision", "replaced")])
    yield Repair(what, "was restored from its captures")
    if len(rows) < revision:
        yield Repair(what, f"{revision - len(rows)} earlier revisions are lost", done=False)


def repair_items(ledger: Ledger, rebuilder: Rebuilder) -> Iterator[Repair]:
    """Restores missing items of listings: as `known` if the article is held, else as `listed`."""
    with ledger.transaction() as connection:
        named = select(listings).outerjoin(items, items.c.key == listings.c.key).where(items.c.key.is_(None))
        for row in connection.execute(named).all():
            article = connection.execute(select(articles).where(articles.c.key == row.key)).first()
            urls = [capture.url for capture in rebuilder.captured.get(row.key, [])]
            what = f"{LEDGER}, item {row.key}"
            if article is None and not urls:
                how = f"its URL is lost; newscrawl crawl {row.channel} --since {row.day} --until {row.day} -o …"
                connection.execute(delete(listings).where(listings.c.key == row.key))
                yield Repair(what, how, done=False)
                continue
            item = {"key": row.key, "url": article.url if article else urls[0], "channel": row.channel, "day": row.day}
            item |= {"state": State.LISTED}
            if article:
                published = int(datetime.fromisoformat(article.published).timestamp())
                due = next_recrawl(published, int(datetime.now(UTC).timestamp()))
                item |= {"state": State.KNOWN, "article": row.key, "published": published, "due": due}
            upsert(connection, items, [item], ())
            yield Repair(what, "was restored" if article else "will be fetched again")


def unrecoverable_rows(root: Path, ledger: Ledger) -> Iterator[Repair]:
    """Yields the tables whose lost rows are stored nowhere else."""
    with ledger.transaction() as connection:
        for name, count in read_seal(root).get("rows", {}).items():
            if name in metadata.tables:
                now = connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
                if now < count:
                    how = f"{count - now} rows are lost; {REREAD.get(name, 'they are stored nowhere else')}"
                    yield Repair(f"{LEDGER}, table {name}", how, done=False)


REREAD = {
    "listings": "a crawl with --since reads the lists again",
    "windows": "a crawl with --since reads the lists again",
    "watermarks": "the next crawl of that channel begins two days back; give --since",
    "runs": "no article depends on them",
    "items": "a crawl with --since reads the lists again",
}
