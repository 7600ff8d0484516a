"""What the fuzzing of each target begins with: whole inputs, and words that inputs are made of."""

import gzip
import json
from collections.abc import Iterator
from importlib import resources
from itertools import islice

from tests.fuzz.mutations import SNIPPETS, corpus
from tests.fuzz.promises import BETWEEN

SITE = (resources.files("newscrawl") / "sites" / "sina_finance.yaml").read_text(encoding="utf-8")
WORDS: dict[str, tuple[bytes, ...]] = {
    "page": (
        *SNIPPETS,
        *(
            word.encode()
            for word in (
                '<div class="article" id="artibody">', '<div class="blkContainerSblk">', '<h1 class="main-title">', '<h1 id="artibodyTitle">',
                '<span class="date">', '<div class="date-source">', '<span class="source">', "2026年03月01日 08:00", "<!-- 原始正文start -->",
                "<!-- 原始正文end -->", "<!-- publish_helper name='原始正文' -->", '<meta property="og:title" content="', '<meta name="keywords" content="',
                '<meta property="og:image" content="', '<meta property="article:published_time" content="', '<div class="img_wrapper">',
                '<span class="img_descr">', "<p>　　", "责任编辑：", "（记者 ", "来源：", "<strong>", "<table><tr><td>", '<img src="//n.sinaimg.cn/a.jpg" alt="',
                '<a href="javascript:', "<iframe src=", "<style>", "<svg onload=", "{{", "{%", "&#x1b;", "&nbsp;", "【", "】", "画中画 begin", "</body></html>",
                '<p class="article-editor">', '<div class="wap_special">', "<!--[20,1,45]-->", '<span id="stock_sh600000">', "原标题：", '<a class="next" href="?p=2">',
            )
        ),
    ),
    "roll": tuple(
        word.encode()
        for word in ('{"result":', '"data":[', '"total":', '"ctime":"1772330000"', '"url":"http:\\/\\/', '"urls":"[\\"', '"docid":"comos:', '"title":"',
                     '"status":{"code":0}', "1e400", "NaN", "Infinity", "\\ud83d", "null", "true", "try{cb(", ");}catch(e){};", "&lt;", '"wapurl":', "[", "{", "9999999999999999")
    ),
    "list_page": tuple(
        word.encode() for word in ("<li>", "<a href=", "</a>", "<ul>", "<tr>", "<td>", "03月01日 08:00", "2026-02-29 25:61", "<base href=", "</ul></body></html>", "<title>", 'class="next"', "javascript:", "//[")
    ),
    "feed": tuple(
        word.encode() for word in ("<rss>", "<channel>", "<item>", "<link>", "<title>", "<pubDate>", "Sun, 01 Mar 2026 08:00:00 +0800", "<feed xmlns='http://www.w3.org/2005/Atom'>", "<entry>", "<updated>",
                                   "2026-03-01T08:00:00Z", "<![CDATA[", "]]>", "<guid isPermaLink='false'>", "<!DOCTYPE x [", "<!ENTITY", "&#x1b;", "<a:b", "xmlns:a=", "<?xml version='1.0' encoding='gbk'?>", "</rss>")
    ),
    "sitemap": tuple(
        word.encode() for word in ("<urlset>", "<url>", "<loc>", "</loc>", "<lastmod>", "</url>", "</urlset>", "<sitemapindex>", "<sitemap>", "<n:news xmlns:n='x'>", "<n:title>", "<n:publication_date>", "2026-03-01", "<![CDATA[")
    ),
    "site_file": tuple(
        word.encode() for word in ("extends: sina_finance\n", "extends: ", "hosts: [", "roll: {url: ", "lists:\n  - ", "boilerplate: {", "politeness: {delay: ", "layouts: [", "&a ", "*a", "<<: ", "!!python/object:", "!!binary ", "!!timestamp ",
                                   "'(?P<x>'", "(?:", "[", "{", "? ", "---\n", "...\n", "%YAML 9.9\n", ".inf", ".nan", "0x", "9" * 20, "timezone: ", "name: x\n", "\t", "null")
    ),
    "post": tuple(
        word.encode() for word in (BETWEEN, "'", "''", '"', ": ", " #", "---", "\n", "\u2028", "\x85", "\ufeff", "\ufffe", "yes", "null", "~", "1:30", "0x1f", "1e5", ".nan", "<<", "=", "{{", "%", "@", "`", "|", ">", "- ", "? ", "!", "&a", "*a", "\\", ";", "36氪", "\u3000", "😀")
    ),
}  # fmt: skip
ROW = {
    "docid": "comos:abcdefg0000001",
    "url": "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml",
    "title": "标题",
    "ctime": "1772330000",
    "urls": '["http:\\/\\/a.example\\/"]',
    "wapurl": "",
}
URLSET = "<urlset><url><loc>https://finance.sina.com.cn/a.shtml</loc><lastmod>2026-03-01</lastmod></url></urlset>"


def seeds(target: str) -> Iterator[bytes]:
    """Yields the inputs that the fuzzing of a target begins with."""
    match target:
        case "page":
            yield from islice(corpus(), 60)
        case "roll":
            yield json.dumps({"result": {"status": {"code": 0}, "total": 1, "data": [ROW]}}).encode()
            yield json.dumps({"result": json.dumps({"total": "1", "data": {"0": ROW}})}, ensure_ascii=False).encode()
            yield b"try{cb(%b);}catch(e){};" % json.dumps({"result": {"data": [ROW]}}).encode()
        case "list_page":
            yield "<html><body><ul><li><a href=/1.shtml>甲</a> (03月01日 08:00)</li></ul><a class=next href='?page=2'>2</a></body></html>".encode()
            yield "<table><tr><td>2026-03-01 08:00 <a href=/1.shtml>甲</a></table>".encode("gbk")
        case "feed":
            yield b"<rss><channel><item><title>a</title><link>/1</link><pubDate>Sun, 01 Mar 2026 08:00:00 +0800</pubDate></item></channel></rss>"
            yield b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>a</title><link href='/1'/><updated>2026-03-01T08:00:00Z</updated></entry></feed>"
        case "sitemap":
            yield URLSET.encode()
            yield gzip.compress(URLSET.encode())
            yield b"<sitemapindex><sitemap><loc>https://finance.sina.com.cn/b.xml</loc></sitemap></sitemapindex>"
        case "site_file":
            yield b"extends: sina_finance\nhosts: [127.0.0.1]\nroll: {url: 'http://127.0.0.1/api'}\npoliteness: {delay: 0}\n"
            yield SITE.encode()
        case "post":
            yield BETWEEN.join(("题: 一", "记者 'x'", "https://a.example/a b.jpg", "股市", "1:30", "no")).encode()
