"""Numbers of any length, in references, in lists, in headers: none is a fault, and one bad row hides no other."""

import json
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scrapy.http import Response

from newscrawl import extract
from newscrawl.answers.model import stored_answer
from newscrawl.answers.numbers import LARGEST_NUMBER, whole_number
from newscrawl.crawl.listed import listed_item
from newscrawl.crawl.middlewares.clock import date_of
from newscrawl.crawl.middlewares.retry_after import retry_after
from newscrawl.crawl.responses import LOST, answer_of
from newscrawl.discovery.days import day_of_row
from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import read_html
from newscrawl.discovery.roll import read_roll
from newscrawl.extraction.headline import without_tags
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.extraction.references import DIGITS, is_reference, unescape, with_short_numbers
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import address
from tests.support.server import article

SITE = load_site("sina_finance")
URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
MANY = "1" * 4301  # as many as Python's `int` refuses
LONG = {
    "decimal": f"&#{MANY};",
    "without an end": f"&#{MANY}",
    "hexadecimal": f"&#x{MANY};",
    "zeros": f"&#{'0' * 5000}65;",
}
BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("reference", LONG.values(), ids=LONG)
def test_a_long_reference_is_text(reference: str) -> None:
    assert unescape(f"&lt;{reference}&gt;") == f"<{reference}>"
    assert is_reference(reference)  # a browser takes it for one


@pytest.mark.parametrize("number", [f"X{MANY}", f"x{'A' * 200}", f"x{'f' * 200}", "1" * 101])
def test_a_long_reference_in_any_letters_is_text(number: str) -> None:
    assert unescape(f"&lt;&#{number};") == f"<&#{number};"
    assert with_short_numbers(f"&#{number};") == f"&#{number[: DIGITS + number[0].isalpha()]};"


def test_only_long_numbers_are_cut() -> None:
    for number in ("1" * DIGITS, "x" + "F" * DIGITS):
        assert with_short_numbers(f"&#{number};") == f"&#{number};"
        assert with_short_numbers(f"&#{number}1a;") == f"&#{number};"


def test_references_of_a_hundred_digits_are_read_as_in_browsers() -> None:
    for digits in (DIGITS - 2, DIGITS):
        assert unescape(f"&#{'0' * (digits - 2)}65;") == "A"
        assert unescape(f"&#x{'0' * (digits - 2)}41;") == "A"
    assert unescape(f"&#{'0' * (DIGITS - 1)}65;") == f"&#{'0' * (DIGITS - 1)}65;"
    assert (unescape(f"&#{'9' * 50};"), unescape("&amp;#65;"), unescape("A&B")) == ("\ufffd", "&#65;", "A&B")
    assert [is_reference(text) for text in ("&#65;", "&#x41", "&#", "&notanything")] == [True, True, False, True]


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind, marks=pytest.mark.fault("page", f"a numeric reference of 4,300 digits and more: {kind}", "in text, title, `alt`", "text as it stands")
        )
        for kind in LONG
    ],
)  # fmt: skip
def test_a_page_with_a_long_reference_is_read(kind: str) -> None:
    escaped = LONG[kind].replace("&", "&amp;")
    page = article(f"题{escaped}", f"文{escaped}<img src=/a.jpg alt='{escaped}'>")
    read = extract(page, URL.format(1))
    assert read.text.startswith(f"文{LONG[kind]}")
    assert read.title.startswith("题")
    for body in ("clean", "full"):
        assert f"&amp;{LONG[kind][1:]}" in post_of(read, body=body)
    assert extract(page.replace(b"&amp;", b"&"), URL.format(1)).text  # libxml2's own


@pytest.mark.parametrize(
    "policy", [FallbackPolicy(canary=True), FallbackPolicy(fallback=True)], ids=["canary", "fallback"]
)
def test_the_general_extractor_takes_long_references(policy: FallbackPolicy) -> None:
    for reference in LONG.values():
        for escaped in (reference, reference.replace("&", "&amp;"), reference.replace("&", "&amp;amp;")):
            page = article(f"题{escaped}", f"正文{escaped}。")
            assert extract(page, URL.format(1), policy=policy).text
            other = page.replace(b"artibody", b"b").replace(b'"article"', b"a").replace(b"main-title", b"c")
            if policy.fallback:
                assert extract(other, URL.format(1), policy=policy).text


def row(number: int, **other: Any) -> dict[str, Any]:
    return {
        "docid": f"comos:abcdefg{number:07d}",
        "url": URL.format(number),
        "title": "标题",
        "ctime": "1772330000",
    } | other


BAD: dict[str, dict[str, Any]] = {
    "a title with a reference of 4,301 digits": {"title": LONG["decimal"]},
    "a title escaped 500 times": {"title": "&lt;" + "".join(f"&{'amp;' * number}lt;b" for number in range(500))},
    "a time of 5,000 digits": {"ctime": "1" * 5000},
    "a time of 10^400": {"ctime": 10**400},
    "a time of 1e400": {"ctime": 1e300 * 1e300},
    "a time that is no number": {"ctime": float("nan")},
    "a time after the year 9999": {"ctime": 900_000_000_000},
    "a time before 1970": {"ctime": -(10**12)},
    "a time in digits of other scripts": {"ctime": "١٢٣٤٥٦٧٨٩٠", "mtime": "²"},
    "a page number of 5,000 digits": {"url": URL.format(1).replace(".shtml", f"_{MANY}.shtml")},
    "a port of 5,000 digits": {"url": f"https://finance.sina.com.cn:{MANY}/"},
    "addresses that are a number": {"urls": MANY, "url": ""},
    "addresses with a long number": {"urls": f"[{MANY}]", "url": ""},
    "an id of 5,000 digits": {"docid": MANY},
    "no text anywhere": {"url": [], "title": [], "docid": [], "ctime": []},
}  # fmt: skip


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("list", kind, "in one row of three", "the day is read; only that row may be left out"))
        for kind in BAD
    ],
)  # fmt: skip
def test_a_bad_row_hides_no_other(kind: str) -> None:
    answer = json.dumps({"result": {"total": 3, "data": [row(1, **BAD[kind]), row(2), row(3)]}})
    for form in (answer, json.dumps(answer)):
        page = read_roll(form.encode())
        assert (page.total, [each.url for each in page.rows[1:]]) == (3, [URL.format(2), URL.format(3)])
        for each in page.rows:
            item = listed_item(each, SITE)
            assert item.key
            assert item.reason in ("", "bad_url", "offsite")
            assert len(day_of_row(each, SITE, "2026-03-01")) == len("2026-03-01")


@pytest.mark.parametrize("number", [MANY, f"-{MANY}", "1" * 21, "NaN", "Infinity", "-Infinity", "1e999"])
def test_a_number_of_json_that_is_none_of_a_list_is_none(number: str) -> None:
    text = json.dumps({"result": {"total": "TOTAL", "data": [row(1, ctime="TIME"), row(2)]}})
    page = read_roll(text.replace('"TOTAL"', number).replace('"TIME"', number).encode())
    assert (page.total, [each.ctime for each in page.rows]) == (None, [None, 1772330000])


def test_a_lone_surrogate_in_a_result_in_a_string_is_replaced() -> None:
    inner = json.dumps({"data": [row(1, title="题X")]}).replace("X", "\\ud83d")
    assert read_roll(json.dumps({"result": inner}).encode()).rows[0].title == "题?"


@pytest.mark.fault(
    "list", "a date of 4,301 digits", "in one row of a feed, a sitemap, an HTML list", "a row without a time"
)
def test_dates_of_lists_with_long_numbers_are_none() -> None:
    item = "<item><link>/{0}</link><pubDate>{1}</pubDate></item>"
    when = "Sun, 01 Mar 2026 08:00:00 +0800"
    dates = (
        when,
        MANY,
        when.replace("2026", MANY),
        when.replace("0800", MANY),
        f"2026-03-{MANY}",
        f"{MANY}-03-01T08:00:00Z",
    )
    feed = "".join(item.format(at, date) for at, date in enumerate(dates))
    rows = read_feed(f"<rss><channel>{feed}</channel></rss>".encode(), "https://a.example/", BEIJING)
    assert (len(rows), rows[0].ctime, rows[1].ctime) == (len(dates), 1772323200, None)
    urls = "".join(f"<url><loc>/{at}</loc><lastmod>{date}</lastmod></url>" for at, date in enumerate(dates))
    assert len(read_sitemap(f"<urlset>{urls}</urlset>".encode(), "https://a.example/", BEIJING)[0]) == len(dates)
    page = (
        f"<ul><li><a href=/1>甲</a> ({MANY}月01日 08:00)<li><a href=/2>乙&#{MANY};</a> (03月01日 08:00)</ul>".encode()
    )
    pattern = r"(?P<month>\d+)月(?P<day>\d+)日 (?P<hour>\d+):(?P<minute>\d+)"
    found = read_html(page, "https://a.example/", "li a", pattern, BEIJING, now=None)
    assert [each.url for each in found] == ["https://a.example/1", "https://a.example/2"]


def test_a_title_is_read_through_some_levels_of_escaping() -> None:
    assert without_tags("题&amp;amp;lt;img src=x &lt;b") != ""
    title = "&lt;" + "".join(f"&{'amp;' * number}lt;b" for number in range(2000))
    assert without_tags(title)


def test_numbers_are_whole_and_bounded() -> None:
    assert [whole_number(digits) for digits in ("0", "42", b"7", "9" * 18)] == [0, 42, 7, LARGEST_NUMBER - 1]
    assert [whole_number(digits) for digits in ("1" * 19, MANY, b"0" * 5000)] == [LARGEST_NUMBER] * 3
    with pytest.raises(ValueError, match="invalid literal"):
        whole_number("")
    old = "http://finance.sina.com.cn/china/20100301/02427372262_{}.shtml"
    assert [address(old.format(page), SITE).page for page in ("2", "")] == [2, 1]


@pytest.mark.fault(
    "answer",
    "a header with a number of 4,301 digits",
    "Content-Length, Age, Retry-After, Date",
    "a length that was not kept; no time",
)
def test_headers_with_long_numbers() -> None:
    stored = stored_answer(200, {"content-length": MANY}, b"<html></html>")
    assert stored.missing == LARGEST_NUMBER - 13
    response = Response(URL.format(1), body=b"<html>", headers={"Content-Length": MANY}, flags=[LOST])
    assert answer_of(response).missing == LARGEST_NUMBER - 6
    for header in (
        MANY,
        f"Sun, 01 Mar {MANY} 00:00:00 GMT",
        f"Sun, {MANY} Mar 2026 00:00:00 GMT",
        "Sun, 01 Mar 99999 00:00:00 GMT",
    ):
        assert retry_after(Response(URL.format(1), headers={"Retry-After": header})) in (0.0, 111_111_111.0)
        assert date_of(Response(URL.format(1), headers={"Date": header, "Age": MANY})) is None
