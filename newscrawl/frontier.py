"""The frontier of a crawl: what its lists name, and of that what is to be fetched next, out of the ledger."""

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from newscrawl.coverage import coverage, silences
from newscrawl.discovery import Reading, distinct, read_window
from newscrawl.items import Lease
from newscrawl.journal import Journal
from newscrawl.ledger import Entry, Ledger
from newscrawl.lists import ListError, Row, next_page, read_feed, read_html, read_sitemap
from newscrawl.outcomes import Outcomes
from newscrawl.roll import RollPage, Window, day_window, read_roll, roll_url
from newscrawl.schedule import DAY, HOUR, day_of, days_between, moment
from newscrawl.site import Channel, Listing, Site
from newscrawl.urls import address, allowed, is_web_url, short_hash

FIRST_TIME = "2d"  # how far back a channel is read that was never read before
TRIES = 3  # of a list page whose answer is no list
SITEMAPS = 50  # of one index
DOCID = re.compile(r"[a-z]{7}\d{7}")
DAYS = 400 * 366
END: Any = None
T = TypeVar("T")

Fetch = Callable[[str], Awaitable[bytes]]
"""Brings a list page. Raises ListError for one that is not to be had, Stopped when nothing may be asked any more."""


class Stopped(Exception):
    """The site has turned us away; the message says how."""


@dataclass(frozen=True, slots=True)
class Task:
    """What a crawl is to do: channels and lists by name, a span of time in its user's words, most articles to fetch."""

    channels: tuple[str, ...]
    since: str = ""
    until: str = ""
    limit: int | None = None

    def named(self) -> str:
        """The task as the journal knows it: runs of the same one go on for each other."""
        return f"crawl {' '.join(self.channels)} since {self.since or '-'} until {self.until or '-'}"


@dataclass(frozen=True, slots=True)
class Span:
    """A channel's part of a task: from when, up to when, and its days on the site's clock, the newest first."""

    channel: str
    since: datetime
    until: datetime
    days: tuple[str, ...]


def task_of(site: Site, channels: Sequence[str], since: str, until: str, limit: int | None, now: datetime) -> Task:
    """A task, its names and times checked. No channels: all that the roll API has. Raises ValueError with one line."""
    known = [channel.name for channel in site.channels]
    names = tuple(dict.fromkeys(channels)) or tuple(known)
    lists = {listing.name: listing for listing in site.lists}
    if not names:
        raise ValueError(f"the site {site.name} names no channels")
    for name in names:
        listing = lists.get(name.partition(":")[0])
        if name in known:
            if not site.roll:
                raise ValueError(f"the site {site.name} has no roll API to list {name}")
        elif listing is None:
            raise ValueError(f"no channel named {name}; `newscrawl channels` shows them: {', '.join(known)}")
        elif ("{argument}" in listing.url) != (":" in name):
            form = f"{listing.name}:NAME" if "{argument}" in listing.url else listing.name
            raise ValueError(f"{name} is to be written {form}")
    if limit is not None and limit < 0:
        raise ValueError("--limit must not be negative")
    task = Task(names, since, until, limit)
    spans_of(task, site, {}, now)
    return task


def spans_of(task: Task, site: Site, watermarks: dict[str, int | None], now: datetime) -> list[Span]:
    """From when to when each channel is read: as the task says, else from a little before its watermark until now."""
    until = moment(task.until, now, site.zone, last=True) if task.until else now
    spans = []
    for channel in task.channels:
        mark = watermarks.get(channel)
        overlap = site.roll.overlap * HOUR if site.roll else DAY
        if task.since:
            since = moment(task.since, now, site.zone)
        elif mark is not None and not task.until:
            since = datetime.fromtimestamp(mark - overlap, site.zone)
        else:
            since = moment(FIRST_TIME, until, site.zone)
        if since >= until:
            raise ValueError(f"nothing lies between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M}")
        if (until - since).days > DAYS:
            raise ValueError(f"{task.since} is too far back")
        spans.append(Span(channel, since, until, tuple(days_between(since, until, site.zone))))
    return spans


class Frontier:
    """Reads the lists of a task into the ledger, and leases out of it what is to be fetched."""

    def __init__(
        self,
        task: Task,
        site: Site,
        ledger: Ledger,
        fetch: Fetch,
        report: Callable[[str, str, str], None],
        expect: Callable[[int], None] = lambda _: None,
    ) -> None:
        """`report` is told each list that cannot be read (URL, reason, detail); `expect`, how much more there is."""
        self.task, self.site, self.ledger, self.fetch = task, site, ledger, fetch
        self.report, self.expect = report, expect
        self.journal = Journal(ledger.engine)
        self.started = ledger.now
        self.run = self.journal.begin(task.named(), self.started)
        self.watermarks = {channel: self.journal.watermark(channel) for channel in task.channels}
        self.spans = spans_of(task, site, self.watermarks, ledger.clock())
        self.found: asyncio.Queue[Any] = asyncio.Queue()
        self.stopped = False  # the lists could not be read to their end
        self.pages_read = 0

    async def leases(self) -> AsyncIterator[Lease]:
        """What is to be fetched: what the lists name, as they are read, then what is due for a look or another try."""
        discovery = asyncio.create_task(self.discover())
        left = self.task.limit
        try:
            while (found := await self.found.get()) is not END:
                for lease in self.ledger.waiting(self.run.id, *found) if left != 0 else ():
                    yield lease
                    left = None if left is None else left - 1
                    if left == 0:
                        break
            await discovery
            for lease in self.ledger.due(self.run.id, self.task.channels) if left != 0 else ():
                self.expect(1)
                yield lease
                left = None if left is None else left - 1
                if left == 0:
                    break
        finally:
            discovery.cancel()

    async def discover(self) -> None:
        """Reads every day of every channel, the newest first, and raises the watermarks of those read without a gap."""
        try:
            for listing, span in self.lists():
                await self.read_list(listing, span)
            for channel, day in self.plan():
                if not self.known_already(channel, day):
                    await self.read_day(channel, day)
                self.announce(channel, day)
        except Stopped:
            self.stopped = True
        else:
            self.raise_watermarks()
        finally:
            self.found.put_nowait(END)

    def conclude(self, outcomes: Outcomes) -> None:
        """Ends the run: the coverage of its task, channels that have fallen silent, and how it went, in the journal."""
        ledger = self.ledger
        ledger.release()
        days = [day for span in self.spans for day in span.days]
        told = coverage(ledger.engine, self.task.channels, min(days), max(days), self.run.id)
        outcomes.coverage = {name: {day: tally.plain() for day, tally in days.items()} for name, days in told.items()}
        outcomes.limited = self.task.limit is not None
        outcomes.unread = not self.pages_read and any(
            tally.reason for tallies in told.values() for tally in tallies.values()
        )
        current = [span.channel for span in self.spans if span.until.timestamp() >= self.started]
        for channel, silence in silences(ledger.engine, current, self.started).items():
            last = datetime.fromtimestamp(silence.last, self.site.zone)
            outcomes.stale[channel] = {"last": last.isoformat(), "hours": round(silence.silent / HOUR, 1)}
        self.journal.end(self.run, outcomes.exit, outcomes.summary(), ledger.now)

    def plan(self) -> list[tuple[str, str]]:
        """The windows of the roll API to be read: days, the newest first, and within a day the channels."""
        rolls = {channel.name for channel in self.site.channels}
        pairs = [(day, span.channel) for span in self.spans if span.channel in rolls for day in span.days]
        order = {channel: place for place, channel in enumerate(self.task.channels)}
        pairs.sort(key=lambda pair: order[pair[1]])
        pairs.sort(key=lambda pair: pair[0], reverse=True)
        return [(channel, day) for day, channel in pairs]

    def lists(self) -> list[tuple[Listing, Span]]:
        """The second sources of the task."""
        named = {listing.name: listing for listing in self.site.lists}
        rolls = {channel.name for channel in self.site.channels}
        return [(named[span.channel.partition(":")[0]], span) for span in self.spans if span.channel not in rolls]

    def known_already(self, channel: str, day: str) -> bool:
        """Whether a stopped run of this task has read the day, after it was over."""
        goes_on = self.run.job_started < self.started
        over = day_window(channel, day, self.site.zone).end <= self.run.job_started
        return goes_on and over and day in self.journal.read_days(channel, self.run.job_started)

    def announce(self, channel: str, day: str) -> None:
        """Says that a day's entries are in the ledger."""
        if (waiting := self.ledger.count_waiting(channel, day)) and self.task.limit is None:
            self.expect(waiting)
        self.found.put_nowait((channel, day))

    async def read_day(self, channel: str, day: str) -> None:
        """Reads a day of a channel's list into the ledger."""
        roll = self.site.roll
        entry = next(entry for entry in self.site.channels if entry.name == channel)
        met: list[Row] = []
        reading, reason = Reading((), 0, proven=False), ""
        if roll:
            try:
                window = day_window(channel, day, self.site.zone)
                reading = await read_window(partial(self.ask, entry, met), window, roll)
            except ListError as error:
                rows = distinct(*met)
                reading, reason = Reading(rows, len(rows), proven=False), error.reason
        if not reading.proven and not reason:
            reason = "list_short" if reading.missing else "list_moving"
            self.report(f"{channel} {day}", reason, f"{reading.missing or 'some'} of its rows may be missing")
        self.note(channel, day, reading, reason)

    async def ask(self, channel: Channel, met: list[Row], window: Window, page: int) -> RollPage:
        """A page of the roll API; an answer that is no list is asked for again."""
        if not self.site.roll:
            raise ListError("list_unreadable", "the site has no roll API")
        url = roll_url(self.site.roll, channel, window, page, self.site.zone)
        answer = await self.read(url, read_roll)
        met.extend(answer.rows)
        return answer

    async def read(self, url: str, reader: Callable[[bytes], T]) -> T:
        """A list page, read; tried again when it cannot be."""
        for tried in range(1, TRIES + 1):
            try:
                read = reader(await self.fetch(url))
            except ListError as error:
                if tried == TRIES:
                    self.report(url, error.reason, error.detail)
                    raise
            else:
                self.pages_read += 1
                return read
        raise AssertionError

    async def read_list(self, listing: Listing, span: Span) -> None:
        """Reads a second source, back to the beginning of its span, into the ledger, a day at a time."""
        rows: list[Row] = []
        reason = ""
        try:
            async for some in self.pages(listing, span):
                rows += some
        except ListError as error:
            reason = error.reason
        days: defaultdict[str, list[Row]] = defaultdict(list)
        for row in distinct(*rows):
            if (day := self.day_of(row)) in span.days:
                days[day].append(row)
        if reason and span.days[0] not in days:
            days[span.days[0]] = []
        for day, some in days.items():
            self.note(span.channel, day, Reading(tuple(some), len(some), proven=not reason), reason, whole=False)
            self.announce(span.channel, day)

    async def pages(self, listing: Listing, span: Span) -> AsyncIterator[list[Row]]:
        """The pages of a second source, until one has nothing new, or nothing as young as the span."""
        argument = span.channel.partition(":")[2]
        if listing.kind != "html":
            async for some in self.feeds(listing, argument):
                yield some
            return
        seen: set[str] = set()
        url = listing.url.format(page=1, argument=argument)
        for number in range(1, listing.max_pages + 1):
            page = await self.read(url, bytes)
            try:
                rows = read_html(page, url, listing.rows, listing.when, self.site.zone, now=self.ledger.clock())
            except ListError as error:
                if number > 1 and error.reason == "list_empty":
                    return
                self.report(url, error.reason, error.detail)
                raise
            new = [row for row in rows if row.url not in seen]
            yield new
            seen |= {row.url for row in new}
            times = [row.ctime for row in new if row.ctime]
            if not new or (times and max(times) < span.since.timestamp()):
                return
            if "{page}" in listing.url:
                url = listing.url.format(page=number + 1, argument=argument)
            elif not (listing.next and (url := next_page(page, url, listing.next))):
                return

    async def feeds(self, listing: Listing, argument: str) -> AsyncIterator[list[Row]]:
        """The rows of a feed, or of a sitemap and those that it names."""
        wanted = [listing.url.format(page=1, argument=argument)]
        for url in wanted:
            if listing.kind == "feed":
                yield await self.read(url, partial(read_feed, url=url, zone=self.site.zone))
                continue
            rows, further = await self.read(url, partial(read_sitemap, url=url, zone=self.site.zone))
            yield rows
            wanted += [one for one in further if one not in wanted][: SITEMAPS - len(wanted)]

    def note(self, channel: str, day: str, reading: Reading, reason: str, *, whole: bool = True) -> None:
        """Takes a reading of a day into the ledger. `whole`: what it does not name, the list has no more."""
        entries = [self.entry(row) for row in reading.rows]
        count = self.ledger.note(self.run.id, channel, day, entries)
        if reading.proven and whole:
            self.ledger.vanish(self.run.id, channel, day)
        else:  # what earlier readings found counts as well
            count = self.ledger.count_listed(channel, day)
        self.journal.note_window(
            self.run, channel, day, listed=max(reading.listed, count), entries=count, missing=reading.missing,
            reason=reason, now=self.ledger.now,
        )  # fmt: skip

    def entry(self, row: Row) -> Entry:
        """A row of a list as the ledger knows it: under the key of its article, with the reason not to fetch it."""
        where = address(row.url, self.site)
        key = where.key if where.docid or not DOCID.fullmatch(row.docid) else row.docid
        if not is_web_url(row.url):
            return Entry(
                key if row.url else short_hash(row.docid), row.url, row.title, "bad_url", row.ctime, row.intime
            )
        return Entry(key, where.url, row.title, skip_reason(where.url, self.site), row.ctime, row.intime, row.mtime)

    def day_of(self, row: Row) -> str:
        """The day that a row of a second source belongs to: its time's, its address's, else today."""
        if instant := row.ctime or row.mtime:
            return day_of(instant, self.site.zone)
        date = address(row.url, self.site).date if row.url else ""
        return (
            f"{date[:4]}-{date[4:6]}-{date[6:8]}"
            if len(date) == len("20260301")
            else day_of(self.started, self.site.zone)
        )

    def raise_watermarks(self) -> None:
        """Channels that were read up to now without a gap, and proven, are complete up to now."""
        complete = []
        for span in self.spans:
            mark = self.watermarks[span.channel]
            joins = mark is None or span.since.timestamp() <= mark
            read = self.journal.read_days(span.channel, self.run.job_started)
            if joins and span.until.timestamp() >= self.started and (set(span.days) <= read or ":" in span.channel):
                complete.append(span.channel)
        self.journal.raise_watermarks(complete, self.started)


def skip_reason(url: str, site: Site) -> str:
    """Why an entry of a list is not fetched; empty when it is.

    >>> from newscrawl.site import load_site
    >>> sina = load_site("sina_finance")
    >>> hosts = ("video.sina.com.cn/p/1", "slide.finance.sina.com.cn/1", "blog.sina.com.cn/s/1", "example.org/1")
    >>> [skip_reason(f"https://{host}", sina) for host in hosts]
    ['video', 'gallery', 'blog', 'offsite']
    """
    rules: Iterable[Any] = (*site.refusals, *site.skips)
    for rule in rules:
        if rule.url and re.search(rule.url, url):
            return str(rule.reason)
    return "" if allowed(url, site) else "offsite"
