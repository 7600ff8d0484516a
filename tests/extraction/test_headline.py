"""What of a title is the headline: without tags, the site's name, and the page that ran into it."""

import html
import re
import time

import pytest

from newscrawl import extract
from newscrawl.demo.site import PAGES
from newscrawl.extraction.charset import as_utf8
from newscrawl.extraction.dom import parse
from newscrawl.extraction.headline import (
    LONG_TITLE,
    begins,
    headline_of,
    letters,
    other_titles,
    text_before,
    text_of_link,
    whole_title,
    without_site,
    without_tags,
)
from newscrawl.outcomes.flags import FLAGS
from newscrawl.posts.render import post_of
from tests.conftest import ROOT

T = "灯塔换灯以后，港口不再封航"
URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
UNCLOSED = (
    "<img",
    "<img ",
    "<img src=",
    '<img src="http://n.sinaimg.cn/a.jpg',
    '<img src="a.jpg"',
    "<b",
    '<a href="x',
    "",
)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (T, T),
        (f"{T}<img", T),
        (f"{T} <IMG SRC='a.jpg", T),
        (f'{T}<img src="http://n.sinaimg.cn/a.jpg" alt="', T),
        (f'{T}<img alt="</h1', T),
        (f'{T}<img src="a.jpg">', T),
        (f"{T}<br/><img src=a>　", T),
        (f"{T}</font>", T),
        (f'{T}<a href="/x', T),
        (f"{T}<h1", T),
        ("<img", ""),
        ("ROE<7%", "ROE<7%"),
        ("关于《公司<2026年激励计划>摘要》的议案", "关于《公司<2026年激励计划>摘要》的议案"),
        ("A<B", "A<B"),
        ("甲<imgx", "甲<imgx"),
        ("甲<p2p>", "甲<p2p>"),
        ("x <a 且 y", "x <a 且 y"),
        ("为什么<img>的图不显示", "为什么<img>的图不显示"),
        ("利差<", "利差<"),
    ],
)
def test_tags_at_the_end_of_a_title(text: str, title: str) -> None:
    assert without_tags(text) == title


def test_many_tags_take_no_time() -> None:
    begun = time.process_time()
    assert without_tags("<img" * 100_000) == without_tags("<br>" * 100_000) == ""
    assert without_tags("<br>x" * 100_000).endswith("<br>x")
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("others", "title"),
    [
        ([T], T),
        ([f"{T}|灯塔_新浪财经_新浪网"], T),
        ([f"{T}--财经--人民网"], T),
        ([f"{T} - China News"], T),
        (["灯塔换灯以后，港口不再 封航"], "灯塔换灯以后，港口不再 封航"),
        (["灯塔", T], T),  # the longest
        (["灯塔换灯以后", "“灯塔换灯以后，港口”"], "“灯塔换灯以后，港口”"),
        ([f"{T}<img src=", "别的"], T),
        (["灯塔"], "灯塔"),
        (["灯塔-港口"], "所在"),  # a part must be long enough to be a title
        (["别的"], "所在"),
        (["…"], "所在"),
        ([""], "所在"),
    ],
)
def test_a_title_that_swallowed_the_page_ends_where_another_does(others: list[str], title: str) -> None:
    assert whole_title(f"{T}2026年03月01日 08:00 正文。", others, "所在<img", swallowed=True) == title


def test_a_title_that_swallowed_nothing_is_whole_whatever_others_say() -> None:
    assert whole_title(f"{T}（图）", [T], "灯塔") == f"{T}（图）"
    assert whole_title(f"{T}<img", [], "灯塔") == T


@pytest.mark.parametrize(("length", "cut"), [(200, False), (201, True)])
def test_a_title_is_too_long(length: int, cut: bool) -> None:
    long = "长" * length
    assert whole_title(f" {long}\n", [long[:20]]) == (long[:20] if cut else f" {long}\n")
    assert len(whole_title(long, ["别的"])) == 200


def test_where_nobody_says_where_it_ends_it_ends_before_the_first_block() -> None:
    assert whole_title("题\n正文", [], "题", swallowed=True) == "题"
    assert whole_title("题\n正文", [], "", swallowed=True) == "题 正文"


@pytest.mark.parametrize(("size", "long_enough"), [(7, False), (8, True)])
def test_a_part_of_another_title_is_long_enough(size: int, long_enough: bool) -> None:
    part = "一二三四五六七八九"[:size]
    assert begins(f"{part}正文", f"{part}_小报") == (part if long_enough else "")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("灯塔|港口_小报财经_小报网", "灯塔"),
        ("灯塔__小报头条", "灯塔"),
        ("灯塔_换灯_小报网", "灯塔_换灯"),
        ("灯塔_小报网_港口", "灯塔_小报网_港口"),  # the site's name is at the end
        ("灯塔|港口", "灯塔|港口"),
        ("小报网", "小报网"),
        ("小报_小报网", "小报"),
        (" 灯塔\n换灯_小报网 ", "灯塔 换灯"),
    ],
)
def test_a_title_without_the_sites_name(text: str, title: str) -> None:
    assert without_site(text, "小报") == title
    assert without_site(text, "") == " ".join(text.split())


def test_the_text_before_an_element() -> None:
    inner = "一<script>x</script>二<style>y</style><!-- z -->三<i>四<b>五</b>六</i>七<u>八</u>九"
    root = parse(f"<h1>{inner}</h1>".encode())
    head, bold, under = (next(root.iter(tag)) for tag in ("h1", "b", "u"))
    assert text_before(head, frozenset()) == "一二三四五六七八九"
    assert text_before(head, frozenset((bold, under))) == "一二三四"
    assert text_before(head, frozenset((under,))) == "一二三四五六七"


@pytest.mark.parametrize(
    ("inner", "title"), [(" 灯塔\n<b>换灯</b> ", "灯塔 换灯"), ("灯塔<img<b>港口</b>", "灯塔"), ("灯塔<img", "灯塔")]
)
def test_the_title_in_a_link(inner: str, title: str) -> None:
    assert text_of_link(next(parse(f"<a href=x>{inner}</a><i>3月1日</i>".encode()).iter("a"))) == title


def test_what_a_page_says_that_its_title_is() -> None:
    heads = "".join(f"<h3>第{number}个够长的小标题</h3>" for number in range(30))
    page = f"<title>题二_小报网</title><h1>题</h1><h2>七个字的小标题</h2><h2>一共八个字的标题</h2>{heads}"
    root = parse(page.encode())
    title = next(root.iter("h1"))
    first, second, third, *rest = other_titles(title, root, {"og:title": ("题一_小报网",)}, "小报")
    assert (first, second, third, rest[0], rest[-1]) == (
        "题一", "题二", "一共八个字的标题", "第0个够长的小标题", "第16个够长的小标题",
    )  # fmt: skip


def test_letters_of_titles() -> None:
    assert letters("“ＡＢＣ”　3%！") == letters("abc3") == "abc3"


def page(headline: str, others: str = T, wrap: str = "{}") -> bytes:
    top = '<div class="date-source"><span class="date">2026年03月01日 08:00</span> <span class="source">江畔日报</span></div>'
    titles = f'<title>{others}|灯塔_新浪财经_新浪网</title><meta property="og:title" content="{html.escape(others)}">'
    return (
        f'<html><head><meta charset="utf-8">{titles}</head><body><div class="main-content">'
        + wrap.format(f'<h1 class="main-title">{headline}')
        + f'<div class="bar"><span>分享</span></div>{top}<div id="artibody"><p>守塔人上午换了灯。</p><p>下午开船。</p></div>'
        + "</div><h2>相关的报道都在这里</h2></body></html>"
    ).encode()


@pytest.mark.parametrize("wrap", ["{}", '<div class="head">{}</div>'])
@pytest.mark.parametrize("tag", UNCLOSED)
@pytest.mark.parametrize("others", [T, "", "tagged"])
def test_a_headline_with_an_unclosed_tag(tag: str, wrap: str, others: str) -> None:
    found = extract(page(f"{T}{tag}{'</h1>' if tag else ''}", T + tag if others == "tagged" else others, wrap), URL)
    assert (found.title, found.text) == (T, "守塔人上午换了灯。\n下午开船。")
    text = " ".join(found.raw.title.split())
    assert text == T
    swallowed = wrap == "{}" or tag in ('<img src="http://n.sinaimg.cn/a.jpg', '<a href="x')
    assert found.raw.flags == ((LONG_TITLE,) if swallowed else ())


@pytest.mark.parametrize("tag", ["&lt;img", '&lt;img src="a.jpg', "&lt;br&gt;"])
def test_a_headline_with_a_tag_as_text(tag: str) -> None:
    found = extract(page(f"{T}{tag}</h1>", f"{T}{tag}"), URL)
    assert (found.title, found.raw.flags) == (T, (LONG_TITLE,))


@pytest.mark.parametrize(
    "headline",
    [T, f"<b>{T}</b>", f"<div>{T}</div>", f"<span title='a<b'>{T}</span>", "利润<7%与<甲>的比较，都不是标签", "短"],
)
def test_a_whole_headline_has_no_flag(headline: str) -> None:
    text = re.sub(r"</?(?:b|div|span)\b.*?>(?=灯|$)", "", headline).replace("<", "&lt;")
    shown = headline if headline.endswith(">") else text
    found = extract(page(f"{shown}</h1>", html.unescape(text)), URL)
    assert (found.title, found.raw.flags) == (html.unescape(text), ())


def test_a_block_in_a_heading_alone_needs_another_title_that_says_where_it_ends() -> None:
    shown = page(f"{T}<div class='sub'>副题</div></h1>")
    assert extract(shown, URL).title == T
    other = page(f"{T}<div class='sub'>副题</div></h1>", "别的")
    assert (extract(other, URL).title, extract(other, URL).raw.flags) == (f"{T}副题", ())


def test_further_headings_say_where_a_headline_ends() -> None:
    shown = page(f"{T}<div>分享</div></h1><h2>{T}</h2>", "")
    assert extract(shown, URL).title == T
    short = page("灯塔换灯<div>分享</div></h1><h2>灯塔</h2>", "")
    assert extract(short, URL).title == "灯塔换灯分享"  # a short heading is none


def test_a_date_in_a_title_is_none_of_it() -> None:
    root = parse("<div><p>灯塔换灯 <i>2026年</i><b>江畔日报</b></p><main>文</main></div>".encode())
    title, date, container = (next(root.iter(tag)) for tag in ("p", "i", "main"))
    assert headline_of(title, [container, date], root, {}, "") == ("灯塔换灯 ", (LONG_TITLE,))
    assert headline_of(title, [container], root, {}, "") == ("灯塔换灯 2026年江畔日报", ())


def test_a_title_that_is_no_heading_may_hold_blocks() -> None:
    root = parse("<title>灯塔换灯</title><div><p>灯塔换灯</p><p>副题</p></div>".encode())
    assert headline_of(next(root.iter("div")), [], root, {}, "") == ("灯塔换灯副题", ())


def test_explain_says_that_the_title_is_cut() -> None:
    winner = extract(page(f"{T}<img</h1>"), URL).evidence["title"].winner
    assert winner
    assert (winner.value, winner.why) == (T, "the headline; what follows it on the page had run into it")


def test_a_shared_title_in_place_of_an_empty_headline_has_no_tag() -> None:
    assert extract(page("</h1>", f"{T}<img"), URL).title == T


@pytest.mark.parametrize("tag", ["<img", "<img src=", ""])
@pytest.mark.parametrize(
    "name", sorted(path.stem for path in PAGES.rglob("*.html") if not path.stem.startswith("trap_"))
)
def test_in_every_design_the_title_stays_itself(name: str, tag: str) -> None:
    (path,) = PAGES.rglob(f"{name}.html")
    site = path.parent.name if path.parent != PAGES else "sina_finance"
    text = as_utf8(path.read_bytes())[0].decode()
    whole = extract(text.encode(), site=site, charset="utf-8")
    words = re.escape(html.escape(whole.title, quote=False)).replace(r"\ ", r"\s+")
    headline = re.compile(
        rf"(<(?:h[12]|th|td|div)\b[^>]*>(?:<!--.*?-->|<font[^>]*>|\s)*{words})((?:<!--.*?-->|</font>|\s)*)(</\w+>)"
    )
    broken = headline.sub(rf"\1{tag}\3" if tag else r"\1", text, count=1)
    assert broken != text
    found = extract(broken.encode(), site=site, charset="utf-8")
    assert (found.title, found.text, found.published) == (whole.title, whole.text, whole.published)
    assert set(found.raw.flags) <= {LONG_TITLE}
    assert post_of(found) == post_of(whole)


def test_every_flag_is_documented_and_has_words() -> None:
    strange = (ROOT / "docs" / "reference.md").read_text("utf-8").partition("## Strange pages")[2].partition("\n## ")[0]
    assert set(re.findall(r"^- `(\w+)`", strange, re.MULTILINE)) == set(FLAGS)
    assert LONG_TITLE in FLAGS
