"""The runs of an archive, and how each window (a day of a list) was read.

Every function works within the transaction of its `connection`; all times are in epoch seconds.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, desc, exists, func, select, update

from newscrawl.controls import with_texts, without_controls
from newscrawl.exit_codes import INTERRUPTED, NOTHING
from newscrawl.ledger.database import upsert
from newscrawl.ledger.proof import Proof
from newscrawl.ledger.schedule import AHEAD
from newscrawl.ledger.schema import VOID, listings, runs, windows
from newscrawl.outcomes.summary import UNREAD

STOPPED = (None, NOTHING, INTERRUPTED)  # exit codes (None: killed) after which the next run continues the job


@dataclass(frozen=True, slots=True)
class Run:
    """A run. Its job may have begun in earlier runs that were stopped; their windows need not be read again."""

    id: int
    job_started: int  # epoch seconds


def begin(connection: Connection, task: str, now: int) -> Run:
    """Begins a run. It continues the job of the last run of the same task if that was stopped, or left days unread.

    A job that began in the future has been begun by a clock that was ahead: no day was final then.
    """
    of_task = select(runs).where(runs.c.task == task).order_by(desc(runs.c.id)).limit(1)
    last = connection.execute(of_task).first()
    number = (connection.execute(select(func.max(runs.c.id))).scalar() or 0) + 1
    stopped = last is not None and (last.exit in STOPPED or has_unread(connection, last.id))
    goes_on = last is not None and stopped and last.job_started <= now + AHEAD
    job, started = (last.job, last.job_started) if last is not None and goes_on else (number, now)
    row = {"id": number, "job": job, "job_started": started, "task": task, "started": now}
    connection.execute(runs.insert(), row)
    return Run(number, started)


def has_unread(connection: Connection, run: int) -> bool:
    """Whether a run has left days unread: their lists had taken its budget, or fell silent."""
    left = (windows.c.run == run) & (windows.c.reason == UNREAD)
    return connection.execute(select(exists().where(left))).scalar_one()


def end(connection: Connection, run: Run, code: int, summary: Mapping[str, Any], now: int) -> None:
    """Stores the exit code and the summary of a run that ends, without controls."""
    text = json.dumps(with_texts(dict(summary), without_controls), ensure_ascii=False)
    connection.execute(update(runs).where(runs.c.id == run.id).values(ended=now, exit=code, summary=text))


def has_later(connection: Connection, instant: int) -> bool:
    """Whether a run has begun after an instant, by its own clock."""
    return connection.execute(select(exists().where(runs.c.started > instant))).scalar_one()


def before_later(connection: Connection, instant: int) -> int | None:
    """When the last run began before the first one whose clock said it was after an instant; None if there is none."""
    first = select(func.min(runs.c.id)).where(runs.c.started > instant).scalar_subquery()
    return connection.execute(select(func.max(runs.c.started)).where(runs.c.id < first)).scalar()


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
    proof: Proof | None,
    *,
    listed: int,
    entries: int,
    missing: int = 0,
    reason: str = "",
    now: int,
) -> None:
    """Stores how a day of a list was read; the arguments are the columns of `windows`.

    Without a `proof` it needs a `reason` why there is none, or raises ValueError.
    """
    if not (proof or reason):
        raise ValueError("without a proof a day needs a reason")
    row = {
        "channel": channel,
        "day": day,
        "listed": listed,
        "entries": entries,
        "missing": missing,
        "reason": "" if proof else reason,
        "read": now,
        "run": run.id,
    }
    upsert(connection, windows, [row], [*row])


def note_unread(connection: Connection, run: Run, days: Iterable[tuple[str, str]], now: int) -> None:
    """Stores that a run has not read `days`, as (channel, day); what earlier ones have counted of them stays."""
    noted = {"listed": 0, "entries": 0, "missing": 0, "reason": UNREAD, "read": now, "run": run.id}
    if rows := [{"channel": channel, "day": day, **noted} for channel, day in days]:
        upsert(connection, windows, rows, ["reason", "read", "run"])


def reason_of_day(connection: Connection, channel: str, day: str) -> str:
    """Why the last reading of a day proves nothing; empty if it does, or if there is none."""
    last = select(windows.c.reason).where(windows.c.channel == channel, windows.c.day == day)
    return connection.execute(last).scalar() or ""


def void_later(connection: Connection, channel: str, since: str, today: str, now: int) -> None:
    """Takes back what a run whose clock was ahead of `now` has noted of a channel: as if nobody had asked for the days.

    Days after `today` are deleted, with what was listed there. Of the others only those from `since` on, which crawls
    read now, lose their proof; what was read of a day before it is what it is by any clock.
    """
    ahead = (windows.c.read > now + AHEAD) & (windows.c.channel == channel)
    to_come = select(windows.c.day).where(ahead, windows.c.day > today)
    connection.execute(delete(listings).where(listings.c.channel == channel, listings.c.day.in_(to_come)))
    connection.execute(delete(windows).where(ahead, windows.c.day > today))
    connection.execute(update(windows).where(ahead, windows.c.day >= since).values(run=VOID, reason=UNREAD))


def windows_of(connection: Connection, channel: str) -> set[str]:
    """The days of a channel that any run has asked for."""
    return set(connection.execute(select(windows.c.day).where(windows.c.channel == channel)).scalars())


def runs_of_job(connection: Connection, run: Run) -> frozenset[int]:
    """The runs of the job of a run."""
    job = select(runs.c.job).where(runs.c.id == run.id).scalar_subquery()
    return frozenset(connection.execute(select(runs.c.id).where(runs.c.job == job)).scalars())


def read_days(connection: Connection, channel: str, run: Run) -> set[str]:
    """The days of a channel that the runs of the job of a run have read whole."""
    by_job = windows.c.run.in_(runs_of_job(connection, run))
    proven = select(windows.c.day).where(windows.c.channel == channel, windows.c.reason == "", by_job)
    return set(connection.execute(proven).scalars())


def window(connection: Connection, channel: str, day: str) -> Mapping[str, Any] | None:
    """How a day was read last, a row of `windows`; None if it never was."""
    last = select(windows).where(windows.c.channel == channel, windows.c.day == day)
    row = connection.execute(last).mappings().first()
    return dict(row) if row else None


def restore_windows(connection: Connection, before: Mapping[tuple[str, str], Mapping[str, Any] | None]) -> None:
    """Puts back how days were read before a run whose clock was wrong: `before`, by channel and day, as of `window`.

    What was listed on a day that nobody had asked for goes too; its articles are listed again.
    """
    for (channel, day), row in before.items():
        connection.execute(delete(windows).where(windows.c.channel == channel, windows.c.day == day))
        if row is None:
            connection.execute(delete(listings).where(listings.c.channel == channel, listings.c.day == day))
        else:
            connection.execute(windows.insert(), dict(row))


def withdraw(connection: Connection, run: Run) -> None:
    """Removes a run that ended before it did anything. The next one has its number."""
    connection.execute(delete(runs).where(runs.c.id == run.id))
