"""Where a page without an article leads."""

import time

import pytest

from newscrawl.answers.model import saved_page
from newscrawl.errors import Refused
from newscrawl.extraction.dom import parse
from newscrawl.extraction.moved import SHORT, target_of
from newscrawl.extraction.page import read_page
from newscrawl.sites.loader import load_site
from tests.support.server import article

BASE = "https://finance.sina.com.cn/x/a.shtml"
B = "https://finance.sina.com.cn/b.shtml"
SITE = load_site("sina_finance")


def refresh(content: str) -> str:
    return f'<meta http-equiv="refresh" content="{content}">'


@pytest.mark.parametrize(
    ("head", "target"),
    [
        (refresh(f"0;URL={B}"), B),
        (refresh("0; url=/b.shtml"), B),
        (refresh("0;/b.shtml"), B),
        (refresh("0, URL=/b.shtml"), B),
        (refresh("1.5;url='/b.shtml'"), B),
        (refresh("url=/b.shtml"), B),
        (refresh("0;url=b.shtml"), "https://finance.sina.com.cn/x/b.shtml"),
        ("<META CONTENT='3; URL = /b.shtml#top' HTTP-EQUIV=Refresh>", B),
        (refresh("5"), ""),
        (refresh("0.5"), ""),
        (refresh("10;"), ""),
        (refresh(f"0;url={BASE}#top"), ""),  # to itself
        (refresh("0;url=javascript:alert(1)"), ""),
        ('<meta http-equiv="content-type" content="0;url=/b.shtml">', ""),
        (refresh("0;url=''"), ""),
        (refresh("0;url="), ""),
        (refresh("0;url=http://127.0.0.1:99999/"), ""),
        (refresh("  0 ;  URL  =  /b.shtml  "), B),
        ("<meta http-equiv=refresh>", ""),
        (refresh("0;url=http://finance.sina.com.cn/b.shtml"), "http://finance.sina.com.cn/b.shtml"),
        ("<p http-equiv=refresh content='0;url=/b.shtml'>", ""),
        ("<style>location='/b.shtml'</style><script></script>", ""),
        ("<script>window.location.href='/b.shtml'</script>", B),
        ('<script>location = "/b.shtml"</script>', B),
        ("<script>top.location.replace( '/b.shtml')</script>", B),
        ("<script>document.location.assign('/b.shtml')</script>", B),
        ("<script>location.reload()</script>", ""),
        ("<script>if (location.href == '/b.shtml') {}</script>", ""),
        ("<script>mylocation = '/b.shtml'</script>", ""),
        ("<script>location.href = target</script>", ""),
        (refresh("0;url=javascript:x") + "<script>location.href='/b.shtml'</script>", B),
    ],
)
def test_where_a_page_leads(head: str, target: str) -> None:
    assert target_of(parse(f"<html><head>{head}</head><body></body></html>".encode()), BASE) == target


def test_a_page_may_have_been_asked_for_with_a_fragment() -> None:
    page = parse(f"<html><head>{refresh(f'0;url={BASE}')}</head></html>".encode())
    assert target_of(page, f"{BASE}#top") == ""


@pytest.mark.parametrize(("length", "leads"), [(SHORT, True), (SHORT + 1, False)])
def test_a_page_with_more_to_read_is_one_of_its_own(length: int, leads: bool) -> None:
    page = f"<script>location.href='/b.shtml'</script><p>{' 字 ' * length}</p>"
    assert bool(target_of(parse(page.encode()), BASE)) is leads


def refusal(page: str) -> Refused:
    with pytest.raises(Refused) as caught:
        read_page(saved_page(f"<html>{page}</html>".encode()), BASE, SITE)
    return caught.value


def test_a_page_that_leads_elsewhere_is_refused_with_its_target() -> None:
    refused = refusal(refresh("0;url=/b.shtml"))
    assert (refused.reason, refused.detail, refused.target, refused.by_rule) == ("moved", f"it leads to {B}", B, False)


def test_an_empty_container_may_lead_elsewhere() -> None:
    empty = article().decode().replace("<p>　　正文。</p>", "")
    assert refusal(empty.replace("<head>", f"<head>{refresh('0;url=/b.shtml')}")).target == B
    assert refusal(empty).reason == "no_text"


def test_a_rule_of_the_site_comes_first() -> None:
    refused = refusal(f"<title>页面没有找到</title>{refresh('5;url=/')}")
    assert (refused.reason, refused.by_rule, refused.target) == ("error", True, "")


def test_an_article_that_loads_itself_again_is_read() -> None:
    page = article("标题").decode().replace("<head>", f"<head>{refresh('300;url=/b.shtml')}")
    assert read_page(saved_page(page.encode()), BASE, SITE).raw.title == "标题"


def test_a_page_that_is_nothing_says_so() -> None:
    assert refusal("<p>x").detail == "no page design of this site fits the page"
    with pytest.raises(Refused, match="unknown_layout: the page is empty"):
        read_page(saved_page(b" \n"), BASE, SITE, half=True)


def test_blanks_take_no_time() -> None:
    """A pattern with three runs of blanks took 47 seconds for 2,100 of them."""
    page = parse(f"<html><head>{refresh(' ' * 100_000)}</head></html>".encode())
    begun = time.process_time()
    assert target_of(page, BASE) == ""
    assert time.process_time() - begun < 1
