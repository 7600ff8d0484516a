"""Parses dates into aware instants. The list of forms is closed, because a wrong date is worse than no date.

dateutil raises on every Chinese form; dateparser reads CST as Chicago time and invents a year for `11月22日`. So
Chinese forms have a pattern here, and dateutil parses only ISO 8601 and RFC 5322.
"""

import re
from datetime import datetime, tzinfo

from dateutil.parser import ParserError, isoparse
from dateutil.parser import parse as parse_english

VISIBLE = re.compile(
    r"(?P<year>(?:19|20)\d\d)[年./-](?P<month>\d{1,2})[月./-](?P<day>\d{1,2})日?"
    r"(?:[\s\xa0\u3000]*(?P<half>凌晨|早上|上午|中午|下午|晚上)?[\s\xa0\u3000]*"
    r"(?P<hour>\d{1,2})[:：时](?P<minute>\d{2})分?(?:[:：]?(?P<second>\d{2})秒?)?(?!\d))?"
)
AFTER_NOON, NOON = ("下午", "晚上"), 12
ISO = re.compile(r"(?:19|20)\d\d-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
RFC = re.compile(
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d{1,2} [A-Z][a-z]{2} \d{4} \d\d:\d\d(?::\d\d)? (?:GMT|[+-]\d{4})"
)


def parse_date(text: str, zone: tzinfo) -> datetime | None:
    """Returns the first date in a text as an aware instant; None when the text has no full date.

    A date without an offset is in `zone`. The order of the forms is ISO 8601, RFC 5322, Chinese.

    >>> from zoneinfo import ZoneInfo
    >>> beijing = ZoneInfo("Asia/Shanghai")
    >>> parse_date("2014年03月01日\xa002:42", beijing).isoformat()
    '2014-03-01T02:42:00+08:00'
    >>> parse_date("2005.08.2605:39", beijing).isoformat()
    '2005-08-26T05:39:00+08:00'
    >>> parse_date("2021-09-03T07:43:10Z", beijing).isoformat()
    '2021-09-03T15:43:10+08:00'
    >>> parse_date("Fri, 03 Sep 2021 07:43:10 GMT", beijing).isoformat()
    '2021-09-03T15:43:10+08:00'
    >>> parse_date("2012年3月1日 下午3:05", beijing).isoformat()
    '2012-03-01T15:05:00+08:00'
    >>> parse_date("11月22日 13:12", beijing), parse_date("2019年13月40日 10:00", beijing)
    (None, None)
    """
    try:
        if match := ISO.search(text):
            return _in_zone(isoparse(match[0]), zone)
        if match := RFC.search(text):
            return _in_zone(parse_english(match[0]), zone)
        if match := VISIBLE.search(text):
            year, month, day, hour, minute, second = (
                int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")
            )
            if match["half"] in AFTER_NOON and hour < NOON:
                hour += NOON
            elif match["half"] == "晚上" and hour == NOON:
                return None  # 晚上12:30 is on the next day, or an error
            return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except (ValueError, ParserError, OverflowError):
        pass  # 13月, 25:61
    return None


def _in_zone(instant: datetime, zone: tzinfo) -> datetime:
    return instant.replace(tzinfo=zone) if instant.tzinfo is None else instant.astimezone(zone)
