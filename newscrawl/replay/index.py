"""The index of a replay: the captures in WARC files, found by the headers of their records.

The index is an anonymous SQLite file on disk: a killed run leaves nothing behind, and a large index needs no more
memory. It is in memory only where the temporary folder has no room.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from newscrawl import disk
from newscrawl.ledger.articles import captures_kept
from newscrawl.ledger.files import warc_files
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import articles, captures
from newscrawl.provenance import Capture
from newscrawl.replay.scan import Found, microseconds
from newscrawl.replay.task import Page, ReplayTask
from newscrawl.stores import is_url

ROWS = 500  # rows of the ledger per fetch

TABLES = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY, file INT, offset INT, time INT, date TEXT, url TEXT, key TEXT, page INT, article INT,
    record TEXT, payload TEXT, revisit INT, refers TEXT, refers_url TEXT, refers_date TEXT,
    body INT  -- the capture that holds the body
);
CREATE TABLE members (file INT, offset INT, member BLOB, PRIMARY KEY (file, offset)) WITHOUT ROWID;
CREATE TABLE held (key TEXT PRIMARY KEY, since INT, seen INT DEFAULT 0) WITHOUT ROWID;
CREATE TABLE known (file INT, offset INT, id INT, payload TEXT, PRIMARY KEY (file, offset)) WITHOUT ROWID;
CREATE TABLE kept (id INTEGER PRIMARY KEY);  -- captures that an article of the archive was read from

-- First pages, except those captured before the held article was read: these are revisions already.
CREATE VIEW firsts AS
    SELECT c.*, coalesce(nullif(c.payload, ''), c.body) AS what
    FROM captures c LEFT JOIN held ON held.key = c.key
    WHERE c.page = 1 AND c.time >= coalesce(held.since, c.time);
-- Whether the page is the same as its predecessor; never of an article of several pages, whose others may differ.
CREATE VIEW in_turn AS
    SELECT c.*, c.url IS lag(c.url) OVER turn AND c.what IS lag(c.what) OVER turn
        AND NOT EXISTS (SELECT 1 FROM captures f WHERE f.key = c.key AND f.page > 1) AS repeated
    FROM firsts c WINDOW turn AS (PARTITION BY c.key ORDER BY c.time, c.file, c.offset);
CREATE VIEW backwards AS
    SELECT c.*, row_number() OVER (PARTITION BY c.key ORDER BY c.time DESC, c.file DESC, c.offset DESC) AS back
    FROM firsts c WHERE c.body IS NOT NULL;
CREATE VIEW places AS
    SELECT c.id, b.file AS file, b.offset AS offset, known.id AS known, known.payload AS payload,
        known.id IN (SELECT id FROM kept) AS kept
    FROM captures c JOIN captures b ON b.id = c.body
    LEFT JOIN known ON known.file = c.file AND known.offset = c.offset;
"""

# A revisit refers to its original by record id, or by URL and date; else its payload digest identifies the body.
RESOLVED = """
UPDATE captures SET body = id WHERE NOT revisit;
CREATE INDEX by_record ON captures (record) WHERE NOT revisit;
CREATE INDEX by_place ON captures (url, date) WHERE NOT revisit;
CREATE INDEX by_payload ON captures (payload, time) WHERE NOT revisit;
UPDATE captures AS c SET body = coalesce(
    (SELECT id FROM captures o WHERE NOT o.revisit AND o.record = c.refers AND c.refers <> ''
        ORDER BY o.file, o.offset LIMIT 1),
    (SELECT id FROM captures o WHERE NOT o.revisit AND o.url = c.refers_url AND o.date = c.refers_date
        ORDER BY o.file, o.offset LIMIT 1),
    (SELECT id FROM captures o WHERE NOT o.revisit AND o.payload = c.payload AND c.payload <> ''
        ORDER BY o.time, o.file, o.offset LIMIT 1)
) WHERE revisit;
CREATE INDEX by_key ON captures (key, page, time, file, offset);
"""

TASK = """
SELECT t.id, t.key, t.time, t.article, t.url, t.file, t.offset, p.file, p.offset, p.known, p.payload, p.kept
FROM {} t LEFT JOIN places p ON p.id = t.id
"""
IN_ORDER = TASK.format("in_turn") + "WHERE NOT t.repeated ORDER BY t.time, t.file, t.offset"
NEWEST = TASK.format("backwards") + "WHERE t.back = 1 ORDER BY t.time DESC, t.file DESC, t.offset DESC"
BEFORE = TASK.format("firsts") + (
    "WHERE t.key = ? AND t.body IS NOT NULL AND (t.time, t.file, t.offset) < (?, ?, ?)"
    "ORDER BY t.time DESC, t.file DESC, t.offset DESC LIMIT 1"
)
FURTHER = """
SELECT c.page, c.url, p.file, p.offset, p.known, p.payload, p.kept
FROM captures c JOIN places p ON p.id = c.id
WHERE c.key = ? AND c.page > 1
ORDER BY c.page, c.time < ?, abs(c.time - ?), c.file, c.offset
"""
COUNTS = """
SELECT
    count(*) - total(repeated), total(repeated), count(DISTINCT key),
    (SELECT count(*) FROM captures WHERE page > 1),
    (SELECT count(*) FROM captures c JOIN held ON held.key = c.key WHERE c.page = 1 AND c.time < held.since)
FROM in_turn
"""


class Counts(NamedTuple):
    """The number of captures of each kind."""

    due: int  # first pages to read
    repeated: int  # first pages that are the same as their predecessor
    articles: int  # articles of these first pages
    further: int  # further pages
    older: int  # first pages captured before the held article was read


class Index:
    """The captures of several files. Files are numbered in order of their names, whatever their order in the call."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """Creates an empty index of files; a file that is given twice counts once."""
        distinct = {path.resolve(): path for path in paths}
        self.paths = sorted(distinct.values(), key=lambda path: (path.name, str(path.resolve())))
        anonymous = ":memory:" if disk.needs_memory() else ""
        self.connection = sqlite3.connect(anonymous, isolation_level=None)
        self.connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
        self.has_further = False  # whether there are captures of further pages
        self.has_members = False  # whether there are records that cannot be read from their files

    def add(self, file: int, found: Iterable[Found]) -> None:
        """Adds the captures of a file, given by its number."""
        rows = (
            (
                file, each.offset, each.time, each.date, each.url, each.key, each.page, each.article,
                each.record, each.payload, each.refers is not None, *(each.refers or ("", "", "")),
            )
            for each in found
        )  # fmt: skip
        found = list(found)
        members = [(file, each.offset, each.member) for each in found if each.member]
        self.has_members = self.has_members or bool(members)
        self.connection.execute("BEGIN")
        self.connection.executemany(
            "INSERT INTO captures (file, offset, time, date, url, key, page, article, record, payload, revisit,"
            " refers, refers_url, refers_date) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            rows,
        )
        self.connection.executemany("INSERT INTO members VALUES (?, ?, ?)", members)
        self.connection.execute("COMMIT")

    def resolve(self) -> None:
        """Finds the body of each revisit. Call it after all files have been scanned."""
        self.connection.executescript(RESOLVED)
        further = self.connection.execute("SELECT 1 FROM captures WHERE page > 1 LIMIT 1")
        self.has_further = further.fetchone() is not None

    def compare_with(self, ledger: Ledger, root: Path) -> None:
        """Adds the articles that an archive holds, the times of their captures, and the ids of its own captures."""
        held = select(articles.c.key, articles.c.kept, articles.c.captures)
        folder = root.resolve()
        with ledger.reading() as connection:
            streamed = connection.execution_options(yield_per=ROWS).execute(held)
            for rows in streamed.partitions():
                firsts = {row.key: int(row.captures.split()[0]) for row in rows if row.captures}
                query = select(captures.c.id, captures.c.date).where(captures.c.id.in_(firsts.values()))
                dates = {row.id: row.date for row in connection.execute(query)}
                since = [(row.key, microseconds(dates.get(firsts.get(row.key, 0)) or row.kept)) for row in rows]
                self.connection.executemany("INSERT INTO held (key, since) VALUES (?, ?)", since)
            numbers = ((number,) for number in captures_kept(connection))
            self.connection.executemany("INSERT OR IGNORE INTO kept VALUES (?)", numbers)
            moved = {file.path: file.moved for file in warc_files(connection) if file.moved}
            places = {Path(where).resolve(): where for where in {*moved.values()} if not is_url(where)}
            for number, path in enumerate(path.resolve() for path in self.paths):
                name = own_name(path, folder, moved, places)
                own = select(captures.c.offset, captures.c.id, captures.c.payload).where(captures.c.file == name)
                for rows in connection.execution_options(yield_per=ROWS).execute(own).partitions():
                    self.connection.executemany(
                        "INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?)", [(number, *row) for row in rows]
                    )

    # Tasks

    def counts(self) -> Counts:
        """The number of captures of each kind."""
        return Counts(*map(int, self.connection.execute(COUNTS).fetchone()))

    def in_order(self) -> Iterator[ReplayTask]:
        """Yields the captures of first pages that are not repeated, in order of capture."""
        return map(self._task, self.connection.execute(IN_ORDER))

    def newest(self) -> Iterator[ReplayTask]:
        """Yields the newest capture of each article, the newest first."""
        return map(self._task, self.connection.execute(NEWEST))

    def before(self, task: ReplayTask) -> ReplayTask | None:
        """The previous capture of the same article; None when this is the first."""
        row = self.connection.execute(BEFORE, (task.key, task.time, task.file, task.offset)).fetchone()
        return self._task(row) if row else None

    def _task(self, row: Any) -> ReplayTask:
        number, key, time, article, url, file, offset, *body = row
        pages = (self._page(1, url, *body), *self._further(key, time)) if body[0] is not None else ()
        return ReplayTask(number, key, time, bool(article), pages, url, file, offset)

    def _further(self, key: str, time: int) -> Iterator[Page]:
        """The further pages of an article: of each the first capture at or after `time`, else the last one before."""
        if not self.has_further:
            return
        last = 1
        for row in self.connection.execute(FURTHER, (key, time, time)):
            if row[0] != last:
                yield self._page(*row)
            last = row[0]

    def _page(self, number: int, url: str, *place: Any) -> Page:
        file, offset, known, payload, kept = place
        capture = Capture(known, payload) if known is not None else None
        return Page(number, url, str(self.paths[file]), offset, capture, bool(kept), self._member(file, offset))

    def _member(self, file: int, offset: int) -> bytes:
        """The record at an offset as a gzip member; empty if it can be read from the file."""
        if not self.has_members:
            return b""
        query = "SELECT member FROM members WHERE file = ? AND offset = ?"
        row = self.connection.execute(query, (file, offset)).fetchone()
        return row[0] if row else b""

    # Held articles

    def since(self, key: str) -> int | None:
        """The time of the capture that the held article was read from, in µs since 1970; None when it is not held."""
        row = self.connection.execute("SELECT since FROM held WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def see(self, key: str) -> bool:
        """Marks a held article as compared. Returns False if it is not held, or was marked before."""
        updated = self.connection.execute("UPDATE held SET seen = 1 WHERE key = ? AND NOT seen", (key,))
        return updated.rowcount > 0

    def unseen(self) -> int:
        """The number of held articles that were not compared."""
        return int(self.connection.execute("SELECT count(*) FROM held WHERE NOT seen").fetchone()[0])

    def close(self) -> None:
        """Closes the index, which frees its disk space."""
        self.connection.close()


def own_name(path: Path, root: Path, moved: Mapping[str, str], places: Mapping[Path, str]) -> str | None:
    """The path that a file has in the archive in `root`, or had before it was moved; None if it is not the archive's.

    Paths are without links. `moved`: the folder or URL of each file that was moved, by its path in the archive.
    `places`: these folders, without links, and as they are in `moved`.

    >>> places = {Path("/mnt/b"): "/b"}
    >>> own_name(Path("/a/warc/x"), Path("/a"), {}, {}), own_name(Path("/mnt/b/warc/x"), Path("/a"), {}, places)
    ('warc/x', None)
    >>> own_name(Path("/mnt/b/warc/x"), Path("/a"), {"warc/x": "/b"}, places)
    'warc/x'
    """
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    names = ((path.relative_to(folder).as_posix(), where) for folder, where in places.items() if folder in path.parents)
    return next((name for name, where in names if moved.get(name) == where), None)
