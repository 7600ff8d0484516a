"""The ledger: the items that lists named, their outcomes, and every article with its revisions.

Items are leased and acknowledged, so that the next run continues with what a killed run had leased. An article is
stored and its lease acknowledged in one transaction.
"""

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select, update

from newscrawl.ledger.database import epoch, open_ledger, upsert
from newscrawl.ledger.model import (
    ArchivePart,
    ArchiveStats,
    ExportedArticle,
    ListedItem,
    RevisionHistory,
    StoredArticle,
)
from newscrawl.ledger.record import ArticleRecord, article_row, file_row, revision_row
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schedule import next_recrawl, next_retry
from newscrawl.ledger.schema import GONE, articles, files, items, listings, revisions, rules
from newscrawl.outcomes.reasons import SOFT_MISSING
from newscrawl.provenance import Lease
from newscrawl.version import __version__

held_state = case((items.c.run.is_(None), "known"), else_="kept")  # the state of an item whose article is held
BATCH = 50  # leases per transaction
KEYS = 500  # keys per query; SQLite's limit is some thousands
READ = 100  # articles per fetch from the cursor
OFFSETS = timedelta(days=2)  # more than two UTC offsets ever differ


class Ledger:
    """An open ledger. Use as a context manager, or close it."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Opens or creates the ledger of the archive in `root`. Raises as `open_ledger`."""
        self.engine = open_ledger(root, read_only=read_only)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # a test site or a replay sets its own time

        self.designs: set[tuple[str, str]] = set()  # (layout, fingerprint) of which the archive holds articles
        self.batched: Connection | None = None  # the transaction of the open batch

    @property
    def now(self) -> int:
        """The time, in epoch seconds."""
        return int(self.clock().timestamp())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file. SQLite then removes the write-ahead log, unless another process has the file open."""
        self.engine.dispose()

    # Lists

    def note(self, run: int, channel: str, day: str, entries: Iterable[ListedItem]) -> int:
        """Stores the entries of a day of a list, and returns the number of distinct articles among them.

        Known items keep their state; those that have changed since are due again.
        """
        now = self.now
        # Of several entries of one article the last wins: sort those that can be fetched to the end.
        ordered = sorted(entries, key=lambda entry: not entry.reason)
        distinct = list({entry.key: entry for entry in ordered}.values())
        with self.engine.begin() as connection:
            for start in range(0, len(distinct), KEYS):
                chunk = distinct[start : start + KEYS]
                keys = [entry.key for entry in chunk]
                known = {row.key: row for row in connection.execute(select(items).where(items.c.key.in_(keys)))}
                kept = {row.key: row for row in connection.execute(_dates(keys))}
                new = [self._item(entry, channel, day, kept.get(entry.key), now) for entry in chunk]
                if rows := [row for row in new if row["key"] not in known]:
                    connection.execute(items.insert(), rows)
                for entry in chunk:
                    if entry.key in known:
                        self._update_item(connection, known[entry.key], entry, channel, day, now)
                rows = [{"channel": channel, "day": day, "key": key, "run": run, "vanished": False} for key in keys]
                upsert(connection, listings, rows, ("run", "vanished"))
        return len(distinct)

    @staticmethod
    def _item(entry: ListedItem, channel: str, day: str, article: Any, now: int) -> dict[str, Any]:
        row = {
            "key": entry.key, "url": entry.url, "title": entry.title, "channel": channel, "day": day,
            "state": "refused" if entry.reason else "listed", "reason": entry.reason, "due": None, "article": None,
            "published": None, "ctime": entry.ctime, "intime": entry.intime, "mtime": entry.mtime,
        }  # fmt: skip
        if article and not entry.reason:
            published = epoch(article.published)
            due = next_recrawl(published, now) if published else None
            row |= {"state": "known", "article": entry.key, "published": published, "due": due}
        return row

    @staticmethod
    def _update_item(connection: Connection, known: Any, entry: ListedItem, channel: str, day: str, now: int) -> None:
        values: dict[str, Any] = {}
        changed = entry.mtime is not None and known.mtime is not None and entry.mtime > known.mtime
        if known.state == "refused" and known.looked is None and not entry.reason:
            values = {"state": "listed", "reason": "", "url": entry.url}  # the site file no longer skips it
        elif changed and known.state != "listed" and not entry.reason:
            values = {"due": now}
        if (known.channel, known.day) != (channel, day):
            values |= {"channel": channel, "day": day}
        if changed or (known.mtime is None and entry.mtime is not None):
            values |= {"mtime": entry.mtime, "intime": entry.intime, "ctime": entry.ctime}
        if values:
            connection.execute(update(items).where(items.c.key == entry.key).values(values))

    def vanish(self, run: int, channel: str, day: str) -> None:
        """Marks the listings of a day that a proven reading of the list, by `run`, no longer has.

        Their articles are due for a recrawl.
        """
        here = and_(listings.c.channel == channel, listings.c.day == day, listings.c.run < run, ~listings.c.vanished)
        kept = items.c.state.in_(("kept", "known"))
        with self.engine.begin() as connection:
            keys = select(listings.c.key).where(here).scalar_subquery()
            connection.execute(update(items).where(items.c.key.in_(keys), kept).values(due=self.now))
            connection.execute(update(listings).where(here).values(vanished=True))

    # Work

    def release(self) -> None:
        """Releases the leases of killed runs."""
        with self.engine.begin() as connection:
            connection.execute(update(items).where(items.c.lease.is_not(None)).values(lease=None))

    def waiting(self, run: int, channel: str, day: str) -> Iterator[Lease]:
        """Leases the items of a day of a list that are not fetched yet, for a run."""
        here = and_(listings.c.channel == channel, listings.c.day == day)
        query = select(items).join(listings, listings.c.key == items.c.key)
        query = query.where(here, items.c.state == "listed", items.c.lease.is_(None)).order_by(items.c.key)
        yield from self._lease(run, query)

    def count_listed(self, channel: str, day: str) -> int:
        """The number of distinct articles that a day of a list names."""
        return self._count(channel, day, listings.c.vanished == false())

    def count_waiting(self, channel: str, day: str) -> int:
        """The number of items of a day of a list that are not fetched yet."""
        return self._count(channel, day, items.c.state == "listed")

    def count_settled(self, channel: str, day: str) -> int:
        """The number of items of a day of a list that have an outcome."""
        return self._count(channel, day, items.c.state != "listed")

    def _count(self, channel: str, day: str, state: ColumnElement[bool]) -> int:
        here = and_(listings.c.channel == channel, listings.c.day == day, state)
        count = select(func.count()).select_from(listings).join(items, listings.c.key == items.c.key).where(here)
        with self.engine.connect() as connection:
            return connection.execute(count).scalar_one()

    def count_due(self, channels: Sequence[str]) -> int:
        """The number of retries and recrawls that are due."""
        due = select(func.count()).select_from(items).where(items.c.channel.in_(channels), items.c.due <= self.now)
        with self.engine.connect() as connection:
            return connection.execute(due).scalar_one()

    def due(self, run: int, channels: Sequence[str]) -> Iterator[Lease]:
        """Leases, for a run, the items that a stopped run left unfetched, and the retries and recrawls that are due."""
        free = items.c.lease.is_(None)
        for channel in channels:
            mine = select(items).where(items.c.channel == channel, free)
            yield from self._lease(run, mine.where(items.c.state == "listed").order_by(items.c.key))
            yield from self._lease(run, mine.where(items.c.due <= self.now).order_by(items.c.due))
        named = exists().where(listings.c.key == items.c.key, listings.c.channel.in_(channels))
        shared = select(items).where(items.c.channel.not_in(channels), free, named)  # another list named them last
        yield from self._lease(run, shared.where(items.c.state == "listed").order_by(items.c.channel, items.c.key))
        yield from self._lease(run, shared.where(items.c.due <= self.now).order_by(items.c.due))

    def _lease(self, run: int, query: Select[Any]) -> Iterator[Lease]:
        while True:
            with self.engine.begin() as connection:
                rows = connection.execute(query.limit(BATCH)).all()
                keys = [row.key for row in rows]
                connection.execute(update(items).where(items.c.key.in_(keys)).values(lease=run))
            if not rows:
                return
            for row in rows:
                yield Lease(
                    run, row.key, row.url, row.state, row.reason, row.tries, row.published, row.etag, row.modified
                )

    # Outcomes

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, which is committed at the end of the block: that of the open batch, else a new one."""
        if self.batched:
            yield self.batched
            return
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with: that of the open batch, else a new one."""
        if self.batched:
            yield self.batched
            return
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Puts all writes within the block into one transaction."""
        with self.engine.begin() as connection:
            self.batched = connection
            try:
                yield
            finally:
                self.batched = None

    def is_only_article_at(self, path: str, key: str) -> bool:
        """Whether no other article than `key` has its post at `path`."""
        other = select(articles.c.key).where(articles.c.path == path, articles.c.key != key).limit(1)
        with self.transaction() as connection:
            return connection.execute(other).first() is None

    def stored_article(self, key: str) -> StoredArticle | None:
        """The stored article of a key; None when it is not held."""
        columns = (articles.c.path, articles.c.digest, articles.c.payloads, articles.c.record)
        with self.transaction() as connection:
            row = connection.execute(select(*columns).where(articles.c.key == key)).first()
            if row is None:
                return None
            of_post = select(files.c.digest).where(files.c.path == row.path).order_by(files.c.id.desc())
            file = connection.execute(of_post.limit(1)).scalar() or ""
        record = json.loads(row.record)
        return StoredArticle(row.path, row.digest or article_digest(record), row.payloads, record["categories"], file)

    def written(self, digests: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The paths whose newest version has one of these SHA-256 digests, as (path, digest)."""
        wanted = select(files.c.path, files.c.digest, files.c.id).where(files.c.digest.in_([*digests]))
        with self.transaction() as connection:
            for row in connection.execute(wanted).all():
                newest = select(func.max(files.c.id)).where(files.c.path == row.path)
                if connection.execute(newest).scalar() == row.id:
                    yield row.path, row.digest

    def vacated_paths(self) -> list[str]:
        """The paths whose posts have moved elsewhere since the last manifest."""
        unsealed = select(files.c.path, files.c.size).where(files.c.day == "").order_by(files.c.id)
        with self.transaction() as connection:
            sizes = {row.path: row.size for row in connection.execute(unsealed)}
        return [path for path, size in sizes.items() if size == GONE]

    def know_rules(self, version: str, site: str) -> None:
        """Stores a version of the rules with its site file, as JSON."""
        with self.transaction() as connection:
            upsert(connection, rules, [{"version": version, "newscrawl": __version__, "site": site}], ())

    def keep(
        self, reading: ArticleRecord, path: str, flags: Iterable[str], written: Mapping[str, Any], lease: Lease | None
    ) -> None:
        """Stores an article, its evidence and the path of its post, and acknowledges the lease it was fetched under.

        If the article has changed, the row that it replaces becomes a revision. `written`: from `post_facts`, empty
        when the post was not written.
        """
        now = self.now
        instant = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        row = article_row(reading, path, flags, instant)
        with self.transaction() as connection:
            before = connection.execute(select(articles).where(articles.c.key == reading.key)).first()
            if before is None:
                connection.execute(articles.insert(), row)
            elif (before.digest or article_digest(json.loads(before.record))) == row["digest"]:
                row |= {"kept": before.kept, "revision": before.revision}
                connection.execute(update(articles).where(articles.c.key == reading.key).values(row))
            else:
                upsert(connection, revisions, [revision_row(before._asdict(), instant)], ())
                row["revision"] = before.revision + 1
                connection.execute(update(articles).where(articles.c.key == reading.key).values(row))
            if before is not None and before.path != path:
                self._moved(connection, before.path, reading.key)
            if written:
                connection.execute(files.insert(), file_row(row, reading.rules, written))
            self._acknowledge(connection, lease, reading, now, known=before is not None)

    def keep_new(self, article_rows: Sequence[Mapping[str, Any]], file_rows: Sequence[Mapping[str, Any]]) -> None:
        """Stores articles that are not held yet, and their posts: rows from `article_row` and `file_row`."""
        with self.transaction() as connection:
            connection.execute(articles.insert(), list(article_rows))
            connection.execute(files.insert(), list(file_rows))

    def held_keys(self, keys: Iterable[str]) -> set[str]:
        """The keys whose articles are held."""
        with self.transaction() as connection:
            held = connection.execute(select(articles.c.key).where(articles.c.key.in_(list(keys))))
            return set(held.scalars())

    def same(self, reading: ArticleRecord, lease: Lease | None) -> None:
        """Acknowledges a page whose bytes are the ones that the stored article was read from."""
        with self.transaction() as connection:
            self._acknowledge(connection, lease, reading, self.now, known=True)

    @staticmethod
    def _moved(connection: Connection, path: str, key: str) -> None:
        """Records that the post of an article has left `path`, unless another article has its post there."""
        other = select(articles.c.key).where(articles.c.path == path, articles.c.key != key).limit(1)
        if connection.execute(other).first() is None:
            connection.execute(files.insert(), {"path": path, "key": key, "size": GONE, "digest": "", "day": ""})

    @staticmethod
    def _acknowledge(
        connection: Connection, lease: Lease | None, reading: ArticleRecord, now: int, *, known: bool
    ) -> None:
        if lease is None:  # `fetch`: an earlier crawl may have found the page gone
            restored = update(items).where(items.c.article == reading.key, items.c.state == "gone")
            connection.execute(restored.values(state="known", gone=None))
            return
        published = epoch(reading.record["published"]) or now
        values: dict[str, Any] = {
            "reason": "", "tries": 0, "lease": None, "article": reading.key, "published": published, "looked": now,
            "gone": None, "due": next_recrawl(published, now), "etag": lease.etag, "modified": lease.modified,
        }  # fmt: skip
        if lease.kept:
            values["state"] = held_state
        elif known:  # kept by `fetch`, or under another URL
            values["state"] = "known"
        else:
            values |= {"state": "kept", "run": lease.run}
        connection.execute(update(items).where(items.c.key == lease.key).values(values))

    def unchanged(self, lease: Lease) -> None:
        """Acknowledges a recrawl that found the article unchanged, also when its page had been gone before."""
        due = next_recrawl(lease.published, self.now) if lease.published else None
        values = {"state": held_state, "gone": None, "reason": "", "tries": 0, "due": due, "looked": self.now}
        self._settle(lease, values)

    def refuse(self, lease: Lease, reason: str) -> None:
        """Acknowledges a page that holds no article; a page that says it does not exist (yet) is retried."""
        due = next_retry(lease.tries + 1, self.now) if reason == SOFT_MISSING else None
        self._settle(lease, {"state": "refused", "reason": reason, "due": due, "looked": self.now}, failed=True)

    def fail(self, lease: Lease, reason: str) -> None:
        """Acknowledges a failure, and schedules a retry; an item whose article is held keeps its state."""
        values: dict[str, Any] = {"reason": reason, "due": next_retry(lease.tries + 1, self.now)}
        if not lease.kept:
            values["state"] = "failed"
        elif values["due"] is None and lease.published:
            values["due"] = next_recrawl(lease.published, self.now)
        self._settle(lease, values, failed=True)

    def mark_gone(self, lease: Lease, reason: str) -> None:
        """Acknowledges that the page of an article that is held is gone; recrawls go on, in case it comes back."""
        due = next_recrawl(lease.published, self.now) if lease.published else None
        gone = func.coalesce(items.c.gone, self.now)
        self._settle(lease, {"state": "gone", "reason": reason, "due": due, "looked": self.now, "gone": gone})

    def _settle(self, lease: Lease, values: Mapping[str, Any], *, failed: bool = False) -> None:
        tries = {"tries": items.c.tries + 1} if failed else {}
        with self.engine.begin() as connection:
            connection.execute(update(items).where(items.c.key == lease.key).values({**values, **tries, "lease": None}))

    # Articles

    def is_new_design(self, design: tuple[str, str], enough: int) -> bool:
        """Whether the archive holds `enough` articles of a layout, but none of this design (layout, fingerprint)."""
        if design in self.designs:
            return False
        same_layout = articles.c.layout == design[0]
        same_design = same_layout & (articles.c.fingerprint == design[1])
        with self.transaction() as connection:
            if connection.execute(select(articles.c.key).where(same_design).limit(1)).first():
                self.designs.add(design)
                return False
            first = select(articles.c.key).where(same_layout).limit(enough)
            return len(connection.execute(first).all()) >= enough

    def record(self, key: str) -> dict[str, Any] | None:
        """The row of an article, its record and evidence as data; None when it is not held."""
        with self.engine.connect() as connection:
            row = connection.execute(select(articles).where(articles.c.key == key)).mappings().first()
        if row is None:
            return None
        return {**row, "record": json.loads(row["record"]), "evidence": json.loads(row["evidence"])}

    def articles(
        self,
        parts: Sequence[ArchivePart] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        newest_first: bool = False,
    ) -> Generator[ExportedArticle, None, None]:
        """Yields the articles of any of the parts (none: all) published at or after `since` and before `until`.

        They are in order of publication and key, and are read in chunks from one snapshot of the ledger, which is taken
        when the first is requested.
        """
        columns = (articles.c.key, articles.c.path, articles.c.revision, articles.c.kept, articles.c.record)
        # A coarse filter on texts, whose UTC offsets may differ; the loop below compares instants.
        wanted = [articles.c.published >= (f"{since - OFFSETS:%Y-%m-%d}" if since else "")]
        if until:
            wanted.append(articles.c.published < f"{until + OFFSETS:%Y-%m-%d}")
        if parts:
            wanted.append(or_(*map(_belongs, parts)))
        order = (articles.c.published, articles.c.key)
        query = select(*columns, articles.c.published).where(*wanted)
        query = query.order_by(*(column.desc() for column in order) if newest_first else order)
        with self.engine.connect() as connection:
            for *row, published in connection.execution_options(yield_per=READ).execute(query):
                instant = datetime.fromisoformat(published)
                if (since is None or instant >= since) and (until is None or instant < until):
                    yield ExportedArticle(*row)

    def holds(self, part: ArchivePart) -> bool:
        """Whether a part has any article."""
        with self.engine.connect() as connection:
            return connection.execute(select(articles.c.key).where(_belongs(part)).limit(1)).first() is not None

    def given_up(self) -> list[tuple[str, str, int]]:
        """The failed items that are not retried any more, as (URL, reason, tries)."""
        failed = select(items.c.url, items.c.reason, items.c.tries).where(
            items.c.state == "failed", items.c.due.is_(None)
        )
        with self.engine.connect() as connection:
            return [(row.url, row.reason, row.tries) for row in connection.execute(failed.order_by(items.c.url))]

    def histories(self) -> Iterator[RevisionHistory]:
        """Yields the articles that were changed or withdrawn, in order of their URLs."""
        changed = select(revisions.c.key).union(select(items.c.article).where(items.c.gone.is_not(None))).subquery()
        gone = select(items.c.article, func.max(items.c.gone).label("gone")).group_by(items.c.article).subquery()
        current = (
            select(articles, gone.c.gone)
            .join(changed, changed.c.key == articles.c.key)
            .outerjoin(gone, gone.c.article == articles.c.key)
            .order_by(articles.c.url)
        )
        with self.engine.connect() as connection:
            for row in connection.execute(current):
                earlier = select(revisions).where(revisions.c.key == row.key).order_by(revisions.c.revision)
                readings = [(revision.kept, json.loads(revision.record)) for revision in connection.execute(earlier)]
                readings.append((row.kept, json.loads(row.record)))
                yield RevisionHistory(row.key, row.url, row.path, readings, row.gone)

    def held(self) -> ArchiveStats:
        """The contents of the archive: counts, layouts, days and flagged articles."""
        count, first, last = func.count(), func.min(articles.c.published), func.max(articles.c.published)
        by_layout = select(articles.c.layout, count).group_by(articles.c.layout).order_by(articles.c.layout)
        flagged = select(articles.c.url, articles.c.flags).where(articles.c.flags != "").order_by(articles.c.url)
        with self.engine.connect() as connection:
            total, earliest, latest = connection.execute(select(count, first, last).select_from(articles)).one()
            layouts = {str(layout): int(number) for layout, number in connection.execute(by_layout)}
            flags = [(str(url), str(flags)) for url, flags in connection.execute(flagged)]
        return ArchiveStats(total, layouts, (earliest or "")[:10], (latest or "")[:10], flags)


def _belongs(part: ArchivePart) -> ColumnElement[bool]:
    """The SQL condition that an article is in a part."""
    if part.listed:
        named = select(items.c.article).join(listings, listings.c.key == items.c.key)
        return articles.c.key.in_(named.where(listings.c.channel == part.listed))
    return and_(_below(part.folder), *(~_below(folder) for folder in part.without))


def _below(folder: str) -> ColumnElement[bool]:
    """The SQL condition that an article is in a folder or one of its subfolders."""
    path = f"{folder}/"
    return or_(articles.c.channel == folder, func.substr(articles.c.channel, 1, len(path)) == path)


def _dates(keys: Sequence[str]) -> Select[Any]:
    return select(articles.c.key, articles.c.published).where(articles.c.key.in_(keys))
