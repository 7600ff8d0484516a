"""The journal of an archive: its runs, how each day of each list was read, up to when each channel is complete."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, desc, func, select, update

from newscrawl.ledger.database import upsert
from newscrawl.ledger.schema import runs, watermarks, windows

STOPPED = (None, 4, 130)  # killed, turned away, interrupted: the next run of the same task goes on


@dataclass(frozen=True, slots=True)
class Run:
    """A run. Windows read since `job_started`, by it or by the stopped runs it goes on for, need not be read again."""

    id: int
    job_started: int


class Runs:
    """The runs and windows in an open ledger. All times are in epoch seconds."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, task: str, now: int) -> Run:
        """Begins a run. It goes on where the last one of the same task was stopped."""
        with self.engine.begin() as connection:
            last = connection.execute(
                select(runs).where(runs.c.task == task).order_by(desc(runs.c.id)).limit(1)
            ).first()
            goes_on = last is not None and last.exit in STOPPED
            started = last.job_started if goes_on and last else now
            number = (connection.execute(select(func.max(runs.c.id))).scalar() or 0) + 1
            job = last.job if goes_on and last else number
            row = {"id": number, "job": job, "job_started": started, "task": task, "started": now}
            connection.execute(runs.insert(), row)
        return Run(number, started)

    def end(self, run: Run, code: int, summary: Mapping[str, Any], now: int) -> None:
        """Notes how a run ended."""
        told = json.dumps(summary, ensure_ascii=False)
        with self.engine.begin() as connection:
            ended = update(runs).where(runs.c.id == run.id)
            connection.execute(ended.values(ended=now, exit=code, summary=told))

    def last_summary(self) -> dict[str, Any]:
        """The summary of the last run that came to an end; empty when there is none."""
        with self.engine.connect() as connection:
            ended = select(runs.c.summary).where(runs.c.summary.is_not(None)).order_by(desc(runs.c.id)).limit(1)
            told = connection.execute(ended).scalar()
        return json.loads(told) if told else {}

    def note_window(
        self, run: Run, channel: str, day: str, *, listed: int, entries: int, missing: int, reason: str, now: int
    ) -> None:
        """Notes how a day of a list was read."""
        row = {
            "channel": channel, "day": day, "listed": listed, "entries": entries, "missing": missing, "reason": reason,
            "read": now, "run": run.id,
        }  # fmt: skip
        with self.engine.begin() as connection:
            upsert(connection, windows, [row], [name for name in row if name not in ("channel", "day")])

    def read_days(self, channel: str, since: int) -> set[str]:
        """The days of a channel that were read, and proven, since an instant."""
        read = select(windows.c.day).where(
            windows.c.channel == channel, windows.c.read >= since, windows.c.reason == ""
        )
        with self.engine.connect() as connection:
            return set(connection.execute(read).scalars())

    def watermark(self, channel: str) -> int | None:
        """Up to when a channel's lists are read without a gap."""
        with self.engine.connect() as connection:
            return connection.execute(select(watermarks.c.until).where(watermarks.c.channel == channel)).scalar()

    def raise_watermarks(self, channels: Iterable[str], until: int) -> None:
        """Notes that channels are read up to an instant."""
        with self.engine.begin() as connection:
            rows = [{"channel": channel, "until": until} for channel in channels]
            if rows:
                upsert(connection, watermarks, rows, ("until",))
