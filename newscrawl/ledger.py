"""The ledger: one SQLite file in the archive with the record, evidence and design of every article kept.

SQLAlchemy Core, so that a server can take SQLite's place; write-ahead log, so that a reader never blocks a run. The
file carries its schema's version; a newer one is refused.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Column, Integer, MetaData, String, Table, Text, create_engine, event, func, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

from newscrawl.archive import ArchiveError
from newscrawl.items import Article

FILE = "ledger.sqlite3"
SCHEMA = 1

metadata = MetaData()
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
)


@dataclass(frozen=True, slots=True)
class Held:
    """What the archive holds: articles by layout, the first and last day, flagged articles as (url, flags)."""

    articles: int
    layouts: dict[str, int]
    first: str
    last: str
    flagged: list[tuple[str, str]]


class Ledger:
    """An open ledger. Use as a context manager, or close it."""

    def __init__(self, root: Path) -> None:
        """Opens or makes the ledger of an archive. Raises ArchiveError when the file is none or of a newer version."""
        self.engine = create_engine(f"sqlite:///{root / FILE}")
        event.listen(self.engine, "connect", _prepare)
        try:
            with self.engine.begin() as connection:
                version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                if version > SCHEMA:
                    raise ArchiveError(f"{root / FILE} was written by a newer newscrawl; update newscrawl")
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
        except DatabaseError as error:
            raise ArchiveError(f"{root / FILE} is no ledger: {error.orig}; move it away to start anew") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file."""
        self.engine.dispose()

    def keep(self, article: Article, key: str, path: Path, flags: Iterable[str]) -> None:
        """Notes an article under a key, its evidence and where its post stands; a later reading replaces an earlier."""
        evidence = {name: each.plain() for name, each in article.evidence.items()}
        row = {
            "key": key,
            "url": article.url,
            "docid": article.docid,
            "channel": article.channel,
            "published": article.published.isoformat() if article.published else None,
            "path": path.as_posix(),
            "layout": article.layout,
            "fingerprint": article.raw.fingerprint,
            "flags": " ".join(flags),
            "kept": datetime.now(UTC).isoformat(timespec="seconds"),
            "record": json.dumps(article.record(), ensure_ascii=False),
            "evidence": json.dumps(evidence, ensure_ascii=False),
        }
        statement = insert(articles).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["key"], set_={**row, "revision": articles.c.revision + 1}
        )
        with self.engine.begin() as connection:
            connection.execute(statement)

    def is_new_design(self, article: Article, enough: int) -> bool:
        """Whether the archive holds `enough` pages of the article's layout, and none with its fingerprint."""
        same_layout = articles.c.layout == article.layout
        same_design = same_layout & (articles.c.fingerprint == article.raw.fingerprint)
        with self.engine.connect() as connection:
            if connection.execute(select(articles.c.key).where(same_design).limit(1)).first():
                return False
            count = select(func.count()).select_from(articles).where(same_layout)
            return connection.execute(count).scalar_one() >= enough

    def record(self, key: str) -> dict[str, Any] | None:
        """The record and evidence of an article, as data; None when it is not held."""
        with self.engine.connect() as connection:
            row = connection.execute(select(articles).where(articles.c.key == key)).mappings().first()
        if row is None:
            return None
        return {**row, "record": json.loads(row["record"]), "evidence": json.loads(row["evidence"])}

    def held(self) -> Held:
        """What the archive holds."""
        count, first, last = func.count(), func.min(articles.c.published), func.max(articles.c.published)
        by_layout = select(articles.c.layout, count).group_by(articles.c.layout).order_by(articles.c.layout)
        flagged = select(articles.c.url, articles.c.flags).where(articles.c.flags != "").order_by(articles.c.url)
        with self.engine.connect() as connection:
            total, earliest, latest = connection.execute(select(count, first, last).select_from(articles)).one()
            layouts = {str(layout): int(number) for layout, number in connection.execute(by_layout)}
            flags = [(str(url), str(flags)) for url, flags in connection.execute(flagged)]
        return Held(total, layouts, (earliest or "")[:10], (latest or "")[:10], flags)


def _prepare(connection: Any, _: Any) -> None:
    """Readers never wait for a writer; a commit is on the disk when it returns."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA busy_timeout = 5000")
