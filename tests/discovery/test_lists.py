"""Lists other than the roll API: every form of them, and answers that are not lists."""

import gzip
import json
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from newscrawl.discovery.feeds import UNPACKED, read_feed, read_sitemap
from newscrawl.discovery.html import next_page_url, read_html
from newscrawl.discovery.roll import read_roll
from newscrawl.discovery.rows import Row
from newscrawl.errors import CutOff, ListError
from newscrawl.extraction.dom import text_start

BEIJING = ZoneInfo("Asia/Shanghai")
URL = "https://lists.example/roll/index.d.html?page=1"
DATED = r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\s+(?P<hour>\d\d):(?P<minute>\d\d)"
YEARLESS = r"(?:(?P<year>\d{4})年)?(?P<month>\d\d)月(?P<day>\d\d)日\s*(?P<hour>\d\d):(?P<minute>\d\d)"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=BEIJING)
ONE, TWO = "https://lists.example/china/1.shtml", "https://lists.example/china/2.shtml"


def epoch(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=BEIJING).timestamp())


MORNING = epoch(2026, 3, 1, 8)

PAGES: dict[str, tuple[str, str, str, list[Row]]] = {
    "roll page": (
        (
            '<h2><a href="/">首页</a></h2><ul class="list_009">'
            '<li><a href="/china/1.shtml" target="_blank">港口 <b>扩建</b></a><span>(03月01日 08:00)</span></li>'
            '<li><a href="//lists.example/china/2.shtml">码头</a>&nbsp;(12月31日&nbsp;23:59)</li></ul>'
        ),
        "ul.list_009 li a",
        YEARLESS,
        [Row(ONE, "港口 扩建", ctime=MORNING), Row(TWO, "码头", ctime=epoch(2025, 12, 31, 23, 59))],
    ),
    "datelist of a share in a layout table": (
        (
            '<table><tr><td><div class="datelist"><ul>\n'
            "2026-03-01&nbsp;08:00&nbsp;&nbsp;<a target='_blank' href='/china/1.shtml'>港口</a> <br>\n"
            "2026-02-28&nbsp;09:30&nbsp;&nbsp;<a target='_blank' href='/china/2.shtml'>2020-01-01 08:00的码头</a> <br>"
            "</ul></div></td></tr></table>"
        ),
        "div.datelist ul a",
        DATED,
        [Row(ONE, "港口", ctime=MORNING), Row(TWO, "2020-01-01 08:00的码头", ctime=epoch(2026, 2, 28, 9, 30))],
    ),
    "time in an element before the link": (
        "<div><i>2026-03-01 08:00</i> <a href='/china/1.shtml'>港口</a><a href='/china/2.shtml'>码头</a></div>",
        "div a",
        DATED,
        [Row(ONE, "港口", ctime=MORNING), Row(TWO, "码头")],
    ),
    "time in the link, and a table row": (
        (
            "<table><tr><td><a href='/china/1.shtml'>港口<em>2026-03-01 08:00</em></a></td></tr>"
            "<tr><td><a href='/china/2.shtml'>码头</a></td><td>2026-03-01 08:00</td></tr></table>"
        ),
        "td a",
        DATED,
        [Row(ONE, "港口2026-03-01 08:00", ctime=MORNING), Row(TWO, "码头", ctime=MORNING)],
    ),
    "a title with a time": (
        "<ul><li><a href='/china/1.shtml'>2020-01-01 00:00 回顾</a> 2026-03-01 08:00</li></ul>",
        "li a",
        DATED,
        [Row(ONE, "2020-01-01 00:00 回顾", ctime=MORNING)],
    ),
    "picture and headline of one entry": (
        (
            "<ul><li><a href='/china/1.shtml' title='图'><img src=1.jpg></a><a href='/china/1.shtml'>港口</a>"
            "2026-03-01 08:00</li></ul>"
        ),
        "li a",
        DATED,
        [Row(ONE, "图", ctime=MORNING), Row(ONE, "港口", ctime=MORNING)],
    ),
    "29 February of the last leap year": (
        "<li><a href='/china/1.shtml'>甲</a>02月29日 08:00</li>",
        "li a",
        YEARLESS,
        [Row(ONE, "甲", ctime=epoch(2024, 2, 29, 8))],
    ),
    "times a little and much later than now": (
        "<li><a href='/china/1.shtml'>甲</a>03月02日 12:03</li><li><a href='/china/2.shtml'>乙</a>03月02日 13:00</li>",
        "li a",
        YEARLESS,
        [Row(ONE, "甲", ctime=epoch(2026, 3, 2, 12, 3)), Row(TWO, "乙", ctime=epoch(2025, 3, 2, 13))],
    ),
    "invalid time": (
        "<li><a href='/china/1.shtml'>甲</a>13月41日 08:00</li><li><a href='/china/2.shtml'>乙</a>昨天</li>",
        "li a",
        YEARLESS,
        [Row(ONE, "甲"), Row(TWO, "乙")],
    ),
    "no address": (
        "<li><a href='javascript:void(0)'>甲</a><a>乙</a><a href='mailto:a@b'>丙</a><a href='http://['>丁</a></li>",
        "li a",
        DATED,
        [],
    ),
    "http stays http": ("<li><a href='http://b.example/1'>甲</a>", "li a", DATED, [Row("http://b.example/1", "甲")]),
}


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize(("inside", "rows", "when", "expected"), PAGES.values(), ids=PAGES)
def test_list_page(inside: str, rows: str, when: str, expected: list[Row], charset: str) -> None:
    page = f"<html><head><meta charset=gb2312><title>滚动 镕</title></head><body>{inside}</body></html>".encode(charset)
    assert read_html(page, URL, rows, when, BEIJING, now=NOW) == expected


def test_a_year_is_not_guessed_without_now() -> None:
    page = "<li><a href='/china/1.shtml'>甲</a>03月01日 08:00</li>".encode()
    assert read_html(page, URL, "li a", YEARLESS, BEIJING) == [Row(ONE, "甲")]
    assert read_html(page, URL, "li a", YEARLESS, BEIJING, now=NOW.astimezone(UTC)) == [Row(ONE, "甲", ctime=MORNING)]
    assert read_html(page, URL, "li a", "(?!)", BEIJING, now=NOW) == [Row(ONE, "甲")]


@pytest.mark.parametrize(("page", "reason"), [(b" \n", "list_unreadable"), ("没有找到".encode(), "list_empty")])
def test_page_without_a_list(page: bytes, reason: str) -> None:
    with pytest.raises(ListError) as caught:
        read_html(page, URL, "ul.list_009 li a", YEARLESS, BEIJING)
    assert caught.value.reason == reason
    assert str(caught.value).startswith(f"{reason}: ")
    assert next_page_url(page, URL, "a") == ""


NEXT = {
    "relative": ("<a class=next href='?page=2'>下一页</a>", "a.next", "https://lists.example/roll/index.d.html?page=2"),
    "last of the pager, by XPath": (
        "<div style='margin:0;float:right'><a href='/1'>上一页</a><a href='/3'>下一页</a></div>",
        "//div[contains(@style, 'float:right')]/a[last()]",
        "https://lists.example/3",
    ),
    "no link": ("<p>完</p>", "a.next", ""),
    "the page itself": ("<a class=next href='#top'>下一页</a>", "a.next", ""),
    "a script": ("<a class=next href='javascript:next()'>下一页</a>", "a.next", ""),
    "no selector": ("<a href='/2'>下一页</a>", "", ""),
}


@pytest.mark.parametrize(("page", "selector", "expected"), NEXT.values(), ids=NEXT)
def test_next_page(page: str, selector: str, expected: str) -> None:
    assert next_page_url(page.encode(), URL, selector) == expected


def rss(inside: str, declared: str = "utf-8") -> str:
    return f'<?xml version="1.0" encoding="{declared}"?>\n<rss version="2.0"><channel><title>要闻</title>{inside}</channel></rss>'


ATOM = "http://www.w3.org/2005/Atom"
FEEDS: dict[str, tuple[str, list[Row]]] = {
    "RSS": (
        rss(
            "<item><title><![CDATA[ 港口&扩建 ]]></title><link>\nhttps://lists.example/china/1.shtml </link>"
            "<guid>https://lists.example/guid</guid><pubDate>Sun, 01 Mar 2026 00:00:00 GMT</pubDate></item>"
            "<item><title>码头</title><link>/china/2.shtml</link><pubDate>1 Mar 2026 08:00:00 +0800</pubDate></item>"
        ),
        [Row(ONE, "港口&扩建", ctime=MORNING), Row(TWO, "码头", ctime=MORNING)],
    ),
    "ISO, Dublin Core, a guid as the only address": (
        rss(
            "<item><guid>/china/1.shtml</guid><pubDate>2026-03-01T08:00:00+08:00</pubDate></item>"
            '<item><guid isPermaLink="true">/china/2.shtml</guid><dc:date xmlns:dc="dc">2026-03-01 08:00</dc:date></item>'
            '<item><guid isPermaLink="false">3</guid></item><item/>'
        ),
        [Row(ONE, ctime=MORNING), Row(TWO, ctime=MORNING)],
    ),
    "unreadable times": (
        rss(
            "<item><link>/china/1.shtml</link><pubDate>Sun, 01 Mar 2026 08:00:00 CST</pubDate></item>"
            "<item><link>/china/2.shtml</link><pubDate>昨天</pubDate></item>"
        ),
        [Row(ONE), Row(TWO)],
    ),
    "Atom": (
        (
            f'<feed xmlns="{ATOM}"><link href="https://lists.example/"/>'
            '<entry><title type="text">港口</title><link rel="edit" href="/e"/><link rel="alternate" href="/china/1.shtml"/>'
            "<published>2026-03-01T00:00:00Z</published><updated>2026-03-01T09:00:00+08:00</updated></entry>"
            '<entry><link href="/china/2.shtml"/></entry></feed>'
        ),
        [Row(ONE, "港口", ctime=MORNING, mtime=MORNING + 3600), Row(TWO)],
    ),
    "RSS 1.0": (
        '<rdf:RDF xmlns:rdf="rdf" xmlns="rss"><item rdf:about="1"><link>/china/1.shtml</link></item></rdf:RDF>',
        [Row(ONE)],
    ),
    "an undeclared prefix": ("<rdf:RDF><item><link>/china/1.shtml</link></item></rdf:RDF>", [Row(ONE)]),
    "no entries": (rss(""), []),
    "XML errors are skipped": (
        rss("<item><title>港口 & 码头&nbsp;</title><link>/china/1.shtml</link><br></item>"),
        [Row(ONE, "港口 码头")],
    ),
    "other schemes": (rss("<item><link>javascript:alert(1)</link></item><item><link>file:///x</link></item>"), []),
}


@pytest.mark.parametrize(("feed", "expected"), FEEDS.values(), ids=FEEDS)
def test_feed(feed: str, expected: list[Row]) -> None:
    assert read_feed(feed.encode(), URL, BEIJING) == expected
    assert read_feed(b"\xef\xbb\xbf \n" + feed.encode(), URL, BEIJING) == expected


@pytest.mark.parametrize("charset", ["gb2312", "utf-8", "utf-16"])
def test_charset_of_a_feed(charset: str) -> None:
    feed = rss("<item><title>朱镕基</title><link>/china/1.shtml</link></item>", charset)
    assert read_feed(feed.encode("gb18030" if charset == "gb2312" else charset), URL) == [Row(ONE, "朱镕基")]


def test_times_without_a_zone() -> None:
    feed = rss("<item><link>/china/1.shtml</link><pubDate>2026-03-01T08:00:00</pubDate></item>").encode()
    assert read_feed(feed, URL) == [Row(ONE, ctime=MORNING + 8 * 3600)]
    assert read_feed(feed, URL, BEIJING) == [Row(ONE, ctime=MORNING)]


def test_a_cut_off_address_is_dropped() -> None:
    """A list that was cut off ends with an entry whose address may be incomplete."""
    feed = rss(f"<item><link>{ONE}</link></item><item><link>{TWO}</link></item>").encode()
    sitemap = f"<urlset><url><loc>{ONE}</loc></url><url><loc>{TWO}</loc></url></urlset>".encode()
    for end in range(len(feed)):
        with pytest.raises(ListError) as caught:
            read_feed(feed[:end], URL)
        if isinstance(caught.value, CutOff):
            assert caught.value.reason == "list_short"
            assert caught.value.found in ([], [Row(ONE)])
    for end in range(len(sitemap)):
        with pytest.raises(ListError) as caught:
            read_sitemap(sitemap[:end], URL)
        if isinstance(caught.value, CutOff):
            assert caught.value.found in (([], []), ([Row(ONE)], []))


def test_the_end_of_a_feed_may_be_quoted_in_it() -> None:
    text = f"<item><title><![CDATA[</rss>]]></title><link>{ONE}</link></item><item><link>{TWO}</link></item>"
    assert len(read_feed(rss(text).encode(), URL)) == 2
    with pytest.raises(CutOff):
        read_feed(rss(text).encode()[:-30], URL)


@pytest.mark.parametrize("left", [20, 60])
def test_of_a_packed_sitemap_that_is_cut_off_what_is_left_is_read(left: int) -> None:
    with pytest.raises(CutOff) as caught:
        read_sitemap(gzip.compress(SITEMAP)[:-left], URL)
    assert len(caught.value.found[0]) <= len(read_sitemap(SITEMAP, URL)[0])


@pytest.mark.parametrize("stray", ["</p></div>", "<div>" * 300, "<![CDATA["])
def test_a_feed_whose_markup_loses_entries_is_cut_off(stray: str) -> None:
    item = "<item><link>{}</link><description>{}</description></item>"
    text = item.format(ONE, stray) + item.format(TWO, "") + item.format(ONE + "?2", "")
    with pytest.raises(CutOff) as caught:
        read_feed(rss(text).encode(), URL)
    assert len(caught.value.found) < 3


def test_a_sitemap_with_a_stray_tag_is_cut_off() -> None:
    urls = [f"<url><loc>{each}</loc></url>" for each in (ONE, TWO)]
    with pytest.raises(CutOff):
        read_sitemap(f"<urlset>{urls[0]}</url>{urls[1]}</urlset>".encode(), URL)
    assert len(read_sitemap(f"<urlset>{urls[0]}&nbsp;& <!-- <url> -->{urls[1]}</urlset>".encode(), URL)[0]) == 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"result": {"status": {"code": "E500", "msg": "busy"}, "data": []}}, "list_refused"),
        ({"code": 1, "msg": "busy", "result": {"data": [], "total": 0}}, "list_refused"),
        ({"result": {"status": False, "data": False, "total": "0"}}, "list_unreadable"),
        ({"result": {"status": "error", "data": [], "total": 0}}, "list_refused"),
        ({"result": {"status": {"code": "0"}, "data": [], "total": 0}}, ""),
        ({"code": 0, "result": {"status": {"code": 0}, "total": 0, "data": None}}, ""),
    ],
)
def test_an_error_of_the_roll_api_is_no_empty_list(answer: dict[str, object], reason: str) -> None:
    if not reason:
        assert read_roll(json.dumps(answer).encode()).rows == ()
        return
    with pytest.raises(ListError) as caught:
        read_roll(json.dumps(answer).encode())
    assert caught.value.reason == reason


def test_a_packed_sitemap_without_its_checksum_is_cut_off() -> None:
    with pytest.raises(CutOff):
        read_sitemap(gzip.compress(SITEMAP)[:-8], URL)


def test_a_sitemap_may_be_large() -> None:
    assert read_sitemap(gzip.compress(SITEMAP + b" " * 45 * 2**20), URL) == read_sitemap(SITEMAP, URL)


def test_a_29_february_is_that_of_the_last_leap_year() -> None:
    page = b'<ul><li><a href="/1">1</a> 02-29 08:00</li></ul>'
    when = r"(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d)"
    for now, year in ((2028, 2024), (2104, 2096)):
        (row,) = read_html(page, URL, "li a", when, UTC, now=datetime(now, 1, 5, tzinfo=UTC))
        assert row.ctime == int(datetime(year, 2, 29, 8, tzinfo=UTC).timestamp())


@pytest.mark.parametrize("tag", ["<img", "<img src=", '<img src="http://a.example/b.jpg', "&lt;img", "<b>", ""])
def test_a_tag_at_the_end_of_a_title_is_none_of_it(tag: str) -> None:
    form = '<li><a href="{}" target="_blank">{}</a><span>(03月01日 08:00)</span></li>'
    page = f"<ul>{form.format(ONE, f'港口<!-- 一 -->扩建{tag}')}{form.format(TWO, '码头')}</ul>"
    rows = read_html(page.encode(), URL, "li a", YEARLESS, BEIJING, now=NOW)
    assert [(row.url, row.title, row.ctime) for row in rows[:1]] == [(ONE, "港口扩建", MORNING)]
    named = read_html(f'<li><a href="{ONE}" title="港口&lt;img"></a></li>'.encode(), URL, "li a", YEARLESS, BEIJING)
    assert named == [Row(ONE, "港口")]


@pytest.mark.parametrize(
    "tag", ["<img", '<img src="http://n.sinaimg.cn/front/a.jpg', "&lt;img src=&quot;a.jpg", '<img src="a.jpg">']
)
def test_a_tag_at_the_end_of_a_title_of_data_is_none_of_it(tag: str) -> None:
    answer = {"result": {"total": "1", "data": [{"url": ONE, "title": f"港口ROE<7%{tag}"}]}}
    assert read_roll(json.dumps(answer).encode()).rows == (Row(ONE, "港口ROE<7%"),)
    title = f"<title><![CDATA[港口{tag.replace('&lt;', '<').replace('&quot;', '')}]]></title>"
    assert read_feed(f"<rss><channel><item><link>{ONE}</link>{title}</item></channel></rss>".encode(), URL) == [
        Row(ONE, "港口")
    ]
    news = f"<n:news xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'>{title.replace('title>', 'n:title>')}</n:news>"
    found, _ = read_sitemap(f"<urlset><url><loc>{ONE}</loc>{news}</url></urlset>".encode(), URL)
    assert found == [Row(ONE, "港口")]


def test_a_place_on_the_same_page_is_not_the_next_page() -> None:
    assert next_page_url(b'<a class=next href="?p=1#more">', "https://a.example/?p=1#top", "a.next") == ""


LIST = f'<html><body><div><ul><li><a href="{ONE}">1</a></li></ul><ul><li><a href="{TWO}">2</a></li></ul></div></body></html>'


@pytest.mark.parametrize(
    ("page", "cut"),
    [
        (LIST, False),
        (LIST.removesuffix("</body></html>"), False),  # no end, but its list has one
        (LIST[: LIST.index("</div>")], True),
        (LIST[: LIST.index("</ul>")], True),
        (f'<li><a href="{ONE}">1</a></li>', False),  # a fragment has no end
        (f'<html><body><a href="{ONE}">1</a>', True),
        (f'<html><body><a href="{ONE}">1</a></body>', False),
    ],
)
def test_a_page_that_ends_within_its_list(page: str, cut: bool) -> None:
    if not cut:
        assert read_html(page.encode(), URL, "a", "(?!)", BEIJING)
        return
    with pytest.raises(CutOff) as caught:
        read_html(page.encode(), URL, "a", "(?!)", BEIJING)
    assert caught.value.found in ([], [Row(ONE, "1")])


STANDARD = "http://www.sitemaps.org/schemas/sitemap/0.9"
SITEMAP = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="{STANDARD}" xmlns:news="news/0.9" xmlns:image="image/1.1">
<url><loc>{ONE}</loc><lastmod>2026-03-01T08:00+08:00</lastmod>
<image:image><image:loc>https://n.example/1.jpg</image:loc><image:title>图</image:title></image:image>
<news:news><news:publication_date>2026-03-01T08:00:00+08:00</news:publication_date><news:title>港口</news:title></news:news></url>
<!-- <url><loc>/no</loc></url> -->
<url><loc>{TWO}</loc><lastmod>2026-03-01</lastmod></url>
<url><loc>ftp://x/</loc></url><url/>
</urlset>""".encode()
INDEX = f"""<sitemapindex xmlns="{STANDARD}"><sitemap><loc>/a.xml.gz</loc><lastmod>2026-03-01</lastmod></sitemap>
<sitemap><loc>https://lists.example/b.xml</loc></sitemap><sitemap><loc>data:x</loc></sitemap></sitemapindex>""".encode()


@pytest.mark.parametrize("packed", [False, True])
def test_sitemap(packed: bool) -> None:
    text = gzip.compress(SITEMAP) if packed else SITEMAP
    rows = [Row(ONE, "港口", ctime=MORNING, mtime=MORNING), Row(TWO, mtime=epoch(2026, 3, 1))]
    assert read_sitemap(text, URL, BEIJING) == (rows, [])


def test_sitemap_index() -> None:
    assert read_sitemap(INDEX, URL) == ([], ["https://lists.example/a.xml.gz", "https://lists.example/b.xml"])
    assert read_sitemap(b"<urlset></urlset>", URL) == ([], [])


LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
NOT_LISTS = {
    "nothing": b"",
    "blanks": b" \n\t",
    "HTML": b"<!doctype html><html><body><p>403 Forbidden<br></body></html>",
    "JSON": b'{"result": {}}',
    "words": "没有找到".encode("gbk"),
    "another list": INDEX.replace(b"sitemapindex", b"opml"),
    "entities": f'<!DOCTYPE rss [<!ENTITY a0 "哈">{LAUGHS}]><rss><item><link>&a9;</link></item></rss>'.encode(),
    "a file": b'<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><item><link>&a;</link></item></rss>',
    "gzip, damaged": gzip.compress(SITEMAP)[:40] + b"x" * 40,
}


@pytest.mark.fault("list", "a sitemap that unpacks to more than 50 MB", "50 kB of gzip", "no list: `list_too_large`")
def test_a_packed_list_that_grows_too_large_is_an_error() -> None:
    with pytest.raises(ListError, match=r"^list_too_large: the answer unpacks to more than 50 MB"):
        read_sitemap(gzip.compress(b"<urlset>" + b" " * UNPACKED), "https://a.example/")


@pytest.mark.parametrize("data", NOT_LISTS.values(), ids=NOT_LISTS)
def test_data_that_is_not_a_list(data: bytes) -> None:
    for read in (read_feed, read_sitemap):
        with pytest.raises(ListError) as caught:
            read(data, URL)
        assert caught.value.reason == "list_unreadable"
        assert "\n" not in caught.value.detail


def test_no_external_dtd_is_loaded() -> None:
    feed = b'<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/x.dtd"><rss><item><link>/china/1.shtml</link></item></rss>'
    assert read_feed(feed, URL) == [Row(ONE)]


def read_any(data: bytes) -> None:
    """Each parser returns a result or raises ListError, whatever the data."""
    for read in (read_feed, read_sitemap):
        with suppress(ListError):
            read(data, URL)
    with suppress(ListError):
        read_html(data, URL, "a", YEARLESS, BEIJING, now=NOW)
    next_page_url(data, URL, "a")


@given(
    st.binary(max_size=200), st.sampled_from((b"", b"<rss>", b"<urlset><url><loc>", b"<li><a href=", b"\x1f\x8b\x08"))
)
def test_random_bytes(data: bytes, head: bytes) -> None:
    read_any(head + data)


def test_a_string_within_a_string_may_hold_a_lone_surrogate() -> None:
    inner = '{"total": 1, "data": [{"url": "https://a.example/1", "title": "\ud83d涨"}]}'
    (row,) = read_roll(json.dumps({"result": inner}).encode()).rows
    assert row.title == "?涨"


@given(
    st.text(max_size=40),
    st.sampled_from(("<li><a href='{}'>甲</a>{}</li>", "<rss><item><link>{}</link><pubDate>{}</pubDate></item></rss>")),
)
def test_random_texts(text: str, form: str) -> None:
    read_any(form.format(text, text).encode("utf-8", "replace"))


def test_damaged_lists() -> None:
    rng = random.Random(1)
    whole = [SITEMAP, INDEX, gzip.compress(SITEMAP), *(feed.encode() for feed, _ in FEEDS.values())]
    whole += [inside.encode("gb18030") for inside, *_ in PAGES.values()]
    for data in whole:
        for _ in range(60):
            damaged = bytearray(data[: rng.randrange(1, len(data) + 1)])
            for _ in range(rng.randrange(4)):
                damaged[rng.randrange(len(damaged))] = rng.randrange(256)
            read_any(bytes(damaged))


@pytest.mark.parametrize("when", ["9" * 5000, "９９９９"])
def test_absurd_numbers(when: str) -> None:
    page = f"<li><a href='/china/1.shtml'>甲</a>{when}年{when}月01日 08:00</li>".encode()
    pattern = r"(?P<year>\d+)年(?P<month>\d+)月(?P<day>\d\d)日 (?P<hour>\d\d):(?P<minute>\d\d)"
    assert read_html(page, URL, "li a", pattern, BEIJING) == [Row(ONE, "甲")]


@pytest.mark.fault(
    "list", "40 entries of a feed in one another's titles", "2 MB of text in the last", "read in one pass"
)
def test_a_title_ends_where_the_next_entry_begins() -> None:
    entry = b"<item><link>https://a.example/</link><title>t"
    feed = b"<rss>" + entry * 40 + b"x" * 2_000_000 + b"</title></item>" * 40 + b"</rss>"
    assert [len(row.title) for row in read_feed(feed, "https://a.example/rss.xml")] == [1] * 39 + [2000]


@pytest.mark.fault(
    "list", "3,000 links to one address in one item of a list", "2,000 elements in the item", "read once"
)
def test_the_text_of_an_item_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def noted(element: etree._Element, most: int, ends: Callable[[etree._Element], bool] | None = None) -> str:
        read.append(str(element.tag))
        return text_start(element, most, ends)

    monkeypatch.setattr("newscrawl.discovery.html.text_start", noted)
    links = b'<a href="/1.shtml">t</a>' * 3000
    page = b"<html><ul><li>03-01" + b"<b></b>" * 2000 + links + b"</li></ul></html>"
    rows = read_html(page, "https://a.example/", "li a", r"(?P<month>\d\d)-(?P<day>\d\d)", UTC)
    assert len(rows) == 3000
    assert read.count("li") == 1
