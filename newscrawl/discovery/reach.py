"""How far back a list reaches that is read as a whole: a feed, an HTML list, a sitemap."""

from collections.abc import Sequence
from itertools import pairwise

from newscrawl.discovery.days import latest_moment
from newscrawl.discovery.rows import Row
from newscrawl.sites.model import Site

PAIR = 2  # rows, whose order tells nothing


def is_reached(new: Sequence[Row], since: float, site: Site) -> bool:
    """Whether no later page of a list is read: this one has only new rows from before `since` (epoch seconds).

    Rows without any date do not end a reading.
    """
    moments = [moment for row in new if (moment := latest_moment(row, site))]
    return bool(moments) and max(moments) < since


def beginning(rows: Sequence[Row], kind: str) -> int | None:
    """Up to when a list reaches back, in epoch seconds: the time of its oldest row; None if no row has a time.

    A feed (`kind`) may be ordered by the rows' last changes: a row has the later of its times. In feeds and HTML lists,
    rows that stand above newer ones do not count: they are pinned. A sitemap has no order.

    >>> rows = [Row("https://a.example/1", ctime=50), Row("https://a.example/2", ctime=200, mtime=300)]
    >>> [beginning(rows, kind) for kind in ("feed", "html", "sitemap")], beginning([Row("https://a.example/3")], "feed")
    ([300, 200, 50], None)
    """
    by_change = kind == "feed"
    times = [time for row in rows if (time := max(row.ctime or 0, (row.mtime or 0) if by_change else 0))]
    return min(times if kind == "sitemap" else without_pinned(times), default=None)


def is_gap(begins: int, watermark: int | None) -> bool:
    """Whether rows may have left a list between the watermark and its beginning.

    >>> [is_gap(100, watermark) for watermark in (None, 99, 100)]
    [False, True, False]
    """
    return watermark is not None and begins > watermark


def without_pinned(times: list[int]) -> list[int]:
    """The times of a list without those at its top that stand above newer ones.

    A list of three or more that is all ascending has its newest row last.

    >>> without_pinned([1, 9, 8]), without_pinned([1, 2, 3]), without_pinned([1, 9]), without_pinned([])
    ([9, 8], [1, 2, 3], [9], [])
    """
    if len(times) > PAIR and times == sorted(times):
        return times
    falls = (place for place, (one, other) in enumerate(pairwise(times)) if one >= other)
    return times[next(falls, max(len(times) - 1, 0)) :]
