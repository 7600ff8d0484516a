"""Discovery: reading the window of a list that moves while it is read, until it is proven that nothing was missed.

A list is newest first. While its pages are read one after the other, new entries push rows down, to a page that is read
later: they are met twice. Entries that are withdrawn pull rows up, to a page that was read before: they are missed. So
the first page is read again after the last, and the reading is proven only when what happened in between explains every
number that the list gave.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from newscrawl.discovery.roll import RollPage, Window
from newscrawl.discovery.rows import Row
from newscrawl.sites.model import Roll

PASSES = 4  # over one window; a list that has moved each time is split
SHORTEST = 600  # seconds of the shortest window that is still split
Ask = Callable[[Window, int], Awaitable[RollPage]]


@dataclass(frozen=True, slots=True)
class WindowReading:
    """What was read of a window.

    `listed` is how many rows the list had, by its own count and ours; `missing`, how many of them were not to be had;
    `proven`, whether the numbers agree.
    """

    rows: tuple[Row, ...]
    listed: int
    missing: int = 0
    proven: bool = True
    at_limit: bool = False  # the total was no count


async def read_window(ask: Ask, window: Window, roll: Roll) -> WindowReading:
    """All rows of a window, split into smaller ones where the list does not give it whole.

    `ask` brings a page of a window, from 1; what it raises goes through.
    """
    return await halves(ask, window, roll, await read_until_proven(ask, window, roll))


async def halves(ask: Ask, window: Window, roll: Roll, reading: WindowReading) -> WindowReading:
    """A reading of a window, made whole by reading its halves where it proves nothing and may be too long."""
    whole = reading.proven or (reading.listed <= roll.page_size and not reading.at_limit)
    if whole or window.end - window.start < 2 * SHORTEST:
        return reading
    parts = []
    for half in window.halves():
        part = await read_until_proven(ask, half, roll)
        if part.at_limit or part.listed < reading.listed:
            part = await halves(ask, half, roll, part)
        parts.append(part)
    rows = distinct_rows(*reading.rows, *(row for part in parts for row in part.rows))
    later, earlier = ({row.url for row in part.rows} for part in parts)
    if later == earlier and later:  # the list does not know windows
        return replace(reading, rows=rows, proven=False)
    proven = all(part.proven for part in parts)
    if reading.at_limit:
        missing = sum(part.missing for part in parts)
        return WindowReading(rows, max(len(rows), sum(part.listed for part in parts)), missing, proven=proven)
    # The parts' counts tell of rows that stand in a list twice.
    had = max(len(rows), reading.listed - reading.missing, sum(part.listed for part in parts if part.proven))
    listed = max(had, reading.listed)
    return WindowReading(rows, listed, listed - had, proven=proven and listed == had)


async def read_until_proven(ask: Ask, window: Window, roll: Roll) -> WindowReading:
    """One window, read over and over while it moves."""
    seen: tuple[Row, ...] = ()
    count = total = 0
    for _ in range(PASSES):
        pages = await read_pages(ask, window, roll)
        seen = distinct_rows(*seen, *(row for page in pages for row in page.rows))
        count = sum(len(page.rows) for page in pages)
        # An empty page is the end of the list, or a limit; what it says of the total is not to be believed.
        told = [page.total for page in pages if page.total is not None and (page.rows or len(pages) == 1)]
        total = told[-1] if told else count
        if max(told, default=0) >= roll.max_total:
            return WindowReading(seen, len(seen), proven=False, at_limit=True)
        if len(pages) == 1 and count == total:  # one answer is one moment: nothing can have moved
            return WindowReading(seen, max(count, len(seen)))
        again = await ask(window, 1)
        seen = distinct_rows(*seen, *again.rows)
        if only_grew(pages[0], again) and told == sorted(told):  # a total that fell and rose again hides a row
            if count >= total:
                return WindowReading(seen, max(again.total or count, len(seen)))
            break  # it stood still and its pages ended early: reading it again would bring the same
    had = max(count, len(seen))
    return WindowReading(seen, max(total, had), max(0, total - had), proven=False)


async def read_pages(ask: Ask, window: Window, roll: Roll) -> list[RollPage]:
    """The pages of a window, until one is empty, or short where the total is reached, or has nothing new."""
    pages: list[RollPage] = []
    met: set[str] = set()
    count = 0
    while True:
        page = await ask(window, len(pages) + 1)
        new = {row.url or row.docid for row in page.rows} - met
        if page.rows and not new:  # a list that begins again at its end, or has but one page
            return pages
        pages.append(page)
        met |= new
        count += len(page.rows)
        done = len(page.rows) < roll.page_size and page.total is not None and count >= page.total
        if not page.rows or done or max(page.total or 0, count) >= roll.max_total:
            return pages


def only_grew(before: RollPage, after: RollPage) -> bool:
    """Whether a list's first page says that, since it was read before, entries came on top and nothing else happened.

    >>> a, b, c = (Row(f"https://x/{n}") for n in "abc")
    >>> only_grew(RollPage((b, c), 7), RollPage((a, b), 8)), only_grew(RollPage((a, b), 7), RollPage((b, c), 6))
    (True, False)
    """
    if not before.rows:
        return not after.rows and not after.total
    was, now = ([row.url or row.docid for row in page.rows] for page in (before, after))
    if was[0] not in now:
        return False
    new = now.index(was[0])
    intact = now[new:] == was[: len(now) - new]
    return intact and (before.total is None or after.total is None or after.total == before.total + new)


def distinct_rows(*rows: Row) -> tuple[Row, ...]:
    """Rows that differ in address; of those that do not, the one that was read last."""
    return tuple({row.url or row.docid: row for row in rows}.values())
