"""The roll API (滚动新闻): builds the addresses of windows and parses the answers.

The types of an answer vary: a number may be text, an empty object a list, and the JSON may be inside a JSON string or
inside JavaScript.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from newscrawl.discovery.rows import Row
from newscrawl.errors import ListError
from newscrawl.extraction.headline import without_tags
from newscrawl.extraction.limits import check_json, check_rows
from newscrawl.extraction.references import unescape
from newscrawl.sites.model import Channel, Roll
from newscrawl.sites.urls import is_web_url

SCRIPT = re.compile(r"(?:try\s*\{\s*)?[\w$.]{0,80}\(\s*")  # the start of try{CALLBACK({…});}catch(e){};
NUMBER = re.compile(r"\s*-?\d{1,15}(?:\.\d+)?\s*")
LONGEST = 20  # characters of a whole number
MILLISECONDS = 10**12  # epoch seconds are below it, milliseconds above
LATEST = 253_402_214_400  # epoch seconds of 9999-12-31 in UTC: no day of a later instant can be written


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a channel's list: `start` (inclusive) to `end` (exclusive), in epoch seconds."""

    channel: str
    start: int
    end: int

    def halves(self) -> tuple["Window", "Window"]:
        """Returns the later half and the earlier half."""
        middle = (self.start + self.end) // 2
        return Window(self.channel, middle, self.end), Window(self.channel, self.start, middle)

    def before(self) -> "Window":
        """Returns the window of the same length that ends where this one begins."""
        return Window(self.channel, 2 * self.start - self.end, self.start)


@dataclass(frozen=True, slots=True)
class RollPage:
    """A page of a list: its rows in order, and the total of the whole list; None when the answer has no total."""

    rows: tuple[Row, ...]
    total: int | None


def day_window(channel: str, day: str, zone: tzinfo) -> Window:
    """Returns the window of a day (ISO 8601) in `zone`.

    >>> from zoneinfo import ZoneInfo
    >>> day_window("china", "2020-06-13", ZoneInfo("Asia/Shanghai"))
    Window(channel='china', start=1591977600, end=1592064000)
    """
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    return Window(channel, int(start.timestamp()), int((start + timedelta(days=1)).timestamp()))


def is_inside(row: Row, window: Window) -> bool:
    """Whether a row can belong to a window: one of its times is in it, or it has none.

    Nobody says whether the API chooses rows by the time of publication or of entry. An end may belong to both windows.

    >>> window = Window("china", 100, 200)
    >>> [is_inside(Row("https://a.example/", ctime=time), window) for time in (None, 99, 100, 200, 201)]
    [True, False, True, True, False]
    """
    times = [time for time in (row.ctime, row.intime, row.mtime) if time]
    return not times or any(window.start <= time <= window.end for time in times)


def is_of_later(row: Row, window: Window) -> bool:
    """Whether a row says that its article was published after a window: no list names an article before that.

    >>> window = Window("china", 100, 200)
    >>> [is_of_later(Row("https://a.example/", ctime=time, intime=150), window) for time in (None, 99, 200, 201)]
    [False, False, False, True]
    """
    return row.ctime is not None and row.ctime > window.end


def roll_url(roll: Roll, channel: Channel, window: Window, page: int, zone: tzinfo) -> str:
    """Returns the address of a page of a window. The API reverses the names: `etime` is the start, `stime` the end."""
    day = datetime.fromtimestamp(window.start, zone).date()
    query = {
        "pageid": channel.pageid, "lid": channel.lid, "k": "", "num": roll.page_size, "page": page,
        "etime": window.start, "stime": window.end, "ctime": window.end, "date": day.isoformat(),
    }  # fmt: skip
    return f"{roll.url}{'&' if '?' in roll.url else '?'}{urlencode(query)}"


def read_roll(answer: bytes) -> RollPage:
    """Returns the rows and the total of an answer of the API. Raises ListError when the answer holds no list.

    >>> read_roll(b'{"result":{"total":"1","data":[{"docid":"comos:a","url":"http:\\\\/\\\\/x\\\\/1","ctime":"9"}]}}')
    RollPage(rows=(Row(url='http://x/1', title='', docid='a', ctime=9, intime=None, mtime=None),), total=1)
    >>> read_roll(b"try{cb({'a':1});}catch(e){};")
    Traceback (most recent call last):
    newscrawl.errors.ListError: list_unreadable: the answer is not JSON
    """
    values = decode_answer(answer)
    result = values.get("result") if isinstance(values, dict) else None
    if isinstance(result, str):
        result = decode_answer(result.encode("utf-8", "replace"))
    if not isinstance(result, dict):
        raise ListError("list_unreadable", "the answer has no result")
    for says in (values, result.get("status") or {}):
        code = says.get("code") if isinstance(says, dict) else says
        if code and number(code) != 0:
            message = says.get("msg") if isinstance(says, dict) else ""
            raise ListError("list_refused", f"the list answered code {str(code)[:20]}: {str(message)[:80]}")
    data = result.get("data")
    if data is not None and not isinstance(data, list | dict):
        raise ListError("list_unreadable", "the answer has no list")
    if isinstance(data, dict):  # PHP writes a list with gaps, and an empty list, as an object
        data = list(data.values())
    total = number(result.get("total"))
    if not isinstance(data, list) and total is None:
        raise ListError("list_unreadable", "the answer has no list")
    data = data if isinstance(data, list) else []
    check_rows(len(data))
    rows = tuple(read_rows(data))
    return RollPage(rows, None if total is None else max(total, 0))


def decode_answer(answer: bytes) -> Any:
    """Parses JSON, which may be inside JavaScript or inside a JSON string. Raises ListError when it cannot."""
    text = answer.decode("utf-8-sig", "replace").strip()
    check_json(text)
    head = SCRIPT.match(text)
    try:
        values, _ = JSON.raw_decode(text, head.end() if head else 0)
        for _ in range(3):
            if not isinstance(values, str):
                break
            check_json(values)
            values = JSON.decode(values)
    except (ValueError, RecursionError) as error:
        kind = "HTML" if text[:1] == "<" else "not JSON" if text else "empty"
        raise ListError("list_unreadable", f"the answer is {kind}") from error
    return values


def read_rows(data: list[Any]) -> Iterator[Row]:
    """Yields the rows of a page. It includes rows without an address, because the list's total counts them."""
    for entry in data:
        if not isinstance(entry, dict):
            yield Row("")
            continue
        times = (number(entry.get(name)) for name in ("ctime", "intime", "mtime"))
        ctime, intime, mtime = (in_seconds(when) for when in times)
        forms = (plain_title(entry.get("url")), first_url(entry.get("urls")), plain_title(entry.get("wapurl")))
        urls = [f"https:{form}" if form.startswith("//") else form for form in forms if form]
        url = next(filter(is_web_url, urls), urls[0] if urls else "")
        docid = plain_title(entry.get("docid")).rpartition(":")[2]
        title = without_tags(plain_title(unescape(plain_title(entry.get("title")))))
        yield Row(url, title, docid, ctime, intime, mtime)


def whole(digits: str) -> int | None:
    """Returns a whole number of JSON; None for one that is none of a list's. Python refuses more than 4,300 digits."""
    return int(digits) if len(digits) <= LONGEST else None


JSON = json.JSONDecoder(parse_int=whole)


def in_seconds(when: int | None) -> int | None:
    """Returns an instant in epoch seconds, also of milliseconds; None for none, and for one that cannot be.

    >>> in_seconds(1772330000), in_seconds(1772330000000), in_seconds(0), in_seconds(10**15)
    (1772330000, 1772330000, None, None)
    >>> in_seconds(253_402_214_399), in_seconds(253_402_214_400)
    (253402214399, None)
    """
    if when and when >= MILLISECONDS:
        when //= 1000
    return when if when and 0 < when < LATEST else None


def first_url(value: Any) -> str:
    """Returns the first address of the field `urls`, a list as a JSON string; empty when there is none.

    >>> first_url('["http:\\\\/\\\\/finance.sina.com.cn\\\\/x.shtml"]')
    'http://finance.sina.com.cn/x.shtml'
    """
    if isinstance(value, str):
        try:
            value = JSON.decode(value)
        except (ValueError, RecursionError):
            return ""
    return plain_title(value[0]) if isinstance(value, list) and value else ""


def plain_title(value: Any) -> str:
    """Returns a text as one line; empty for any other type. A lone surrogate, left by a cut in JavaScript, becomes `?`.

    >>> plain_title("\\ud83d 涨\\n停")
    '? 涨 停'
    """
    return " ".join(value.encode("utf-8", "replace").decode().split()) if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """Returns a whole number that may be text; None for any other value.

    >>> [number(value) for value in ("1617678022", 7, "", [], None, True, "1.0")]
    [1617678022, 7, None, None, None, None, 1]
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value)
    return int(float(text)) if NUMBER.fullmatch(text) else None
