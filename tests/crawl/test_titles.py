"""A page that claims another article's address is that article, or its address is left over from a template."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import update

from newscrawl.answers.model import saved_page
from newscrawl.archive.archive import Archive
from newscrawl.crawl.extensions.archive import ArchiveExtension
from newscrawl.crawl.titles import Titles
from newscrawl.errors import Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.identity import is_other_article, is_same_title
from newscrawl.extraction.page import read_page
from newscrawl.extraction.stages import normalise
from newscrawl.ledger import queue
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schema import items
from newscrawl.provenance import Lease, State
from newscrawl.sites.loader import load_site
from tests.support.archives import NOON
from tests.support.crawler import stub_crawler
from tests.support.server import article

SITE = load_site("sina_finance")
PLACE = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg{:07d}.shtml"


def page(number: int, title: str, claims: int = 0) -> Article:
    """The article of an address, whose page may claim another one."""
    html = article(title, url=PLACE.format(claims) if claims else "")
    return read_page(saved_page(html), PLACE.format(number), SITE)


def lease(number: int, title: str) -> Lease:
    return Lease(1, f"abcdefg{number:07d}", PLACE.format(number), State.LISTED, title=title)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("甲乙丙", "甲乙丙", True),
        ("“甲”：乙丙！", "甲 乙丙", True),
        ("Ａ股 上涨３％", "a股上涨3%", True),
        ("快讯：甲乙丙", "甲乙丙", True),
        ("文章", "第8号文章", False),
        ("某地上半年用电量", "快讯快讯快讯：某地上半年用电量增长百分之四", True),
        ("甲乙丙…", "甲乙丙丁", True),
        ("甲乙1", "甲乙2", False),
        ("甲", "", False),
        ("…", "！", False),
        ("灯塔换灯", '灯塔换灯<img src="http://n.sinaimg.cn/front/a.jpg', True),  # a list's, cut within a tag
        ("灯塔换灯<img", "港口封航<img", False),
    ],
)
def test_titles_that_name_the_same_article(one: str, other: str, same: bool) -> None:
    assert is_same_title(one, other) is is_same_title(other, one) is same


@pytest.mark.parametrize(
    ("expected", "known", "other"),
    [
        ("甲", "", True),
        ("乙", "", False),
        ("乙", "乙", False),
        ("甲", "丙", True),
        ("", "乙", True),
        ("", "甲", False),
        ("", "", False),
    ],
)
def test_which_titles_make_a_page_another_article(expected: str, known: str, other: bool) -> None:
    assert is_other_article("乙", expected, known) is other


def test_only_a_page_that_claims_another_address_is_in_question() -> None:
    assert page(1, "甲").raw.claimed is None
    assert page(1, "甲", claims=1).raw.claimed is None
    claimed = page(1, "甲", claims=2).raw
    assert claimed.claimed
    assert (claimed.claimed.key, claimed.flags) == ("abcdefg0000002", ("other_address",))
    Titles(stub_crawler()).check(page(1, "甲"), lease(1, "乙"))


def test_a_canonical_link_is_a_claim_too() -> None:
    html = article("甲").decode().replace("<head>", f'<head><link rel="canonical" href="{PLACE.format(2)}">')
    claimed = read_page(saved_page(html.encode()), PLACE.format(1), SITE).raw.claimed
    assert claimed
    assert claimed.key == "abcdefg0000002"


def test_the_title_of_the_list_decides() -> None:
    titles = Titles(stub_crawler())
    titles.check(page(1, "甲", claims=2), lease(1, "甲"))
    with pytest.raises(Refused, match=r"other_article: the page is that of .*0000002") as caught:
        titles.check(page(1, "乙", claims=2), lease(1, "甲"))
    assert not caught.value.by_rule


def test_without_a_list_the_second_page_that_claims_to_be_an_article_is_it() -> None:
    titles = Titles(stub_crawler())
    titles.check(page(1, "乙", claims=2), None)
    titles.check(page(3, "丙", claims=2), None)  # a template's
    with pytest.raises(Refused):
        titles.check(page(4, "丙", claims=2), None)


def test_a_template_that_names_the_article_before_is_not_believed() -> None:
    titles = Titles(stub_crawler())
    titles.check(page(3, "丙", claims=2), None)
    titles.check(page(2, "乙", claims=1), None)


def test_the_archive_knows_titles_of_what_it_holds_and_of_what_lists_name(tmp_path: Path) -> None:
    crawler = stub_crawler()
    with Archive(tmp_path) as archive:
        crawler.extensions[ArchiveExtension] = SimpleNamespace(archive=archive)
        with archive.ledger.transaction() as connection:
            entries = [
                ListedItem("abcdefg0000002", PLACE.format(2), "乙"),
                ListedItem("abcdefg0000009", PLACE.format(9)),
            ]
            queue.note(connection, 1, "china", "2026-03-01", entries, 0)
        titles = Titles(crawler)
        assert titles.archived("abcdefg0000002") == "乙"
        with pytest.raises(Refused):
            titles.check(page(1, "乙", claims=2), None)
        titles.check(page(1, "丁", claims=9), None)

        archive.keep(normalise(page(3, "丙")), NOON)
        assert titles.archived("abcdefg0000003") == "丙"
        with pytest.raises(Refused):  # what the archive holds of an address is not taken over by another article
            titles.check(page(3, "戊", claims=8), None)
        with archive.ledger.transaction() as connection:
            connection.execute(update(items).values(title="别的"))
        assert titles.archived("abcdefg0000003") == "丙"


def test_a_lease_has_the_title_of_the_list(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive, archive.ledger.transaction() as connection:
        queue.note(connection, 1, "china", "2026-03-01", [ListedItem("a", PLACE.format(1), "甲")], 0)
        (leased,) = queue.lease(connection, 1, queue.waiting("china", "2026-03-01"))
    assert leased.title == "甲"
