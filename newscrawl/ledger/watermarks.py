"""The watermark of each channel: up to when its lists are read without a gap.

A clock that was ahead may have set one that is still to come. It never goes down; up to when the lists are read by the
right clock is then kept beside it. Every function works within the transaction of its `connection`; all times are in
epoch seconds.
"""

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from sqlalchemy import Connection, and_, delete, func, select

from newscrawl.ledger import about
from newscrawl.ledger.database import upsert
from newscrawl.ledger.schedule import AHEAD, end_of_day, start_of_day
from newscrawl.ledger.schema import watermarks, windows

READ_TO = "read_to {}"  # the name in `about`, with a channel: up to when it is read, while its watermark is ahead


def watermark(connection: Connection, channel: str) -> int | None:
    """The watermark of a channel; None when it was never read."""
    return connection.execute(select(watermarks.c.until).where(watermarks.c.channel == channel)).scalar()


def is_ahead(mark: int | None, now: int) -> bool:
    """Whether a clock that was ahead of `now` has set a watermark.

    >>> [is_ahead(mark, 10) for mark in (None, 10 + AHEAD, 11 + AHEAD)]
    [False, False, True]
    """
    return mark is not None and mark > now + AHEAD


def read_to(connection: Connection, channel: str, now: int, zone: tzinfo) -> int | None:
    """Up to when a channel is read without a gap, by a clock that is right `now`. `zone`: that of its days.

    It is the watermark, unless that is ahead. Then it is what `keep_read_to` has kept; before the first run with the
    right clock, the newest day that was read before: that day is known up to its end, and no further. The run with the
    wrong clock has read all days that were held, and its readings do not count: where there is no other, it is the
    beginning of the first day that they have.
    """
    mark = watermark(connection, channel)
    if not is_ahead(mark, now):
        return mark
    kept = about.recall_number(connection, READ_TO.format(channel))
    if kept is not None and not is_ahead(kept, now):
        return kept
    of_channel = windows.c.channel == channel
    right = and_(of_channel, windows.c.reason == "", windows.c.read <= now)
    days = connection.execute(select(windows.c.day, windows.c.read).where(right))
    ends: list[int] = [min(row.read, end_of_day(row.day, zone)) for row in days]
    if ends:
        return max(ends)
    first = connection.execute(select(func.min(windows.c.day)).where(of_channel)).scalar()
    return start_of_day(first, zone) if first else None


def keep_read_to(connection: Connection, instants: Mapping[str, int | None], now: int) -> list[str]:
    """Keeps up to when channels are read, where their watermarks are ahead; elsewhere the watermark says it.

    Returns the channels of which nothing was kept before.
    """
    ahead = {
        READ_TO.format(channel): (channel, str(instant))
        for channel, instant in instants.items()
        if instant is not None and is_ahead(watermark(connection, channel), now)
    }
    before = about.recall(connection)
    about.forget(connection, map(READ_TO.format, instants))
    about.remember_first(connection, {name: value for name, (_, value) in ahead.items()})
    return [channel for name, (channel, _) in ahead.items() if name not in before]


def forget_read_to(connection: Connection, channels: Iterable[str]) -> None:
    """Forgets what was kept of channels."""
    about.forget(connection, map(READ_TO.format, channels))


def set_watermarks(connection: Connection, marks: Mapping[str, int]) -> None:
    """Sets the watermarks of channels."""
    if rows := [{"channel": channel, "until": until} for channel, until in marks.items()]:
        upsert(connection, watermarks, rows, ("until",))


def forget_watermarks(connection: Connection, channels: Iterable[str]) -> None:
    """Forgets channels: the next run reads them as if they had never been read."""
    names = list(channels)
    connection.execute(delete(watermarks).where(watermarks.c.channel.in_(names)))
    forget_read_to(connection, names)
