"""The frontier of a crawl: reads its lists into the ledger, and leases items out of the ledger to be fetched."""

import asyncio
import logging
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Select
from sqlalchemy.exc import DatabaseError

from newscrawl.crawl.task import CrawlTask, Fetch, Span, spans_of
from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import next_page_url, read_html
from newscrawl.discovery.roll import RollPage, Window, day_window, read_roll, roll_url
from newscrawl.discovery.rows import Row
from newscrawl.discovery.window import WindowReading, distinct_rows, read_window
from newscrawl.errors import Banned, ListError
from newscrawl.ledger import queue, runs
from newscrawl.ledger.coverage import coverage, silences
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import DayTally, ListedItem
from newscrawl.ledger.schedule import HOUR, RELATIVE, day_of
from newscrawl.outcomes.summary import Outcomes
from newscrawl.provenance import Lease
from newscrawl.sites.model import Channel, Listing, Site
from newscrawl.sites.urls import address, is_allowed, is_web_url, short_hash

TRIES = 3  # requests for a list page whose answers are no lists
SITEMAPS = 50  # most sitemaps of one index
NO_ANSWER = frozenset(("list_unreachable", "list_timeout", "list_dns"))
SILENT_DAYS = 3  # days in a row whose lists had no answer, before the other days are skipped
END: Any = None
log = logging.getLogger(__name__)
T = TypeVar("T")


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
    ) -> None:
        """Calls `report` with (URL, reason, detail) of an unreadable list, `expect` with the number of new items."""
        self.task, self.site, self.ledger, self.fetch = task, site, ledger, fetch
        self.report, self.expect = report, expect
        self.clock = clock
        self.started = self.now
        with ledger.transaction() as connection:
            self.run = runs.begin(connection, task.named(), self.started)
            self.watermarks = {channel: runs.watermark(connection, channel) for channel in task.channels}
            self.spans = spans_of(task, site, self.watermarks, clock())
            if not (task.since or task.until):  # if this first reading fails, the next one begins at the same time
                for span in self.spans:
                    if self.watermarks[span.channel] is None:
                        runs.raise_watermarks(connection, [span.channel], int(span.since.timestamp()))
        self.found: asyncio.Queue[Any] = asyncio.Queue()
        # A stopped backfill is resumed. A task relative to now, such as `2d`, means other days in each run.
        absolute = bool(task.since) and not RELATIVE.fullmatch(task.since.strip().lower())
        self.resumed = absolute and self.run.job_started < self.started
        self.read_before: dict[str, set[str]] = {}  # days, by channel
        self.failed_lists: set[str] = set()  # channels with a list that could not be read, or not proven
        self.pages_read = 0
        self.silent = 0  # days in a row whose lists had no answer

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
        while (found := await self.found.get()) is not END:
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

    @property
    def now(self) -> int:
        """The time by the clock of the run, in epoch seconds."""
        return int(self.clock().timestamp())

    async def discover(self) -> None:
        """Reads every day of every channel, the newest first, then raises the watermarks of complete channels."""
        try:
            for listing, span in self.lists():
                await self.read_list(listing, span)
            for channel, day in self.plan():
                await asyncio.sleep(0)  # a resumed backfill may skip many days in a row
                if not self.known_already(channel, day):
                    await self.read_day(channel, day)
                self.announce(channel, day)
            self.raise_watermarks()
        except Banned:
            pass
        finally:
            self.found.put_nowait(END)

    def conclude(self, outcomes: Outcomes) -> None:
        """Ends the run: puts coverage and stale channels into `outcomes`, and its summary into the ledger."""
        with self.ledger.transaction() as connection:
            queue.release(connection)
            self.judge(connection, outcomes)
            runs.end(connection, self.run, outcomes.exit, outcomes.summary(), self.now)

    def judge(self, connection: Connection, outcomes: Outcomes) -> None:
        """Puts the coverage of the run's days and the stale channels into `outcomes`."""
        for span in self.spans:
            found = coverage(connection, [span.channel], span.days[-1], span.days[0], self.run.id)
            days = found.get(span.channel, {})
            if self.by_windows(span.channel):  # which days another list holds is not known
                days |= {day: DayTally(reason="list_unread") for day in span.days if day not in days}
            outcomes.coverage[span.channel] = {day: days[day].plain() for day in sorted(days)}
        outcomes.limited = self.task.limit is not None
        outcomes.unread = not self.pages_read and bool(self.failed_lists)
        current = [span.channel for span in self.spans if span.until.timestamp() >= self.started]
        for channel, silence in silences(connection, current, self.started).items():
            last = datetime.fromtimestamp(silence.last, self.site.zone)
            outcomes.stale[channel] = {"last": last.isoformat(), "hours": round(silence.silent / HOUR, 1)}

    def by_windows(self, channel: str) -> bool:
        """Whether a name of the task is a channel of the roll API, and not another list."""
        return any(entry.name == channel for entry in self.site.channels)

    def plan(self) -> list[tuple[str, str]]:
        """The windows of the roll API to read, as (channel, day): the newest day first, then in the task's order."""
        pairs = [(day, span.channel) for span in self.spans if self.by_windows(span.channel) for day in span.days]
        pairs.sort(key=lambda pair: pair[0], reverse=True)  # a stable sort: channels stay in the task's order
        return [(channel, day) for day, channel in pairs]

    def lists(self) -> list[tuple[Listing, Span]]:
        """The lists of the task that are not channels of the roll API, each with its span."""
        named = {listing.name: listing for listing in self.site.lists}
        return [
            (named[span.channel.partition(":")[0]], span) for span in self.spans if not self.by_windows(span.channel)
        ]

    def known_already(self, channel: str, day: str) -> bool:
        """Whether an earlier run of this backfill has read the day, later than the day's end plus the overlap."""
        if not self.resumed:
            return False
        if channel not in self.read_before:
            with self.ledger.reading() as connection:
                self.read_before[channel] = runs.read_days(connection, channel, self.run.job_started)
        rest = day_window(channel, day, self.site.zone).end + (self.site.roll.overlap if self.site.roll else 0) * HOUR
        return rest <= self.run.job_started and day in self.read_before[channel]

    def announce(self, channel: str, day: str) -> None:
        """Puts a day of new items in the queue of `all_leases`."""
        with self.ledger.reading() as connection:
            waiting = queue.count_waiting(connection, channel, day)
        if waiting:
            self.expect(waiting)
            self.found.put_nowait((channel, day))

    async def read_day(self, channel: str, day: str) -> None:
        """Reads a day of a channel's list into the ledger; a failure is reported and noted as the day's reason."""
        rows_seen: list[Row] = []
        reading, reason = WindowReading((), 0, proven=False), ""
        try:
            reading = await self.read_rows(channel, day, rows_seen)
            self.silent = 0
        except ListError as error:
            rows = distinct_rows(*rows_seen)
            reading, reason = WindowReading(rows, len(rows), proven=False), error.reason
            self.silent += error.reason in NO_ANSWER or error.reason.startswith("list_http_5")
        except (Banned, DatabaseError):
            raise
        except Exception:  # a bug in newscrawl; the other days are read nevertheless
            log.exception("Cannot read the list of %s on %s", channel, day)
            self.report(f"{channel} {day}", "fault", "")
            reason = "fault"
        if not reading.proven and not reason:
            reason = "list_short" if reading.missing else "list_moving"
            self.report(f"{channel} {day}", reason, f"{reading.missing or 'some'} of its rows may be missing")
        self.note(channel, day, reading, reason)

    async def read_rows(self, channel: str, day: str, rows_seen: list[Row]) -> WindowReading:
        """Reads a day of a channel's list and appends every row to `rows_seen`, so that a failure keeps them.

        Raises ListError. A day that had rows before and is empty twice now is an error, `list_empty`.
        """
        if not self.site.roll:
            raise ListError("list_unreadable", "the site has no roll API")
        if self.silent >= SILENT_DAYS:
            raise ListError("list_unread", "the lists before it had no answer")
        entry = next(entry for entry in self.site.channels if entry.name == channel)
        window = day_window(channel, day, self.site.zone)
        ask = partial(self.ask, entry, rows_seen)
        reading = await read_window(ask, window, self.site.roll)
        if not reading.rows and self.count_listed(channel, day):
            reading = await read_window(ask, window, self.site.roll)
            if not reading.rows:
                self.report(f"{channel} {day}", "list_empty", "its list was not empty before")
                raise ListError("list_empty", "")
        return reading

    async def ask(self, channel: Channel, rows_seen: list[Row], window: Window, page: int) -> RollPage:
        """A page of the roll API; an answer that is no list is requested again."""
        if not self.site.roll:
            raise ListError("list_unreadable", "the site has no roll API")
        url = roll_url(self.site.roll, channel, window, page, self.site.zone)
        answer = await self.read(url, read_roll)
        rows_seen.extend(answer.rows)
        return answer

    async def read(self, url: str, reader: Callable[[bytes], T]) -> T:
        """Downloads and parses a list page, in three attempts. Raises ListError when the last one fails."""
        for attempt in range(1, TRIES + 1):
            try:
                parsed = reader(await self.fetch(url))
            except ListError as error:
                if attempt == TRIES:
                    self.report(url, error.reason, error.detail)
                    raise
            else:
                self.pages_read += 1
                return parsed
        raise AssertionError

    async def read_list(self, listing: Listing, span: Span) -> None:
        """Reads a list other than the roll API back to the beginning of its span, and notes it day by day."""
        rows: list[Row] = []
        reason = ""
        try:
            async for page_rows in self.pages(listing, span):
                rows += page_rows
        except ListError as error:
            reason = error.reason
        days: defaultdict[str, list[Row]] = defaultdict(list)
        for row in distinct_rows(*rows):
            if (day := self.day_of(row)) in span.days:
                days[day].append(row)
        oldest = min(days, default=span.days[0]) if reason == "list_short" else span.days[0]
        for day in sorted({*days, *([oldest] if reason else [])}, reverse=True):
            broken = reason if day == oldest else ""
            found = tuple(days[day])
            self.note(span.channel, day, WindowReading(found, len(found), proven=not broken), broken, whole=False)
            self.announce(span.channel, day)

    async def pages(self, listing: Listing, span: Span) -> AsyncIterator[list[Row]]:
        """The rows of a list, page by page, until a page has no new row, or no row as young as the span.

        Raises ListError, with `list_short` where the list ends before it reaches the beginning of the span.
        """
        argument = span.channel.partition(":")[2]
        if listing.kind != "html":
            async for rows in self.feeds(listing, argument, span):
                yield rows
            return
        seen: set[str] = set()
        url = listing.url.format(page=1, argument=argument)
        for number in range(1, listing.max_pages + 1):
            page = await self.read(url, bytes)
            try:
                rows = read_html(page, url, listing.rows, listing.when, self.site.zone, now=self.clock())
            except ListError as error:
                if number > 1 and error.reason == "list_empty":
                    return
                self.report(url, error.reason, error.detail)
                raise
            new = [row for row in rows if row.url not in seen]
            yield new
            seen |= {row.url for row in new}
            times = [time for row in new if (time := self.latest(row))]
            if not new or (times and max(times) < span.since.timestamp()):
                return
            if "{page}" in listing.url:
                url = listing.url.format(page=number + 1, argument=argument)
            elif not (listing.next and (url := next_page_url(page, url, listing.next))):
                return
        self.short(span, f"it has more than {listing.max_pages} pages; raise max_pages in a --site file")

    def short(self, span: Span, why: str) -> None:
        """Reports that a list does not reach back to the beginning of its span. Raises ListError."""
        self.report(span.channel, "list_short", why)
        raise ListError("list_short", why)

    async def feeds(self, listing: Listing, argument: str, span: Span) -> AsyncIterator[list[Row]]:
        """The rows of a feed, or of a sitemap and of the sitemaps that it names."""
        wanted = [listing.url.format(page=1, argument=argument)]
        oldest: list[int] = []
        for url in wanted:
            further: list[str] = []
            if listing.kind == "feed":
                rows = await self.read(url, partial(read_feed, url=url, zone=self.site.zone))
            else:
                rows, further = await self.read(url, partial(read_sitemap, url=url, zone=self.site.zone))
            yield rows
            oldest += [row.ctime for row in rows if row.ctime]
            wanted += [sitemap for sitemap in further if sitemap not in wanted]
            if len(wanted) > SITEMAPS:
                self.short(span, f"it names more than {SITEMAPS} sitemaps")
        mark = self.watermarks[span.channel]
        if listing.kind == "feed" and mark is not None and oldest and min(oldest) > mark:
            self.short(span, f"it reaches back to {datetime.fromtimestamp(min(oldest), self.site.zone):%Y-%m-%d %H:%M}")

    def note(self, channel: str, day: str, reading: WindowReading, reason: str, *, whole: bool = True) -> None:
        """Notes the reading of a day in the ledger. `whole`: an item that the reading lacks has left the list."""
        entries = [self.entry(row) for row in reading.rows]
        with self.ledger.transaction() as connection:
            count = queue.note(connection, self.run.id, channel, day, entries, self.now)
            if reading.proven and whole:
                queue.vanish(connection, self.run.id, channel, day, self.now)
            else:  # rows of earlier readings count as well
                count = queue.count_listed(connection, channel, day)
            runs.note_window(
                connection, self.run, channel, day, listed=max(reading.listed, count), entries=count,
                missing=reading.missing, reason=reason, now=self.now,
            )  # fmt: skip
        # A feed cannot reach further back in a later run: its `list_short` is reported and does not hold the watermark.
        if reason and (whole or reason != "list_short"):
            self.failed_lists.add(channel)

    def entry(self, row: Row) -> ListedItem:
        """A row of a list as an item of the ledger: with its article's key, and the reason if it is not fetched."""
        location = address(row.url, self.site)
        form = re.compile(self.site.roll.docid if self.site.roll else "(?!)")
        known = form.fullmatch(row.docid) and not form.fullmatch(location.docid.removeprefix(self.site.prefix))
        key = self.site.prefix + row.docid if known else location.key
        if not is_web_url(row.url):
            key = key if known else short_hash(row.url or row.docid)
            return ListedItem(key, row.url, row.title, "bad_url", row.ctime, row.intime)
        return ListedItem(
            key, location.url, row.title, skip_reason(location.url, self.site), row.ctime, row.intime, row.mtime
        )

    def day_of(self, row: Row) -> str:
        """The day of a row of another list: by its time, else by the date in its URL, else today."""
        if instant := row.ctime or row.mtime:
            return day_of(instant, self.site.zone)
        return self.day_in_address(row) or day_of(self.started, self.site.zone)

    def day_in_address(self, row: Row) -> str:
        """The day in the URL of a row (YYYY-MM-DD), or an empty string."""
        try:
            return datetime.fromisoformat(address(row.url, self.site).date).date().isoformat()
        except ValueError:  # no date, or one that does not exist
            return ""

    def latest(self, row: Row) -> int | None:
        """The latest moment that a row can be from: its time, else the end of the day in its URL. Epoch seconds."""
        day = self.day_in_address(row)
        return row.ctime or (day_window("", day, self.site.zone).end if day else None)

    def raise_watermarks(self) -> None:
        """Raises the watermark of each channel that was read without a gap, and proven, up to now."""
        complete = []
        for span in self.spans:
            mark = self.watermarks[span.channel]
            joins = mark is None or span.since.timestamp() <= mark
            if joins and span.until.timestamp() >= self.started and span.channel not in self.failed_lists:
                complete.append(span.channel)
        with self.ledger.transaction() as connection:
            runs.raise_watermarks(connection, complete, self.started)

    def count_listed(self, channel: str, day: str) -> int:
        """The number of distinct articles that earlier readings of a day found."""
        with self.ledger.reading() as connection:
            return queue.count_listed(connection, channel, day)


def skip_reason(url: str, site: Site) -> str:
    """The reason why an entry of a list is not fetched; empty if it is fetched.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> hosts = ("video.sina.com.cn/p/1", "slide.finance.sina.com.cn/1", "blog.sina.com.cn/s/1", "example.org/1")
    >>> [skip_reason(f"https://{host}", sina) for host in hosts]
    ['video', 'gallery', 'blog', 'offsite']
    """
    rules: Iterable[Any] = (*site.refusals, *site.skips)
    for rule in rules:
        if rule.url and re.search(rule.url, url):
            return str(rule.reason)
    return "" if is_allowed(url, site) else "offsite"
