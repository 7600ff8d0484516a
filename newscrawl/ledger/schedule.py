"""When: what a user's `--since` means, when an article is looked at again, when a failure is tried again."""

import re
from datetime import datetime, time, timedelta, tzinfo

MINUTE, HOUR, DAY = 60, 3600, 86400

# Of 6 recorded articles 4 were edited, 25 minutes to 5 hours after publication. Seconds after it.
LOOKS = (30 * MINUTE, 2 * HOUR, 8 * HOUR, DAY, 7 * DAY)

# Seconds from a failure to the next try; after the last the item is given up, visibly.
RETRIES = (10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY)

BACK = re.compile(r"(\d{1,6})\s*([mhdw])")
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def next_recrawl(published: int, now: int) -> int | None:
    """The next moment of the plan after a reading, in epoch seconds; None when the plan is over.

    A reading at three quarters of an age serves for that age.

    >>> next_recrawl(1_000_000, 1_000_000 + 3 * HOUR) == 1_000_000 + 8 * HOUR
    True
    >>> next_recrawl(1_000_000, 1_000_000 + 29 * MINUTE) == 1_000_000 + 2 * HOUR
    True
    >>> next_recrawl(1_000_000, 1_000_000 + 6 * DAY)
    """
    return next((published + after for after in LOOKS if 3 * after > 4 * (now - published)), None)


def next_try(tries: int, now: int) -> int | None:
    """When to try again after so many failures, in epoch seconds; None to give up.

    >>> next_try(1, 1000), next_try(9, 1000)
    (1600, None)
    """
    return now + RETRIES[tries - 1] if tries <= len(RETRIES) else None


def moment(text: str, now: datetime, zone: tzinfo, *, last: bool = False) -> datetime:
    """An instant as a user writes it: a day of the site's clock (`2026-03-01`), or so far back (`2d`, `6h`, `30m`).

    A day means its beginning, or its end where it is the `last` one. Raises ValueError for anything else.

    >>> from zoneinfo import ZoneInfo
    >>> beijing = ZoneInfo("Asia/Shanghai")
    >>> noon = datetime(2026, 3, 5, 12, tzinfo=beijing)
    >>> moment("2026-03-01", noon, beijing, last=True).isoformat()
    '2026-03-02T00:00:00+08:00'
    >>> moment("6h", noon, beijing).isoformat()
    '2026-03-05T06:00:00+08:00'
    """
    if match := BACK.fullmatch(text.strip().lower()):
        try:
            return now.astimezone(zone) - timedelta(seconds=int(match[1]) * UNITS[match[2]])
        except OverflowError as error:
            raise ValueError(f"{text} is too far back") from error
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").date()  # noqa: DTZ007 (a day, not an instant)
        return datetime.combine(day + timedelta(days=1) if last else day, time(), zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text} is neither a day (2026-03-01) nor a time back from now (2d, 6h, 30m)") from error


def days_between(since: datetime, until: datetime, zone: tzinfo) -> list[str]:
    """The days of a clock that a span of time touches, the newest first.

    >>> from zoneinfo import ZoneInfo
    >>> beijing = ZoneInfo("Asia/Shanghai")
    >>> start = datetime(2026, 3, 1, 20, tzinfo=beijing)
    >>> days_between(start, start + timedelta(hours=28), beijing)
    ['2026-03-02', '2026-03-01']
    """
    first = since.astimezone(zone).date()
    last = (until.astimezone(zone) - timedelta(microseconds=1)).date()
    return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def day_of(instant: int, zone: tzinfo) -> str:
    """The day of an instant in epoch seconds, on a clock.

    >>> from zoneinfo import ZoneInfo
    >>> day_of(1617678022, ZoneInfo("Asia/Shanghai"))
    '2021-04-06'
    """
    return datetime.fromtimestamp(instant, zone).date().isoformat()
