"""The articles that an archive holds: their newest revisions, the earlier ones, and the files of their posts.

Every function works within the transaction of its `connection`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true, union_all, update

from newscrawl.ledger.database import upsert
from newscrawl.ledger.model import ArchivePart, ArchiveStats, ExportedArticle, RevisionHistory, StoredArticle
from newscrawl.ledger.record import ArticleRecord, article_row, file_row, revision_row
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schema import GONE, articles, files, items, listings, revisions, rules
from newscrawl.version import __version__

READ = 100  # articles per fetch from the cursor
OFFSETS = timedelta(days=3)  # more than two UTC offsets ever differ (26 hours), and the rest of a day

# Storing


def keep(
    connection: Connection,
    reading: ArticleRecord,
    path: str,
    flags: Iterable[str],
    written: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Stores an article, its evidence and the path of its post. Returns whether the article was held before.

    If the article has changed, the row that it replaces becomes a revision. `written`: from `post_facts`, empty when
    the post was not written.
    """
    instant = now.astimezone(UTC).isoformat(timespec="seconds")
    row = article_row(reading, path, flags, instant)
    before = connection.execute(select(articles).where(articles.c.key == reading.key)).first()
    if before is None:
        connection.execute(articles.insert(), row)
    else:
        if (before.digest or article_digest(json.loads(before.record))) == row["digest"]:
            row |= {"kept": before.kept, "revision": before.revision}
        else:
            upsert(connection, revisions, [revision_row(before._asdict(), instant)], ())
            row["revision"] = before.revision + 1
        connection.execute(update(articles).where(articles.c.key == reading.key).values(row))
        if before.path != path and is_only_article_at(connection, before.path, reading.key):
            _vacate(connection, before.path, reading.key)
    if written:
        connection.execute(files.insert(), file_row(row, reading.rules, written))
    return before is not None


def keep_new(
    connection: Connection, article_rows: Sequence[Mapping[str, Any]], file_rows: Sequence[Mapping[str, Any]]
) -> None:
    """Stores articles that are not held yet, and their posts: rows from `article_row` and `file_row`."""
    connection.execute(articles.insert(), list(article_rows))
    connection.execute(files.insert(), list(file_rows))


def _vacate(connection: Connection, path: str, key: str) -> None:
    """Records that the post of an article has left `path`."""
    connection.execute(files.insert(), {"path": path, "key": key, "size": GONE, "digest": "", "day": ""})


def keep_rules(connection: Connection, version: str, site: str) -> None:
    """Stores a version of the rules with its site file, as JSON."""
    upsert(connection, rules, [{"version": version, "newscrawl": __version__, "site": site}], ())


# What is held


def is_only_article_at(connection: Connection, path: str, key: str) -> bool:
    """Whether no other article than `key` has its post at `path`."""
    return not _any(connection, (articles.c.path == path) & (articles.c.key != key))


def stored_article(connection: Connection, key: str) -> StoredArticle | None:
    """The stored article of a key; None when it is not held."""
    columns = (articles.c.path, articles.c.digest, articles.c.payloads, articles.c.record)
    row = connection.execute(select(*columns).where(articles.c.key == key)).first()
    if row is None:
        return None
    versions = select(files.c.digest).where(files.c.path == row.path).order_by(files.c.id.desc())
    file = connection.execute(versions).scalar() or ""
    record = json.loads(row.record)
    return StoredArticle(row.path, row.digest or article_digest(record), row.payloads, record["categories"], file)


def held_keys(connection: Connection, keys: Iterable[str]) -> set[str]:
    """The keys whose articles are held."""
    held = connection.execute(select(articles.c.key).where(articles.c.key.in_(list(keys))))
    return set(held.scalars())


def holds_any(connection: Connection) -> bool:
    """Whether any article is held."""
    return _any(connection, true())


def title_of(connection: Connection, key: str) -> str:
    """The title of an article that is held, else that which a list gives it; empty for an unknown one."""
    record = connection.execute(select(articles.c.record).where(articles.c.key == key)).scalar()
    if record:
        return str(json.loads(record)["title"])
    return connection.execute(select(items.c.title).where(items.c.key == key)).scalar() or ""


def captures_kept(connection: Connection) -> Iterator[int]:
    """Yields the ids of the captures that the articles and their earlier revisions were read from, some repeatedly."""
    rows = union_all(select(articles.c.captures), select(revisions.c.captures))
    for texts in connection.execution_options(yield_per=READ).execute(rows).scalars():
        yield from map(int, texts.split())


def has_design(connection: Connection, design: tuple[str, str]) -> bool:
    """Whether any article has this design (layout, fingerprint)."""
    return _any(connection, (articles.c.layout == design[0]) & (articles.c.fingerprint == design[1]))


def has_many_of(connection: Connection, layout: str, enough: int) -> bool:
    """Whether at least `enough` articles have this layout."""
    first = select(articles.c.key).where(articles.c.layout == layout).limit(enough)
    return len(connection.execute(first).all()) >= enough


def posts_with(connection: Connection, digests: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yields the paths whose newest version has one of these SHA-256 digests, as (path, digest)."""
    wanted = select(files.c.path, files.c.digest, files.c.id).where(files.c.digest.in_([*digests]))
    for row in connection.execute(wanted).all():
        newest = select(func.max(files.c.id)).where(files.c.path == row.path)
        if connection.execute(newest).scalar() == row.id:
            yield row.path, row.digest


def vacated_paths(connection: Connection) -> list[str]:
    """The paths whose posts have moved elsewhere since the last manifest."""
    unsealed = select(files.c.path, files.c.size).where(files.c.day == "").order_by(files.c.id)
    sizes = {row.path: row.size for row in connection.execute(unsealed)}
    return [path for path, size in sizes.items() if size == GONE]


# Reading


def article(connection: Connection, key: str) -> dict[str, Any] | None:
    """The row of an article, its record and evidence as data; None when it is not held."""
    row = connection.execute(select(articles).where(articles.c.key == key)).mappings().first()
    if row is None:
        return None
    return {**row, "record": json.loads(row["record"]), "evidence": json.loads(row["evidence"])}


def published_articles(
    connection: Connection,
    parts: Sequence[ArchivePart] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    newest_first: bool = False,
) -> Iterator[ExportedArticle]:
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
    for *row, published in connection.execution_options(yield_per=READ).execute(query):
        instant = datetime.fromisoformat(published)
        if (since is None or instant >= since) and (until is None or instant < until):
            yield ExportedArticle(*row)


def holds(connection: Connection, part: ArchivePart) -> bool:
    """Whether a part has any article."""
    return _any(connection, _belongs(part))


def _any(connection: Connection, which: ColumnElement[bool]) -> bool:
    """Whether there is any such article."""
    return connection.execute(select(articles.c.key).where(which).limit(1)).first() is not None


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


def histories(connection: Connection) -> Iterator[RevisionHistory]:
    """Yields the articles that were changed or withdrawn, in order of their URLs."""
    changed = select(revisions.c.key).union(select(items.c.article).where(items.c.gone.is_not(None))).subquery()
    gone = select(items.c.article, func.max(items.c.gone).label("gone")).group_by(items.c.article).subquery()
    current = (
        select(articles, gone.c.gone)
        .join(changed, changed.c.key == articles.c.key)
        .outerjoin(gone, gone.c.article == articles.c.key)
        .order_by(articles.c.url)
    )
    for row in connection.execute(current):
        earlier = select(revisions).where(revisions.c.key == row.key).order_by(revisions.c.revision)
        readings = [(revision.kept, json.loads(revision.record)) for revision in connection.execute(earlier)]
        readings.append((row.kept, json.loads(row.record)))
        yield RevisionHistory(row.key, row.url, row.path, readings, row.gone)


def stats(connection: Connection) -> ArchiveStats:
    """The contents of the archive: counts, layouts, days and flagged articles."""
    count, first, last = func.count(), func.min(articles.c.published), func.max(articles.c.published)
    by_layout = select(articles.c.layout, count).group_by(articles.c.layout).order_by(articles.c.layout)
    flagged = select(articles.c.url, articles.c.flags).where(articles.c.flags != "").order_by(articles.c.url)
    total, earliest, latest = connection.execute(select(count, first, last).select_from(articles)).one()
    layouts = {str(layout): int(number) for layout, number in connection.execute(by_layout)}
    flags = [(str(url), str(flags)) for url, flags in connection.execute(flagged)]
    return ArchiveStats(total, layouts, (earliest or "")[:10], (latest or "")[:10], flags)
