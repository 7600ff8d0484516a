"""Further pages are joined in order, each once. A page that cannot be read fails the article."""

from dataclasses import replace

import pytest

from newscrawl.answers.model import saved_page
from newscrawl.errors import Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import assemble, join, next_page
from newscrawl.extraction.page import read_page
from newscrawl.extraction.stages import normalise
from newscrawl.provenance import Capture, Lease, State
from newscrawl.sites.loader import load_site
from tests.support.server import article

SITE = load_site("sina_finance")


def page(text: str, *further: str, capture: int = 0) -> Article:
    found = read_page(
        saved_page(article("标题", text)),
        "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml",
        SITE,
    )
    found.raw = replace(found.raw, further=further)
    found.captures = (Capture(capture, f"sha1-{capture}"),)
    return found


def texts(found: Article) -> list[str]:
    return [line.text.strip() for block in found.raw.blocks for line in block.lines]


def test_pages_are_joined_in_order_each_once() -> None:
    pages = {
        "2": page("二", "1", "2", "3", capture=2),
        "3": page("三", "2", "3", capture=3),
        "1": page("又一", capture=4),
    }
    fetched = []

    def fetch(url: str) -> Article:
        fetched.append(url)
        return pages[url]

    whole = assemble(page("一", "2", capture=1), fetch)
    assert fetched == ["2", "1", "3"]
    assert texts(whole) == ["一", "二", "又一", "三"]
    assert [capture.id for capture in whole.captures] == [1, 2, 4, 3]
    assert len(whole.raw.containers) == 4


def test_each_page_has_a_head_and_a_tail_of_its_own() -> None:
    """Rules for the edge of an article hold for that of its pages."""
    pages = {
        number: page(f"{'</p><p>'.join(f'{number}{each}' for each in '甲乙丙丁戊己庚')}</p><p>来源：{number}报")
        for number in "23"
    }
    whole = normalise(assemble(page("来源：1报</p><p>1甲", "2", "3"), lambda url: pages[url]))
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

    with pytest.raises(Refused, match="no_text: 2"):
        assemble(page("一", "2"), fetch)


def test_the_next_page_is_the_first_that_is_not_joined() -> None:
    assert next_page(page("一", "2", "3"), ()) == "2"
    assert next_page(page("一", "2", "3"), {"2"}) == "3"
    assert next_page(page("一", "2", "3"), {"2", "3"}) == ""


def test_a_flag_of_any_page_is_one_of_the_article() -> None:
    first, second = page("甲"), page("乙")
    first.raw = replace(first.raw, flags=("new_design",))
    second.raw = replace(second.raw, flags=("cut_off", "new_design"))
    assert join(first, second).raw.flags == ("new_design", "cut_off")
