"""Reads the facts of a report from the ledger. The database does the counting: there may be millions of articles.

Days are on the site's clock. Charts and tables have the days from `since` on, findings are of the whole archive.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, case, cast, desc, func, select
from sqlalchemy.exc import DatabaseError

from newscrawl.errors import ArchiveDamaged
from newscrawl.ledger.coverage import Coverage, coverage
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import FILE
from newscrawl.ledger.revisions import KINDS, compare, describe
from newscrawl.ledger.schedule import DAY, HOUR, day_of
from newscrawl.ledger.schema import articles, captures, files, items, revisions, runs, watermarks
from newscrawl.posts.frontmatter import one_line
from newscrawl.provenance import State
from newscrawl.report.model import (
    OLDER,
    WITHDRAWN,
    AbandonedItem,
    Days,
    Designs,
    Edits,
    Facts,
    Failures,
    Flagged,
    Freshness,
    Lag,
    Revised,
    RunSummary,
    Summary,
    Totals,
)
from newscrawl.report.spans import every_day
from newscrawl.sites.model import Site

COMPARED = 2000  # the newest revisions, whose changes are classified
NAMED = 30  # most rows of a list of articles or pages
LATE = 7 * DAY  # an article that is kept this long after its publication is a backfill, not news
MANY_DAYS = 400  # a longer span has quantiles by month instead of by day
LATELY = 7 * DAY  # younger events are news to a weekly reader
FIRST = (revisions.c.key == articles.c.key) & (revisions.c.revision == 1)  # the first reading of a changed article
HOURS = len("2026-03-05T08")  # the part of an instant to group by: a day on the site's clock begins with an hour


def gather(archive: Path, site: Site, now: datetime, since: str = "") -> Facts:
    """Gathers the facts of an archive. `since` is a day (`2026-03-05`) or empty.

    Raises ArchiveError if the ledger cannot be opened, ArchiveDamaged if it cannot be read.
    """
    try:
        with Ledger(archive, read_only=True) as ledger:
            return _gather(ledger, archive, site, now.astimezone(site.zone), since)
    except DatabaseError as error:
        why = f"the archive is damaged: {archive / FILE} cannot be read ({error.orig}); put back a copy of it"
        raise ArchiveDamaged(why) from error


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
                    if not tally.balanced
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


def edits(connection: Connection, zone: tzinfo, since: str) -> Edits:
    """Counts the changes and withdrawals after publication. Only the newest revisions are compared: each takes time."""
    days: defaultdict[str, Counter[str]] = defaultdict(Counter)
    hour = func.substr(revisions.c.replaced, 1, HOURS)
    for when, number in connection.execute(select(hour, func.count()).group_by(hour)):
        days[day_at(when, zone)][OLDER] += number
    hours = items.c.gone // HOUR
    for since_1970, number in connection.execute(select(hours, func.count()).where(hours.is_not(None)).group_by(hours)):
        days[day_of(since_1970 * HOUR, zone)][WITHDRAWN] += number
    order = (desc(revisions.c.replaced), revisions.c.key, desc(revisions.c.revision))
    newest = select(revisions.c.key, revisions.c.revision).order_by(*order).limit(COMPARED)
    kinds: Counter[str] = Counter()
    latest: list[Revised] = []
    compared = 0
    for revised, found in compared_revisions(connection, newest, zone, since):
        compared += 1
        kinds.update(found)
        days[revised.when.date().isoformat()].update({OLDER: -1, found[0]: 1})
        latest += [revised] if len(latest) < NAMED else []
    last = func.max(revisions.c.revision)
    often = select(revisions.c.key, last.label("revision")).group_by(revisions.c.key).having(last > 1)
    often = often.order_by(desc(last), revisions.c.key).limit(NAMED)
    most = [revised for revised, _ in compared_revisions(connection, often, zone, since)]
    return Edits(
        {day: {kind: n for kind, n in sorted(days[day].items()) if n} for day in sorted(days) if day >= since},
        {kind: kinds[kind] for kind in KINDS if kinds[kind]},
        compared,
        latest,
        sorted(most, key=lambda revised: -revised.times),
    )


def compared_revisions(
    connection: Connection, chosen: Select[Any], zone: tzinfo, since: str
) -> Iterator[tuple[Revised, tuple[str, ...]]]:
    """Yields the change of each chosen revision (key, revision), and its kinds; the newest first."""
    selected, after = chosen.subquery(), revisions.alias()
    query = (
        select(
            articles.c.url, articles.c.revision, revisions.c.replaced, revisions.c.record.label("was"),
            func.coalesce(after.c.record, articles.c.record).label("became"),
        )
        .join_from(
            selected, revisions,
            (revisions.c.key == selected.c.key) & (revisions.c.revision == selected.c.revision),
        )
        .join(articles, articles.c.key == revisions.c.key)
        .outerjoin(after, (after.c.key == revisions.c.key) & (after.c.revision == revisions.c.revision + 1))
        .order_by(desc(revisions.c.replaced), revisions.c.key, desc(revisions.c.revision))
    )  # fmt: skip
    for row in connection.execute(query):
        when = datetime.fromisoformat(row.replaced).astimezone(zone)
        if when.date().isoformat() < since:
            return
        was, became = json.loads(row.was), json.loads(row.became)
        change = compare(was, became)
        before = one_line(change.title[0]) if change.title else ""
        revised = Revised(
            row.url, one_line(became.get("title") or ""), when, describe(change), before, row.revision - 1
        )
        yield revised, change.kinds or ("markup",)  # a later newscrawl may not count it as a change


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


def day_at(hour: str, zone: tzinfo) -> str:
    """The day of an hour in UTC, in another time zone.

    >>> from zoneinfo import ZoneInfo
    >>> day_at("2026-03-05T17", ZoneInfo("Asia/Shanghai"))
    '2026-03-06'
    """
    return datetime.fromisoformat(f"{hour}:00+00:00").astimezone(zone).date().isoformat()
