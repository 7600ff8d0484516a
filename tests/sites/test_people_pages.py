"""What pages of 人民网 have besides the article: lines beside the headline, links to other pages, further pages."""

from dataclasses import replace

import pytest

from newscrawl import extract
from newscrawl.answers.model import saved_page
from newscrawl.demo.site import PAGES
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import assemble
from newscrawl.extraction.explain import explain
from newscrawl.extraction.page import read_page
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import Address, address, is_allowed

PEOPLE = load_site("people_finance")
URL = "http://finance.people.com.cn/n1/2026/0306/c1004-40600009.html"
TEXT = "<p>　　第一段有一个数字，3.5。</p>"

# The head and the article of each design; {over}, {title} and {under} are the headline and the lines beside it.
DESIGNS = {
    "rm2020": '<div class="layout rm_txt cf"><div class="col col-1 fl">{over}<h1>{title}</h1>{under}'
    '<div class="author cf">陈渡</div><div class="channel cf"><div class="col-1-1 fl"><b id="newstime">2026年03月06日08:15'
    '</b> | 来源：<a href="/">江畔日报</a></div></div><div class="rm_txt_con cf"><div id="rm_txt_zw">{text}</div></div>'
    '<div class="rm_relevant cf"><h2>推荐</h2><h4 class="sub">别处</h4></div></div></div>',
    "rwb2015": '<div class="clearfix w1000_320 text_title">{over}<h1>{title}</h1>{under}<p class="author">陈渡</p>'
    '<div class="box01"><div class="fl">2026年03月06日08:15&nbsp;来源：<a href="/">江畔日报</a></div></div></div>'
    '<div class="box_con" id="rwb_zw">{text}</div>',
    "p2012": '<div class="text_c">{over}<h1 id="p_title">{title}</h1>{under}<h2><span id="p_publishtime">2026年03月06日08:15'
    '</span><span id="p_origin">来源：<a href="/">江畔日报</a></span></h2><div id="p_content">{text}</div></div>',
    "health2018": '<div class="articleCont"><div class="title">{over}<h2>{title}</h2>{under}</div><div class="artOri">'
    '2026年03月06日08:15 来源：<a href="/">江畔日报</a></div><div class="artDet">{text}</div><div class="editor">(责编：何小舟、支全明)'
    "</div></div>",
}  # fmt: skip
PRE, SUB = '<h3 class="pre">　引题 甲</h3>', '<h4 class="sub">——副题\n乙</h4>'
BESIDE = [
    *((design, PRE, SUB) for design in DESIGNS),
    ("rm2020", "<h3>引题 甲</h3>", "<h4>——副题 乙</h4>"),
    ("rm2020", '<div class="pre">引题 甲</div>', '<p class="sub">——副题 乙</p>'),
    ("rm2020", '<div class="pre">引题 甲</div><p></p>', '<div class="author"></div><div class="sub">——副题 乙</div>'),
    ("rwb2015", '<h3 class="pre">引题 甲</h3>', "<h2>——副题 乙</h2>"),
    ("rwb2015", '<h3 class="pre big">引题<br>\n甲</h3>', '<h4 class="sub"></h4><h4 class="sub">——副题 乙</h4>'),
    ("p2012", '<h3 id="jtitle">引题 甲</h3>', '<h2 id="ftitle">——副题 乙</h2>'),
    ("p2012", '<h3 class="yt">引题 甲</h3>', '<h4 class="ft">——副题 乙</h4>'),
    ("health2018", "<h3>引题 甲</h3>", "<h3>——副题 乙</h3>"),
]


def page(design: str = "rm2020", over: str = "", title: str = "主题", under: str = "", text: str = TEXT) -> bytes:
    html = DESIGNS[design].format(over=over, title=title, under=under, text=text)
    return f'<html><head><meta charset="utf-8"></head><body>{html}</body></html>'.encode()


def read(html: bytes) -> Article:
    return extract(html, URL, "people_finance")


@pytest.mark.parametrize(("design", "over", "under"), BESIDE)
def test_kicker_and_subtitle_are_fields_and_never_part_of_the_title(design: str, over: str, under: str) -> None:
    article = read(page(design, over, under=under))
    assert (article.layout, article.kicker, article.title, article.subtitle) == (design, "引题 甲", "主题", "——副题 乙")
    assert article.text == "　　第一段有一个数字，3.5。".strip("　")
    assert post_of(article) == post_of(read(page(design)))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("more", [' <a href="/2">南岭周报</a>', "、<span>南岭周报</span>", "<a>打印</a>", ""])
def test_the_first_of_two_media_is_the_source(design: str, more: str) -> None:
    link = '<a href="/">江畔日报</a>'
    article = read(page(design).replace(link.encode(), f"{link}{more}".encode()))
    text = read(page(design).replace(link.encode(), f"江畔日报{more}".encode()))
    assert article.source == text.source == article.author == "江畔日报"


@pytest.mark.parametrize("design", DESIGNS)
def test_a_page_without_them_has_empty_ones(design: str) -> None:
    for over, under in (("", ""), ('<h3 class="pre"></h3>', '<h4 class="sub"> </h4>'), ("<h3></h3>", "<h4></h4>")):
        article = read(page(design, over, under=under))
        assert (article.kicker, article.title, article.subtitle) == ("", "主题", "")


@pytest.mark.parametrize("design", DESIGNS)
def test_kicker_and_subtitle_within_the_headline_are_taken_out_of_it(design: str) -> None:
    """Some pages have their tags within the headline's."""
    article = read(page(design, title=f"{PRE}主题{SUB}"))
    assert (article.kicker, article.title, article.subtitle) == ("引题 甲", "主题", "——副题 乙")


@pytest.mark.parametrize("design", DESIGNS)
def test_headings_of_the_article_stay_in_its_text(design: str) -> None:
    """A heading in the text may have the class of a subtitle."""
    article = read(page(design, text=f'<h3 class="pre">小题一</h3>{TEXT}<h4 class="sub">小题二</h4><p>　　完。</p>'))
    assert (article.kicker, article.subtitle) == ("", "")
    assert article.text.splitlines() == ["小题一", "第一段有一个数字，3.5。", "小题二", "完。"]


def test_explain_says_where_they_stand() -> None:
    _, evidence = explain(saved_page(page(over=PRE, under=SUB)), URL, PEOPLE)
    found = {name: evidence[name].winner for name in ("kicker", "subtitle")}
    assert {name: (won.value, won.why) for name, won in found.items() if won} == {
        "kicker": ("引题 甲", "the line over the headline"),
        "subtitle": ("——副题 乙", "the line under the headline"),
    }
    assert ".sub" in str(evidence["subtitle"].winner)


LINKED = (
    "详情请看专题&gt;&gt;",
    "更多 》",
    "【专题】港口的一年>",
    "查看全文＞＞",
    "《港口法》全文&gt;&gt;",
    "公告&lt;第2号&gt;全文&gt;&gt;",
    "公告＜第2号＞全文＞＞",
    "〈港口法〉全文&gt;&gt;",
    "«港口法»全文»",
    "更多»",
    "【更多>>】",
)


@pytest.mark.parametrize("words", LINKED)
def test_a_line_that_is_only_a_link_with_an_arrow_goes(words: str) -> None:
    for line in (f'<a href="/GB/1/">{words}</a>', f'　　<strong><a href="/GB/1/">{words}</a></strong>&nbsp;',
                 f'<a href="/GB/1/">{words[:2]}</a><a href="/GB/2/">{words[2:]}</a>'):  # fmt: skip
        article = read(page(text=f"{TEXT}<p>{line}</p><p>　　第二段。</p>"))
        assert article.text.splitlines() == ["第一段有一个数字，3.5。", "第二段。"], line


def test_an_arrow_after_the_link_goes_with_it() -> None:
    assert read(page(text=f'{TEXT}<p><a href="/GB/1/">更多</a>&gt;&gt;</p>')).text == "第一段有一个数字，3.5。"


@pytest.mark.parametrize(
    "line",
    [
        "　　详情请看专题&gt;&gt;",
        '　　他说：<a href="/GB/1/">详情请看专题&gt;&gt;</a>',
        *(f'　　他{say}：<a href="/GB/1/">详情请看专题&gt;&gt;</a>' for say in ("称", "表示", "指出", "认为", "介绍")),
        '　　<a href="/GB/1/">专题&gt;&gt;</a>有32页',
        '　　第2页 <a href="/GB/1/">3&gt;&gt;</a>',
        '<a href="/GB/1/">《港口法》</a>',
        '<a href="/GB/1/">《〈港口法〉实施细则》</a>',
        '<a href="/GB/1/">公告&lt;第2号&gt;</a>',
        '<a href="/GB/1/">港口的一年</a>',
        "　　8 &gt; 7，7 &gt;&gt; 1&gt;",
    ],
)
def test_nothing_else_that_ends_in_an_arrow_goes(line: str) -> None:
    article = read(page(text=f"{TEXT}<p>{line}</p><p>　　第二段。</p>"))
    assert len(article.text.splitlines()) == 3


@pytest.mark.parametrize(
    "row",
    [
        '<a href="c1004-40600009.html">【1】</a>&nbsp;<a href="c1004-40600009-2.html">【2】</a>',
        '【1】 <a href="c1004-40600009-2.html">【2】</a> <a href="c1004-40600009-2.html">下一页</a>',
        '<a href="c1004-40600009.html">上一页</a> <a href="c1004-40600009.html">1</a> 2',
    ],
)
def test_a_row_of_links_to_the_articles_pages_goes(row: str) -> None:
    assert read(page(text=f"{TEXT}<p>{row}</p>")).text.splitlines() == ["第一段有一个数字，3.5。"]
    assert len(read(page(text=f"{TEXT}<p>【1】 【2】</p><p><a href='/x'>12</a>日</p>")).text.splitlines()) == 3


def test_the_health_channel_is_read() -> None:
    article = extract((PAGES / "people_finance" / "health2018_sleep.html").read_bytes(), site="people_finance")
    assert (article.url, article.layout) == (
        "http://health.people.com.cn/n1/2025/0909/c14739-40559901.html",
        "health2018",
    )
    assert (article.source, article.editor) == ("人民网－江畔日报", "何小舟、支全明")
    assert article.published
    assert article.published.isoformat() == "2025-09-09T08:52:00+08:00"
    assert (article.kicker, article.title, article.subtitle) == ("", "午睡多久合适", "——睡眠门诊的五个问题")
    assert is_allowed("http://health.people.cn/n1/2022/0508/c14739-32416935.html", PEOPLE)


def test_the_editor_of_the_health_channel_is_a_field_wherever_he_stands() -> None:
    """The line may also stand in the article, and a writer over it."""
    html = page("health2018").replace(
        b'<div class="artDet">', '<div class="author">陈渡</div><div class="artDet">'.encode()
    )
    for line in ("(责编：何小舟、支全明)", "（责任编辑：何小舟、支全明）"):
        inside = f'</p><div class="editor">{line}</div></div><div class="share">分享</div>'
        moved = html.replace('</p></div><div class="editor">(责编：何小舟、支全明)</div>'.encode(), inside.encode())
        assert moved != html
        article = read(moved)
        assert (article.editor, article.byline) == ("何小舟、支全明", ["陈渡"])
        assert article.text == "第一段有一个数字，3.5。"


def people(path: str, host: str = "finance.people.com.cn") -> Address:
    return address(f"http://{host}{path}", PEOPLE)


@pytest.mark.parametrize(
    ("url", "docid", "channel"),
    [
        ("http://he.people.com.cn/n2/2024/0306/c192235-40767812.html", "people-40767812", "c192235"),
        ("http://js.people.cn/n2/2026/0627/c360303-41622883-2.html", "people-41622883", "c360303"),
        ("http://finance.people.com.cn/n1/2024/0306/c1004-L_40189.html", "people-l-40189", "c1004"),
        ("http://sc.people.com.cn/n2/2023/0824/cL_345167-L_40189-3.html", "people-l-40189", "cL_345167"),
        ("http://sc.people.com.cn/n2/2023/0824/cL_345167-40189001.html", "people-40189001", "cL_345167"),
    ],
)
def test_local_channels_and_their_ids(url: str, docid: str, channel: str) -> None:
    found = address(url, PEOPLE)
    assert (found.docid, found.channel, found.is_article) == (docid, channel, True)
    assert found.key == f"{docid}-{found.date}"


def test_an_id_with_a_letter_is_another_article_than_its_number() -> None:
    path = "/n1/2024/0306/c1004-{}.html"
    assert people(path.format("L_4018900")).key != people(path.format("4018900")).key
    meta = b'<meta name="contentid" content="L_4018900">'
    saved = extract(page().replace(b"<head>", b"<head>" + meta), "http://finance.people.com.cn/x", "people_finance")
    assert saved.docid == people(path.format("L_4018900")).docid == "people-l-4018900"


@pytest.mark.parametrize(
    "path",
    [
        "/n1/2026/0306/c1004-40600009",
        "/n2/2026/0306/c192235-41622883",
        "/n2/2026/0306/cL_192235-L_40189",
    ],
)
@pytest.mark.parametrize("design", ["rm2020", "rwb2015", "health2018"])
def test_pages_are_joined(path: str, design: str) -> None:
    """Their addresses end in -2, -3; the pager names all of them or only the next."""
    first = f"http://he.people.com.cn{path}.html"
    numbers = ("", "-2", "-3")

    def fetch(url: str) -> Article:
        number = address(url, PEOPLE).page
        links = [f'<a href="{path}{each}.html">{at}</a>' for at, each in enumerate(numbers, 1)]
        following = f'<a href="{path}{numbers[number]}.html">下一页</a>' if number < len(numbers) else ""
        pager = (
            f'<div class="zdfy clearfix">{"".join(links) if number == 1 and design == "rm2020" else following}</div>'
        )
        read = read_page(saved_page(page(design, text=f"<p>第{number}页。</p>{pager}")), url, PEOPLE)
        read.raw = replace(read.raw, title=f"{read.raw.title}（{number}）")
        return read

    whole = assemble(fetch(first), fetch)
    assert [line.text for block in whole.raw.blocks for line in block.lines] == ["第1页。", "第2页。", "第3页。"]
    assert (whole.url, whole.raw.title) == (first, "主题（1）")
