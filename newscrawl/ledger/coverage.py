"""Coverage (对账): compares what the lists named with the outcomes, and finds channels that have gone silent."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Engine, case, desc, false, func, select

from newscrawl.ledger.model import DayTally
from newscrawl.ledger.schedule import DAY, HOUR
from newscrawl.ledger.schema import items, listings, windows

HISTORY = 500  # newest entries from which a channel's longest pause is measured
FEW = 20  # fewer entries are no history
QUIET = 6 * HOUR  # shorter silences are never reported

Coverage = dict[str, dict[str, DayTally]]  # by channel, then by day (YYYY-MM-DD)


def coverage(
    engine: Engine, channels: Sequence[str] = (), first: str = "", last: str = "~", run: int | None = None
) -> Coverage:
    """The coverage of `channels` (none: all) from day `first` to day `last`, both included.

    With a `run`, `kept` counts the articles that this run kept (an article that several lists name counts once) and
    `known` those that the archive held before. Without it, `kept` counts the articles that any crawl kept.
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
    result: Coverage = defaultdict(dict)
    with engine.connect() as connection:
        for row in connection.execute(days):
            result[row.channel][row.day] = DayTally(row.listed, row.entries, missing=row.missing, reason=row.reason)
        for row in connection.execute(count):
            tally = result[row.channel].setdefault(row.day, DayTally(reason="list_unread"))
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
    return dict(result)


@dataclass(frozen=True, slots=True)
class Silence:
    """A channel that has been silent for much longer than it ever paused."""

    last: int  # its newest entry, in epoch seconds
    silent: int  # seconds since then
    longest: int  # its longest pause, in seconds


def silences(engine: Engine, channels: Sequence[str], now: int) -> dict[str, Silence]:
    """The channels that are silent for longer than their own history explains, at the instant `now` (epoch seconds).

    A silence is explained when it is at most twice the longest pause among the newest entries, or at most six hours.
    """
    found = {}
    for channel in channels:
        times = recent(engine, channel)
        if len(times) < FEW or times[0] < now - 400 * DAY:  # an old backfill has no bearing on today
            continue
        longest = max(after - before for after, before in pairwise(times))
        silent = now - times[0]
        if silent > max(2 * longest, QUIET):
            found[channel] = Silence(times[0], silent, longest)
    return found


def recent(engine: Engine, channel: str) -> list[int]:
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
    with engine.connect() as connection:
        return sorted((time for (time,) in connection.execute(times) if time), reverse=True)
