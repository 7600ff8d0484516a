"""Reading a list that moves: what is called proven has missed nothing."""

import asyncio
import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newscrawl.discovery.roll import RollPage, Window, read_roll, roll_url
from newscrawl.discovery.rows import Row
from newscrawl.discovery.window import WindowReading, read_window
from newscrawl.errors import ListError
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Roll

SINA = load_site("sina_finance")
ROLL = Roll(url="https://list.example/", page_size=5, max_total=60)
DAY = Window("china", 0, 86400)


class MovingList:
    """A list, newest first, in which something may happen before each request."""

    def __init__(self, rows: int, rng: Random, trouble: float, *, removing: bool = True, events: int = 10**9) -> None:
        """`events`: how often something happens at most."""
        self.rng, self.trouble, self.removing, self.events = rng, trouble, removing, events
        self.rows = [(f"https://x/{n}", 86400 * (rows - n) // (rows + 1)) for n in range(rows)]
        self.always = {url for url, _ in self.rows}
        self.asked = 0

    async def __call__(self, window: Window, page: int) -> RollPage:
        self.asked += 1
        if self.events and self.rng.random() < self.trouble:
            self.events -= 1
            if self.removing and self.rng.random() < 0.5 and self.rows:
                url, _ = self.rows.pop(self.rng.randrange(len(self.rows)))
                self.always.discard(url)
            else:
                self.rows.insert(0, (f"https://x/new{self.asked}", 86399))
        inside = [Row(url) for url, when in self.rows if window.start <= when < window.end]
        first = (page - 1) * ROLL.page_size
        return RollPage(tuple(inside[first : first + ROLL.page_size]), min(len(inside), ROLL.max_total))


def reading(ask: Any, window: Window = DAY) -> WindowReading:
    return asyncio.run(read_window(ask, window, ROLL))


@given(rows=st.integers(0, 90), seed=st.integers(0, 10**9), trouble=st.sampled_from([0.0, 0.05, 0.2, 0.5]))
@example(60, 1931, 0.5)  # an entry came, was withdrawn, and another came
def test_what_is_proven_has_missed_nothing(rows: int, seed: int, trouble: float) -> None:
    ask = MovingList(rows, Random(seed), trouble)
    got = reading(ask)
    if got.proven:
        assert ask.always <= {row.url for row in got.rows}
        assert got.missing == 0
    if not trouble:
        assert got.proven
        assert got.listed == rows


@given(rows=st.integers(0, 45), seed=st.integers(0, 10**9))
@example(45, 16769)
def test_a_list_that_only_grows_is_proven(rows: int, seed: int) -> None:
    """While it grows by less than a page in one of its passes, and not beyond the list's limit.

    A pass in which five rows or more came proves nothing: of 14 rows, two passes at most.
    """
    ask = MovingList(rows, Random(seed), 0.4, removing=False, events=14)
    got = reading(ask)
    assert got.proven
    assert ask.always <= {row.url for row in got.rows}


def test_a_naive_reader_would_miss_one() -> None:
    """One row of the first page is withdrawn once it was read: the sixth becomes the fifth, and is never met."""
    rows = [f"https://x/{n}" for n in range(10)]

    async def ask(_: Window, page: int) -> RollPage:
        if page == 2 and "https://x/0" in rows:
            rows.remove("https://x/0")
        return RollPage(tuple(Row(url) for url in rows[(page - 1) * 5 : page * 5]), len(rows))

    got = reading(ask)
    assert got.proven
    assert {row.url for row in got.rows} == {f"https://x/{n}" for n in range(10)}


def test_a_list_that_does_not_know_windows_is_not_asked_for_ever() -> None:
    asked = []

    async def ask(window: Window, page: int) -> RollPage:
        asked.append(window)
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5)) if page == 1 else (), 30)

    got = reading(ask)
    assert (got.proven, got.listed, got.missing) == (False, 30, 25)
    assert len(asked) < 20


def test_a_list_whose_pages_are_all_the_same_ends() -> None:
    async def ask(_: Window, __: int) -> RollPage:
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5)), 20)

    assert reading(ask).missing == 15


def test_a_limit_with_an_empty_page_is_no_end() -> None:
    """Three pages of total 30, then an empty one that says 0: 15 are missing, not none."""

    async def ask(_: Window, page: int) -> RollPage:
        rows = tuple(Row(f"https://x/{n}") for n in range((page - 1) * 5, page * 5)) if page < 4 else ()
        return RollPage(rows, 30 if rows else 0)

    got = reading(ask)
    assert (got.proven, got.listed, got.missing) == (False, 30, 15)


def test_a_list_that_begins_again_at_its_end_is_read_once() -> None:
    asked = []

    async def ask(_: Window, page: int) -> RollPage:
        asked.append(page)
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5 * ((page - 1) % 3), 5 * ((page - 1) % 3) + 5)), 30)

    got = reading(ask)
    assert (got.proven, got.listed, got.missing) == (False, 30, 15)
    assert len(asked) < 40


def test_rows_that_stand_twice_in_a_split_list_are_counted() -> None:
    times = [(f"https://x/{n % 18}", n * 4000) for n in range(20)]

    async def ask(window: Window, page: int) -> RollPage:
        rows = [Row(url) for url, when in times if window.start <= when < window.end]
        return RollPage(tuple(rows[(page - 1) * 5 : page * 5]) if page < 3 else (), len(rows))

    got = reading(ask)
    assert (got.proven, got.listed, len(got.rows)) == (True, 20, 18)


def item(**fields: Any) -> dict[str, Any]:
    return {"url": "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml", "docid": "", **fields}


@pytest.mark.parametrize(
    ("answer", "total", "rows"),
    [
        ({"result": {"total": "7", "data": [item(ctime="1617678022")]}}, 7, 1),
        ({"result": {"total": 7.0, "data": {"0": item(), "3": item()}}}, 7, 2),
        ({"result": {"total": -1, "data": []}}, 0, 0),
        ({"result": {"data": {}}}, None, 0),
        ({"result": {"total": 3, "data": None}}, 3, 0),
        ({"result": {"total": 6, "data": [None, 3, "x", [], {}, item(ctime={}, title=None)]}}, 6, 6),
        ({"result": {"total": 1, "data": [{"url": "//finance.sina.com.cn/x"}]}}, 1, 1),
        ({"result": {"total": 1, "data": [item(title="涨停 \ud83d")]}}, 1, 1),
        ({"result": {"total": 1, "data": [{"url": "", "urls": '["http:\\/\\/x\\/1"]'}]}}, 1, 1),
        ({"result": {"total": 1, "data": [{"url": [], "docid": "comos:abcdefg0000001"}]}}, 1, 1),
        ({"result": {"status": {"code": "0"}, "total": 1, "data": [item(ctime="1e999", mtime=10**14)]}}, 1, 1),
    ],
)
def test_answers_of_every_type_are_read(answer: dict[str, Any], total: int | None, rows: int) -> None:
    page = read_roll(json.dumps(answer).encode())
    assert (page.total, len(page.rows)) == (total, rows)
    text = json.dumps(json.dumps(answer))
    for form in (text, f"try{{cb({json.dumps(answer)});}}catch(e){{}};", f"\ufeff cb({text})"):
        assert read_roll(form.encode()) == page


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "list_unreadable"),
        (b"<html>", "list_unreadable"),
        (b"[]", "list_unreadable"),
        (b'{"result":[]}', "list_unreadable"),
        (b'{"result":{"data":null}}', "list_unreadable"),
        (b'{"result":{"data":false}}', "list_unreadable"),
        (b"[" * 100_000, "list_unreadable"),
        (b"\xff\xfe\x00", "list_unreadable"),
        (b'{"result":{"status":{"code":11,"msg":"lid error"},"data":[]}}', "list_refused"),
    ],
)
def test_what_is_no_list_says_so(answer: bytes, reason: str) -> None:
    with pytest.raises(ListError) as caught:
        read_roll(answer)
    assert caught.value.reason == reason


@given(st.binary(max_size=200))
def test_no_answer_breaks_the_reader(answer: bytes) -> None:
    with suppress(ListError):
        read_roll(b'{"result":{"data":[' + answer)


def test_the_window_is_asked_for_as_the_site_does() -> None:
    """The site's own address of 2021-05-01, and the names that are the wrong way round."""
    china = SINA.channels[0]
    assert SINA.roll
    url = roll_url(SINA.roll, china, Window("china", 1619798400, 1619884800), 1, SINA.zone)
    assert url.endswith(
        "?pageid=155&lid=1686&k=&num=50&page=1&etime=1619798400&stime=1619884800&ctime=1619884800&date=2021-05-01"
    )
