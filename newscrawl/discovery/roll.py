"""The roll API (滚动新闻): the addresses of its windows, and what its answers say.

Facts and their evidence: the fact sheet of the endpoints, §1. No answer is trusted in its types: numbers come as text,
empty objects as lists, JSON inside JSON, or inside JavaScript.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any
from urllib.parse import urlencode

from newscrawl.discovery.rows import Row
from newscrawl.errors import ListError
from newscrawl.sites.model import Channel, Roll
from newscrawl.sites.urls import is_web_url

SCRIPT = re.compile(r"(?:try\s*\{\s*)?[\w$.]{0,80}\(\s*")  # the head of try{CALLBACK({…});}catch(e){};
NUMBER = re.compile(r"\s*-?\d{1,15}(?:\.\d+)?\s*")
ENOUGH = 10**12  # epoch seconds are below it, milliseconds above


@dataclass(frozen=True, slots=True)
class Window:
    """A span of a channel's list, in epoch seconds: from `start` up to, but not with, `end`."""

    channel: str
    start: int
    end: int

    def halves(self) -> tuple["Window", "Window"]:
        """The later half and the earlier one."""
        middle = (self.start + self.end) // 2
        return Window(self.channel, middle, self.end), Window(self.channel, self.start, middle)


@dataclass(frozen=True, slots=True)
class RollPage:
    """A page of a list: its rows in order, and how many the whole list has; None when it does not say."""

    rows: tuple[Row, ...]
    total: int | None


def day_window(channel: str, day: str, zone: tzinfo) -> Window:
    """The window of a day of the site's clock.

    >>> from zoneinfo import ZoneInfo
    >>> day_window("china", "2020-06-13", ZoneInfo("Asia/Shanghai"))
    Window(channel='china', start=1591977600, end=1592064000)
    """
    start = datetime.fromisoformat(day).replace(tzinfo=zone)
    return Window(channel, int(start.timestamp()), int((start + timedelta(days=1)).timestamp()))


def roll_url(roll: Roll, channel: Channel, window: Window, page: int, zone: tzinfo) -> str:
    """The address of a page of a window. The API's names are the wrong way round: `etime` is the start."""
    day = datetime.fromtimestamp(window.start, zone).date()
    asked = {
        "pageid": channel.pageid, "lid": channel.lid, "k": "", "num": roll.page_size, "page": page,
        "etime": window.start, "stime": window.end, "ctime": window.end, "date": day.isoformat(),
    }  # fmt: skip
    return f"{roll.url}{'&' if '?' in roll.url else '?'}{urlencode(asked)}"


def read_roll(answer: bytes) -> RollPage:
    """What an answer of the API says. Raises ListError for one that holds no list.

    >>> read_roll(b'{"result":{"total":"1","data":[{"docid":"comos:a","url":"http:\\\\/\\\\/x\\\\/1","ctime":"9"}]}}')
    RollPage(rows=(Row(url='http://x/1', title='', docid='a', ctime=9, intime=None, mtime=None),), total=1)
    >>> read_roll(b"try{cb({'a':1});}catch(e){};")
    Traceback (most recent call last):
    newscrawl.errors.ListError: list_unreadable: the answer is no JSON
    """
    values = decode_answer(answer)
    result = values.get("result") if isinstance(values, dict) else None
    if isinstance(result, str):
        result = decode_answer(result.encode())
    if not isinstance(result, dict):
        raise ListError("list_unreadable", "the answer has no result")
    status = result.get("status")
    code = number(status.get("code")) if isinstance(status, dict) else None
    if code:
        said = status.get("msg") if isinstance(status, dict) else ""
        raise ListError("list_refused", f"the list answered code {code}: {str(said)[:80]}")
    data = result.get("data")
    if isinstance(data, dict):  # PHP's way to write a list with a gap, and an empty one
        data = list(data.values())
    total = number(result.get("total"))
    if not isinstance(data, list) and total is None:
        raise ListError("list_unreadable", "the answer has no list")
    rows = tuple(read_rows(data if isinstance(data, list) else []))
    return RollPage(rows, None if total is None else max(total, 0))


def decode_answer(answer: bytes) -> Any:
    """JSON, out of JavaScript or out of a JSON text where it stands in one. Raises ListError."""
    text = answer.decode("utf-8-sig", "replace").strip()
    if head := SCRIPT.match(text):
        text = text[head.end() :]
    try:
        values, _ = json.JSONDecoder().raw_decode(text)
        for _ in range(3):
            if not isinstance(values, str):
                break
            values = json.loads(values)
    except (ValueError, RecursionError) as error:
        kind = "HTML" if text[:1] == "<" else "no JSON" if text else "empty"
        raise ListError("list_unreadable", f"the answer is {kind}") from error
    return values


def read_rows(data: list[Any]) -> Iterator[Row]:
    """The entries of a page. One without an address holds nothing to fetch, but the list has counted it."""
    for entry in data:
        if not isinstance(entry, dict):
            yield Row("")
            continue
        times = (number(entry.get(name)) for name in ("ctime", "intime", "mtime"))
        ctime, intime, mtime = (when if when and 0 < when < ENOUGH else None for when in times)
        forms = (plain_title(entry.get("url")), first_url(entry.get("urls")), plain_title(entry.get("wapurl")))
        urls = [f"https:{form}" if form.startswith("//") else form for form in forms if form]
        url = next(filter(is_web_url, urls), urls[0] if urls else "")
        docid = plain_title(entry.get("docid")).rpartition(":")[2]
        yield Row(url, plain_title(html.unescape(plain_title(entry.get("title")))), docid, ctime, intime, mtime)


def first_url(value: Any) -> str:
    """The first address of `urls`, which is JSON inside a text.

    >>> first_url('["http:\\\\/\\\\/finance.sina.com.cn\\\\/x.shtml"]')
    'http://finance.sina.com.cn/x.shtml'
    """
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return ""
    return plain_title(value[0]) if isinstance(value, list) and value else ""


def plain_title(value: Any) -> str:
    """A value as one line; empty for what is no text. Half of a pair of surrogates, as JavaScript cuts, becomes `?`.

    >>> plain_title("\\ud83d 涨\\n停")
    '? 涨 停'
    """
    return " ".join(value.encode("utf-8", "replace").decode().split()) if isinstance(value, str) else ""


def number(value: Any) -> int | None:
    """A whole number that may come as text.

    >>> [number(value) for value in ("1617678022", 7, "", [], None, True, "1.0")]
    [1617678022, 7, None, None, None, None, 1]
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value)
    return int(float(text)) if NUMBER.fullmatch(text) else None
