"""`<base href>` counts in every relative address of a page, and makes no address of another host the article's own."""

import pytest

from newscrawl import extract
from newscrawl.discovery.html import next_page_url, read_html
from newscrawl.errors import Refused
from newscrawl.extraction.dom import base_of, parse
from newscrawl.extraction.full import full_body
from newscrawl.extraction.moved import target_of
from newscrawl.posts.render import post_of
from newscrawl.sites.loader import load_site

SITE = load_site("sina_finance")
PLACE = "https://finance.sina.com.cn/china/20100301/02427372262.shtml"
URL = "https://finance.sina.com.cn/x/y.html"


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ("", URL),
        ('<base href="https://news.sina.com.cn/c/">', "https://news.sina.com.cn/c/"),
        ('<base href="/c/"><base href="/d/">', "https://finance.sina.com.cn/c/"),
        ('<base target="_blank"><base href="../c/d.html">', "https://finance.sina.com.cn/c/d.html"),
        ('<base href="//news.sina.com.cn/">', "https://news.sina.com.cn/"),
        ('<base href="http://finance.sina.com.cn/c/">', "http://finance.sina.com.cn/c/"),
        ('<base href=""><base href="/d/">', URL),
        ('<base href="javascript:alert(1)//"><base href="/d/">', URL),
        ('<base href="data:text/html,x">', URL),
        ('<base href="file:///etc/">', URL),
        ('<base href="http://[">', URL),
        ("</head><body><p><base href='/c/'>", "https://finance.sina.com.cn/c/"),
        ("<!-- <base href='/c/'> -->", URL),
    ],
)
def test_the_base_of_a_page(bases: str, expected: str) -> None:
    assert base_of(parse(f"<html><head>{bases}</head><body></body></html>".encode()), URL) == expected


def test_a_page_without_an_address_has_the_base_that_it_names() -> None:
    assert base_of(parse(b"<base href=/c/>"), "") == ""
    assert base_of(parse(b"<base href=http://a.example/c/>"), "") == "http://a.example/c/"


def page(base: str, inside: str = "", head: str = "") -> bytes:
    return (
        f'<html><head><meta charset="utf-8"><base href="{base}">{head}</head><body><h1 id="artibodyTitle">灯塔换灯</h1>'
        f'<span id="pub_date">2010年03月01日 02:42</span><div id="artibody"><p>守塔人换了灯。</p>{inside}</div>'
        f"</body></html>"
    ).encode()


def test_pictures_links_and_headimg() -> None:
    inside = '<p><img src="1.jpg"> <a href="2.html">二</a> <a href="#top">上</a></p>'
    article = extract(page("https://news.sina.com.cn/c/", inside), PLACE)
    assert [image.src for image in article.images] == ["https://news.sina.com.cn/c/1.jpg"]
    assert article.headimg == "https://news.sina.com.cn/c/1.jpg"
    assert 'href="https://news.sina.com.cn/c/2.html"' in article.html
    shared = extract(page("/c/", head='<meta property="og:image" content="s.jpg">'), PLACE)
    assert shared.headimg == "https://finance.sina.com.cn/c/s.jpg"


def test_the_full_body() -> None:
    article = extract(page("/c/", '<p><img src="1.jpg"> <a href="2.html">二</a></p>'), PLACE)
    post = post_of(article, body="full")
    assert 'src="https://finance.sina.com.cn/c/1.jpg"' in post
    assert 'href="https://finance.sina.com.cn/c/2.html"' in post
    assert "headimg: 'https://finance.sina.com.cn/c/1.jpg'" in post
    article = extract(page("/c/", '<div class="app-kaihu-qr"><img src="1.jpg"></div>'), PLACE)
    assert "headimg: 'https://finance.sina.com.cn/c/1.jpg'" in post_of(article, body="full")
    root = parse(b"<base href=/c/><div><base href=/d/><a href=2.html>2</a></div>")
    assert full_body([next(root.iter("div"))], URL) == '<a href="https://finance.sina.com.cn/c/2.html">2</a>'


def test_the_way_to_the_article_above_its_headline() -> None:
    crumbs = '<div class="blkBreadcrumbLink"><a href="stock/">股票</a> <a href="#">正文</a></div>'
    at = "https://finance.sina.com.cn/roll/20100301/02427372262.shtml"
    article = extract(page("https://finance.sina.com.cn/").replace(b"<body>", f"<body>{crumbs}".encode()), at)
    assert article.raw.breadcrumb == (("股票", "https://finance.sina.com.cn/stock/"), ("正文", ""))
    assert article.channel == "stock"


def test_further_pages() -> None:
    links = '<a href="02427372262_2.shtml">2</a>'
    assert extract(page("/china/20100301/", links), PLACE).raw.further == (PLACE.replace(".shtml", "_2.shtml"),)
    assert extract(page("/china/20110301/", links), PLACE).raw.further == ()  # another article's


@pytest.mark.parametrize("given", [PLACE, ""])
def test_its_own_address(given: str) -> None:
    link = '<link rel="canonical" href="02427372262.shtml">'
    assert extract(page("http://finance.sina.com.cn/china/20100301/", head=link), given).url == PLACE


def test_where_a_page_without_an_article_leads() -> None:
    refresh = '<meta http-equiv="refresh" content="0;url=b.html">'
    assert target_of(parse(f"<base href=/c/>{refresh}".encode()), URL) == "https://finance.sina.com.cn/c/b.html"
    script = "<script>location.href='b.html'</script>"
    assert target_of(parse(f"<base href=/c/>{script}".encode()), URL) == "https://finance.sina.com.cn/c/b.html"
    assert target_of(parse(f"<base href=/c/>{refresh}".encode()), "https://finance.sina.com.cn/c/b.html") == ""
    with pytest.raises(Refused) as caught:
        extract(f"<html><head><base href=/c/>{refresh}</head></html>".encode(), URL)
    assert caught.value.target == "https://finance.sina.com.cn/c/b.html"


def test_lists() -> None:
    text = b'<html><base href="/c/"><ul><li><a href="1.shtml">1</a></li></ul><a class="n" href="2.html">2</a></html>'
    assert [row.url for row in read_html(text, URL, "li a", "(?!)", SITE.zone)] == [
        "https://finance.sina.com.cn/c/1.shtml"
    ]
    assert next_page_url(text, URL, "a.n") == "https://finance.sina.com.cn/c/2.html"


def test_another_hosts_addresses_are_not_the_articles_own() -> None:
    base = "http://evil.example/china/20100301/"
    head = '<link rel="canonical" href="02427372262.shtml"><meta property="og:url" content="02427372262.shtml">'
    article = extract(page(base, '<a href="02427372262_2.shtml">2</a>', head), PLACE)
    assert (article.url, article.raw.further, article.raw.claimed) == (PLACE, (), None)
    assert extract(page(base, head=head), "").url == ""
    other = extract(page(base, head='<link rel="canonical" href="02427372299.shtml">'), PLACE)
    assert (other.url, other.raw.claimed, other.raw.flags) == (PLACE, None, ())


def test_links_to_pages_on_another_host_are_none_of_the_article() -> None:
    links = '<a href="{}/china/20100301/02427372262_{}.shtml">2</a>'
    inside = links.format("http://evil.example", 2) + links.format("http://news.sina.com.cn", 3)
    further = extract(page("/", inside), PLACE).raw.further
    assert further == ("https://news.sina.com.cn/china/20100301/02427372262_3.shtml",)
    mirror = PLACE.replace("https://finance.sina.com.cn", "https://mirror.example:8080")
    inside = links.format("http://evil.example", 2) + links.format("", 3)
    assert extract(page("/", inside), mirror).raw.further == (mirror.replace(".shtml", "_3.shtml"),)
