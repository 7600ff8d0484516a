"""Which captures an article is read from again, and with which site file."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.rules import rules_version, site_text
from newscrawl.errors import Refused
from newscrawl.integrity.rebuild import Rebuilder, nearest
from newscrawl.ledger.articles import keep_rules
from newscrawl.ledger.ledger import Ledger
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import address
from tests.support.archives import HTML, NOON
from tests.support.server import article

ROWS = [SimpleNamespace(id=number, url=url) for number, url in enumerate(["1", "2", "1", "2", "2", "3"])]
SITE, OTHER = load_site("sina_finance"), load_site("people_finance")
URL = "https://finance.sina.com.cn/china/20100903/15308600123{}.shtml"
UNDATED = "https://finance.sina.com.cn/undated.shtml"
KEY = address(URL.format(""), SITE).key


def old_page(text: str, *further: str) -> bytes:
    links = "".join(f'<a href="{URL.format(tail)}">页</a>' for tail in further)
    return (
        '<html><head><meta charset="utf-8"><title>长文_新浪财经_新浪网</title></head><body>'
        '<h1 id="artibodyTitle">长文</h1><span id="pub_date">2010年09月03日 15:30</span>'
        f'<div id="artibody"><p>　　{text}</p></div><p>{links}</p></body></html>'
    ).encode()


# Captures by id, from 1: two readings of an article of two pages, and what is no reading of it.
CAPTURES = [
    (URL.format(""), 200, old_page("一。", "_2")),
    (URL.format("_2"), 200, old_page("二。", "")),
    (URL.format(""), 203, old_page("新一。", "_2")),
    (URL.format(""), 404, old_page("没有。")),
    (URL.format("_2"), 200, old_page("丢失。")),
    (URL.format(""), 200, article("无文", "")),
    (UNDATED, 200, article("无日", "无日。", date="")),
    (URL.format(""), 200, article("无文", "责任编辑：李四")),
]
LOST = 5


@pytest.fixture
def rebuilder(tmp_path: Path) -> Iterator[Rebuilder]:
    with Archive(tmp_path, captures=True) as archive:
        assert archive.captures
        for url, status, body in CAPTURES:
            archive.captures.keep(url, status, HTML, body, [], NOON)
        with archive.ledger.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE captures SET file = '' WHERE id = ?", (LOST,))
    with Ledger(tmp_path) as ledger:
        yield Rebuilder(tmp_path, ledger)


@pytest.mark.parametrize(("first", "url", "capture"), [(0, "2", 1), (2, "2", 3), (4, "1", 2), (5, "2", 4), (0, "3", 5)])
def test_the_next_one_belongs_to_it_else_the_last_before(first: int, url: str, capture: int) -> None:
    assert nearest(url, ROWS[first], ROWS) == capture


def test_a_page_that_was_never_captured() -> None:
    with pytest.raises(LookupError, match="4"):
        nearest("4", ROWS[0], ROWS)


def test_each_capture_of_a_first_page_with_an_article_is_a_reading(rebuilder: Rebuilder) -> None:
    found = [
        (article.text, [capture.id for capture in article.captures]) for _, article in rebuilder.readings(KEY, SITE)
    ]
    assert found == [("一。\n二。", [1, 2]), ("新一。\n二。", [3, 2])]
    assert [*rebuilder.readings("another", SITE)] == []


def test_an_article_is_read_from_the_captures_it_was_kept_with(rebuilder: Rebuilder) -> None:
    article = rebuilder.article([1, 2], SITE)
    assert (article.title, article.text) == ("长文", "一。\n二。")
    with rebuilder.ledger.engine.connect() as connection:
        payloads = connection.exec_driver_sql("SELECT payload FROM captures WHERE id < 3 ORDER BY id").scalars().all()
    assert [(capture.id, capture.payload) for capture in article.captures] == [*enumerate(payloads, start=1)]


@pytest.mark.parametrize("number", [6, 7, 8])
def test_a_page_without_a_date_or_a_body_is_no_article(rebuilder: Rebuilder, number: int) -> None:
    with pytest.raises(Refused):
        rebuilder.article([number], SITE)


def test_the_site_is_that_of_the_version_else_the_last_one_of_the_host(rebuilder: Rebuilder) -> None:
    first, last = (msgspec.structs.replace(SITE, name=name, hosts=("127.0.0.1:8000",)) for name in ("first", "last"))
    elsewhere = msgspec.structs.replace(SITE, name="elsewhere", hosts=("elsewhere.example",))
    damaged = "{"  # or of another newscrawl
    with rebuilder.ledger.transaction() as connection:
        for version, text in enumerate((site_text(first), damaged, site_text(last), site_text(elsewhere)), start=1):
            keep_rules(connection, str(version), text)
    assert set(rebuilder.sites) == {rules_version(SITE), rules_version(OTHER), "1", "3", "4"}
    assert rebuilder.site("1", URL.format("")) == first
    assert rebuilder.site(rules_version(OTHER), URL.format("")) == OTHER
    assert rebuilder.site("unknown", "http://127.0.0.1:8000/x") == last
    assert rebuilder.site("unknown", "http://finance.people.com.cn/x") == OTHER
    assert rebuilder.site("unknown", URL.format("")) == SITE
    assert rebuilder.site("unknown", "https://nowhere.example/") == elsewhere
