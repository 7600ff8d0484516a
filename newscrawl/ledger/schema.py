"""The ledger's tables.

Instants are epoch seconds where they are compared, and ISO 8601 where a person reads them.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from newscrawl.provenance import State

VOID = 0  # in place of a run: the reading of a day that counts for nothing, because a clock was ahead
GONE = -1  # size of a file that no longer exists, because its article's post has moved
metadata = MetaData()

# The newest revision of each article.
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
    Column("flags", String, nullable=False, default=""),  # separated by spaces
    Column("kept", String, nullable=False),  # when, ISO 8601 in UTC
    Column("record", Text, nullable=False),  # JSON
    Column("evidence", Text, nullable=False),  # JSON
    Column("revision", Integer, nullable=False, default=1),
    Column("digest", String, nullable=False, server_default=""),  # of the article (`article_digest`)
    Column("captures", String, nullable=False, server_default=""),  # ids, one per page of the article, space-separated
    Column("payloads", String, nullable=False, server_default=""),  # SHA-1 of each of those pages as received
)
Index("articles_design", articles.c.layout, articles.c.fingerprint)
Index("articles_path", articles.c.path)

# The earlier revisions of articles that have changed.
revisions = Table(
    "revisions",
    metadata,
    Column("key", String, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("digest", String, nullable=False),
    Column("kept", String, nullable=False),  # when it was first read, ISO 8601 in UTC
    Column("replaced", String, nullable=False),  # when the next revision was first read
    Column("record", Text, nullable=False),
    Column("captures", String, nullable=False, server_default=""),
    Column("payloads", String, nullable=False, server_default=""),
)

# Every response that is stored as received (a WARC/1.1 record of type response or revisit).
captures = Table(
    "captures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("url", String, nullable=False),  # as requested
    Column("date", String, nullable=False),  # ISO 8601 in UTC
    Column("status", Integer, nullable=False),
    Column("mime", String, nullable=False),
    Column("payload", String, nullable=False),  # SHA-1 of the body as received, in base 32; empty: no body
    Column("record", String, nullable=False),  # WARC-Record-ID without its brackets
    Column("file", String, nullable=False),  # from the archive's root; empty: the record is lost
    Column("offset", BigInteger, nullable=False),  # of the record's gzip member in the file, in bytes
    Column("length", BigInteger, nullable=False),  # of that member
    Column("refers", Integer),  # a revisit: the capture that holds its body
)
Index("captures_url", captures.c.url, captures.c.id)
Index("captures_file", captures.c.file, captures.c.offset)

# Every version of every file that was written; manifests are made from these rows.
files = Table(
    "files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("path", String, nullable=False),  # from the archive's root
    Column("key", String, nullable=False),  # of the article, for a post; empty: a file of captures
    Column("size", BigInteger, nullable=False),  # bytes, or GONE
    Column("digest", String, nullable=False),  # SHA-256, in hexadecimal; empty: not known yet, or gone
    Column("url", String, nullable=False, default=""),
    Column("docid", String, nullable=False, default=""),
    Column("revision", Integer, nullable=False, default=0),
    Column("rules", String, nullable=False, default=""),  # version of the rules that the article was read with
    Column("flavour", String, nullable=False, default=""),
    Column("body", String, nullable=False, default=""),
    Column("day", String, nullable=False, default=""),  # of the manifest that lists it; empty: in none yet
    Column("moved", String, nullable=False, server_default=""),  # a folder or URL; empty: it is in the archive
)
Index("files_path", files.c.path, files.c.id)
Index("files_key", files.c.key)
Index("files_day", files.c.day, files.c.path)

# The versions of the rules that articles were read with.
rules = Table(
    "rules",
    metadata,
    Column("version", String, primary_key=True),
    Column("newscrawl", String, nullable=False),
    Column("site", Text, nullable=False),  # JSON: the site file, merged with what it extends
)

# The manifests that were written, one per day.
manifests = Table(
    "manifests",
    metadata,
    Column("day", String, primary_key=True),
    Column("newscrawl", String, nullable=False),
    Column("previous", String, nullable=False),  # SHA-256 of the previous manifest; empty: it is the first
    Column("digest", String, nullable=False),  # SHA-256 of the file
)

# Every item that a list ever named, and its outcome.
items = Table(
    "items",
    metadata,
    Column("key", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("title", String, nullable=False, default=""),
    Column("channel", String, nullable=False),  # the list that named it last
    Column("day", String, nullable=False),
    Column("state", String, nullable=False),  # a `State`
    Column("reason", String, nullable=False, default=""),
    Column("tries", Integer, nullable=False, default=0),  # consecutive failures
    Column("due", BigInteger),  # the next retry or recrawl; None: none
    Column("lease", Integer),  # the run that is working on it
    Column("run", Integer),  # the run that kept it
    Column("article", String),  # key of the article that its page holds
    Column("published", BigInteger),
    Column("looked", BigInteger),  # the last response of its page
    Column("gone", BigInteger),  # when its page was found gone
    Column("ctime", BigInteger),  # the list's times: published, entered the list, changed
    Column("intime", BigInteger),
    Column("mtime", BigInteger),
    Column("etag", String, nullable=False, default=""),
    Column("modified", String, nullable=False, default=""),  # the page's Last-Modified
    Column("sent", Boolean, nullable=False, server_default=text("0")),  # by the lease: its request, no outcome yet
    Column("killed", Integer, nullable=False, server_default=text("0")),  # runs in a row that were killed meanwhile
)
for name, columns, where in (
    ("items_due", (items.c.channel, items.c.due), items.c.due.is_not(None)),
    ("items_waiting", (items.c.channel, items.c.key), items.c.state == State.LISTED),
    ("items_lease", (items.c.lease,), items.c.lease.is_not(None)),
    ("items_killed", (items.c.killed,), items.c.killed > 0),
):
    Index(name, *columns, sqlite_where=where)
Index("items_article", items.c.article)

# Which list named which item on which day.
listings = Table(
    "listings",
    metadata,
    Column("channel", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("run", Integer, nullable=False),  # the last run that found it in the list
    Column("vanished", Boolean, nullable=False, default=False),  # a later reading of the list did not have it
    sqlite_with_rowid=False,
)
Index("listings_key", listings.c.key)

# The last reading of each day of each list.
windows = Table(
    "windows",
    metadata,
    Column("channel", String, primary_key=True),
    Column("day", String, primary_key=True),
    Column("listed", Integer, nullable=False),  # rows, by the list's own count and by newscrawl's
    Column("entries", Integer, nullable=False),  # distinct articles among them
    Column("missing", Integer, nullable=False),  # rows that the list counts but does not return
    Column("reason", String, nullable=False),  # why the reading is not proven complete; empty: it is
    Column("read", BigInteger, nullable=False),
    Column("run", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("job", Integer, nullable=False),  # id of the job's first run; the job continues over runs that were stopped
    Column("job_started", BigInteger, nullable=False),
    Column("task", String, nullable=False),  # the options that define the job
    Column("started", BigInteger, nullable=False),
    Column("ended", BigInteger),
    Column("exit", Integer),
    Column("summary", Text),  # JSON
)

# The instant up to which a channel's lists are read without a gap.
watermarks = Table(
    "watermarks",
    metadata,
    Column("channel", String, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# What the archive knows about itself (`about.py`).
about = Table(
    "about",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
