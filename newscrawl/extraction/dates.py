"""Reads the dates of pages as aware instants. The list of forms is closed, because a wrong date is worse than no date.

A date is a day, and mostly a clock behind it. A `PageDate` says how much it leaves open, because another date of the
page may have the clock that this one lacks. A clock is not read where two readings are possible, or where its zone is
not certain: 晚上12:30 is on this day or on the next one; 24:00 is the day's end or, from some programs, its start.

dateutil raises on every Chinese form; dateparser reads CST as Chicago time and invents a year for `11月22日`. So the
forms that people read have patterns here, and dateutil parses only ISO 8601. Runs of blanks are joined
before a text is searched, and every repetition is bounded: the time to read grows as the text does.
"""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import NamedTuple

from dateutil.parser import isoparse

from newscrawl.extraction.blocks import collapse_space
from newscrawl.extraction.bounds import DATE, bounded

DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
HALF, WHOLE = 12, 24  # hours

# Characters that readers take for the same one: full width, traditional, the circles of 二○二六. They are exchanged one
# for one, so a place in the plain text is the same place in the text.
PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "、丨•・‧–—―【】〔〕○◯點時週禮後間鐘號兩", ",|···---[][]〇〇点时周礼后间钟号两"
)
NOT_PLAIN = re.compile(f"[{''.join(map(chr, PLAIN))}]")
DIGITS = {digit: str(number) for number, digit in enumerate("〇一二三四五六七八九")} | {"零": "0", "两": "2"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MINUTES = {"整": 0, "一刻": 15, "半": 30, "三刻": 45}
# The hours that a word may stand before. 24 is 12 o'clock at midnight, where the word leaves no doubt: 凌晨12:10.
HOURS: dict[str, Collection[int]] = {
    "am": (*range(HALF), WHOLE),
    "pm": range(HALF, WHOLE),
    "凌晨": (*range(7), WHOLE),
    **dict.fromkeys(("清晨", "清早"), range(4, 10)),
    **dict.fromkeys(("早上", "早晨", "早间", "早", "上午"), range(HALF)),
    **dict.fromkeys(("中午", "正午", "午间"), range(11, 15)),
    **dict.fromkeys(("下午", "午后"), range(HALF, WHOLE)),
    "傍晚": range(16, 21),
    **dict.fromkeys(("晚上", "晚间", "晚"), range(17, WHOLE)),
    **dict.fromkeys(("深夜", "午夜", "半夜", "夜间", "夜里", "夜晚", "夜"), (*range(6), *range(18, WHOLE))),
}
BEIJING = timezone(8 * HOUR)
# The zones that are certain. Those of other abbreviations and places depend on the country or the season.
ZONES: dict[str, tzinfo | None] = {
    **dict.fromkeys(("z", "gmt", "utc", "格林尼治时间", "格林威治时间", "世界时"), UTC),
    **dict.fromkeys(("beijing time", "bjt", "hkt", "北京时间", "香港时间", "台北时间"), BEIJING),
    **dict.fromkeys("et est edt ct cst cdt mt mst mdt pt pst pdt bst ist cet cest eet eest msk".split()),
    **dict.fromkeys("jst kst sgt aest aedt awst nzst nzdt".split()),
    **dict.fromkeys(f"{place}时间" for place in "当地 美东 美西 纽约 伦敦 巴黎 柏林 莫斯科 东京 首尔 悉尼".split()),
}

ISO = re.compile(
    r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})"
)

# The form of nearly all pages, which the forms below read as well, in ten times as long.
PLAINEST = re.compile(r"([12][0-9]{3})[年-]([0-9]{2})[月-]([0-9]{2})日?\s?([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")

FLAGS = re.ASCII | re.IGNORECASE | re.VERBOSE
WORDS = "[〇零一二两三四五六七八九十]"
HAN = r"[\u3400-\u9fff]"
PART = "|".join(word for word in HOURS if not word.isascii())
NUMBER = f"(?:[0-9]{{1,2}}|{WORDS}{{1,3}})"
YEAR, SPELT = "(?P<year>(?:19|20)[0-9]{2})", "(?P<spelt>[一二][〇零0一二三四五六七八九]{3})"
ANY_YEAR = re.compile(f"{YEAR}|{SPELT}")
MONTH = (
    r"\b(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
NAMED_ZONE = "|".join(name for name in ZONES if not name.isascii())
LATIN_ZONE = "|".join(name.replace(" ", "[ ]") for name in ZONES if name.isascii() and name != "z")
OFFSET = "(?:0[0-9]|1[0-4]):?(?:00|30|45)"
# A name or an offset; Z stands at the clock (Z世代 is a generation). 09:30-10:30 is a time and another one.
ZONE = rf"""{NAMED_ZONE}|(?<=[(\[]){HAN}{{2,8}}时间|(?<=[0-9])z(?!{HAN}|[a-z])
    |(?:(?:gmt|utc)[ ]?[+-][ ]?[0-9]{{1,2}}(?::?[0-9]{{2}})?|{LATIN_ZONE}|(?:[a-z]{{2,12}}[ ]){{1,3}}time
      |[+]{OFFSET}|(?<=[ ])-(?=[0-9]{{4}}){OFFSET}|(?(second)-{OFFSET}|(?!)))(?![a-z0-9:])"""
DAYS = tuple(
    re.compile(rf"(?:(?P<before>{NAMED_ZONE})[ :]{{0,2}})?{form}", FLAGS)
    for form in (
        rf"""(?:{YEAR}|{SPELT}(?=[ ]?年))
        (?:[ ]?年[ ]?|[./-])(?P<month>{NUMBER})(?:[ ]?月[ ]?|[./-])(?P<day>{NUMBER})[日号]?""",
        rf"{MONTH}[ ]?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?[ ]?{YEAR}(?![0-9])",  # March 11, 2026
        rf"(?<![0-9])(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[ ]?{MONTH},?[ ]?{YEAR}(?![0-9])",  # 11 March 2026
    )
)
CHINESE = DAYS[0]
GAP = r"(?:[ ]?[,|·/-]){0,2}[ ]?(?P<open>[(\[][ ]?)?"
WEEKDAY = re.compile(
    rf"""{GAP}(?:(?:星期|礼拜|周)[一二三四五六日天](?![刊报])  # 周日报 is a medium
    |(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b)(?(open)[ ]?[)\]]?)""",
    FLAGS,
)
CLOCK = re.compile(
    rf"""(?:T|{GAP})(?:at[ ])?(?:(?P<between>{NAMED_ZONE})[ ]?)?
    (?:(?P<part>{PART}|[ap]m)[ ]?)?
    (?P<hour>{NUMBER})[ ]?
    (?: :[ ]?(?P<minute>[0-9]{{2}})(?:[ ]?:[ ]?(?P<second>[0-9]{{2}})(?:\.[0-9]{{1,9}})?)?[分秒]?
      | [点时]钟?[ ]?(?: (?P<minutes>{NUMBER})[ ]?分(?:[ ]?(?P<seconds>{NUMBER})[ ]?秒)?
                      | (?P<bare>[0-9]{{2}}|{WORDS}{{2,3}})
                      | (?P<fraction>{"|".join(MINUTES)}))
      | [点时]钟?(?![a-z0-9]|{HAN})  # 9点财经 and 9时代 are media
    )(?![0-9])
    (?:[ ]?(?P<after>[ap](?:m|\.[ ]?m\.?)(?![a-z0-9])|(?:{PART})(?!{HAN})))?  # 晚报 is a medium
    (?:[ ]?[(\[]?[ ]?(?P<zone>{ZONE})[ ]?[)\]]?)?
    (?(open)[ ]?[)\]]?)""",
    FLAGS,
)
LIKE_A_CLOCK = re.compile(r"[^0-9]{0,12}[0-9]{1,3} ?[:点时]")


class PageDate(NamedTuple):
    """A date that a page tells: the instant at which it starts, aware, and the `span` that it leaves open.

    The span is a day where there is no clock, an hour for 9时, a minute without seconds, else a second. `unread` says
    that a clock stands behind the day, and that it could not be read.
    """

    start: datetime
    span: timedelta
    unread: bool = False

    @property
    def has_clock(self) -> bool:
        """Whether it tells more than the day."""
        return self.span < DAY

    def holds(self, instant: datetime) -> bool:
        """Whether an instant is one that this date leaves open."""
        return self.start <= instant < self.start + self.span


def parse_date(text: str, zone: tzinfo) -> datetime | None:
    """Returns the first date in a text as an aware instant, a day as its midnight.

    None when the text has no full day, and when the clock behind the day could not be read.

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
    >>> parse_date("2012年3月1日（周四）下午3：05", beijing).isoformat()
    '2012-03-01T15:05:00+08:00'
    >>> parse_date("11月22日 13:12", beijing), parse_date("2019年13月40日 10:00", beijing)
    (None, None)
    """
    found = read_date(text, zone)
    return None if found is None or found.unread else found.start


def read_date(text: str, zone: tzinfo) -> PageDate | None:
    """Returns the first date in a text; None when the text has no full day. A date without a zone is in `zone`.

    The order of the forms is ISO 8601, Chinese, English; RFC 5322 is an English form.
    """
    text = bounded(collapse_space(text), DATE)
    if (match := PLAINEST.fullmatch(text)) and "1900" <= match[1] < "2100":
        try:
            return _page_date(_instant(*(int(number or 0) for number in match.groups()), zone=zone))
        except ValueError:
            pass  # 24:00, 13月: below
    text = _plain(text)
    if not ANY_YEAR.search(text):
        return None
    if match := ISO.search(text):
        try:
            return _page_date(isoparse(match[0]).astimezone(zone))
        except (ValueError, OverflowError):
            pass  # T25:61: the day is read below
    match = next((match for form in DAYS if (match := form.search(text))), None)
    if not match:
        return None
    try:
        day = datetime(_year(match), _month(match["month"]), _number(match["day"]), tzinfo=zone)
    except ValueError:
        return None  # 13月, 2月30日
    rest = _after_weekday(text, match.end())
    clock = CLOCK.match(text, rest)
    read = _with_clock(day, clock, match["before"], own_names=match.re is CHINESE) if clock else None
    return read or PageDate(day, DAY, unread=bool(clock or LIKE_A_CLOCK.match(text, rest)))


def without_dates(text: str) -> str:
    """Returns a text without the days in it and their clocks, each run of white space as one space.

    >>> without_dates("某报 2012年3月1日 星期四 \\n 9点半 来源：江畔日报")
    '某报 来源：江畔日报'
    """
    text = collapse_space(text)
    if not ANY_YEAR.search(_plain(text)):
        return text
    for form in DAYS:
        text = collapse_space("".join(_between(text, form)))
    return text


def hour_of(hour: int, words: Collection[str]) -> int | None:
    """Returns the hour of the day, 0 to 23, of an hour and the words at it (下午, pm); None when they do not agree.

    >>> hour_of(1, ["中午"]), hour_of(12, ["凌晨"]), hour_of(12, ["晚上"]), hour_of(24, [])
    (13, 0, None, None)
    """
    if hour >= WHOLE:
        return None
    if not words:
        return hour
    return next((each % WHOLE for each in (hour, hour + HALF) if all(each in HOURS[word] for word in words)), None)


def _with_clock(day: datetime, clock: re.Match[str], before: str | None, *, own_names: bool) -> PageDate | None:
    """Returns the date of a day and the clock behind it; None when the clock is none, or its zone is not certain.

    `own_names`: CST and the like are the names that the day's own zone has for itself.
    """
    words = [re.sub("[ .]", "", word).lower() for word in clock.group("part", "after") if word]
    name = clock["zone"] or clock["between"] or before or ""
    minute = clock["minute"] or clock["minutes"] or clock["bare"]
    second = clock["second"] or clock["seconds"] or "0"
    fraction = clock["fraction"]
    try:
        hour = hour_of(_number(clock["hour"]), words)
        own = not name or (own_names and name.upper() == day.tzname())
        zone = day.tzinfo if own else _zone(name.lower())
        if hour is None or zone is None:
            return None
        minutes = _number(minute) if minute else MINUTES.get(fraction, 0)
        instant = day.replace(hour=hour, minute=minutes, second=_number(second), tzinfo=zone)
        instant = instant if own else instant.astimezone(day.tzinfo)
    except (ValueError, OverflowError):
        return None  # 25:61, GMT+99
    return _page_date(instant, MINUTE if minute or fraction else HOUR)


def _page_date(instant: datetime, span: timedelta = MINUTE) -> PageDate:
    """Programs write :00 where they know no seconds; so these leave the minute open."""
    return PageDate(instant, SECOND if instant.second else span)


def _zone(name: str) -> tzinfo | None:
    """Returns the zone of a name in lower case or an offset; None when it is not certain. Raises ValueError: GMT+99."""
    if match := re.fullmatch("(?:gmt|utc)? ?([+-]) ?([0-9]{1,2}):?([0-9]{2})?", name):
        sign = -1 if match[1] == "-" else 1
        return timezone(sign * (int(match[2]) * HOUR + int(match[3] or 0) * MINUTE))
    return ZONES.get(name)


def _plain(text: str) -> str:
    return text.translate(PLAIN) if NOT_PLAIN.search(text) else text  # a search takes a tenth of a translation


def _after_weekday(text: str, place: int) -> int:
    """Returns where the weekday at a place ends; the place itself when there is none."""
    match = WEEKDAY.match(text, place)
    return match.end() if match else place


def _between(text: str, form: re.Pattern[str]) -> Iterator[str]:
    """Yields the parts of a text between the dates of a form."""
    plain, place = _plain(text), 0
    for match in form.finditer(plain):
        yield text[place : match.start()]
        place = _after_weekday(plain, match.end())
        clock = CLOCK.match(plain, place)
        place = clock.end() if clock else place
    yield text[place:]


def _instant(year: int, month: int, day: int, hour: int, minute: int, second: int, *, zone: tzinfo) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=zone)


def _year(match: re.Match[str]) -> int:
    """Returns the year of a day; those of English forms have no group `spelt`."""
    return int(match["year"] or "".join(DIGITS.get(digit, digit) for digit in match["spelt"]))


def _month(text: str) -> int:
    return MONTHS.index(text[:3].lower()) + 1 if text.isascii() and text.isalpha() else _number(text)


def _number(text: str) -> int:
    """Returns a number of two digits in either script. Raises ValueError for 十十.

    >>> [_number(text) for text in ("09", "九", "十", "三十一", "二〇", "零五")]
    [9, 9, 10, 31, 20, 5]
    """
    if text.isascii():
        return int(text)
    tens, ten, ones = text.partition("十")
    if not ten:
        return int("".join(DIGITS.get(digit, digit) for digit in text))
    return 10 * int(DIGITS.get(tens, tens or 1)) + int(DIGITS.get(ones, ones or 0))
