"""Which of the addresses that a picture's attributes name is its best, and which names no picture."""

import pytest
from lxml import etree

from newscrawl import extract
from newscrawl.extraction.dom import parse
from newscrawl.extraction.images import best_image_url, first_picture, is_enlargement
from newscrawl.extraction.layouts import select_cut
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Cut, Site

SINA = load_site("sina_finance")
BASE = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
N, M = "https://n.sinaimg.cn/finance/{}.jpg", "https://mmbiz.qpic.cn/mmbiz_jpg/{}/640?wx_fmt=jpeg"
BLANK = "https://n.sinaimg.cn/images/transparent.gif"
NAMES = ("real_src", "big-src", "small-src", "data-src", "data-original")


def best(site: Site = SINA, **values: str) -> str:
    return best_image_url({name.replace("_", "-"): value for name, value in values.items()}, BASE, site)


@pytest.mark.parametrize("name", NAMES)
def test_an_address_on_the_sites_host_goes_before_one_that_is_not(name: str) -> None:
    for order in ({name: M.format(1), "src": N.format(1)}, {"src": N.format(1), name: M.format(1)}):
        assert best_image_url(order, BASE, SINA) == N.format(1)
    assert best_image_url({name: N.format(1), "src": M.format(1)}, BASE, SINA) == N.format(1)


@pytest.mark.parametrize("form", [N, M, "images/{}.jpg", "//ui.sina.com/{}.jpg"])
def test_among_equals_the_order_of_the_attributes_stays(form: str) -> None:
    values = {name: form.format(name.replace("_", "-")) for name in reversed((*NAMES, "src"))}
    for name in NAMES:
        assert best_image_url(values, BASE, SINA).endswith(form.format(name.replace("_", "-")).rpartition("/")[2])
        del values[name]
    assert best_image_url(values, BASE, SINA).endswith(form.format("src").rpartition("/")[2])


@pytest.mark.parametrize(
    "blank",
    [
        BLANK,
        "https://n.sinaimg.cn/loading.gif?v=2",
        "https://simg.sinajs.cn/blog7style/images/common/sg_trans.gif",
        "data:image/gif;base64,R0lGODlhAQABAAAAACw=",
        "about:blank",
        "javascript:;",
        "undefined",
        "",
    ],
)
def test_a_blank_never_wins(blank: str) -> None:
    assert best(real_src=blank, src=M.format(1)) == best(data_src=M.format(1), src=blank) == M.format(1)
    assert best(src=blank) == best(data_src=blank, src=blank) == ""


def test_a_relative_address_is_on_a_host_of_the_sites_where_the_page_is() -> None:
    assert best(data_src=M.format(1), src="images/1.jpg") == "https://finance.sina.com.cn/china/2026-03-01/images/1.jpg"
    outside = best_image_url({"data-src": M.format(1), "src": "1.jpg"}, "https://mirror.example/", SINA)
    assert outside == M.format(1)


@pytest.mark.parametrize(
    ("host", "hosted"),
    [
        ("n.sinaimg.cn", True),
        ("sinaimg.cn", True),
        ("newsimgs.sina.tw", True),
        ("image2.sina.com.cn", True),
        ("evil-sinaimg.cn", False),
        ("sinaimg.cn.evil.example", False),
        ("evil.example/sinaimg.cn", False),
    ],
)
def test_the_picture_hosts_of_sina(host: str, hosted: bool) -> None:
    assert (best(data_src=M.format(1), src=f"https://{host}/1.jpg") != M.format(1)) is hosted


SHOWN, LARGER = "https://n.sinaimg.cn/w550h412/{}.jpg", "https://n.sinaimg.cn/w1024h768/o.jpg"


@pytest.mark.parametrize("name", [*NAMES, "src"])
def test_the_original_is_compared_with_the_winner(name: str) -> None:
    winner = {name: SHOWN.format("a"), "src": BLANK} if name != "src" else {name: SHOWN.format("a")}
    for original, wins in (
        (LARGER, True),
        ("https://n.sinaimg.cn/w640h640/o.jpg", False),  # another picture
        ("https://n.sinaimg.cn/w275h206/o.jpg", False),  # smaller
        ("https://wx3.sinaimg.cn/mw690/o.jpg", False),  # of unknown size
        ("https://mmbiz.qpic.cn/w1024h768/o.jpg", False),
        (BLANK.replace("images", "w1024h768"), False),
    ):
        found = best_image_url({"data-mcesrc": original, **winner}, BASE, SINA)
        assert found == (original if wins else SHOWN.format("a")), original


def test_the_original_counts_where_nothing_else_is_on_the_sites_host() -> None:
    original = "https://wx3.sinaimg.cn/mw690/o.jpg"
    assert best(data_mcesrc=original, src=M.format(1)) == best(data_mcesrc=original, src=BLANK) == original
    assert best(data_mcesrc=original, data_src=M.format(1), src=SHOWN.format("a")) == SHOWN.format("a")
    assert best(data_mcesrc=M.format(2), src=M.format(1)) == M.format(1)
    assert best(data_mcesrc=M.format(2), src=BLANK) == ""


def test_what_a_proxy_appends_is_removed() -> None:
    assert best(data_src=M.format(1), src="//k.sinaimg.cn/n/1.jpg/w700d1q75cms.jpg?by=cms") == (
        "https://k.sinaimg.cn/n/1.jpg"
    )


def test_a_site_without_picture_hosts_takes_the_first() -> None:
    assert best(load_site("people_finance"), src="/1.jpg") == "https://finance.sina.com.cn/1.jpg"


def test_a_picture_that_was_pasted_with_its_article_is_read_from_the_sites_host() -> None:
    picture = f'<p><img data-src="{M.format(1)}" src="//n.sinaimg.cn/1.jpg"></p><p><img data-src="{M.format(2)}"></p>'
    page = f'<h1 class="main-title">题</h1><div id="artibody"><p>文</p>{picture}</div>'
    assert [image.src for image in extract(page.encode(), BASE).images] == [
        "https://n.sinaimg.cn/1.jpg",
        M.format(2),
    ]


@pytest.mark.parametrize(
    ("picture", "shown"),
    [
        ('<img srcset="//n.sinaimg.cn/w320h180/s.jpg 320w, //n.sinaimg.cn/big.jpg 640w">', "big"),
        ('<img data-srcset="//n.sinaimg.cn/big.jpg 2x,//n.sinaimg.cn/s.jpg">', "big"),
        (f'<img src="{BLANK}" srcset="//n.sinaimg.cn/big.jpg 1x, {BLANK} 2x">', "big"),
        (f'<img srcset="//n.sinaimg.cn/big.jpg 1x, {M.format(1)} 2x">', "big"),
        ('<img src="//n.sinaimg.cn/own.jpg" srcset="//n.sinaimg.cn/big.jpg 640w">', "own"),
        ('<picture><source srcset="//n.sinaimg.cn/big.jpg 640w, //n.sinaimg.cn/s.jpg 320w"><img alt="灯塔"></picture>', "big"),
        ('<picture><source srcset="//n.sinaimg.cn/big.jpg"/><source srcset="/s.jpg"/><img src=""></picture>', "big"),
        ('<picture><source srcset="//n.sinaimg.cn/big.jpg"><img src="//n.sinaimg.cn/own.jpg"></picture>', "own"),
    ],
)  # fmt: skip
def test_the_largest_of_several_sizes_counts_where_nothing_else_names_a_picture(picture: str, shown: str) -> None:
    page = f'<meta charset="utf-8"><h1 class="main-title">题</h1><div id="artibody"><p>文</p>{picture}<p>尾</p></div>'
    article = extract(page.encode(), BASE)
    assert ([image.src for image in article.images], article.headimg, article.text) == (
        [f"https://n.sinaimg.cn/{shown}.jpg"], f"https://n.sinaimg.cn/{shown}.jpg", "文\n尾",
    )  # fmt: skip


def test_explain_says_where_headimg_is_from() -> None:
    form = '<meta property="og:image" content="//n.sinaimg.cn/s.jpg"><h1 class="main-title">题</h1><div id="artibody"><p>文</p>{}</div>'
    for inside, place in (('<img src="//n.sinaimg.cn/1.jpg">', "first content image"), ("", "og:image")):
        winner = extract(form.format(inside).encode(), BASE).evidence["headimg"].winner
        assert winner
        assert winner.place == place


def container(inner: str) -> etree._Element:
    return next(parse(f"<div>{inner}</div>".encode()).iter("div"))


def test_an_address_has_the_scheme_of_its_host() -> None:
    assert best(src="http://n.sinaimg.cn/1.jpg") == "https://n.sinaimg.cn/1.jpg"
    people = "http://finance.people.com.cn/n1/2016/0915/c1004-28700003.html"
    assert (
        best_image_url({"src": "/1.jpg"}, people, load_site("people_finance")) == "http://finance.people.com.cn/1.jpg"
    )


@pytest.mark.parametrize(
    ("larger", "shown", "is_larger"),
    [
        ("w1024h768", "w550h412", True),
        ("w550h412", "w550h412", False),
        ("w1024h768", "w1024h760", False),
        ("w102h100", "w50h50", False),  # 2 % off
        ("w1000h1019", "w500h500", True),
        ("w10h0", "w0h0", False),
        ("w10h0", "w5h5", False),
        ("w10h10", "w0h5", False),
        ("1024", "w550h412", False),
    ],
)
def test_an_enlargement_has_the_same_proportions(larger: str, shown: str, is_larger: bool) -> None:
    assert is_enlargement(f"//n/{larger}/a.jpg", f"//n/{shown}/b.jpg") is is_larger


def test_the_first_picture_of_a_container() -> None:
    inner = f'<embed src="/0.swf"><img src="{BLANK}"><img src="//n.sinaimg.cn/default/logo.png"><p><b><img src="/1.jpg"></b></p><img src="/2.jpg">'
    element = container(inner)
    assert first_picture(element, BASE, SINA) == "https://finance.sina.com.cn/1.jpg"
    without = select_cut(element, (Cut("a test", css="p"),))
    assert first_picture(element, BASE, SINA, without) == "https://finance.sina.com.cn/2.jpg"
    without = select_cut(element, (Cut("a test", xpath=".//img"),))
    assert first_picture(element, BASE, SINA, without) == ""


def test_the_sources_of_a_picture_are_of_its_first_image() -> None:
    page = '<h1 class="main-title">题</h1><div id="artibody"><p>文</p><picture>{}<img alt="灯"><img alt="塔"></picture>'
    source = "<source srcset='//n.sinaimg.cn/{}.jpg {}w'></source>"
    for count, largest in ((3, 3), (40, 40), (50, 40)):
        html = page.format("".join(source.format(each, each) for each in range(1, count + 1)))
        found = [image.src for image in extract(f'<meta charset="utf-8">{html}'.encode(), BASE).images]
        assert found == ([f"https://n.sinaimg.cn/{largest}.jpg"] if count < 40 else []), count
