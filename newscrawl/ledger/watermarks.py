"""The watermark of each channel: up to when its lists are read without a gap.

A clock that was ahead may have set one that is still to come. It never goes down; up to when the lists are read by the
right clock is then kept beside it. Every function works within the transaction of its `connection`; all times are in
epoch seconds.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import tzinfo

from sqlalchemy import Connection, delete, desc, func, select

from newscrawl.exit_codes import DONE, PARTLY
from newscrawl.ledger import about
from newscrawl.ledger.database import upsert
from newscrawl.ledger.schedule import AHEAD, end_of_day, start_of_day
from newscrawl.ledger.schema import items, listings, runs, watermarks, windows

WITHOUT_SPAN = re.compile(r"crawl (.+) since - until -")  # a task of the user's that goes on where the last run ended
REGULAR = "crawl % since - until -"  # the same in SQL
READ_TO = "read_to {}"  # the name in `about`, with a channel: up to when it is read, whatever its watermark says


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

    It is what `keep_read_to` has kept, else the watermark. Where a run with a wrong clock has set that, it is the
    latest instant of which something else is proof.
    """
    kept = about.recall_number(connection, READ_TO.format(channel))
    if kept is not None and not is_ahead(kept, now):
        return kept
    mark = watermark(connection, channel)
    if not is_ahead(mark, now):
        return mark
    proven = (
        last_complete_run(connection, channel, now),
        newest_day_read(connection, channel, now, zone),
        beginning_ahead(connection, channel, now, zone),
    )
    return max((instant for instant in proven if instant is not None), default=None)


def last_complete_run(connection: Connection, channel: str, now: int) -> int | None:
    """When the last run began that has read all its channels, this one among them, by a clock that was right."""
    ended = runs.c.exit.in_((DONE, PARTLY)) & (runs.c.started <= now + AHEAD)
    found = connection.execute(select(runs.c.task, runs.c.started).where(ended).order_by(desc(runs.c.started)))
    tasks = ((WITHOUT_SPAN.fullmatch(row.task), row.started) for row in found)
    return next((started for task, started in tasks if task and channel in task[1].split()), None)


def newest_day_read(connection: Connection, channel: str, now: int, zone: tzinfo) -> int | None:
    """Up to when a channel was read on the newest day that a run with a right clock was the last to read.

    That day is known up to its end, and no further: a backfill may have read it. Days that were held are none of these:
    the run with the wrong clock has read them again.
    """
    right = (windows.c.channel == channel) & (windows.c.reason == "") & (windows.c.read <= now)
    days = connection.execute(select(windows.c.day, windows.c.read).where(right))
    return max((min(row.read, end_of_day(row.day, zone)) for row in days), default=None)


def beginning_ahead(connection: Connection, channel: str, now: int, zone: tzinfo) -> int | None:
    """Where the runs with the wrong clock began, which was not after the right watermark: at the first of their days.

    If they have listed articles of that day, it is the time of the first one: they have read the day. None if they have
    not read it whole: a list that is not read by days may begin later; and none of a backfill, or of a day to come.
    """
    ahead = (windows.c.channel == channel) & (windows.c.read > now + AHEAD)
    regular = select(runs.c.id).where(runs.c.task.like(REGULAR))
    first = select(windows.c.day, windows.c.reason).where(ahead, windows.c.run.in_(regular)).order_by(windows.c.day)
    row = connection.execute(first).first()
    if row is None or row.reason:
        return None
    listed = (listings.c.channel == channel) & (listings.c.day == row.day) & (listings.c.key == items.c.key)
    oldest = connection.execute(select(func.min(items.c.ctime)).where(listed)).scalar()
    begun = max(start_of_day(row.day, zone), oldest or 0)
    return begun if begun <= now else None


def keep_read_to(connection: Connection, instants: Mapping[str, int | None], now: int) -> dict[str, int | None]:
    """Keeps up to when channels are read, where their watermarks are ahead, and returns what was kept of them before.

    It stays kept: when the time of such a watermark has come, it still says nothing.
    """
    before: dict[str, int | None] = {}
    for channel, instant in instants.items():
        name = READ_TO.format(channel)
        kept = about.recall_number(connection, name)
        if instant is not None and (kept is not None or is_ahead(watermark(connection, channel), now)):
            before[channel] = kept
            about.note_number(connection, name, instant)
    return before


def restore_read_to(connection: Connection, before: Mapping[str, int | None]) -> None:
    """Puts back what `keep_read_to` has returned."""
    for channel, instant in before.items():
        if instant is None:
            about.forget(connection, [READ_TO.format(channel)])
        else:
            about.note_number(connection, READ_TO.format(channel), instant)


def set_watermarks(connection: Connection, marks: Mapping[str, int]) -> None:
    """Sets the watermarks of channels."""
    if rows := [{"channel": channel, "until": until} for channel, until in marks.items()]:
        upsert(connection, watermarks, rows, ("until",))


def forget_watermarks(connection: Connection, channels: Iterable[str]) -> None:
    """Forgets channels: the next run reads them as if they had never been read."""
    names = list(channels)
    connection.execute(delete(watermarks).where(watermarks.c.channel.in_(names)))
    about.forget(connection, map(READ_TO.format, names))
