"""The medium and the writers beside a date: every design, with every form that the medium has there."""

import re
from itertools import cycle, product

import pytest

from newscrawl import Article, extract
from newscrawl.extraction.dateline import Line, a_name, is_medium, read_line, read_parts
from newscrawl.sites.loader import load_site

# Names of media: with digits, hours and days in them, two of them, with marks, a person's account, the site's own.
MEDIA = (
    "江畔日报", "21世纪江畔报道", "9点财经", "周日报", "第一江畔", "36号院财经", "《理财江畔》", "江畔日报-江畔网", "某报 | 某网",
    "新浪财经", "新浪财经 江畔日报", "江畔新闻综合", "洋子谈科技", "午后江畔", "早报", "江畔日报（海外版）", "方丽",
)  # fmt: skip
FORMS = {
    "alone": "{}",
    "labelled": "来源：{}",
    "labelled with a blank": "来源 {}",
    "labelled with a colon and a blank": "稿件来源: {}",
    "in brackets": "（来源：{}）",
    "with hard blanks": "&nbsp;&nbsp;{}&nbsp;\u3000",
    "with marks of no width": "\u200b{}\ufeff\u200e",
    "with comments": "<!-- 媒体 -->{}<!-- 作者：某人 -->",
    "with a script": "<script>document.write('别报')</script>{}<style>a {{color: red}}</style>",
    "with an icon": "<i class=iconfont>&#xe600;</i>{}",
    "with a hidden text": "{}<em style='display: none'>别报</em><em hidden>别报</em>",
    "bold": "<b>{}</b>",
}
EXTRAS = {
    "a link to Weibo": '<a href="http://weibo.com/x">微博</a>',
    "another": ' [<a href="http://weibo.com/x">微博</a>]',
    "a counter": '<a id="media_comment">我有话说(12)</a>',
    "a counter in parts": "<a><span>我有话说(</span><span>1,307</span><span>人参与)</span></a>",
    "a counter without a number": ' <a style="color: red">我有话说</a> <a>收藏本文</a>',
    "a button": "<button>订阅</button><a>+关注</a> 3.2万阅读",
}
DATE = "2026年03月01日 08:00"
STICKY = DATE.replace(" ", "")
HEAD2017 = '<div class="date-source"><span class="date">{date}</span> {line}</div>'
PAGES = {
    "fin2017": '<h1 class="main-title">题</h1>{line}<div id="artibody"><p>正文。</p></div>',
    "news2017": '<h1 class="main-title">题</h1>{line}<div id="article"><p>正文。</p></div>',
    "fin2014": '<div class="page-header"><h1>题</h1></div><div class="page-info">{line}<a>微博</a></div><div id="artibody"><p>正文。</p></div>',
    "blk2012": '<h1 id="artibodyTitle">题</h1><div class="artInfo"><span id="art_source"><a>http://www.example.com</a></span>&nbsp;{line}</div><div id="artibody"><p>正文。</p></div>',
    "wap": '<h1 class="art_tit_h1">题</h1><figure>{line}</figure><section class="art_content"><p>正文。</p></section>',
    "table2004": '<table><tr><th class="f24">题</th></tr><tr><td>{line}</td></tr><tr><td class="l17">正文。</td></tr></table>',
    "taiwan": '<div id="articles"><h1><!-- ArticleTitle -->题</h1><cite>{line}</cite><div id="article_content"><p>正文。</p></div></div>',
    "english": '<div id="artibodyTitle"><h1>题</h1></div><div class="t_attr"><span>2026-03-01 00:00:00 GMT</span> <span>2026-03-01 08:00:00(Beijing Time)</span> {line}</div><div id="artibody"><p>正文。</p></div>',
}  # fmt: skip
NEW = {
    "link": '<a class="source ent-source" href="https://weibo.com/1/2">{medium}</a>',
    "span": '<span class="source ent-source">{medium}{extra}</span>',
    "link in spans": '<span class="source"><span><a href="http://example.com/">{medium}</a></span>{extra}</span>',
    "text": "{medium} {extra}",
    "behind an empty one": '<span class="source"> </span><span class="source"><!-- --></span><a class="source">{medium}</a>{extra}',
    "behind a hidden one": '<span class="source" style="display:none">别报</span><a class="source">{medium}</a>{extra}',
}
LINES = {
    "fin2017": NEW,
    "news2017": NEW,
    "fin2014": {
        "text": '<span class="time-source">\n\t\t{sticky} \n \n{medium}\n\n{extra}</span>',
        "link": '<span class="time-source">{sticky}<a>{medium}</a>{extra}</span>',
        "spans": '<span class="time-source"><span class="titer">{date}</span> <span class="source"><a>{medium}</a>{extra}</span></span>',
        "marked": '<span class="time-source">{sticky}<span> <span data-sudaclick="media_name"><a>{medium}</a>{extra}</span></span></span>',
        "apart": '<span class="time-source">{sticky}</span><span class="source"><a>{medium}</a>{extra}</span>',
        "apart and marked": '<span class="time-source">{sticky}</span><span data-sudaclick="media_name">{medium}{extra}</span>',
    },
    "blk2012": {
        "link": '<span id="pub_date">{sticky}</span>&nbsp;<span id="media_name"><a href=http://10.0.0.1/1 target=_blank>{medium}</a>{extra}</span><a>我有话说</a>',
        "text": '<span id="pub_date">{sticky}</span><span id="media_name">{medium} {extra}</span>',
        "spans": '<span id="pub_date">{sticky}</span><span id="media_name"><span data-sudaclick="media_name"><a>{medium}</a> <a></a> </span>{extra}</span>',
        "with the date": '<span id="pub_date">{sticky} {medium}</span>{extra}',
        "beside the date": '<span id="pub_date">{date}</span> <span id="media_name"> </span>{medium} {extra}<div><a title="减小字号"></a></div>',
    },
    "wap": {
        "heading": '<h2 class="weibo_user">{medium}{extra}</h2><time class="weibo_time"><span>2026.03.01</span>08:00</time>',
        "cite": '<time class="art_time">2026.03.01 08:00</time><cite class="art_cite">{medium}{extra}</cite>',
        "behind an empty one": '<h2 class="weibo_user"></h2><time class="art_time">2026.03.01 08:00</time><cite class="art_cite"><a>{medium}</a>{extra}</cite>',
        "with the date": '<time class="art_time">2026.03.01 08:00 {medium}{extra}</time>',
    },
    "table2004": {
        "font": "http://www.example.net &nbsp; {sticky} <font color=#A20010>{medium}{extra}</font>",
        "fonts": "<font>http://www.example.net</font> <font>{date}</font> <font color=#A20010><a>{medium}</a></font>{extra}",
        "text": "http://www.example.net {date} {medium} {extra}",
    },
    "taiwan": {
        "link": '<a href="/cobrand/x/">{medium}</a> (2026-03-01 08:00){extra}',
        "text": "{medium} (2026-03-01 08:00){extra}",
    },
    "english": {
        "link": '<span><a href="http://example.com/en">{medium}</a>{extra}</span>',
        "text in a span": "<span>{medium}{extra}</span>",
        "text": "{medium} {extra}",
    },
}  # fmt: skip
FRAMES = [(layout, frame) for layout, frames in LINES.items() for frame in frames]


def read(layout: str, line: str, **metas: str) -> Article:
    """The article of a page of a design with a line beside its date."""
    head = "".join(f'<meta name="{name.replace("_", ":")}" content="{value}">' for name, value in metas.items())
    line = HEAD2017.format(date=DATE, line=line) if layout in ("fin2017", "news2017") else line
    return extract(f'<meta charset="utf-8">{head}{PAGES[layout].format(line=line)}'.encode())


def media_of(article: Article) -> tuple[str, str, list[str]]:
    return article.source, article.author, article.byline


@pytest.mark.parametrize(("layout", "frame"), FRAMES, ids=[" ".join(each) for each in FRAMES])
def test_the_medium_in_every_form(layout: str, frame: str) -> None:
    media = cycle(MEDIA)
    variants = [*((form, "") for form in FORMS.values()), *product(("{}", "来源：{}"), EXTRAS.values())]
    for (form, extra), medium in zip(variants, media, strict=False):
        line = LINES[layout][frame].format(date=DATE, sticky=STICKY, medium=form.format(medium), extra=extra)
        article = read(layout, line)
        assert (article.layout, str(article.published)[:16], *media_of(article)) == (
            layout, "2026-03-01 08:00", medium, medium, [],
        ), line  # fmt: skip


TWO = {
    "links": "<a href=/1>江畔日报</a> <a href=/2>南岭周报</a>",
    "links that touch": "<a>江畔日报</a><a>南岭周报</a>",
    "spans with a sign between": "<span>江畔日报</span>、<span>南岭周报</span>",
    "a text and a link": "江畔日报 <a>南岭周报</a>",
    "a label and links": "来源：<a>江畔日报</a> | <a>南岭周报</a>",
    "a label between": "来源：<span>江畔日报</span> 来源：<span>南岭周报</span>",
    "with a counter": "<a>江畔日报</a> <a>南岭周报</a> <a>我有话说(12)</a>",
    "three": "<span><a>江畔日报</a></span> <a>南岭周报</a> <a>澄州晚报</a>",
}


@pytest.mark.parametrize(("layout", "frame"), FRAMES, ids=[" ".join(each) for each in FRAMES])
def test_the_first_of_two_media_is_the_source(layout: str, frame: str) -> None:
    outer = re.sub(r"<a\b[^>]*>({medium})</a>", r"\1", LINES[layout][frame])  # a link holds no link
    twice = re.sub(
        r'<(a|span) class="(source[^"]*)">{medium}', r'<\1 class="\2">江畔日报</\1> <\1 class="\2">南岭周报', outer
    )
    for line in (*(outer.replace("{medium}", two) for two in TWO.values()), twice.replace("{medium}", TWO["links"])):
        article = read(layout, line.format(date=DATE, sticky=STICKY, extra=""))
        assert media_of(article) == ("江畔日报", "江畔日报", []), line


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        ([], Line("", "")),
        (["江畔日报"], Line("江畔日报", "")),
        (["新浪财经 江畔日报", "南岭周报"], Line("新浪财经 江畔日报", "")),
        ([DATE, "作者：方丽", "江畔日报", "南岭周报"], Line("", "方丽 江畔日报 南岭周报")),
        (["江畔日报", "南岭周报", "作者：方丽"], Line("江畔日报", "方丽")),
        (["江畔日报", "来源：南岭周报", "澄州晚报"], Line("南岭周报", "")),
        (["12:30", "", "江畔日报"], Line("江畔日报", "")),
    ],
)
def test_the_media_in_parts_of_a_line(parts: list[str], line: Line) -> None:
    assert read_parts(parts) == line


@pytest.mark.parametrize("layout", ["fin2014", "blk2012"])
def test_the_account_of_a_medium_is_not_a_second_one(layout: str) -> None:
    link, weibo = LINES[layout]["link"], ' <a href="http://weibo.com/x">江畔微博</a>'
    assert read(layout, link.format(date=DATE, sticky=STICKY, medium="江畔日报", extra=weibo)).source == "江畔日报"
    assert read(layout, link.format(date=DATE, sticky=STICKY, medium="新浪微博", extra="")).source == "新浪微博"


def test_a_link_that_begins_with_a_digit_does_not_spoil_the_clock() -> None:
    line = LINES["fin2014"]["link"].format(date=DATE, sticky=STICKY, medium="21世纪江畔报道", extra="")
    article = read("fin2014", line)
    assert (article.source, str(article.published)[:16]) == ("21世纪江畔报道", "2026-03-01 08:00")


@pytest.mark.parametrize("medium", MEDIA)
def test_the_line_of_every_medium(medium: str) -> None:
    extras = load_site("sina_finance").source_extras
    for form, extra in product(
        ("{}", "来源：{}", "来源 | {}", "[来源: {}]"), ("", " 微博", "[微博]", " 我有话说(3)", " +关注")
    ):
        for date in (
            "",
            DATE,
            STICKY,
            "2026-03-01 周日 ",
            "03月01日 08:00 ",
            "08:00 ",
            "3小时前 ",
            "2026/3/1 上午9点半 ",
        ):
            blank = " " if date else ""  # a name may go on a date: 08:0036号院
            assert read_line(f"{date}{blank}{form.format(medium)}{extra}", extras).medium == medium, date


@pytest.mark.parametrize(
    ("text", "name"),
    [
        *((f"{around}江畔日报", "江畔日报") for around in ("(", "）", "【", "[[", "| ", " — ", "：", "/", "_", "（）")),
        *((f"江畔日报{around}", "江畔日报") for around in (")", "（", "】", "]]", " |", " — ", "，", "（）")),
        *((f"{pair[0]}江畔日报{pair[1]}", "江畔日报") for pair in ("()", "（）", "[]", "［］", "【】", "〔〕")),
        ("江畔日报（海外版）", "江畔日报（海外版）"),
        ("江畔(北)日报(海外版)", "江畔(北)日报(海外版)"),
        ("[江畔]日报", "[江畔]日报"),
        ("江畔日报 \n 南岭周报", "江畔日报 南岭周报"),
        ("江畔-日报|网", "江畔-日报|网"),
        ("12", ""),
        ("（3）", ""),
        ("甲" * 80, "甲" * 80),
        ("甲" * 81, ""),
        *((text, "") for text in ("${media}", "@@media@@", "{{media}}", "undefined", "null", "本报")),
    ],
)
def test_a_name_without_what_stands_around_it(text: str, name: str) -> None:
    assert a_name(text) == name


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("江畔日报 来源：南岭周报", Line("南岭周报", "")),  # what a label names goes before what stands alone
        ("来源：江畔日报 来源：南岭周报", Line("江畔日报", "")),
        ("来源： 作者：方丽", Line("", "方丽")),
        ("江畔日报 来源：", Line("江畔日报", "")),
        ("编辑：孙奇 作者：方丽 来源：江畔日报 审核：何小舟", Line("江畔日报", "方丽")),
        ("作者：方丽 作者：孙奇", Line("", "方丽")),
        ("江畔日报 本报记者 方丽", Line("江畔日报", "方丽")),
        ("江畔日报首席记者：方丽", Line("江畔日报", "方丽")),
        ("江畔日报 文/方丽", Line("江畔日报", "方丽")),
        ("新浪网 作者 方丽", Line("新浪网", "方丽")),
        ("最后更新：2026-03-01 来源：江畔日报", Line("江畔日报", "")),
        ("Source: River Daily", Line("River Daily", "")),
        ("来源于江畔", Line("来源于江畔", "")),  # no label
        ("记者网", Line("记者网", "")),
        ("https://www.example.com/a?b=1 江畔日报 www.example.com", Line("江畔日报", "")),
        ("今天 08:00 江畔日报", Line("江畔日报", "")),
        ("3.15晚会", Line("3.15晚会", "")),
        ("12:00:59 江畔日报", Line("江畔日报", "")),
        ("刚刚 江畔日报", Line("江畔日报", "")),
        ("江畔日报 ( ) | 南岭周报", Line("江畔日报 | 南岭周报", "")),
    ],
)
def test_the_parts_of_a_line(text: str, line: Line) -> None:
    assert read_line(text) == line


BESIDE = (
    "新浪微博 微博 官方微博 [微博] (官方微博) @江畔 +关注 已关注 关注我们 我有话说 我有话说() 我有话说(3人参与) 评论 评论(12) 跟帖 阅读 浏览 点赞 收藏 "
    "收藏本文 收藏本页 分享 评论12条 12人参与 12人评论 12条评论 12次阅读 12阅读 12评论 12跟帖 (12) 转发 打印 举报 纠错 订阅 微信 QQ空间 字号 字体大中小 "
    "缩小字体 放大字体 减小字号 加大字号 手机看新闻 查看原文 阅读原文链接 原文 语音播报 听新闻 官方账号"
).split()


@pytest.mark.parametrize("beside", BESIDE)
def test_what_the_sites_frame_puts_beside_a_medium_is_none_of_it(beside: str) -> None:
    extras = load_site("sina_finance").source_extras
    assert read_line(f"{DATE} 江畔日报 {beside}", extras) == Line("江畔日报", "")


@pytest.mark.parametrize(
    ("text", "medium"),
    [
        ("江畔日报 12条", "江畔日报"),
        ("12条 江畔日报", "江畔日报"),
        ("江畔日报|12条|", "江畔日报"),
        ("江畔12条日报", "江畔12条日报"),  # extras stand apart
        ("12条", ""),
    ],
)
def test_extras_stand_apart(text: str, medium: str) -> None:
    assert read_line(text, r"\d+条").medium == medium


def test_a_name_of_a_medium() -> None:
    media = ("江畔日报", "江畔网", "江畔社", "江畔周刊", "江畔电视台", "外务部网站", "江畔客户端", "江畔財經網")
    assert [name for name in media if not is_medium(name)] == []
    assert not any(is_medium(name) for name in ("方丽", "报春花", "欧阳砺", "洋子谈科技"))
    assert is_medium("方丽", {"方丽"})


WRITERS = {
    '<a class="source">江畔日报</a> <span class="date">作者：江畔日报</span>': ("江畔日报", ["江畔日报"]),
    '<span class="date">作者：江畔日报</span>': ("江畔日报", ["江畔日报"]),
    '<span class="date">作者：方丽</span>': ("", ["方丽"]),
    '<span class="author">方丽</span>': ("", ["方丽"]),
    '江畔日报 <span class="author">方丽</span>': ("江畔日报", ["方丽"]),
    '<a class="source">新浪看点</a><span class="author">作者：洋子谈科技 <a>我有话说(12)</a></span>': ("新浪看点", ["洋子谈科技"]),
    '<span class="source">来源：江畔日报 作者：方丽、孙奇</span>': ("江畔日报", ["方丽", "孙奇"]),
    '<span class="source">江畔日报记者 方丽</span>': ("江畔日报", ["方丽"]),
    '<span class="source">江畔日报 责任编辑：方丽</span>': ("江畔日报", []),
    '<span class="source">江畔日报</span><span class="date">更新：2026年03月02日 09:00</span>': ("江畔日报", []),
    '<span class="source">${media}</span>': ("", []),
    '<span class="author"> </span><a>收藏</a>': ("", []),
    "": ("", []),
}  # fmt: skip


@pytest.mark.parametrize(("line", "expected"), WRITERS.items())
def test_writers_beside_the_date(line: str, expected: tuple[str, list[str]]) -> None:
    source, byline = expected
    for layout in ("fin2017", "news2017"):
        assert media_of(read(layout, line)) == (source, source or "新浪财经", byline)


def test_an_account_that_the_page_registers_is_its_medium() -> None:
    line = '<span class="date">作者：洋子谈科技</span>'
    assert media_of(read("fin2017", line)) == ("", "新浪财经", ["洋子谈科技"])
    assert media_of(read("fin2017", line, mediaid="洋子谈科技")) == ("洋子谈科技", "洋子谈科技", ["洋子谈科技"])
    assert media_of(read("fin2017", line, article_author="洋子谈科技")) == ("洋子谈科技", "洋子谈科技", ["洋子谈科技"])


@pytest.mark.parametrize(
    ("line", "metas", "source", "author"),
    [
        ('<a class="source">江畔日报</a>', {"article_author": "南岭周报", "mediaid": "澄州晚报"}, "江畔日报", "南岭周报"),
        ('<a class="source">新浪看点</a>', {"article_author": "洋子谈科技", "mediaid": "洋子谈科技"}, "新浪看点", "洋子谈科技"),
        ('<a class="source">江畔日报</a>', {"article_author": " ", "mediaid": "澄州晚报"}, "江畔日报", "江畔日报"),
        ("", {"article_author": "南岭周报", "mediaid": "澄州晚报"}, "", "南岭周报"),
        ("", {"article_author": "来源：南岭周报"}, "", "南岭周报"),
        ("", {"mediaid": "澄州晚报"}, "", "澄州晚报"),
        ("", {"article_author": "${author}", "mediaid": "1357"}, "", "新浪财经"),
        ("", {"article_author": "洋子谈科技 +1"}, "", "洋子谈科技 +1"),
        ("", {"article_author": "记者: 张三"}, "", "记者: 张三"),
    ],
)  # fmt: skip
def test_the_author_of_a_post_is_the_medium(line: str, metas: dict[str, str], source: str, author: str) -> None:
    assert media_of(read("fin2017", line, **metas)) == (source, author, [])


def test_an_empty_element_does_not_hide_the_filled_one() -> None:
    line = f'<div class="date-source"> </div><div class="date-source"><span class="date"></span><span class="date">{DATE}</span></div>'
    editor = '<p class="article-editor"></p><p class="show_author">责任编辑：方丽 SF001</p>'
    page = PAGES["fin2017"].format(line=line).replace("正文。</p>", f"正文。</p>{editor}")
    article = extract(f'<meta charset="utf-8"><h1 class="main-title"></h1>{page}'.encode())
    assert (article.title, str(article.published)[:16], article.editor) == ("题", "2026-03-01 08:00", "方丽")
