"""Pages of one short paragraph (7x24 briefs) in every frame that such a page may plausibly have, with known truth.

The frames were made before the rule that reads them. All text is invented. `FRAMES` hold a brief each, `NOT_BRIEFS`
hold none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from random import Random

SUFFIX = "_7x24小时财经新闻_新浪网"
SLOGAN = "坚持做最好的财经直播报道，给百姓最真的财经动态。"
TICKER = "下一条快讯将在<span>??</span>秒后到达"
OTHERS = (
    "白鹭电机与三家船厂签订供货协议，金额约4.2亿元",
    "江畔港集装箱码头恢复夜间作业",
    "现货白银突破31.20美元/盎司，日内涨0.41%",
    "北岭煤业：上半年净利润同比下降12.3%",
)


@dataclass(frozen=True)
class Brief:
    """A brief: its headline as the list and `<title>` have it, its text, and the minute that the page shows."""

    name: str
    title: str
    text: str
    shown: str = "08月01日 10:20"
    day: str = "2026-08-01"
    published: str = "2026-08-01T10:20:00+08:00"

    @property
    def url(self) -> str:
        return f"https://finance.sina.com.cn/7x24/{self.day}/doc-iabcdefg0000001.shtml"


BRIEFS = (
    Brief("begins", "白鹭电机：上半年净利润同比增长28%", "白鹭电机：上半年净利润同比增长28%，拟每10股派现3.2元。公司称订单已排至明年二季度。"),
    Brief("bracketed", "江畔市发布购房补贴细则", "【江畔市发布购房补贴细则】江畔市住建局8月1日发布通知，新购住房可按购房款的2%~3%申领补贴，政策自9月1日起执行。"),
    Brief("brackets in the title", "【快讯】红枣主力合约触及涨停", "【快讯】红枣主力合约触及涨停，报12345元/吨"),
    Brief("later", "北岭铁路货运量创新高", "据北岭铁路集团消息，7月北岭铁路货运量创新高，达到812万吨，其中电煤占四成。"),
    Brief("equal", "现货白银突破31.50美元/盎司，日内涨0.63%。", "现货白银突破31.50美元/盎司，日内涨0.63%。"),
    Brief("cut", "白鹭债跌幅扩大，“21白鹭06”跌超24%盘中临时停牌，“23白鹭01”跌超1...", "白鹭债跌幅扩大，“21白鹭06”跌超24%盘中临时停牌，“23白鹭01”跌超17%，“22白鹭02”跌超9%。"),
    Brief("cut in silence", "监管部门结束对青石汽车S3及S5转向", "监管部门结束对青石汽车S3及S5转向失控的调查，未发现设计缺陷，涉及车辆约12万辆。"),
    Brief("short", "提醒：港股因节假日休市", "提醒：港股因节假日休市"),
    Brief("dated", "白鹭电机7月31日起停牌", "白鹭电机7月31日起停牌，公司将在08月14日 18:00前披露重组预案"),
    Brief("other words", "青石股份：回购比例达1.05% 回购进展披露", "青石集团公告称，截至2026年7月31日，公司累计回购股份733.97万股，占总股本的1.05%，成交总金额8.52亿元（不含交易费用）。"),
    Brief("quotes", "“影子内阁”正阻碍北岭议程", "“影子内阁”正阻碍北岭议程，多项法案将推迟到秋季表决。"),
    Brief("midnight", "长滩证券：美联储料按兵不动", "长滩证券：美联储料按兵不动，未来政策走向或更受通胀影响", "12月31日 23:59", "2026-01-01", "2025-12-31T23:59:00+08:00"),
    Brief("with a year", "江畔钢铁下调螺纹钢出厂价", "江畔钢铁自8月起下调螺纹钢出厂价，每吨降50元。", "2026-08-01 10:20"),
    Brief("hyphens", "日经指数收涨1.2%", "日经指数收涨1.2%，报45678.90点。", "08-01 10:20:30", published="2026-08-01T10:20:30+08:00"),
)  # fmt: skip


def head(brief: Brief, extra: str = "") -> str:
    """The head of a page."""
    return f'<head><meta charset="utf-8"><title>{escape(brief.title)}{SUFFIX}</title>{extra}</head>'


def document(brief: Brief, body: str, extra: str = "") -> bytes:
    """A page with the head of a brief's."""
    return f"<!DOCTYPE html>\n<html>{head(brief, extra)}\n<body>\n{body}\n</body></html>\n".encode()


def rows(day: str = "08月01日", tag: str = "li") -> str:
    """Other briefs as a list has them: with times of their own and links."""
    return "".join(
        f'<{tag}><span>{day} 10:{40 - 7 * i}</span> <a href="/7x24/2026-08-01/doc-iabcdefg100000{i}.shtml">{text}</a></{tag}>'
        for i, text in enumerate(OTHERS)
    )


NAV = '<div class="nav"><a href="/">财经首页</a> <a href="/stock/">股票</a> <a href="/fund/">基金</a> <a href="/forex/">外汇</a> <a href="/7x24/">7x24</a></div>'
PROMOTION = (
    '<div class="app"><p>海量资讯、精准解读，尽在新浪财经APP</p><p>最先掌握财经7x24快讯，就在新浪财经APP</p>'
    '<a href="/mobile/">下载新浪财经APP</a><img src="//n.sinaimg.cn/finance/7x24/qr.png" alt="">扫码下载 链接财富</div>'
)  # fmt: skip
FOOTER = (
    '<div class="foot"><a href="/about/">新浪简介</a> | <a href="/ad/">广告服务</a> | <a href="/contact/">联系我们</a><br>'
    "Copyright © 1996-2026 SINA Corporation, All Rights Reserved 新浪公司 版权所有</div>"
)  # fmt: skip
SHARE = '<div class="share"><span>分享到:</span><a href="#">微博</a><a href="#">微信</a><a href="#">QQ空间</a></div>'


def columns(b: Brief) -> str:
    """Two columns: date and text to the left, ticker and promotion to the right; the headline is nowhere."""
    return f"""<div class="main-content">
<div class="main-title"><h1><span>7x24</span>小时全球实时财经新闻<span>直播</span></h1><h2>{SLOGAN}</h2></div>
<div class="article-content clearfix"><div class="article-content-left"><div class="blk-724">
<div class="news-date">{b.shown}</div><div class="news-content"><div class="article" id="artibody">

{escape(b.text)}

</div></div></div>{SHARE}</div>
<div class="article-content-right"><div class="blk-countdown"><p>{TICKER}<br><span>新浪财经APP</span></p></div>
<div class="blk-slogan"><span>最先掌握财经7x24快讯</span> <span>就在新浪财经APP</span></div>
<a class="btn-download" href="/mobile/">立即前往</a><div class="blk-qr"><span>扫码下载 链接财富</span><img src="//n.sinaimg.cn/finance/7x24/qr.png"></div>
</div></div></div>"""


def soup(b: Brief) -> str:
    """Divs without a heading."""
    return f"""{NAV}<div class="w"><div class="s">{SLOGAN}</div><div class="m"><div class="t">{b.shown}</div>
<div class="c"><div>{escape(b.text)}</div></div>{SHARE}</div><div class="n">{TICKER}</div>{PROMOTION}</div>{FOOTER}"""


def table(b: Brief) -> str:
    """A table for the layout: menu, content and promotion in the cells of one row."""
    return f"""<table width="980"><tr><td width="140"><a href="/">首页</a><br><a href="/stock/">股票</a><br><a href="/7x24/">快讯</a></td>
<td><font size="2">{SLOGAN}</font><br><b>{escape(b.title)}</b><br>{b.shown}<br><br><font size="3">{escape(b.text)}</font><br><br>{TICKER}</td>
<td>{PROMOTION}</td></tr></table>{FOOTER}"""


def semantic(b: Brief) -> str:
    """Tags that say what they hold."""
    return f"""<header><nav><a href="/">财经</a> &gt; <a href="/7x24/">7x24</a></nav><p>{SLOGAN}</p></header>
<main><article><h1>{escape(b.title)}</h1><time>{b.shown}</time><section><p>{escape(b.text)}</p></section></article>
<p class="next">{TICKER}</p></main><aside><h3>最新快讯</h3><ul>{rows()}</ul></aside><footer>{FOOTER}</footer>"""


def date_inside(b: Brief) -> str:
    """The date in a span inside the paragraph's own div."""
    return f"""{NAV}<h2>{SLOGAN}</h2><div class="item"><span class="time">{b.shown}</span>{escape(b.text)}</div>
<div class="tick">{TICKER}</div>{PROMOTION}{FOOTER}"""


def date_after_headline(b: Brief) -> str:
    """Headline, date, paragraph."""
    return f"""{NAV}<div class="slogan">{SLOGAN}</div><h1>{escape(b.title)}</h1><div class="info"><span>{b.shown}</span> <span>新浪财经</span></div>
<p>{escape(b.text)}</p>{SHARE}<p>{TICKER}</p>{PROMOTION}{FOOTER}"""


def date_before_headline(b: Brief) -> str:
    """Date, headline, paragraph."""
    return f"""<div class="top">{SLOGAN}</div><div class="d">{b.shown}</div><h2>{escape(b.title)}</h2>
<div class="p">{escape(b.text)}</div><div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def bare(b: Brief) -> str:
    """The text as bare text of a div, with line breaks around it."""
    return f"""{NAV}<h1>7x24小时全球实时财经新闻直播</h1><h2>{SLOGAN}</h2><div id="time">{b.shown}</div>
<div id="txt"><br>
　　{escape(b.text)}<br><br></div><div id="next">{TICKER}</div>{PROMOTION}"""


def linked(b: Brief) -> str:
    """The text in pieces: links to quotes, prices behind them, spans."""
    first, rest = b.text[:4], b.text[4:]
    return f"""{NAV}<p class="slogan">{SLOGAN}</p><p class="date">{b.shown}</p>
<p class="text"><span id="stock_sz300999"><a class="keyword" href="https://finance.sina.com.cn/realstock/company/sz300999/nc.shtml">{escape(first)}</a></span><span id="quote_sz300999">(21.40, 0.35, 1.66%)</span><span>{escape(rest)}</span></p>
<p class="tick">{TICKER}</p>{PROMOTION}{FOOTER}"""


def whole_in_heading(b: Brief) -> str:
    """The whole brief is the heading. Not for briefs that say no more than their headline: what is missing there?"""
    return f"""{NAV}<div class="box"><h1>{escape(b.text)}</h1><div class="time">{b.shown}</div></div><div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def list_after(b: Brief) -> str:
    """Other briefs with times of their own behind it, and lists of hot and related articles."""
    return f"""{NAV}<div class="slogan">{SLOGAN}</div><div class="one"><p class="time">{b.shown}</p><p class="txt">{escape(b.text)}</p></div>
<div class="tick">{TICKER}</div><div class="list"><h3>更多快讯</h3><ul>{rows()}</ul></div>
<div class="hot"><h3>热门文章</h3><ul><li><a href="/a.shtml">{OTHERS[0]}</a></li><li><a href="/b.shtml">{OTHERS[3]}</a></li></ul></div>{FOOTER}"""


def list_before(b: Brief) -> str:
    """Other briefs with times of their own before it."""
    return f"""{NAV}<div class="side"><h3>滚动快讯</h3>{rows(tag="p")}</div><div class="main"><div class="slogan">{SLOGAN}</div>
<h1>{escape(b.title)}</h1><div class="time">{b.shown}</div><div class="txt">{escape(b.text)}</div><div>{TICKER}</div></div>{PROMOTION}{FOOTER}"""


def one_div(b: Brief) -> str:
    """Everything in one div, separated by line breaks."""
    others = "<br>".join(f"10:{40 - 7 * i} {text}" for i, text in enumerate(OTHERS))
    return f"""<div>7x24小时全球实时财经新闻直播<br>{SLOGAN}<br>{b.shown}<br>{escape(b.text)}<br>{TICKER}<br>海量资讯、精准解读，尽在新浪财经APP<br>更多快讯<br>{others}</div>"""


def quotation(b: Brief) -> str:
    """The text in a blockquote."""
    return f"""<h1>{SLOGAN}</h1><h3>{b.shown}</h3><blockquote>{escape(b.text)}</blockquote><p>{TICKER}</p>{PROMOTION}{FOOTER}"""


def items(b: Brief) -> str:
    """Slogan, date, text and ticker as items of one list."""
    return f"""{NAV}<ul class="card"><li>{SLOGAN}</li><li>{b.shown}</li><li>{escape(b.text)}</li><li>{TICKER}</li></ul>{PROMOTION}{FOOTER}"""


def mobile(b: Brief) -> str:
    """A page for phones."""
    return f"""<header class="hd"><a href="/">手机新浪网</a><a href="/open/">打开APP</a></header><section class="card">
<h1 class="tit">{escape(b.title)}</h1><p class="from"><time>{b.shown}</time><span>新浪财经</span></p>
<section class="art"><p>　　{escape(b.text)}</p></section></section><section class="call"><p>打开新浪财经APP，第一时间看7x24快讯</p><p>{TICKER}</p></section>
<section class="feed"><h2>相关推荐</h2><a href="/1.html"><h3>{OTHERS[1]}</h3><span>8月1日</span></a><a href="/2.html"><h3>{OTHERS[2]}</h3><span>昨天</span></a></section>"""


def random_names(b: Brief) -> str:
    """Class names of a build tool."""
    return f"""<div class="_3fQz"><div class="a9X-1"><i class="k0">{SLOGAN}</i></div><div class="zz8"><em class="q7_t">{b.shown}</em><div class="b_00x"><span class="W1">{escape(b.text)}</span></div></div>
<div class="ooP"><b>{TICKER}</b></div><div class="x-1-2">{PROMOTION}</div></div>"""


def definitions(b: Brief) -> str:
    """Term and definition."""
    return f"""<div class="s">{SLOGAN}</div><dl><dt>{b.shown}</dt><dd>{escape(b.text)}</dd></dl><p>{TICKER}</p>{PROMOTION}<dl>{rows(tag="dd")}</dl>{FOOTER}"""


def date_last(b: Brief) -> str:
    """The date under the text."""
    return f"""{NAV}<p class="s">{SLOGAN}</p><div class="box"><p>{escape(b.text)}</p><p class="r">发布时间：{b.shown}</p></div><p>{TICKER}</p>{PROMOTION}{FOOTER}"""


def breadcrumb(b: Brief) -> str:
    """The headline as the last step of a breadcrumb."""
    return f"""<div class="path"><a href="/">新浪财经</a> &gt; <a href="/7x24/">7x24快讯</a> &gt; {escape(b.title)}</div><h2>{SLOGAN}</h2>
<div class="cont"><span class="time">{b.shown}</span><p>{escape(b.text)}</p></div>{SHARE}<div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def text_link(b: Brief) -> str:
    """The whole text is a link, as in the live list."""
    return f"""{NAV}<h1>7x24小时全球实时财经新闻直播</h1><div class="bd"><p class="tm">{b.shown}</p><p class="tx"><a href="{b.url}">{escape(b.text)}</a></p></div>
<div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def spans(b: Brief) -> str:
    """Nothing but spans."""
    return f"""<span>{SLOGAN}</span> <span>{b.shown}</span> <span>{escape(b.text)}</span> <span>{TICKER}</span>
<span>海量资讯、精准解读，尽在新浪财经APP</span>"""


def flat(b: Brief) -> str:
    """Bare text of the body, with rules between."""
    return f"""7x24小时全球实时财经新闻直播<hr>{SLOGAN}<hr>{b.shown}<br>{escape(b.text)}<hr>{TICKER}<hr>下载新浪财经APP，随时查看全球快讯"""


def headline_in_div(b: Brief) -> str:
    """The headline is no heading, only a div."""
    return f"""{NAV}<div class="box"><div class="tt">{escape(b.title)}</div><div class="tm">{b.shown}</div><div class="tx">{escape(b.text)}</div></div>
<div class="cd">{TICKER}</div>{PROMOTION}{FOOTER}"""


Frame = Callable[[Brief], str]
FRAMES: Mapping[str, Frame] = {
    frame.__name__: frame
    for frame in (
        columns, soup, table, semantic, date_inside, date_after_headline, date_before_headline, bare, linked,
        whole_in_heading, list_after, list_before, one_div, quotation, items, mobile, random_names, definitions,
        date_last, breadcrumb, text_link, spans, flat, headline_in_div,
    )
}  # fmt: skip


def says_more(b: Brief) -> bool:
    """Whether a brief says more than its headline."""
    return b.text != b.title


def fits(name: str, b: Brief) -> bool:
    """Whether a frame can hold a brief so that a reader can tell what it is."""
    return name != "whole_in_heading" or (says_more(b) and b.name != "other words")


def only_a_list(_: Brief) -> str:
    """Many briefs, none of them the page's own."""
    return f"""{NAV}<h1>7x24小时全球实时财经新闻直播</h1><h2>{SLOGAN}</h2><div class="list">{rows(tag="div")}</div><div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def plain_list(b: Brief) -> str:
    """The same without links and with the clock only."""
    others = "".join(f"<p>10:{40 - 7 * i} {text}</p>" for i, text in enumerate(OTHERS))
    return f"""<h2>{SLOGAN}</h2><div class="time">{b.shown}</div><div class="list">{others}</div><div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def no_text(b: Brief) -> str:
    """The headline and the date, and nothing where the text should be."""
    return f"""{NAV}<h2>{SLOGAN}</h2><h1>{escape(b.title)}</h1><div class="time">{b.shown}</div><div class="txt"></div><div>{TICKER}</div>
{PROMOTION}<ul>{rows()}</ul>{FOOTER}"""


def no_text_columns(b: Brief) -> str:
    """The two columns with an empty container."""
    return columns(b).replace(escape(b.text), "")


def only_the_frame(_: Brief) -> str:
    """Slogan, ticker and promotion."""
    return f"""{NAV}<h1>7x24小时全球实时财经新闻直播</h1><h2>{SLOGAN}</h2><div>{TICKER}</div>{PROMOTION}{FOOTER}"""


def nothing(_: Brief) -> str:
    """An empty body."""
    return ""


NOT_BRIEFS: Mapping[str, Frame] = {
    frame.__name__: frame
    for frame in (only_a_list, plain_list, no_text, no_text_columns, only_the_frame, nothing)
}  # fmt: skip


# Frames by chance: parts of a page in random tags and order.

SENTENCES = (
    SLOGAN,
    "随时随地掌握全球市场脉搏，专业团队为您全天候播报。",
    "第一时间推送重要消息，让您不错过任何一次机会",
    "市场有风险，投资需谨慎。以上内容仅供参考，不构成投资建议。",
    "本页面每60秒自动刷新一次",
)
TAGS = "div p section article li dd span td blockquote".split()
HEADINGS = ("更多快讯", "最新快讯", "相关新闻", "热门文章", "滚动新闻")
AROUND = {"td": "<table><tr>{}</tr></table>", "li": "<ul>{}</ul>", "span": "<div>{}</div>", "dd": "<dl>{}</dl>"}


def wrapped(rng: Random, html: str, *tags: str) -> str:
    """A part in a random tag with random names."""
    tag = rng.choice(tags or TAGS)
    name = "".join(rng.choices("xyzQW0123456789_-", k=6))
    return AROUND.get(tag, "{}").format(f'<{tag} class="c{name}" id="i{name}">{html}</{tag}>')


def other_briefs(rng: Random) -> str:
    """A list of other briefs, linked or with times of their own, before or behind them."""
    linked, lines = rng.random() < 0.7, []
    for i, text in enumerate(rng.sample(OTHERS, rng.randint(2, 4))):
        time = rng.choice((f"08月01日 10:{40 - 7 * i}", f"10:{40 - 7 * i}", "")[: 3 if linked else 2])
        said = f'<a href="/x{i}.shtml">{text}</a>' if linked else text
        lines.append(
            rng.choice(
                (f"<li><span>{time}</span>{said}</li>", f"<li>{said}<em>{time}</em></li>", f"<li>{time} {said}</li>")
            )
        )
    return f"<div><h3>{rng.choice(HEADINGS)}</h3><ul>{''.join(lines)}</ul></div>"


def by_chance(b: Brief, seed: int) -> str:
    """A frame by chance, the same for the same seed."""
    rng = Random(seed)
    date = wrapped(rng, rng.choice(("", "发布时间：")) + b.shown, "div", "p", "span", "time", "em")
    text = wrapped(rng, rng.choice(("", "　　")) + escape(b.text))
    title = wrapped(rng, escape(b.title), "h1", "h2", "div")
    own = "".join(
        rng.choice(([title, date, text], [date, title, text], [title, text, date], [date, text], [text, date]))
    )
    own = rng.choice((own, wrapped(rng, own, "div", "section"))) + rng.choice(("", SHARE))
    parts = [own, wrapped(rng, TICKER, "div", "p")]
    rng.shuffle(parts)
    parts.insert(0, wrapped(rng, rng.choice(SENTENCES), "div", "h1", "h2", "p"))
    for part in (
        rng.choice((PROMOTION, wrapped(rng, rng.choice(SENTENCES), "div"))),
        rng.choice(("", other_briefs(rng))),
    ):
        parts.insert(rng.choice((0, len(parts))), part)
    body = "".join(
        wrapped(rng, part, "div", "section") for part in (rng.choice(("", NAV)), *parts, rng.choice(("", FOOTER)))
    )
    return wrapped(rng, body, "div") if rng.random() < 0.5 else body
