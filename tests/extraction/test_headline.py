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
    continued,
    further_headings,
    headline_of,
    letters,
    page_titles,
    stands_elsewhere,
    text_before,
    text_of_link,
    whole_title,
    without_end,
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
        ("利差<", "利差"),
        ("灯塔<im", "灯塔"),
        ("灯塔<i", "灯塔"),
        ("灯塔 <br><sp", "灯塔"),
        ("灯塔</", "灯塔"),
        ("灯塔</fo", "灯塔"),
        ("灯塔<img src=x&lt;b", "灯塔"),
        ("灯塔&lt;img src=x", "灯塔"),
        ("灯塔&lt;im", "灯塔"),
        ("A&lt;B", "A&lt;B"),
        ("甲&lt;乙&gt;", "甲&lt;乙&gt;"),
        ("灯塔<IM", "灯塔"),
        ("5G<im", "5G"),
        ("什么是r<g", "什么是r<g"),
        ("3<a", "3<a"),
        ("灯塔<imgs", "灯塔<imgs"),
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
    assert whole_title(long, ["别的"]) == long  # nobody says where it ends
    assert len(whole_title(long, ["别的"], swallowed=True)) == 200


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
    assert [*page_titles(root, {"og:title": ("题一<img_小报网",)}, "小报")] == ["题一<img", "题二"]
    first, second, *rest = further_headings(title, root)
    assert (first, second, rest[-1]) == ("一共八个字的标题", "第0个够长的小标题", "第16个够长的小标题")


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


LONGER = "新型储能建设方案印发：五年投资有望达2500亿元"
SHORTER = "新型储能建设方案印发"


@pytest.mark.parametrize("wrap", ["<div>{}</div>", "<div><div> {} </div></div>", "<center><b>{}</b></center>", "{}"])
def test_a_block_that_holds_all_of_a_headline_has_swallowed_nothing(wrap: str) -> None:
    found = extract(page(f"{wrap.format(LONGER)}</h1>", SHORTER), URL)
    assert (found.title, found.raw.flags) == (LONGER, ())


@pytest.mark.parametrize(
    ("headline", "others", "title", "flagged"),
    [
        # a paragraph in the heading, which the parser takes out of it
        (f"{SHORTER}<p>行业投资有望达2500亿元</p></h1>", SHORTER, SHORTER, True),
        (f"<b>{SHORTER}</b> <p class=x>行业投资</p> </h1>", "", SHORTER, True),
        (f"{SHORTER}<p>，投资有望达2500亿元</p></h1>", f"{SHORTER}，投资有望达2500亿元", f"{SHORTER}，投资有望达2500亿元", False),
        (f"<p>{LONGER}</p></h1>", LONGER, LONGER, True),
        (f"{SHORTER}</h1><p>行业投资有望达2500亿元</p><h3>别的</h3>", SHORTER, SHORTER, False),
        # the words behind an open tag are its attributes
        ('灯塔换灯<img src="//n.sinaimg.cn/a.gif" 港口不封</h1>', "灯塔换灯 港口不封", "灯塔换灯 港口不封", True),
        ('灯塔<img src="//n.sinaimg.cn/a.gif" 2026年，不封</h1>', "灯塔2026年，不封", "灯塔2026年，不封", True),
        ('灯塔<img src="//n.sinaimg.cn/a.gif" 港口</h1>', "别的", "灯塔", True),
        ('灯塔<img src="//n.sinaimg.cn/a.gif" 港口</h1>', "", "灯塔", True),
        ('灯塔<img src="//n.sinaimg.cn/a.gif"</h1>', "灯塔--财经--小报", "灯塔", True),
        ('灯塔<img src="//n.sinaimg.cn/a.gif" 港口</h1>', "灯塔 港口--财经--小报", "灯塔 港口", True),
        ('灯塔<img src="//n.sinaimg.cn/a.gif" 港口—不封</h1>', "灯塔 港口—不封--财经", "灯塔 港口—不封", True),
        # a headline that is nowhere, or the line with the date in its place
        (f'<img src="//n.sinaimg.cn/1.jpg {T}</h1>', T, T, True),
        ("</h1>", T, T, True),
        ("2026年03月01日 08:00 江畔日报 我有话说</h1>", T, T, True),
        ("2026年03月01日 08:00 江畔地震</h1>", "2026年03月01日 08:00 江畔地震", "2026年03月01日 08:00 江畔地震", False),
        ("2026年03月01日 08:00 江畔地震</h1>", "", "2026年03月01日 08:00 江畔地震", True),
        ("2026年经济展望</h1>", T, "2026年经济展望", False),
        # what is a tag, by other titles
        ("HTML5标签&lt;video&gt;与&lt;img&gt;</h1>", "HTML5标签<video>与<img>", "HTML5标签<video>与<img>", False),
        ("HTML5标签&lt;video&gt;与&lt;img&gt;</h1>", "", "HTML5标签<video>与", True),
        (f"{T}&lt;seven</h1>", T, T, True),
        (f"{T}&lt;seven</h1>", "", f"{T}<seven", False),
        ("甲公司ROE&lt;7%</h1>", "甲公司ROE", "甲公司ROE<7%", False),
        *((f"{T}{end}</h1>", others, T, True) for end in ("&lt;im", "&lt;i", "&lt;", "&amp;lt;img src=x") for others in ("", T)),
    ],
)  # fmt: skip
def test_what_other_titles_say_of_a_headline(headline: str, others: str, title: str, flagged: bool) -> None:
    found = extract(page(headline, others), URL)
    assert (found.title, LONG_TITLE in found.raw.flags) == (title, flagged)


@pytest.mark.parametrize(
    ("text", "others", "title"),
    [
        ("标签<img> ", ["标签<img>"], "标签<img> "),
        ("标签<img><br>", ["标签<img><br/>\n"], "标签<img>"),
        ("A<B与C<d", ["A", "A<B与C"], "A<B与C"),
        ("灯塔 <seven", ["灯塔"], "灯塔"),
        ("A<b <seven", ["A"], "A<b <seven"),
        ("<seven", ["", "别的"], "<seven"),
    ],
)
def test_where_a_title_with_tags_ends(text: str, others: list[str], title: str) -> None:
    assert without_end(text, others) == title


def test_the_first_title_that_goes_on_counts() -> None:
    page = '<h1>灯塔<img src="a.gif" 港口</h1>'
    root = parse(page.encode())
    (head,), lost = root.iter("h1"), [*root.iter("img")]
    assert continued("灯塔", lost, ["灯塔", "灯塔 港口", "灯塔 别处"]) == "灯塔 港口"
    assert continued("", lost, ["灯塔 港口"]) == continued("别的", lost, ["灯塔 港口"]) == ""
    assert continued("灯塔", [], ["灯塔 港口--财经"]) == "灯塔 港口"
    assert headline_of(head, [], root, {"og:title": ("灯塔 港口",)}, "") == ("灯塔 港口", (LONG_TITLE,))


@pytest.mark.parametrize("others", [T, f"{T}|灯塔_新浪财经_新浪网"])
def test_a_quote_that_is_never_closed_in_a_page_of_2012(others: str) -> None:
    page = (
        f'<html><head><meta charset="utf-8"><title>{others}</title></head><body><h1 id="artibodyTitle"><img src="//n.sinaimg.cn/1.jpg {T}</h1>'
        '<div class="artInfo"><span id="pub_date">2014年03月01日 02:42</span> <span id="media_name"><a>新京报</a></span> 我有话说</div>'
        '<div id="artibody"><p>守塔人上午换了灯。</p></div></body></html>'
    )
    found = extract(page.encode(), URL)
    assert (found.title, found.text, found.raw.flags) == (T, "守塔人上午换了灯。", (LONG_TITLE,))


def test_a_page_with_many_open_headings_takes_no_time() -> None:
    begun = time.process_time()
    root = parse(b"<h1>a</h1><p>b</p>")
    for bad in (b"<h1>a<p>" * 50_000, b"<h1>a" + b"<p>" * 50_000, b"<h1 " * 50_000, b"<h1>" + b"a<" * 50_000):
        assert headline_of(next(root.iter("h1")), [], root, {}, "", page=bad) == ("a", ())
    assert time.process_time() - begun < 1


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
    assert (winner.value, winner.why) == (
        T,
        "the headline, by the page's other titles: it is not whole, or not alone in its place",
    )


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


@pytest.mark.parametrize("title", ["！", "<<", "</script><script>alert(1)</script>", "2026年03月01日"])
def test_a_title_that_is_a_sign_a_date_or_of_tags_stays_beside_a_title_that_is_a_word(title: str) -> None:
    shown = (
        f'<head><title>x</title></head><body><h1 class="main-title">{html.escape(title)}</h1><div class="date-source">'
        '<span class="date">2026年03月01日 08:00</span></div><div id="artibody"><p>正文。</p></div></body>'
    )
    assert extract(f'<html><meta charset="utf-8">{shown}</html>'.encode(), URL).title == title


def test_a_word_is_no_title_instead_of_a_date() -> None:
    date = "2014年03月01日 02:42"
    assert stands_elsewhere(date, f"{date} 小报", ["x"]) == f"{date} 小报"
    assert stands_elsewhere("", "小报", ["x"]) == "x"
