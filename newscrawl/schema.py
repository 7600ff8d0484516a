"""The ledger's tables, and how a file of an earlier version becomes one of this.

SQLAlchemy Core, so that a server can take SQLite's place. Instants are whole seconds since 1970 (UTC) where something
is compared with them, ISO 8601 where a person reads them.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import QueuePool

from newscrawl.archive import ArchiveDamaged, ArchiveError

FILE = "ledger.sqlite3"
SCHEMA = 3
# Readers never wait for a writer. NORMAL: a commit survives any death of the process; the last ones may not survive a
# power cut, after which their articles are fetched again and found unchanged. FULL takes an fsync a commit.
WRITING = ("journal_mode = WAL", "synchronous = NORMAL", "busy_timeout = 5000")
READING = ("query_only = ON", "busy_timeout = 5000")
GONE = -1  # the size of a file that is no more there, for its article stands elsewhere
metadata = MetaData()

# An article as it was read last.
articles = Table(
    "articles",
    metadata,
    Column("key", String, primary_key=True),  # URL identity: docid, else number and date, else a hash
    Column("url", String, nullable=False),
    Column("docid", String, nullable=False),
    Column("channel", String, nullable=False, index=True),
    Column("published", String, index=True),  # ISO 8601
    Column("path", String, nullable=False),  # of the post, from the archive's root
    Column("layout", String, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("flags", String, nullable=False, default=""),  # parted by blanks
    Column("kept", String, nullable=False),  # when, ISO 8601 in UTC
    Column("record", Text, nullable=False),  # JSON
    Column("evidence", Text, nullable=False),  # JSON
    Column("revision", Integer, nullable=False, default=1),
    Column("digest", String, nullable=False, server_default=""),  # of what counts as the article
    Column("captures", String, nullable=False, server_default=""),  # ids, one a page of the article, parted by blanks
    Column("payloads", String, nullable=False, server_default=""),  # SHA-1 of each of those pages as it came
)
Index("articles_design", articles.c.layout, articles.c.fingerprint)
Index("articles_path", articles.c.path)

# What an article was before it was changed.
revisions = Table(
    "revisions",
    metadata,
    Column("key", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", String, nullable=False),
    Column("kept", String, nullable=False),  # when it was first read so, ISO 8601 in UTC
    Column("replaced", String, nullable=False),  # when it was first read otherwise
    Column("record", Text, nullable=False),
    Column("captures", String, nullable=False, server_default=""),
    Column("payloads", String, nullable=False, server_default=""),
)

# What the server said: each answer that is kept as it came (WARC/1.1 record of type response or revisit).
captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String, nullable=False),  # as it was asked for
    Column("date", String, nullable=False),  # ISO 8601 in UTC
    Column("status", Integer, nullable=False),
    Column("mime", String, nullable=False),
    Column("payload", String, nullable=False),  # SHA-1 of the body as it came, in base 32; empty: it has none
    Column("record", String, nullable=False),  # WARC-Record-ID without its brackets
    Column("file", String, nullable=False),  # from the archive's root; empty: it is lost
    Column("offset", BigInteger, nullable=False),  # of the record's gzip member in the file, in bytes
    Column("length", BigInteger, nullable=False),  # of that member
    Column("refers", Integer),  # a revisit: the capture that holds its body
)
Index("captures_url", captures.c.url, captures.c.id)
Index("captures_file", captures.c.file, captures.c.offset)

# Every file as it was written, each version of it once: what manifests are made of.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", String, nullable=False),  # from the archive's root
    Column("key", String, nullable=False),  # of the article that a post is of; empty: captures
    Column("size", BigInteger, nullable=False),  # bytes, or GONE
    Column("digest", String, nullable=False),  # SHA-256, in hexadecimal; empty: not counted yet, or gone
    Column("url", String, nullable=False, default=""),
    Column("docid", String, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=0),
    Column("rules", String, nullable=False, default=""),  # version of the rules that the article was read by
    Column("flavour", String, nullable=False, default=""),
    Column("body", String, nullable=False, default=""),
    Column("day", String, nullable=False, default=""),  # of the manifest that names it; empty: none does yet
)
Index("files_path", files.c.path, files.c.id)
Index("files_key", files.c.key)
Index("files_day", files.c.day, files.c.path)

# The rules that articles were read by.
rules = Table(
    "rules",
    metadata,
    Column("version", String, primary_key=True),
    Column("newscrawl", String, nullable=False),
    Column("site", Text, nullable=False),  # JSON: the site file as it was, with what it extends
)

# The manifests as they were written, in order of their days.
manifests = Table(
    "manifests",
    metadata,
    Column("day", String, primary_key=True),
    Column("newscrawl", String, nullable=False),
    Column("previous", String, nullable=False),  # SHA-256 of the manifest before; empty: it is the first
    Column("digest", String, nullable=False),  # SHA-256 of the file
)

# Everything that a list ever named: what became of it.
items = Table(
    "items",
    metadata,
    Column("key", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("title", String, nullable=False, default=""),
    Column("channel", String, nullable=False),  # the list that named it last
    Column("day", String, nullable=False),
    Column("state", String, nullable=False),  # listed kept known refused failed gone
    Column("reason", String, nullable=False, default=""),
    Column("tries", Integer, nullable=False, default=0),  # failures in a row
    Column("due", BigInteger),  # the next try or look; None: none
    Column("lease", Integer),  # the run that is at it now
    Column("run", Integer),  # the run that kept it
    Column("article", String),  # key of the article that its page holds
    Column("published", BigInteger),
    Column("looked", BigInteger),  # the last answer of its page
    Column("gone", BigInteger),  # when its page was found gone
    Column("ctime", BigInteger),  # the list's times: published, entered the list, changed
    Column("intime", BigInteger),
    Column("mtime", BigInteger),
    Column("etag", String, nullable=False, default=""),
    Column("modified", String, nullable=False, default=""),  # the page's Last-Modified
)
for name, columns, where in (
    ("items_due", (items.c.channel, items.c.due), items.c.due.is_not(None)),
    ("items_waiting", (items.c.channel, items.c.key), items.c.state == "listed"),
    ("items_lease", (items.c.lease,), items.c.lease.is_not(None)),
):
    Index(name, *columns, sqlite_where=where, postgresql_where=where)
Index("items_article", items.c.article)

# Which list of which day named what.
listings = Table(
    "listings",
    metadata,
    Column("channel", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("run", Integer, nullable=False),  # the last one that saw it there
    Column("vanished", Boolean, nullable=False, default=False),  # a later reading of the list had it no more
    sqlite_with_rowid=False,
)
Index("listings_key", listings.c.key)

# How a day of a list was read last.
windows = Table(
    "windows",
    metadata,
    Column("channel", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("listed", Integer, nullable=False),  # rows, by the list's own count and ours
    Column("entries", Integer, nullable=False),  # different articles among them
    Column("missing", Integer, nullable=False),  # rows that the list counted and did not give
    Column("reason", String, nullable=False),  # why the reading proves nothing; empty: it is proven
    Column("read", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Integer, nullable=False),  # the first of the runs that were stopped before this one went on
    Column("job_started", BigInteger, nullable=False),
    Column("task", String, nullable=False),  # what was asked for
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("exit", Integer),
    Column("summary", Text),  # JSON
)

# Up to when a channel's lists are read without a gap.
watermarks = Table(
    "watermarks",
    metadata,
    Column("channel", String, primary_key=True),
    Column("until", BigInteger, nullable=False),
)


def open_ledger(root: Path, *, read_only: bool = False) -> Engine:
    """The ledger of an archive, made or brought to this version if need be.

    Raises ArchiveDamaged when the file is none, ArchiveError when it is of a newer version, or cannot be used.
    """
    path = root / FILE
    # A reader shares files with those who write meanwhile, and makes them if need be: without them it would read what
    # changes under its eyes. Where nobody may write, a write-ahead log that nobody has open is read as it lies there.
    alone = not path.with_name(f"{FILE}-wal").exists()
    reading = "rw" if os.access(root, os.W_OK) else "ro&immutable=1" if alone else "ro"
    mode = reading if read_only else "rwc"
    address = f"{path.absolute().as_uri()}?mode={mode}"
    pragmas = READING if read_only else WRITING
    engine = create_engine("sqlite://", creator=lambda: _connect(address, pragmas), poolclass=QueuePool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    try:
        with _closed_when_it_fails(engine), engine.begin() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version != SCHEMA and (fits(connection) or (read_only and not version)):
                why = f"{path} is no ledger (its version is damaged); newscrawl verify {root} --repair makes it anew"
                raise ArchiveDamaged(f"the archive is damaged: {why}")
            if version > SCHEMA:
                raise ArchiveError(f"{path} was written by a newer newscrawl; update newscrawl")
            if version < SCHEMA and read_only:
                raise ArchiveError(f"{path} was written by an older newscrawl; newscrawl status {root} brings it up")
            if version < SCHEMA:
                migrate(connection, version)
    except OperationalError as error:
        raise ArchiveError(f"{path} cannot be used: {error.orig}") from error
    except DatabaseError as error:
        why = f"the archive is damaged: {path} is no ledger ({error.orig}); put back a copy of it, or move it away"
        raise ArchiveDamaged(why) from error
    return engine


def fits(connection: Connection) -> bool:
    """Whether a file has just the tables of this version, whatever it says of itself."""
    found = inspect(connection)
    return all(
        found.has_table(name) and [each["name"] for each in found.get_columns(name)] == table.columns.keys()
        for name, table in metadata.tables.items()
    )


@contextmanager
def _closed_when_it_fails(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def _connect(address: str, pragmas: Iterable[str]) -> sqlite3.Connection:
    """A connection that begins transactions when it is told to: Python's own way leaves changes of the schema out."""
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def migrate(connection: Connection, version: int) -> None:
    """Brings a file of an earlier version to this one; 0 is an empty file."""
    if version == 1:
        connection.exec_driver_sql("ALTER TABLE articles ADD COLUMN digest VARCHAR NOT NULL DEFAULT ''")
        connection.exec_driver_sql("CREATE INDEX articles_design ON articles (layout, fingerprint)")
    if version in (1, 2):
        for table in ("articles", "revisions")[:version]:
            for column in ("captures", "payloads"):
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR NOT NULL DEFAULT ''")
        connection.exec_driver_sql("CREATE INDEX IF NOT EXISTS articles_path ON articles (path)")
    metadata.create_all(connection)
    if version in (1, 2):  # the posts there are, not counted yet
        connection.exec_driver_sql(
            "INSERT INTO files (path, key, size, digest, url, docid, revision, rules, flavour, body, day) "
            "SELECT path, key, 0, '', url, docid, revision, '', '', '', '' FROM articles ORDER BY path"
        )
    connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
