"""What is to be replayed: the captures in WARC files, found by the heads of their records, in an index on disk.

The index is a SQLite file that has no name: a killed run leaves none, and a large one takes no more memory.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select

from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import articles, captures
from newscrawl.provenance import Capture
from newscrawl.replay.scan import Found, microseconds
from newscrawl.replay.task import Page, ReplayTask

ROWS = 500  # of the ledger, likewise


# The index


TABLES = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY, file INT, offset INT, time INT, date TEXT, url TEXT, key TEXT, page INT, article INT,
    record TEXT, payload TEXT, revisit INT, refers TEXT, refers_url TEXT, refers_date TEXT,
    body INT  -- the capture that holds the body
);
CREATE TABLE held (key TEXT PRIMARY KEY, since INT, seen INT DEFAULT 0) WITHOUT ROWID;
CREATE TABLE known (file INT, offset INT, id INT, payload TEXT, PRIMARY KEY (file, offset)) WITHOUT ROWID;

-- First pages, but for those of before what is held was read: these have become revisions long since.
CREATE VIEW firsts AS
    SELECT c.*, coalesce(nullif(c.payload, ''), c.body) AS what
    FROM captures c LEFT JOIN held ON held.key = c.key
    WHERE c.page = 1 AND c.time >= coalesce(held.since, c.time);
-- With whether the page is the same as before; an article of several pages is more than its first one.
CREATE VIEW in_turn AS
    SELECT c.*, c.url IS lag(c.url) OVER turn AND c.what IS lag(c.what) OVER turn
        AND NOT EXISTS (SELECT 1 FROM captures f WHERE f.key = c.key AND f.page > 1) AS repeated
    FROM firsts c WINDOW turn AS (PARTITION BY c.key ORDER BY c.time, c.file, c.offset);
CREATE VIEW backwards AS
    SELECT c.*, row_number() OVER (PARTITION BY c.key ORDER BY c.time DESC, c.file DESC, c.offset DESC) AS back
    FROM firsts c WHERE c.body IS NOT NULL;
CREATE VIEW places AS
    SELECT c.id, b.file AS file, b.offset AS offset, known.id AS known, known.payload AS payload
    FROM captures c JOIN captures b ON b.id = c.body
    LEFT JOIN known ON known.file = c.file AND known.offset = c.offset;
"""

# A revisit names the record that holds its body, or its address and date; else it says what is the same.
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
SELECT t.id, t.key, t.time, t.article, t.url, t.file, t.offset, p.file, p.offset, p.known, p.payload
FROM {} t LEFT JOIN places p ON p.id = t.id
"""
IN_ORDER = TASK.format("in_turn") + "WHERE NOT t.repeated ORDER BY t.time, t.file, t.offset"
NEWEST = TASK.format("backwards") + "WHERE t.back = 1 ORDER BY t.time DESC, t.file DESC, t.offset DESC"
BEFORE = TASK.format("firsts") + (
    "WHERE t.key = ? AND t.body IS NOT NULL AND (t.time, t.file, t.offset) < (?, ?, ?)"
    "ORDER BY t.time DESC, t.file DESC, t.offset DESC LIMIT 1"
)
FURTHER = """
SELECT c.page, c.url, p.file, p.offset, p.known, p.payload
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
    """How many captures there are: first pages that are to be read, the same as before, articles that they are of.

    And further pages, and first pages of before what is held was read.
    """

    due: int
    repeated: int
    articles: int
    further: int
    older: int


class Index:
    """The captures of several files. Files are numbered by their names, so that their order on the call is nothing."""

    def __init__(self, paths: Iterable[Path]) -> None:
        """An empty index of files; one that is named twice counts once."""
        different = {path.resolve(): path for path in paths}
        self.paths = sorted(different.values(), key=lambda path: (path.name, str(path.resolve())))
        self.connection = sqlite3.connect("", isolation_level=None)
        self.connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + TABLES)
        self.parted = False  # whether there are articles of several pages

    def add(self, file: int, found: Iterable[Found]) -> None:
        """Takes in what was found in a file."""
        rows = (
            (
                file, one.offset, one.time, one.date, one.url, one.key, one.page, one.article,
                one.record, one.payload, one.refers is not None, *(one.refers or ("", "", "")),
            )
            for one in found
        )  # fmt: skip
        self.connection.execute("BEGIN")
        self.connection.executemany(
            "INSERT INTO captures (file, offset, time, date, url, key, page, article, record, payload, revisit,"
            " refers, refers_url, refers_date) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            rows,
        )
        self.connection.execute("COMMIT")

    def resolve(self) -> None:
        """Finds the body of each revisit. To be called when every file has been looked through."""
        self.connection.executescript(RESOLVED)
        self.parted = self.connection.execute("SELECT 1 FROM captures WHERE page > 1 LIMIT 1").fetchone() is not None

    def compare_with(self, ledger: Ledger, root: Path) -> None:
        """Takes in what an archive holds, since when, and which of the captures are its own."""
        held = select(articles.c.key, articles.c.kept, articles.c.captures)
        place = root.resolve()
        with ledger.engine.connect() as connection:
            streamed = connection.execution_options(yield_per=ROWS).execute(held)
            for rows in streamed.partitions():
                firsts = {row.key: int(row.captures.split()[0]) for row in rows if row.captures}
                said = select(captures.c.id, captures.c.date).where(captures.c.id.in_(firsts.values()))
                dates = {row.id: row.date for row in connection.execute(said)}
                since = [(row.key, microseconds(dates.get(firsts.get(row.key, 0)) or row.kept)) for row in rows]
                self.connection.executemany("INSERT INTO held (key, since) VALUES (?, ?)", since)
            for number, path in enumerate(path.resolve() for path in self.paths):
                if not path.is_relative_to(place):
                    continue
                own = select(captures.c.offset, captures.c.id, captures.c.payload)
                own = own.where(captures.c.file == path.relative_to(place).as_posix())
                for rows in connection.execution_options(yield_per=ROWS).execute(own).partitions():
                    self.connection.executemany(
                        "INSERT OR IGNORE INTO known VALUES (?, ?, ?, ?)", [(number, *row) for row in rows]
                    )

    # What is to be done

    def counts(self) -> Counts:
        """How much there is to do."""
        return Counts(*map(int, self.connection.execute(COUNTS).fetchone()))

    def in_order(self) -> Iterator[ReplayTask]:
        """All captures of first pages in the order that they were made in."""
        return map(self._task, self.connection.execute(IN_ORDER))

    def newest(self) -> Iterator[ReplayTask]:
        """The newest capture of each article, the newest first."""
        return map(self._task, self.connection.execute(NEWEST))

    def before(self, task: ReplayTask) -> ReplayTask | None:
        """The capture of the same article that was made before; None when it is the first."""
        row = self.connection.execute(BEFORE, (task.key, task.time, task.file, task.offset)).fetchone()
        return self._task(row) if row else None

    def _task(self, row: Any) -> ReplayTask:
        number, key, time, article, url, file, offset, *body = row
        pages = (self._page(1, url, *body), *self._further(key, time)) if body[0] is not None else ()
        return ReplayTask(number, key, time, bool(article), pages, url, file, offset)

    def _further(self, key: str, time: int) -> Iterator[Page]:
        """The further pages of an article as they were captured next, else last before."""
        if not self.parted:
            return
        last = 1
        for row in self.connection.execute(FURTHER, (key, time, time)):
            if row[0] != last:
                yield self._page(*row)
            last = row[0]

    def _page(self, number: int, url: str, file: int, offset: int, known: int | None, payload: str) -> Page:
        capture = Capture(known, payload) if known is not None else None
        return Page(number, url, str(self.paths[file]), offset, capture)

    # What is held

    def since(self, key: str) -> int | None:
        """Since when an article is held, in microseconds since 1970; None when it is not."""
        row = self.connection.execute("SELECT since FROM held WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def see(self, key: str) -> bool:
        """Notes that an article which is held was compared; whether that is for the first time."""
        done = self.connection.execute("UPDATE held SET seen = 1 WHERE key = ? AND NOT seen", (key,))
        return done.rowcount > 0

    def unseen(self) -> int:
        """How many articles are held that nothing was compared with."""
        return int(self.connection.execute("SELECT count(*) FROM held WHERE NOT seen").fetchone()[0])

    def close(self) -> None:
        """Gives the disk back."""
        self.connection.close()
