"""The ledger: what every list named, what became of it, and every article as it was read.

Work is leased and acknowledged: what a run took up and did not finish is there for the next one. An acknowledgement and
the article it is about are one transaction.
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
from newscrawl.ledger.schedule import next_recrawl, next_try
from newscrawl.ledger.schema import GONE, articles, files, items, listings, revisions, rules
from newscrawl.outcomes.reasons import SOFT_MISSING
from newscrawl.provenance import Lease
from newscrawl.version import __version__

held = case((items.c.run.is_(None), "known"), else_="kept")  # the state of an item whose article the archive has
BATCH = 50  # leases taken at once
KEYS = 500  # keys in one question: SQLite takes some thousands
READ = 100  # articles read at once
OFFSETS = timedelta(days=2)  # more than two clocks ever differ


class Ledger:
    """An open ledger. Use as a context manager, or close it."""

    def __init__(self, root: Path, *, read_only: bool = False) -> None:
        """Opens or makes the ledger of an archive. Raises ArchiveError when the file is none or of a newer version."""
        self.engine = open_ledger(root, read_only=read_only)
        self.clock: Callable[[], datetime] = lambda: datetime.now(UTC)  # a crawl may live in another time

        self.frames: set[tuple[str, str]] = set()  # designs that are known to be held
        self.batched: Connection | None = None

    @property
    def now(self) -> int:
        """The time, in epoch seconds."""
        return int(self.clock().timestamp())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the file, and leaves no write-ahead log behind where nobody else reads it."""
        self.engine.dispose()

    # Lists

    def note(self, run: int, channel: str, day: str, entries: Iterable[ListedItem]) -> int:
        """Takes in what a day of a list named. What is known stays what it is; one that changed since is due again.

        Gives how many different articles it named.
        """
        now = self.now
        named = sorted(entries, key=lambda entry: not entry.reason)  # a form that can be fetched speaks for its article
        different = list({entry.key: entry for entry in named}.values())
        with self.engine.begin() as connection:
            for start in range(0, len(different), KEYS):
                some = different[start : start + KEYS]
                keys = [entry.key for entry in some]
                known = {row.key: row for row in connection.execute(select(items).where(items.c.key.in_(keys)))}
                kept = {row.key: row for row in connection.execute(_dates(keys))}
                new = [self._item(entry, channel, day, kept.get(entry.key), now) for entry in some]
                if rows := [row for row in new if row["key"] not in known]:
                    connection.execute(items.insert(), rows)
                for entry in some:
                    if entry.key in known:
                        self._note_again(connection, known[entry.key], entry, channel, day, now)
                rows = [{"channel": channel, "day": day, "key": key, "run": run, "vanished": False} for key in keys]
                upsert(connection, listings, rows, ("run", "vanished"))
        return len(different)

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
    def _note_again(connection: Connection, known: Any, entry: ListedItem, channel: str, day: str, now: int) -> None:
        values: dict[str, Any] = {}
        changed = entry.mtime is not None and known.mtime is not None and entry.mtime > known.mtime
        if known.state == "refused" and known.looked is None and not entry.reason:
            values = {"state": "listed", "reason": "", "url": entry.url}  # the site file allows it now
        elif changed and known.state != "listed" and not entry.reason:
            values = {"due": now}
        if (known.channel, known.day) != (channel, day):
            values |= {"channel": channel, "day": day}
        if changed or (known.mtime is None and entry.mtime is not None):
            values |= {"mtime": entry.mtime, "intime": entry.intime, "ctime": entry.ctime}
        if values:
            connection.execute(update(items).where(items.c.key == entry.key).values(values))

    def vanish(self, run: int, channel: str, day: str) -> None:
        """Marks what a proven reading of a day found no more in the list, and makes its pages due for a look."""
        here = and_(listings.c.channel == channel, listings.c.day == day, listings.c.run < run, ~listings.c.vanished)
        kept = items.c.state.in_(("kept", "known"))
        with self.engine.begin() as connection:
            keys = select(listings.c.key).where(here).scalar_subquery()
            connection.execute(update(items).where(items.c.key.in_(keys), kept).values(due=self.now))
            connection.execute(update(listings).where(here).values(vanished=True))

    # Work

    def release(self) -> None:
        """Takes back the leases of a run that is no more."""
        with self.engine.begin() as connection:
            connection.execute(update(items).where(items.c.lease.is_not(None)).values(lease=None))

    def waiting(self, run: int, channel: str, day: str) -> Iterator[Lease]:
        """Leases what a day of a list named and nobody has fetched."""
        here = and_(listings.c.channel == channel, listings.c.day == day)
        question = select(items).join(listings, listings.c.key == items.c.key)
        question = question.where(here, items.c.state == "listed", items.c.lease.is_(None)).order_by(items.c.key)
        yield from self._lease(run, question)

    def count_listed(self, channel: str, day: str) -> int:
        """How many different articles a day of a list names."""
        return self._count(channel, day, listings.c.vanished == false())

    def count_waiting(self, channel: str, day: str) -> int:
        """How many entries of a day of a list nobody has fetched."""
        return self._count(channel, day, items.c.state == "listed")

    def count_settled(self, channel: str, day: str) -> int:
        """How many entries of a day of a list have an outcome."""
        return self._count(channel, day, items.c.state != "listed")

    def _count(self, channel: str, day: str, state: ColumnElement[bool]) -> int:
        here = and_(listings.c.channel == channel, listings.c.day == day, state)
        count = select(func.count()).select_from(listings).join(items, listings.c.key == items.c.key).where(here)
        with self.engine.connect() as connection:
            return connection.execute(count).scalar_one()

    def count_due(self, channels: Sequence[str]) -> int:
        """How much of `due` there is, but for what waits."""
        due = select(func.count()).select_from(items).where(items.c.channel.in_(channels), items.c.due <= self.now)
        with self.engine.connect() as connection:
            return connection.execute(due).scalar_one()

    def due(self, run: int, channels: Sequence[str]) -> Iterator[Lease]:
        """Leases what else is to be done: what a stopped run left, failures to try again, articles to look at again."""
        free = items.c.lease.is_(None)
        for channel in channels:
            mine = select(items).where(items.c.channel == channel, free)
            yield from self._lease(run, mine.where(items.c.state == "listed").order_by(items.c.key))
            yield from self._lease(run, mine.where(items.c.due <= self.now).order_by(items.c.due))
        named = exists().where(listings.c.key == items.c.key, listings.c.channel.in_(channels))
        shared = select(items).where(items.c.channel.not_in(channels), free, named)  # another list named them last
        yield from self._lease(run, shared.where(items.c.state == "listed").order_by(items.c.channel, items.c.key))
        yield from self._lease(run, shared.where(items.c.due <= self.now).order_by(items.c.due))

    def _lease(self, run: int, question: Select[Any]) -> Iterator[Lease]:
        while True:
            with self.engine.begin() as connection:
                rows = connection.execute(question.limit(BATCH)).all()
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
    def writing(self) -> Iterator[Connection]:
        """A transaction: of its own, or the one of the batch that is under way."""
        if self.batched:
            yield self.batched
            return
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Makes all that is kept meanwhile one transaction."""
        with self.engine.begin() as connection:
            self.batched = connection
            try:
                yield
            finally:
                self.batched = None

    def stands_alone(self, path: str, key: str) -> bool:
        """Whether a post is of no other article than this."""
        other = select(articles.c.key).where(articles.c.path == path, articles.c.key != key).limit(1)
        with self.writing() as connection:
            return connection.execute(other).first() is None

    def standing(self, key: str) -> StoredArticle | None:
        """An article as the archive has it, and its file; None when it is not held."""
        columns = (articles.c.path, articles.c.digest, articles.c.payloads, articles.c.record)
        with self.writing() as connection:
            row = connection.execute(select(*columns).where(articles.c.key == key)).first()
            if row is None:
                return None
            of_post = select(files.c.digest).where(files.c.path == row.path).order_by(files.c.id.desc())
            file = connection.execute(of_post.limit(1)).scalar() or ""
        record = json.loads(row.record)
        return StoredArticle(row.path, row.digest or article_digest(record), row.payloads, record["categories"], file)

    def written(self, digests: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The files that should be what one of these digests is of, as (path, digest)."""
        wanted = select(files.c.path, files.c.digest, files.c.id).where(files.c.digest.in_([*digests]))
        with self.writing() as connection:
            for row in connection.execute(wanted).all():
                newest = select(func.max(files.c.id)).where(files.c.path == row.path)
                if connection.execute(newest).scalar() == row.id:
                    yield row.path, row.digest

    def left(self) -> list[str]:
        """The paths that posts have gone from since the last manifest."""
        lately = select(files.c.path, files.c.size).where(files.c.day == "").order_by(files.c.id)
        with self.writing() as connection:
            sizes = {row.path: row.size for row in connection.execute(lately)}
        return [path for path, size in sizes.items() if size == GONE]

    def know_rules(self, version: str, site: str) -> None:
        """Notes a version of the rules: the site file that it stands for, as JSON."""
        with self.writing() as connection:
            upsert(connection, rules, [{"version": version, "newscrawl": __version__, "site": site}], ())

    def keep(
        self, reading: ArticleRecord, path: str, flags: Iterable[str], written: Mapping[str, Any], lease: Lease | None
    ) -> None:
        """Notes an article, its evidence and where its post stands, and acknowledges the lease it was fetched under.

        A reading that it takes the place of stays as a revision. `written`: the facts of the post that was
        written (`post_facts`), empty where it stayed as it was.
        """
        now = self.now
        instant = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
        row = article_row(reading, path, flags, instant)
        with self.writing() as connection:
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
        """Notes articles that are not held yet, and their posts: rows as `article_row` and `file_row` give them."""
        with self.writing() as connection:
            connection.execute(articles.insert(), list(article_rows))
            connection.execute(files.insert(), list(file_rows))

    def held_of(self, keys: Iterable[str]) -> set[str]:
        """Which of these articles are held."""
        with self.writing() as connection:
            held = connection.execute(select(articles.c.key).where(articles.c.key.in_(list(keys))))
            return set(held.scalars())

    def same(self, reading: ArticleRecord, lease: Lease | None) -> None:
        """Acknowledges a page that is the one its article was read from, to the byte."""
        with self.writing() as connection:
            self._acknowledge(connection, lease, reading, self.now, known=True)

    @staticmethod
    def _moved(connection: Connection, path: str, key: str) -> None:
        """Notes that a post is no more where it was, unless another article has it."""
        other = select(articles.c.key).where(articles.c.path == path, articles.c.key != key).limit(1)
        if connection.execute(other).first() is None:
            connection.execute(files.insert(), {"path": path, "key": key, "size": GONE, "digest": "", "day": ""})

    @staticmethod
    def _acknowledge(
        connection: Connection, lease: Lease | None, reading: ArticleRecord, now: int, *, known: bool
    ) -> None:
        if lease is None:  # `fetch` may have found a page that a crawl had found gone
            back = update(items).where(items.c.article == reading.key, items.c.state == "gone")
            connection.execute(back.values(state="known", gone=None))
            return
        published = epoch(reading.record["published"]) or now
        values: dict[str, Any] = {
            "reason": "", "tries": 0, "lease": None, "article": reading.key, "published": published, "looked": now,
            "gone": None, "due": next_recrawl(published, now), "etag": lease.etag, "modified": lease.modified,
        }  # fmt: skip
        if lease.kept:
            values["state"] = held
        elif known:  # kept by `fetch`, or under another address
            values["state"] = "known"
        else:
            values |= {"state": "kept", "run": lease.run}
        connection.execute(update(items).where(items.c.key == lease.key).values(values))

    def unchanged(self, lease: Lease) -> None:
        """Acknowledges a look that found nothing new, also where it was found gone before."""
        due = next_recrawl(lease.published, self.now) if lease.published else None
        values = {"state": held, "gone": None, "reason": "", "tries": 0, "due": due, "looked": self.now}
        self._settle(lease, values)

    def refuse(self, lease: Lease, reason: str) -> None:
        """Acknowledges a page that holds no article; one that was not there (yet) is tried again."""
        due = next_try(lease.tries + 1, self.now) if reason == SOFT_MISSING else None
        self._settle(lease, {"state": "refused", "reason": reason, "due": due, "looked": self.now}, failed=True)

    def fail(self, lease: Lease, reason: str) -> None:
        """Acknowledges a failure, to be tried again later; what is kept already stays kept."""
        values: dict[str, Any] = {"reason": reason, "due": next_try(lease.tries + 1, self.now)}
        if not lease.kept:
            values["state"] = "failed"
        elif values["due"] is None and lease.published:
            values["due"] = next_recrawl(lease.published, self.now)
        self._settle(lease, values, failed=True)

    def mark_gone(self, lease: Lease, reason: str) -> None:
        """Acknowledges that the page of an article that is kept is gone; whether it comes back is looked at, too."""
        due = next_recrawl(lease.published, self.now) if lease.published else None
        gone = func.coalesce(items.c.gone, self.now)
        self._settle(lease, {"state": "gone", "reason": reason, "due": due, "looked": self.now, "gone": gone})

    def _settle(self, lease: Lease, values: Mapping[str, Any], *, failed: bool = False) -> None:
        more = {"tries": items.c.tries + 1} if failed else {}
        with self.engine.begin() as connection:
            connection.execute(update(items).where(items.c.key == lease.key).values({**values, **more, "lease": None}))

    # Articles

    def is_new_design(self, frame: tuple[str, str], enough: int) -> bool:
        """Whether the archive holds `enough` pages of a layout, and none with a fingerprint such as this."""
        if frame in self.frames:
            return False
        same_layout = articles.c.layout == frame[0]
        same_design = same_layout & (articles.c.fingerprint == frame[1])
        with self.writing() as connection:
            if connection.execute(select(articles.c.key).where(same_design).limit(1)).first():
                self.frames.add(frame)
                return False
            some = select(articles.c.key).where(same_layout).limit(enough)
            return len(connection.execute(some).all()) >= enough

    def record(self, key: str) -> dict[str, Any] | None:
        """The record and evidence of an article, as data; None when it is not held."""
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
        """The articles of any of the parts (none: of all) that were published from `since` on and before `until`.

        They come in order of publication and key, a few at a time, all as of the moment the first is asked for.
        """
        columns = (articles.c.key, articles.c.path, articles.c.revision, articles.c.kept, articles.c.record)
        # Texts are compared here, whose offsets may differ, and instants below.
        wanted = [articles.c.published >= (f"{since - OFFSETS:%Y-%m-%d}" if since else "")]
        if until:
            wanted.append(articles.c.published < f"{until + OFFSETS:%Y-%m-%d}")
        if parts:
            wanted.append(or_(*map(_belongs, parts)))
        order = (articles.c.published, articles.c.key)
        question = select(*columns, articles.c.published).where(*wanted)
        question = question.order_by(*(column.desc() for column in order) if newest_first else order)
        with self.engine.connect() as connection:
            for *row, published in connection.execution_options(yield_per=READ).execute(question):
                instant = datetime.fromisoformat(published)
                if (since is None or instant >= since) and (until is None or instant < until):
                    yield ExportedArticle(*row)

    def holds(self, part: ArchivePart) -> bool:
        """Whether there is an article of a part."""
        with self.engine.connect() as connection:
            return connection.execute(select(articles.c.key).where(_belongs(part)).limit(1)).first() is not None

    def given_up(self) -> list[tuple[str, str, int]]:
        """Items that will not be tried again, as (URL, reason, tries)."""
        failed = select(items.c.url, items.c.reason, items.c.tries).where(
            items.c.state == "failed", items.c.due.is_(None)
        )
        with self.engine.connect() as connection:
            return [(row.url, row.reason, row.tries) for row in connection.execute(failed.order_by(items.c.url))]

    def histories(self) -> Iterator[RevisionHistory]:
        """The articles that were changed or withdrawn, in order of their addresses."""
        changed = select(revisions.c.key).union(select(items.c.article).where(items.c.gone.is_not(None))).subquery()
        gone = select(items.c.article, func.max(items.c.gone).label("gone")).group_by(items.c.article).subquery()
        now = (
            select(articles, gone.c.gone)
            .join(changed, changed.c.key == articles.c.key)
            .outerjoin(gone, gone.c.article == articles.c.key)
            .order_by(articles.c.url)
        )
        with self.engine.connect() as connection:
            for row in connection.execute(now):
                before = select(revisions).where(revisions.c.key == row.key).order_by(revisions.c.revision)
                readings = [(one.kept, json.loads(one.record)) for one in connection.execute(before)]
                readings.append((row.kept, json.loads(row.record)))
                yield RevisionHistory(row.key, row.url, row.path, readings, row.gone)

    def held(self) -> ArchiveStats:
        """What the archive holds."""
        count, first, last = func.count(), func.min(articles.c.published), func.max(articles.c.published)
        by_layout = select(articles.c.layout, count).group_by(articles.c.layout).order_by(articles.c.layout)
        flagged = select(articles.c.url, articles.c.flags).where(articles.c.flags != "").order_by(articles.c.url)
        with self.engine.connect() as connection:
            total, earliest, latest = connection.execute(select(count, first, last).select_from(articles)).one()
            layouts = {str(layout): int(number) for layout, number in connection.execute(by_layout)}
            flags = [(str(url), str(flags)) for url, flags in connection.execute(flagged)]
        return ArchiveStats(total, layouts, (earliest or "")[:10], (latest or "")[:10], flags)


def _belongs(part: ArchivePart) -> ColumnElement[bool]:
    """Whether an article is of a part."""
    if part.listed:
        named = select(items.c.article).join(listings, listings.c.key == items.c.key)
        return articles.c.key.in_(named.where(listings.c.channel == part.listed))
    return and_(_below(part.folder), *(~_below(folder) for folder in part.without))


def _below(folder: str) -> ColumnElement[bool]:
    path = f"{folder}/"
    return or_(articles.c.channel == folder, func.substr(articles.c.channel, 1, len(path)) == path)


def _dates(keys: Sequence[str]) -> Select[Any]:
    return select(articles.c.key, articles.c.published).where(articles.c.key.in_(keys))
