"""Reading a list that changes: a proven reading has missed no row."""

import asyncio
import json
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newscrawl.discovery.roll import RollPage, Window, is_inside, is_of_later, read_roll, roll_url
from newscrawl.discovery.rows import Row
from newscrawl.discovery.window import WindowReading, complete_from_halves, read_window
from newscrawl.errors import ListError
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Roll

SINA = load_site("sina_finance")
ROLL = Roll(url="https://list.example/", page_size=5, max_total=60)
DAY = Window("china", 0, 86400)


class ChangingList:
    """A list, newest first, that may change before each request."""

    def __init__(self, rows: int, rng: Random, trouble: float, *, removing: bool = True, events: int = 10**9) -> None:
        """`trouble` is the probability of a change before a request, `events` the maximum number of changes."""
        self.rng, self.trouble, self.removing, self.events = rng, trouble, removing, events
        self.rows = [(f"https://x/{n}", 86400 * (rows - n) // (rows + 1)) for n in range(rows)]
        self.always = {url for url, _ in self.rows}
        self.requests = 0

    async def __call__(self, window: Window, page: int) -> RollPage:
        self.requests += 1
        if self.events and self.rng.random() < self.trouble:
            self.events -= 1
            if self.removing and self.rng.random() < 0.5 and self.rows:
                url, _ = self.rows.pop(self.rng.randrange(len(self.rows)))
                self.always.discard(url)
            else:
                self.rows.insert(0, (f"https://x/new{self.requests}", 86399))
        inside = [Row(url) for url, when in self.rows if window.start <= when < window.end]
        first = (page - 1) * ROLL.page_size
        return RollPage(tuple(inside[first : first + ROLL.page_size]), min(len(inside), ROLL.max_total))


def reading(ask: Any, window: Window = DAY) -> WindowReading:
    return asyncio.run(read_window(ask, window, ROLL))


@given(rows=st.integers(0, 90), seed=st.integers(0, 10**9), trouble=st.sampled_from([0.0, 0.05, 0.2, 0.5]))
@example(60, 1931, 0.5)  # a row was added, removed, and another added
def test_a_proven_reading_has_missed_no_row(rows: int, seed: int, trouble: float) -> None:
    ask = ChangingList(rows, Random(seed), trouble)
    result = reading(ask)
    if result.proven:
        assert ask.always <= {row.url for row in result.rows}
        assert result.missing == 0
    if not trouble:
        assert result.proven
        assert result.listed == rows


@given(rows=st.integers(0, 45), seed=st.integers(0, 10**9))
@example(45, 16769)
def test_a_list_that_only_grows_is_proven(rows: int, seed: int) -> None:
    """This holds when the list grows by less than a page in one of the passes, and not beyond its limit.

    A pass in which five rows or more are added proves nothing. With 14 new rows these are two passes at most.
    """
    ask = ChangingList(rows, Random(seed), 0.4, removing=False, events=14)
    result = reading(ask)
    assert result.proven
    assert ask.always <= {row.url for row in result.rows}


def test_a_row_that_moves_to_a_read_page_is_found() -> None:
    """A row of the first page is removed after that page was read: the sixth row becomes the fifth."""
    rows = [f"https://x/{n}" for n in range(10)]

    async def ask(_: Window, page: int) -> RollPage:
        if page == 2 and "https://x/0" in rows:
            rows.remove("https://x/0")
        return RollPage(tuple(Row(url) for url in rows[(page - 1) * 5 : page * 5]), len(rows))

    result = reading(ask)
    assert result.proven
    assert {row.url for row in result.rows} == {f"https://x/{n}" for n in range(10)}


def test_a_list_that_ignores_windows_is_not_read_forever() -> None:
    windows = []

    async def ask(window: Window, page: int) -> RollPage:
        windows.append(window)
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5)) if page == 1 else (), 30)

    result = reading(ask)
    assert (result.proven, result.listed, result.missing) == (False, 30, 25)
    assert len(windows) < 20


def test_a_list_whose_pages_are_all_the_same_ends() -> None:
    async def ask(_: Window, __: int) -> RollPage:
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5)), 20)

    assert reading(ask).missing == 15


def test_an_empty_page_before_the_total_is_a_limit() -> None:
    """Three pages of total 30, then an empty one of total 0: 15 rows are missing."""

    async def ask(_: Window, page: int) -> RollPage:
        rows = tuple(Row(f"https://x/{n}") for n in range((page - 1) * 5, page * 5)) if page < 4 else ()
        return RollPage(rows, 30 if rows else 0)

    result = reading(ask)
    assert (result.proven, result.listed, result.missing) == (False, 30, 15)


def test_a_list_that_starts_again_after_its_end_is_read_once() -> None:
    pages = []

    async def ask(_: Window, page: int) -> RollPage:
        pages.append(page)
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5 * ((page - 1) % 3), 5 * ((page - 1) % 3) + 5)), 30)

    result = reading(ask)
    assert (result.proven, result.listed, result.missing) == (False, 30, 15)
    assert len(pages) < 40


@pytest.mark.parametrize(("counts", "pages"), [(False, 198), (True, 210)])
def test_a_long_list_is_read_to_its_end(counts: bool, pages: int) -> None:
    async def ask(_: Window, page: int) -> RollPage:
        rows = tuple(Row(f"https://x/{n}") for n in range(50 * page - 50, min(50 * page, total)))
        return RollPage(rows, total if counts else None)

    total = 50 * pages - 1
    result = asyncio.run(read_window(ask, DAY, Roll(url="https://list.example/", page_size=50, max_total=10**6)))
    assert (result.proven, len(result.rows)) == (True, total)


def ordered_list(times: list[int], order: Any, *, total: bool = True, limit: int = 10**6) -> Any:
    """A list of rows with these times in pages of five. `order` sorts the rows of a page's answer."""

    async def ask(window: Window, page: int) -> RollPage:
        rows = [Row(f"https://x/{n}", ctime=time) for n, time in enumerate(times) if window.start <= time < window.end]
        order(rows, page)
        return RollPage(tuple(rows[: limit * 5][5 * page - 5 : 5 * page]), len(rows) if total else None)

    return ask


def unsettled(rows: list[Row], page: int) -> None:
    """On the pages from the second on, the fifth row and the sixth, which have the same time, change their places."""
    if page > 1 and len(rows) > 5:
        rows[4], rows[5] = rows[5], rows[4]


def settled(_: list[Row], __: int) -> None:
    pass


def test_a_row_that_is_on_two_pages_hides_another() -> None:
    """Ten rows, and two pages of five: nine articles. The halves of the day have them all."""
    times = [80000 - 8000 * n for n in range(10)]
    result = reading(ordered_list(times, unsettled))
    assert (result.proven, result.listed, len(result.rows)) == (True, 10, 10)


def test_a_row_that_is_on_two_pages_is_missed_where_no_half_is_short_enough() -> None:
    result = reading(ordered_list([40000] * 10, unsettled))
    assert (result.proven, result.listed, result.missing, len(result.rows)) == (False, 10, 1, 9)


def test_rows_that_a_list_repeats_on_two_pages_are_proven_by_a_window_that_has_them_on_one() -> None:
    """The list names one article four times, and all its rows are of the same hour."""
    times = [57600, 56000, 54900, *[54780] * 4, 54000]

    async def ask(window: Window, page: int) -> RollPage:
        rows = [Row(f"https://x/{time}", ctime=time) for time in times if window.start <= time < window.end]
        return RollPage(tuple(rows[5 * page - 5 : 5 * page]), len(rows))

    result = reading(ask)
    assert (result.proven, result.listed, result.missing, len(result.rows)) == (True, 8, 0, 5)


def test_a_row_that_is_added_later_explains_no_repetition() -> None:
    """Two pages and the empty one have eight of nine rows; then another row is added, and the first page read again."""
    times = [80000 - 8000 * n for n in range(9)]
    answers = 0

    async def ask(window: Window, page: int) -> RollPage:
        nonlocal answers
        answers += 1
        if answers == 3:
            times.insert(0, 86399)
        rows = [Row(f"https://x/{time}", ctime=time) for time in times if window.start <= time < window.end]
        if answers == 2:
            rows[4], rows[5] = rows[5], rows[4]
        return RollPage(tuple(rows[5 * page - 5 : 5 * page]), len(rows))

    result = reading(ask)
    assert (result.proven, len(result.rows)) == (True, 10)


@pytest.mark.parametrize("last", ["the page number is ignored", "the last page is repeated"])
def test_a_full_page_that_is_repeated_is_no_end_without_a_total(last: str) -> None:
    """The server gives no more than two pages of a window, or one."""
    times = [80000 - 5000 * n for n in range(15)]
    limit = 1 if "ignored" in last else 2

    async def ask(window: Window, page: int) -> RollPage:
        rows = [Row(f"https://x/{time}", ctime=time) for time in times if window.start <= time < window.end]
        page = min(page, limit, -(-len(rows) // 5) or 1)
        return RollPage(tuple(rows[5 * page - 5 : 5 * page]), None)

    result = reading(ask)
    assert (result.proven, len(result.rows)) == (True, 15)


@pytest.mark.parametrize(("count", "asked"), [(0, [1]), (3, [1, 2, 1]), (8, [1, 2, 3, 1] * 2)])
def test_several_pages_without_a_total_are_read_twice(count: int, asked: list[int]) -> None:
    pages = []

    async def ask(_: Window, page: int) -> RollPage:
        pages.append(page)
        return RollPage(tuple(Row(f"https://x/{n}") for n in range(5 * page - 5, min(5 * page, count))), None)

    result = reading(ask)
    assert (result.proven, result.listed, len(result.rows)) == (True, count, count)
    assert pages == asked


def test_a_row_that_is_added_while_the_last_page_is_read_is_found() -> None:
    rows = [f"https://x/{n}" for n in range(8)]

    async def ask(_: Window, page: int) -> RollPage:
        answer = RollPage(tuple(Row(url) for url in rows[5 * page - 5 : 5 * page]), len(rows))
        if page == 2:
            rows.insert(0, "https://x/new")
        return answer

    result = reading(ask)
    assert (result.proven, result.listed) == (True, 9)
    assert "https://x/new" in {row.url for row in result.rows}


def test_halves_of_which_one_is_not_proven_prove_nothing() -> None:
    """The day counts one more than it gives; the earlier half as many, and the later one changes each time it is read."""
    answers = 0

    async def ask(window: Window, page: int) -> RollPage:
        nonlocal answers
        answers += 1
        if window == DAY:
            return RollPage(tuple(Row(f"https://x/{n}", ctime=n) for n in range(5)) if page == 1 else (), 10)
        if window.start == 0:
            return RollPage(tuple(Row(f"https://x/{n}", ctime=n) for n in range(4)) if page == 1 else (), 4)
        new = Row(f"https://x/later{answers}", ctime=80000)
        return RollPage((new,) if page == 1 else (), 2)

    assert not reading(ask).proven


def test_a_row_that_moves_to_a_read_page_of_a_list_without_a_total_is_found() -> None:
    """A row of the second page is removed after that page was read."""
    rows = [f"https://x/{n}" for n in range(13)]
    asked = []

    async def ask(_: Window, page: int) -> RollPage:
        asked.append(page)
        if page == 3 and "https://x/7" in rows:
            rows.remove("https://x/7")
        return RollPage(tuple(Row(url) for url in rows[(page - 1) * 5 : page * 5]), None)

    result = reading(ask)
    assert result.proven
    assert {row.url for row in result.rows} == {f"https://x/{n}" for n in range(13)}
    assert asked == [1, 2, 3, 4, 1] * 3  # the second pass finds it, the third is like the second


@pytest.mark.parametrize("same", [(0, 1), (5, 6)])
def test_a_row_that_a_page_repeats_is_the_lists_own(same: tuple[int, int]) -> None:
    async def ask(_: Window, page: int) -> RollPage:
        requests.append(page)
        rows = [Row(f"https://x/{min(n, same[0]) if n == same[1] else n}") for n in range(8)]
        return RollPage(tuple(rows[5 * page - 5 : 5 * page]), 8)

    requests: list[int] = []
    assert reading(ask).proven
    assert requests == [1, 2, 1]


def test_rows_without_an_address_are_no_repetition() -> None:
    async def ask(_: Window, page: int) -> RollPage:
        rows = [Row("" if n in (1, 6) else f"https://x/{n}") for n in range(8)]
        return RollPage(tuple(rows[5 * page - 5 : 5 * page]), 8)

    assert reading(ask).proven


@pytest.mark.parametrize(("rows", "limit", "found"), [(9, 9, 9), (10, 9, 10), (15, 1, 15)])
def test_a_list_without_a_total_that_ends_with_a_full_page_is_read_in_halves(rows: int, limit: int, found: int) -> None:
    """`limit`: pages of a window that the server gives."""
    times = [80000 - 5000 * n for n in range(rows)]
    result = reading(ordered_list(times, settled, total=False, limit=limit))
    assert (result.proven, len(result.rows)) == (True, found)


def test_a_window_is_read_four_times_while_its_list_changes() -> None:
    urls = ["https://x/a", "https://x/b", "https://x/c"]
    requests = 0

    async def ask(_: Window, page: int) -> RollPage:
        nonlocal requests
        requests += 1
        urls.append(urls.pop(0))
        return RollPage(tuple(map(Row, urls)) if page == 1 else (), 4)

    result = reading(ask)
    assert (result.proven, result.listed, result.missing) == (False, 4, 1)
    assert requests == 4 * 3  # both pages, and the first one again


def test_a_list_that_is_always_too_long_is_split_to_ten_minutes() -> None:
    windows = set()

    async def ask(window: Window, _: int) -> RollPage:
        windows.add(window)
        return RollPage(tuple(Row(f"https://x/{window.start}/{n}") for n in range(5)), ROLL.max_total)

    assert not reading(ask).proven
    assert min(window.end - window.start for window in windows) == 86400 // 2**7


@pytest.mark.parametrize("same", [True, False])
def test_a_long_list_that_ignores_windows_is_not_split(same: bool) -> None:
    windows = []

    async def ask(window: Window, _: int) -> RollPage:
        windows.append(window)
        rows = (
            Row(f"https://x/{n}" if same else f"https://x/{window}/{n}", ctime=None if same else -9) for n in range(5)
        )
        return RollPage(tuple(rows), ROLL.max_total)

    assert not reading(ask).proven
    assert windows == [DAY, *DAY.halves()]


def test_repeated_rows_of_a_split_list_are_counted() -> None:
    times = [(f"https://x/{n % 18}", n * 4000) for n in range(20)]

    async def ask(window: Window, page: int) -> RollPage:
        rows = [Row(url) for url, when in times if window.start <= when < window.end]
        return RollPage(tuple(rows[(page - 1) * 5 : page * 5]) if page < 3 else (), len(rows))

    result = reading(ask)
    assert (result.proven, result.listed, len(result.rows)) == (True, 20, 18)


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


def test_a_row_has_times_that_can_be_and_the_first_address_of_the_web() -> None:
    fields = {"url": "javascript:void(0)", "urls": '["//x/1"]', "wapurl": "https://x/2", "title": "A&amp;B&nbsp;C"}
    odd = item(ctime=10**11, intime=10**15, mtime=-1)
    (web, when) = read_roll(json.dumps({"result": {"data": [fields, odd]}}).encode()).rows
    assert (web.url, web.title) == ("https://x/1", "A&B C")
    assert (when.ctime, when.intime, when.mtime) == (10**11, None, None)


def test_a_row_is_of_a_window_by_any_of_its_times() -> None:
    window = Window("china", 100, 200)
    rows = [
        Row("https://x/", ctime=99),
        Row("https://x/", ctime=99, intime=100),
        Row("https://x/", ctime=99, mtime=200),
    ]
    assert [is_inside(row, window) for row in rows] == [False, True, True]
    assert [is_of_later(Row("https://x/", ctime=time), window) for time in (None, 200, 201)] == [False, False, True]


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
def test_answers_without_a_list_raise(answer: bytes, reason: str) -> None:
    with pytest.raises(ListError) as caught:
        read_roll(answer)
    assert caught.value.reason == reason


@given(st.binary(max_size=200))
def test_random_answers_raise_only_list_errors(answer: bytes) -> None:
    with suppress(ListError):
        read_roll(b'{"result":{"data":[' + answer)


def test_roll_url_is_the_address_of_the_site() -> None:
    """The address that the site's own page used on 2021-05-01, with its reversed names."""
    china = SINA.channels[0]
    assert SINA.roll
    url = roll_url(SINA.roll, china, Window("china", 1619798400, 1619884800), 1, SINA.zone)
    assert url.endswith(
        "?pageid=155&lid=1686&k=&num=50&page=1&etime=1619798400&stime=1619884800&ctime=1619884800&date=2021-05-01"
    )


def rows_of(*numbers: int) -> tuple[Row, ...]:
    return tuple(Row(f"https://x/{n}", ctime=8000 * n) for n in numbers)


def completed(reading: WindowReading, *numbers: int) -> WindowReading:
    """A reading of the day, completed from halves that have these rows."""

    async def ask(window: Window, _: int) -> RollPage:
        rows = tuple(row for row in rows_of(*numbers) if window.start <= (row.ctime or 0) < window.end)
        return RollPage(rows, len(rows))

    return asyncio.run(complete_from_halves(ask, DAY, ROLL, reading))


def test_halves_that_have_fewer_rows_than_the_day_counts_prove_nothing() -> None:
    result = completed(WindowReading(rows_of(1, 2), 9, 7, proven=False), 1, 2, 7, 8)
    assert (result.proven, result.listed, result.missing, len(result.rows)) == (False, 9, 5, 4)


def test_a_row_that_only_the_whole_day_named_is_kept() -> None:
    result = completed(WindowReading(rows_of(1, 2, 3), 6, 3, proven=False), 1, 2, 7, 8)
    assert {row.url for row in result.rows} == {f"https://x/{n}" for n in (1, 2, 3, 7, 8)}


def test_rows_that_the_list_of_a_day_repeats_are_not_missing() -> None:
    result = completed(WindowReading(rows_of(1, 2, 7), 6, proven=False), 1, 2, 7)
    assert (result.proven, result.listed, result.missing) == (True, 6, 0)


def test_a_row_that_moves_up_behind_the_first_page_is_found_where_the_total_stays() -> None:
    """The third of 15 is removed after the second page was read, and an old one is added at the end."""
    rows = [f"https://x/{n}" for n in range(15)]

    async def ask(_: Window, page: int) -> RollPage:
        if page == 3 and "https://x/2" in rows:
            rows.remove("https://x/2")
            rows.append("https://x/old")
        return RollPage(tuple(Row(url) for url in rows[5 * page - 5 : 5 * page]), len(rows))

    result = reading(ask)
    assert result.proven
    assert {row.url for row in result.rows} == {*rows, "https://x/2"}


def test_rows_that_a_moving_list_repeats_are_not_missing() -> None:
    urls = [f"https://x/{n}" for n in "aabcdefg"]

    async def ask(_: Window, page: int) -> RollPage:
        answer = RollPage(tuple(map(Row, urls[5 * page - 5 : 5 * page])), len(urls))
        if page == 2:
            urls[2:] = [urls[-1], *urls[2:-1]]  # all but the repeated row change their places
        return answer

    result = asyncio.run(read_window(ask, Window("china", 0, 900), ROLL))
    assert (result.proven, result.listed, result.missing) == (False, 8, 0)
