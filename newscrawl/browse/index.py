"""The search database of an archive: a copy of the ledger's articles for reading, filtering and searching.

It is a separate file, so that the ledger is only read. It holds nothing that the ledger does not, and can be deleted at
any time. Each update is one transaction, so it is always complete, and several processes can read it.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, tzinfo
from functools import cache
from itertools import count, pairwise
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, RowMapping, func, select

from newscrawl import disk
from newscrawl.browse.search import terms
from newscrawl.controls import with_texts, without_controls
from newscrawl.errors import ArchiveError, SiteError, Unwritable
from newscrawl.ledger.database import errors_of
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.revisions import compare, describe
from newscrawl.ledger.schema import articles, items, revisions, runs
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import short_hash

FORMAT = 1  # `user_version` of the file; a file of another format is replaced
BATCH = 200  # articles that are read together
WAIT = 10.0  # seconds to wait for another process that writes the file

# The columns that an article's row depends on; the digest stands for the record.
STAMPED = ("url", "channel", "published", "path", "layout", "flags", "kept", "revision", "digest", "captures")
TABLES = """
CREATE TABLE articles (
    key TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    published TEXT NOT NULL,  -- on the site's clock, as all times here
    day TEXT NOT NULL,
    channel TEXT NOT NULL,    -- its label, or where it has none its folder
    source TEXT NOT NULL,
    stocks TEXT NOT NULL,     -- JSON, as are keywords, flags and captures
    author TEXT NOT NULL,
    byline TEXT NOT NULL,
    editor TEXT NOT NULL,
    keywords TEXT NOT NULL,
    pictures INTEGER NOT NULL,
    folder TEXT NOT NULL,
    layout TEXT NOT NULL,
    flags TEXT NOT NULL,
    revision INTEGER NOT NULL,
    kept TEXT NOT NULL,       -- since when it reads so
    gone TEXT NOT NULL,       -- when its page was found gone
    docid TEXT NOT NULL,
    url TEXT NOT NULL,
    post TEXT NOT NULL,
    captures TEXT NOT NULL
);
CREATE INDEX articles_published ON articles (published DESC, key);
CREATE INDEX articles_day ON articles (day);
CREATE INDEX articles_channel ON articles (channel);
CREATE INDEX articles_source ON articles (source);
CREATE INDEX articles_revision ON articles (revision) WHERE revision > 1;
CREATE TABLE revisions (
    key TEXT REFERENCES articles (key),
    revision INTEGER,
    read TEXT NOT NULL,
    change TEXT NOT NULL,
    title_before TEXT NOT NULL,
    lines TEXT NOT NULL,
    captures TEXT NOT NULL,
    PRIMARY KEY (key, revision)
);
CREATE TABLE not_kept (
    key TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    day TEXT NOT NULL,
    list TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    tries INTEGER NOT NULL,
    looked TEXT NOT NULL,
    due TEXT NOT NULL,
    url TEXT NOT NULL
);
CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    started TEXT NOT NULL,
    ended TEXT NOT NULL,
    task TEXT NOT NULL,
    exit INTEGER,
    written INTEGER,
    revised INTEGER,
    failed TEXT NOT NULL,
    requests INTEGER
);
CREATE TABLE stamps (key TEXT PRIMARY KEY, stamp TEXT NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE articles_fts USING fts5 (title, text, about, content='');
"""

SearchRow = dict[str, Any]


class SupportsProgress(Protocol):
    """The progress of an update: `expect` adds to the number of articles, `advance` counts one as done."""

    def expect(self, more: int) -> None: ...  # noqa: D102
    def advance(self) -> None: ...  # noqa: D102


def update_search(root: Path, path: Path, progress: SupportsProgress | None = None) -> None:
    """Updates the search database at `path` from the ledger of an archive, or creates it, in one transaction.

    Raises ArchiveError if one of them cannot be used, ArchiveDamaged if the ledger is damaged, and Unwritable if the
    search database cannot be written.
    """
    try:
        _bring_up(root, path, progress)
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # a subclass: a bug in newscrawl
            raise
        remove(path)  # damaged, or of another format
        _bring_up(root, path, progress)


def _bring_up(root: Path, path: Path, progress: SupportsProgress | None) -> None:
    is_new = not path.exists()
    try:
        with (
            errors_of(root),
            Ledger(root, read_only=True) as ledger,
            ledger.reading() as connection,
            closing(_open_search(path)) as search,
        ):
            copy(connection, search, progress)
            search.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if disk.is_busy(error):
            advice = "wait for another newscrawl browse to be ready"
            raise ArchiveError(f"{path} cannot be written: {error}; {advice}") from error
        if is_new and path.exists():
            remove(path)  # what there was room for
        raise Unwritable(f"{path} cannot be written: {disk.words_of(error)}") from error


def _open_search(path: Path) -> sqlite3.Connection:
    """Opens a search database with its tables, in a transaction that is rolled back unless it is committed."""
    search = sqlite3.connect(path, isolation_level=None, timeout=WAIT)
    try:
        search.row_factory = sqlite3.Row
        search.execute("PRAGMA cache_size = -65536")
        search.execute("BEGIN IMMEDIATE")
        version = search.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, FORMAT):
            raise sqlite3.DatabaseError("of another format")  # noqa: TRY301
        if version == 0:
            for statement in TABLES.split(";\n"):
                search.execute(statement)
            search.execute(f"PRAGMA user_version = {FORMAT}")
    except BaseException:
        search.close()
        raise
    return search


def remove(path: Path) -> None:
    """Deletes a search database and its journal. Raises Unwritable if it cannot."""
    try:
        for name in (path.name, f"{path.name}-journal"):
            path.with_name(name).unlink(missing_ok=True)
    except OSError as error:
        raise Unwritable(f"{path} cannot be written: {disk.words_of(error)}") from error


# From the ledger


def copy(ledger: Connection, search: sqlite3.Connection, progress: SupportsProgress | None = None) -> None:
    """Copies articles that are new or changed in the ledger since the last update, and deletes those it has lost."""
    known = dict(map(tuple, search.execute("SELECT key, stamp FROM stamps")))
    now = stamps(ledger)
    for key in known.keys() - now.keys():
        delete_article(search, key)
    # A contentless FTS5 index cannot delete rows, so old ones stay. The number of a row is never used again.
    numbers = count(search.execute("SELECT coalesce(max(id), 0) + 1 FROM articles_fts_docsize").fetchone()[0])
    todo = [key for key, stamp in now.items() if known.get(key) != stamp]
    if progress:
        progress.expect(len(todo))
    for start in range(0, len(todo), BATCH):
        keys = todo[start : start + BATCH]
        earlier = readings(ledger, keys)
        for article in ledger.execute(select(articles).where(articles.c.key.in_(keys))).mappings():
            if article["key"] in known:
                delete_article(search, article["key"])
            insert_article(search, next(numbers), article, earlier[article["key"]])
            insert(search, "stamps", {"key": article["key"], "stamp": now[article["key"]]})
            if progress:
                progress.advance()
    zone = zone_of(ledger)
    search.execute("UPDATE articles SET gone = '' WHERE gone != ''")
    withdrawn = [(local(gone, zone), key) for key, gone in gone_of(ledger)]
    search.executemany("UPDATE articles SET gone = ? WHERE key = ?", withdrawn)
    for table, rows in (("not_kept", not_kept_of(ledger, zone)), ("runs", runs_of(ledger, zone))):
        search.execute(f"DELETE FROM {table}")  # noqa: S608
        for row in rows:
            insert(search, table, row)


def stamps(ledger: Connection) -> dict[str, str]:
    """A stamp of each article by key, which changes when its row does."""
    columns = [articles.c[name] for name in STAMPED]
    rows = ledger.execute(select(articles.c.key, *columns).execution_options(yield_per=1000))
    return {key: short_hash("\n".join(map(str, values))) for key, *values in rows}


def readings(ledger: Connection, keys: Sequence[str]) -> dict[str, list[RowMapping]]:
    """The revisions of articles by key, the oldest first."""
    found = defaultdict(list)
    query = select(revisions).where(revisions.c.key.in_(keys)).order_by(revisions.c.key, revisions.c.revision)
    for row in ledger.execute(query).mappings():
        found[row["key"]].append(row)
    return found


def gone_of(ledger: Connection) -> Iterator[tuple[str, int]]:
    """Yields the key of each article whose page is gone, with the time when that was found (epoch seconds)."""
    gone = select(items.c.article, func.max(items.c.gone)).where(items.c.gone.is_not(None)).group_by(items.c.article)
    yield from map(tuple, ledger.execute(gone))


def not_kept_of(ledger: Connection, zone: tzinfo) -> Iterator[SearchRow]:
    """Yields the items without an article in the archive, with state and reason."""
    for row in ledger.execute(select(items).where(items.c.article.is_(None))):
        yield {
            "key": row.key, "title": row.title, "day": row.day, "list": row.channel, "state": row.state,
            "reason": row.reason, "tries": row.tries, "looked": local(row.looked, zone), "due": local(row.due, zone),
            "url": row.url,
        }  # fmt: skip


def runs_of(ledger: Connection, zone: tzinfo) -> Iterator[SearchRow]:
    """Yields the runs of crawls with their counts."""
    for row in ledger.execute(select(runs)):
        summary = json.loads(row.summary or "{}")
        posts = summary.get("posts", {})
        failed = [f"{reason} {count}" for reason, count in summary.get("failed", {}).items()]
        yield {
            "id": row.id, "started": local(row.started, zone), "ended": local(row.ended, zone), "task": row.task,
            "exit": row.exit, "written": posts.get("written"), "revised": posts.get("revised"),
            "failed": ", ".join(failed), "requests": summary.get("requests"),
        }  # fmt: skip


# Into the search database


def insert_article(search: sqlite3.Connection, number: int, row: RowMapping, earlier: Sequence[RowMapping]) -> None:
    """Inserts an article that is not in the database, with its revisions. `earlier`: its earlier readings."""
    record = plain_record(row)
    shown = entry(row, record)
    insert(search, "articles", {"rowid": number, **shown})
    insert(search, "articles_fts", {"rowid": number, **indexed(shown, record["text"])})
    for change in changes(row, record, earlier):
        insert(search, "revisions", change)


def plain_record(row: RowMapping) -> SearchRow:
    """The record of a row, without the controls that an earlier newscrawl may have kept."""
    record: SearchRow = with_texts(json.loads(row["record"]), without_controls)
    return record


def delete_article(search: sqlite3.Connection, key: str) -> None:
    """Deletes an article."""
    for table in ("revisions", "stamps", "articles"):
        search.execute(f"DELETE FROM {table} WHERE key = ?", (key,))  # noqa: S608


def insert(search: sqlite3.Connection, table: str, row: SearchRow) -> None:
    """Inserts a row into a table."""
    marks = ", ".join("?" * len(row))
    search.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()])  # noqa: S608


def entry(row: RowMapping, record: SearchRow) -> SearchRow:
    """The row of an article for readers."""
    published = record["published"] or ""
    zone = (datetime.fromisoformat(published).tzinfo if published else None) or UTC
    return {
        "key": row["key"],
        "title": record["title"],
        "published": published[:19].replace("T", " "),
        "day": published[:10],
        "channel": channel_label(record),
        "source": record["source"],
        "stocks": as_json([*dict.fromkeys(record["stocks"])]),
        "author": record["author"],
        "byline": " ".join(record["byline"]),
        "editor": record["editor"],
        "keywords": as_json(record["keywords"]),
        "pictures": len(record["images"]),
        "folder": record["channel"],
        "layout": row["layout"],
        "flags": as_json(row["flags"].split()),
        "revision": row["revision"],
        "kept": local(row["kept"], zone),
        "gone": "",
        "docid": row["docid"],
        "url": row["url"],
        "post": row["path"],
        "captures": as_json([int(number) for number in row["captures"].split()]),
    }


def indexed(shown: SearchRow, text: str) -> SearchRow:
    """The searchable text of an article: headline, text, and the other fields."""
    names = ("source", "author", "byline", "editor", "docid")
    stocks = json.loads(shown["stocks"])
    codes = [stock.lstrip("abcdefghijklmnopqrstuvwxyz") for stock in stocks]  # sh600519 is found as 600519, too
    about = [*(shown[name] for name in names), *json.loads(shown["keywords"]), *stocks, *codes]
    return {"title": terms(shown["title"]), "text": terms(text), "about": terms("\n".join(about))}


def changes(row: RowMapping, record: SearchRow, earlier: Sequence[RowMapping]) -> Iterator[SearchRow]:
    """Yields the changes of an article between successive readings."""
    zone = (datetime.fromisoformat(record["published"]).tzinfo if record["published"] else None) or UTC
    all_readings = [(reading, plain_record(reading)) for reading in earlier] + [(row, record)]
    for (_, old), (now, new) in pairwise(all_readings):
        change = compare(old, new)
        yield {
            "key": now["key"],
            "revision": now["revision"],
            "read": local(now["kept"], zone),
            "change": describe(change),
            "title_before": change.title[0] if change.title else "",
            "lines": "\n".join(change.lines),
            "captures": as_json([int(number) for number in now["captures"].split()]),
        }


def channel_label(record: SearchRow) -> str:
    """The label of an article's channel, else the folder of its URL.

    >>> record = {"site": "sina_finance", "categories": ["金融", "新浪财经", "新浪财经－股市"], "channel": "stock/s"}
    >>> channel_label(record), channel_label(record | {"categories": ["金融", "新浪财经"]})
    ('新浪财经－股市', 'stock/s')
    """
    labels = [name for name in record["categories"] if name not in _categories(record["site"])]
    return str(labels[-1] if labels else record["channel"])


@cache
def _categories(site: str) -> tuple[str, ...]:
    """The categories that every article of a site has; none if its site file cannot be loaded."""
    try:
        return tuple(load_site(site).categories)
    except SiteError:
        return ()


def as_json(value: Any) -> str:
    """A list as JSON, for Datasette's facets."""
    return json.dumps(value, ensure_ascii=False)


def zone_of(ledger: Connection) -> tzinfo:
    """The time zone of the site, by the newest article."""
    newest = ledger.execute(select(func.max(articles.c.published))).scalar()
    return (datetime.fromisoformat(newest).tzinfo if newest else None) or UTC


def local(instant: str | int | None, zone: tzinfo) -> str:
    """An instant, in ISO 8601 or in epoch seconds, as local time; empty for none.

    >>> local(0, UTC), local("1970-01-01T08:00:05+08:00", UTC), local(None, UTC)
    ('1970-01-01 00:00:00', '1970-01-01 00:00:05', '')
    """
    if instant is None or instant == "":
        return ""
    moment = datetime.fromisoformat(instant) if isinstance(instant, str) else datetime.fromtimestamp(instant, UTC)
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M:%S}"
