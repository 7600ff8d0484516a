"""What was changed after publication: the revisions of the articles, compared with each other."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any

from sqlalchemy import Connection, Select, desc, func, select

from newscrawl.ledger.revisions import KINDS, compare, describe
from newscrawl.ledger.schedule import HOUR, day_of
from newscrawl.ledger.schema import articles, items, revisions
from newscrawl.posts.frontmatter import one_line
from newscrawl.report.model import NAMED, OLDER, WITHDRAWN, Edits, Revised
from newscrawl.report.spans import HOURS, day_at

COMPARED = 2000  # the newest revisions, whose changes are classified


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
