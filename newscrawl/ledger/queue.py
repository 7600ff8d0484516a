"""The queue: the items that lists named, leased to runs and settled with an outcome.

A lease is settled in the transaction that stores what it brought, so the next run continues with what a killed run had
leased. Every function works within the transaction of its `connection`; all times are in epoch seconds.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, exists, false, func, or_, select, update

from newscrawl.ledger import states
from newscrawl.ledger.database import epoch, upsert
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schedule import AHEAD, LONGEST
from newscrawl.ledger.schema import articles, items, listings
from newscrawl.outcomes.reasons import GONE
from newscrawl.provenance import LIST, Lease, State

BATCH = 50  # leases per transaction
FREE = and_(items.c.lease.is_(None), items.c.killed == 0)  # leased by nobody, and before the suspects
KEYS = 500  # keys per query; SQLite's limit is some thousands

# Lists


def note(connection: Connection, run: int, channel: str, day: str, entries: Iterable[ListedItem], now: int) -> int:
    """Stores the entries of a day of a list, and returns the number of distinct articles among them.

    Known items keep their state; those that have changed since are due again.
    """
    # Of several entries of one article the last wins: sort those that can be fetched to the end.
    ordered = sorted(entries, key=lambda entry: not entry.reason)
    distinct = list({entry.key: entry for entry in ordered}.values())
    for start in range(0, len(distinct), KEYS):
        chunk = distinct[start : start + KEYS]
        keys = [entry.key for entry in chunk]
        rows = connection.execute(select(items).where(items.c.key.in_(keys))).mappings()
        known = {row["key"]: dict(row) for row in rows}
        held = select(articles.c.key, articles.c.published).where(articles.c.key.in_(keys))
        published = {row.key: epoch(row.published) for row in connection.execute(held)}
        new = [entry for entry in chunk if entry.key not in known]
        fresh = [
            states.listed(entry, channel, day, now, held=entry.key in published, published=published.get(entry.key))
            for entry in new
        ]
        if fresh:
            connection.execute(items.insert(), fresh)
        for entry in chunk:
            if entry.key in known:
                _update(connection, entry.key, states.listed_again(known[entry.key], entry, channel, day, now))
        named = [{"channel": channel, "day": day, "key": key, "run": run, "vanished": False} for key in keys]
        upsert(connection, listings, named, ("run", "vanished"))
    return len(distinct)


def vanish(connection: Connection, run: int, channel: str, day: str, now: int) -> None:
    """Marks the listings of a day that a proven reading of the list, by `run`, no longer has.

    Their articles are due for a recrawl.
    """
    here = and_(listings.c.channel == channel, listings.c.day == day, listings.c.run < run, ~listings.c.vanished)
    _recrawl(connection, here, now)
    connection.execute(update(listings).where(here).values(vanished=True))


def recrawl_day(connection: Connection, channel: str, day: str, now: int) -> None:
    """Has the articles of a day recrawled, whose list is empty all at once: their pages say whether they are gone."""
    _recrawl(connection, and_(listings.c.channel == channel, listings.c.day == day, ~listings.c.vanished), now)


def _recrawl(connection: Connection, chosen: ColumnElement[bool], now: int) -> None:
    keys = select(listings.c.key).where(chosen).scalar_subquery()
    kept = items.c.state.in_((State.KEPT, State.KNOWN))
    connection.execute(update(items).where(items.c.key.in_(keys), kept).values(due=now))


# Leases


def release(connection: Connection) -> list[str]:
    """Releases the leases of killed runs. Returns the URLs of the items that are set aside by that."""
    aside = []
    for row in connection.execute(select(items).where(items.c.lease.is_not(None), items.c.sent)).mappings().all():
        values = states.cut_short(dict(row))
        _update(connection, row["key"], values)
        if values.get("reason") == states.KILLED:
            aside.append(str(row["url"]))
    connection.execute(update(items).where(items.c.lease.is_not(None)).values(lease=None))
    return aside


def give_back(connection: Connection) -> None:
    """Releases the leases of a run that ends by itself: what is still under way costs no try."""
    under_way = items.c.lease.is_not(None) & items.c.sent
    connection.execute(update(items).where(under_way).values(sent=False, tries=items.c.tries - 1))
    connection.execute(update(items).where(items.c.lease.is_not(None)).values(lease=None))


def lease(connection: Connection, run: int, wanted: Select[Any]) -> list[Lease]:
    """Leases the next items of a query to a run, at most `BATCH`; an empty list if none is left."""
    rows = connection.execute(wanted.limit(BATCH)).all()
    lists = lists_of(connection, [row.key for row in rows])
    connection.execute(update(items).where(items.c.key.in_([row.key for row in rows])).values(lease=run))
    return [
        Lease(
            run,
            row.key,
            row.url,
            State(row.state),
            row.reason,
            row.tries,
            row.published,
            row.etag,
            row.modified,
            row.run,
            row.title,
            lists.get(row.key, ()),
            row.killed,
        )
        for row in rows
    ]


def lists_of(connection: Connection, keys: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The names of the lists that have named articles, by the key of the article; at most `KEYS` of them.

    Of an article that is held and filed under a list, it is only that one, so that its label stays.
    """
    place = func.json_extract(articles.c.evidence, "$.categories.place")
    known = case((func.json_valid(articles.c.evidence) == 1, place))
    held = connection.execute(select(articles.c.key, known.label("place")).where(articles.c.key.in_(keys)))
    filed = {row.key: (str(row.place).removeprefix(LIST),) for row in held if str(row.place).startswith(LIST)}
    found: defaultdict[str, list[str]] = defaultdict(list)
    query = select(listings.c.key, listings.c.channel).where(listings.c.key.in_(keys)).distinct()
    for key, name in connection.execute(query.order_by(listings.c.channel)):
        found[key].append(name)
    return {key: tuple(names) for key, names in found.items()} | filed


def leases(ledger: Ledger, run: int, wanted: Select[Any]) -> Iterator[Lease]:
    """Leases all items of a query to a run, each batch in a transaction of its own."""
    while True:
        with ledger.transaction() as connection:
            batch = lease(connection, run, wanted)
        if not batch:
            return
        yield from batch


def waiting(channel: str, day: str) -> Select[Any]:
    """The query for the items of a day of a list that are not fetched yet."""
    here = and_(listings.c.channel == channel, listings.c.day == day)
    query = select(items).join(listings, listings.c.key == items.c.key)
    return query.where(here, items.c.state == State.LISTED, FREE).order_by(items.c.key)


def due(channel: str, now: int) -> tuple[Select[Any], Select[Any]]:
    """The queries for what a stopped run left unfetched of a channel, and for its due retries and recrawls."""
    mine = select(items).where(items.c.channel == channel, FREE)
    unfetched = mine.where(items.c.state == State.LISTED).order_by(items.c.key)
    return unfetched, mine.where(items.c.due <= now).order_by(items.c.due)


def due_elsewhere(channels: Sequence[str], now: int) -> tuple[Select[Any], Select[Any]]:
    """The same for the items that these channels name and another list named last."""
    named = exists().where(listings.c.key == items.c.key, listings.c.channel.in_(channels))
    shared = select(items).where(items.c.channel.not_in(channels), FREE, named)
    unfetched = shared.where(items.c.state == State.LISTED).order_by(items.c.channel, items.c.key)
    return unfetched, shared.where(items.c.due <= now).order_by(items.c.due)


def suspects(channels: Sequence[str], now: int) -> Select[Any]:
    """The query for what was under way in killed runs, of the items that these channels name: the fewest runs first.

    It is leased after all others, so that no page keeps a run from them.
    """
    named = exists().where(listings.c.key == items.c.key, listings.c.channel.in_(channels))
    wanted = or_(items.c.state == State.LISTED, items.c.due <= now)
    query = select(items).where(items.c.killed > 0, items.c.lease.is_(None), wanted)
    return query.where(or_(items.c.channel.in_(channels), named)).order_by(items.c.killed, items.c.key)


def reschedule(connection: Connection, now: int, right: int | None) -> None:
    """Plans again what was planned by a clock that was ahead of `now`; `right`: see `states.rescheduled`."""
    ahead = or_(items.c.looked > now + AHEAD, items.c.due > now + LONGEST)
    for row in connection.execute(select(items).where(ahead)).mappings().all():
        _update(connection, row["key"], states.rescheduled(dict(row), now, right))


# Outcomes


def settle(connection: Connection, key: str, values: Mapping[str, Any]) -> None:
    """Settles the lease of an item. `values`: from a function of `newscrawl.ledger.states`."""
    _update(connection, key, values)


def restore(connection: Connection, article: str) -> None:
    """Notes that the page of an article is there, after a `fetch`: an earlier crawl may have found it gone."""
    found_gone = update(items).where(items.c.article == article, items.c.state == State.GONE)
    connection.execute(found_gone.values(state=State.KNOWN, gone=None))


def _update(connection: Connection, key: str, values: Mapping[str, Any]) -> None:
    if values:
        connection.execute(update(items).where(items.c.key == key).values(values))


# What a user has fetched again


def take_up(connection: Connection, reasons: Collection[str] | None = None, since: str = "") -> Counter[str]:
    """Lists again what was given up, and what was refused after its page was fetched. Returns how many, by reason.

    `reasons`: only items of these, and then also the failures that still wait for a retry. `since`: only items of
    this day (YYYY-MM-DD) or later. Crawls of any channel that names an item lease it then, whatever days they read.
    """
    failed = items.c.state == State.FAILED
    refused = and_(items.c.state == State.REFUSED, items.c.looked.is_not(None))
    if reasons is None:
        chosen = or_(failed & items.c.due.is_(None), refused)
    else:
        chosen = or_(failed, refused) & items.c.reason.in_(reasons)
    wanted = and_(chosen, items.c.day >= since)
    rows = connection.execute(select(items.c.reason, func.count()).where(wanted).group_by(items.c.reason))
    counts = Counter({str(reason): int(count) for reason, count in rows})
    suspect = func.min(items.c.killed, 1)  # they stay the last of a run
    connection.execute(update(items).where(wanted).values({**states.taken_up(), "killed": suspect}))
    return counts


def reasons_of_items(connection: Connection) -> set[str]:
    """The reasons of all items without an article."""
    without = items.c.state.in_((State.FAILED, State.REFUSED))
    return set(connection.execute(select(items.c.reason).where(without).distinct()).scalars())


# Counts


def count_listed(connection: Connection, channel: str, day: str) -> int:
    """The number of distinct articles that a day of a list names."""
    return _count(connection, channel, day, listings.c.vanished == false())


def present(connection: Connection, channel: str, day: str) -> set[str]:
    """The keys of the articles that a day of a list names and whose pages are there, as far as is known."""
    gone = or_(items.c.state == State.GONE, items.c.reason.in_(GONE))
    fetched = or_(items.c.state != State.REFUSED, items.c.looked.is_not(None))  # else a rule of the site file skips it
    here = and_(listings.c.channel == channel, listings.c.day == day, listings.c.vanished == false(), ~gone, fetched)
    named = select(items.c.key).join(listings, listings.c.key == items.c.key).where(here)
    return set(connection.execute(named).scalars())


def count_waiting(connection: Connection, channel: str, day: str) -> int:
    """The number of items of a day of a list that are not fetched yet, without the suspects."""
    return _count(connection, channel, day, and_(items.c.state == State.LISTED, items.c.killed == 0))


def count_settled(connection: Connection, channel: str, day: str) -> int:
    """The number of items of a day of a list that have an outcome."""
    return _count(connection, channel, day, items.c.state != State.LISTED)


def _count(connection: Connection, channel: str, day: str, which: ColumnElement[bool]) -> int:
    here = and_(listings.c.channel == channel, listings.c.day == day, which)
    count = select(func.count()).select_from(listings).join(items, listings.c.key == items.c.key).where(here)
    return connection.execute(count).scalar_one()


def count_due(connection: Connection, channels: Sequence[str], now: int) -> int:
    """The number of retries and recrawls that are due."""
    count = select(func.count()).select_from(items).where(items.c.channel.in_(channels), items.c.due <= now)
    return connection.execute(count).scalar_one()


def retrying(connection: Connection) -> tuple[Counter[str], int]:
    """The failed items that are tried again, by reason, and when the first of them is due; 0 if there are none."""
    return _tried_again(connection, items.c.state == State.FAILED)


def failed_looks(connection: Connection) -> tuple[Counter[str], int]:
    """The same for articles that are held, and whose last recrawl failed: an edit of them may not be seen yet."""
    return _tried_again(connection, and_(items.c.state.in_((State.KEPT, State.KNOWN)), items.c.reason != ""))


def _tried_again(connection: Connection, which: ColumnElement[bool]) -> tuple[Counter[str], int]:
    query = select(items.c.reason, func.count(), func.min(items.c.due))
    rows = connection.execute(query.where(which, items.c.due.is_not(None)).group_by(items.c.reason))
    found = [(str(reason), int(count), int(due)) for reason, count, due in rows]
    return Counter({reason: count for reason, count, _ in found}), min((due for *_, due in found), default=0)


def given_up(connection: Connection) -> list[tuple[str, str, int]]:
    """The failed items that are not retried any more, as (URL, reason, tries)."""
    query = select(items.c.url, items.c.reason, items.c.tries)
    failed = query.where(items.c.state == State.FAILED, items.c.due.is_(None)).order_by(items.c.url)
    return [(row.url, row.reason, row.tries) for row in connection.execute(failed)]
