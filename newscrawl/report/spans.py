"""Days, and the spans by which a chart shows them: a short time by day, a longer one by week, then by month."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import Literal

MONTHS = (1, 3, 6, 12, 24, 60, 120, 600)  # possible distances between two ticks of an axis
Unit = Literal["day", "week", "month"]
HOURS = len("2026-03-05T08")  # the part of an instant to group by: a day on the site's clock begins with an hour
DAYS, WEEKS = 92, 3 * 366  # the longest spans that are shown by day, by week


def unit_for(days: Iterable[str]) -> Unit:
    """The unit of a chart of these days (`2026-03-05`).

    >>> unit_for(["2026-03-05", "2026-03-01"]), unit_for(["2025-03-05", "2026-03-01"]), unit_for([])
    ('day', 'week', 'day')
    """
    known = list(days)
    length = (date.fromisoformat(max(known)) - date.fromisoformat(min(known))).days if known else 0
    return "day" if length < DAYS else "week" if length < WEEKS else "month"


def start_of(day: str, unit: Unit) -> str:
    """The first day of the span that contains a day. Weeks begin on Monday.

    >>> [start_of("2026-03-05", unit) for unit in ("day", "week", "month")]
    ['2026-03-05', '2026-03-02', '2026-03-01']
    """
    if unit == "day":
        return day
    if unit == "month":
        return f"{day[:7]}-01"
    parsed = date.fromisoformat(day)
    return (parsed - timedelta(days=parsed.weekday())).isoformat()


def end_of(start: str, unit: Unit) -> str:
    """The day after a span.

    >>> [end_of("2026-03-01", unit) for unit in ("day", "month")]
    ['2026-03-02', '2026-04-01']
    """
    first = date.fromisoformat(start)
    if unit == "month":
        return (first.replace(day=28) + timedelta(days=4)).replace(day=1).isoformat()
    return (first + timedelta(days=7 if unit == "week" else 1)).isoformat()


def every_day(first: str, last: str) -> Iterator[str]:
    """Yields the days from `first` to `last`, both included.

    >>> list(every_day("2026-02-28", "2026-03-01"))
    ['2026-02-28', '2026-03-01']
    """
    start = date.fromisoformat(first)
    for after in range((date.fromisoformat(last) - start).days + 1):
        yield (start + timedelta(days=after)).isoformat()


def summed(days: Mapping[str, Mapping[str, int]], unit: Unit) -> dict[str, dict[str, int]]:
    """Sums counts by day and kind into counts by span, in order.

    >>> summed({"2026-03-09": {"a": 1}, "2026-03-05": {"a": 1, "b": 0}, "2026-03-02": {"a": 2}}, "week")
    {'2026-03-02': {'a': 3, 'b': 0}, '2026-03-09': {'a': 1}}
    """
    spans: dict[str, dict[str, int]] = {}
    for day in sorted(days):
        span = spans.setdefault(start_of(day, unit), {})
        for kind, count in days[day].items():
            span[kind] = span.get(kind, 0) + count
    return spans


def ticks(first: str, last: str, most: int) -> list[str]:
    """The ticks of an axis, at most `most`: all days, or the beginnings of weeks, months, quarters, years.

    >>> ticks("2026-03-04", "2026-03-20", 5), ticks("2024-11-24", "2026-03-20", 4)
    (['2026-03-09', '2026-03-16'], ['2025-01-01', '2025-07-01', '2026-01-01'])
    """
    days = list(every_day(first, last))
    mondays = [day for day in days if date.fromisoformat(day).weekday() == 0]
    months = [day for day in days if day.endswith("-01")]
    steps = [[day for day in months if (12 * int(day[:4]) + int(day[5:7]) - 1) % step == 0] for step in MONTHS]
    choices = [days, mondays, *steps]
    return next((choice for choice in choices if len(choice) <= most), [])


def when(start: str, unit: Unit) -> str:
    """The name of a span.

    >>> when("2026-03-02", "week"), when("2026-03-01", "month")
    ('the week of 2026-03-02', '2026-03')
    """
    return {"day": start, "week": f"the week of {start}", "month": start[:7]}[unit]


def day_at(hour: str, zone: tzinfo) -> str:
    """The day of an hour in UTC, in another time zone.

    >>> from zoneinfo import ZoneInfo
    >>> day_at("2026-03-05T17", ZoneInfo("Asia/Shanghai"))
    '2026-03-06'
    """
    return datetime.fromisoformat(f"{hour}:00+00:00").astimezone(zone).date().isoformat()
