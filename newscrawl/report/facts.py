"""Reads the facts of a report from the ledger. The database does the counting: there may be millions of articles.

Days are on the site's clock. Charts and tables have the days from `since` on, findings are of the whole archive.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Integer, and_, case, cast, desc, func, select

from newscrawl.ledger.coverage import Coverage, coverage
from newscrawl.ledger.database import errors_of
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schedule import DAY, day_of
from newscrawl.ledger.schema import articles, captures, files, items, revisions, runs, watermarks
from newscrawl.posts.frontmatter import one_line
from newscrawl.provenance import State
from newscrawl.report.edits import edits
from newscrawl.report.model import (
    NAMED,
    AbandonedItem,
    Days,
    Designs,
    Facts,
    Failures,
    Flagged,
    Freshness,
    Lag,
    RunSummary,
    Summary,
    Totals,
)
from newscrawl.report.spans import HOURS, day_at, every_day
from newscrawl.sites.model import Site

LATE = 7 * DAY  # an article that is kept this long after its publication is a backfill, not news
MANY_DAYS = 400  # a longer span has quantiles by month instead of by day
LATELY = 7 * DAY  # younger events are news to a weekly reader
FIRST = (revisions.c.key == articles.c.key) & (revisions.c.revision == 1)  # the first reading of a changed article


def gather(archive: Path, site: Site, now: datetime, since: str = "") -> Facts:
    """Gathers the facts of an archive. `since` is a day (`2026-03-05`) or empty.

    Raises ArchiveError if the ledger cannot be opened, ArchiveDamaged if it cannot be read.
    """
    with errors_of(archive), Ledger(archive, read_only=True) as ledger:
        return _gather(ledger, archive, site, now.astimezone(site.zone), since)


def _gather(ledger: Ledger, archive: Path, site: Site, now: datetime, since: str) -> Facts:
    zone = site.zone
    labels = {entry.name: entry.label for entry in site.channels} | {entry.name: entry.label for entry in site.lists}
    rolls = {channel.name for channel in site.channels}
    lately = int(now.timestamp()) - LATELY
    with ledger.reading() as connection:
        coverage_of = coverage(connection)
        all_runs = read_runs(connection, zone)
        fresh = freshness(connection, zone, since)
        kept = kept_days(connection, coverage_of, since)
        grown = growth(connection, zone)
        return Facts(
            name=one_line(archive.resolve().name),
            now=now,
            since=since,
            labels={
                name: labels.get(name.partition(":")[0], "") for name in sorted({*coverage_of, *fresh.marks, *kept})
            },
            totals=count(connection, grown),
            kept=kept,
            coverage={
                name: days
                for name in sorted(coverage_of)
                if (days := {day: tally for day, tally in coverage_of[name].items() if day >= since})
            },
            unbalanced=sorted(
                (
                    (day, name, tally)
                    for name, days in coverage_of.items()
                    for day, tally in days.items()
                    if tally.unbalanced
                ),
                key=lambda each: each[:2],
                reverse=True,
            ),
            unread={
                name: missed for name in sorted(coverage_of) if name in rolls and (missed := gaps(coverage_of[name]))
            },
            failures=failures(connection, since, day_of(lately, zone)),
            edits=edits(connection, zone, since),
            designs=designs(connection, zone, since, lately),
            all_runs=all_runs,
            freshness=fresh,
            grown=grown,
        )


def gaps(days: Iterable[str]) -> list[str]:
    """The days that are missing between the first and the last of `days`.

    >>> gaps(["2026-03-05", "2026-03-02", "2026-03-03"])
    ['2026-03-04']
    """
    known = set(days)
    return [day for day in every_day(min(known), max(known)) if day not in known] if known else []


def count(connection: Connection, grown: Days) -> Totals:
    """Counts the archive as a whole."""
    newest = select(func.max(files.c.id)).group_by(files.c.path)
    present = and_(files.c.id.in_(newest), files.c.size >= 0)
    size = func.coalesce(func.sum(files.c.size), 0)
    published = select(func.count(), func.min(articles.c.published), func.max(articles.c.published))
    total, first, last = connection.execute(published.select_from(articles)).one()
    uncounted = func.count(case((files.c.digest == "", 1)))
    posts_size, not_counted = connection.execute(select(size, uncounted).where(present, files.c.key != "")).one()
    stored = select(func.count(), func.count(case((captures.c.file == "", 1)))).select_from(captures)
    number, lost = connection.execute(stored).one()
    return Totals(
        articles=total,
        first=(first or "")[:10],
        last=(last or "")[:10],
        revisions=connection.execute(select(func.count()).select_from(revisions)).scalar_one(),
        withdrawn=connection.execute(select(func.count()).where(items.c.gone.is_not(None))).scalar_one(),
        posts_size=posts_size,
        uncounted=not_counted,
        captures=number,
        captures_size=sum(day.get("captures", 0) for day in grown.values()),
        lost=lost,
    )


def kept_days(connection: Connection, coverage_of: Coverage, since: str) -> Days:
    """The number of articles of each day: under "" by their dates, under a channel those in its list of the day.

    An archive without lists (`fetch`) has the folders of its URLs instead of channels.
    """
    day = func.substr(articles.c.published, 1, 10).label("day")
    all_days = select(day, func.count()).where(day >= since).group_by(day).order_by(day)
    kept: Days = {"": {when: number for when, number in connection.execute(all_days) if when}}
    for channel, tallies in sorted(coverage_of.items()):
        kept[channel] = {when: tally.kept + tally.known for when, tally in sorted(tallies.items()) if when >= since}
    if coverage_of:
        return kept
    folders = select(articles.c.channel, day, func.count()).where(day >= since).group_by(articles.c.channel, day)
    for folder, when, number in connection.execute(folders.order_by(articles.c.channel, day)):
        if when and (top := folder.partition("/")[0]):
            days = kept.setdefault(top, {})
            days[when] = days.get(when, 0) + number
    return kept


def failures(connection: Connection, since: str, lately: str) -> Failures:
    """Counts the items without an article: failed, given up, refused. `lately`: the first day of the last ones."""
    without = items.c.due.is_(None)
    shown = (items.c.day >= since).label("shown")
    counts = (
        select(items.c.state, items.c.reason, shown, func.count(), func.count(case((without, 1))))
        .where(items.c.state.in_((State.FAILED, State.REFUSED)))
        .group_by(items.c.state, items.c.reason, shown)
        .order_by(items.c.state, items.c.reason)
    )
    ever = 0
    reasons: dict[str, tuple[int, int]] = {}
    not_article: dict[str, int] = {}
    for state, reason, is_shown, number, given_up in connection.execute(counts):
        ever += given_up if state == "failed" else 0
        if is_shown and state == "failed":
            reasons[reason] = (number - given_up, given_up)
        elif is_shown:
            not_article[reason] = number
    lost = (items.c.state == "failed") & without
    named = select(items).where(lost, items.c.day >= since).order_by(desc(items.c.day), items.c.url).limit(NAMED)
    return Failures(
        reasons,
        not_article,
        [
            AbandonedItem(row.url, one_line(row.title), row.channel, row.day, row.reason, row.tries)
            for row in connection.execute(named)
        ],
        ever,
        connection.execute(select(func.count()).where(lost, items.c.day >= lately)).scalar_one(),
    )


def designs(connection: Connection, zone: tzinfo, since: str, lately: int) -> Designs:
    """Counts the articles by layout, and the flags. `lately`: epoch seconds since which flags are recent."""
    layouts: Counter[str] = Counter()
    flags: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ever = 0
    published = (func.coalesce(articles.c.published, "~") >= since).label("shown")
    design = (articles.c.layout, articles.c.flags, published)
    for layout, raised, is_shown, number in connection.execute(select(*design, func.count()).group_by(*design)):
        ever += number if raised else 0
        if is_shown:
            layouts[layout] += number
            flags[layout].update(dict.fromkeys(raised.split(), number))
    flagged = articles.c.flags != ""
    keys = select(articles.c.key).where(flagged, published).order_by(desc(articles.c.kept), articles.c.key).limit(NAMED)
    chosen = select(articles).where(articles.c.key.in_(keys)).order_by(desc(articles.c.kept), articles.c.key)
    after = datetime.fromtimestamp(lately, UTC).isoformat()
    news = select(func.count()).select_from(articles).where(flagged, articles.c.kept >= after)
    return Designs(
        dict(sorted(layouts.items())),
        {layout: dict(sorted(flags[layout].items())) for layout in sorted(flags) if flags[layout]},
        [
            Flagged(
                row.url,
                one_line(json.loads(row.record).get("title") or ""),
                row.layout,
                tuple(row.flags.split()),
                datetime.fromisoformat(row.kept).astimezone(zone),
            )
            for row in connection.execute(chosen)
        ],
        ever,
        connection.execute(news).scalar_one(),
    )


def read_runs(connection: Connection, zone: tzinfo) -> list[RunSummary]:
    """All runs in the ledger, the newest first."""
    reader = msgspec.json.Decoder(Summary)

    def summary(text: str | None) -> Summary:
        try:
            return reader.decode(text) if text else Summary()
        except msgspec.DecodeError:  # written by another version of newscrawl
            return Summary()

    return [
        RunSummary(
            row.id,
            row.task,
            datetime.fromtimestamp(row.started, zone),
            row.exit if row.ended is not None else None,
            summary(row.summary),
        )
        for row in connection.execute(select(runs).order_by(desc(runs.c.id)))
    ]


def freshness(connection: Connection, zone: tzinfo, since: str) -> Freshness:
    """How soon after publication articles were first kept, by the day, or month, of publication."""
    waited = seconds(first_kept()) - seconds(articles.c.published)
    lags = (
        select(func.substr(articles.c.published, 1, len("2026-03-05")).label("day"), waited.label("lag"))
        .outerjoin(revisions, FIRST)
        .where(articles.c.published >= since)
        .subquery()
    )
    news = lags.c.lag < LATE
    first, last = connection.execute(select(func.min(lags.c.day), func.max(lags.c.day)).where(news)).one()
    many = first and (date.fromisoformat(last) - date.fromisoformat(first)).days > MANY_DAYS
    when = func.substr(lags.c.day, 1, len("2026-03")) if many else lags.c.day
    place = func.row_number().over(partition_by=when, order_by=lags.c.lag)
    number = func.count().over(partition_by=when)
    ranked = select(when.label("day"), lags.c.lag, place.label("place"), number.label("number")).where(news).subquery()
    quantiles = select(ranked.c.day, func.max(ranked.c.number), _quantile(ranked.c, 5), _quantile(ranked.c, 9))
    quantiles = quantiles.group_by(ranked.c.day).order_by(ranked.c.day)
    late = select(func.count()).select_from(lags).where(lags.c.lag >= LATE)
    marks = select(watermarks).order_by(watermarks.c.channel)
    return Freshness(
        [Lag(day, n, max(median, 0), max(slow, 0)) for day, n, median, slow in connection.execute(quantiles)],
        connection.execute(late).scalar_one(),
        {row.channel: datetime.fromtimestamp(row.until, zone) for row in connection.execute(marks)},
    )


def _quantile(ranked: Any, tenths: int) -> Any:
    """The quantile of the lags at `tenths` / 10, in seconds."""
    return func.min(case((ranked.place * 10 >= ranked.number * tenths, ranked.lag)))


def first_kept() -> ColumnElement[str]:
    """When an article was first kept: by its first revision if there is one, as `kept` changes with each revision."""
    return func.coalesce(revisions.c.kept, articles.c.kept)


def seconds(instant: ColumnElement[Any]) -> ColumnElement[int]:
    """An ISO 8601 instant in epoch seconds, by SQLite."""
    return cast(func.strftime("%s", instant), Integer)


def growth(connection: Connection, zone: tzinfo) -> Days:
    """The growth of each day: `articles`, the bytes of their `posts` as they are now, and of `captures`."""
    grown: defaultdict[str, Counter[str]] = defaultdict(Counter)
    hour = func.substr(first_kept(), 1, HOURS)
    kept = select(hour, func.count()).select_from(articles).outerjoin(revisions, FIRST).group_by(hour)
    for when, number in connection.execute(kept):
        grown[day_at(when, zone)]["articles"] += number
    newest = select(func.max(files.c.id)).where(files.c.key != "").group_by(files.c.path)
    sizes = (
        select(hour, func.sum(files.c.size))
        .join_from(files, articles, articles.c.key == files.c.key)
        .outerjoin(revisions, FIRST)
        .where(files.c.id.in_(newest), files.c.size > 0)
        .group_by(hour)
    )
    for when, size in connection.execute(sizes):
        grown[day_at(when, zone)]["posts"] += size
    latest = select(func.max(files.c.id)).where(files.c.key == "").group_by(files.c.path)
    sizes = select(files.c.path, files.c.size).where(files.c.id.in_(latest))
    whole = {path: size for path, size in connection.execute(sizes)}  # noqa: C416 (rows are no pairs to mypy)
    stored = select(captures.c.file, func.min(captures.c.date), func.sum(captures.c.length))
    for file, begun, answers in connection.execute(stored.where(captures.c.file != "").group_by(captures.c.file)):
        grown[day_at(begun[:HOURS], zone)]["captures"] += (
            whole.get(file) or answers
        )  # a file that is being written has no size yet
    return {day: dict(grown[day]) for day in sorted(grown)}
