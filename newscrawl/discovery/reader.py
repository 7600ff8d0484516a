"""Reads whole lists, page by page: days of the roll API, HTML lists, feeds and sitemaps.

A list that cannot be read, or not to its end, is no exception: the rows that were found are returned with the reason
why they may not be all. A ban is one, for it ends the run.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from newscrawl.discovery.days import latest_moment
from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import next_page_url, read_html
from newscrawl.discovery.roll import RollPage, Window, day_window, read_roll, roll_url
from newscrawl.discovery.rows import Row
from newscrawl.discovery.window import WindowReading, distinct_rows, read_window
from newscrawl.errors import ListError
from newscrawl.sites.model import Channel, Listing, Roll, Site

TRIES = 3  # requests for a list page whose answers are no lists
SITEMAPS = 50  # most sitemaps of one list
Fetch = Callable[[str], Awaitable[bytes]]
"""Downloads a list page. Raises ListError if it cannot, Banned if the site has banned the run."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ListReading:
    """What a reading of a list, or of a day of one, found.

    `listed` is the number of its rows by its own total and by our count, `missing` how many of them were not found.
    `reason` is why the rows may not be all (a word of `docs/reference.md`), empty if they are; `where` is the address
    of the page that failed, else the name of the list, and `detail` is one line.
    """

    rows: tuple[Row, ...]
    listed: int
    missing: int = 0
    reason: str = ""
    where: str = ""
    detail: str = ""

    @property
    def proven(self) -> bool:
        """Whether the rows are all that the list has."""
        return not self.reason


class ListReader:
    """Reads the lists of a site. `pages_read` counts the pages that were read."""

    def __init__(self, site: Site, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        """`clock` dates the rows without a year: by the moment of their page, because a request may wait for long."""
        self.site, self.fetch, self.clock = site, fetch, clock
        self.pages_read = 0

    async def read_day(self, channel: Channel, day: str, *, had_rows: bool) -> ListReading:
        """Reads a day of a channel of the roll API. `had_rows`: an earlier reading of the day found some.

        Such a day is read again if it is empty now, and fails (`list_empty`) if it stays so. Raises Banned.
        """
        where = f"{channel.name} {day}"
        roll = self.site.roll
        if not roll:
            return ListReading((), 0, reason="list_unreadable", where=where, detail="the site has no roll API")
        seen: list[Row] = []
        ask = partial(self._roll_page, roll, channel, seen)
        window = day_window(channel.name, day, self.site.zone)
        try:
            reading = await read_window(ask, window, roll)
            if had_rows and not reading.rows:
                reading = await read_window(ask, window, roll)
                if not reading.rows:
                    empty = "its list was not empty before"
                    return ListReading((), 0, reason="list_empty", where=where, detail=empty)
        except ListError as error:
            return failed(seen, error)
        return judged(reading, where)

    async def read_list(self, listing: Listing, name: str, since: float, watermark: int | None) -> ListReading:
        """Reads a list other than the roll API back to `since` (epoch seconds). Raises Banned.

        `name` is the list's, with a colon and its argument if it takes one. A feed has a single page: it must reach
        back to the `watermark`, where there is one.
        """
        url = listing.url.format(page=1, argument=argument_of(name))
        if listing.kind == "html":
            pages = self._html_pages(listing, name, url, since)
        elif listing.kind == "feed":
            pages = self._feed(name, url, watermark)
        else:
            pages = self._sitemaps(name, url)
        rows: list[Row] = []
        try:
            async for found in pages:
                rows += found
        except ListError as error:
            return failed(rows, error)
        distinct = distinct_rows(*rows)
        return ListReading(distinct, len(distinct))

    async def _html_pages(self, listing: Listing, name: str, url: str, since: float) -> AsyncIterator[list[Row]]:
        """Yields the new rows of each page. Raises ListError, with `list_short` if it ends before `since`."""
        seen: set[str] = set()
        for number in range(1, listing.max_pages + 1):
            page = await self._page(url, bytes)
            try:
                rows = read_html(page, url, listing.rows, listing.when, self.site.zone, now=self.clock())
            except ListError as error:
                if number > 1 and error.reason == "list_empty":  # past the last page
                    return
                raise ListError(error.reason, error.detail, url) from error
            new = [row for row in rows if row.url not in seen]
            yield new
            seen |= {row.url for row in new}
            if ends_reading(new, since, self.site):
                return
            if "{page}" in listing.url:
                url = listing.url.format(page=number + 1, argument=argument_of(name))
            elif not (listing.next and (url := next_page_url(page, url, listing.next))):
                return
        pages = f"it has more than {listing.max_pages} pages; raise max_pages in a --site file"
        raise ListError("list_short", pages, name)

    async def _feed(self, name: str, url: str, watermark: int | None) -> AsyncIterator[list[Row]]:
        """Yields the rows of a feed. Raises ListError, with `list_short` if it begins after the watermark."""
        rows = await self._page(url, partial(read_feed, url=url, zone=self.site.zone))
        yield rows
        if begins := gap_before(rows, watermark):
            start = datetime.fromtimestamp(begins, self.site.zone)
            raise ListError("list_short", f"it reaches back to {start:%Y-%m-%d %H:%M}", name)

    async def _sitemaps(self, name: str, url: str) -> AsyncIterator[list[Row]]:
        """Yields the rows of a sitemap, and of those that it names. Raises ListError, also when it names too many."""
        wanted = [url]
        for sitemap in wanted:
            rows, further = await self._page(sitemap, partial(read_sitemap, url=sitemap, zone=self.site.zone))
            yield rows
            wanted += [other for other in further if other not in wanted]
            if len(wanted) > SITEMAPS:
                raise ListError("list_short", f"it names more than {SITEMAPS} sitemaps", name)

    async def _roll_page(self, roll: Roll, channel: Channel, seen: list[Row], window: Window, page: int) -> RollPage:
        """Reads a page of a window, and appends its rows to `seen`, so that a later failure keeps them."""
        answer = await self._page(roll_url(roll, channel, window, page, self.site.zone), read_roll)
        seen.extend(answer.rows)
        return answer

    async def _page(self, url: str, parse: Callable[[bytes], T]) -> T:
        """Downloads and parses a page, in `TRIES` attempts. Raises the ListError of the last one."""
        for attempt in range(1, TRIES + 1):
            try:
                parsed = parse(await self.fetch(url))
            except ListError as error:
                if attempt == TRIES:
                    raise ListError(error.reason, error.detail, url) from error
            else:
                self.pages_read += 1
                return parsed
        raise AssertionError


def argument_of(name: str) -> str:
    """Returns the argument in the name of a list; empty without one.

    >>> argument_of("stock-news:sh600000"), argument_of("cn-page")
    ('sh600000', '')
    """
    return name.partition(":")[2]


def judged(reading: WindowReading, where: str) -> ListReading:
    """Returns what the reading of a window proves.

    One without proof is `list_short` if the list counts more rows than it gave, else `list_moving`: it changed each
    time it was read.
    """
    if reading.proven:
        return ListReading(reading.rows, reading.listed, reading.missing)
    reason = "list_short" if reading.missing else "list_moving"
    detail = f"{reading.missing or 'some'} of its rows may be missing"
    return ListReading(reading.rows, reading.listed, reading.missing, reason, where, detail)


def failed(rows: Sequence[Row], error: ListError) -> ListReading:
    """Returns the reading of a list that failed, with the rows that were read before."""
    distinct = distinct_rows(*rows)
    return ListReading(distinct, len(distinct), reason=error.reason, where=error.where, detail=error.detail)


def ends_reading(new: Sequence[Row], since: float, site: Site) -> bool:
    """Whether no later page of a list is read: this one has no new row, or only rows from before `since`.

    Rows without any date do not end a reading.
    """
    moments = [moment for row in new if (moment := latest_moment(row, site))]
    return not new or (bool(moments) and max(moments) < since)


def gap_before(rows: Sequence[Row], watermark: int | None) -> int | None:
    """Returns the time of a feed's oldest row if it is after the watermark: rows in between may have left the feed.

    >>> rows = [Row("https://a.example/1", ctime=200), Row("https://a.example/2", ctime=100)]
    >>> gap_before(rows, 99), gap_before(rows, 100)
    (100, None)
    """
    times = [row.ctime for row in rows if row.ctime]
    return min(times) if watermark is not None and times and min(times) > watermark else None
