"""How large an answer of a list may be."""

import json
from zoneinfo import ZoneInfo

import pytest

from newscrawl.discovery.feeds import MARKS, read_feed, read_sitemap
from newscrawl.discovery.html import LINKS, read_html
from newscrawl.discovery.roll import OBJECTS, read_roll
from newscrawl.discovery.rows import MOST, check_size
from newscrawl.errors import ListError

# Answers of 10 MB at most that would take 300 MB and more, by what they are.
LARGE = {
    "a million rows": b'{"result":{"data":[' + b"{}," * 10**6 + b"{}]}}",
    "a million numbers for rows": b'{"result":{"data":[' + b"1," * 10**6 + b"1]}}",
    "a million lists in a row": b'{"result":{"data":[' + b"[]," * 10**6 + b"[]]}}",
}


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.fault("list", kind, "in one answer of the roll API", "no list; nothing is made of it"))
        for kind in LARGE
    ],
)  # fmt: skip
def test_an_answer_of_the_roll_api_that_is_too_large_is_no_list(kind: str) -> None:
    with pytest.raises(ListError, match=r"^list_unreadable: the answer is too large for a list: it has 1,000,"):
        read_roll(LARGE[kind])


@pytest.mark.fault("list", "a sitemap of millions of tags, or of attributes", "8 MB", "no list; nothing is made of it")
@pytest.mark.parametrize(("what", "most"), [(b"<x/>", MARKS), (b" a=''", MARKS), (b"<item>", MOST), (b"<url/>", MOST)])
def test_a_feed_or_sitemap_that_is_too_large_is_no_list(what: bytes, most: int) -> None:
    many = what * (most + 1)
    for read, root in ((read_sitemap, b"urlset"), (read_feed, b"rss")):
        text = b"<" + root + (many + b">" if what.startswith(b" ") else b">" + many) + b"</" + root + b">"
        with pytest.raises(ListError, match="too large for a list"):
            read(text, "https://a.example/")


@pytest.mark.fault("list", "an HTML list of more than 10,000 links", "on one page", "no list")
def test_a_page_of_too_many_links_is_no_list() -> None:
    with pytest.raises(ListError, match="too large for a list: it has 10,001 parts"):
        read_html(b"<a href=/1>" * (LINKS + 1), "https://a.example/", "a", "(?!)", ZoneInfo("Asia/Shanghai"))


def test_how_large_an_answer_may_be() -> None:
    check_size(100_000)
    with pytest.raises(ListError):
        check_size(100_001)
    assert (MOST, OBJECTS, MARKS, LINKS) == (100_000, 500_000, 1_500_000, 10_000)
    rows = [{"url": f"https://a.example/{number}"} for number in range(2000)]
    assert len(read_roll(json.dumps({"result": {"data": rows}}).encode()).rows) == 2000
