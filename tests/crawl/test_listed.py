"""Rows of lists as items of the ledger: their keys, and why one is not fetched."""

from dataclasses import replace
from datetime import datetime

import msgspec
import pytest

from newscrawl.crawl.listed import by_day, listed_item, skip_reason
from newscrawl.discovery.reader import ListReading
from newscrawl.discovery.rows import Row
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.proof import Evidence, Proof, prove
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Refusal, Skip
from newscrawl.sites.urls import short_hash
from tests.support.hostile import found_in, hostile

SINA = load_site("sina_finance")
PEOPLE = load_site("people_finance")
DATED = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
OTHER = "https://finance.sina.com.cn/other.html"


def test_an_item_has_the_address_the_key_and_the_times_of_its_row() -> None:
    row = Row(DATED.replace("https", "http") + "?from=x", "title", "", 1, 2, 3)
    assert listed_item(row, SINA) == ListedItem("abcdefg0000001", DATED, "title", "", 1, 2, 3)


@pytest.mark.parametrize(
    ("url", "docid", "key"),
    [
        (OTHER, "abcdefg0000002", "abcdefg0000002"),  # the address has no id
        (DATED, "abcdefg0000002", "abcdefg0000001"),  # it has one
        (OTHER, "abcdefg000000", short_hash(OTHER)),  # the row's is none
        ("https://finance.sina.com.cn/china/20260301/02427372262.shtml", "abcdefg0000002", "abcdefg0000002"),
    ],
)
def test_the_key_is_the_id_of_the_address_else_of_the_row(url: str, docid: str, key: str) -> None:
    assert listed_item(Row(url, docid=docid), SINA).key == key


def test_the_key_has_the_prefix_of_the_site() -> None:
    site = msgspec.structs.replace(SINA, prefix="x-")
    assert listed_item(Row(OTHER, docid="abcdefg0000002"), site).key == "x-abcdefg0000002"
    assert listed_item(Row(DATED, docid="abcdefg0000002"), site).key == "x-abcdefg0000001"


def test_without_a_roll_api_the_key_is_that_of_the_address() -> None:
    url = "http://finance.people.com.cn/n1/2026/0306/c1004-40676058.html"
    for docid in ("abcdefg0000002", ""):
        assert listed_item(Row(url, docid=docid), PEOPLE).key == "people-40676058-20260306"
    assert listed_item(Row(OTHER, docid="XX(?!)XX"), msgspec.structs.replace(SINA, roll=None)).key == short_hash(OTHER)


@pytest.mark.parametrize(
    ("row", "key"),
    [
        (Row("no url", "t", "abcdefg0000002", 1, 2, 3), "abcdefg0000002"),
        (Row("no url", "t", "x", 1, 2, 3), short_hash("no url")),
        (Row("", "t", "x", 1, 2, 3), short_hash("x")),
    ],
)
def test_a_row_without_a_web_address_is_not_fetched(row: Row, key: str) -> None:
    assert listed_item(row, SINA) == ListedItem(key, row.url, "t", "bad_url", 1, 2, None)


def test_a_row_that_is_skipped_has_the_reason() -> None:
    item = listed_item(Row("http://blog.sina.com.cn/s/blog_1.html", mtime=3), SINA)
    assert (item.reason, item.url, item.mtime) == ("blog", "https://blog.sina.com.cn/s/blog_1.html", 3)


def test_why_a_row_is_not_fetched() -> None:
    site = msgspec.structs.replace(
        SINA,
        refusals=(Refusal(reason="titled", title="x", why=""), Refusal(reason="refusal", url="/a", why="")),
        skips=(Skip(reason="skip", url="/(?:a|b)$", why=""),),
    )
    reasons = {
        "https://finance.sina.com.cn/a": "refusal",
        "https://finance.sina.com.cn/b": "skip",
        "https://example.org/b": "skip",
        "https://example.org/c": "offsite",
        "https://finance.sina.com.cn/c": "",
    }
    assert {url: skip_reason(url, site) for url in reasons} == reasons


def row(number: int, day: int) -> Row:
    noon = datetime(2026, 3, day, 12, tzinfo=SINA.zone)
    return Row(f"https://finance.sina.com.cn/{number}", ctime=int(noon.timestamp()))


DAYS = ("2026-03-04", "2026-03-03", "2026-03-02")
ROWS = (row(1, 2), row(2, 3), row(3, 2), row(4, 1), Row("https://finance.sina.com.cn/5"))


PROOF = prove(Evidence(ended=True))


def whole(*rows: Row) -> ListReading:
    return ListReading(rows, len(rows), PROOF)


def broken(reason: str, *rows: Row, newer: Proof | None = None) -> ListReading:
    return ListReading(rows, len(rows), reason=reason, newer=newer)


def test_a_list_is_parted_into_its_days_the_newest_first() -> None:
    assert by_day(whole(*ROWS), DAYS, (), SINA, "2026-03-03") == [
        ("2026-03-03", whole(ROWS[1], ROWS[4])),
        ("2026-03-02", whole(ROWS[0], ROWS[2])),
    ]
    assert by_day(whole(ROWS[3]), DAYS, (), SINA, "2026-03-03") == []
    assert by_day(whole(), DAYS, (), SINA, "2026-03-03") == [("2026-03-04", whole())]


def test_a_reading_speaks_of_the_days_that_the_list_had_before() -> None:
    known = ("2026-03-03", "2026-02-01")
    assert by_day(whole(ROWS[0]), DAYS, known, SINA, "") == [("2026-03-03", whole()), ("2026-03-02", whole(ROWS[0]))]
    assert by_day(broken("list_dns"), DAYS, known, SINA, "") == [
        ("2026-03-04", broken("list_dns")),
        ("2026-03-03", broken("list_dns")),
    ]


def test_a_list_that_ends_early_proves_the_days_after_its_oldest_row() -> None:
    short = broken("list_short", *ROWS[:3], newer=PROOF)
    assert by_day(short, DAYS, ("2026-03-04",), SINA, "") == [
        ("2026-03-04", whole()),
        ("2026-03-03", whole(ROWS[1])),
        ("2026-03-02", broken("list_short", ROWS[0], ROWS[2])),
    ]
    begins = datetime(2026, 3, 3, 12, tzinfo=SINA.zone)  # the rows before it are pinned
    pinned = replace(short, begins=int(begins.timestamp()))
    assert by_day(pinned, DAYS, (), SINA, "") == [
        ("2026-03-03", broken("list_short", ROWS[1])),
        ("2026-03-02", broken("list_short", ROWS[0], ROWS[2])),
    ]
    older = broken("list_short", ROWS[0], ROWS[3], newer=PROOF)  # its oldest row is of a day before these
    assert by_day(older, DAYS, (), SINA, "") == [("2026-03-02", whole(ROWS[0]))]


def test_a_list_that_failed_proves_no_day() -> None:
    assert by_day(broken("list_timeout", ROWS[0]), DAYS, (), SINA, "") == [
        ("2026-03-04", broken("list_timeout")),
        ("2026-03-02", broken("list_timeout", ROWS[0])),
    ]


@pytest.mark.fault(
    "terminal",
    "controls",
    "a list with them in titles, ids and addresses, as JSON escapes too",
    "no item of the ledger holds one",
)
def test_no_item_holds_a_control() -> None:
    for place in (f"{DATED}?{hostile()}", f"https://finance.sina.com.cn/{hostile()}.html", f"https://{hostile()}/"):
        for url in (place, hostile()):
            item = listed_item(Row(url, f"a\tb{hostile()}", hostile("comos:")), SINA)
            assert item.title.startswith("a b")
            assert found_in(f"{item.key}{item.url}{item.title}") == []
