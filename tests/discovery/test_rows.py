"""How large an answer of a list may be."""

import json
from zoneinfo import ZoneInfo

import pytest

from newscrawl.discovery.feeds import read_feed, read_sitemap
from newscrawl.discovery.html import read_html
from newscrawl.discovery.roll import read_roll
from newscrawl.errors import ListError
from newscrawl.extraction.limits import LINKS, PAIRS, ROWS, TAGS, VALUES, check_rows

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
    with pytest.raises(ListError, match=r"^list_too_large: the answer has more than 200,000 values"):
        read_roll(LARGE[kind])


@pytest.mark.fault("list", "a sitemap of millions of tags, or of attributes", "8 MB", "no list; nothing is made of it")
@pytest.mark.parametrize(("what", "most"), [(b"<x/>", TAGS), (b" a=''", PAIRS), (b"<item/>", ROWS), (b"<url/>", ROWS)])
def test_a_feed_or_sitemap_that_is_too_large_is_no_list(what: bytes, most: int) -> None:
    many = what * (most + 1)
    for read, root in ((read_sitemap, b"urlset"), (read_feed, b"rss")):
        text = b"<" + root + (many + b">" if what.startswith(b" ") else b">" + many) + b"</" + root + b">"
        with pytest.raises(ListError, match=r"^list_too_large: the answer has more than"):
            read(text, "https://a.example/")


@pytest.mark.fault("list", "an HTML list of more than 10,000 links", "on one page", "no list")
def test_a_page_of_too_many_links_is_no_list() -> None:
    with pytest.raises(ListError, match=r"^list_too_large: the answer has more than 10,000 links"):
        read_html(b"<a href=/1>" * (LINKS + 1), "https://a.example/", "a", "(?!)", ZoneInfo("Asia/Shanghai"))


def test_how_large_an_answer_may_be() -> None:
    check_rows(50_000)
    with pytest.raises(ListError):
        check_rows(50_001)
    assert (ROWS, LINKS, TAGS, PAIRS, VALUES) == (50_000, 10_000, 600_000, 300_000, 200_000)
    rows = [{"url": f"https://a.example/{number}"} for number in range(2000)]
    assert len(read_roll(json.dumps({"result": {"data": rows}}).encode()).rows) == 2000
