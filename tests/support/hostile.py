"""Texts with every control character, pages and answers that hold them everywhere, and the search for what got through."""

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

# Told by Unicode's own tables, not by those of newscrawl: C0 and C1, and what turns the order of a text around.
BIDI = {chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
KINDS = [chr(code) for code in range(0x10000) if unicodedata.category(chr(code)) == "Cc" and chr(code) != "\n"]
KINDS += sorted(BIDI)
FOUND = re.compile(f"[{''.join(map(re.escape, KINDS))}]")
ALL = "".join(KINDS)
STOPS = "\n\u2028\u2029"  # what some reader of a log takes for the end of a line

# What terminals do at once: colours, the title of the window, a link, a query that types, a screen that is cleared.
TRICKS = (
    "\x1b[31m\x1b]0;owned\x07\x1b]8;;https://evil.example/\x1b\\\x1b[6n\x1b[2J\x9b2J\x9d0;owned\x9c\x1bc\r\x08\x0b\x85"
)
# As a page writes them that is to be read by browsers, too.
REFERENCES = "&#27;[1m&#x9b;1m&#155;&#x7f;&#8238;&#x202e;&#x2066;&rlm;&lrm;&#x61c;&#13;&#9;"
EMOJI = "👩\u200d🔬"  # joined by U+200D, which stays


def hostile(text: str = "", *, markup: bool = False) -> str:
    """A text between all controls; `markup`: with those that a page writes as references, too."""
    return f"{text}{ALL.replace(chr(0), '')}{TRICKS}{REFERENCES if markup else ''}{text}"


def found_in(data: bytes | str, *, lines: bool = False) -> list[str]:
    """The controls in what came out, as names; `lines`: also what parts lines and is none of ours."""
    text = data.decode() if isinstance(data, bytes) else data
    stops = {char for char in text if char in STOPS[1:]} if lines else set()
    return sorted(f"U+{ord(char):04X}" for char in {*FOUND.findall(text)} | stops)


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a value of JSON, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from texts_in(name)
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)


def found_in_json(lines: bytes) -> list[str]:
    """The controls in JSON Lines: in their bytes, and in the texts that a reader of the JSON gets."""
    values = [json.loads(line) for line in lines.decode().split("\n") if line.strip()]
    return found_in(lines, lines=True) + [
        name for value in values for text in texts_in(value) for name in found_in(text)
    ]


# Where a page may hold them. Each is a pair: what is put into the head of the page, what into its body.
WAYS = {
    "title": ("<title>{}_新浪财经</title>", "<h1 class='main-title'>{}</h1>"),
    "og:title": ("<meta property='og:title' content='{}'>", "<h1 class='main-title'> </h1>"),
    "og:url": ("<meta property='og:url' content='https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml?{}'>", ""),
    "og:image": ("<meta property='og:image' content='https://n.sinaimg.cn/{}.jpg'>", ""),
    "author": ("<meta property='article:author' content='{}'>", ""),
    "mediaid": ("<meta name='mediaid' content='{}'>", ""),
    "source": ("", "<div class='date-source'><span class='date'>2026年03月01日 08:00</span><a class='source'>{}</a></div>"),
    "byline": ("", "<div class='date-source'><span class='date'>2026年03月01日 08:00</span><span class='author'>作者：{}</span></div>"),
    "editor": ("", "<p class='show_author'>责任编辑：{}</p>"),
    "date": ("", "<div class='date-source'><span class='date'>2026年03月01日 08:00{}</span></div>"),
    "metas of dates": ("<meta name='weibo: article:create_at' content='2026-03-01 08:00:01{}'>", ""),
    "keywords": ("<meta name='keywords' content='银行,{},利率'>", ""),
    "breadcrumb": ("", "<div class='channel-path'><a href='/x{}'>基金{}</a> &gt; 正文</div>"),
    "alt": ("", "<p><img src='https://n.sinaimg.cn/a.jpg' alt='{}' title='{}'></p>"),
    "src": ("", "<p><img src='https://n.sinaimg.cn/a{}.jpg'></p>"),
    "caption": ("", "<div class='img_wrapper'><img src='https://n.sinaimg.cn/a.jpg'><span class='img_descr'>{}</span></div>"),
    "link": ("", "<p>见<a href='https://finance.sina.com.cn/x{}'>链接{}</a></p>"),
    "stock": ("", "<p><span id='stock_sz300750{}'>宁德时代{}</span>涨。</p>"),
    "comment": ("", "<p>一<!-- {} -->二</p><!-- news_keyword_pub,stock,sz300750{} -->"),
    "table": ("", "<table><tr><td title='{}'>甲{}</td><td>乙</td></tr></table>"),
    "heading": ("", "<h2 id='{}'>小标题{}</h2>"),
    "list": ("", "<ul><li>项{}</li></ul>"),
    "text": ("", "<p>正文{}</p>"),
    "attributes": ("", "<p style='color:red{}' data-x='{}' class='{}'>段</p>"),
}  # fmt: skip
MARK = "甲乙丙"


def page(*ways: str, base: str = "https://finance.sina.com.cn") -> bytes:
    """A page that holds all controls in some ways."""
    heads, bodies = zip(*(WAYS[way] for way in ways), strict=True) if ways else ((), ())
    head, body = ("".join(parts).replace("{}", hostile(MARK, markup=True)) for parts in (heads, bodies))
    title = "" if "main-title" in body else '<h1 class="main-title">标题</h1>'
    date = (
        "" if "date-source" in body else '<div class="date-source"><span class="date">2026年03月01日 08:00</span></div>'
    )
    return (
        f'<html><head><meta charset="utf-8"><base href="{base}/china/">{head}</head><body>{title}{date}'
        f'<div class="article" id="artibody"><p>　　第一段{EMOJI}。</p>{body}</div></body></html>'
    ).encode()
