"""Takes what lists name into the ledger, day by day, and remembers which days a run has read.

`discovery/reader.py` says when a list counts as read, `listed.py` why a row is not fetched, `plan.py` which days are
not asked for. Here they meet the ledger.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from newscrawl.crawl.listed import by_day, listed_item
from newscrawl.crawl.plan import (
    holds_watermark,
    is_final,
    is_news_of_emptiness,
    is_silent,
    resumes,
    silence_after,
    unread_days,
)
from newscrawl.crawl.task import Span
from newscrawl.discovery.reader import ListReader, ListReading
from newscrawl.discovery.rows import Row
from newscrawl.errors import Banned
from newscrawl.ledger import queue, runs
from newscrawl.ledger.clock import ClockCheck
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.runs import Run
from newscrawl.ledger.schedule import day_of
from newscrawl.outcomes.summary import UNREAD
from newscrawl.sites.model import Channel, Listing, Site

log = logging.getLogger(__name__)


def has_found(reading: ListReading) -> bool:
    """Whether a reading has found something in an answer: rows, or that there is none.

    >>> [has_found(ListReading((), 0, reason=reason)) for reason in ("list_empty", "list_timeout")]
    [True, False]
    """
    return bool(reading.rows or reading.proof) or reading.reason == "list_empty"


class Intake:
    """Reads lists into the ledger of a run.

    `read` are the days that it has read, well or badly; `held` the channels whose watermarks must not rise.
    `unanswered` are the readings that found nothing: they are noted at the end, because before an answer the clock may
    be wrong. `before` is how the days that are written were read before.
    """

    def __init__(
        self,
        reader: ListReader,
        ledger: Ledger,
        run: Run,
        since: str,
        clock: Callable[[], datetime],
        report: Callable[[str, str, str], None],
        clock_check: ClockCheck | None = None,
    ) -> None:
        """`since`: as the user wrote it. Calls `report` with (URL, reason, detail) of an unreadable list."""
        self.reader, self.ledger, self.run, self.clock = reader, ledger, run, clock
        self.report, self.clock_check = report, clock_check
        self.started = self.now
        self.resumed = resumes(since, run.job_started, self.started)
        self.read_before: dict[str, set[str]] = {}  # days that earlier runs of this backfill have read, by channel
        self.read: set[tuple[str, str]] = set()  # (channel, day) that this run has read, well or badly
        self.before: dict[tuple[str, str], Mapping[str, Any] | None] = {}
        self.unanswered: dict[tuple[str, str], ListReading] = {}
        self.held: set[str] = set()  # channels with a list that could not be read, or not proven
        self.silent = 0  # days in a row whose lists had no answer

    @property
    def site(self) -> Site:
        """The site whose lists are read."""
        return self.reader.site

    @property
    def now(self) -> int:
        """The time by the clock of the run, in epoch seconds."""
        return int(self.clock().timestamp())

    def known_already(self, channel: str, day: str) -> bool:
        """Whether an earlier run of this backfill has read the day, when no more rows were to come."""
        if not self.resumed:
            return False
        if channel not in self.read_before:
            with self.ledger.reading() as connection:
                self.read_before[channel] = runs.read_days(connection, channel, self.run)
        return day in self.read_before[channel] and is_final(day, self.site, self.run.job_started)

    async def read_day(self, channel: Channel, day: str) -> None:
        """Reads a day of a channel into the ledger, unless the lists have fallen silent, or its list is spent."""
        if is_silent(self.silent) or channel.name in self.reader.spending.spent:
            self.held.add(channel.name)
            return
        with self.ledger.reading() as connection:
            known = queue.present(connection, channel.name, day)
        try:
            reading = await self.reader.read_day(
                channel, day, had_rows=bool(known), lacks=lambda rows: not known <= self.keys(rows)
            )
        except Banned:
            raise
        except Exception:  # a bug in newscrawl; the other days are read nevertheless
            log.exception("Cannot read the list of %s on %s", channel.name, day)
            reading = ListReading((), 0, reason="fault", where=f"{channel.name} {day}")
        self.silent = silence_after(self.silent, reading.reason)
        self.report_reason(reading)
        self.note(channel.name, day, reading)

    def keys(self, rows: Sequence[Row]) -> set[str]:
        """The keys of the articles that rows name."""
        return {listed_item(row, self.site).key for row in rows}

    async def read_list(self, listing: Listing, span: Span, watermark: int | None) -> list[str]:
        """Reads a list other than the roll API back to the beginning of its span, and notes it day by day.

        Returns the days.
        """
        with self.ledger.reading() as connection:
            known = runs.windows_of(connection, span.channel)
            days = known if listing.kind == "feed" else known & {*span.days}  # a feed is never empty again
            had_rows = any(queue.present(connection, span.channel, day) for day in days)
        since = span.since.timestamp()
        reading = await self.reader.read_list(listing, span.channel, since, watermark, had_rows=had_rows)
        self.report_reason(reading)
        today = day_of(self.started, self.site.zone)
        parts = by_day(reading, span.days, known, self.site, today)
        for day, part in parts:
            self.note(span.channel, day, part, whole=False)
        self.read |= {(span.channel, day) for day in span.days}  # also the days of which it names nothing
        if holds_watermark(reading):
            self.held.add(span.channel)
        return [day for day, _ in parts]

    def report_reason(self, reading: ListReading) -> None:
        """Reports a reading that is not proven, unless the run was given up, which is reported once."""
        if reading.reason not in ("", UNREAD):
            self.report(reading.where, reading.reason, reading.detail)

    def note(self, channel: str, day: str, reading: ListReading, *, whole: bool = True) -> None:
        """Notes the reading of a day. `whole`: an item that a proven reading lacks has left the list."""
        if has_found(reading):
            with self.ledger.transaction() as connection:
                self.write(connection, channel, day, reading, whole=whole)
        else:
            self.unanswered[channel, day] = reading
        self.read.add((channel, day))
        if self.clock_check and (times := [row.ctime for row in reading.rows if row.ctime]):
            self.clock_check.hear_list(self.now, max(times))
        if whole and holds_watermark(reading):
            self.held.add(channel)

    def write(self, connection: Connection, channel: str, day: str, reading: ListReading, *, whole: bool) -> None:
        """Writes the reading of a day into the ledger."""
        self.before.setdefault((channel, day), runs.window(connection, channel, day))
        entries = [listed_item(row, self.site) for row in reading.rows]
        count = queue.note(connection, self.run.id, channel, day, entries, self.now)
        if reading.proof and whole:
            queue.vanish(connection, self.run.id, channel, day, self.now)
        else:  # rows of earlier readings count as well
            count = queue.count_listed(connection, channel, day)
        if is_news_of_emptiness(reading.reason, runs.reason_of_day(connection, channel, day)):
            queue.recrawl_day(connection, channel, day, self.now)
        runs.note_window(
            connection, self.run, channel, day, reading.proof, listed=max(reading.listed, count), entries=count,
            missing=reading.missing, reason=reading.reason, now=self.now,
        )  # fmt: skip

    def note_unread(self, connection: Connection, spans: Sequence[Span]) -> None:
        """Notes the days that no answer was read of: earlier readings prove nothing of today."""
        for (channel, day), reading in self.unanswered.items():
            self.write(connection, channel, day, reading, whole=False)
        rolls = {channel.name for channel in self.site.channels}
        known = {span.channel: runs.windows_of(connection, span.channel) for span in spans if span.channel not in rolls}
        days = unread_days(spans, rolls, self.read, known)
        unread = [(channel, day) for channel, day in days if not self.known_already(channel, day)]
        runs.note_unread(connection, self.run, unread, self.now)
