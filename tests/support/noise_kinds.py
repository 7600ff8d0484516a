"""The kinds of disturbances: what is wrong, or only unusual, about the article's column of a page.

Those with `held` were kept aside: the canary was not tuned on them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tests.support.noise_blocks import (
    BLOCKS,
    HELD,
    Block,
    attributes,
    cards,
    code,
    column,
    comments,
    element,
    link,
    login,
    name,
    promotion,
    related,
    wrapped,
)
from tests.support.noise_draft import Draft


@dataclass(frozen=True)
class Kind:
    """A kind of disturbance. `change` disturbs an article; `paragraphs` is how many it has."""

    name: str
    change: Callable[[Draft], None]
    held: bool = False
    paragraphs: tuple[int, int] = (4, 14)


PLACES = ("head", "middle", "tail")


def nothing(_: Draft) -> None:
    """Only the frame is unknown."""


def inside(block: Block, made: Draft) -> None:
    """An insert stands in the container."""
    made.place(block(made.rng, made.prose), made.rng.choice(PLACES))


def near(block: Block, made: Draft) -> None:
    """An insert stands above or below the container."""
    made.rng.choice((made.lead, made.tail, made.around)).append(block(made.rng, made.prose))


def box(made: Draft, parts: list[str]) -> str:
    """Parts in an element that means nothing."""
    return element(made.rng, "div div section", "\n".join(parts))


def wrap_each(made: Draft) -> None:
    """Each paragraph, or each run of them, in wrappers of its own."""
    size = made.rng.choice((1, 2, 3))
    made.body = [wrapped(made.rng, "".join(made.body[at : at + size]), 3) for at in range(0, len(made.body), size)]


def reorder(made: Draft) -> None:
    """Date and medium below the text, columns above the headline."""
    made.tail.append(made.info)
    made.info = ""
    made.before += [made.insert(), made.insert()]


def style(made: Draft) -> None:
    """Parts of sentences in spans, fonts and links."""

    def marked(piece: str) -> str:
        at = piece.find("，")
        return (
            piece
            if at < 0 or "<table" in piece
            else piece[: at + 1]
            + made.rng.choice(("<b></b>", "<span></span>", "<font><font></font></font>"))
            + piece[at + 1 :]
        )

    made.body = [marked(piece) for piece in made.body]


def decoy_empty(made: Draft) -> None:
    """An element with the design's container is empty; the text stands in another."""
    made.lead.append(made.opening + made.closing)
    made.opening, made.closing = f"<div{attributes(made.rng)}>", "</div>"


def decoy(block: Block, made: Draft) -> None:
    """An insert has the design's container; the text stands in another element."""
    made.rng.choice((made.before, made.lead)).append(made.opening + block(made.rng, made.prose) + made.closing)
    made.opening, made.closing = f"<div{attributes(made.rng)}>", "</div>"


def decoy_article(made: Draft) -> None:
    """Another article is in the design's container; the text stands in another element."""
    made.lead.append(made.opening + "".join(made.foreign()) + made.closing)
    made.opening, made.closing = f"<div{attributes(made.rng)}>", "</div>"


def cut(made: Draft) -> int:
    """A place between two pieces, neither of them near either end."""
    return made.rng.randint(max(1, len(made.body) // 4), max(1, len(made.body) * 3 // 4))


def end_outside(made: Draft) -> None:
    """The text goes on below the container."""
    at = cut(made)
    made.tail.insert(0, wrapped(made.rng, box(made, made.body[at:])))
    made.body = made.body[:at]


def begin_outside(made: Draft) -> None:
    """The text begins above the container."""
    at = cut(made)
    made.lead.append(wrapped(made.rng, box(made, made.body[:at])))
    made.body = made.body[at:]


def two_containers(made: Draft) -> None:
    """Two elements with the design's container hold a part each."""
    at = cut(made)
    made.tail.insert(0, made.opening + "".join(made.body[at:]) + made.closing)
    made.body = made.body[:at]


def twice(made: Draft) -> None:
    """The container holds the text for two kinds of screens."""
    made.body = [box(made, made.body), box(made, made.body)]


def teaser(made: Draft) -> None:
    """Only the beginning is there; who wants more must log in."""
    first = made.text[0][: made.rng.randint(25, 70)]
    made.body = [
        made.paragraph(first + made.rng.choice(("……", "...", "…"))),
        element(
            made.rng,
            "p div",
            made.rng.choice(
                (
                    "登录后阅读全文",
                    "剩余内容仅对会员开放，立即开通",
                    "阅读全文请下载客户端",
                    "本文为付费内容，购买后可查看",
                )
            ),
        ),
    ]


def teaser_elsewhere(made: Draft) -> None:
    """The beginning is in the container; all of the text is in another element."""
    made.tail.append(wrapped(made.rng, box(made, made.body)))
    made.body = [
        made.paragraph(made.text[0][: made.rng.randint(25, 70)] + "……"),
        element(made.rng, "p a span", made.rng.choice(("展开全文", "查看全部", "继续阅读"))),
    ]


def other_title(made: Draft) -> None:
    """The design's headline is that of another block above the article, whose own headline is not marked."""
    made.before.append(made.heading.replace(made.title, made.other().headline()) + made.insert())
    made.heading = element(made.rng, "h1 h2", made.title)


def next_article(made: Draft) -> None:
    """Another article follows in the container."""
    made.body += [element(made.rng, "h2 h1 h3", made.other().headline()), *made.foreign()]


def wide(made: Draft) -> None:
    """The container is opened too early and closed too late: headline, date and inserts are in it."""
    made.column = "\n".join(
        (made.opening, made.heading, made.info, *made.body, made.insert(), made.insert(), made.closing)
    )


def hidden(made: Draft) -> None:
    """All but the beginning is not shown until a button is pressed."""
    at = cut(made)
    made.body = [
        *made.body[:at],
        f'<div{attributes(made.rng)} style="display: none">{"".join(made.body[at:])}</div>',
        element(made.rng, "div a p", "展开阅读全文"),
    ]


def lede_outside(made: Draft) -> None:
    """The first paragraph stands above the container."""
    made.lead.append(element(made.rng, "div p section header", made.text[0]))
    made.body = made.body[1:]


def middle_outside(made: Draft) -> None:
    """The container is closed too early, an insert follows, and the rest stands in an element that means nothing."""
    at = cut(made)
    made.tail = [made.insert(), box(made, made.body[at:]), *made.tail]
    made.body = made.body[:at]


def columns(made: Draft) -> None:
    """Every other paragraph stands in a second column."""
    made.tail.insert(0, box(made, made.body[1::2]))
    made.body = made.body[::2]


def paywall(made: Draft) -> None:
    """A few paragraphs, then the invitation to pay."""
    keep = max(1, len(made.body) // 4)
    made.body = [
        *made.body[:keep],
        element(made.rng, "div p", f"还有{made.rng.randint(30, 90)}%的内容，"),
        element(made.rng, "div p", made.rng.choice(("订阅后继续阅读", "成为会员即可畅读", "购买本期杂志查看"))),
    ]


def failed(made: Draft) -> None:
    """The text was not loaded."""
    made.body = [
        element(
            made.rng,
            "div p",
            made.rng.choice(
                ("内容加载失败，请刷新页面重试。", "网络开小差了，点击屏幕重新加载", "抱歉，该内容暂时无法显示。")
            ),
        )
    ]


def channel_title(made: Draft) -> None:
    """The design's headline is that of the channel."""
    made.before.append(
        made.heading.replace(made.title, made.rng.choice(("股市要闻", "财经头条精选", "今日关注", "深度观察")))
    )
    made.heading = element(made.rng, "h1 h2 div", made.title)


def title_with_more(made: Draft) -> None:
    """The headline holds a kicker and a counter."""
    made.heading = made.heading.replace(
        made.title,
        f"<i>{made.rng.choice(('独家', '特稿 ·', '专题：年中盘点'))}</i> {made.title} <em>{made.rng.randint(1, 90)}.{made.rng.randint(1, 9)}万次浏览</em>",
    )


def between(made: Draft) -> None:
    """A line of promotion after every few paragraphs."""
    step = made.rng.randint(2, 3)
    made.body = [
        piece
        for at in range(0, len(made.body), step)
        for piece in (*made.body[at : at + step], promotion(made.rng, made.prose))
    ]


def pulled(made: Draft) -> None:
    """Sentences of the text are repeated in large type between its paragraphs."""
    quotes = [
        element(made.rng, "aside blockquote div", text) for text in made.rng.sample(sorted(made.text, key=len)[-3:], 2)
    ]
    for quote in quotes:
        made.place(quote, "middle")


def stray_end(made: Draft) -> None:
    """A stray end tag closes the container in the middle of the text."""
    made.body.insert(cut(made), made.closing)


def older_version(made: Draft) -> None:
    """What an earlier version said follows under a heading."""
    made.body += [
        element(made.rng, "h4 p", "更正前的版本"),
        *(
            made.paragraph(text.replace("，", "、", 1).replace("的", "之", 1))
            for text in made.text[: max(2, len(made.text) // 2)]
        ),
    ]


def quoted_whole(made: Draft) -> None:
    """The text stands in a quotation."""
    made.body = [f"<blockquote{attributes(made.rng)}>{''.join(made.body)}</blockquote>"]


def broken_lines(made: Draft) -> None:
    """The text is one element with line breaks."""
    made.body = ["<br>\n<br>".join(f"　　{text}" for text in made.text)]


def laid_out(made: Draft) -> None:
    """Tables lay the page out."""
    made.opening, made.closing = (
        f"<table{attributes(made.rng)}><tr><td>{made.opening}",
        f"{made.closing}</td><td>{made.insert()}</td></tr></table>",
    )


def more_headings(made: Draft) -> None:
    """The page has other headings of the first level."""
    made.before.append(f"<h1{attributes(made.rng)}>{made.rng.choice(('财经', '滚动', '早间版'))}</h1>")
    made.around += [f'<h1 class="{name(made.rng)}">{made.other().headline()}</h1>' + column(made.rng, made.prose)]


def crowd(made: Draft) -> None:
    """Much more stands around the text than in it."""
    made.around += [block(made.rng, made.prose) for block in (comments, column, cards, related, comments)]


def two_inserts(made: Draft) -> None:
    """An insert at the head and another at the tail."""
    made.place(made.insert(), "head")
    made.place(made.insert(), "tail")


def next_outside(made: Draft) -> None:
    """The next article stands below the container, made in the same way."""
    made.tail.append(
        element(
            made.rng,
            "div section article",
            element(made.rng, "h2 h3 div", made.other().headline()) + "".join(made.foreign()),
        )
    )


def copy_outside(made: Draft) -> None:
    """A copy of the text for printers stands below the container."""
    made.tail.append(f"<div{attributes(made.rng)}>{''.join(made.body)}</div>")


def wall(made: Draft) -> None:
    """An overlay asks for a log-in; the text is there."""
    made.before.append(
        element(
            made.rng,
            "div section",
            element(made.rng, "h3 p", "欢迎回来")
            + element(made.rng, "p", "登录账号，同步您的阅读记录与收藏。")
            + element(made.rng, "span a", "立即登录"),
        )
    )


def only_paragraph(made: Draft) -> None:
    """The design's container is the first paragraph; the others follow it."""
    made.tail = [*made.body[1:], *made.tail]
    made.body = [made.text[0]]


def second_half_first(made: Draft) -> None:
    """The beginning stands in another column, which comes later in the page."""
    at = cut(made)
    made.around.append(box(made, made.body[:at]))
    made.body = made.body[at:]


def with_column(made: Draft) -> None:
    """The container holds the text and a column of inserts."""
    made.body = [box(made, made.body), box(made, [made.insert(), made.insert()])]


def share_links(made: Draft) -> None:
    """A button stands at the end of each paragraph, in its line."""
    made.body = [piece.replace("</p>", f"<a{attributes(made.rng)}>分享</a></p>") for piece in made.body]


def in_script(made: Draft) -> None:
    """A script holds the text, and the container waits for it."""
    made.body = [
        f"<script>var story = {made.text!r};</script>",
        element(made.rng, "div p", made.rng.choice(("正在为您加载正文……", "Loading…", "请启用JavaScript后浏览本页"))),
    ]


def byline_inside(made: Draft) -> None:
    """Headline, medium and date are repeated in the container."""
    made.body = [
        element(made.rng, "h2 p div", made.title),
        element(
            made.rng, "p div", f"{made.source} · {made.published:%Y-%m-%d %H:%M} · 阅读量 {made.rng.randint(100, 9999)}"
        ),
        *made.body,
    ]


def replaced_by_list(made: Draft) -> None:
    """The container holds a list of other articles and no text."""
    made.tail.append(box(made, made.body))
    made.body = [
        element(made.rng, "p div li", link(made.rng, made.other().headline())) for _ in range(made.rng.randint(6, 14))
    ]


def footnotes(made: Draft) -> None:
    """The sources of another article follow as notes."""
    other = made.other()
    made.body += [
        element(made.rng, "p div", f"[{number}] 参见{other.fill('{who}：《{what}年度通报》，内部资料，第{few}页。')}")
        for number in range(1, made.rng.randint(4, 7))
    ]


def paragraph_gone(made: Draft) -> None:
    """A paragraph of the middle stands outside, as a quotation in large type."""
    at = made.rng.randint(1, len(made.body) - 1)
    made.lead.append(element(made.rng, "blockquote div aside", made.body.pop(at)))


def title_of_next(made: Draft) -> None:
    """The design's headline is that of the next article, below the text; the article's own has no name."""
    heading = made.heading
    made.heading = element(made.rng, "h1 h2 div", made.title)
    made.tail.append(heading.replace(made.title, made.other().headline()) + made.insert())


def linked_words(made: Draft) -> None:
    """Words of the text are links."""
    made.body = [
        piece.replace("，", f"，{link(made.rng, '此前')}", 1).replace("此前", "", 1)
        if made.rng.random() < 0.5
        else piece
        for piece in made.body
    ]


def bold_beginnings(made: Draft) -> None:
    """Paragraphs begin in bold."""
    made.body = [
        re.sub(r"(　　|^<p>)([^<，。]{3,12})([，。])", r"\1<b>\2</b>\3", piece, count=1) for piece in made.body
    ]


def chapters(made: Draft) -> None:
    """The text has numbered chapters."""
    lines = [re.sub("<[^>]+>|　", "", piece) for piece in made.body]
    single = [at for at, line in enumerate(lines) if made.text.count(line) == 1]
    for number, at in zip("一二三", sorted(made.rng.sample(single, min(3, len(single)))), strict=False):
        heading = f"{number}、{made.prose.subhead()}"
        made.body[at] = f"<h2>{heading}</h2>{made.body[at]}"
        made.text.insert(made.text.index(lines[at]), heading)


def named(made: Draft) -> None:
    """Each paragraph has a class of its own."""
    made.body = [piece.replace("<p>", f'<p class="{name(made.rng)}">') for piece in made.body]


def copy_above(made: Draft) -> None:
    """The description stands above the container, and is the beginning of the text."""
    made.lead.append(element(made.rng, "div p", made.text[0][:60] + "……"))


def beside_each(made: Draft) -> None:
    """Columns stand on both sides of the article."""
    made.column = f"<table><tr><td>{made.insert()}</td><td>{made.heading}{made.info}{made.container()}</td><td>{made.insert()}{made.insert()}</td></tr></table>"


def cut_in_a_sentence(made: Draft) -> None:
    """The container ends in the middle of a sentence; all of the text stands below it."""
    keep = max(1, len(made.body) // 3)
    made.tail.append(element(made.rng, "div section", "".join(made.body)))
    made.body = [*made.body[: keep - 1], made.paragraph(made.text[keep - 1][:23])]


def related_title(made: Draft) -> None:
    """The design's headline is that of a related article on the same topic."""
    made.before.append(made.heading.replace(made.title, made.prose.headline()))
    made.heading = element(made.rng, "h1 h2", made.title)


def frame_inside(made: Draft) -> None:
    """The container holds the way to the page, a bar of tools and what the foot of a page says."""
    made.body = [
        element(made.rng, "div p", f"{link(made.rng, '首页')} &gt; {link(made.rng, '要闻')} &gt; 正文"),
        *made.body,
        element(
            made.rng,
            "div p",
            f"Copyright {made.rng.randint(2012, 2026)} {made.source} 版权所有 京ICP备{made.rng.randint(10**6, 10**7)}号",
        ),
    ]


def brief_first(made: Draft) -> None:
    """The container holds a short report on the same topic, the text stands below it."""
    made.tail.append(element(made.rng, "div section article", "".join(made.body)))
    made.body = [made.paragraph(made.prose.paragraph()), made.paragraph(made.prose.sentence())]


def end_in_other_markup(made: Draft) -> None:
    """The text goes on in another element, without indents and in other tags."""
    at = cut(made)
    rest = [re.sub("<[^>]+>|　", "", piece) for piece in made.body[at:] if "<table" not in piece]
    made.tail.insert(0, f"<div{attributes(made.rng)}>" + "".join(f"<div>{piece}</div>" for piece in rest) + "</div>")
    made.body = made.body[:at]


def lines_twice(made: Draft) -> None:
    """Each paragraph follows itself, for screens and for phones."""
    made.body = [piece for each in made.body for piece in (each, each)]


def three_inserts(made: Draft) -> None:
    """Three inserts stand anywhere in the container."""
    for where in ("head", "middle", "tail"):
        made.place(made.insert(), where)


def menu_has_container(made: Draft) -> None:
    """The container is the menu, the text stands below it."""
    words = made.rng.sample("首页 财经 股票 科技 理财 数据 论坛 直播 视频 地方 汽车 房产".split(), 8)
    made.before.append(made.opening + "".join(f"<li>{link(made.rng, word)}</li>" for word in words) + made.closing)
    made.opening, made.closing = f"<div{attributes(made.rng)}>", "</div>"


def end_in_script(made: Draft) -> None:
    """A script holds what follows the beginning, and a button shows it."""
    at = cut(made)
    rest = re.sub("<[^>]+>", "", "".join(made.body[at:]))
    made.body = [
        *made.body[:at],
        f"<script>more({rest!r})</script>",
        element(made.rng, "a p div", made.rng.choice(("加载更多", "点击展开剩余内容", "下一页"))),
    ]


def among_columns(made: Draft) -> None:
    """Each of the last paragraphs stands in an element of its own, with an insert before it."""
    at = cut(made)
    made.tail = [part for piece in made.body[at:] for part in (made.insert(), element(made.rng, "div section", piece))]
    made.body = made.body[:at]


# Kept aside.


def drop_capital(made: Draft) -> None:
    """The first letter of the text is large."""
    made.body[0] = made.paragraph(f'<span class="{name(made.rng)}">{made.text[0][0]}</span>{made.text[0][1:]}')


def copy_hidden(made: Draft) -> None:
    """A copy for phones is hidden outside."""
    made.tail.append(f'<div{attributes(made.rng)} style="display:none">{"".join(made.body)}</div>')


def pictures(made: Draft) -> None:
    """Pictures without captions stand between the paragraphs."""
    made.body = [
        part
        for piece in made.body
        for part in (piece, f'<p><img src="//n.sinaimg.cn/y/{made.rng.randint(10**5, 10**6)}.jpg" alt=""></p>')
    ]


def folded(made: Draft) -> None:
    """The rest is folded away in an element that browsers open."""
    at = cut(made)
    made.tail.insert(0, f"<details><summary>余下部分</summary>{''.join(made.body[at:])}</details>")
    made.body = made.body[:at]


def summary_repeated(made: Draft) -> None:
    """The first sentences stand above the text once more."""
    made.body.insert(0, element(made.rng, "div blockquote p", f"{made.text[0]}"))


def only_last(made: Draft) -> None:
    """The design's container is the last paragraph."""
    made.lead.append("".join(made.body[:-1]))
    made.body = made.body[-1:]


def article_before(made: Draft) -> None:
    """Another article stands above the text in the container."""
    made.body = [*made.foreign(2, 5), element(made.rng, "h2 h3 p", made.title), *made.body]


def middle_elsewhere(made: Draft) -> None:
    """Paragraphs of the middle stand below the text."""
    at = len(made.body) // 3
    moved, made.body = made.body[at : 2 * at + 1], [*made.body[:at], *made.body[2 * at + 1 :]]
    made.tail.append(box(made, moved))


def insert_has_container(made: Draft) -> None:
    """Any insert has the design's container, the text stands below it."""
    made.lead.append(made.opening + made.insert() + made.closing)
    made.opening, made.closing = f"<div{attributes(made.rng)}>", "</div>"


def login_instead(made: Draft) -> None:
    """A form stands where the text should."""
    made.body = [
        element(made.rng, "h3 p div", "账号登录"),
        element(made.rng, "p div", "输入手机号 获取验证码"),
        element(made.rng, "p div", "未注册的手机号验证后自动创建账号"),
    ]


def title_of_series(made: Draft) -> None:
    """The design's headline is the name of a series."""
    made.before.append(
        made.heading.replace(made.title, made.rng.choice(("年报里的中国", "一线调研手记", "数说新格局")))
    )
    made.heading = element(made.rng, "h1 h2 div", made.title)


def halves_outside(made: Draft) -> None:
    """The container holds the middle, the beginning stands in another column and the end below."""
    third = max(1, len(made.body) // 3)
    made.around.append(box(made, made.body[:third]))
    made.tail.insert(0, box(made, made.body[-third:]))
    made.body = made.body[third:-third] or made.body[:1]


KINDS = (
    Kind("unknown frame", nothing), Kind("unknown frame, short", nothing, paragraphs=(2, 4)), Kind("wrapped paragraphs", wrap_each),
    Kind("other order", reorder), Kind("styled text", style), Kind("crowded", crowd),
    *(Kind(f"near: {title}", partial(near, block)) for title, block in BLOCKS.items()),
    *(Kind(f"inside: {title}", partial(inside, block)) for title, block in BLOCKS.items()),
    Kind("empty container first", decoy_empty), Kind("promotion has the container", partial(decoy, promotion)), Kind("comments have the container", partial(decoy, comments)),
    Kind("another article has the container", decoy_article), Kind("end outside", end_outside), Kind("beginning outside", begin_outside),
    Kind("two containers", two_containers), Kind("text twice", twice), Kind("teaser only", teaser), Kind("teaser, text elsewhere", teaser_elsewhere),
    Kind("headline of another block", other_title), Kind("next article inside", next_article), Kind("container too wide", wide), Kind("rest hidden", hidden),
    Kind("frame of other inserts", nothing), Kind("frame of other inserts, short", nothing, paragraphs=(2, 3)), Kind("frame of other inserts, long", nothing, paragraphs=(20, 40)),
    Kind("in a quotation", quoted_whole), Kind("only line breaks", broken_lines), Kind("layout tables", laid_out), Kind("more headings", more_headings),
    Kind("two inserts inside", two_inserts), Kind("promotion between paragraphs", between), Kind("pulled quotes", pulled),
    Kind("lede outside", lede_outside), Kind("insert, rest outside", middle_outside), Kind("second column", columns), Kind("stray end tag", stray_end),
    Kind("paywall", paywall), Kind("not loaded", failed), Kind("other articles have the container", partial(decoy, cards)), Kind("code has the container", partial(decoy, code)),
    Kind("log-in has the container", partial(decoy, login)), Kind("title of the channel", channel_title), Kind("title with more", title_with_more), Kind("older version inside", older_version),
    Kind("frame of any inserts", nothing), Kind("frame of any inserts, short", nothing, paragraphs=(2, 4)), Kind("next article outside", next_outside),
    Kind("copy outside", copy_outside), Kind("log-in wall", wall), Kind("wrapped lines", wrap_each),
    Kind("first paragraph has the container", only_paragraph), Kind("beginning in another column", second_half_first), Kind("column inside", with_column),
    Kind("buttons in paragraphs", share_links), Kind("text in a script", in_script), Kind("byline inside", byline_inside),
    Kind("list has the container", replaced_by_list), Kind("notes inside", footnotes), Kind("paragraph outside", paragraph_gone), Kind("headline of the next article", title_of_next),
    Kind("frame of all inserts", nothing), Kind("frame of all inserts, short", nothing, paragraphs=(2, 3)), Kind("linked words", linked_words), Kind("bold beginnings", bold_beginnings),
    Kind("numbered chapters", chapters), Kind("named paragraphs", named), Kind("copy above", copy_above), Kind("aside beside each", beside_each),
    Kind("cut in a sentence", cut_in_a_sentence), Kind("headline of a related article", related_title), Kind("frame inside", frame_inside), Kind("brief has the container", brief_first),
    Kind("end in other markup", end_in_other_markup), Kind("lines twice", lines_twice), Kind("three inserts inside", three_inserts), Kind("menu has the container", menu_has_container),
    Kind("end in a script", end_in_script), Kind("paragraphs among columns", among_columns),
    # Kept aside.
    Kind("frame kept aside", nothing, held=True), Kind("frame kept aside, short", nothing, held=True, paragraphs=(2, 4)), Kind("other order, kept aside", reorder, held=True), Kind("drop capital", drop_capital, held=True),
    Kind("copy hidden", copy_hidden, held=True), Kind("pictures between", pictures, held=True), Kind("folded away", folded, held=True),
    *(Kind(f"near: {title}", partial(near, block), held=True) for title, block in HELD.items()),
    *(Kind(f"inside: {title}", partial(inside, block), held=True) for title, block in HELD.items()),
    Kind("two inserts, kept aside", two_inserts, held=True), Kind("summary repeated", summary_repeated, held=True), Kind("last paragraph has the container", only_last, held=True), Kind("article before", article_before, held=True),
    Kind("middle outside", middle_elsewhere, held=True), Kind("insert has the container", insert_has_container, held=True), Kind("log-in instead", login_instead, held=True), Kind("title of a series", title_of_series, held=True),
    Kind("halves swapped outside", halves_outside, held=True),
)  # fmt: skip
