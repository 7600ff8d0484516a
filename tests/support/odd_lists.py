"""Odd answers of lists, and what becomes of the day: read, or a reason; and whether its good article is kept.

Each list has one good row, that of an article of its own, unless its answer has no place for it. The first part of a
name says what is odd, the second what exactly is sent.
"""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tests.support.raw import TIME, Reply, reply

Row: TypeAlias = dict[str, Any]
RollCase: TypeAlias = tuple[str, bool, Callable[[Row], Reply]]
"""The reason for which its day is not proven, empty if it is; whether the good article is kept; the answer."""
TextCase: TypeAlias = tuple[str, bool, str, Callable[[str], Reply]]
"""The same of a list of another kind (`feed`, `sitemap`, `html`), by the URL of its good article."""
READ, SHORT, UNREADABLE, ELSEWHERE = "", "list_short", "list_unreadable", "list_elsewhere"
ELSE = "https://elsewhere.example/a.shtml"
INF = float("inf")
DATE = datetime.fromtimestamp(TIME, UTC).isoformat()


def roll(*rows: Any, **result: Any) -> bytes:
    """An answer of the roll API with these rows; `result` overrides what else is in it."""
    values = {"status": {"code": 0}, "total": len(rows), "data": [*rows]} | result
    return as_json(json.dumps({"result": values}))


def as_json(text: str | bytes) -> bytes:
    """An answer with the media type of JSON."""
    return reply(
        text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text, Content_Type="application/json"
    )


def beside(**fields: Any) -> Callable[[Row], bytes]:
    """The good row, and one of another host that has these fields."""
    return lambda row: roll(row, row | {"url": ELSE, "docid": ""} | fields)


def titled(title: str) -> Callable[[Row], bytes]:
    """The good row with this title."""
    return lambda row: roll(row | {"title": title})


def timed(text: str) -> Callable[[Row], bytes]:
    """The good row, and one of another host whose time is written so in the JSON."""
    mark = "77777"
    return lambda row: bare(
        json.dumps({"total": 2, "data": [row, row | {"url": ELSE, "ctime": int(mark)}]}).replace(mark, text)
    )


def bare(result: str) -> bytes:
    """An answer with this result, as it is written."""
    return as_json(f'{{"result": {result}}}')


def total(value: Any) -> Callable[[Row], bytes]:
    """The good row, and this total."""
    return lambda row: roll(row, total=value)


def data(value: Any) -> Callable[[Row], bytes]:
    """This instead of rows."""
    return lambda _: roll(data=value, total=1)


def fields(value: Any) -> Callable[[Row], bytes]:
    """A second row all of whose fields are this."""
    return lambda row: roll(row, dict.fromkeys((*row, "urls", "wapurl"), value), total=2)


ANSWERS: dict[str, RollCase] = {
    "empty": (UNREADABLE, False, lambda _: as_json("")),
    "a page": (UNREADABLE, False, lambda _: reply(b"<html><body>busy</body></html>")),
    "not JSON": (UNREADABLE, False, lambda _: as_json("{'result': 1}")),
    "cut off": ("list_broken", False, lambda row: roll(row)[:-5]),
    "cut off, with its right length": (UNREADABLE, False, lambda row: as_json(json.dumps({"result": {"data": [row]}})[:-5])),
    "JSONP": (READ, True, lambda row: as_json(f"try{{cb({json.dumps({'result': {'total': 1, 'data': [row]}})});}}catch(e){{}};")),
    "JSON in a string": (READ, True, lambda row: as_json(json.dumps(json.dumps({"result": {"total": 1, "data": [row]}})))),
    "a mark of UTF-8": (READ, True, lambda row: as_json("\ufeff" + json.dumps({"result": {"total": 1, "data": [row]}}))),
    "GBK": (READ, True, lambda row: as_json(json.dumps({"result": {"total": 1, "data": [row]}}, ensure_ascii=False).encode("gbk"))),
    "UTF-16": (UNREADABLE, False, lambda row: as_json(json.dumps({"result": {"total": 1, "data": [row]}}).encode("utf-16"))),
    "NUL bytes": (UNREADABLE, False, lambda _: as_json(bytes(999))),
    "more behind it": (READ, True, lambda row: as_json(json.dumps({"result": {"total": 1, "data": [row]}}) + "\n{garbage")),
    "100,000 brackets": (UNREADABLE, False, lambda _: as_json("[" * 100_000)),
    "100,000 objects deep": (UNREADABLE, False, lambda _: as_json('{"result":' * 100_000)),
    "an integer of 4,000 digits": (UNREADABLE, False, lambda _: as_json("9" * 4000)),
    "null": (UNREADABLE, False, lambda _: as_json("null")),
    "a list": (UNREADABLE, False, lambda row: as_json(json.dumps([row]))),
    "a number": (UNREADABLE, False, lambda _: as_json("17")),
    "result: null": (UNREADABLE, False, lambda _: as_json('{"result": null}')),
    "an error of its own": ("list_refused", False, lambda _: as_json('{"result": {"status": {"code": 11, "msg": "busy"}}}')),
    "204": ("list_http_204", False, lambda _: reply(b"", "204 No Content", Content_Length=None)),
    "404": ("list_http_404", False, lambda _: reply(b"", "404 Not Found")),
    "a redirect to another host": ("list_offsite", False, lambda _: reply(b"", "302 Found", Location="https://elsewhere.example/")),
    "a redirect to itself": ("list_redirects", False, lambda _: reply(b"", "302 Found", Location="")),
    "no answer": ("list_unreachable", False, lambda _: None),
    "garbage for a status line": ("list_broken", False, lambda _: b"\0" * 99 + b"\r\n\r\n"),
    "gzip that is cut off": ("list_broken", False, lambda row: reply(gzip.compress(roll(row))[:-9], Content_Encoding="gzip")),
}  # fmt: skip
TOTALS: dict[str, RollCase] = {
    "none": (READ, True, total(None)),
    "in a string": (READ, True, total("1")),
    "words": (READ, True, total("many")),
    "true": (READ, True, total(True)),
    "a list": (READ, True, total([])),
    "-1": (READ, True, total(-1)),
    "1.5": (READ, True, total(1.5)),
    "2 of one row": (SHORT, True, total(2)),
    "0 of one row": (READ, True, total(0)),
    "99 digits": (READ, True, total(int("9" * 99))),
    "NaN": (READ, True, total(float("nan"))),
    "Infinity": (READ, True, total(INF)),
}
ROWS: dict[str, RollCase] = {
    "null": (SHORT, False, data(None)),
    "a string": (UNREADABLE, False, data("rows")),
    "an object": (READ, True, lambda row: roll(data={"0": row, "7": row | {"url": ""}}, total=2)),
    "null, true, numbers and lists among them": (READ, True, lambda row: roll(row, None, True, 7, 0.5, [], ["x"], "text")),
    "the same one 40 times": (READ, True, lambda row: roll(*[row] * 40)),
    "no fields": (READ, True, lambda row: roll(row, {})),
    "only null in one": (READ, True, fields(None)),
    "only true in one": (READ, True, fields(True)),
    "only numbers in one": (ELSEWHERE, True, fields(7)),
    "only lists in one": (READ, True, fields([["x"]])),
    "only objects in one": (READ, True, fields({"a": 1})),
    "all of another day": (ELSEWHERE, False, lambda row: roll(row | {"ctime": str(TIME - 9 * 86400), "intime": "", "mtime": ""})),
    "one of another day": (ELSEWHERE, True, lambda row: roll(row, row | {"url": row["url"] + "?a", "ctime": str(TIME - 9 * 86400), "intime": "", "mtime": ""})),
    "one of the year 9999": (ELSEWHERE, True, beside(ctime="253370764800", intime="", mtime="")),
    "the same for each window": (ELSEWHERE, True, roll),
}  # fmt: skip
TIMES: dict[str, RollCase] = {
    text: (READ, True, timed(text))
    for text in ("-1", "1e400", "-1e400", "NaN", "Infinity", '"soon"', '"1772330000.5"', "1772330000000", '"１７７２３３００００"', '"-"', "[]", '""', "0.1e-99", '"9999999999999999999999"')
}  # fmt: skip
URLS: dict[str, RollCase] = {
    "of another host": (READ, True, beside()),
    "javascript:": (READ, True, beside(url="javascript:alert(1)")),
    "data:": (READ, True, beside(url="data:text/html,<p>")),
    "file:": (READ, True, beside(url="file:///etc/passwd")),
    "ftp:": (READ, True, beside(url="ftp://127.0.0.1/a")),
    "garbage": (READ, True, beside(url="http://[::1/%zz")),
    "port 99999": (READ, True, beside(url="http://127.0.0.1:99999/a.shtml")),
    "of 10 kB": (READ, True, beside(url="http://127.0.0.1/" + "x" * 10_000)),
    "with controls": (READ, True, beside(url="http://127.0.0.1/\x1b]0;owned\x07\u202e\0")),
    "with a line end": (READ, True, beside(url="http://127.0.0.1/\r\nSet-Cookie: a=b")),
    "with a password": (READ, True, lambda row: roll(row | {"url": row["url"].replace("//", "//me:secret@")})),
    "lone surrogates": (READ, True, beside(url="http://127.0.0.1/\udcff\ud83d")),
    "an international name": (READ, True, beside(url="http://例え.example/a.shtml")),
    "a name of 300 letters": (READ, True, beside(url=f"http://{'a' * 300}.example/a.shtml")),
}
TITLES: dict[str, RollCase] = {
    "of 1 MB": (READ, True, titled("x" * 2**20)),
    "markup": (READ, True, titled("<script>alert(1)</script><b>x" * 99)),
    "controls": (READ, True, titled("\x1b[2J\x07\0\u202e\u2028标题")),
    "lone surrogates": (READ, True, titled("\ud83d标题\udcff")),
    "references": (READ, True, titled("&lt;img onerror=&#97;&#x110000;&#0;&bogus;")),
    "10,000 references": (READ, True, titled("&amp;" * 10_000)),
}


def answer(text: str | bytes, kind: str = "text/xml") -> bytes:
    """An answer with this text."""
    return reply(text.encode() if isinstance(text, str) else text, Content_Type=kind)


def rss(*items: str, head: str = "", attributes: str = "", end: str = "</channel></rss>") -> str:
    """A feed of these items."""
    return f"<?xml version='1.0' encoding='utf-8'?>{head}<rss {attributes}><channel>{''.join(items)}{end}"


def item(url: str, title: str = "标题") -> str:
    """An item of a feed."""
    return f"<item><title>{title}</title><link>{url}</link><pubDate>{DATE}</pubDate></item>"


def urlset(*urls: str) -> str:
    """A sitemap of these URLs."""
    entries = "".join(f"<url><loc>{url}</loc><lastmod>{DATE}</lastmod></url>" for url in urls)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{entries}</urlset>"


def index(*urls: str) -> str:
    """A sitemap that names others."""
    return f"<sitemapindex>{''.join(f'<sitemap><loc>{url}</loc></sitemap>' for url in urls)}</sitemapindex>"


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
FEEDS: dict[str, TextCase] = {
    "a billion laughs": (UNREADABLE, False, "feed", lambda url: answer(rss(item(url, "&a9;"), head=f'<!DOCTYPE rss [<!ENTITY a0 "ha">{LAUGHS}]>'))),
    "an entity of a file": (UNREADABLE, False, "feed", lambda url: answer(rss(item(url, "&e;"), head="<!DOCTYPE rss [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"))),
    "an entity of an address": (UNREADABLE, False, "feed", lambda url: answer(rss(item(url, "&e;"), head="<!DOCTYPE rss [<!ENTITY e SYSTEM 'BASE/secret'>]>"))),
    "a parameter entity": (UNREADABLE, False, "feed", lambda url: answer(rss(item(url), head="<!DOCTYPE rss [<!ENTITY % e SYSTEM 'BASE/secret'> %e;]>"))),
    "a DTD of a file": (READ, True, "feed", lambda url: answer(rss(item(url), head="<!DOCTYPE rss SYSTEM 'file:///etc/passwd'>"))),
    "a DTD of an address": (READ, True, "feed", lambda url: answer(rss(item(url), head="<!DOCTYPE rss SYSTEM 'BASE/secret'>"))),
    "an entity in UTF-16": (UNREADABLE, False, "feed", lambda url: answer(rss(item(url, "&e;"), head="<!DOCTYPE rss [<!ENTITY e 'x'>]>").replace("utf-8", "utf-16").encode("utf-16"))),
    "XInclude": (READ, True, "feed", lambda url: answer(rss(item(url), "<x:include href='file:///etc/passwd'/>", attributes="xmlns:x='http://www.w3.org/2001/XInclude'"))),
    "a style sheet": (READ, True, "feed", lambda url: answer(rss(item(url), head="<?xml-stylesheet href='BASE/secret'?>"))),
    "cut off": (SHORT, True, "feed", lambda url: answer(rss(item(url), item(url + "?2"), end=""))),
    "tags that do not match": (READ, True, "feed", lambda url: answer(rss(item(url), "<item><title>x</item>", "<item></title></channel>", item(url + "?3")))),
    "bare ampersands": (READ, True, "feed", lambda url: answer(rss(item(url, "A & B &nbsp; C")))),
    "controls": (READ, True, "feed", lambda url: answer(rss(item(url, "a\x01\x1b\x7fb")))),
    "a wrong encoding": (READ, True, "feed", lambda url: answer(rss(item(url)).replace("utf-8", "utf-16"))),
    "GBK that names no encoding": (READ, True, "feed", lambda url: answer(rss(item(url)).replace(" encoding='utf-8'", "").encode("gbk"))),
    "UTF-16": (READ, True, "feed", lambda url: answer(rss(item(url)).replace("utf-8", "utf-16").encode("utf-16"))),
    "prefixes that nothing declares": (READ, True, "feed", lambda url: answer(rss(item(url), "<dc:creator>x</dc:creator>"))),
    "namespaces of its own": (READ, True, "feed", lambda url: answer(rss(item(url), attributes="xmlns='http://a.example/ns'"))),
    "JSON": (UNREADABLE, False, "feed", lambda _: answer('{"items": []}')),
    "a page": (UNREADABLE, False, "feed", lambda _: answer("<html><body>busy</body></html>", "text/html")),
    "300 levels": (READ, True, "feed", lambda url: answer(rss(item(url), "<a>" * 300))),
    "links of every kind": (READ, True, "feed", lambda url: answer(rss(item(url), *map(item, ("javascript:alert(1)", "file:///etc/passwd", "data:,x", "http://[", "", "//elsewhere.example/x"))))),
    "a title of 1 MB": (READ, True, "feed", lambda url: answer(rss(item(url, "x" * 2**20)))),
    "CDATA in CDATA": (READ, True, "feed", lambda url: answer(rss(item(url, "<![CDATA[<![CDATA[x]]>")))),
}  # fmt: skip
SITEMAPS: dict[str, TextCase] = {
    "names itself": (READ, False, "sitemap", lambda _: answer(index("SELF"))),
    "names itself under 60 addresses": (READ, False, "sitemap", lambda _: answer(index(*(f"SELF?{number}" for number in range(60))))),
    "names one of another host": ("list_offsite", False, "sitemap", lambda _: answer(index("https://elsewhere.example/a.xml"))),
    "names a file": (READ, False, "sitemap", lambda _: answer(index("file:///etc/passwd"))),
    "an entity": (UNREADABLE, False, "sitemap", lambda url: answer("<!DOCTYPE x [<!ENTITY e 'x'>]>" + urlset(url))),
    "gzip": (READ, True, "sitemap", lambda url: answer(gzip.compress(urlset(url).encode()), "application/gzip")),
    "gzip that is cut off": (SHORT, False, "sitemap", lambda url: answer(gzip.compress(urlset(url).encode())[:-30], "application/gzip")),
    "a bomb of 60 MB": ("list_too_large", False, "sitemap", lambda _: answer(gzip.compress(bytes(60 * 2**20), 1), "application/gzip")),
    "gzip in gzip": (UNREADABLE, False, "sitemap", lambda url: answer(gzip.compress(gzip.compress(urlset(url).encode())), "application/gzip")),
    "a date of nonsense": (READ, True, "sitemap", lambda url: answer(urlset(url, url + "?2").replace(DATE, "2026-13-45T99:99:99Z", 1))),
}  # fmt: skip
PAGES: dict[str, TextCase] = {
    "no links": ("list_empty", False, "html", lambda _: answer("<html><body>busy</body></html>", "text/html")),
    "JSON": ("list_empty", False, "html", lambda _: answer("{}", "application/json")),
    "empty": (UNREADABLE, False, "html", lambda _: answer("", "text/html")),
    "cut off within its list": (SHORT, True, "html", lambda url: answer(f"<html><body><ul><li><a href={url}>甲</a> 2026-03-01 09:53</li><li><a href=/x>乙</a><li><a hr", "text/html")),
    "a date that does not exist": (READ, True, "html", lambda url: answer(f"<html><body><ul><li><a href={url}>甲</a> 2026-03-01 09:53</li><li><a href={url}?2>乙</a> 2026-02-31 25:61</li></ul></body></html>", "text/html")),
    "links of every kind": (READ, True, "html", lambda url: answer(f"<html><body><ul><li><a href={url}>甲</a> 2026-03-01 09:53</li><li><a href=javascript:alert(1)>乙</a><li><a>丙</a><li><a href='http://['>丁</a><li><a href=file:///etc/passwd>戊</a></ul></body></html>", "text/html")),
    "a base of another host": (READ, True, "html", lambda url: answer(f"<html><head><base href='https://elsewhere.example/'></head><body><ul><li><a href={url}>甲</a> 2026-03-01 09:53</li></ul></body></html>", "text/html")),
}  # fmt: skip
ROLLS: dict[str, dict[str, RollCase]] = {
    "the answer": ANSWERS,
    "total": TOTALS,
    "rows": ROWS,
    "a row's time": TIMES,
    "a row's URL": URLS,
    "a row's title": TITLES,
}
TEXTS: dict[str, dict[str, TextCase]] = {"feed": FEEDS, "sitemap": SITEMAPS, "list page": PAGES}
