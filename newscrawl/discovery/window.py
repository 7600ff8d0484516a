"""Reads a window of a list that changes while it is read, until the reading is proven complete.

A list is newest first. While its pages are read in order, new rows push rows down to a later page: these are read
twice. Removed rows pull rows up to a page that was already read: these are missed. So the first page is read again
after the last one, and the reading is proven only when the changes explain all totals of the list, and all rows that
were on two pages: a list whose order is not settled has some rows twice, and others not at all.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from newscrawl.discovery.roll import RollPage, Window, is_inside
from newscrawl.discovery.rows import Row
from newscrawl.sites.model import Roll

PASSES = 4  # attempts per window; a window whose list changes each time is split
SHORTEST = 600  # seconds; a half of a window is never shorter
Ask = Callable[[Window, int], Awaitable[RollPage]]


@dataclass(frozen=True, slots=True)
class WindowReading:
    """The result of reading a window.

    `listed` is the number of rows of the list, by its total and by our count; `missing` is how many of them were not
    found; `proven` is whether the numbers agree.
    """

    rows: tuple[Row, ...]
    listed: int
    missing: int = 0
    proven: bool = True
    at_limit: bool = False  # the total is the server's limit, not a count
    repeats: bool = False  # rows are on two pages, and nothing explains it


async def read_window(ask: Ask, window: Window, roll: Roll) -> WindowReading:
    """Reads all rows of a window. It splits the window where the reading is not proven and the list is long.

    `ask` fetches a page of a window; pages count from 1. Exceptions of `ask` propagate.
    """
    return await complete_from_halves(ask, window, roll, await read_until_proven(ask, window, roll))


async def complete_from_halves(ask: Ask, window: Window, roll: Roll, reading: WindowReading) -> WindowReading:
    """Returns a reading of a window, completed from its halves when it is not proven and may be too long."""
    final = reading.proven or (reading.listed <= roll.page_size and not reading.at_limit)
    if final or window.end - window.start < 2 * SHORTEST:
        return reading
    halves = window.halves()
    parts = [await read_until_proven(ask, half, roll) for half in halves]
    if ignores_windows(halves, parts):
        return replace(reading, rows=distinct_rows(*reading.rows, *parts[0].rows, *parts[1].rows), proven=False)
    for place, (half, part) in enumerate(zip(halves, parts, strict=True)):
        if part.at_limit or part.repeats or part.listed < reading.listed:
            parts[place] = await complete_from_halves(ask, half, roll, part)
    rows = distinct_rows(*reading.rows, *(row for part in parts for row in part.rows))
    proven = all(part.proven for part in parts)
    if reading.at_limit:
        missing = sum(part.missing for part in parts)
        return WindowReading(rows, max(len(rows), sum(part.listed for part in parts)), missing, proven=proven)
    # The counts of the halves include rows that the list repeats.
    found = max(len(rows), reading.listed - reading.missing, sum(part.listed for part in parts if part.proven))
    listed = max(found, reading.listed)
    return WindowReading(rows, listed, listed - found, proven=proven and listed == found)


def ignores_windows(halves: Sequence[Window], readings: Sequence[WindowReading]) -> bool:
    """Whether the two halves of a window have the same rows, or one has only rows of other times."""
    later, earlier = ({row.url for row in reading.rows} for reading in readings)
    outside = any(
        reading.rows and not any(is_inside(row, half) for row in reading.rows)
        for half, reading in zip(halves, readings, strict=True)
    )
    return outside or (later == earlier and bool(later))


async def read_until_proven(ask: Ask, window: Window, roll: Roll) -> WindowReading:
    """Reads a window again while its list changes, PASSES times at most."""
    seen: tuple[Row, ...] = ()
    count = total = 0
    last: frozenset[str] = frozenset()
    for _ in range(PASSES):
        pages = await read_pages(ask, window, roll)
        seen = distinct_rows(*seen, *(row for page in pages for row in page.rows))
        count = sum(len(page.rows) for page in pages)
        # An empty page is the end of the list, or a limit of the server; its total is not reliable.
        totals = [page.total for page in pages if page.total is not None and (page.rows or len(pages) == 1)]
        total = totals[-1] if totals else count
        if max(totals, default=0) >= roll.max_total or (not totals and ends_full(pages, roll)):
            return WindowReading(seen, len(seen), proven=False, at_limit=True)
        if len(pages) == 1 and count == total:  # a single answer: nothing can have changed in between
            return WindowReading(seen, max(count, len(seen)))
        again = await ask(window, 1)
        seen = distinct_rows(*seen, *again.rows)
        added = rows_added(pages[0], again)
        before, last = last, frozenset(row_id(row) for page in pages for row in page.rows)
        several = sum(bool(page.rows) for page in pages) > 1
        if not totals and several and last != before:  # without a total nothing shows that a row was removed
            continue
        if added is not None and totals == sorted(totals):  # a total that fell and rose again hides a row
            unexplained = on_two_pages(pages) - (totals[-1] - totals[0] if totals else added)
            if unexplained > 0 and len(last) < total:
                return WindowReading(seen, max(total, count), unexplained, proven=False, repeats=True)
            if count >= total:
                return WindowReading(seen, max(again.total or count, len(seen)))
            break  # the list only grew, and its pages ended early: another pass would return the same
    found = max(count, len(seen))
    return WindowReading(seen, max(total, found), max(0, total - found), proven=False)


async def read_pages(ask: Ask, window: Window, roll: Roll) -> list[RollPage]:
    """Returns the pages of a window up to one that is empty, repeats known rows, or is short and reaches the total.

    A list without end has no such page; `ask` raises when its budget is met.
    """
    pages: list[RollPage] = []
    known: set[str] = set()
    count = 0
    while True:
        page = await ask(window, len(pages) + 1)
        new = {row_id(row) for row in page.rows} - known
        if page.rows and not new:  # the list starts again after its end, or ignores the page number
            return pages if page.total is not None else [*pages, RollPage((), None)]
        pages.append(page)
        known |= new
        count += len(page.rows)
        done = len(page.rows) < roll.page_size and page.total is not None and count >= page.total
        if not page.rows or done or max(page.total or 0, count) >= roll.max_total:
            return pages


def rows_added(before: RollPage, after: RollPage) -> int | None:
    """How many new rows are at the top of a list's first page when it is read again; None if more has changed.

    >>> a, b, c = (Row(f"https://x/{n}") for n in "abc")
    >>> rows_added(RollPage((b, c), 7), RollPage((a, b), 8)), rows_added(RollPage((a, b), 7), RollPage((b, c), 6))
    (1, None)
    """
    if not before.rows:
        return None if after.rows or after.total else 0
    old, new = ([row_id(row) for row in page.rows] for page in (before, after))
    if old[0] not in new:
        return None
    added = new.index(old[0])
    intact = new[added:] == old[: len(new) - added]
    agrees = before.total is None or after.total is None or after.total == before.total + added
    return added if intact and agrees else None


def on_two_pages(pages: Sequence[RollPage]) -> int:
    """How many times a row was on an earlier page already. A row that a page repeats is the list's own.

    >>> a, b, c = (Row(f"https://x/{n}") for n in "abc")
    >>> on_two_pages([RollPage((a, b), 4), RollPage((b, c), 4)]), on_two_pages([RollPage((a, a), 3), RollPage((c,), 3)])
    (1, 0)
    """
    times = Counter(name for page in pages for name in {row_id(row) for row in page.rows} if name)
    return times.total() - len(times)


def ends_full(pages: Sequence[RollPage], roll: Roll) -> bool:
    """Whether a list ends after a full page: without a total, that may be as far as the server goes."""
    return len(pages) > 1 and not pages[-1].rows and len(pages[-2].rows) >= roll.page_size


def row_id(row: Row) -> str:
    """What tells a row from others of a list: its address, else its document."""
    return row.url or row.docid


def distinct_rows(*rows: Row) -> tuple[Row, ...]:
    """Returns the rows without repeated addresses; of rows with the same address, the last one counts."""
    return tuple({row_id(row): row for row in rows}.values())
