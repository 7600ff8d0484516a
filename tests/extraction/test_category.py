"""Where an article is filed: its label, and what names it."""

from typing import Any

import pytest

from newscrawl import extract
from newscrawl.answers.model import Answer
from newscrawl.extraction.article import Article
from newscrawl.extraction.crumbs import read_crumbs
from newscrawl.extraction.dom import parse
from newscrawl.extraction.page import read_page
from newscrawl.extraction.stages import normalise
from newscrawl.sites.loader import load_site
from newscrawl.sites.sections import list_label, section_in
from tests.support.server import article

SINA = load_site("sina_finance")
URL = "https://finance.sina.com.cn/{}/2026-08-01/doc-iabcdefg0000001.shtml"
SITE = ["金融", "新浪财经"]


def read(folder: str, page: bytes = b"", *, lists: tuple[str, ...] = (), **parts: str) -> Article:
    answer = Answer(page or article(**parts), lists=lists)
    return normalise(read_page(answer, URL.format(folder), SINA))


def place(found: Article) -> str:
    winner: Any = found.evidence["categories"].winner
    assert winner.value == found.categories
    return str(winner.place)


def test_the_folder_of_the_address_comes_first() -> None:
    found = read("stock/hkstock/ggscyd", crumbs="首页 &gt; 美股", lists=("finance",))
    assert found.categories == [*SITE, "新浪财经－港股"]
    assert place(found) == "URL"


def test_the_breadcrumb_comes_before_the_list() -> None:
    found = read("jjxw", crumbs='<a href="/">财经首页</a> &gt; <a href="/fund/">基金</a> &gt; 正文', lists=("finance",))
    assert found.categories == [*SITE, "新浪财经－基金"]
    assert place(found) == "breadcrumb"
    assert found.channel == "jjxw"


def test_the_list_comes_where_nothing_else_is_named() -> None:
    found = read("jjxw", lists=("finance", "macro"))
    assert found.categories == [*SITE, "新浪财经－宏观"]
    assert place(found) == "list macro"


def test_nothing_is_invented() -> None:
    found = read("jjxw", crumbs="首页 &gt; 正文")
    assert found.categories == SITE
    assert place(found) == "site file: categories"


def test_the_path_in_a_meta_counts_after_the_breadcrumb() -> None:
    meta = b'<meta name="sudameta" content="urlpath:stock/usstock/c/; allCIDs:57045,257">'
    page = article().replace(b"<head>", b"<head>" + meta)
    assert (read("wm", page).categories[2], place(read("wm", page))) == ("新浪财经－美股", "sudameta")
    page = page.replace(b'channel-path">', 'channel-path">产经'.encode())
    assert (read("wm", page).categories[2], place(read("wm", page))) == ("新浪财经－产经", "breadcrumb")


def test_the_folder_that_a_breadcrumb_links_counts_where_its_word_does_not() -> None:
    crumbs = '<a href="https://finance.sina.com.cn/stock/hkstock/">首页</a>'
    found = read("wm", crumbs=crumbs, lists=("macro",))
    assert (found.categories[2], place(found)) == ("新浪财经－港股", "breadcrumb")
    assert read("wm", crumbs=crumbs.replace("finance.sina", "other.example")).categories == SITE


@pytest.mark.parametrize("shown", ["标题就是这样一个长句子", "标题就是这样一个长…"])
def test_the_articles_own_title_is_no_section(shown: str) -> None:
    assert read("wm", title="标题就是这样一个长句子", crumbs=f"首页 &gt; {shown}").categories == SITE


@pytest.mark.parametrize(
    ("words", "label"),
    [
        (["国内财经"], "国內"),
        (["股票", "港股"], "港股"),
        (["新浪财经", "国内财经", "某个话题", "正文"], "国內"),
        (["财经", "期货", "农产品"], "期货"),
        (["财经", "期货"], "期货"),
        (["财经"], "财经"),
        (["新浪网", "新闻"], "新闻"),
        (["新浪财经ESG", "能源"], "ESG"),
        (["能源", "国际"], "能源"),
        (["新浪首页", "新浪财经", "新浪股票"], "股市"),
        (["首页", "股票频道", "正文", "国内"], "股市"),
        (["首页", "基金频道（共12篇）"], "基金"),
        (["滚动新闻", "基金"], "基金"),
        (["2026年07月18日 10:00", "12", "——", "Home", "SINA Finance"], ""),
        (["新浪首页", "财经首页", "正文"], ""),
        (["一个名字长得不可能是栏目名称的句子在这里出现了"], ""),
        ([], ""),
    ],
)
def test_which_word_of_a_breadcrumb_is_the_section(words: list[str], label: str) -> None:
    assert section_in(words, SINA)[1] == (f"新浪财经－{label}" if label else "")


def test_a_site_without_a_form_for_words_takes_none() -> None:
    assert section_in(["财经"], load_site("people_finance")) == ("", "")


def test_of_several_lists_the_first_of_the_site_file_counts() -> None:
    assert list_label(("finance", "forex", "hot-feed"), SINA) == ("forex", "新浪财经－外汇")
    assert list_label(("hot-feed", "us-stock-news:AAPL"), SINA) == ("us-stock-news:AAPL", "新浪财经－美股")
    assert list_label(("a-list-that-is-no-more",), SINA) == ("", "")
    assert list_label(("people-sitemap",), load_site("people_finance")) == ("people-sitemap", "人民网－财经")
    assert list_label(("people-original",), load_site("people_finance")) == ("people-original", "人民网－原创")


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<a href='/a'> 产经</a><span>&gt;</span><span>正文</span>", ["产经", "正文"]),
        ("<!-- <a>新浪新闻</a> > --><a href='/a'>产经</a>&nbsp;&gt;&nbsp;正文 ", ["产经", "正文"]),
        ("您的位置：首页 ＞ 股票＞港股", ["首页", "股票", "港股"]),
        ("当前位置: <a><b>首页</b></a> » <i>期货</i>", ["首页", "期货"]),
        ("<ul><li><a href='/'>首页</a></li><li>IPO/新股</li></ul>", ["首页", "IPO", "新股"]),
        ("您现在的位置是：首页 - 基金 · 动态 ❯ 要闻\u202e", ["首页", "基金", "动态", "要闻"]),
        ("财经 / <a>期货</a> -- 正文&amp;gt;全文", ["财经", "期货", "正文", "全文"]),
        ("<script>var a = '产经';</script>", []),
    ],
)
def test_the_words_of_a_breadcrumb(markup: str, words: list[str]) -> None:
    assert [word for word, _ in crumbs(f'<div class="bar">{markup}</div>{H1}')] == words


H1 = "<h1>标题</h1>"


def crumbs(body: str, base: str = "", select: str = "bar") -> tuple[tuple[str, str], ...]:
    root = parse(f"<body>{body}</body>".encode())
    found = (each for each in root.iter() if each.get("class") == select or each.tag == select)
    return read_crumbs(found, next(root.iter("h1")), base)


def test_a_link_without_an_address_is_a_word() -> None:
    assert crumbs(f'<div class="bar"><a>x</a></div>{H1}') == (("x", ""),)


def test_a_link_around_several_words_is_one() -> None:
    body = f'<div class="bar"><a href="/x#top">a<b>b</b>c</a> &gt; d</div>{H1}<a href="/y">e</a>'
    assert crumbs(body, "https://x.example/y/") == (("abc", "https://x.example/x"), ("d", ""))
    links = crumbs(body, "https://x.example/y/", select="a")  # a selector of links, as in older site files
    assert links == (("abc", "https://x.example/x"),)


@pytest.mark.parametrize(
    "body",
    [
        f'<div class="bar">首页 &gt; 基金 &gt; 正文{H1}<p>国际</p></div>',  # not closed, or around the page
        f'{H1}<div class="bar">股票</div>',
        f'<div class="bar">{"一" * 201}</div>{H1}',
        f'<div class="bar"><select><option>股票</select><b hidden>股票</b><button>股票</button></div>{H1}',
    ],
)
def test_what_is_no_breadcrumb(body: str) -> None:
    assert crumbs(body) == ()


def test_the_first_breadcrumb_with_words_counts() -> None:
    body = f'<div class="bar"></div><div class="bar">基金</div><div class="bar">股票</div>{H1}'
    assert crumbs(body) == (("基金", ""),)


BREAD = (
    '<div class="bread">{}</div><div class="page-header"><h1 id="artibodyTitle">标题</h1></div>'
    '<div class="page-info"><span class="time-source">2016年05月25日10:10 新浪财经</span></div>'
    '<div id="artibody"><p>正文。</p></div>'
)
BLOCK = (
    '<div class="blkBreadcrumbLink">{}</div><h1 id="artibodyTitle">标题</h1>'
    '<span id="pub_date">2013年05月25日 10:10</span><div id="artibody"><p>正文。</p></div>'
)
NAMELESS = (
    '<div class="nav_crumbs">{}</div><h1 class="main-title">标题</h1><div class="date-source">'
    '<span class="date">2026年05月25日 10:10</span></div><div id="artibody"><p>正文。</p></div>'
)


@pytest.mark.parametrize(
    ("frame", "crumbs"),
    [
        (BREAD, "<a href='/'>会议讲座</a>&gt;正文"),
        (BLOCK, "新浪财经 &gt; 会议讲座 &gt; 正文"),
        (NAMELESS, "首页 | 会议讲座"),
    ],
)
def test_each_design_has_its_breadcrumb(frame: str, crumbs: str) -> None:
    page = f'<html><head><meta charset="utf-8"></head><body>{frame.format(crumbs)}</body></html>'.encode()
    assert extract(page, URL.format("meeting")).categories == [*SITE, "新浪财经－会议讲座"]
