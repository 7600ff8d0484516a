"""The functions that read what others wrote, and the worst that each can be given.

A reader is a public function of the packages below all of whose arguments can be made: texts, bytes, trees, and what is
read out of them. A new one is found without being named here; one with an argument of a new type is, too, as soon as
that type can be made.
"""

import contextlib
import inspect
import re
import sys
import types
import typing
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache, cached_property
from typing import Any, NamedTuple

from lxml import etree

from newscrawl import extract
from newscrawl.answers.model import Answer, saved_page
from newscrawl.discovery.rows import Row as ListRow
from newscrawl.doctor.worst_texts import Worst, worst_texts
from newscrawl.extraction.article import Article, Raw
from newscrawl.extraction.blocks import Block, Line
from newscrawl.extraction.brief_lines import Row, Subject, rows_of
from newscrawl.extraction.briefs import subject_of
from newscrawl.extraction.canary.foreign import Around
from newscrawl.extraction.canary.missing import Known, Run
from newscrawl.extraction.canary.segments import Segment, segments
from newscrawl.extraction.canary.signals import Sight
from newscrawl.extraction.canary.units import NONE, Habit, Rest, Unit
from newscrawl.extraction.canary.wording import pairs
from newscrawl.extraction.dom import Meta, parse, read_meta
from newscrawl.extraction.layouts import select_all
from newscrawl.extraction.page import FallbackPolicy, read_page, walk_rules
from newscrawl.extraction.walk import WalkRules, read_blocks
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import BriefPages, Cut, Layout, LineRule, Site
from newscrawl.sites.urls import Address, address
from tests.growth.code import held, modules

PACKAGES = (
    *(f"newscrawl.{name}." for name in ("answers", "crawl", "discovery", "extraction", "posts", "sites", "warc")),
    "pipelines.",
)
URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
SINA = load_site("sina_finance")
TEXTS = (Worst("", " "), Worst("x", "\n"), Worst("", "1"), Worst("", "a"), Worst("", "中"), Worst("", "中。"), Worst("", "a,"), Worst("", "<"),
         Worst("", "&"), Worst("", "&lt;"), Worst("", "<b>"), Worst("", "<b"), Worst("", "</b>"), Worst("", "<!--"), Worst("", "["), Worst("", '{"a":'),
         Worst("", "a_"), Worst("", "a|"), Worst("", "//"), Worst("", "../"), Worst("", "%3A"), Worst("", "?a=1&"), Worst("", "("), Worst("", "（）"),
         Worst("", '"'), Worst("", "“"), Worst("", "来源："), Worst("", "2026年3月1日 10:20 "), Worst("", "10:20 "), Worst("", "http://a/"), Worst("", "\\"),
         Worst("", "a\r\n"), Worst("", "a: b\n"), Worst("", "\0"), Worst("", "\x1f\x8b"), Worst("2026年03月01日", " ", "x"), Worst("", "￼𝒳"))  # fmt: skip

# Saved files, for the reader of those: they end late, and their bounds are wide.
OF_FILES = "newscrawl.extraction.saved.page_in"
MAIL = "MIME-Version: 1.0\nContent-Type: "
FILES = (Worst(f"{MAIL}text/html;", " a=b;"), Worst(f"{MAIL}text/html;", "\n a*0=b;"), Worst(f"{MAIL}text/html;", 'a="\\";'), Worst(f"{MAIL}text/html\nSubject: ", "=?utf-8?q?a?= "),
         Worst(f"{MAIL}multipart/mixed; boundary=b\n\n", "--b\n\n"), Worst(f"{MAIL}multipart/mixed; boundary=b\n\n", "\n--bx"), Worst(f"{MAIL}message/rfc822\n\n", "Content-Type: message/rfc822\n\n"),
         Worst(f"{MAIL}text/html\nContent-Transfer-Encoding: base64\n\n", "!"), Worst(f"{MAIL}text/html\nContent-Location: ", "a\n "), Worst(f"{MAIL}text/html\n", "a:\n"),
         Worst("HTTP/1.1 200 OK\nContent-Encoding: gzip", ",gzip", "\n\n<p>"), Worst("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n", "1\na\n"), Worst("", "HTTP/1.1 301 Moved\n\n"),
         Worst("<?xml version='1.0'?><plist><?a ", "b"), Worst("<?xml version='1.0'?><plist>", "<a"), Worst("<?xml version='1.0'?><plist><data>", "A\n"), Worst("<?xml version='1.0'?><plist>&", "a"))  # fmt: skip

PAGE = (
    '<html><head><title>{title}题_新浪财经_新浪网</title>{head}</head><body><div class="channel-path">{crumbs}</div>'
    '<h1 class="main-title">题{title}</h1><div class="date-source"><span class="date">{date}2026年03月01日 08:00</span>'
    '<span class="source">{source}江畔日报</span></div><div class="article" id="artibody"><p>　　正文。</p>{body}</div>{after}</body></html>'
)  # of the design of 2017
PLACES = ("head", "title", "crumbs", "date", "source", "body", "after")
PIECES = (
    "x<br>", "<p>x</p>", "<p>", "<p>中文的句子，说了一些。</p>", "<b>x</b>", "<b>", "<a href=/1>x</a>", "<a href=/1>", "<li><a href=/1>x</a></li>", "<li><a>",
    "<div><p>x</p></div>", "<div>", "<span class=date>x</span>", "<span class=source>来源：x</span>", "<!--x-->", "<!--原始正文end-->x", "<!--原始正文start-->",
    "<p>x<!--画中画 begin--></p>", "<table><tr><td>x<td>y", "<tr><td>x<td>y", "<table><tr><td>x</td></tr></table>", "<img src=/a.jpg>",
    '<div class="img_wrapper"><img src=/a.jpg><span class="img_descr">x</span></div>', '<img alt="二维码" srcset="/a 1x, /b 2x">', "<h1>x</h1>", "<h2>中文的标题八个字</h2>", "<title>中文的标题八个字</title>",
    '<meta name="keywords" content="中文,中">', '<meta property="og:title" content="中文的标题八个字">', '<meta name="mediaid" content="x">', "<base href=/x>",
    "<link rel=canonical href=/x>", "<script>location.href='/x'</script>", "<style>x</style>", "<script>", "<svg>", "<ul><li>x</ul>", "<blockquote>", "<q a=1 b=2>",
    "<textarea>", "&#20013;", "&amp;", "中文", "1", " ", "<center>", "<pre>\n", '<span id="stock_sz300750">x</span>', "<a href=doc-iabcdefg0000001-p2.shtml>2</a>",
    "<p>10:20 中文</p>", "<p>更多>></p>", "<p>责任编辑：x</p>", "<p>相关阅读：</p>", "<p>他说：</p>", "<picture><source srcset=/a>", "<video>", "<font>", "<p style='display:none'>x</p>",
)  # fmt: skip
PAIRS = (
    ('<source srcset="/a 1x, /b 2x"></source>', "<img>", "<picture>"), ("<h3>x</h3>", "<h1>x</h1>", ""), ("<b>x</b>", "<p>x</p>", "<p>"),
    ('<span class="img_descr">x</span>', "<img src=/a.jpg>", '<div class="img_wrapper">'), ("<!--x-->", "<a href=/1>x</a>", "<ul><li>"),
)  # fmt: skip # all of one before all of the other, in a third


class WorstPart(NamedTuple):
    """A page with a part again and again in one of its places, and then as many of another."""

    place: str
    piece: str
    other: str = ""
    around: str = ""

    def page(self, size: int) -> str:
        """The page with about `size` elements or characters in that place. Never closed, they are as deep as a page may be."""
        count = max(1, size // max(1, self.piece.count("<") - self.piece.count("</"), len(self.piece) // 20))
        is_open = (
            self.piece.startswith("<")
            and "</" not in self.piece
            and "<!" not in self.piece
            and self.piece[1:4] not in ("img", "met", "bas", "lin", "p>x")
        )
        again = self.piece * (min(count, 250) if is_open else count // 2 if self.other else count)
        part = f"{self.around}{again}{self.other * (count // 2)}"
        return PAGE.format_map(dict.fromkeys(PLACES, "") | {self.place: part})

    @property
    def words(self) -> str:
        """The page in words."""
        return f"{self.piece} again and again in {self.place}{self.other and f', then {self.other}'}"


@dataclass(frozen=True)
class Material:
    """What readers are given: a text, or a page and all that is read out of it."""

    text: str = ""
    html: str = ""

    @cached_property
    def page(self) -> bytes:
        return self.html.encode() if self.html else self.text.encode("utf-8", "surrogatepass")

    @cached_property
    def root(self) -> etree._Element:
        return parse(self.page)

    @cached_property
    def container(self) -> etree._Element:
        return next(iter(select_all(self.root, "#artibody")), self.root)

    @cached_property
    def elements(self) -> list[etree._Element]:
        return [*self.root.iter("*")]

    @cached_property
    def article(self) -> Article:
        return read_page(saved_page(self.page), URL, SINA, half=True)

    @cached_property
    def rules(self) -> WalkRules:
        return walk_rules(self.container, URL, SINA)

    @cached_property
    def blocks(self) -> list[Block]:
        return read_blocks(self.container, self.rules) if self.html else [Block("p", "", self.lines)]

    @cached_property
    def lines(self) -> list[Line]:
        if not self.html:
            return [Line(self.text, self.text, [], self.text, self.text)]
        return [line for block in self.blocks for line in block.lines]

    @cached_property
    def segments(self) -> list[Segment]:
        return [*segments(self.root)] or [Segment("x", self.root)]

    @cached_property
    def sight(self) -> Sight:
        text = "".join("".join(line.text.split()) for line in self.lines)
        return Sight(self.container, text, "题", read_meta(self.root), "\n".join(each.text for each in self.segments))

    @cached_property
    def unit(self) -> Unit:
        return Unit(tuple(self.segments), self.container)

    @cached_property
    def known(self) -> Known:
        return Known(Habit.of(self.sight.units), self.sight.general, pairs(self.sight.text), pairs("题"))

    @cached_property
    def rows(self) -> list[Row]:
        return [row for line in self.lines for row in rows_of(line.text, subject())]


@cache
def subject() -> Subject:
    """A brief."""
    found = subject_of("红枣合约涨停报一元", "20260301", SINA.briefs) if SINA.briefs else None
    assert found
    return found


Make = Callable[[Material], Any]
OF_TEXT: dict[Any, Make] = {
    str: lambda given: given.text,
    bytes: lambda given: given.page,
    Collection[str]: lambda given: given.text.split(given.text[:1] or " "),
    Line: lambda given: given.lines[0],
    dict[str, str]: lambda given: dict.fromkeys(("srcset", "data-srcset", "style", "alt"), given.text),  # and no src
}
OF_PAGE: dict[Any, Make] = {
    etree._Element: lambda given: given.root,
    Collection[etree._Element]: lambda given: given.elements,
    AbstractSet[etree._Element]: lambda given: frozenset(given.elements),
    Article: lambda given: given.article,
    Raw: lambda given: given.article.raw,
    Block: lambda given: given.blocks[0],
    Collection[Block]: lambda given: given.blocks,
    Collection[Line]: lambda given: given.lines,
    Segment: lambda given: given.segments[-1],
    Collection[Segment]: lambda given: given.segments,
    Unit: lambda given: given.unit,
    Collection[Unit]: lambda given: given.sight.units or [given.unit],
    Collection[Rest]: lambda given: [NONE] * len(given.sight.units),
    Sight: lambda given: given.sight,
    Around: lambda given: Around(Habit.of([given.unit]), given.sight.general, NONE),
    Run: lambda given: Run(tuple(given.segments)),
    Known: lambda given: given.known,
    Collection[Row]: lambda given: given.rows,
    Meta: lambda given: read_meta(given.root),
    Answer: lambda given: saved_page(given.page),
    WalkRules: lambda given: given.rules,
}
FIXED: dict[Any, Any] = {
    int: 1, bool: False, tzinfo: UTC, datetime: datetime(2026, 3, 1, tzinfo=UTC), date: date(2026, 3, 1), Site: SINA, Address: address(URL, SINA),
    Layout: SINA.layouts[0], FallbackPolicy: FallbackPolicy(), Subject: subject(), BriefPages: SINA.briefs, frozenset[str]: pairs("中文的句子"),
    ListRow: ListRow(URL), LineRule: SINA.boilerplate.lines[0], Collection[LineRule]: SINA.boilerplate.lines, re.Pattern[str]: re.compile("中"),
    Collection[Layout]: SINA.layouts, Collection[Cut]: SINA.boilerplate.cut,
}  # fmt: skip
NAMED = {
    "url": URL,
    "base": URL,
    "own": URL,
    "name": "x",
    "declared": "gbk",
    "charset": "gbk",
    "tag": "p",
}  # texts that are no page's
# Texts of a site file: they are measured as patterns and selectors.
OF_SITE = {
    "css": "p a", "selector": "p a", "rows": "li a", "when": r"(?P<hour>\d\d):(?P<minute>\d\d)", "marks": "qr", "words": "qr", "extras": "微博",
    "comma": "[,，]", "page_title": "_x$", "template": "{}",
}  # fmt: skip
OF_OTHERS = (
    "extraction.fallback.",
    "page.raw_by_fallback",
    "signals.is_strange",
    "signals.sight_of",
)  # they call trafilatura


class Reader(NamedTuple):
    """A function, and what each of its arguments is made of."""

    name: str
    call: Callable[..., Any]
    arguments: dict[str, Any]  # types

    @property
    def takes_pages(self) -> bool:
        """Whether an argument is read out of a page."""
        return any(kind in OF_PAGE for kind in self.arguments.values()) or (
            bytes in self.arguments.values() and ("discovery" in self.name or self.name == "newscrawl.extract")
        )

    def given(self, material: Material, attacked: str = "") -> Callable[[], None]:
        """A call with a material. In one that takes pages, and where not `attacked`, texts are short."""
        values: dict[str, Any] = {}
        for name, kind in self.arguments.items():
            if name == "containers":  # one of each page of an article
                values[name] = [material.container]
            elif kind is str and name in OF_SITE:
                values[name] = OF_SITE[name]
            elif kind is str and (material.html or (attacked and name != attacked)):
                values[name] = NAMED.get(name, "x")
            else:
                make = OF_TEXT.get(kind) or OF_PAGE.get(kind)
                values[name] = make(material) if make else FIXED[kind]

        def call() -> None:
            with contextlib.suppress(Exception):  # what it says of such a thing is tested elsewhere
                found = self.call(**values)
                deque(found if isinstance(found, Iterator) else (), maxlen=0)

        return call


@cache
def readers() -> list[Reader]:
    """All readers, by name."""
    found = [Reader("newscrawl.extract", extract, {"html": bytes, "url": str})]
    for module, values in modules(*PACKAGES).items():
        for name, value in vars(values).items():
            call = inspect.unwrap(value) if callable(value) else value
            if name.startswith("_") or not inspect.isfunction(call) or call.__module__ != module:
                continue
            kinds = kinds_of(call)
            if kinds is not None and any(kind in OF_TEXT or kind in OF_PAGE for kind in kinds.values()):
                found.append(Reader(f"{module}.{name}", value, kinds))
    return [each for each in found if not any(name in each.name for name in OF_OTHERS)]


def kinds_of(call: Callable[..., Any]) -> dict[str, Any] | None:
    """The types of a function's arguments without a default, as far as all can be made; else None."""
    hints = typing.get_type_hints(call)
    kinds = {}
    for name, parameter in inspect.signature(call).parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            return None
        if parameter.default is not parameter.empty and not (hints.get(name) is str and name not in {*NAMED, *OF_SITE}):
            continue
        kind = plain(hints.get(name))
        if kind not in OF_TEXT and kind not in OF_PAGE and kind not in FIXED:
            return None
        kinds[name] = kind
    return kinds


def plain(kind: Any) -> Any:
    """A type without what makes no difference here: a list for any collection, a thing for an optional one."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return plain(arguments[0])
    if origin in (list, tuple, Iterable, Sequence, Collection, Iterator) and arguments:
        return typing.cast("Any", Collection)[plain(arguments[0])]
    return Meta if origin in (dict, Mapping) and kind == Meta else kind


@cache
def own_texts(module: str) -> list[Worst]:
    """The worst texts for a module: for its patterns, and those that are bad for any."""
    own = [
        each
        for name, value in vars(sys.modules.get(module, types.SimpleNamespace())).items()
        for _, each in held(value, name)
        if isinstance(each.pattern, str)
    ]
    return list(
        dict.fromkeys((*TEXTS, *(worst for each in own for worst in worst_texts(each.pattern, each.flags, few=True))))
    )


def parts() -> Iterator[WorstPart]:
    """The pages that are bad for readers of pages."""
    yield from (WorstPart(place, piece) for place in PLACES for piece in PIECES)
    yield from (WorstPart("body", *pair) for pair in PAIRS)
