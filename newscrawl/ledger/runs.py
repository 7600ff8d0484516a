"""The runs of an archive, how each window (a day of a list) was read, and the watermark of each channel."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, desc, func, select, update

from newscrawl.ledger.database import upsert
from newscrawl.ledger.schema import runs, watermarks, windows

STOPPED = (None, 4, 130)  # exit codes (killed, banned, interrupted) after which the next run continues the job


@dataclass(frozen=True, slots=True)
class Run:
    """A run. Its job may have begun in earlier runs that were stopped; their windows need not be read again."""

    id: int
    job_started: int  # epoch seconds


class Runs:
    """The runs and windows in an open ledger. All times are in epoch seconds."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def begin(self, task: str, now: int) -> Run:
        """Begins a run. It continues the job of the last run of the same task if that was stopped."""
        with self.engine.begin() as connection:
            last = connection.execute(
                select(runs).where(runs.c.task == task).order_by(desc(runs.c.id)).limit(1)
            ).first()
            resumes = last is not None and last.exit in STOPPED
            started = last.job_started if resumes and last else now
            number = (connection.execute(select(func.max(runs.c.id))).scalar() or 0) + 1
            job = last.job if resumes and last else number
            row = {"id": number, "job": job, "job_started": started, "task": task, "started": now}
            connection.execute(runs.insert(), row)
        return Run(number, started)

    def end(self, run: Run, code: int, summary: Mapping[str, Any], now: int) -> None:
        """Stores the exit code and the summary of a run that ends."""
        text = json.dumps(summary, ensure_ascii=False)
        with self.engine.begin() as connection:
            ended = update(runs).where(runs.c.id == run.id)
            connection.execute(ended.values(ended=now, exit=code, summary=text))

    def last_summary(self) -> dict[str, Any]:
        """The summary of the last run that has ended; empty without one."""
        with self.engine.connect() as connection:
            ended = select(runs.c.summary).where(runs.c.summary.is_not(None)).order_by(desc(runs.c.id)).limit(1)
            text = connection.execute(ended).scalar()
        return json.loads(text) if text else {}

    def note_window(
        self, run: Run, channel: str, day: str, *, listed: int, entries: int, missing: int, reason: str, now: int
    ) -> None:
        """Stores how a day of a list was read; the arguments are the columns of `windows`."""
        row = {
            "channel": channel, "day": day, "listed": listed, "entries": entries, "missing": missing, "reason": reason,
            "read": now, "run": run.id,
        }  # fmt: skip
        with self.engine.begin() as connection:
            upsert(connection, windows, [row], [name for name in row if name not in ("channel", "day")])

    def read_days(self, channel: str, since: int) -> set[str]:
        """The days of a channel whose reading since an instant is proven complete."""
        read = select(windows.c.day).where(
            windows.c.channel == channel, windows.c.read >= since, windows.c.reason == ""
        )
        with self.engine.connect() as connection:
            return set(connection.execute(read).scalars())

    def watermark(self, channel: str) -> int | None:
        """The instant up to which a channel's lists are read without a gap; None when it was never read."""
        with self.engine.connect() as connection:
            return connection.execute(select(watermarks.c.until).where(watermarks.c.channel == channel)).scalar()

    def raise_watermarks(self, channels: Iterable[str], until: int) -> None:
        """Sets the watermarks of channels."""
        with self.engine.begin() as connection:
            rows = [{"channel": channel, "until": until} for channel in channels]
            if rows:
                upsert(connection, watermarks, rows, ("until",))
