"""Coverage (对账): compares what the lists named with the outcomes, and finds channels that have gone silent."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Connection, and_, case, desc, exists, false, func, select

from newscrawl.ledger.model import DayTally
from newscrawl.ledger.proof import proof_of_window
from newscrawl.ledger.schedule import DAY, HOUR
from newscrawl.ledger.schema import VOID, items, listings, windows
from newscrawl.outcomes.reasons import reason_of
from newscrawl.outcomes.summary import UNREAD
from newscrawl.provenance import HAS_ARTICLE, State

HISTORY = 500  # newest entries from which a channel's longest pause is measured
FEW = 20  # fewer entries are no history
QUIET = 6 * HOUR  # shorter silences are never reported
OLD = 400 * DAY  # a channel whose newest entry is older was only read in a backfill, which has no bearing on today

Coverage = dict[str, dict[str, DayTally]]  # by channel, then by day (YYYY-MM-DD)


def coverage(
    connection: Connection,
    channels: Sequence[str] = (),
    first: str = "",
    last: str = "~",
    run: int | None = None,
    readers: Collection[int] | None = None,
) -> Coverage:
    """The coverage of `channels` (none: all) from day `first` to day `last`, both included.

    With a `run`, `kept` counts the articles that this run kept (an article that several lists name counts once) and
    `known` those that the archive held before. Without it, `kept` counts the articles that any crawl kept. `readers`:
    the runs whose readings prove a day (None: any); a day that none of them has read is `list_unread`.
    """
    chosen = windows.c.channel.in_(channels) if channels else windows.c.channel.is_not(None)
    asked = and_(chosen, windows.c.day.between(first, last), windows.c.run != VOID)
    days = select(windows).where(asked).order_by(windows.c.channel, windows.c.day)
    named_last = (items.c.channel == listings.c.channel) & (items.c.day == listings.c.day)
    fresh = (items.c.run == run) & named_last if run is not None else items.c.state == State.KEPT
    held = items.c.state.in_(HAS_ARTICLE)
    fate = case((held & fresh, State.KEPT), (held, State.KNOWN), else_=items.c.state).label("fate")
    chosen = listings.c.channel.in_(channels) if channels else listings.c.channel.is_not(None)
    again = items.c.due.is_not(None).label("again")
    count = (
        select(listings.c.channel, listings.c.day, fate, items.c.reason, again, func.count().label("n"))
        .join(items, items.c.key == listings.c.key)
        .where(chosen, listings.c.day.between(first, last), listings.c.vanished == false())
        .group_by(listings.c.channel, listings.c.day, fate, items.c.reason, again)
    )
    result: Coverage = defaultdict(dict)
    named: dict[str, bool] = {}
    for row in connection.execute(days).all():
        proof = proof_of_window(row.reason, row.run, readers)
        reason = row.reason if proof or row.reason else UNREAD
        tally = DayTally(row.listed, row.entries, missing=row.missing, reason=reason, proof=proof)
        if proof and not row.listed:
            named.setdefault(row.channel, has_named(connection, row.channel))
            tally.empty = not named[row.channel]
        result[row.channel][row.day] = tally
    for row in connection.execute(count):
        tally = result[row.channel].setdefault(row.day, DayTally(reason=UNREAD))
        add(tally, State(row.fate), row.reason, row.n, again=row.again)
    return dict(result)


def has_named(connection: Connection, channel: str) -> bool:
    """Whether a list has ever named an article."""
    return connection.execute(select(exists().where(listings.c.channel == channel))).scalar_one()


def add(tally: DayTally, fate: State, reason: str, count: int, *, again: bool = False) -> None:
    """Adds `count` articles of one fate to the tally of a day.

    `reason`: of those refused or failed; `again`: they are tried again.
    """
    match fate:
        case State.KEPT:
            tally.kept += count
        case State.KNOWN | State.GONE:
            tally.known += count
        case State.REFUSED:
            tally.not_article[reason] += count
        case State.FAILED:
            tally.failed[reason] += count
            if not reason_of(reason).settles:
                tally.retrying += count if again else 0
                tally.given_up += 0 if again else count
        case State.LISTED:
            tally.waiting += count


@dataclass(frozen=True, slots=True)
class Silence:
    """A channel that has been silent for much longer than it ever paused."""

    last: int  # its newest entry, in epoch seconds
    silent: int  # seconds since then
    longest: int  # its longest pause, in seconds


def silences(connection: Connection, channels: Sequence[str], now: int) -> dict[str, Silence]:
    """The channels that are silent for longer than their own history explains, at the instant `now` (epoch seconds).

    A silence is explained when it is at most twice the longest pause among the newest entries, or at most six hours.
    """
    found = {channel: silence(recent(connection, channel), now) for channel in channels}
    return {channel: silent for channel, silent in found.items() if silent}


def silence(times: Sequence[int], now: int) -> Silence | None:
    """The silence after the newest of a channel's publication times (the newest first); None if it is explained.

    >>> hourly = [1_000_000 - HOUR * back for back in range(FEW)]
    >>> silence(hourly, 1_000_000 + 7 * HOUR)
    Silence(last=1000000, silent=25200, longest=3600)
    >>> silence(hourly, 1_000_000 + 6 * HOUR)
    """
    if len(times) < FEW or times[0] < now - OLD:
        return None
    longest = max(after - before for after, before in pairwise(times))
    silent = now - times[0]
    return Silence(times[0], silent, longest) if silent > max(2 * longest, QUIET) else None


def recent(connection: Connection, channel: str) -> list[int]:
    """The publication times of a channel's newest entries, the newest first, in epoch seconds."""
    newest = (
        select(listings.c.key)
        .where(listings.c.channel == channel)
        .order_by(desc(listings.c.day))
        .limit(HISTORY)
        .subquery()
    )
    when = func.coalesce(items.c.ctime, items.c.published)  # some lists have no times
    times = select(when).join(newest, newest.c.key == items.c.key).where(when.is_not(None))
    return sorted((time for (time,) in connection.execute(times) if time), reverse=True)
