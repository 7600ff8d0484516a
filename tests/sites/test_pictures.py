"""No picture of a pager, a QR code or a counter is content or headimg: the rules of the site files."""

import time
from collections.abc import Callable
from itertools import product

import pytest

from newscrawl import extract
from newscrawl.extraction.article import Article
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site

SINA = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
PEOPLE = "http://finance.people.com.cn/n1/2016/0915/c1004-28700003.html"
OWN = {SINA: "https://n.sinaimg.cn/news/1.jpg", PEOPLE: "http://finance.people.com.cn/NMediaFile/1.jpg"}
APP = "https://n.sinaimg.cn/finance/cece9e13/20200514/343233024.png"


def sina(inside: str, head: str = "") -> Article:
    page = f'<html><head><meta charset="utf-8">{head}</head><body><h1 class="main-title">灯塔换灯</h1><div id="artibody"><p>文。</p>{inside}</div>'
    return extract(page.encode(), SINA)


def people(inside: str, head: str = "") -> Article:
    page = f'<html><head><meta charset="utf-8">{head}</head><body><div class="text_title"><h1>灯塔换灯</h1></div><div id="rwb_zw"><p>文。</p>{inside}</div>'
    return extract(page.encode(), PEOPLE, "people_finance")


SITES = [sina, people]
ADDRESSES = [
    "/img/next_page.jpg",
    "/img/prev_page.jpg",
    "/images/page/nextpage.gif?v=1",
    "/2026/qrcode.png",
    "/2026/qrcode_for_gh_1a2b3c_258.jpg",
    "/2026/weixin_qr.jpg",
    "/2026/erweima.gif",
    "/2026/EWM.PNG",
    "/2026/wxqrcode.png",
    "/2026/qrcode1.png",
    "/2026/erweima2.jpg",
    "/2026/ewm01.png",
    "/2026/app-qr-code-200x200.png",
    "/2026/gzh_ewm_small.png",
    "/img/btn_nextpage.png",
    "/img/page_next.png",
    "/img/next_page1.jpg",
    "/img/next.gif",
    "/img/icon-prev.png",
    "https://hm.baidu.com/hm.gif?si=1",
    "https://cnzz.mmstat.com/9.gif",
    "https://www.google-analytics.com/collect?v=1",
    "/2026/__utm.gif",
    "/2026/1px.gif",
    "http://beacon.sina.com.cn/a.gif?id=1",
    "http://counter.example.com/1.gif",
    "/stat/count.php?id=1",
]
MARKUP = [
    '<img src="/2026/1.gif" width="1" height="1">',
    '<img src="/2026/1.gif" width="0">',
    '<img src="/2026/1.gif" style="width:1px;height:1px">',
    '<img src="/2026/1.gif" style="border: 0; WIDTH: 0">',
    '<img src="/2026/1.gif" width="1px">',
    *[
        f'<p><img src="/2026/1.jpg" {name}="{words}"></p>'
        for name, words in product(
            ("alt", "title"),
            (
                "二维码",
                "微信公众号二维码",
                "新浪财经二维码",
                "江畔早餐公众号的二维码",
                "扫码关注公众号",
                "长按识别二维码，关注我们",
                "扫码下载新浪财经APP",
                "请扫描下方二维码",
                "QR code",
                "wx_code",
                "关注新浪财经公众号",
                "下一页",
                "[上一页]",
            ),
        )
    ],
    *[
        f'<div {name}="{mark}"><p><a href="/x"><img src="/2026/1.jpg"></a></p></div>'
        for name, mark in product(
            ("class", "id"),
            ("qr-code", "QRCode", "qrcode", "ewm", "wechat-code", "wx_code", "wxQr", "foot ewm2", "tjewm"),
        )
    ],
    '<div class="qrcode_blk"><p><img src="/2026/1.jpg"></p></div>',
    '<span class="m-erweima"><img src="/2026/1.jpg"></span>',
]
ONLY_SINA = [
    '<div class="app-kaihu-qr"><span>开户</span><img src="//n.sinaimg.cn/2.png"></div>',
    '<div class="wx-qr"><img src="//n.sinaimg.cn/2.png"></div>',
    '<p><a class="weixin_qr"><img src="//n.sinaimg.cn/2.png"></a></p>',
    '<img src="//n.sinaimg.cn/2.png" n-qr-mark="y" qr-area="0.734">',
    '<div sax-type="proxy"><img src="//n.sinaimg.cn/2.png"></div>',
]
ONLY_PEOPLE = [
    '<div class="tjewm"><img src="/NMediaFile/2.jpg"></div>',
    '<p><img src="/img/ewm2.jpg"></p>',
    '<p><img src="http://www.people.com.cn/img/2016wb/images/code_wx.jpg"></p>',
    '<p><img src="/img/MAIN/2013/08/share.png"></p>',
]
CASES = [
    *[(site, f'<p><img src="{src}"></p>') for site in SITES for src in ADDRESSES],
    *[(site, inside) for site in SITES for inside in MARKUP],
    *[(sina, inside) for inside in ONLY_SINA],
    *[(people, inside) for inside in ONLY_PEOPLE],
]


@pytest.mark.parametrize(("read", "inside"), CASES)
def test_a_pager_a_qr_code_and_a_counter_are_no_pictures_of_an_article(
    read: Callable[..., Article], inside: str
) -> None:
    alone = read(inside)
    assert (alone.text, alone.images, alone.headimg) == ("文。", [], "")
    own = OWN[alone.url]
    both = read(f'{inside}<p><img src="{own}"></p>')
    assert ([image.src for image in both.images], both.headimg) == ([own], own)


@pytest.mark.parametrize("read", SITES)
@pytest.mark.parametrize("src", ADDRESSES)
def test_none_is_headimg_by_way_of_the_head(read: Callable[..., Article], src: str) -> None:
    assert read("", f'<meta property="og:image" content="{src}">').headimg == ""
    shared = "https://n.sinaimg.cn/news/2.jpg"
    assert read("", f'<meta property="og:image" content="{shared}">').headimg == shared


@pytest.mark.parametrize("read", SITES)
@pytest.mark.parametrize(
    "inside",
    [
        '<p><img src="{}" alt="付款二维码"></p>',
        '<p><img src="{}" alt="code"></p>',
        '<p><img src="{}" title="关注公众号乱象"></p>',
        '<p><img src="{}" alt="扫码关注成了新的见面礼"></p>',
        '<p><img src="{}" alt="微信二维码支付闸机"></p>',
        '<p><img src="{}" width="640" height="0"></p>',
        '<p><img src="{}" width="1" style="width: 100%"></p>',
        '<p><img src="{}" style="max-width: 1px"></p>',
        '<div class="qr-story"><p>' + "长" * 101 + '</p><img src="{}"></div>',
        '<p><img src="{}" width="100" height="10"></p>',
        '<div class="article-squared"><img src="{}"></div>',
        '<div class="qrs codex ewmx"><img src="{}"></div>',
    ],
)
def test_pictures_of_an_article_stay(read: Callable[..., Article], inside: str) -> None:
    own = OWN[read("").url]
    assert [image.src for image in read(inside.format(own)).images] == [own]


@pytest.mark.parametrize(
    "src",
    [
        "https://n.sinaimg.cn/spider/w1080h608/qrstuv-1.jpg",
        "https://n.sinaimg.cn/next/page/1.jpg",
        "https://n.sinaimg.cn/discount.png",
        "https://n.sinaimg.cn/ewm-trade-index.jpg",
        "https://n.sinaimg.cn/qr-code-payments-2026.jpg",
        "https://n.sinaimg.cn/next.jpg",
        "https://n.sinaimg.cn/next-page-of-history.jpg",
        "https://n.sinaimg.cn/100px.gif",
        "https://n.sinaimg.cn/c/1.gif",
        "https://www.hit.edu.cn/1.jpg",
    ],
)
def test_addresses_that_only_look_like_it(src: str) -> None:
    assert [image.src for image in sina(f'<img src="{src}">').images] == [src]


def test_a_small_code_in_a_picture_is_a_part_of_it() -> None:
    inside = (
        '<img src="//n.sinaimg.cn/2.png" n-qr-mark="y" qr-area="0.05"><img src="//n.sinaimg.cn/3.png" n-qr-mark="y">'
    )
    assert len(sina(inside).images) == 2


@pytest.mark.parametrize(
    ("words", "caption", "kept"),
    [
        ("二维码", "图为北京地铁站内的二维码支付闸机。", True),
        ("扫码关注公众号", "图为商家。", True),
        ("二维码", "", False),
        ("二维码", "扫码关注公众号", False),
    ],
)
def test_a_picture_with_a_caption_is_the_articles(words: str, caption: str, kept: bool) -> None:
    for form in (
        '<div class="img_wrapper"><img src="{}" alt="{}"><span class="img_descr">{}</span></div>',
        '<figure><a href="/x"><img src="{}" alt="{}"></a><figcaption>{}</figcaption></figure>',
    ):
        found = sina(form.format(OWN[SINA], words, caption))
        assert [(image.src, image.caption) for image in found.images] == ([(OWN[SINA], caption)] if kept else [])


def test_a_caption_is_that_of_the_last_picture_before_it() -> None:
    inside = f'<p><img src="/2026/1.jpg" alt="二维码"></p><div><img src="{OWN[SINA]}"><span class="img_descr">图为港口。</span></div>'
    assert [image.src for image in sina(inside).images] == [OWN[SINA]]


def test_the_class_of_what_is_around_an_article_marks_none_of_its_pictures() -> None:
    page = f'<h1 class="main-title">题</h1><div class="qrcode"><div id="artibody" class="ewm"><img src="{OWN[SINA]}">文</div></div>'
    assert len(extract(page.encode(), SINA).images) == 1


def test_both_sites_know_the_same_pictures_of_the_frame() -> None:
    """Their addresses differ by the first lines: what stands for a picture that is loaded later, the site's own."""
    one, other = load_site("sina_finance"), load_site("people_finance")
    assert (one.frame_words, one.frame_marks) == (other.frame_words, other.frame_marks)
    same = one.image_blanks[one.image_blanks.index("| /(?:(?:btn") :].strip()
    assert other.image_blanks.strip().endswith(same)
    assert same.count("\n") == 4


def test_long_words_and_many_pictures_take_no_time() -> None:
    begun = time.process_time()
    many = '<img src="//n.sinaimg.cn/1.jpg"><span class="img_descr">甲</span>' * 3000
    assert len(sina(f'<div class="qrcode">{many}</div>').images) == 3000
    for word in ("公众号", "新浪", "扫码", "a", "_qr"):
        assert (
            len(
                sina(f'<img src="//n.sinaimg.cn/{word * 9999}1.jpg" alt="{word * 9999}" class="{word * 9999}x">').images
            )
            < 2
        )
    assert time.process_time() - begun < 2


def test_the_apps_code_is_no_content_and_the_last_headimg() -> None:
    """Existing posts have it where the article has no picture, and nothing but it."""
    code = f'<div class="appendQr_wrap"><div class="appendQr_normal"><img src="{APP}"></div></div>'
    broker = '<div class="app-kaihu-qr"><img src="//n.sinaimg.cn/2.png"></div>'
    article = sina(broker + code)
    assert (article.images, article.headimg) == ([], APP)
    elsewhere = sina(f'<p><img src="{APP}"></p>')
    assert (elsewhere.images, elsewhere.headimg) == ([], "")
    assert "headimg: 'https://n.sinaimg.cn/2.png'" in post_of(article, body="full")  # as existing posts have it
    assert sina(code + '<p><img src="//n.sinaimg.cn/news/1.jpg"></p>').headimg == OWN[SINA]
    shared = sina(code, f'<meta property="og:image" content="{OWN[SINA]}">')
    assert shared.headimg == OWN[SINA]
    assert f"headimg: '{OWN[SINA]}'" in post_of(shared, body="full")
    people_post = post_of(people('<div class="tjewm"><img src="/NMediaFile/2.jpg"></div>'), body="full")
    assert "headimg: ''" in people_post


PAGE = "/n1/2016/0915/c1004-28700003"
BUTTONS = '<td><a href="{page}.html"><img src="/img/prev_page.jpg"></a></td><td><a href="{page}-2.html"><img src="/img/next_page.jpg"></a></td>'
WORDS = '<td><a href="{page}.html">上一页</a></td><td>&nbsp;【1】</td><td><a href="{page}-2.html">下一页</a></td>'


@pytest.mark.parametrize("cells", [BUTTONS, WORDS])
@pytest.mark.parametrize("frame", ["{}", "<center>{}</center>", "<br>{}"])
def test_the_pager_of_people_may_be_a_table(cells: str, frame: str) -> None:
    table = frame.format(f"<table><tr>{cells.format(page=PAGE)}</tr></table>")
    article = people(f'<p>尾。</p><div class="zdfy clearfix"></div>{table}')
    assert (article.text, article.images) == ("文。\n尾。", [])
    assert article.raw.further == (PEOPLE.replace(".html", "-2.html"),)


@pytest.mark.parametrize(
    "table", ["<tr><td>年</td><td><a href='/x'>1页</a></td></tr>", "<tr><td>1</td><td>2</td></tr>"]
)
def test_a_table_of_an_article_of_people_stays(table: str) -> None:
    assert " | " in people(f'<div class="zdfy clearfix"></div><table>{table}</table>').text
    assert " | " in people(f"<p>甲</p><table>{table.replace('1', '<a href=/x>1</a>')}</table>").text
