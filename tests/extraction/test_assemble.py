"""Further pages are joined in order, each once. A page that cannot be read fails the article."""

from dataclasses import replace

import pytest

from newscrawl.answers.model import saved_page
from newscrawl.errors import Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import assemble, is_part, join, next_page
from newscrawl.extraction.page import read_page
from newscrawl.extraction.stages import normalise
from newscrawl.provenance import Capture, Lease, State
from newscrawl.sites.loader import load_site
from tests.support.server import article

SITE = load_site("sina_finance")


def page(text: str, *links: str, capture: int = 0) -> Article:
    found = read_page(
        saved_page(article("标题", text)),
        "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml",
        SITE,
    )
    found.raw = replace(found.raw, further=links)
    found.captures = (Capture(capture, f"sha1-{capture}"),)
    return found


def texts(found: Article) -> list[str]:
    return [line.text.strip() for block in found.raw.blocks for line in block.lines]


def further(number: int, end: str = "") -> str:
    return f"https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001-p{number}.shtml{end}"


def test_pages_are_joined_by_their_numbers_each_once() -> None:
    """A pager of many pages names the last one before those between, and a link to the comments is to the same page."""
    texts_of = {2: "二", 3: "三", 4: "四", 6: "六", 5: "五"}
    links = {2: (3, 6), 3: (2, 4, 6), 4: (3, 5, 6), 5: (4, 6), 6: (2, 5)}
    pages = {
        further(number): page(
            text, further(number, "#comment"), *(further(other, "?a") for other in links[number]), capture=number
        )
        for number, text in texts_of.items()
    }
    fetched = []

    def fetch(url: str) -> Article:
        fetched.append(url.partition("?")[0])
        return pages[fetched[-1]]

    whole = assemble(page("一", further(2), further(6), capture=1), fetch)
    assert fetched == [further(number) for number in (2, 3, 4, 5, 6)]
    assert texts(whole) == ["一", "二", "三", "四", "五", "六"]
    assert [capture.id for capture in whole.captures] == [1, 2, 3, 4, 5, 6]
    assert len(whole.raw.containers) == 6


def test_each_page_has_a_head_and_a_tail_of_its_own() -> None:
    """Rules for the edge of an article hold for that of its pages."""
    pages = {
        further(int(number)): page(
            f"{'</p><p>'.join(f'{number}{each}' for each in '甲乙丙丁戊己庚')}</p><p>来源：{number}报"
        )
        for number in "23"
    }
    whole = normalise(assemble(page("来源：1报</p><p>1甲", further(2), further(3)), lambda url: pages[url]))
    assert whole.text.splitlines() == ["1甲", *(f"{number}{each}" for number in "23" for each in "甲乙丙丁戊己庚")]


def test_the_head_is_that_of_the_first_page_and_the_stocks_are_those_of_all() -> None:
    first, second = page("一", capture=1), page("二", capture=2)
    first.lease, second.lease = Lease(1, "a", "https://x/", State.LISTED), None
    first.raw = replace(first.raw, title="题", stocks=("sh600000", "sz000001"), flags=("strange_text",))
    second.raw = replace(second.raw, title="题（2）", stocks=("sz000001", "sz000002"))
    second.url, second.docid = f"{first.url}?page=2", "other"
    whole = join(first, second)
    assert (whole.url, whole.docid, whole.lease) == (first.url, first.docid, first.lease)
    assert (whole.raw.title, whole.raw.flags) == ("题", ("strange_text",))
    assert whole.raw.stocks == ("sh600000", "sz000001", "sz000002")


def test_an_article_of_one_page_fetches_nothing() -> None:
    assert texts(assemble(page("一"), pytest.fail)) == ["一"]


def test_a_page_that_cannot_be_read_fails_the_article() -> None:
    def fetch(url: str) -> Article:
        raise Refused("no_text", url)

    with pytest.raises(Refused, match=r"no_text: .*-p2"):
        assemble(page("一", further(2)), fetch)


def test_the_next_page_is_the_first_that_is_not_joined() -> None:
    found = page("一", further(3), further(2), further(3, "#x"))
    assert next_page(found, ()) == further(2)
    assert next_page(found, {further(2, "?from=share")}) == further(3)
    assert next_page(found, {further(2), further(3)}) == ""


def test_what_is_a_part_of_an_article() -> None:
    assert not is_part(page("一"))
    first = page("一", further(2), further(2, "#x"), further(3))
    assert is_part(first)
    assert is_part(join(first, page("二")))
    assert not is_part(join(join(first, page("二")), page("三")))
    first.raw = replace(first.raw, further=(), address=replace(first.raw.address, page=2))
    assert is_part(first)


def test_a_flag_of_any_page_is_one_of_the_article() -> None:
    first, second = page("甲"), page("乙")
    first.raw = replace(first.raw, flags=("new_design",))
    second.raw = replace(second.raw, flags=("cut_off", "new_design"))
    assert join(first, second).raw.flags == ("new_design", "cut_off")
