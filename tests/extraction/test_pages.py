"""Every embedded page gives the post in the file beside it, byte for byte; the traps give none.

The expected file is a whole post, so that it can be reviewed as a user sees it. `pytest --update` writes a missing one
and fails, so that it is reviewed. The pages of another site are in a folder with its name.
"""

from pathlib import Path

import pytest

from newscrawl import Refused, extract
from newscrawl.demo.site import PAGES
from newscrawl.extraction.article import missing
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site, site_names

ARTICLES = [page for page in sorted(PAGES.rglob("*.html")) if not page.stem.startswith("trap_")]
UNDATED = ("trap_undated", "trap_undated_chapter")  # read, but no post: they have no date
TRAPS = {
    "trap_deleted": "error",
    "trap_index": "index",
    "trap_video": "video",
    **dict.fromkeys(UNDATED, "no_date"),
    "people_finance/trap_gallery": "gallery",
    "people_finance/trap_video": "video",
}


def name_of(page: Path) -> str:
    return page.relative_to(PAGES).with_suffix("").as_posix()


def site_of(page: Path) -> str:
    return name_of(page).rpartition("/")[0] or "sina_finance"


@pytest.mark.parametrize("page", ARTICLES, ids=name_of)
def test_page_gives_the_post_beside_it(page: Path, request: pytest.FixtureRequest) -> None:
    post = post_of(extract(page.read_bytes(), site=site_of(page)))
    expected = page.with_suffix(".md")
    if not expected.exists() and request.config.getoption("--update"):
        expected.write_text(post, encoding="utf-8")
        pytest.fail(f"{expected.name} was written: review it, then run again")
    assert post == expected.read_bytes().decode()
    assert "\ufffd" not in post


@pytest.mark.parametrize(("name", "reason"), TRAPS.items())
def test_trap_gives_no_post(name: str, reason: str) -> None:
    page = PAGES / f"{name}.html"
    try:
        found = missing(extract(page.read_bytes(), site=site_of(page)))
    except Refused as refused:
        found = refused.reason
    assert found == reason


def test_every_trap_is_listed() -> None:
    assert {name_of(page) for page in PAGES.rglob("trap_*.html")} == set(TRAPS)


@pytest.mark.parametrize("site", site_names())
def test_every_page_design_is_used(site: str) -> None:
    readable = (*ARTICLES, *(PAGES / f"{name}.html" for name in UNDATED))
    used = {extract(page.read_bytes(), site=site).layout for page in readable if site_of(page) == site}
    assert used == {layout.name for layout in load_site(site).layouts}


def test_record_of_a_page() -> None:
    record = extract((PAGES / "fin2017_stocks.html").read_bytes()).record()
    text = record.pop("text")
    assert len(record.pop("html").splitlines()) == len(text.splitlines()) == 7
    assert "(21.40" not in text
    assert "推荐阅读" not in text
    assert record == {
        "url": "https://finance.sina.com.cn/stock/s/2026-03-11/doc-iabcdefg0000001.shtml",
        "docid": "abcdefg0000001",
        "title": '白鹭电机: 年报里的"两个没想到"',
        "author": "江畔日报",
        "source": "江畔日报",
        "byline": ["许知远行"],
        "editor": "何小舟",
        "published": "2026-03-11T09:30:17+08:00",
        "modified": "2026-03-11T18:02:40+08:00",
        "channel": "stock/s",
        "categories": ["金融", "新浪财经", "新浪财经－股市"],
        "keywords": ["白鹭电机", "年报"],
        "stocks": ["sz300999"],
        "original_title": "白鹭电机：两个没想到",
        "images": [
            {
                "src": "https://n.sinaimg.cn/finance/transform/20260311/motor-line.jpg",
                "caption": "白鹭电机的装配线。资料图",
            }
        ],
        "headimg": "https://n.sinaimg.cn/finance/transform/20260311/motor-line.jpg",
        "layout": "fin2017",
        "site": "sina_finance",
        "kicker": "",
        "subtitle": "",
    }


def test_full_body_keeps_the_container_without_active_content() -> None:
    post = post_of(extract((PAGES / "fin2017_stocks.html").read_bytes()), body="full")
    assert "海量资讯、精准解读，尽在新浪财经APP" in post
    assert "<!--article_adlist[" in post
    assert "<script" not in post
    assert "onerror" not in post
    assert "onclick" not in post
    assert "&lt; 行业均值" in post
    assert "{" not in post


def test_gb2312_is_read_as_gb18030() -> None:
    article = extract((PAGES / "blk2012_gb2312.html").read_bytes())
    assert article.title == "陶喆镕：县城书店的账本"  # 镕 and 喆 are in gb18030, not in the declared gb2312


def test_page_in_the_roll_folder_names_its_channel() -> None:
    assert extract((PAGES / "fin2017_roll.html").read_bytes()).channel == "chanjing/cyxw"


def test_chapter_of_a_book_has_an_author_and_no_date() -> None:
    chapter = extract((PAGES / "trap_undated_chapter.html").read_bytes())
    assert (chapter.byline, chapter.published, chapter.docid) == (["陆海生"], None, "114999")
    assert chapter.text.splitlines() == ["列车进站时，站台上只有一个人。", "他没有带行李。"]
