"""Addresses: each form is known, and all of an article have one key."""

import pytest

from newscrawl.extraction.page import extract
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import address, is_allowed, resolve, without_login
from tests.support.hostile import KINDS, found_in, hostile

SINA = load_site("sina_finance")
HOST = "https://finance.sina.com.cn"


@pytest.mark.parametrize(
    ("path", "key", "channel", "date"),
    [
        ("finance.sina.com.cn/wm/2026-07-18/doc-iabcdefg0000001.shtml", "abcdefg0000001", "wm", "20260718"),
        ("finance.sina.com.cn/2024-02-09/doc-iabcdefg0000001.shtml", "abcdefg0000001", "", "20240209"),
        ("finance.sina.com.cn/wm/2026-07-18/details-iabcdefg0000001.shtml", "abcdefg0000001", "wm", "20260718"),
        ("finance.sina.com.cn/zl/2017-07-18/zg-iabcdefg0000001.shtml", "abcdefg0000001", "zl", "20170718"),
        ("finance.sina.com.cn/zl/china/2018-07-18/zl-iabcdefg0000001.shtml", "abcdefg0000001", "zl/china", "20180718"),
        (
            "finance.sina.cn/usstock/2026-07-18/detail-iabcdefg0000001.d.html?vt=4",
            "abcdefg0000001",
            "usstock",
            "20260718",
        ),
        ("finance.sina.com.cn/china/2016-07-18/0930/doc-iabcdefg0000001.shtml", "abcdefg0000001", "china", "20160718"),
        ("cj.sina.com.cn/article/detail/1234567890/123456?column=hkstock&ch=9", "1234567890/123456", "", ""),
        ("cj.sina.com.cn/articles/view/1234567890/499602d2001abcd", "499602d2001abcd", "", ""),
        ("tech.sina.com.cn/zl/post/detail/it/2014-04-09/pid_8446205.htm", "pid_8446205", "zl/post", "20140409"),
        ("finance.sina.com.cn/zl/post/detail/i/2017-04-01/pid_8510390.html", "pid_8510390", "zl/post", "20170401"),
    ],
)
def test_each_form_of_address_is_known(path: str, key: str, channel: str, date: str) -> None:
    found = address(f"https://{path}", SINA)
    assert found.is_article
    assert (found.key, found.channel, found.date, found.page) == (key, channel, date, 1)
    assert is_allowed(found.url, SINA)


def test_an_address_with_a_minute_has_it() -> None:
    url = f"{HOST}/china/2016-07-18/0930/doc-iabcdefg0000001.shtml"
    assert address(url, SINA).minute == "0930"


@pytest.mark.parametrize(
    "other",
    [
        "http://finance.sina.com.cn/roll/2026-08-01/doc-iabcdefg0000001.shtml?cre=x",
        "https://finance.sina.cn/2026-08-01/detail-iabcdefg0000001.d.html?vt=4",
        "https://finance.sina.com.cn/roll/2026-08-01/details-iabcdefg0000001.shtml",
        "https://finance.sina.com.cn/roll/2026-08-01/doc-iabcdefg0000001-p3.shtml",
        "https://cj.sina.cn/article/norm_detail?url=https%3A%2F%2Ffinance.sina.com.cn%2Froll%2F2026-08-01%2Fdoc-iabcdefg0000001.shtml",
    ],
)
def test_one_docid_under_two_addresses_is_one_article(other: str) -> None:
    one = address(f"{HOST}/wm/2026-08-01/doc-iabcdefg0000001.shtml", SINA)
    assert address(other, SINA).key == one.key == "abcdefg0000001"


def test_a_further_page_has_the_address_of_the_first() -> None:
    first = f"{HOST}/roll/2026-08-01/doc-iabcdefg0000001.shtml"
    second = address(first.replace(".shtml", "-p2.shtml"), SINA)
    assert (second.url, second.page) == (first, 2)


@pytest.mark.parametrize("host", ["cj.sina.cn", "cj.sina.com.cn"])
@pytest.mark.parametrize(
    "query",
    [
        "url={quoted}",
        "url={twice}",
        "url=//{bare}",
        "url=https://CJ.sina.cn/article/norm_detail/?url={twice}",
        "url={quoted}&finpagefr=w_110",
        "finpagefr=p_1&url={quoted}&from=redirect",
        "url={plain}&part=1",
    ],
)
def test_a_page_of_the_app_is_the_page_that_it_shows(host: str, query: str) -> None:
    plain = f"{HOST}/wm/2026-07-18/doc-iabcdefg0000001.shtml"
    quoted = plain.replace(":", "%3A").replace("/", "%2F")
    forms = {
        "plain": plain,
        "quoted": quoted,
        "twice": quoted.replace("%", "%25"),
        "bare": plain.removeprefix("https://"),
    }
    found = address(f"https://{host}/article/norm_detail?{query.format(**forms)}", SINA)
    assert (found.url, found.key) == (plain, "abcdefg0000001")


@pytest.mark.parametrize(
    "inner", ["javascript:alert(1)", "file:///etc/passwd", "", "http://[", "https://x.example/%00"]
)
def test_a_page_of_the_app_that_shows_no_web_page_is_no_article(inner: str) -> None:
    found = address(f"https://cj.sina.cn/article/norm_detail?url={inner}", SINA)
    assert not found.is_article
    assert found.url.startswith("https://cj.sina.cn/")


def test_a_page_of_the_app_that_shows_another_site_is_not_fetched() -> None:
    assert not is_allowed(address("https://cj.sina.cn/article/norm_detail?url=https://x.example/1", SINA).url, SINA)


PAGED = (
    '<html><head><meta charset="utf-8"></head><body><h1 class="main-title">标题</h1><div class="date-source">'
    '<span class="date">2026年03月01日 08:00</span></div><div id="artibody"><p>正文。</p></div><div class="page">'
    "{links}</div></body></html>"
)


@pytest.mark.parametrize(
    ("first", "links", "further"),
    [
        (
            "/roll/2026-08-01/doc-iabcdefg0000001.shtml",
            "doc-iabcdefg0000001-p3.shtml doc-iabcdefg0000001-p2.shtml",
            "23",
        ),
        ("/roll/2026-08-01/doc-iabcdefg0000001.shtml", "doc-iabcdefg0000002-p2.shtml doc-iabcdefg0000001.shtml", ""),
        ("/china/20100301/02427372262.shtml", "02427372262.shtml 02427372262_2.shtml", "2"),
        ("/china/20100301/02427372262.shtml", "02427372263_2.shtml", ""),
    ],
)
def test_the_further_pages_of_an_article_are_those_that_it_links(first: str, links: str, further: str) -> None:
    page = PAGED.format(links=" ".join(f'<a href="{link}">页</a>' for link in links.split()))
    found = extract(page.encode(), HOST + first).raw.further
    assert [address(url, SINA).page for url in found] == [*map(int, further)]
    assert all(address(url, SINA).key == address(HOST + first, SINA).key for url in found)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{ord(kind):04x}")
def test_no_address_holds_a_control(kind: str) -> None:
    code = "".join(f"%{byte:02X}" for byte in kind.encode())
    removed = kind in "\t\r"  # as browsers do, and Python's own urlsplit
    found = address(f"{HOST}/a{kind}b?c{kind}d", SINA)
    assert found.url == f"{HOST}/a{'' if removed else code}b?c{'' if removed else code}d"
    assert found.key == address(found.url, SINA).key  # the address that was asked for is that of the answer
    assert found_in(address(f"https://finance{kind}.sina.com.cn/", SINA).url) == []
    assert resolve(f"/a{kind}b", HOST) == f"{HOST}/a{'' if removed else code}b"
    assert removed or resolve(f"https://a{kind}.example/", HOST) == ""
    assert removed or not is_allowed(f"https://finance{kind}.sina.com.cn/", SINA)


@pytest.mark.fault(
    "terminal",
    "controls",
    "addresses with all of them in host, path and query",
    "percent-encoded; a host with one is none",
)
def test_an_address_of_controls() -> None:
    found = address(f"https://a{hostile()}.example/{hostile()}?{hostile()}#{hostile()}", SINA)
    assert found_in(found.url) == []
    assert found.url.isprintable()
    assert not is_allowed(found.url, SINA)


def test_blanks_are_percent_encoded() -> None:
    assert address(f" {HOST}/a b?c d ", SINA).url == f"{HOST}/a%20b?c%20d"
    assert resolve(" /a b\u3000c ", HOST) == f"{HOST}/a%20b%20c"
    assert resolve("https://a b.example/", HOST) == ""


@pytest.mark.parametrize("low", [chr(code) for code in (*range(0x21), 0x7F)], ids=lambda low: f"{ord(low):02x}")
def test_a_scheme_does_not_hide_behind_controls(low: str) -> None:
    for url in (f"java{low}script:alert(1)", f"{low}javascript:alert(1)", f"javascript{low}:alert(1)"):
        assert resolve(url, HOST) == ""
    assert resolve(f"{low}{HOST}/x", HOST) == ("" if low == "\x7f" else f"{HOST}/x")


@pytest.mark.parametrize(
    ("url", "without"),
    [
        ("http://me:secret@a.example:80/x?y=@#z", "http://a.example:80/x?y=@#z"),
        ("https://me@you@a.example/", "https://a.example/"),
        ("https://a.example/@me", "https://a.example/@me"),
    ],
)
def test_no_site_is_sent_a_name_and_password(url: str, without: str) -> None:
    assert without_login(url) == without
