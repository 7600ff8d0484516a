"""The ledger's tables.

Instants are epoch seconds where they are compared, and ISO 8601 where a person reads them.
"""

from sqlalchemy import Column, Index, MetaData, Table, text

from newscrawl.ledger.values import (
    DAY,
    DAY_OR_NONE,
    EPOCH,
    FLAG,
    IDS,
    INSTANT,
    LARGE_NUMBER,
    LONG_WORDS,
    NUMBER,
    RECORD,
    SUMMARY,
    WORDS,
)
from newscrawl.provenance import State

VOID = 0  # in place of a run: the reading of a day that counts for nothing, because a clock was ahead
GONE = -1  # size of a file that no longer exists, because its article's post has moved
metadata = MetaData()

# The newest revision of each article.
articles = Table(
    "articles",
    metadata,
    Column("key", WORDS, primary_key=True),  # URL identity: docid, else number and date, else a hash
    Column("url", WORDS, nullable=False),
    Column("docid", WORDS, nullable=False),
    Column("channel", WORDS, nullable=False, index=True),
    Column("published", INSTANT, index=True),  # ISO 8601
    Column("path", WORDS, nullable=False),  # of the post, from the archive's root
    Column("layout", WORDS, nullable=False),
    Column("fingerprint", WORDS, nullable=False),
    Column("flags", WORDS, nullable=False, default=""),  # separated by spaces
    Column("kept", INSTANT, nullable=False),  # when, ISO 8601 in UTC
    Column("record", RECORD, nullable=False),  # JSON
    Column("evidence", LONG_WORDS, nullable=False),  # JSON
    Column("revision", NUMBER, nullable=False, default=1),
    Column("digest", WORDS, nullable=False, server_default=""),  # of the article (`article_digest`)
    Column("captures", IDS, nullable=False, server_default=""),  # ids, one per page of the article, space-separated
    Column("payloads", WORDS, nullable=False, server_default=""),  # SHA-1 of each of those pages as received
)
Index("articles_design", articles.c.layout, articles.c.fingerprint)
Index("articles_path", articles.c.path)

# The earlier revisions of articles that have changed.
revisions = Table(
    "revisions",
    metadata,
    Column("key", WORDS, primary_key=True),
    Column("revision", NUMBER, primary_key=True),
    Column("digest", WORDS, nullable=False),
    Column("kept", INSTANT, nullable=False),  # when it was first read, ISO 8601 in UTC
    Column("replaced", INSTANT, nullable=False),  # when the next revision was first read
    Column("record", RECORD, nullable=False),
    Column("captures", IDS, nullable=False, server_default=""),
    Column("payloads", WORDS, nullable=False, server_default=""),
)

# Every response that is stored as received (a WARC/1.1 record of type response or revisit).
captures = Table(
    "captures",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("url", WORDS, nullable=False),  # as requested
    Column("date", INSTANT, nullable=False),  # ISO 8601 in UTC
    Column("status", NUMBER, nullable=False),
    Column("mime", WORDS, nullable=False),
    Column("payload", WORDS, nullable=False),  # SHA-1 of the body as received, in base 32; empty: no body
    Column("record", WORDS, nullable=False),  # WARC-Record-ID without its brackets
    Column("file", WORDS, nullable=False),  # from the archive's root; empty: the record is lost
    Column("offset", LARGE_NUMBER, nullable=False),  # of the record's gzip member in the file, in bytes
    Column("length", LARGE_NUMBER, nullable=False),  # of that member
    Column("refers", NUMBER),  # a revisit: the capture that holds its body
)
Index("captures_url", captures.c.url, captures.c.id)
Index("captures_file", captures.c.file, captures.c.offset)

# Every version of every file that was written; manifests are made from these rows.
files = Table(
    "files",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("path", WORDS, nullable=False),  # from the archive's root
    Column("key", WORDS, nullable=False),  # of the article, for a post; empty: a file of captures
    Column("size", LARGE_NUMBER, nullable=False),  # bytes, or GONE
    Column("digest", WORDS, nullable=False),  # SHA-256, in hexadecimal; empty: not known yet, or gone
    Column("url", WORDS, nullable=False, default=""),
    Column("docid", WORDS, nullable=False, default=""),
    Column("revision", NUMBER, nullable=False, default=0),
    Column("rules", WORDS, nullable=False, default=""),  # version of the rules that the article was read with
    Column("flavour", WORDS, nullable=False, default=""),
    Column("body", WORDS, nullable=False, default=""),
    Column("day", DAY_OR_NONE, nullable=False, default=""),  # of the manifest that lists it; empty: in none yet
    Column("moved", WORDS, nullable=False, server_default=""),  # a folder or URL; empty: it is in the archive
)
Index("files_path", files.c.path, files.c.id)
Index("files_key", files.c.key)
Index("files_day", files.c.day, files.c.path)

# The versions of the rules that articles were read with.
rules = Table(
    "rules",
    metadata,
    Column("version", WORDS, primary_key=True),
    Column("newscrawl", WORDS, nullable=False),
    Column("site", LONG_WORDS, nullable=False),  # JSON: the site file, merged with what it extends
)

# The manifests that were written, one per day.
manifests = Table(
    "manifests",
    metadata,
    Column("day", DAY, primary_key=True),
    Column("newscrawl", WORDS, nullable=False),
    Column("previous", WORDS, nullable=False),  # SHA-256 of the previous manifest; empty: it is the first
    Column("digest", WORDS, nullable=False),  # SHA-256 of the file
)

# Every item that a list ever named, and its outcome.
items = Table(
    "items",
    metadata,
    Column("key", WORDS, primary_key=True),
    Column("url", WORDS, nullable=False),
    Column("title", WORDS, nullable=False, default=""),
    Column("channel", WORDS, nullable=False),  # the list that named it last
    Column("day", DAY, nullable=False),
    Column("state", WORDS, nullable=False),  # a `State`
    Column("reason", WORDS, nullable=False, default=""),
    Column("tries", NUMBER, nullable=False, default=0),  # consecutive failures
    Column("due", EPOCH),  # the next retry or recrawl; None: none
    Column("lease", NUMBER),  # the run that is working on it
    Column("run", NUMBER),  # the run that kept it
    Column("article", WORDS),  # key of the article that its page holds
    Column("published", EPOCH),
    Column("looked", EPOCH),  # the last response of its page
    Column("gone", EPOCH),  # when its page was found gone
    Column("ctime", EPOCH),  # the list's times: published, entered the list, changed
    Column("intime", EPOCH),
    Column("mtime", EPOCH),
    Column("etag", WORDS, nullable=False, default=""),
    Column("modified", WORDS, nullable=False, default=""),  # the page's Last-Modified
    Column("sent", FLAG, nullable=False, server_default=text("0")),  # by the lease: its request, no outcome yet
    Column("killed", NUMBER, nullable=False, server_default=text("0")),  # runs in a row that were killed meanwhile
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
    Column("channel", WORDS, primary_key=True),
    Column("day", DAY, primary_key=True),
    Column("key", WORDS, primary_key=True),
    Column("run", NUMBER, nullable=False),  # the last run that found it in the list
    Column("vanished", FLAG, nullable=False, default=False),  # a later reading of the list did not have it
    sqlite_with_rowid=False,
)
Index("listings_key", listings.c.key)

# The last reading of each day of each list.
windows = Table(
    "windows",
    metadata,
    Column("channel", WORDS, primary_key=True),
    Column("day", DAY, primary_key=True),
    Column("listed", NUMBER, nullable=False),  # rows, by the list's own count and by newscrawl's
    Column("entries", NUMBER, nullable=False),  # distinct articles among them
    Column("missing", NUMBER, nullable=False),  # rows that the list counts but does not return
    Column("reason", WORDS, nullable=False),  # why the reading is not proven complete; empty: it is
    Column("read", EPOCH, nullable=False),
    Column("run", NUMBER, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", NUMBER, primary_key=True),
    Column("job", NUMBER, nullable=False),  # id of the job's first run; the job continues over runs that were stopped
    Column("job_started", EPOCH, nullable=False),
    Column("task", WORDS, nullable=False),  # the options that define the job
    Column("started", EPOCH, nullable=False),
    Column("ended", EPOCH),
    Column("exit", NUMBER),
    Column("summary", SUMMARY),  # JSON
)

# The instant up to which a channel's lists are read without a gap.
watermarks = Table(
    "watermarks",
    metadata,
    Column("channel", WORDS, primary_key=True),
    Column("until", EPOCH, nullable=False),
)

# What the archive knows about itself (`about.py`).
about = Table(
    "about",
    metadata,
    Column("name", WORDS, primary_key=True),
    Column("value", LONG_WORDS, nullable=False),
)
