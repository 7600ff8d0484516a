"""Half a page is refused as `broken`, or read and flagged where that is wanted."""

from dataclasses import replace
from typing import Any

import pytest

from newscrawl.answers.model import CUT_OFF, Answer
from newscrawl.errors import Refused
from newscrawl.extraction.article import UNPROVEN
from newscrawl.extraction.page import extract, read_page
from newscrawl.sites.loader import load_site
from tests.support.brief_frames import BRIEFS, FRAMES, document
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
SITE = load_site("sina_finance")
PAGE = article("标题", "甲乙丙" * 40)
WITHIN = PAGE[: PAGE.index("丙".encode()) + 3]
AFTER = PAGE.replace(b"</body></html>", b"<div>more</div>")  # no end tag, and more than the article


def read(answer: Answer, **options: Any) -> list[str]:
    """The flags of the article of an answer."""
    return [*read_page(answer, URL, SITE, **options).raw.flags]


@pytest.mark.parametrize("cut", [{"unfinished": "gzip"}, {"missing": 1}, {"status": 206}, {"truncated": "length"}])
def test_an_answer_that_is_cut_off_is_broken(cut: dict[str, Any]) -> None:
    answer = replace(Answer(PAGE), **cut)
    with pytest.raises(Refused, match=r"^broken: the answer ") as caught:
        read(answer)
    assert not caught.value.by_rule
    assert read(answer, half=True) == [CUT_OFF]


@pytest.mark.parametrize(
    ("answer", "broken"),
    [
        (Answer(PAGE), ""),
        (Answer(AFTER), ""),
        (Answer(AFTER, sized=False), "the answer has no Content-Length, and its page no </html>"),
        (Answer(WITHIN), "the page ends within its article"),
        (Answer(WITHIN, sized=False), "the answer has no Content-Length, and its page no </html>"),
        (Answer(PAGE, sized=False), ""),
        (Answer(PAGE.replace(b"</body></html>", b"\n")), ""),  # its container is closed
        (Answer(PAGE.replace(b"</html>", b"")), ""),
        (Answer(WITHIN + b"</p><div><img></div>"), "the page ends within its article"),
        (Answer(WITHIN + b"</p><table><tr><td>1</td></tr></table>"), "the page ends within its article"),
        (Answer(WITHIN + b"</p></div><script>var a = '"), ""),
        (Answer(WITHIN + b'</p><p class="'), "the page ends within its article"),
        (Answer(WITHIN + b"</p><script>'</html>'</script><div>"), "the page ends within its article"),
        (Answer(PAGE + b"<script>document.write('<p>')</script>", sized=False), ""),
        (Answer(WITHIN.replace(b"<head>", b"<head><script>'</html>'</script>")), "the page ends within its article"),
    ],
)
def test_a_page_may_be_half_one_with_the_length_that_it_says(answer: Answer, broken: str) -> None:
    if broken:
        with pytest.raises(Refused) as caught:
            read(answer)
        assert (caught.value.reason, caught.value.detail) == ("broken", broken)
    else:
        assert read(answer) == []
    assert read(answer, half=True) == ([CUT_OFF] if broken else [])


def test_what_half_a_page_is_not_is_for_a_whole_one_to_say() -> None:
    head = Answer(PAGE[:100], unfinished="gzip")
    with pytest.raises(Refused, match=r"^broken: "):
        read(head)
    with pytest.raises(Refused, match=r"^unknown_layout: "):
        read(head, half=True)
    with pytest.raises(Refused, match=r"^unknown_layout: "):
        read(replace(head, unfinished=""))


def test_a_rule_of_the_site_may_know_half_a_page() -> None:
    with pytest.raises(Refused, match=r"^video: "):
        read_page(Answer(PAGE[:100], unfinished="gzip"), "https://video.sina.com.cn/p/1.html", SITE)


def test_a_saved_page_is_read_as_far_as_it_goes() -> None:
    assert extract(WITHIN, URL).raw.flags == (CUT_OFF,)
    assert extract(PAGE, URL).raw.flags == ()


def test_a_saved_page_may_come_with_its_charset() -> None:
    page = (
        PAGE.decode()
        .replace("utf-8", "gbk")
        .replace("甲乙丙", "臺灣經濟")
        .replace("_新浪财经_新浪网", "")
        .replace("标题", "題目")
    )
    assert "臺灣經濟" in extract(page.encode("big5"), URL, charset="big5").text
    assert "臺灣經濟" not in extract(page.encode("big5"), URL).text


def test_an_old_article_without_an_end_may_have_further_pages() -> None:
    old = "https://finance.sina.com.cn/china/20090301/09000000001.shtml"
    page = PAGE.replace(b"</body></html>", b"")
    with pytest.raises(Refused, match=r"^broken: the page has no end"):
        read_page(Answer(page), old, SITE)
    assert read_page(Answer(PAGE), old, SITE).raw.flags == ()
    assert read_page(Answer(page + b"<div>footer</div></body>"), old, SITE).raw.flags == ()


def test_a_brief_without_an_end_may_lack_its_paragraph() -> None:
    """What is left of a page of unproven design may be taken for it."""
    brief = BRIEFS[0]
    page = document(brief, FRAMES["soup"](brief))
    assert read_page(Answer(page), brief.url, SITE).raw.flags == (UNPROVEN,)
    with pytest.raises(Refused, match=r"^broken: the page has no end"):
        read_page(Answer(page.replace(b"</body></html>", b"")), brief.url, SITE)


QUOTE = "<html><head><title>行情_新浪财经</title></head>"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (QUOTE + "</html>", "quote"),
        (QUOTE, "broken"),
        (QUOTE + "</body>", "quote"),
        ("<title>页面没有找到</title>", "error"),
        ("<html><title>甲</title></html>", "unknown_layout"),
    ],
)
def test_a_rule_may_take_half_an_article_for_something_else(page: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        read_page(Answer(page.encode()), URL, SITE)
    assert caught.value.reason == reason


def test_the_charset_does_not_hide_the_end() -> None:
    page = PAGE.decode().replace("utf-8", "utf-16")
    assert read(Answer(page.encode("utf-16"), sized=False)) == []
