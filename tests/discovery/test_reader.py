"""Reading whole lists: which pages are requested, when a reading ends, and what it proves."""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from newscrawl.discovery.reader import (
    TRIES,
    Fetch,
    ListReader,
    ListReading,
    argument_of,
    failed,
    judged,
    knows_windows,
)
from newscrawl.discovery.roll import day_window, roll_url
from newscrawl.discovery.rows import Row
from newscrawl.discovery.window import WindowReading
from newscrawl.errors import Banned, CutAnswer, ListError
from newscrawl.ledger.proof import Evidence, prove
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Budgets, Channel, Listing, Roll

ROLL = Roll(url="https://list.example/roll", page_size=2)
SITE = msgspec.structs.replace(load_site("sina_finance"), roll=ROLL)
CHINA = Channel(name="china", label="", pageid=155, lid=1686)
DAY = "2026-03-01"
WHERE = "china 2026-03-01"
NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)  # 12:00 in Beijing
WHEN = r"(?:(?P<year>\d{4})-)?(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d)"
START = int(day_window("china", DAY, SITE.zone).start)
NO_LIST = b"<html>busy</html>"
TIMEOUT = ListError("list_timeout", "no answer")
Answer = bytes | Exception


class Lists:
    """Answers by URL, one after another; the last one is repeated. `asked`: the URLs that were requested."""

    def __init__(self, answers: dict[str, Answer | Sequence[Answer]]) -> None:
        self.answers = {
            url: [each] if isinstance(each, (bytes, Exception)) else [*each] for url, each in answers.items()
        }
        self.answers.setdefault(PROBE, [roll(0)])
        self.asked: list[str] = []

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        known = self.answers[url]
        answer = known.pop(0) if len(known) > 1 else known[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def reader_of(fetch: Fetch, clock: Callable[[], datetime] = lambda: NOON, site: Any = SITE) -> ListReader:
    return ListReader(site, fetch, clock)


def page_url(page: int, day: str = DAY) -> str:
    return roll_url(ROLL, CHINA, day_window("china", day, SITE.zone), page, SITE.zone)


PROBE = page_url(1, "2026-02-28")  # the day before, by which a list shows that it keeps windows


def roll(total: int, *numbers: int) -> bytes:
    rows = [{"url": address(number), "ctime": START + number} for number in numbers]
    return json.dumps({"result": {"total": total, "data": rows}}).encode()


def address(number: int) -> str:
    return f"https://finance.sina.com.cn/{number}"


def roll_rows(*numbers: int) -> tuple[Row, ...]:
    return tuple(Row(address(number), ctime=START + number) for number in numbers)


def whole(*rows: Row, listed: int = 0) -> ListReading:
    return ListReading(rows, listed or len(rows), prove(Evidence(ended=True)))


def broken(rows: Sequence[Row], reason: str, where: str, detail: str, listed: int = 0, missing: int = 0) -> ListReading:
    count = listed or len(rows)
    return ListReading(tuple(rows), count, missing=missing, reason=reason, where=where, detail=detail)


def read_day(fetch: Lists, *, had_rows: bool = False) -> ListReading:
    return asyncio.run(reader_of(fetch).read_day(CHINA, DAY, had_rows=had_rows))


# The roll API


def test_a_day_of_one_page_takes_one_request() -> None:
    fetch = Lists({page_url(1): roll(1, 1)})
    reader = reader_of(fetch)
    reading = asyncio.run(reader.read_day(CHINA, DAY, had_rows=True))
    assert reading == whole(*roll_rows(1))
    assert (reading.missing, reading.reason, reading.where, reading.detail) == (0, "", "", "")
    assert fetch.asked == [page_url(1), PROBE]
    assert reader.pages_read == 2


def test_a_day_of_two_pages_takes_the_first_page_again() -> None:
    fetch = Lists({page_url(1): roll(3, 1, 2), page_url(2): roll(3, 3)})
    reader = reader_of(fetch)
    assert asyncio.run(reader.read_day(CHINA, DAY, had_rows=False)) == whole(*roll_rows(1, 2, 3))
    assert fetch.asked == [page_url(1), page_url(2), page_url(1), PROBE]
    assert reader.pages_read == 4


def test_a_day_that_counts_more_rows_than_it_gives_is_short() -> None:
    reading = read_day(Lists({page_url(1): roll(2, 1), page_url(2): roll(2)}))
    assert reading == broken(roll_rows(1), "list_short", WHERE, "1 of its rows may be missing", 2, 1)


WINDOW = day_window("china", DAY, SITE.zone)


def test_what_a_window_proves() -> None:
    rows = roll_rows(1)
    assert judged(WindowReading(rows, 3), WINDOW, WHERE, keeps_windows=True) == whole(*rows, listed=3)
    for reading, reason, detail in (
        (WindowReading(rows, 3, 2, proven=False), "list_short", "2 of its rows may be missing"),
        (WindowReading(rows, 3, 0, proven=False), "list_moving", "some of its rows may be missing"),
    ):
        missing = reading.missing
        expected = broken(rows, reason, WHERE, detail, 3, missing)
        assert judged(reading, WINDOW, WHERE, keeps_windows=True) == expected


def test_rows_of_other_days_are_left_out_and_prove_nothing() -> None:
    rows, other = roll_rows(1, 2), Row(address(3), ctime=START - 1)
    reading = judged(WindowReading((*rows, other), 3), WINDOW, WHERE, keeps_windows=True)
    assert reading == broken(rows, "list_elsewhere", WHERE, "1 of its rows are of other days", 2)


def test_rows_that_were_published_after_the_day_are_kept_and_prove_nothing() -> None:
    late = Row(address(3), ctime=START + 400 * 86400, intime=START)
    reading = judged(WindowReading((late,), 1), WINDOW, WHERE, keeps_windows=True)
    assert reading == broken((late,), "list_elsewhere", WHERE, "1 of its rows are of other days")


def test_a_list_that_has_the_same_rows_for_every_day_proves_nothing() -> None:
    rows = roll_rows(1)
    reading = judged(WindowReading(rows, 1), WINDOW, WHERE, keeps_windows=False)
    assert reading == broken(rows, "list_elsewhere", WHERE, "each day has the same rows")


@pytest.mark.parametrize("times", [True, False])
def test_a_list_that_ignores_what_it_is_asked_is_found_out_by_the_day_before(times: bool) -> None:
    rows = [{"url": address(number), **({"ctime": START + number} if times else {})} for number in (1, 2)]
    same = json.dumps({"result": {"total": 2, "data": rows}}).encode()
    nothing = json.dumps({"result": {"total": 2, "data": []}}).encode()
    fetch = Lists({page_url(1): same, page_url(2): nothing, PROBE: same, page_url(2, "2026-02-28"): nothing})
    reader = reader_of(fetch)
    reading = asyncio.run(reader.read_day(CHINA, DAY, had_rows=False))
    assert (reading.reason, numbers(reading)) == ("list_elsewhere", [1, 2])
    before = asyncio.run(reader.read_day(CHINA, "2026-02-28", had_rows=False))
    assert (before.reason, numbers(before)) == ("list_elsewhere", [] if times else [1, 2])
    assert fetch.asked.count(PROBE) == (1 if times else 2)  # the second reads the list again after its end


def test_a_page_that_was_read_before_its_turn_is_not_asked_for_again() -> None:
    fetch = Lists({page_url(1): roll(1, 1), PROBE: [roll(1, -5), roll(9, 9)]})
    reader = reader_of(fetch)
    for day, expected in ((DAY, roll_rows(1)), ("2026-02-28", roll_rows(-5))):
        assert asyncio.run(reader.read_day(CHINA, day, had_rows=False)) == whole(*expected)
    assert fetch.asked == [page_url(1), PROBE]


def test_a_day_is_not_proven_while_nobody_knows_whether_its_list_keeps_windows() -> None:
    fetch = Lists({page_url(1): roll(1, 1), PROBE: TIMEOUT})
    assert read_day(fetch) == broken(roll_rows(1), "list_timeout", PROBE, "no answer")


def test_other_rows_of_the_window_show_that_a_list_keeps_windows() -> None:
    known = [Row("", docid="a"), *roll_rows(1)]
    assert not knows_windows(known, WINDOW, known)
    assert not knows_windows([Row(address(2), ctime=START - 1)], WINDOW, known)
    assert not knows_windows([*known, Row("", docid="b")], WINDOW, known)  # one that came meanwhile shows nothing
    assert knows_windows([Row("", docid="b")], WINDOW, known)


def test_a_list_without_rows_shows_nothing_about_windows() -> None:
    fetch = Lists({page_url(1): roll(0)})
    reader = reader_of(fetch)
    assert asyncio.run(reader.read_day(CHINA, DAY, had_rows=False)) == whole()
    assert reader.keeps_windows == {}


class Endless(Lists):
    """A list without end: each page has `size` fresh rows, and the total that `total` says of the number of the first."""

    def __init__(self, total: Callable[[int], int | None], size: int = 2) -> None:
        super().__init__({})
        self.total, self.size = total, size

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        first = self.size * len(self.asked)
        rows = [{"url": address(first + each), "ctime": START + each % 80000} for each in range(self.size)]
        return json.dumps({"result": {"data": rows, "total": self.total(first)}}).encode()


SMALL = msgspec.structs.replace(SITE, budgets=Budgets(requests=40))


@pytest.mark.parametrize(
    ("total", "size", "asked", "what"),
    [
        pytest.param(
            lambda _: None, 2, 8, "it counts no total, and was not at its end after 8 pages", id="no total",
            marks=pytest.mark.fault("list", "a list without end", "fresh rows on each page, no total", "200 pages of a day are read"),
        ),
        pytest.param(
            lambda first: first + 3, 2, 40, "it was not at its end after 40 requests", id="growing",
            marks=pytest.mark.fault("list", "a list without end", "fresh rows, a total that grows", "1,000 requests for a day"),
        ),
        pytest.param(
            lambda _: 90_000, 2, 40, "it was not at its end after 40 requests", id="large",
            marks=pytest.mark.fault("list", "a list without end", "fresh rows, a total of 90,000", "1,000 requests for a day"),
        ),
        pytest.param(
            lambda _: 90_000, 1500, 2, "it gave more than 2,000 rows", id="rows",
            marks=pytest.mark.fault("list", "pages with 30 times the rows that were asked for", "without end", "50,000 rows of a day"),
        ),
    ],
)  # fmt: skip
def test_a_list_without_end_is_read_to_its_budget(
    total: Callable[[int], int | None], size: int, asked: int, what: str
) -> None:
    reader = reader_of(fetch := Endless(total, size), site=SMALL)
    reading = asyncio.run(reader.read_day(CHINA, DAY, had_rows=False))
    expected = ("list_moving", WHERE, f"{what}; raise budgets.requests in a --site file")
    assert (reading.reason, reading.where, reading.detail) == expected
    assert len(fetch.asked) == asked
    assert reading.rows
    assert not reading.proof


@pytest.mark.parametrize(("total", "asked"), [(None, 200), (10**5 - 1, 1000)])
def test_a_day_has_1000_requests_and_200_pages_without_a_total(total: int | None, asked: int) -> None:
    assert read_day(fetch := Endless(lambda _: total)).reason == "list_moving"
    assert len(fetch.asked) == asked


def test_a_total_without_bounds_is_a_limit_of_the_server() -> None:
    """Its windows are read in halves, of ten minutes at last."""
    fetch = Endless(lambda _: 10**9)
    assert read_day(fetch).reason == "list_moving"
    assert len(fetch.asked) < 1000


@pytest.mark.fault("list", "the same page for ever", "50 rows, no total, whatever page is asked for", "read twice")
def test_a_list_that_gives_the_same_page_for_ever_ends() -> None:
    async def fetch(url: str) -> bytes:
        asked.append(url)
        return json.dumps({"result": {"data": [{"url": address(1), "ctime": START}]}}).encode()

    asked: list[str] = []
    asyncio.run(reader_of(fetch).read_day(CHINA, DAY, had_rows=False))
    assert len(asked) < 20


def test_a_list_without_end_does_not_eat_the_budget_of_another() -> None:
    site = msgspec.structs.replace(SITE, budgets=Budgets(requests=200))
    reader = reader_of(fetch := Endless(lambda first: first + 3), site=site)
    other = msgspec.structs.replace(CHINA, name="stock")
    for channel, expected in ((CHINA, 200), (CHINA, 100), (other, 200), (CHINA, 50)):
        before = len(fetch.asked)
        assert asyncio.run(reader.read_day(channel, DAY, had_rows=False)).reason == "list_moving"
        assert len(fetch.asked) - before == expected


def test_a_list_has_a_budget_of_the_run() -> None:
    site = msgspec.structs.replace(SITE, budgets=Budgets(requests=40, run_requests=100))
    reader = reader_of(fetch := Endless(lambda first: first + 3), site=site)
    details = [asyncio.run(reader.read_day(CHINA, DAY, had_rows=False)).detail for _ in range(4)]
    assert details == [
        *2 * ["it was not at its end after 40 requests; raise budgets.requests in a --site file"],
        *2 * ["its list took 100 requests in this run; raise budgets.run_requests in a --site file"],
    ]
    assert (len(fetch.asked), reader.spending.spent) == (100, {"china"})


def test_requests_that_fail_count() -> None:
    site = msgspec.structs.replace(SITE, budgets=Budgets(requests=2))
    reader = reader_of(fetch := Lists({page_url(1): TIMEOUT}), site=site)
    assert asyncio.run(reader.read_day(CHINA, DAY, had_rows=False)).reason == "list_moving"
    assert len(fetch.asked) == 2


@pytest.mark.parametrize("bad", [NO_LIST, TIMEOUT])
def test_a_page_that_fails_twice_is_read_at_the_third_request(bad: Answer) -> None:
    fetch = Lists({page_url(1): [bad, bad, roll(1, 1)]})
    reader = reader_of(fetch)
    assert asyncio.run(reader.read_day(CHINA, DAY, had_rows=False)) == whole(*roll_rows(1))
    assert fetch.asked == [*3 * [page_url(1)], PROBE]
    assert reader.pages_read == 2


def test_a_page_that_fails_three_times_fails_its_day_and_the_rows_before_it_are_kept() -> None:
    assert TRIES == 3
    fetch = Lists({page_url(1): roll(3, 1, 2), page_url(2): TIMEOUT})
    reader = reader_of(fetch)
    reading = asyncio.run(reader.read_day(CHINA, DAY, had_rows=False))
    assert reading == broken(roll_rows(1, 2), "list_timeout", page_url(2), "no answer")
    assert fetch.asked == [page_url(1), *3 * [page_url(2)]]
    assert reader.pages_read == 1


def test_the_last_failure_of_a_page_counts() -> None:
    fetch = Lists({page_url(1): [TIMEOUT, TIMEOUT, NO_LIST]})
    reading = read_day(fetch)
    assert (reading.reason, reading.detail) == ("list_unreadable", "the answer is HTML")


@pytest.mark.parametrize("error", [Banned("403"), RuntimeError("a bug")])
def test_a_ban_and_a_bug_are_raised_at_once(error: Exception) -> None:
    fetch = Lists({page_url(1): error})
    with pytest.raises(type(error)):
        read_day(fetch)
    assert len(fetch.asked) == 1


def test_rows_that_were_read_before_a_ban_are_kept() -> None:
    why = "the run was given up before it was read whole"
    fetch = Lists({page_url(1): roll(3, 1, 2), page_url(2): Banned("403")})
    assert read_day(fetch) == broken(roll_rows(1, 2), "list_unread", WHERE, why)
    fetch = Lists({"https://list.example/p1": html((1, None)), "https://list.example/p2": Banned("403")})
    assert read_list(fetch, listing()) == broken((Row(address(1), "1"),), "list_unread", "page", why)


def test_a_ban_before_any_row_of_a_list_is_raised() -> None:
    with pytest.raises(Banned):
        read_list(Lists({"https://list.example/p1": Banned("403")}), listing())


def test_a_day_that_had_rows_is_read_again_before_it_is_empty() -> None:
    fetch = Lists({page_url(1): roll(0)})
    empty = broken((), "list_empty", WHERE, "its list was not empty before")
    assert read_day(fetch, had_rows=True) == empty
    assert len(fetch.asked) == 2


def test_a_day_that_lacks_rows_of_an_earlier_reading_is_read_again() -> None:
    """One answer takes no row off a list; the second one does."""

    def lacks(rows: Sequence[Row]) -> bool:
        return Row(address(7), ctime=START + 7) not in rows

    for number in (7, 8):
        fetch = Lists({page_url(1): [roll(1, 8), roll(1, number)], PROBE: roll(0)})
        reading = asyncio.run(reader_of(fetch).read_day(CHINA, DAY, had_rows=True, lacks=lacks))
        assert reading == whole(*roll_rows(number))
        assert fetch.asked == [page_url(1), page_url(1), PROBE]


def test_a_day_that_had_rows_may_have_them_again() -> None:
    assert read_day(Lists({page_url(1): [roll(0), roll(1, 7)]}), had_rows=True) == whole(*roll_rows(7))


def test_a_day_that_had_no_rows_may_be_empty() -> None:
    fetch = Lists({page_url(1): roll(0)})
    assert read_day(fetch, had_rows=False) == whole()
    assert len(fetch.asked) == 1


def test_a_second_reading_may_fail() -> None:
    reading = read_day(Lists({page_url(1): [roll(0), TIMEOUT]}), had_rows=True)
    assert (reading.reason, reading.where) == ("list_timeout", page_url(1))


def test_a_site_without_a_roll_api_has_no_days() -> None:
    fetch = Lists({})
    reader = reader_of(fetch, site=msgspec.structs.replace(SITE, roll=None))
    reading = asyncio.run(reader.read_day(CHINA, DAY, had_rows=False))
    assert reading == broken((), "list_unreadable", WHERE, "the site has no roll API")


def test_a_failed_reading_has_each_row_once() -> None:
    old, new = Row(address(1), "old"), Row(address(1), "new")
    reading = failed([old, Row(address(2)), new], ListError("list_timeout", "no answer", "https://list.example/"))
    assert reading == broken((new, Row(address(2))), "list_timeout", "https://list.example/", "no answer")


# HTML lists


def listing(url: str = "https://list.example/p{page}", **values: Any) -> Listing:
    return Listing(**{"name": "page", "label": "", "kind": "html", "url": url, "rows": "li a", "when": WHEN, **values})


def html(*rows: tuple[int, datetime | None], following: str = "") -> bytes:
    items = [
        f'<li><a href="{address(number)}">{number}</a> {f"{when.astimezone(SITE.zone):%Y-%m-%d %H:%M}" if when else ""}</li>'
        for number, when in rows
    ]
    link = f'<a class="next" href="{following}">next</a>' if following else ""
    return f"<ul>{''.join(items)}</ul>{link}".encode()


def read_list(
    fetch: Lists, which: Listing, name: str = "page", since: datetime = NOON, watermark: int | None = None
) -> ListReading:
    return asyncio.run(reader_of(fetch).read_list(which, name, since.timestamp(), watermark))


def numbers(reading: ListReading) -> list[int]:
    return [int(row.url.rpartition("/")[2]) for row in reading.rows]


BEFORE = NOON - timedelta(minutes=1)


def test_a_list_is_read_until_a_page_is_older_than_the_span() -> None:
    fetch = Lists({
        "https://list.example/p1": html((1, NOON + timedelta(hours=1)), (2, BEFORE)),
        "https://list.example/p2": html((3, NOON)),
        "https://list.example/p3": html((4, BEFORE), (5, BEFORE)),
    })  # fmt: skip
    reader = reader_of(fetch)
    reading = asyncio.run(reader.read_list(listing(), "page", NOON.timestamp(), None))
    assert reading.proof
    assert (numbers(reading), reading.listed, reading.missing) == ([1, 2, 3, 4, 5], 5, 0)
    assert reading.rows[2] == Row(address(3), "3", ctime=int(NOON.timestamp()))
    assert fetch.asked == [f"https://list.example/p{page}" for page in (1, 2, 3)]
    assert reader.pages_read == 3


def test_a_list_ends_with_two_pages_that_have_no_new_row() -> None:
    pages = {1: html((1, None), (2, None)), 2: html((2, None)), 3: html((2, None))}
    fetch = Lists({f"https://list.example/p{page}": answer for page, answer in pages.items()})
    reading = read_list(fetch, listing())
    assert (numbers(reading), reading.listed, reading.reason) == ([1, 2], 2, "")
    assert len(fetch.asked) == 3


def test_a_row_of_any_earlier_page_is_not_new() -> None:
    pages = {1: html((1, None)), 2: html((2, None)), 3: html((1, None)), 4: html((2, None))}
    fetch = Lists({f"https://list.example/p{page}": answer for page, answer in pages.items()})
    assert read_list(fetch, listing()).proof
    assert len(fetch.asked) == 4


def test_addresses_are_relative_to_their_page() -> None:
    fetch = Lists({"https://list.example/p1": b'<li><a href="1.shtml">1</a></li>'})
    assert read_list(fetch, listing("https://list.example/p1")).rows == (Row("https://list.example/1.shtml", "1"),)


def test_only_new_rows_say_how_old_a_page_is() -> None:
    """A list of the newest on each page: the pinned row 1 does not keep the reading going."""
    pinned = (1, NOON + timedelta(hours=1))
    fetch = Lists({"https://list.example/p1": html(pinned), "https://list.example/p2": html(pinned, (2, BEFORE))})
    assert numbers(read_list(fetch, listing())) == [1, 2]


def test_a_list_ends_before_its_page_without_rows() -> None:
    fetch = Lists({"https://list.example/p1": html((1, None)), "https://list.example/p2": b"<p>no more</p>"})
    reading = read_list(fetch, listing())
    assert reading.proof
    assert numbers(reading) == [1]


TITLED = "<html><head><title>滚动 第{}页</title></head><body><ul>{}</ul></body></html>"


@pytest.mark.parametrize(
    ("second", "ends"),
    [
        (TITLED.format(2, "<p>没有了</p>"), True),
        (TITLED.format(2, "").removesuffix("</body></html>"), False),  # cut off, perhaps before its rows
        ("<html><head><title>系统繁忙</title></head><body>请稍后再试</body></html>", False),
        ("系统繁忙", False),
    ],
)
def test_only_a_whole_page_of_the_list_is_the_one_after_its_last(second: str, *, ends: bool) -> None:
    first = TITLED.format(1, html((1, None)).decode())
    reading = read_list(
        Lists({"https://list.example/p1": first.encode(), "https://list.example/p2": second.encode()}), listing()
    )
    assert (reading.reason, numbers(reading)) == ("" if ends else "list_empty", [1])


def test_a_page_that_is_cut_off_behind_its_list_may_have_lost_the_link_to_the_next() -> None:
    page = f"<html><body><ul>{html((1, NOON)).decode()}</ul><a class='next' href='?2'>"
    for text, reason in ((page[: page.index("<a class")], "list_short"), (f"{page[:-32]}</body></html>", "")):
        fetch = Lists({"https://list.example/": text.encode()})
        assert read_list(fetch, listing("https://list.example/", next="a.next")).reason == reason
        assert (
            read_list(fetch, listing("https://list.example/")).reason == ""
        )  # without further pages it does not matter


def test_a_list_that_names_nothing_any_more_is_empty() -> None:
    for kind, answer in (("feed", b"<rss><channel></channel></rss>"), ("sitemap", b"<urlset></urlset>")):
        reader = reader_of(Lists({FEED: answer}))
        for had_rows, reason in ((True, "list_empty"), (False, "")):
            reading = asyncio.run(reader.read_list(listing(FEED, kind=kind), "feed", 0, 1, had_rows=had_rows))
            assert (reading.reason, reading.newer) == (reason, None)


def test_a_feed_without_times_of_publication_has_a_gap_by_those_of_its_changes() -> None:
    entry = "<entry><link href='/1'/><updated>2026-03-01T12:00:00+08:00</updated></entry>"
    fetch = Lists({FEED: f"<feed>{entry}</feed>".encode(), MAP: sitemap(1)})
    mark = int(NOON.timestamp()) - 1
    assert read_list(fetch, listing(FEED, kind="feed"), "feed", watermark=mark).reason == "list_short"
    assert read_list(fetch, listing(FEED, kind="feed"), "feed", watermark=mark + 1).proof
    assert read_list(fetch, listing(MAP, kind="sitemap"), "map", watermark=mark).proof  # all may have changed at once


def test_a_list_whose_first_page_has_no_rows_fails_without_another_request() -> None:
    fetch = Lists({"https://list.example/p1": b"<p>another design</p>"})
    reading = read_list(fetch, listing())
    empty = broken((), "list_empty", "https://list.example/p1", "nothing on the page fits li a")
    assert reading == empty
    assert len(fetch.asked) == 1


def test_a_list_with_a_page_that_is_no_page_fails_and_its_rows_are_kept() -> None:
    fetch = Lists({"https://list.example/p1": html((1, None)), "https://list.example/p2": b" "})
    reading = read_list(fetch, listing())
    assert (numbers(reading), reading.listed, reading.reason) == ([1], 1, "list_unreadable")
    assert (reading.where, reading.detail) == ("https://list.example/p2", "the page is empty")


def test_a_page_of_a_list_without_an_answer_is_requested_three_times() -> None:
    fetch = Lists({"https://list.example/p1": TIMEOUT})
    reading = read_list(fetch, listing())
    assert reading == broken((), "list_timeout", "https://list.example/p1", "no answer")
    assert len(fetch.asked) == 3


def test_a_list_that_is_longer_than_its_limit_is_short() -> None:
    fetch = Lists({f"https://list.example/p{page}": html((page, NOON)) for page in (1, 2, 3)})
    reading = read_list(fetch, listing(max_pages=3), "page:x")
    assert (numbers(reading), reading.reason, reading.where) == ([1, 2, 3], "list_short", "page:x")
    assert reading.detail == "it has more than 3 pages; raise max_pages in a --site file"
    assert reading.newer  # its newest rows are all there
    assert len(fetch.asked) == 3


def test_the_links_to_the_next_page_are_followed() -> None:
    fetch = Lists({
        "https://list.example/": html((1, NOON), following="?2"),
        "https://list.example/?2": html((2, NOON), following="?3"),
        "https://list.example/?3": html((3, NOON)),
    })  # fmt: skip
    reading = read_list(fetch, listing("https://list.example/", next="a.next"))
    assert reading.proof
    assert numbers(reading) == [1, 2, 3]
    assert fetch.asked == ["https://list.example/", "https://list.example/?2", "https://list.example/?3"]


def test_a_list_without_further_pages_has_one() -> None:
    fetch = Lists({"https://list.example/": html((1, NOON), following="?2")})
    assert read_list(fetch, listing("https://list.example/")).proof
    assert fetch.asked == ["https://list.example/"]


def test_the_argument_of_a_list_is_in_the_address_of_each_page() -> None:
    fetch = Lists({
        "https://list.example/sh600000/1": html((1, NOON)),
        "https://list.example/sh600000/2": html((2, BEFORE)),
    })  # fmt: skip
    reading = read_list(fetch, listing("https://list.example/{argument}/{page}"), "stock-news:sh600000")
    assert numbers(reading) == [1, 2]
    assert argument_of("page") == ""


def test_a_time_without_a_year_is_dated_when_its_page_is_read() -> None:
    """The second page waited for its answer over New Year."""
    eve = datetime(2025, 12, 31, 15, 50, tzinfo=UTC)  # 23:50 in Beijing
    clock = iter([eve, eve + timedelta(minutes=20)])
    row = '<li><a href="https://finance.sina.com.cn/{}">t</a> {}</li>'
    fetch = Lists({
        "https://list.example/p1": row.format(1, "12-31 23:40").encode(),
        "https://list.example/p2": row.format(2, "01-01 00:10").encode(),
    })  # fmt: skip
    reader = reader_of(fetch, lambda: next(clock))
    reading = asyncio.run(reader.read_list(listing(max_pages=2), "page", eve.timestamp() - 86400, None))
    assert [row.ctime for row in reading.rows] == [
        int(when.timestamp()) for when in (eve - timedelta(minutes=10), eve + timedelta(minutes=20))
    ]


def test_a_page_without_a_new_row_ends_no_list() -> None:
    """Two articles appear between the first page and the second: the second has the rows of the first."""
    pages = {1: (6, 5), 2: (6, 5), 3: (4, 3), 4: (3,), 5: (3,)}
    answers = {page: html(*((number, None) for number in numbers)) for page, numbers in pages.items()}
    fetch = Lists({f"https://list.example/p{page}": answer for page, answer in answers.items()})
    reading = read_list(fetch, listing())
    assert (numbers(reading), bool(reading.proof)) == ([6, 5, 4, 3], True)


# Feeds and sitemaps

FEED = "https://list.example/feed"
MAP = "https://list.example/map"


def feed(*rows: tuple[int, str]) -> bytes:
    items = (f"<item><link>/{number}</link><pubDate>{when}</pubDate></item>" for number, when in rows)
    return f"<rss><channel>{''.join(items)}</channel></rss>".encode()


def sitemap(*rows: int) -> bytes:
    urls = "".join(f"<url><loc>/{number}</loc><lastmod>2026-03-01T12:00:00</lastmod></url>" for number in rows)
    return f"<urlset>{urls}</urlset>".encode()


def index(*further: int) -> bytes:
    sitemaps = "".join(f"<sitemap><loc>/map{number}</loc></sitemap>" for number in further)
    return f"<sitemapindex>{sitemaps}</sitemapindex>".encode()


def test_a_feed_is_read_with_one_request() -> None:
    fetch = Lists({FEED: feed((1, "2026-03-01T12:00:00"), (2, ""))})
    reader = reader_of(fetch)
    reading = asyncio.run(reader.read_list(listing(FEED, kind="feed"), "feed", NOON.timestamp() + 9999, None))
    rows = (Row("https://list.example/1", ctime=int(NOON.timestamp())), Row("https://list.example/2"))
    assert reading == whole(*rows)
    assert fetch.asked == [FEED]
    assert reader.pages_read == 1


def test_a_feed_that_begins_after_the_watermark_is_short() -> None:
    answer = feed((1, "2026-03-01T13:00:00"), (2, "2026-03-01T12:00:00"), (3, ""))
    mark = int(NOON.timestamp())
    which = listing(FEED, kind="feed")
    reading = read_list(Lists({FEED: answer}), which, "feed", watermark=mark - 1)
    assert numbers(reading) == [1, 2, 3]
    assert (reading.reason, reading.where) == ("list_short", "feed")
    assert reading.detail == "it reaches back to 2026-03-01 12:00"
    assert reading.newer  # the days after its oldest row are whole
    assert read_list(Lists({FEED: answer}), which, "feed", watermark=mark).proof
    assert read_list(Lists({FEED: answer}), which, "feed").proof


def test_a_pinned_entry_does_not_hide_that_a_feed_ends_too_early() -> None:
    answer = feed((9, "2026-01-30T12:00:00"), (1, "2026-03-01T12:00:00"))
    reading = read_list(Lists({FEED: answer}), listing(FEED, kind="feed"), "feed", watermark=START)
    assert (reading.reason, reading.begins) == ("list_short", int(NOON.timestamp()))


def test_a_feed_that_is_no_feed_is_requested_three_times() -> None:
    fetch = Lists({FEED: NO_LIST})
    reading = read_list(fetch, listing(FEED, kind="feed"), "feed")
    wrong = broken((), "list_unreadable", FEED, "the answer is <html>, not <rss>")
    assert reading == wrong
    assert fetch.asked == 3 * [FEED]


def test_a_feed_that_is_cut_off_is_asked_for_again_and_short() -> None:
    whole_feed = feed((1, "2026-03-01T13:00:00"), (2, "2026-03-01T12:00:00"), (3, ""))
    fetch = Lists({FEED: whole_feed[:-30]})
    reading = read_list(fetch, listing(FEED, kind="feed"), "feed")
    assert (numbers(reading), reading.reason, reading.where, reading.detail) == (
        [1, 2],
        "list_short",
        FEED,
        "it was cut off",
    )
    assert not reading.newer
    assert fetch.asked == 3 * [FEED]
    assert numbers(read_list(Lists({FEED: [whole_feed[:-30], whole_feed]}), listing(FEED, kind="feed"), "feed")) == [
        1,
        2,
        3,
    ]


WHY = "the answer is cut off within its gzip data"


def test_of_a_list_that_was_cut_off_on_its_way_the_rest_is_read() -> None:
    answers = {
        "feed": feed((1, "2026-03-01T13:00:00"), (2, "2026-03-01T12:00:00"), (3, "")),
        "sitemap": sitemap(1, 2, 3),
        "html": b"<html><body><ul>" + html((1, NOON), (2, NOON), (3, NOON)) + b"</ul></body></html>",
    }
    for kind, whole_answer in answers.items():
        for left, expected in ((60, {1, 2}), (0, {1, 2, 3})):  # without any rows lost, it was cut nevertheless
            fetch = Lists({FEED: CutAnswer(WHY, whole_answer[: len(whole_answer) - left])})
            reading = read_list(fetch, listing(FEED, kind=kind), "feed")
            assert (reading.reason, reading.where, reading.detail) == ("list_short", FEED, WHY)
            assert {*numbers(reading)} <= expected
            assert 1 in numbers(reading)
            assert fetch.asked == 3 * [FEED]


def test_an_answer_that_was_cut_off_before_anything_can_be_read() -> None:
    fetch = Lists({FEED: CutAnswer(WHY, b""), page_url(1): CutAnswer(WHY, roll(1, 1)[:20])})
    assert read_list(fetch, listing(FEED, kind="feed"), "feed") == broken((), "list_short", FEED, WHY)
    assert read_day(fetch) == broken((), "list_broken", page_url(1), WHY)


def test_a_page_of_a_list_that_is_cut_off_is_short() -> None:
    page = b"<html><body><ul>" + html((1, NOON), (2, NOON), (3, NOON)) + b"</ul></body></html>"
    reading = read_list(Lists({FEED: page[: page.rindex(b"</li>")]}), listing(FEED))
    assert (numbers(reading), reading.reason) == ([1, 2], "list_short")


def test_a_sitemap_that_is_cut_off_does_not_keep_the_others_from_being_read() -> None:
    fetch = Lists({MAP: index(1, 2), f"{MAP}1": sitemap(1, 2)[:-12], f"{MAP}2": sitemap(3)})
    reading = read_list(fetch, listing(MAP, kind="sitemap"), "map")
    assert (numbers(reading), reading.reason, reading.where) == ([1, 3], "list_short", f"{MAP}1")


def test_a_list_whose_rows_are_all_newer_than_the_watermark_has_a_gap() -> None:
    fetch = Lists({"https://list.example/": html((1, NOON))})
    which = listing("https://list.example/")
    assert read_list(fetch, which, watermark=int(NOON.timestamp()) - 1).reason == "list_short"
    assert read_list(fetch, which, watermark=int(NOON.timestamp())).proof


def test_a_sitemap_and_those_that_it_names_are_read_once_each() -> None:
    fetch = Lists({
        MAP: index(2, 1),
        f"{MAP}2": index(1, 3),
        f"{MAP}1": sitemap(1, 2),
        f"{MAP}3": sitemap(2, 3),
    })  # fmt: skip
    reading = read_list(fetch, listing(MAP, kind="sitemap"), "map", watermark=1)
    assert fetch.asked == [MAP, f"{MAP}2", f"{MAP}1", f"{MAP}3"]
    assert (numbers(reading), reading.listed, reading.reason) == ([1, 2, 3], 3, "")
    assert reading.rows[0] == Row("https://list.example/1", mtime=int(NOON.timestamp()))


def test_a_sitemap_that_cannot_be_read_is_named() -> None:
    fetch = Lists({MAP: index(1, 2), f"{MAP}1": sitemap(1), f"{MAP}2": NO_LIST})
    reading = read_list(fetch, listing(MAP, kind="sitemap"), "map")
    assert (numbers(reading), reading.reason, reading.where) == ([1], "list_unreadable", f"{MAP}2")
    assert fetch.asked == [MAP, f"{MAP}1", *3 * [f"{MAP}2"]]


class Maps(Lists):
    """Sitemaps that name others for ever: `names` says which, by the number of the request."""

    def __init__(self, names: Callable[[int], Sequence[int]]) -> None:
        super().__init__({})
        self.names = names

    async def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        return index(*self.names(len(self.asked)))


@pytest.mark.parametrize(
    ("names", "asked", "what"),
    [
        pytest.param(
            lambda number: (2 * number, 2 * number + 1), 40, "it was not at its end after 40 requests", id="two",
            marks=pytest.mark.fault("list", "sitemaps that name sitemaps for ever", "two fresh ones each", "1,000 requests"),
        ),
        pytest.param(
            lambda number: range(900 * number, 900 * number + 900), 9, "it gave more than 8,000 rows", id="many",
            marks=pytest.mark.fault("list", "sitemaps that name sitemaps for ever", "thousands each", "200,000 addresses"),
        ),
    ],
)  # fmt: skip
def test_sitemaps_without_end_are_read_to_the_budget(
    names: Callable[[int], Sequence[int]], asked: int, what: str
) -> None:
    reader = reader_of(fetch := Maps(names), site=SMALL)
    reading = asyncio.run(reader.read_list(listing(MAP, kind="sitemap"), "map", NOON.timestamp(), None))
    expected = ("list_moving", "map", f"{what}; raise budgets.requests in a --site file")
    assert (reading.reason, reading.where, reading.detail) == expected
    assert len(fetch.asked) == asked
    assert reading.newer is None


@pytest.mark.fault("list", "sitemaps that name each other", "in a circle", "each is read once")
def test_sitemaps_in_a_circle_are_read_once() -> None:
    fetch = Maps(lambda _: (1, 2, 3, 1))
    assert read_list(fetch, listing(MAP, kind="sitemap"), "map").proof
    assert len(fetch.asked) == 4


@pytest.mark.fault(
    "list",
    "pages of an HTML list without end",
    "each links a fresh one, with fresh rows",
    "max_pages, or 1,000 requests",
)
@pytest.mark.parametrize(
    ("most", "asked", "reason", "key"),
    [(20, 20, "list_short", "max_pages"), (10**6, 40, "list_moving", "budgets.requests")],
)  # fmt: skip
def test_an_html_list_without_end_is_read_to_its_budget(most: int, asked: int, reason: str, key: str) -> None:
    async def fetch(url: str) -> bytes:
        urls.append(url)
        return html((len(urls), None), following=f"/p{len(urls)}")

    urls: list[str] = []
    endless = listing("https://list.example/p", next="a.next", max_pages=most)
    reading = asyncio.run(reader_of(fetch, site=SMALL).read_list(endless, "page", NOON.timestamp(), None))
    assert (len(urls), reading.reason, reading.proof) == (asked, reason, None)
    assert f"; raise {key} in a --site file" in reading.detail


def test_two_pages_without_a_new_row_end_a_list_only_one_after_the_other() -> None:
    """New articles appear twice while it is read."""
    pages = {1: (8, 7), 2: (8, 7), 3: (6, 5), 4: (6, 5), 5: (4, 3), 6: (3,), 7: (3,)}
    answers = {page: html(*((number, None) for number in numbers)) for page, numbers in pages.items()}
    fetch = Lists({f"https://list.example/p{page}": answer for page, answer in answers.items()})
    reading = read_list(fetch, listing())
    assert (numbers(reading), bool(reading.proof)) == ([8, 7, 6, 5, 4, 3], True)


def test_a_pinned_row_does_not_hide_where_a_list_that_is_too_long_begins() -> None:
    old = NOON - timedelta(days=30)
    rows = {1: ((9, old), (1, NOON + timedelta(minutes=2))), 2: ((2, NOON + timedelta(minutes=1)),)}
    fetch = Lists({f"https://list.example/p{page}": html(*each) for page, each in rows.items()})
    reading = read_list(fetch, listing(max_pages=2))
    assert (reading.reason, reading.begins) == ("list_short", int(NOON.timestamp()) + 60)


def test_a_row_at_the_end_of_a_window_may_be_in_both() -> None:
    row = Row(address(1), intime=WINDOW.start)
    assert knows_windows([row], WINDOW.before(), [row])


def test_a_row_that_is_of_a_later_day_is_counted_once() -> None:
    late = Row(address(3), ctime=START + 400 * 86400)
    reading = judged(WindowReading((*roll_rows(1), late), 2), WINDOW, WHERE, keeps_windows=True)
    assert reading.detail == "1 of its rows are of other days"
