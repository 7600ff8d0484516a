"""The frontier of a crawl: reads its lists into the ledger, and leases items out of the ledger to be fetched.

`plan.py` says which days are read and when a watermark rises, `intake.py` takes the lists in.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select

from newscrawl.crawl.balance import judge
from newscrawl.crawl.intake import Intake
from newscrawl.crawl.plan import complete_channels, days_of, first_watermarks, goes_on_from, next_watermark
from newscrawl.crawl.task import CrawlTask, spans_of
from newscrawl.discovery.reader import Fetch, ListReader
from newscrawl.errors import Banned
from newscrawl.ledger import queue, runs, watermarks
from newscrawl.ledger.clock import ClockCheck
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schedule import AHEAD, day_of
from newscrawl.ledger.states import KILLED
from newscrawl.outcomes.reasons import advice
from newscrawl.outcomes.summary import Outcomes
from newscrawl.provenance import Lease
from newscrawl.sites.model import Site


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
        """Takes over the leases of killed runs.

        Calls `report` with (URL, reason, detail) of an unreadable list, and of an item that killed runs have set aside;
        `expect` with the number of new items.

        `clock_check`: the check of the clock, which hears the times of lists; None: the clock is taken as it is.
        """
        self.task, self.site, self.ledger, self.clock = task, site, ledger, clock
        self.expect, self.clock_check = expect, clock_check
        self.reader = ListReader(site, fetch, clock)
        self.channels = {channel.name: channel for channel in site.channels}  # of the roll API
        self.listings = {listing.name: listing for listing in site.lists}  # the other lists
        self.started = self.now
        with ledger.transaction() as connection:
            self.set_aside = queue.release(connection)
            self.run = runs.begin(connection, task.named(), self.started)
            self.watermarks = {name: watermarks.watermark(connection, name) for name in task.channels}
            self.read_to = {
                name: watermarks.read_to(connection, name, self.started, site.zone) for name in task.channels
            }
            self.spans = spans_of(task, site, self.read_to, clock())
            self.first_marks = first_watermarks(task, self.spans, self.watermarks)
            watermarks.set_watermarks(connection, self.first_marks)
            self.kept_before = watermarks.keep_read_to(
                connection, goes_on_from(task, self.spans, self.read_to), self.started
            )
        # (channel, day) with new items, at the end None
        self.found: asyncio.Queue[tuple[str, str] | None] = asyncio.Queue()
        self.complete: list[str] = []  # the channels whose watermarks rise at the end
        self.leased = False  # whether an item was leased
        for url in self.set_aside:
            report(url, KILLED, advice(KILLED))
        self.intake = Intake(self.reader, ledger, self.run, task.since, clock, report, clock_check)

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
                self.leased = True
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
        """The queries for what a stopped run left unfetched, and for the retries and recrawls that are due.

        What was under way in killed runs comes last.
        """
        for channel in self.task.channels:
            yield from queue.due(channel, self.now)
        yield from queue.due_elsewhere(self.task.channels, self.now)
        yield queue.suspects(self.task.channels, self.now)

    async def discover(self) -> None:
        """Reads the other lists, then every day of every channel."""
        try:
            for span in self.spans:
                if span.channel not in self.channels:
                    listing = self.listings[span.channel.partition(":")[0]]
                    for day in await self.intake.read_list(listing, span, self.read_to[span.channel]):
                        self.announce(span.channel, day)
            for channel, day in days_of(span for span in self.spans if span.channel in self.channels):
                await asyncio.sleep(0)  # a resumed backfill may skip many days in a row
                if not self.intake.known_already(channel, day):
                    await self.intake.read_day(self.channels[channel], day)
                self.announce(channel, day)
            self.reschedule()
            self.complete = complete_channels(self.spans, self.read_to, self.intake.held, self.started)
        except Banned:
            pass
        finally:
            self.found.put_nowait(None)

    def reschedule(self) -> None:
        """Plans again what an earlier run has planned whose clock was ahead: not before a server has answered.

        Else it may be this run's clock that is wrong.
        """
        if not self.reader.pages_read:
            return
        with self.ledger.transaction() as connection:
            if self.is_after_ahead(connection):
                queue.reschedule(connection, self.now, runs.before_later(connection, self.now + AHEAD))

    def is_after_ahead(self, connection: Connection) -> bool:
        """Whether a run with a clock that was ahead came before this one, whose clock is checked."""
        return self.clock_check is not None and runs.has_later(connection, self.now + AHEAD)

    def announce(self, channel: str, day: str) -> None:
        """Puts a day of new items in the queue of `all_leases`."""
        with self.ledger.reading() as connection:
            waiting = queue.count_waiting(connection, channel, day)
        if waiting:
            self.expect(waiting)
            self.found.put_nowait((channel, day))

    def raise_watermarks(self, connection: Connection) -> None:
        """Raises the watermarks of the channels that are complete: not before the end, when the clock is known."""
        asked = bool(self.task.since)
        marks = {name: next_watermark(self.watermarks[name], self.started, asked=asked) for name in self.complete}
        watermarks.set_watermarks(connection, marks)
        watermarks.keep_read_to(connection, dict.fromkeys(self.complete, self.started), self.started)

    def void_later(self, connection: Connection) -> None:
        """Takes back what a run with a clock that was ahead has noted of the lists of this one, if these were read."""
        if self.reader.pages_read and self.is_after_ahead(connection):
            today = day_of(self.now, self.site.zone)
            for span in self.spans:
                runs.void_later(connection, span.channel, span.days[-1], today, self.now)

    def conclude(self, outcomes: Outcomes) -> None:
        """Ends the run: puts coverage and stale channels into `outcomes`, and its summary into the ledger.

        A run that ended because of a wrong clock leaves nothing; if it has tried an article before, it looks killed, so
        that a later run plans again what this one has planned.
        """
        outcomes.given_up += len(self.set_aside)
        with self.ledger.transaction() as connection:  # needs no room, of which a full disk has none for the rest
            queue.give_back(connection)
        with self.ledger.transaction() as connection:
            if self.clock_check and self.clock_check.wrong:
                runs.restore_windows(connection, self.intake.before)
                watermarks.forget_watermarks(connection, self.first_marks)
                watermarks.restore_read_to(connection, self.kept_before)
                if not self.leased:
                    runs.withdraw(connection, self.run)
                return
            self.raise_watermarks(connection)
            self.void_later(connection)
            self.intake.note_unread(connection, self.spans)
            outcomes.limited = self.task.limit is not None
            outcomes.unread = not self.reader.pages_read and bool(self.intake.held)
            self.judge(connection, outcomes)
            runs.end(connection, self.run, outcomes.exit, outcomes.summary(), self.now)

    def judge(self, connection: Connection, outcomes: Outcomes) -> None:
        """Puts the coverage of the run, and the stale channels, into `outcomes`."""
        judge(connection, self.run, self.spans, self.started, self.site.zone, outcomes)
