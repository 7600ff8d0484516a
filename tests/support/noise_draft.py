"""An article that becomes a page of `tests.support.noise`: its truth, and the parts that a kind of disturbance changes."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from random import Random

from tests.support.noise_blocks import Block, attributes, element
from tests.support.noise_words import MEDIA, NAMES, Prose

BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True)
class Anchors:
    """What a design is known by: headline, date and medium, container; and an address that it has."""

    heading: str
    info: str
    opening: str
    closing: str
    url: str
    site: str  # what follows the title in <title>
    date: str = "{d.year}年{d.month:02}月{d.day:02}日 {d.hour:02}:{d.minute:02}"


FINANCE = "https://finance.sina.com.cn/jjxw/{d.year}-{d.month:02}-{d.day:02}/doc-i{docid}.shtml"
OLD = "http://finance.sina.com.cn/china/{d.year}{d.month:02}{d.day:02}/{d.hour:02}{d.minute:02}{did}.shtml"
INFO = '<div class="date-source"><span class="date">{date}</span> <a class="source" href="//www.example.com">{source}</a></div>'
KNOWN = {
    "fin2017": Anchors('<h1 class="main-title">{title}</h1>', INFO, '<div class="article" id="artibody">', "</div>", FINANCE, "_新浪财经_新浪网"),
    "news2017": Anchors('<h1 class="main-title">{title}</h1>', INFO, '<div class="article" id="article">', "</div>", FINANCE.replace("finance.sina.com.cn/jjxw", "news.sina.com.cn/c"), "|要闻_新浪新闻"),
    "fin2014": Anchors('<div class="page-header"><h1 id="artibodyTitle">{title}</h1></div>', '<div class="page-info"><span class="time-source">{date}  {source}</span></div>', '<div class="article article_16" id="artibody">', "</div>", FINANCE, "|行情_新浪财经_新浪网"),
    "blk2012": Anchors('<h1 id="artibodyTitle">{title}</h1>', '<div class="artInfo"><span id="pub_date">{date}</span> <span id="media_name"><a href="http://www.example.com">{source}</a></span></div>', '<div class="blkContainerSblkCon" id="artibody">', "</div>", OLD, "_新浪财经_新浪网"),
    "wap": Anchors('<h1 class="art_tit_h1">{title}</h1>', '<div class="weibo_info"><h2 class="weibo_user">{source}</h2><time class="weibo_time">{date}</time></div>', '<section class="art_pic_card art_content">', "</section>", FINANCE.replace("finance.sina.com.cn/jjxw", "finance.sina.cn/stock").replace("doc-i", "detail-i").replace(".shtml", ".d.html"), "_手机新浪网"),
}  # fmt: skip


@dataclass
class Draft:
    """A page that is being made. A kind of disturbance changes it; `text` and `title` stay what a reader must return."""

    rng: Random
    prose: Prose
    anchors: Anchors
    blocks: Sequence[Block]  # what may stand in it
    title: str
    text: list[str]
    published: datetime
    source: str
    form: str  # of a paragraph
    heading: str = ""
    info: str = ""
    body: list[str] = field(default_factory=list)  # in the container, a piece per line of the text
    before: list[str] = field(default_factory=list)  # above the headline
    lead: list[str] = field(default_factory=list)  # between headline and container
    tail: list[str] = field(default_factory=list)  # below the container
    around: list[str] = field(default_factory=list)  # in other columns
    opening: str = ""
    closing: str = ""
    column: str = ""  # all of the article's column, where a kind makes it itself

    def paragraph(self, text: str) -> str:
        """A paragraph in the page's form."""
        return self.form.format(text=text, c=attributes(self.rng))

    def insert(self) -> str:
        """Any insert."""
        return self.rng.choice(self.blocks)(self.rng, self.prose)

    def place(self, inserted: str, where: str) -> None:
        """Puts something into the container: at its head, its tail, or in its middle."""
        at = (
            {"head": 0, "tail": len(self.body)}.get(where)
            if where != "middle"
            else self.rng.randint(1, len(self.body) - 1)
        )
        self.body.insert(at or 0, inserted)

    def other(self) -> Prose:
        """Prose on another topic."""
        return Prose.of(self.rng, self.prose.topic)

    def foreign(self, least: int = 3, most: int = 8) -> list[str]:
        """The paragraphs of another article, in the page's form."""
        other = self.other()
        return [self.paragraph(other.paragraph()) for _ in range(self.rng.randint(least, most))]

    def container(self) -> str:
        """The container with what is in it."""
        return self.opening + self.rng.choice(("\n", "")).join(self.body) + self.closing

    def main(self) -> str:
        """The article's column."""
        parts = [*self.before, self.heading, self.info, *self.lead, self.container(), *self.tail]
        return self.column or "\n".join(part for part in parts if part)


FORMS = ("<p>　　{text}</p>",) * 5 + (
    '<p cms-style="font-L">　　{text}</p>', "<p>{text}</p>", "<p{c}>{text}</p>", "<div>　　{text}</div>", '<p><span style="font-size:16px">　　{text}</span></p>',
    "　　{text}<br><br>", "<section{c}><p>{text}</p></section>", '<p style="text-indent:2em">{text}</p>',
)  # fmt: skip


def unknown_anchors(rng: Random) -> Anchors:
    """Those of a page in which nothing fits any design."""
    tag = rng.choice(("h1", "h1", "h2", "div", "p"))
    info = element(
        rng,
        "div p",
        element(rng, "span time em", "{date}")
        + " "
        + element(rng, "span a b", rng.choice(("{source}", "来源：{source}"))),
    )
    box = rng.choice(("div", "div", "article", "section", "td"))
    opening, closing = (
        (f"<table><tr><td{attributes(rng)}>", "</td></tr></table>")
        if box == "td"
        else (f"<{box}{attributes(rng)}>", f"</{box}>")
    )
    return Anchors(
        f"<{tag}{attributes(rng)}>{{title}}</{tag}>", info, opening, closing, FINANCE.replace("jjxw", rng.choice(("jjxw", "stock/s", "roll", "wm"))),
        rng.choice(("_新浪财经", " - 财经频道", "|原创")), rng.choice(("{d.year}年{d.month}月{d.day}日 {d.hour:02}:{d.minute:02}", "{d.year}-{d.month:02}-{d.day:02} {d.hour:02}:{d.minute:02}", "{d.year}/{d.month:02}/{d.day:02}")),
    )  # fmt: skip


def draft(rng: Random, anchors: Anchors, blocks: Sequence[Block], *, paragraphs: tuple[int, int] = (4, 14)) -> Draft:
    """An undisturbed article."""
    prose = Prose.of(rng)
    published = datetime(
        rng.randint(2018, 2026),
        rng.randint(1, 12),
        rng.randint(1, 28),
        rng.randrange(24),
        rng.randrange(60),
        tzinfo=BEIJING,
    )
    made = Draft(rng, prose, anchors, blocks, prose.headline(), [], published, rng.choice(MEDIA), rng.choice(FORMS))
    texts = list(dict.fromkeys(prose.paragraph() for _ in range(rng.randint(*paragraphs))))
    pieces = [(made.paragraph(text), [text]) for text in texts]
    for _ in range(rng.choice((0, 0, 1, 2))):
        pieces.insert(rng.randint(1, len(pieces) - 1), part(made))
    made.body = [piece for piece, _ in pieces]
    made.text = [line for _, lines in pieces for line in lines]
    slots = {"title": html.escape(made.title), "source": made.source, "date": anchors.date.format(d=published)}
    made.heading, made.info = anchors.heading.format(**slots), anchors.info.format(**slots)
    made.opening, made.closing = anchors.opening, anchors.closing
    return made


def part(made: Draft) -> tuple[str, list[str]]:
    """A part of an article that is no paragraph, and its lines: a subhead, a captioned picture, a list, a quotation, a table."""
    rng, prose = made.rng, made.prose
    subhead, caption, sentence = (
        prose.subhead(),
        f"{prose.fill('{where}的{who}')}，{rng.choice(NAMES)} 摄",
        prose.sentence(),
    )
    items = [prose.fill("{what}：{number}"), prose.fill("{where}：{few}家"), prose.fill("{who}：{moved}{few}个点")]
    return rng.choice((
        (f"<p><strong>{subhead}</strong></p>", [subhead]), (f"<h3>{subhead}</h3>", [subhead]),
        (f'<div class="img_wrapper"><img src="//n.sinaimg.cn/x/{rng.randint(10**5, 10**6)}.jpg" alt=""><span class="img_descr">{caption}</span></div>', [caption]),
        ("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>", items), (f"<blockquote><p>{sentence}</p></blockquote>", [sentence]),
        ("<table>" + "".join(f"<tr><td>{item.split('：')[0]}</td><td>{item.split('：')[1]}</td></tr>" for item in items) + "</table>", [item.replace("：", " ") for item in items]),
    ))  # fmt: skip
