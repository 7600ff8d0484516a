"""What a run says of the days that it was to read: their coverage, and the channels that have gone silent.

Whether a day is balanced is a rule of `ledger/model.py` (`DayTally.balanced`).
"""

from collections.abc import Sequence
from datetime import datetime, tzinfo

from sqlalchemy import Connection

from newscrawl.crawl.plan import is_current
from newscrawl.crawl.task import Span
from newscrawl.ledger.coverage import coverage, silences
from newscrawl.ledger.runs import Run, runs_of_job
from newscrawl.ledger.schedule import HOUR
from newscrawl.outcomes.summary import Outcomes


def judge(
    connection: Connection, run: Run, spans: Sequence[Span], started: int, zone: tzinfo, outcomes: Outcomes
) -> None:
    """Puts the coverage of a run's spans, and their stale channels, into `outcomes`.

    Only readings of this run prove a day, and those of earlier runs of the same job. `started`: in epoch seconds.
    """
    readers = runs_of_job(connection, run)
    for span in spans:
        found = coverage(connection, [span.channel], span.days[-1], span.days[0], run.id, readers)
        days = found.get(span.channel, {})
        outcomes.coverage[span.channel] = {day: days[day].plain() for day in sorted(days)}
    current = [span.channel for span in spans if is_current(span, started)]
    for channel, silence in silences(connection, current, started).items():
        last = datetime.fromtimestamp(silence.last, zone)
        outcomes.stale[channel] = {"last": last.isoformat(), "hours": round(silence.silent / HOUR, 1)}
