"""Coverage (对账): what the lists held against what became of it, and channels that have fallen silent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Engine, case, desc, false, func, select

from newscrawl.ledger.model import DayTally
from newscrawl.ledger.schedule import DAY, HOUR
from newscrawl.ledger.schema import items, listings, windows

HISTORY = 500  # entries that say how long a channel's pauses are
FEW = 20  # so many at least, or it has no history
QUIET = 6 * HOUR  # no silence shorter than this is news


Coverage = dict[str, dict[str, DayTally]]


def coverage(
    engine: Engine, channels: Sequence[str] = (), first: str = "", last: str = "~", run: int | None = None
) -> Coverage:
    """What the lists held and what became of it, by channel and day.

    No channels: all. With a `run`, `kept` counts what that run kept, once even where several lists name it, and `known`
    what the archive had; without, everything kept.
    """
    chosen = windows.c.channel.in_(channels) if channels else windows.c.channel.is_not(None)
    days = select(windows).where(chosen, windows.c.day.between(first, last)).order_by(windows.c.channel, windows.c.day)
    named_last = (items.c.channel == listings.c.channel) & (items.c.day == listings.c.day)
    fresh = (items.c.run == run) & named_last if run is not None else items.c.state == "kept"
    held = items.c.state.in_(("kept", "known", "gone"))
    fate = case((held & fresh, "kept"), (held, "known"), else_=items.c.state).label("fate")
    why = case((items.c.state.in_(("refused", "failed")), items.c.reason), else_="").label("why")
    chosen = listings.c.channel.in_(channels) if channels else listings.c.channel.is_not(None)
    count = (
        select(listings.c.channel, listings.c.day, fate, why, func.count().label("n"))
        .join(items, items.c.key == listings.c.key)
        .where(chosen, listings.c.day.between(first, last), listings.c.vanished == false())
        .group_by(listings.c.channel, listings.c.day, fate, why)
    )
    told: Coverage = defaultdict(dict)
    with engine.connect() as connection:
        for row in connection.execute(days):
            told[row.channel][row.day] = DayTally(row.listed, row.entries, missing=row.missing, reason=row.reason)
        for row in connection.execute(count):
            tally = told[row.channel].setdefault(row.day, DayTally(reason="list_unread"))
            match row.fate:
                case "kept":
                    tally.kept += row.n
                case "known":
                    tally.known += row.n
                case "refused":
                    tally.not_article[row.why] += row.n
                case "failed":
                    tally.failed[row.why] += row.n
                case _:
                    tally.waiting += row.n
    return dict(told)


@dataclass(frozen=True, slots=True)
class Silence:
    """A channel that has said nothing for longer than it ever paused: its last entry, and for how long. Seconds."""

    last: int
    silent: int
    longest: int


def silences(engine: Engine, channels: Sequence[str], now: int) -> dict[str, Silence]:
    """The channels that have been silent for longer than their own history explains.

    A pause is explained when it is at most twice the longest among the last entries, or under six hours.
    """
    found = {}
    for channel in channels:
        times = recent(engine, channel)
        if len(times) < FEW or times[0] < now - 400 * DAY:  # an old backfill says nothing of today
            continue
        longest = max(after - before for after, before in pairwise(times))
        silent = now - times[0]
        if silent > max(2 * longest, QUIET):
            found[channel] = Silence(times[0], silent, longest)
    return found


def recent(engine: Engine, channel: str) -> list[int]:
    """When the last entries of a channel were published, the newest first. Epoch seconds."""
    newest = (
        select(listings.c.key)
        .where(listings.c.channel == channel)
        .order_by(desc(listings.c.day))
        .limit(HISTORY)
        .subquery()
    )
    when = func.coalesce(items.c.ctime, items.c.published)  # some lists tell no times
    times = select(when).join(newest, newest.c.key == items.c.key).where(when.is_not(None))
    with engine.connect() as connection:
        return sorted((time for (time,) in connection.execute(times) if time), reverse=True)
