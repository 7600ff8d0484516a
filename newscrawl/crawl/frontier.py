"""The frontier of a crawl: reads its lists into the ledger, and leases items out of the ledger to be fetched.

The rules are elsewhere: `plan.py` says which days are read and when a watermark rises, `discovery/reader.py` when a
list counts as read, `listed.py` why a row is not fetched. Here they meet the ledger, and nowhere else.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select

from newscrawl.crawl.balance import judge
from newscrawl.crawl.listed import by_day, listed_item
from newscrawl.crawl.plan import (
    complete_channels,
    days_of,
    first_watermarks,
    holds_watermark,
    is_final,
    is_silent,
    next_watermark,
    resumes,
    silence_after,
    unread_days,
)
from newscrawl.crawl.task import CrawlTask, Span, spans_of
from newscrawl.discovery.reader import Fetch, ListReader, ListReading
from newscrawl.errors import Banned
from newscrawl.ledger import queue, runs
from newscrawl.ledger.clock import ClockCheck
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schedule import AHEAD, day_of
from newscrawl.outcomes.summary import UNREAD, Outcomes
from newscrawl.provenance import Lease
from newscrawl.sites.model import Channel, Listing, Site

log = logging.getLogger(__name__)


class Frontier:
    """Reads the lists of a task into the ledger, and leases the items that are to be fetched."""

    def __init__(
        self,
        task: CrawlTask,
        site: Site,
        ledger: Ledger,
        clock: Callable[[], datetime],
        fetch: Fetch,
        report: Callable[[str, str, str], None],
        expect: Callable[[int], None] = lambda _: None,
        clock_check: ClockCheck | None = None,
    ) -> None:
        """Calls `report` with (URL, reason, detail) of an unreadable list, `expect` with the number of new items.

        `clock_check`: the check of the clock, which hears the times of lists; None: the clock is taken as it is.
        """
        self.task, self.site, self.ledger, self.clock = task, site, ledger, clock
        self.report, self.expect, self.clock_check = report, expect, clock_check
        self.reader = ListReader(site, fetch, clock)
        self.channels = {channel.name: channel for channel in site.channels}  # of the roll API
        self.listings = {listing.name: listing for listing in site.lists}  # the other lists
        self.started = self.now
        with ledger.transaction() as connection:
            self.run = runs.begin(connection, task.named(), self.started)
            self.watermarks = {name: runs.watermark(connection, name) for name in task.channels}
            self.read_to = {name: runs.sound_watermark(connection, name, self.started) for name in task.channels}
            self.spans = spans_of(task, site, self.read_to, clock())
            self.first_marks = first_watermarks(task, self.spans, self.watermarks)
            runs.set_watermarks(connection, self.first_marks)
        # (channel, day) with new items, at the end None
        self.found: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()
        self.resumed = resumes(task.since, self.run.job_started, self.started)
        self.read_before: dict[str, set[str]] = {}  # days that earlier runs of this backfill have read, by channel
        self.read: set[tuple[str, str]] = set()  # (channel, day) that this run has read, well or badly
        self.held: set[str] = set()  # channels with a list that could not be read, or not proven
        self.silent = 0  # days in a row whose lists had no answer

    @property
    def now(self) -> int:
        """The time by the clock of the run, in epoch seconds."""
        return int(self.clock().timestamp())

    async def leases(self) -> AsyncIterator[Lease]:
        """Leases the items to fetch: new items while the lists are read, then recrawls and retries that are due."""
        discovery = asyncio.create_task(self.discover())
        remaining = self.task.limit
        try:
            async for lease in self.all_leases(discovery):
                if remaining == 0:
                    break
                yield lease
                remaining = None if remaining is None else remaining - 1
            await discovery  # the limit is for articles: the lists are read to their end, and their errors are raised
        finally:
            discovery.cancel()

    async def all_leases(self, discovery: "asyncio.Task[None]") -> AsyncIterator[Lease]:
        """The leases without the limit."""
        while (found := await self.found.get()) is not None:
            for lease in queue.leases(self.ledger, self.run.id, queue.waiting(*found)):
                yield lease
            await asyncio.sleep(0)
        await discovery
        for wanted in self.due():
            for lease in queue.leases(self.ledger, self.run.id, wanted):
                self.expect(1)
                yield lease

    def due(self) -> Iterator[Select[Any]]:
        """The queries for what a stopped run left unfetched, and for the retries and recrawls that are due."""
        for channel in self.task.channels:
            yield from queue.due(channel, self.now)
        yield from queue.due_elsewhere(self.task.channels, self.now)

    async def discover(self) -> None:
        """Reads the other lists, then every day of every channel, then raises the watermarks of complete channels."""
        try:
            for span in self.spans:
                if span.channel not in self.channels:
                    await self.read_list(self.listings[span.channel.partition(":")[0]], span)
            for channel, day in days_of(span for span in self.spans if span.channel in self.channels):
                await asyncio.sleep(0)  # a resumed backfill may skip many days in a row
                if not self.known_already(channel, day):
                    await self.read_day(self.channels[channel], day)
                self.announce(channel, day)
            self.reschedule()
            complete = complete_channels(self.spans, self.read_to, self.held, self.started)
            asked = bool(self.task.since)
            marks = {name: next_watermark(self.watermarks[name], self.started, asked=asked) for name in complete}
            with self.ledger.transaction() as connection:
                runs.set_watermarks(connection, marks)
        except Banned:
            pass
        finally:
            self.found.put_nowait(None)

    def reschedule(self) -> None:
        """Plans again what an earlier run has planned whose clock was ahead."""
        with self.ledger.transaction() as connection:
            if self.clock_check and runs.has_later(connection, self.now + AHEAD):
                queue.reschedule(connection, self.now)

    def known_already(self, channel: str, day: str) -> bool:
        """Whether an earlier run of this backfill has read the day, when no more rows were to come."""
        if not self.resumed:
            return False
        if channel not in self.read_before:
            with self.ledger.reading() as connection:
                self.read_before[channel] = runs.read_days(connection, channel, self.run.job_started)
        return day in self.read_before[channel] and is_final(day, self.site, self.run.job_started)

    def announce(self, channel: str, day: str) -> None:
        """Puts a day of new items in the queue of `all_leases`."""
        with self.ledger.reading() as connection:
            waiting = queue.count_waiting(connection, channel, day)
        if waiting:
            self.expect(waiting)
            self.found.put_nowait((channel, day))

    async def read_day(self, channel: Channel, day: str) -> None:
        """Reads a day of a channel into the ledger, unless the lists have fallen silent."""
        if is_silent(self.silent):
            self.held.add(channel.name)
            return
        with self.ledger.reading() as connection:
            had_rows = queue.count_listed(connection, channel.name, day) > 0
        try:
            reading = await self.reader.read_day(channel, day, had_rows=had_rows)
        except Banned:
            raise
        except Exception:  # a bug in newscrawl; the other days are read nevertheless
            log.exception("Cannot read the list of %s on %s", channel.name, day)
            reading = ListReading((), 0, reason="fault", where=f"{channel.name} {day}")
        self.silent = silence_after(self.silent, reading.reason)
        self.report_reason(reading)
        self.note(channel.name, day, reading)

    async def read_list(self, listing: Listing, span: Span) -> None:
        """Reads a list other than the roll API back to the beginning of its span, and notes it day by day."""
        mark = self.read_to[span.channel]
        reading = await self.reader.read_list(listing, span.channel, span.since.timestamp(), mark)
        self.report_reason(reading)
        with self.ledger.reading() as connection:
            known = runs.windows_of(connection, span.channel)
        today = day_of(self.started, self.site.zone)
        for day, part in by_day(reading, span.days, known, self.site, today):
            self.note(span.channel, day, part, whole=False)
            self.announce(span.channel, day)
        if holds_watermark(reading):
            self.held.add(span.channel)

    def report_reason(self, reading: ListReading) -> None:
        """Reports a reading that is not proven, unless the run was given up, which is reported once."""
        if reading.reason not in ("", UNREAD):
            self.report(reading.where, reading.reason, reading.detail)

    def note(self, channel: str, day: str, reading: ListReading, *, whole: bool = True) -> None:
        """Notes the reading of a day in the ledger. `whole`: an item that a proven reading lacks has left the list."""
        entries = [listed_item(row, self.site) for row in reading.rows]
        with self.ledger.transaction() as connection:
            count = queue.note(connection, self.run.id, channel, day, entries, self.now)
            if reading.proof and whole:
                queue.vanish(connection, self.run.id, channel, day, self.now)
            else:  # rows of earlier readings count as well
                count = queue.count_listed(connection, channel, day)
            runs.note_window(
                connection, self.run, channel, day, reading.proof, listed=max(reading.listed, count), entries=count,
                missing=reading.missing, reason=reading.reason, now=self.now,
            )  # fmt: skip
        self.read.add((channel, day))
        if self.clock_check and (times := [row.ctime for row in reading.rows if row.ctime]):
            self.clock_check.hear_list(self.now, max(times))
        if whole and holds_watermark(reading):
            self.held.add(channel)

    def note_unread(self, connection: Connection) -> None:
        """Notes the days that the run has not read, because it was stopped: earlier readings prove nothing of today."""
        names = [span.channel for span in self.spans if span.channel not in self.channels]
        known = {name: runs.windows_of(connection, name) for name in names}
        days = unread_days(self.spans, self.channels, self.read, known)
        unread = [(channel, day) for channel, day in days if not self.known_already(channel, day)]
        runs.note_unread(connection, self.run, unread, self.now)

    def conclude(self, outcomes: Outcomes) -> None:
        """Ends the run: puts coverage and stale channels into `outcomes`, and its summary into the ledger.

        A run that ended because of a wrong clock leaves nothing.
        """
        with self.ledger.transaction() as connection:
            queue.release(connection)
            if self.clock_check and self.clock_check.wrong:
                runs.withdraw(connection, self.run, self.first_marks)
                return
            self.note_unread(connection)
            outcomes.limited = self.task.limit is not None
            outcomes.unread = not self.reader.pages_read and bool(self.held)
            judge(connection, self.run, self.spans, self.started, self.site.zone, outcomes)
            runs.end(connection, self.run, outcomes.exit, outcomes.summary(), self.now)
