"""The runs of an archive, how each window (a day of a list) was read, and the watermark of each channel.

Every function works within the transaction of its `connection`; all times are in epoch seconds.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, desc, func, select, update

from newscrawl.exit_codes import INTERRUPTED, NOTHING
from newscrawl.ledger.database import upsert
from newscrawl.ledger.schema import runs, watermarks, windows

STOPPED = (None, NOTHING, INTERRUPTED)  # exit codes (None: killed) after which the next run continues the job


@dataclass(frozen=True, slots=True)
class Run:
    """A run. Its job may have begun in earlier runs that were stopped; their windows need not be read again."""

    id: int
    job_started: int  # epoch seconds


def begin(connection: Connection, task: str, now: int) -> Run:
    """Begins a run. It continues the job of the last run of the same task if that was stopped."""
    of_task = select(runs).where(runs.c.task == task).order_by(desc(runs.c.id)).limit(1)
    last = connection.execute(of_task).first()
    number = (connection.execute(select(func.max(runs.c.id))).scalar() or 0) + 1
    job, started = (last.job, last.job_started) if last is not None and last.exit in STOPPED else (number, now)
    row = {"id": number, "job": job, "job_started": started, "task": task, "started": now}
    connection.execute(runs.insert(), row)
    return Run(number, started)


def end(connection: Connection, run: Run, code: int, summary: Mapping[str, Any], now: int) -> None:
    """Stores the exit code and the summary of a run that ends."""
    text = json.dumps(summary, ensure_ascii=False)
    connection.execute(update(runs).where(runs.c.id == run.id).values(ended=now, exit=code, summary=text))


def last_summary(connection: Connection) -> dict[str, Any]:
    """The summary of the last run that has ended; empty without one."""
    ended = select(runs.c.summary).where(runs.c.summary.is_not(None)).order_by(desc(runs.c.id)).limit(1)
    text = connection.execute(ended).scalar()
    return json.loads(text) if text else {}


def note_window(
    connection: Connection,
    run: Run,
    channel: str,
    day: str,
    *,
    listed: int,
    entries: int,
    missing: int,
    reason: str,
    now: int,
) -> None:
    """Stores how a day of a list was read; the arguments are the columns of `windows`."""
    row = {
        "channel": channel,
        "day": day,
        "listed": listed,
        "entries": entries,
        "missing": missing,
        "reason": reason,
        "read": now,
        "run": run.id,
    }
    upsert(connection, windows, [row], [*row])


def read_days(connection: Connection, channel: str, since: int) -> set[str]:
    """The days of a channel whose reading since an instant is proven complete."""
    proven = select(windows.c.day).where(windows.c.channel == channel, windows.c.read >= since, windows.c.reason == "")
    return set(connection.execute(proven).scalars())


def watermark(connection: Connection, channel: str) -> int | None:
    """The instant up to which a channel's lists are read without a gap; None when it was never read."""
    return connection.execute(select(watermarks.c.until).where(watermarks.c.channel == channel)).scalar()


def raise_watermarks(connection: Connection, channels: Iterable[str], until: int) -> None:
    """Sets the watermarks of channels."""
    if rows := [{"channel": channel, "until": until} for channel in channels]:
        upsert(connection, watermarks, rows, ("until",))
