"""Reads whole lists, page by page: days of the roll API, HTML lists, feeds and sitemaps.

A list that cannot be read, or not to its end, is no exception: the rows that were found are returned with the reason
why they may not be all. A ban is one, for it ends the run.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from newscrawl.deadline import in_time
from newscrawl.discovery.budget import ROWS_OF_ALL, Allowance, Spending
from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import ends_list, is_cut, next_page_url, read_html
from newscrawl.discovery.reach import beginning, is_gap, is_reached
from newscrawl.discovery.roll import RollPage, Window, day_window, is_inside, is_of_later, read_roll, roll_url
from newscrawl.discovery.rows import Row
from newscrawl.discovery.window import Ask, WindowReading, distinct_rows, read_window, row_id
from newscrawl.errors import Banned, CutAnswer, CutOff, EndsEarly, ListError, Refused, Unfinished
from newscrawl.ledger.proof import Evidence, Proof, doubt, prove
from newscrawl.outcomes.summary import UNREAD
from newscrawl.sites.model import Channel, Listing, Roll, Site

FINAL = ("list_empty", "list_too_large")  # reasons of answers that are not asked for again at once
TRIES = 3  # requests for a list page whose answers are no lists
FINAL = ("list_empty", "list_too_slow")  # reasons for which a page is not asked for again
REPEATED = 2  # pages of an HTML list without a new row, after which it is at its end; one may be due to rows that moved
Fetch = Callable[[str], Awaitable[bytes]]
"""Downloads a list page. Raises ListError if it cannot, Banned if the site has banned the run."""
Lacks = Callable[[Sequence[Row]], bool]
"""Whether rows are missing that an earlier reading of the list has found."""
T = TypeVar("T")


def nothing(_: Sequence[Row]) -> bool:
    """Says of any rows that none is missing."""
    return False


@dataclass(frozen=True, slots=True)
class ListReading:
    """What a reading of a list, or of a day of one, found.

    `listed` is the number of its rows by its own total and by our count, `missing` how many of them were not found.
    `proof` is that the rows are all that the list has; without it `reason` is why they may not be (a word of
    `docs/reference.md`), `where` the address of the page that failed, else the name of the list, and `detail` one line.
    Of a list that ends too early, `begins` is up to when it reaches back (epoch seconds), and `newer` the proof for the
    days after that.
    """

    rows: tuple[Row, ...]
    listed: int
    proof: Proof | None = None
    missing: int = 0
    reason: str = ""
    where: str = ""
    detail: str = ""
    newer: Proof | None = None
    begins: int | None = None

    def __post_init__(self) -> None:
        if bool(self.proof) == bool(self.reason):
            raise ValueError("a reading has either a proof or a reason why there is none")


class ListReader:
    """Reads the lists of a site. `pages_read` counts the pages that were read.

    `keeps_windows` is, by channel, whether its list answers each window with other rows, once that is known.
    """

    def __init__(self, site: Site, fetch: Fetch, clock: Callable[[], datetime]) -> None:
        """`clock` dates the rows without a year: by the moment of their page, because a request may wait for long."""
        self.site, self.fetch, self.clock = site, fetch, clock
        self.pages_read = 0
        self.spending = Spending(site.budgets)
        self.keeps_windows: dict[str, bool] = {}
        self.ahead: dict[Window, RollPage] = {}  # first pages that were read before their turn

    async def read_day(self, channel: Channel, day: str, *, had_rows: bool, lacks: Lacks = nothing) -> ListReading:
        """Reads a day of a channel of the roll API. `had_rows`: an earlier reading of the day found some.

        Such a day is read again if it is empty now, and fails (`list_empty`) if it stays so. A day that `lacks` rows
        which an earlier reading has found is read again too: one answer takes no row off a list. Raises Banned, if no
        row was read before: rows that are known are not lost by a ban.
        """
        where = f"{channel.name} {day}"
        roll = self.site.roll
        if not roll:
            return ListReading((), 0, reason="list_unreadable", where=where, detail="the site has no roll API")
        seen: list[Row] = []
        window = day_window(channel.name, day, self.site.zone)
        allowance = self.spending.reading(channel.name, where)
        ask = self._asker(roll, channel, window, seen, allowance)
        try:
            reading = await read_window(ask, window, roll)
            if (had_rows and not reading.rows) or (reading.proven and lacks(reading.rows)):
                reading = await read_window(ask, window, roll)
            if reading.proven and reading.rows and channel.name not in self.keeps_windows:
                page = self.ahead[window.before()] = await self._roll_page(roll, channel, window.before(), 1, allowance)
                self.keeps_windows[channel.name] = knows_windows(page.rows, window.before(), reading.rows)
        except ListError as error:
            return failed(seen, error)
        except Banned:
            if not seen:
                raise
            return given_up(seen, where)
        if had_rows and not reading.rows:
            return failed((), ListError("list_empty", "its list was not empty before", where))
        return judged(reading, window, where, keeps_windows=self.keeps_windows.get(channel.name, True))

    def _asker(self, roll: Roll, channel: Channel, day: Window, seen: list[Row], allowance: Allowance) -> Ask:
        """The function that reads a page of a window of a day, and appends the rows of the day to `seen`.

        So a later failure keeps them. It raises ListError, also if the list has only rows of other days, whatever it
        counts, and if it has no end.
        """

        async def ask(window: Window, page: int) -> RollPage:
            answer = await self._roll_page(roll, channel, window, page, allowance)
            allowance.take(len(answer.rows))
            inside = [row for row in answer.rows if is_inside(row, day)]
            seen.extend(inside)
            if window == day and answer.rows and not inside:
                raise ListError("list_elsewhere", "its rows are of other days", allowance.where)
            if answer.rows and answer.total is None:
                allowance.turn(page)
            return answer

        return ask

    async def read_list(
        self, listing: Listing, name: str, since: float, watermark: int | None, *, had_rows: bool = False
    ) -> ListReading:
        """Reads a list other than the roll API back to `since` (epoch seconds). Raises Banned, as `read_day` does.

        `name` is the list's, with a colon and its argument if it takes one. A feed has a single page: it must reach
        back to the `watermark`, where there is one. `had_rows`: it must name something, because it did before.
        """
        url = listing.url.format(page=1, argument=argument_of(name))
        allowance = self.spending.reading(name, name, ROWS_OF_ALL)
        if listing.kind == "html":
            pages = self._html_pages(listing, name, url, since, allowance)
        elif listing.kind == "feed":
            pages = self._feed(url, allowance)
        else:
            pages = self._sitemaps(url, allowance)
        rows: list[Row] = []
        try:
            async for found in pages:
                allowance.take(len(found))
                rows += found
        except CutAnswer as error:  # of which nothing can be read
            return failed(rows, ListError("list_short", error.detail, error.where))
        except ListError as error:
            return failed(rows, error, beginning(rows, listing.kind))
        except Banned:
            if not rows:
                raise
            return given_up(rows, name)
        if had_rows and not rows:
            return failed((), ListError("list_empty", "its list was not empty before", name))
        begins = beginning(rows, listing.kind)
        if begins is not None and is_gap(begins, watermark):
            start = datetime.fromtimestamp(begins, self.site.zone)
            return failed(rows, EndsEarly(f"it reaches back to {start:%Y-%m-%d %H:%M}", name), begins)
        distinct = distinct_rows(*rows)
        return ListReading(distinct, len(distinct), prove(Evidence(ended=True)))

    async def _html_pages(
        self, listing: Listing, name: str, url: str, since: float, allowance: Allowance
    ) -> AsyncIterator[list[Row]]:
        """Yields the new rows of each page. Raises ListError, EndsEarly if the list has more pages than it may have."""
        seen: set[str] = set()
        repeated = 0  # pages in a row without a new row
        page = first = b""

        def parse(body: bytes) -> list[Row]:
            nonlocal page
            page = body
            return read_html(body, url, listing.rows, listing.when, self.site.zone, now=self.clock())

        for number in range(1, listing.max_pages + 1):
            try:
                rows = await self._page(url, parse, allowance)
            except CutOff as cut:
                yield [row for row in cut.found if row.url not in seen]
                raise
            except ListError as error:
                if number > 1 and error.reason == "list_empty" and ends_list(page, first):
                    return
                raise
            first = first or page
            new = [row for row in rows if row.url not in seen]
            yield new
            seen |= {row.url for row in new}
            repeated = 0 if new else repeated + 1
            if repeated == REPEATED or is_reached(new, since, self.site):
                return
            if "{page}" in listing.url:
                url = listing.url.format(page=number + 1, argument=argument_of(name))
            elif not (listing.next and (url := next_page_url(page, url, listing.next))):
                if listing.next and is_cut(page):  # the link to the next page may be lost
                    raise CutOff([])
                return
        raise EndsEarly(f"it has more than {listing.max_pages} pages; raise max_pages in a --site file", name)

    async def _feed(self, url: str, allowance: Allowance) -> AsyncIterator[list[Row]]:
        """Yields the rows of a feed. Raises ListError."""
        try:
            yield await self._page(url, partial(read_feed, url=url, zone=self.site.zone), allowance)
        except CutOff as cut:
            yield cut.found
            raise

    async def _sitemaps(self, url: str, allowance: Allowance) -> AsyncIterator[list[Row]]:
        """Yields the rows of a sitemap, and of those that it names, each once. Raises ListError.

        Of a sitemap that was cut off, the others are read before that is raised.
        """
        known, wanted = {url}, [url]
        cut_off: CutOff | None = None
        for sitemap in wanted:
            parse = partial(read_sitemap, url=sitemap, zone=self.site.zone)
            try:
                rows, further = await self._page(sitemap, parse, allowance)
            except CutOff as cut:
                cut_off = cut
                rows, further = cut.found
            yield rows
            allowance.take(len(further))
            wanted += [other for other in dict.fromkeys(further) if other not in known]
            known.update(further)
        if cut_off:
            raise cut_off

    async def _roll_page(
        self, roll: Roll, channel: Channel, window: Window, page: int, allowance: Allowance
    ) -> RollPage:
        """Reads a page of a window, unless it was read before its turn. Raises ListError."""
        if page == 1 and (answer := self.ahead.pop(window, None)):
            return answer
        return await self._page(roll_url(roll, channel, window, page, self.site.zone), read_roll, allowance)

    async def _page(self, url: str, parse: Callable[[bytes], T], allowance: Allowance) -> T:
        """Downloads and parses a page, in `TRIES` attempts; raises the last ListError, and one of FINAL at once.

        Each is counted, and raises ListError when a budget is met.
        """
        for attempt in range(1, TRIES + 1):
            allowance.request()
            try:
                found = parsed(await self.fetch(url), parse, self.site.page_seconds)
            except ListError as error:
                if attempt == TRIES or error.reason in FINAL:
                    last = cut_list(error, parse) if isinstance(error, CutAnswer) else error
                    last.where = url
                    raise last from error
            else:
                self.pages_read += 1
                return found
        raise AssertionError


def parsed(body: bytes, parse: Callable[[bytes], T], seconds: float) -> T:
    """Parses a page in time. Raises ListError, and Banned if the run is told to stop meanwhile."""
    try:
        return in_time(partial(parse, body), seconds)
    except Refused as slow:
        raise ListError(f"list_{slow.reason}", slow.detail) from slow
    except Unfinished as stopped:
        raise Banned(str(stopped)) from stopped


def cut_list(error: CutAnswer, parse: Callable[[bytes], object]) -> ListError:
    """Returns the error of a list whose answer was cut off: CutOff with what can be read in it, if it can be read.

    A page of the roll API cannot: it is JSON.
    """
    try:
        return CutOff(parse(error.body), error.detail)
    except CutOff as cut:
        return CutOff(cut.found, error.detail)
    except ListError:
        return error


def argument_of(name: str) -> str:
    """Returns the argument in the name of a list; empty without one.

    >>> argument_of("stock-news:sh600000"), argument_of("cn-page")
    ('sh600000', '')
    """
    return name.partition(":")[2]


def judged(reading: WindowReading, window: Window, where: str, *, keeps_windows: bool) -> ListReading:
    """Returns what the reading of a window proves. Rows that are of other days by all their times are left out.

    A reading without proof is `list_short` if the list counts more rows than it gave, `list_moving` if it changed each
    time it was read, `list_elsewhere` if it does not answer what it was asked.
    """
    rows = tuple(row for row in reading.rows if is_inside(row, window))
    elsewhere = len(reading.rows) - len(rows) + sum(is_of_later(row, window) for row in rows)
    evidence = Evidence(
        ended=True,  # or a ListError was raised
        missing=reading.missing,
        explained=reading.proven,
        elsewhere=elsewhere,
        keeps_windows=keeps_windows,
    )
    details = {
        "list_elsewhere": f"{elsewhere} of its rows are of other days" if elsewhere else "each day has the same rows",
        "list_short": f"{reading.missing} of its rows may be missing",
        "list_moving": "some of its rows may be missing",
    }
    listed = max(len(rows), reading.listed - len(reading.rows) + len(rows))
    if reason := doubt(evidence):
        return ListReading(rows, listed, missing=reading.missing, reason=reason, where=where, detail=details[reason])
    return ListReading(rows, listed, prove(evidence))


def knows_windows(rows: Sequence[Row], window: Window, others: Sequence[Row]) -> bool:
    """Whether the rows that a list has given for a window are not those, `others`, that it gave for another window.

    >>> a, b = Row("https://a.example/1"), Row("https://a.example/2")
    >>> window = Window("china", 0, 86400)
    >>> knows_windows([], window, [a]), knows_windows([b], window, [a]), knows_windows([a], window, [a, b])
    (True, True, False)
    >>> knows_windows([Row("https://a.example/3", ctime=90000)], window, [a])
    False
    """
    given = {row_id(row) for row in others}
    timeless = [row for row in rows if not (row.ctime or row.intime or row.mtime)]
    again = any(row_id(row) in given for row in timeless)
    return not rows or (any(is_inside(row, window) for row in rows) and not again)


def failed(rows: Sequence[Row], error: ListError, begins: int | None = None) -> ListReading:
    """Returns the reading of a list that failed, with the rows that were read before. `begins`: as of a reading."""
    distinct = distinct_rows(*rows)
    return ListReading(
        distinct,
        len(distinct),
        reason=error.reason,
        where=error.where,
        detail=error.detail,
        newer=prove(Evidence(ended=isinstance(error, EndsEarly))),
        begins=begins,
    )


def given_up(rows: Sequence[Row], where: str) -> ListReading:
    """Returns the reading of a list that a ban has ended: the rows that were read before are not lost."""
    return failed(rows, ListError(UNREAD, "the run was given up before it was read whole", where))
