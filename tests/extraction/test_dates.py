"""The closed list of the forms of dates: what is read, to which precision, and what is not."""

import time
from datetime import datetime, timedelta
from datetime import time as clock_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newscrawl.extraction.dates import (
    DAY,
    HOUR,
    HOURS,
    MINUTE,
    SECOND,
    ZONES,
    PageDate,
    hour_of,
    parse_date,
    read_date,
    without_dates,
)

ZONE = ZoneInfo("Asia/Shanghai")
# The clock of 7 April 2025 (a Monday) by its text: "HH:MM", "HH:MM:SS" where it has seconds, "HH" where it has an hour only.
CLOCKS = {
    # Between day and clock
    "2025年04月07日 08:45": "08:45",
    "2025年4月7日08:45": "08:45",
    "2025年 4月 7日 08:45": "08:45",
    "2025年4月7号 8:45": "08:45",
    "2025.04.0708:45": "08:45",
    "2025/4/7 8:45:09": "08:45:09",
    "2025-04-07 08:45:09.0": "08:45:09",
    "2025-04-07 08:45:00": "08:45",
    "2025-04-07 \n\t\xa0\u3000 08:45": "08:45",
    "2025-04-07，08:45": "08:45",
    "2025-04-07、08:45": "08:45",
    "2025-04-07｜08:45": "08:45",
    "2025-04-07 丨 08:45": "08:45",
    "2025-04-07 · 08:45": "08:45",
    "2025-04-07 • 08:45": "08:45",
    "2025-04-07 - 08:45": "08:45",
    "2025-04-07 — 08:45": "08:45",
    "2025-04-07 / 08:45": "08:45",
    "2025-04-07（08：45）": "08:45",
    "2025-04-07 [ 08:45 ]": "08:45",
    "2025-04-07【08:45】": "08:45",
    "2025-04-07T08:45": "08:45",
    "2025-04-07T08:45:09.120": "08:45:09",
    "２０２５年０４月０７日　０８：４５": "08:45",
    "2025－04－07 08：45": "08:45",
    # Days of the week
    "2025年4月7日星期一08:45": "08:45",
    "2025年4月7日 星期一 08:45": "08:45",
    "2025年4月7日 禮拜一 08:45": "08:45",
    "2025年4月7日 週一 08:45": "08:45",
    "2025年4月7日（周一）08:45": "08:45",
    "2025年4月7日 (星期一) 08:45": "08:45",
    "2025年4月7日（周一 08:45）": "08:45",
    "2025-04-07 Mon 08:45": "08:45",
    "2025-04-07 | 周一 | 下午 3:05": "15:05",
    # 点, 时, 分, 秒
    "2025年4月7日 8点45分": "08:45",
    "2025年4月7日 8點45分": "08:45",
    "2025年4月7日 8时45分09秒": "08:45:09",
    "2025年4月7日 8時5分": "08:05",
    "2025年4月7日 8点45": "08:45",
    "2025年4月7日 8 点 45 分": "08:45",
    "2025年4月7日 8点45分9秒": "08:45:09",
    "2025年4月7日 8:45分": "08:45",
    "2025年4月7日 08:45:09秒": "08:45:09",
    "2025年4月7日 8点半": "08:30",
    "2025年4月7日 8点一刻": "08:15",
    "2025年4月7日 8点三刻": "08:45",
    "2025年4月7日 8点整": "08:00",
    "2025年4月7日 8时": "08",
    "2025年4月7日 8点钟": "08",
    "2025年4月7日 8点 江畔日报": "08",
    # In words
    "二〇二五年四月七日 08:45": "08:45",
    "二○二五年四月七日八点四十五分": "08:45",
    "二零二五年四月七日 上午八时": "08",
    "2025年4月7日 八时〇五分": "08:05",
    "2025年四月七日 下午两点半": "14:30",
    "2025年4月7日 二十时四十五": "20:45",
    # Parts of the day
    "2025年4月7日 凌晨12:10": "00:10",
    "2025年4月7日 凌晨0:10": "00:10",
    "2025年4月7日 清晨5:45": "05:45",
    "2025年4月7日 早8:45": "08:45",
    "2025年4月7日 上午0:45": "00:45",
    "2025年4月7日 中午11:50": "11:50",
    "2025年4月7日 中午12:10": "12:10",
    "2025年4月7日 中午1:10": "13:10",
    "2025年4月7日 午后2时": "14",
    "2025年4月7日 下午12:10": "12:10",
    "2025年4月7日 下午15:05": "15:05",
    "2025年4月7日 傍晚6时": "18",
    "2025年4月7日 晚8：45": "20:45",
    "2025年4月7日 晚上20:45": "20:45",
    "2025年4月7日 夜间11点": "23",
    "2025年4月7日 深夜1:30": "01:30",
    "2025年4月7日 3:05 下午": "15:05",
    "2025-04-07 08:45 PM": "20:45",
    "2025-04-07 8:45pm 江畔日报": "20:45",
    "2025-04-07 8:45 p.m.": "20:45",
    "2025-04-07 8:45 a. m.": "08:45",
    "2025-04-07 PM 8:45": "20:45",
    "2025-04-07 12:10 AM": "00:10",
    "2025-04-07 12:10 PM": "12:10",
    "2025-04-07 08:45 Harbour Times": "08:45",
    "2025-04-07 08:45 West Harbour": "08:45",
    "2025-04-07 08:45 Z世代": "08:45",
    "2025-04-07 00:45Z": "08:45",
    "2025-04-07 08:45 AMD": "08:45",  # a company
    "2025-04-07 08:45 晚报": "08:45",
    # English
    "Apr 7, 2025 08:45": "08:45",
    "Apr. 7 2025, 8:45 a.m.": "08:45",
    "APRIL 7th, 2025 at 8:45 PM": "20:45",
    "7 April 2025 20:45": "20:45",
    "Updated 7 Apr, 2025 | 20:45": "20:45",
    # Zones
    "2025-04-07 00:45 (GMT)": "08:45",
    "2025-04-07 00:45 UTC": "08:45",
    "2025-04-07 08:45 GMT+8": "08:45",
    "2025-04-07 09:45:00 (UTC+09:00)": "08:45",
    "2025-04-07 06:15 GMT+05:30": "08:45",
    "2025-04-07 09:45+09:00": "08:45",
    "2025-04-07 09:45 +0900": "08:45",
    "2025-04-06 20:45 -0400": "08:45",
    "2025-04-06 20:45:00-04:00": "08:45",
    "2025-04-07 08:45-10:30": "08:45",  # from … to
    "2025-04-07 08:45(Beijing Time)": "08:45",
    "2025-04-07 08:45 北京时间": "08:45",
    "北京時間2025年4月7日 08:45": "08:45",
    "2025年4月7日 北京时间08:45": "08:45",
    "2025年4月7日 格林尼治时间0:45": "08:45",
    "2025-04-07 08:45 CST": "08:45",
    # Machines
    "2025-04-07T00:45:09Z": "08:45:09",
    "2025-04-07T00:45:09.5+00:00": "08:45:09",
    "2025-04-06T24:00:00+08:00": "00:00",
    "Mon, 07 Apr 2025 00:45:09 GMT": "08:45:09",
    "Sun, 06 Apr 2025 20:45:09 -0400": "08:45:09",
    "07 Apr 2025 09:45 +0900": "08:45",
    # The first of two
    "发布 2025-04-07 08:45 更新 2025-04-08 10:00": "08:45",
    "2025-04-07 00:00": "00:00",
}  # fmt: skip
UNREAD = [
    "2025年4月7日 24:00",  # the end of the day or its start
    "2025年4月7日 凌晨24:00",
    "2025年4月7日 25:10",
    "2025年4月7日 08:61",
    "2025年4月7日 08:45:61",
    "2025年4月7日 十十时",
    "2025-04-07T25:61:00Z",
    "Mon, 07 Apr 2025 25:61:09 GMT",
    "2025年4月7日 晚上12:30",  # of this day or of the next one
    "2025年4月7日 晚上0:30",
    "2025年4月7日 晚1:30",
    "2025年4月7日 午夜12点",
    "2025年4月7日 上午12:10",  # noon for people, midnight for programs
    "2025年4月7日 中午9:00",
    "2025年4月7日 上午8:45 PM",
    "2025-04-07 13:10 AM",
    "2025-04-07 08:45 (EST)",
    "2025-04-07 08:45 BST",
    "2025-04-07 08:45 GMT+99",
    "2025-04-07 08:45 (New York time)",
    "2025-04-07 08:45 local time",
    "2025-04-07 08:45（美国东部时间）",
    "2025-04-07 08:45 美东时间",
    "当地时间2025年4月7日 08:45",
    "2025年4月7日 东京时间8:45",
    "April 7, 2025 8:45 a.m. ET",
    "07 Apr 2025 08:45:09 CST",  # Chicago's or China's
    "2025年4月7日 8点财经",  # a medium
    "2025年4月7日 21时代",
    "2025年4月7日 8点1氪",
    "2025年4月7日 来源：江畔日报 08:45",
    "2025-04-07 08:4536氪",
]
BARE = [
    "2025年04月07日",
    "2025年4月7日 星期一",
    "2025年4月7日 江畔日报",
    "2025年4月7日 一点资讯",
    "2025年4月7日 早报",
    "2025-04-07 2025-04-08",
    "2025年4月7日 周日报 2025",
    "April 7, 2025",
    "7 Apr 2025",
    "二〇二五年四月七日",
]
NOTHING = [
    "",
    "3小时前",
    "今天 08:45",
    "昨天08:45",
    "04月07日 08:45",
    "Apr 7 08:45",
    "April 2025",
    "2025年4月",
    "2025年13月07日 08:45",
    "2025年2月29日 08:45",
    "2025年十十月7日",
    "Feb 30, 2025",
    "1743986700",
    "25-04-07 08:45",
    "Mayor 7, 2025",
    "二〇二五·四·七",
]


@pytest.mark.parametrize(("text", "clock"), CLOCKS.items(), ids=CLOCKS)
def test_forms_of_a_clock(text: str, clock: str) -> None:
    read = read_date(text, ZONE)
    assert read is not None
    assert (read.start.replace(microsecond=0).isoformat(), read.start.tzinfo) == (
        f"2025-04-07T{clock}:00:00"[:19] + "+08:00",
        ZONE,
    )
    assert (read.span, read.unread) == ({2: HOUR, 5: MINUTE, 8: SECOND}[len(clock)], False)
    assert read.has_clock
    assert parse_date(text, ZONE) == read.start


@pytest.mark.parametrize(("texts", "unread"), [(UNREAD, True), (BARE, False)], ids=["unread", "bare"])
def test_a_day_without_a_clock_is_the_whole_day(texts: list[str], unread: bool) -> None:
    day = PageDate(datetime(2025, 4, 7, tzinfo=ZONE), DAY, unread)
    assert {text: read_date(text, ZONE) for text in texts} == dict.fromkeys(texts, day)
    assert not day.has_clock
    assert {parse_date(text, ZONE) for text in texts} == {None if unread else day.start}


@pytest.mark.parametrize(
    "form", ["%B %d, %Y 08:45", "%b %d, %Y 08:45", "%b. %d %Y 08:45", "%d %B %Y 08:45", "%d %b %Y 08:45"]
)
def test_every_month_has_its_name(form: str) -> None:
    days = [datetime(2025, month, 7, 8, 45, tzinfo=ZONE) for month in range(1, 13)]
    assert [parse_date(day.strftime(form), ZONE) for day in days] == days
    assert [parse_date(day.strftime(form).upper(), ZONE) for day in days] == days


def test_every_number_has_its_words() -> None:
    ones = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
    words = [("" if not ten else "十" if ten == 1 else f"{ones[ten]}十") + one for ten in range(6) for one in ones]
    clocks = [read_date(f"2025年4月7日 九时{word}分", ZONE) for word in words[1:]]
    assert [clock.start.minute for clock in clocks if clock] == list(range(1, 60))


@pytest.mark.parametrize("name", [name for name, zone in ZONES.items() if zone is None and name != "cst"])
def test_a_zone_that_is_not_certain_takes_the_clock(name: str) -> None:
    for text in (f"2025-04-07 08:45 {name.upper()}", f"2025-04-07 08:45({name})"):
        assert read_date(text, ZONE) == PageDate(datetime(2025, 4, 7, tzinfo=ZONE), DAY, unread=True)


@pytest.mark.parametrize(
    ("names", "clock"),
    [("gmt utc 格林尼治时间 格林威治时间 世界时", "00:45"), ("bjt hkt 北京时间 香港时间 台北时间", "08:45")],
)
def test_a_zone_that_is_certain_is_read(names: str, clock: str) -> None:
    for name in names.split():
        assert parse_date(f"2025-04-07 {clock} ({name.upper()})", ZONE) == datetime(2025, 4, 7, 8, 45, tzinfo=ZONE)


def test_no_year_and_no_day_is_no_date() -> None:
    assert {text: read_date(text, ZONE) for text in NOTHING} == dict.fromkeys(NOTHING)


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (("凌晨",), 0, 6),
        (("清晨", "清早"), 4, 9),
        (("早上", "早晨", "早间", "早", "上午", "am"), 0, 11),
        (("中午", "正午", "午间"), 11, 14),
        (("下午", "午后", "pm"), 12, 23),
        (("傍晚",), 16, 20),
        (("晚上", "晚间", "晚"), 17, 23),
        (("深夜", "午夜", "半夜", "夜间", "夜里", "夜晚", "夜"), 18, 23),
    ],
)
def test_a_part_of_the_day_has_its_hours(words: tuple[str, ...], first: int, last: int) -> None:
    hours = set(range(first, last + 1)) | (set(range(6)) if "夜" in words else set())
    for word in words:
        assert {hour for hour in range(25) if hour_of(hour, [word]) == hour} == hours
        assert {hour_of(hour, [word]) for hour in range(1, 12)} <= hours | {None}
        assert hour_of(12, [word]) == (0 if word in ("凌晨", "am") else 12 if 12 in hours else None)
        assert hour_of(24, [word]) is None


@given(
    st.times(),
    st.sampled_from(sorted(HOURS)),
    st.sampled_from(["", "星期一", "（周一）", " | ", "，", " - ", "\n"]),
    st.sampled_from(["{h}:{m:02}", "{h}：{m:02}", "{h}点{m}分", "{h}時{m:02}分"]),
)
def test_a_clock_is_read_back(when: clock_time, word: str, between: str, form: str) -> None:
    """With every word that the hour may have, in hours of twelve and of twenty-four; and without a word."""
    read = datetime(2025, 4, 7, when.hour, when.minute, tzinfo=ZONE)
    clock = form.format(h=when.hour, m=when.minute)
    assert parse_date(f"2025年4月7日{between or ' '}{clock}", ZONE) == read
    if when.hour in HOURS[word]:
        assert parse_date(f"2025年4月7日{between}{word}{clock}", ZONE) == read
    if when.hour in HOURS[word] and (when.hour or word in ("凌晨", "am")):  # 上午12:10 is not read
        clock = form.format(h=when.hour % 12 or 12, m=when.minute)
        assert parse_date(f"2025年4月7日{between}{word}{clock}", ZONE) == read


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("2025年04月07日 08:45 江畔日报", "江畔日报"),
        ("江畔日报\n(2025-04-07 周一 上午8点半)\n", "江畔日报 ()"),
        ("２０２５年４月７日（周一）０８：４５　《海港：周刊》", "《海港：周刊》"),
        ("April 7, 2025 8:45 PM The Harbour", "The Harbour"),
        ("2025-04-07 08:45(Beijing Time) 江畔日报", "江畔日报"),
        ("2025年4月7日 周日报", "周日报"),
        ("2025年4月7日 8点财经", "8点财经"),
        ("2025年4月7日 夜读", "夜读"),
        ("2025-04-07 甲 2025-04-08 10:00 乙", "甲 乙"),
        ("江畔　日报", "江畔 日报"),
    ],
)
def test_a_text_without_its_dates(text: str, rest: str) -> None:
    assert without_dates(text) == rest


def test_a_date_holds_what_it_leaves_open() -> None:
    assert [span.total_seconds() for span in (DAY, HOUR, MINUTE, SECOND)] == [86400, 3600, 60, 1]
    nine = datetime(2025, 4, 7, 9, tzinfo=ZONE)
    hour = PageDate(nine, HOUR)
    assert [hour.holds(nine + timedelta(minutes=minutes)) for minutes in (-1, 0, 59, 60)] == [False, True, True, False]


LONG = {
    "blanks behind a day": "2025-04-07{}x",
    "blanks behind a word": "2025-04-07 下午{}x",
    "blanks": "{}x",
}
RUNS = [
    " ",
    "\n\t",
    "\u3000",
    "2025-04-07 ",
    "2025-04-07T08:45:09.",
    "9",
    "一",
    "二〇",
    "(",
    "| ",
    "Mar 1, ",
    "07 Apr 2025 ",
    "北京时间",
    "周一",
    "下午",
]


@pytest.mark.parametrize("run", RUNS)
def test_reading_takes_time_in_proportion_to_the_text(run: str) -> None:
    def cost(size: int) -> float:
        texts = [shape.format(run * (size // len(run))) for shape in LONG.values()]
        start = time.process_time()
        for text in texts:
            read_date(text, ZONE)
            without_dates(text)
        return time.process_time() - start

    size = 10_000
    once = min(cost(size) for _ in range(3))
    assert cost(4 * size) < 10 * once + 0.05  # in proportion: 4 times; by the square: 16 times
