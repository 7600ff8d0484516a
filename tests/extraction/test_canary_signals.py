"""The signals of the canary, each on a page that gives it and on one that does not; and when it says nothing."""

from dataclasses import replace

import pytest

from newscrawl import extract
from newscrawl.extraction.blocks import Block, Line
from newscrawl.extraction.canary.signals import SIGNALS, lines_without_rule, sight_of, signals
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.sites.model import LineRule
from tests.extraction.test_canary import ALSO, LINES, OTHER
from tests.support.server import article

URL = "https://finance.sina.com.cn/jjxw/2026-03-01/doc-iabcdefg0000001.shtml"
TITLE = "港口的吊机为什么多了两台"
PARAGRAPHS = "".join(f"<p>　　{line}</p>" for line in LINES)


def page(
    inside: str = PARAGRAPHS, *, title: str = TITLE, description: str = "", before: str = "", after: str = ""
) -> bytes:
    """A page of a known design."""
    meta = f'<meta name="description" content="{description}">' if description else ""
    return (
        f"<html><head><title>{TITLE}_新浪财经_新浪网</title>{meta}</head><body><div>{before}<h1 class='main-title'>{title}</h1>"
        f"<div class='date-source'><span class='date'>2026年03月01日 10:00</span></div>"
        f"<div class='article' id='artibody'>{inside}</div>{after}</div></body></html>"
    ).encode()


def given(html: bytes) -> set[str]:
    """The signals that a page gives."""
    return set(signals(sight_of(html, extract(html, URL).raw)))


TEASER = f"<p>　　{LINES[0][:30]}……</p>"
NEXT = f"<h2>梨子为什么贵</h2><p>　　{OTHER}</p><p>　　{ALSO}</p><p>　　{OTHER[::-1]}</p>"
GIVEN = (  # (signal, a page that gives it, a page that does not)
    ("foreign", page(f'{PARAGRAPHS}<div class="x7"><p>扫码下载看码头，领取大礼包</p></div>'), page()),
    ("missing", page("".join(f"<p>　　{line}</p>" for line in LINES[:3]), after=f"<div>　　{LINES[3]}<br>　　{LINES[4]}</div>"), page(after=f"<div><h2>梨子</h2><p>　　{OTHER}</p></div>")),
    ("buttons", page(PARAGRAPHS.replace("</p>", "<a>分享</a></p>")), page(PARAGRAPHS.replace("</p>", "<a>分享</a></p>", 2))),
    ("repeated", page(f"{PARAGRAPHS}<p>　　{LINES[1]}</p>"), page()),
    ("title", page(title="梨子为什么贵"), page(title=TITLE)),
    ("description", page(f"<p>　　{OTHER}</p>", description=LINES[0], after=f"<div>{PARAGRAPHS}</div>"), page(description=LINES[0])),
    ("general", page("<p>　　梨子。</p>", after=f"<article>{PARAGRAPHS}</article>"), page(description=LINES[0], after=f"<article><p>{OTHER}</p><p>{ALSO}</p></article>")),
    ("broken off", page(TEASER), page(f"{PARAGRAPHS}{PARAGRAPHS.replace('吊机', '铁桥').replace('码头', '车站')}{TEASER}")),
    ("continued", page(f"{PARAGRAPHS}<p>点击展开全文</p>"), page(f"{PARAGRAPHS}<p>　　他读完了全文，没有说话。</p>")),
    ("two topics", page(PARAGRAPHS + NEXT), page(f"{PARAGRAPHS}<h2>吊机的一天</h2>{PARAGRAPHS.replace('清晨', '傍晚')}")),
)  # fmt: skip


@pytest.mark.parametrize(("signal", "strange", "usual"), GIVEN, ids=[row[0] for row in GIVEN])
def test_signal(signal: str, strange: bytes, usual: bytes) -> None:
    assert signal in given(strange)
    assert signal not in given(usual)


def test_every_signal_has_a_test() -> None:
    assert set(SIGNALS) == {row[0] for row in GIVEN}


def test_headline_of_the_first_level_inside_says_that_another_article_follows() -> None:
    assert "two topics" in given(page(f"{PARAGRAPHS}<h1>吊机的一天</h1>"))


def test_description_that_goes_on_where_the_text_ends() -> None:
    assert "description" in given(page(f"<p>　　{LINES[0]}</p>", description=LINES[0] + LINES[1]))


def test_description_that_stands_nowhere_says_nothing() -> None:
    assert given(page(description="及时、专业、深入的财经资讯，为投资者提供全面的数据服务。")) == set()


def test_right_page_gives_no_signal() -> None:
    side = "".join(f"<div><h4>专家{at}</h4><p>{OTHER}</p></div>" for at in range(3))
    assert given(page(after=f"<div>{side}</div><ul><li><a href='/1'>梨子为什么贵</a></li></ul>")) == set()


def test_what_the_rules_of_the_site_know_gives_no_signal() -> None:
    known = f"<p>　　原标题：吊机为什么多了</p><p>　　来源：江畔日报</p>{PARAGRAPHS}<p>　　相关新闻：</p><p><a href='/1'>梨子为什么贵</a></p>"
    html = page(f"{known}<p class='article-editor'>责任编辑：丁朵</p>")
    raw = extract(html, URL).raw
    assert list(lines_without_rule(raw.blocks, raw.site.boilerplate.lines)) == list(LINES)
    assert given(html) == set()


def test_flag_says_that_some_signal_was_given() -> None:
    canary = FallbackPolicy(canary=True)
    assert extract(page(title="梨子为什么贵"), URL, policy=canary).raw.flags == ("strange_text",)
    assert extract(page(), URL, policy=canary).raw.flags == ()
    assert (
        extract(page('<img src="//n.sinaimg.cn/1.jpg">'), URL, policy=canary).raw.flags == ()
    )  # a picture, and no text


def test_a_button_that_a_rule_drops_still_says_that_the_text_goes_on() -> None:
    page = article("标题", "渡口的灯亮着。</p><p>船靠了岸。</p><p><a href='#'>下一页</a>")
    raw = extract(page, "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml").raw
    assert "下一页" not in sight_of(page, raw).text
    assert "continued" in signals(sight_of(page, raw))
    further = replace(raw, further=("https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001-p2.shtml",))
    assert "continued" not in signals(sight_of(page, further))  # its further pages are joined


def test_a_rule_for_the_ends_knows_no_line_in_the_middle() -> None:
    rule = LineRule("看应用$", "an insert", where="outside")
    texts = ["看应用", *"甲乙丙丁", "看应用", *"戊己庚辛", "看应用"]
    blocks = [Block("p", "", [Line(text, text, bare=text)]) for text in texts]
    assert list(lines_without_rule(blocks, [rule])) == [*"甲乙丙丁", "看应用", *"戊己庚辛"]
