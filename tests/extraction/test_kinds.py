"""What a file is that holds no page, by how it begins; and what may be one."""

import pytest

from newscrawl.extraction.kinds import kind_of

JSON, JSONP, SCRIPT, STYLES = "JSON", "JSON in a call (JSONP)", "JavaScript", "a style sheet (CSS)"
FEED, SITEMAP, XML = "a feed (RSS or Atom)", "a sitemap", "XML"
PROLOGUE = '<?xml version="1.0" encoding="gb2312"?>'
TEXTS = {
    '{"a": 1}': JSON,
    ' \n{\n  "html": "<h1>题</h1>"': JSON,  # cut off
    '\ufeff{"a\\"b": 1}': JSON,
    "{ }": JSON,
    "[]\n": JSON,
    '[{"url": "https://example.com/"}, {}]': JSON,
    '["一", "二"]': JSON,
    "[1.5e3, -2]": JSON,
    "[null]": JSON,
    "[[1]]": JSON,
    '"<html><h1>题</h1></html>"': JSON,
    '"' + "<p>一" * 9999: JSON,  # longer than the sample
    ')]}\'\n{"a": 1}': JSON,
    "for (;;);[]": JSON,
    "while(1);[1,2]": JSON,
    'back({"a": 1});': JSONP,
    'try{feed.back_1({"a":1});}catch(e){};': JSONP,
    "/**/ typeof && jQuery1_2([1,2])": JSONP,
    'back("一");': JSONP,
    "callback([]);": JSONP,
    "/*<script>location.href='//example.com';</script>*/\nvar hq_str = 1;": SCRIPT,
    '"use strict"; a()': SCRIPT,
    "/* a\n b */\nVue.b({})": JSONP,
    "// a\n// b\nlet a = {}": SCRIPT,
    "window.a = 1": SCRIPT,
    "(function (a) {": SCRIPT,
    "!function(){": SCRIPT,
    "async function read(a) {": SCRIPT,
    'import a from "./a.js";': SCRIPT,
    "export default {": SCRIPT,
    "try { a() }": SCRIPT,
    '@charset "utf-8";': STYLES,
    "/* a */\n@media print {": STYLES,
    "body, p > a:hover {\n  margin: 0;": STYLES,
    f"{PROLOGUE}\n<!-- a --><rss version='2.0'>": FEED,
    "<feed xmlns='http://www.w3.org/2005/Atom'>": FEED,
    "<rdf:RDF>": FEED,
    f"{PROLOGUE}<?xml-stylesheet href='a.xsl'?><urlset>": SITEMAP,
    "<sitemapindex>": SITEMAP,
    "<svg width='1'>": "an image",
    f"{PROLOGUE}<!DOCTYPE a [<!ENTITY b 'c'>]><a>": XML,
}
PAGES = (
    "<html>",
    "<!DOCTYPE html><p>",
    "<!-- saved from url=(0014)about:internet -->\n<HTML>",
    f"{PROLOGUE}<!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0' 'xhtml1.dtd'>\n<html xmlns='http://www.w3.org/1999/xhtml'>",
    f"{PROLOGUE}<!-- a\n b --><HTML>",
    f"{PROLOGUE}<head>",
    f"{PROLOGUE}<!DOCTYPE plist PUBLIC 'a'><plist>",  # a web archive
    "<a>",
    "{{ title }}<html>",
    "{% block %}<html>",
    "[1] [2] [3] 下一页<html>",
    "[2026-03-01 08:00] 调试<html>",
    "“题”（记者 甲）说，<p>",
    "题：[一]<p>",
    "function of the market<p>",
    "import and export<p>",
    "Note (see below) {x}<p>",
    "var <p>",
    "try it<p>",
    "HTTP/1.1 200 OK\r\nServer: a\r\n\r\n<html>",
    'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary="a"\r\n\r\n--a',
)


@pytest.mark.parametrize(("text", "kind"), TEXTS.items(), ids=lambda text: str(text)[:30])
def test_a_text_that_is_no_page(text: str, kind: str) -> None:
    assert kind_of(text.encode()) == kind
    if not text.startswith("\ufeff"):
        assert kind_of(b" \r\n" + text.encode()) == kind
        assert kind_of(text.encode("utf-16")) == kind  # behind its byte order mark


@pytest.mark.parametrize("text", PAGES, ids=lambda text: str(text)[:30])
def test_a_text_that_may_be_a_page(text: str) -> None:
    assert kind_of(text.encode()) == ""


def test_a_tar_archive() -> None:
    assert kind_of(b"page.html".ljust(257, b"\0") + b"ustar\x0000") == "a packed archive"
    assert kind_of(b"page.html".ljust(258, b"\0") + b"ustar\x0000") == ""
