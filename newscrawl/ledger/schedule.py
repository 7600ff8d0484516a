"""The schedule: what `--since` means, when an article is recrawled, when a failure is retried."""

import re
from datetime import datetime, time, timedelta, tzinfo

MINUTE, HOUR, DAY = 60, 3600, 86400
AHEAD = HOUR  # what is later than now by more was written with a clock that was ahead

# Recrawls, in seconds after publication. Of 6 recorded articles 4 were edited, 25 minutes to 5 hours after publication.
RECRAWLS = (30 * MINUTE, 2 * HOUR, 8 * HOUR, DAY, 7 * DAY)

CONFIRMED = DAY  # from the look that found a page gone to the one that confirms it, where no other look is planned

# Seconds from a failure to the next retry; after the last one the item is given up, which `status` shows.
RETRIES = (10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY)

LONGEST = max(*RECRAWLS, *RETRIES) + AHEAD  # from now to what a right clock plans

RELATIVE = re.compile(r"(\d{1,6})\s*([mhdw])")
UNITS = {"m": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}


def next_recrawl(published: int, now: int) -> int | None:
    """The time of the next recrawl after a fetch at `now`, in epoch seconds; None when no more follow.

    A fetch at three quarters of a recrawl's age counts as that recrawl.

    >>> next_recrawl(1_000_000, 1_000_000 + 3 * HOUR) == 1_000_000 + 8 * HOUR
    True
    >>> next_recrawl(1_000_000, 1_000_000 + 29 * MINUTE) == 1_000_000 + 2 * HOUR
    True
    >>> next_recrawl(1_000_000, 1_000_000 + 6 * DAY)
    """
    return next((published + after for after in RECRAWLS if 3 * after > 4 * (now - published)), None)


def next_retry(tries: int, now: int) -> int | None:
    """The time of the next retry after `tries` consecutive failures, in epoch seconds; None to give up.

    >>> next_retry(1, 1000), next_retry(9, 1000)
    (1600, None)
    """
    return now + RETRIES[tries - 1] if tries <= len(RETRIES) else None


def postponement(tries: int, now: int) -> int:
    """The time of the next retry after a failure that does not count, and `tries` that did, in epoch seconds.

    >>> postponement(0, 1000), postponement(9, 1000) == 1000 + RETRIES[-1]
    (1600, True)
    """
    return now + RETRIES[min(tries, len(RETRIES) - 1)]


def is_last_try(tries: int) -> bool:
    """Whether an item that has failed `tries` times in a row is given up if it fails once more.

    >>> is_last_try(len(RETRIES) - 1), is_last_try(len(RETRIES))
    (False, True)
    """
    return next_retry(tries + 1, 0) is None


def parse_instant(text: str, now: datetime, zone: tzinfo, *, last: bool = False) -> datetime:
    """The instant that a user's text means: a day in `zone` (`2026-03-01`), or a time back from `now` (`2d`, `6h`).

    A day means its start, or with `last` its end. Raises ValueError for any other text.

    >>> from zoneinfo import ZoneInfo
    >>> beijing = ZoneInfo("Asia/Shanghai")
    >>> noon = datetime(2026, 3, 5, 12, tzinfo=beijing)
    >>> parse_instant("2026-03-01", noon, beijing, last=True).isoformat()
    '2026-03-02T00:00:00+08:00'
    >>> parse_instant("6h", noon, beijing).isoformat()
    '2026-03-05T06:00:00+08:00'
    """
    if match := RELATIVE.fullmatch(text.strip().lower()):
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
    """The days in a time zone that the span [since, until) touches, as YYYY-MM-DD, the newest first.

    >>> from zoneinfo import ZoneInfo
    >>> beijing = ZoneInfo("Asia/Shanghai")
    >>> start = datetime(2026, 3, 1, 20, tzinfo=beijing)
    >>> days_between(start, start + timedelta(hours=28), beijing)
    ['2026-03-02', '2026-03-01']
    """
    first = since.astimezone(zone).date()
    last = (until.astimezone(zone) - timedelta(microseconds=1)).date()
    return [(last - timedelta(days=back)).isoformat() for back in range((last - first).days + 1)]


def end_of_day(day: str, zone: tzinfo) -> int:
    """The instant at which a day (YYYY-MM-DD) ends in a time zone, in epoch seconds.

    >>> from zoneinfo import ZoneInfo
    >>> end_of_day("2020-06-13", ZoneInfo("Asia/Shanghai"))
    1592064000
    """
    return int((_midnight(day, zone) + timedelta(days=1)).timestamp())


def start_of_day(day: str, zone: tzinfo) -> int:
    """The instant at which a day (YYYY-MM-DD) begins in a time zone, in epoch seconds.

    >>> from zoneinfo import ZoneInfo
    >>> start_of_day("2020-06-13", ZoneInfo("Asia/Shanghai"))
    1591977600
    """
    return int(_midnight(day, zone).timestamp())


def _midnight(day: str, zone: tzinfo) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=zone)


def day_of(instant: int, zone: tzinfo) -> str:
    """The day of an instant (epoch seconds) in a time zone, as YYYY-MM-DD.

    >>> from zoneinfo import ZoneInfo
    >>> day_of(1617678022, ZoneInfo("Asia/Shanghai"))
    '2021-04-06'
    """
    return datetime.fromtimestamp(instant, zone).date().isoformat()
