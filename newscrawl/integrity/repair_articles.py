"""The repair of articles, revisions and items of the ledger."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from newscrawl.archive.manifests import manifest_path
from newscrawl.archive.paths import LEDGER, path_for
from newscrawl.archive.prepared import record_of
from newscrawl.extraction.article import Article
from newscrawl.integrity.damage import WrongFile
from newscrawl.integrity.model import Expected, ManifestEntry, is_proven
from newscrawl.integrity.plan import ListAgain, RestoreArticle, RestoreItem
from newscrawl.integrity.repair_posts import form_of, key_of, sha256_of
from newscrawl.integrity.work import Repair, Work
from newscrawl.ledger.database import upsert
from newscrawl.ledger.examine import matches_digest
from newscrawl.ledger.record import ArticleRecord, article_row, post_facts, revision_row
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schedule import next_recrawl
from newscrawl.ledger.schema import articles, files, items, listings, revisions
from newscrawl.posts.render import post_of
from newscrawl.provenance import State


@dataclass(slots=True)
class Reading:
    """An article as one capture has it, or several captures in a row."""

    date: str  # of the first of them, ISO 8601 in UTC
    first: Article  # of which the post was written
    last: Article  # of which the record was kept

    def record(self) -> ArticleRecord:
        """The record that an archive keeps: categories stay those of the post."""
        self.last.categories = self.first.categories
        return record_of(self.last)


def restore_article(work: Work, action: RestoreArticle) -> Iterator[Repair]:
    """Restores an article and its revisions from captures; only its earlier revisions if the article is intact."""
    if action.path not in work.found.files:
        return  # the post is not in `files` yet: `AdoptPosts` could not add it
    entry = work.found.files[action.path]
    what = f"{LEDGER}, article of {entry.path}"
    with work.ledger.reading() as connection:
        row = connection.execute(select(articles).where(articles.c.path == entry.path)).first()
        moved = connection.execute(select(articles).where(articles.c.key == entry.key)).first() if not row else None
    if moved and is_intact(moved) and path_for(json.loads(moved.record)) == entry.path:
        with work.ledger.transaction() as connection:
            connection.execute(update(articles).where(articles.c.key == entry.key).values(path=entry.path))
        yield Repair(what, "has its path again")
        return
    key = row.key if row else entry.key or key_of(entry, work.rebuilder)
    intact = row is not None and is_intact(row)
    readings = distinct_readings(work, key, entry)
    if not readings and entry.path in work.rebuilder.keys_by_path:
        key = work.rebuilder.keys_by_path[entry.path]
        readings = distinct_readings(work, key, entry)
        how = f"names {entry.url} for {entry.path}, which is not its URL; it is kept as it is"
        yield Repair(manifest_path(entry.day) if entry.day else f"{LEDGER}, file of {entry.path}", how, done=False)
        with work.ledger.transaction() as connection:
            same = (files.c.path == entry.path) & (files.c.key == entry.key)
            connection.execute(update(files).where(same).values(key=key))
    if not readings:
        yield Repair(what, f"cannot be restored without a capture; newscrawl fetch {entry.url} -o …", done=False)
        return
    yield from write_article(work, entry, key, readings, intact=intact)


def is_intact(row: Any) -> bool:
    """Whether a row of `articles` has a revision, and the record that its digest states."""
    return row.revision > 0 and (not row.digest or matches_digest(row.record, row.digest))


def distinct_readings(work: Work, key: str, entry: ManifestEntry) -> list[Reading]:
    """The revisions of an article that captures have, in order."""
    readings: list[Reading] = []
    for date, article in work.rebuilder.readings(key, work.rebuilder.site(entry.rules, entry.url)):
        before = readings[-1] if readings else None
        if before is None or article_digest(before.first.record()) != article_digest(article.record()):
            readings.append(Reading(date, article, article))
        elif len(article.categories) > len(before.first.categories):  # its post got a label
            before.first = before.last = article
        elif payloads_of(before.last) != payloads_of(article):
            before.last = article
    return readings


def payloads_of(article: Article) -> list[str]:
    """The SHA-1 of each of an article's pages."""
    return [capture.payload for capture in article.captures]


def write_article(
    work: Work, entry: ManifestEntry, key: str, readings: Sequence[Reading], *, intact: bool
) -> Iterator[Repair]:
    """Writes an article and its revisions, from its readings. `intact`: only its revisions."""
    what = f"{LEDGER}, article of {entry.path}"
    form = form_of(entry)
    posts = [post_of(reading.first, *form) for reading in readings]
    named = next((number for number, post in enumerate(posts) if sha256_of(post) == entry.digest), None)
    is_there = all(damage.path != entry.path for damage in work.found.of(WrongFile))
    zone = work.rebuilder.site(entry.rules, entry.url).zone
    days = [day_of(reading.date, zone) for reading in readings]
    newest = newest_reading(days, named, entry.day, work.found.expected, is_there=is_there)
    revision = (entry.revision or (named or newest) + 1) + (newest - named if named is not None else 0)
    kept = readings[: newest + 1]
    if not intact:
        revision = max(revision, len(kept))  # the entry may be that of an earlier version
    rows = []
    for reading, number in zip(kept[::-1], range(revision, 0, -1), strict=False):
        record = reading.record()
        rows.append(article_row(record, entry.path, record.flags, second_of(reading.date), number) | {"key": key})
    count = select(func.count()).where(revisions.c.key == key)
    with work.ledger.transaction() as connection:
        before = connection.execute(count).scalar_one()
        if not intact:
            upsert(connection, articles, rows[:1], [name for name in rows[0] if name != "key"])
            if named is not None and newest != named:  # the post of the newest one is still to be written
                facts = post_facts(posts[newest].encode(), *form)
                later = entry._asdict() | facts | {"key": key, "revision": revision, "day": ""}
                connection.execute(insert(files).values(later))
        for new, old in pairwise(rows):
            row = revision_row(old, new["kept"])
            upsert(connection, revisions, [row], [name for name in row if name not in ("key", "revision", "replaced")])
        held = connection.execute(count).scalar_one()
    if held > before or not intact or held >= revision - 1:
        yield Repair(what, "was restored from its captures")
    if held < revision - 1:
        lost = "1 earlier revision is" if revision - 1 - held == 1 else f"{revision - 1 - held} earlier revisions are"
        yield Repair(what, f"{lost} lost", done=False)


def newest_reading(days: Sequence[str], named: int | None, day: str, expected: Expected, *, is_there: bool) -> int:
    """The index of the reading that an article is restored to.

    `days`: of all readings, in the site's time zone; `named`: the index of the one that a manifest names, None for
    none; `day`: of that manifest; `is_there`: the post has the bytes that the manifest names. A later reading is the
    article if no manifest says what was kept on its day: that manifest is lost. But a post that is there is what was
    kept last.
    """
    last = len(days) - 1
    if named is None or is_there or not day:
        return last if named is None else named
    return last if not is_proven(expected, days[last]) else named


def day_of(date: str, zone: tzinfo) -> str:
    """The day in a time zone in which an instant lies.

    >>> from zoneinfo import ZoneInfo
    >>> day_of("2026-03-02T17:00:00Z", ZoneInfo("Asia/Shanghai"))
    '2026-03-03'
    """
    return f"{datetime.fromisoformat(date).astimezone(zone):%Y-%m-%d}"


def second_of(date: str) -> str:
    """An ISO 8601 instant in UTC, truncated to seconds: the form of the ledger's column `kept`.

    >>> second_of("2026-11-22T10:00:00.123456Z")
    '2026-11-22T10:00:00+00:00'
    """
    return datetime.fromisoformat(date).astimezone(UTC).isoformat(timespec="seconds")


def restore_item(work: Work, action: RestoreItem) -> Iterator[Repair]:
    """Restores the missing item of a listing: as `known` if the article is held, else as `listed`."""
    what = f"{LEDGER}, item {action.key}"
    urls = [capture.url for capture in work.rebuilder.captured.get(action.key, [])]
    with work.ledger.transaction() as connection:
        if connection.execute(select(items.c.key).where(items.c.key == action.key)).first():
            return  # another day listed it too
        article = connection.execute(select(articles).where(articles.c.key == action.key)).first()
        if article is None and not urls:
            connection.execute(delete(listings).where(listings.c.key == action.key))
            how = f"its URL is lost; newscrawl crawl {action.channel} --since {action.day} --until {action.day} -o …"
            yield Repair(what, how, done=False)
            return
        item = {"key": action.key, "url": article.url if article else urls[0]}
        item |= {"channel": action.channel, "day": action.day, "state": State.LISTED}
        if article:
            published = int(datetime.fromisoformat(article.published).timestamp())
            due = next_recrawl(published, int(work.now.timestamp()))
            item |= {"state": State.KNOWN, "article": action.key, "published": published, "due": due}
        upsert(connection, items, [item], ())
    yield Repair(what, "was restored" if article else "will be fetched again")


def list_again(work: Work, action: ListAgain) -> Iterator[Repair]:
    """Lists an item again whose article is lost."""
    with work.ledger.transaction() as connection:
        values = {"state": State.LISTED, "article": None, "run": None, "due": None, "etag": "", "modified": ""}
        connection.execute(update(items).where(items.c.key == action.key).values(values))
    yield Repair(f"{LEDGER}, item {action.key}", "its article is lost; the next crawl fetches it again", done=False)
