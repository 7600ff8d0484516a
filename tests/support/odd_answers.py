"""Odd answers to a request for an article, and what becomes of the article: kept, or a reason.

These are the cheap ones; those that take time or memory are in `tests/faults/check_answers.py`. The first part of a name
says what is odd, the second what exactly is sent.
"""

import codecs
import gzip
import socket
import zlib
from collections.abc import Callable
from typing import TypeAlias

import brotli

from tests.support.raw import Reply, chunks, path_of, reply, reset
from tests.support.server import article

Case: TypeAlias = tuple[str, Reply]
KEPT = "kept"
PAGE = article("标题", "正文第一段。</p><p>　　正文第二段。")
PARAGRAPHS = 2
HALF = PAGE[: PAGE.index("正文第二段".encode()) + 3]  # within a character
HTML, LENGTH = "Content-Type: text/html; charset=utf-8", f"Content-Length: {len(PAGE)}"
SENTENCE = "这是一句话，说的是今天的市场。"


def said(*lines: str, body: bytes = PAGE, end: str = "\r\n") -> bytes:
    """An answer of these lines, with a body."""
    return "".join(line + end for line in (*lines, "")).encode("latin-1") + body


def ok(*lines: str, body: bytes = PAGE) -> bytes:
    """A good answer, with these lines behind its own."""
    return said("HTTP/1.1 200 OK", HTML, *lines, body=body)


def chunked(body: bytes, *lines: str) -> bytes:
    """A good answer with a body in chunks."""
    return ok("Transfer-Encoding: chunked", *lines, body=body)


def to(location: str, status: str = "302 Found") -> bytes:
    """An answer that leads elsewhere."""
    return reply(b"", status, Location=location)


def other(number: int) -> str:
    """The path of a good article that no list names."""
    return path_of(9_000_000 + number)


def packed(body: bytes, coding: str) -> bytes:
    """An answer with a body in a content coding."""
    return reply(body, Content_Encoding=coding)


def typed(kind: str | None, body: bytes = PAGE) -> bytes:
    """An answer with a media type."""
    return reply(body, Content_Type=kind)


def then_reset(answer: bytes) -> Callable[[socket.socket], None]:
    """Sends an answer and ends the connection by RST."""

    def speak(connection: socket.socket) -> None:
        connection.sendall(answer)
        reset(connection)

    return speak


STATUS_LINES: dict[str, Case] = {
    "none at all": ("unreachable", b""),
    "only a line end": ("broken", b"\r\n"),
    "HTTP/0.9, a page alone": ("broken", PAGE),
    "garbage": ("broken", bytes(range(1, 256)) * 3 + b"\r\n\r\n"),
    "NUL bytes": ("broken", b"\0" * 500),
    "a preface of HTTP/2": ("broken", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + PAGE),
    "an answer of SSH": ("broken", b"SSH-2.0-OpenSSH_9.9\r\n"),
    "an alert of TLS": ("broken", b"\x15\x03\x01\x00\x02\x02\x46"),
    "cut off within it": ("broken", b"HTTP/1.1 20"),
    "status 000": ("broken", said("HTTP/1.1 000 None", HTML, LENGTH)),
    "status 099": ("broken", said("HTTP/1.1 099 Early", HTML, LENGTH)),
    "status 299": (KEPT, said("HTTP/1.1 299 Fine", HTML, LENGTH)),
    "status 600": ("http_600", said("HTTP/1.1 600 Odd", HTML, LENGTH)),
    "status 999": ("http_999", said("HTTP/1.1 999 Denied", HTML, LENGTH)),
    "status 6000": ("broken", said("HTTP/1.1 6000 Odd", HTML, LENGTH)),
    "status -200": ("broken", said("HTTP/1.1 -200 OK", HTML, LENGTH)),
    "status 2e2": ("broken", said("HTTP/1.1 2e2 OK", HTML, LENGTH)),
    "no status": ("broken", said("HTTP/1.1", HTML, LENGTH)),
    "no reason": (KEPT, said("HTTP/1.1 200", HTML, LENGTH)),
    "a reason of 10 kB": (KEPT, said(f"HTTP/1.1 200 {'x' * 10_000}", HTML, LENGTH)),
    "a reason of 100 kB": ("broken", said(f"HTTP/1.1 200 {'x' * 100_000}", HTML, LENGTH)),
    "a reason in Latin-1": (KEPT, said("HTTP/1.1 200 Déjà vu", HTML, LENGTH)),
    "bare line feeds": (KEPT, said("HTTP/1.1 200 OK", HTML, LENGTH, end="\n")),
    "HTTP/1.0": (KEPT, said("HTTP/1.0 200 OK", HTML, LENGTH)),
    "HTTP/2.0": (KEPT, said("HTTP/2.0 200 OK", HTML, LENGTH)),
    "HTTP/11": ("broken", said("HTTP/11 200 OK", HTML, LENGTH)),
    "ICY 200 OK": ("broken", said("ICY 200 OK", HTML, LENGTH)),
    "lower case": (KEPT, said("http/1.1 200 ok", HTML, LENGTH)),
}
HEADERS: dict[str, Case] = {
    "none": (KEPT, said("HTTP/1.1 200 OK", body=PAGE)),
    "one of 10 kB": (KEPT, ok(f"X: {'x' * 10_000}", LENGTH)),
    "one of 100 kB": ("broken", ok(f"X: {'x' * 100_000}", LENGTH)),
    "1,000 of them": (KEPT, ok(*(f"X-{number}: {number}" for number in range(1000)), LENGTH)),
    "no colon": (KEPT, ok("this is no header", LENGTH)),
    "no name": ("broken", ok(": nameless", LENGTH)),
    "folded": (KEPT, ok("X: one", "  two", LENGTH)),
    "folded at the start": ("broken", said("HTTP/1.1 200 OK", "  folded", HTML, LENGTH)),
    "a NUL": (KEPT, ok("X: a\0b", LENGTH)),
    "a bare carriage return": (KEPT, ok("X: a\rSet-Cookie: b", LENGTH)),
    "a value that is not ASCII": (KEPT, ok("X: caf\xe9", LENGTH)),
    "a name that is not ASCII": ("broken", ok("\xe9: x", LENGTH)),
    "escape sequences": (KEPT, ok("X: \x1b]0;owned\x07\x9b31m", LENGTH)),
    "2,000 cookies": (KEPT, ok(*(f"Set-Cookie: a{number}=b" for number in range(2000)), LENGTH)),
    "a Date of nonsense": (KEPT, ok("Date: yesterday", LENGTH)),
    "a Date of the year 9999": (KEPT, ok("Date: Fri, 31 Dec 9999 23:59:59 GMT", LENGTH)),
    "an ETag and a Last-Modified of 9 kB": (KEPT, ok(f'ETag: "{"e" * 9000}"', f"Last-Modified: {'m' * 9000}", LENGTH)),
    "a Retry-After of nonsense": (KEPT, ok("Retry-After: soon", LENGTH)),
    "cut off within them": ("broken", b"HTTP/1.1 200 OK\r\nContent-Type: text/ht"),
    "no blank line behind them": ("broken", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"),
}
LENGTHS: dict[str, Case] = {
    "none": (KEPT, ok()),
    "twice the same": (KEPT, ok(LENGTH, LENGTH)),
    "two different": ("broken", ok(LENGTH, "Content-Length: 10")),
    "a list": ("broken", ok(f"Content-Length: {len(PAGE)}, 10")),
    "negative": ("broken", ok("Content-Length: -1")),
    "signed": ("broken", ok(f"Content-Length: +{len(PAGE)}")),
    "hexadecimal": ("broken", ok(f"Content-Length: {len(PAGE):#x}")),
    "not a number": ("broken", ok("Content-Length: many")),
    "empty": ("broken", ok("Content-Length: ")),
    "a full-width digit": ("broken", ok("Content-Length: \xb2")),
    "2^40": ("too_large", ok(f"Content-Length: {2**40}")),
    "4,000 digits": ("too_large", ok(f"Content-Length: {'9' * 4000}")),
    "5,000 digits": ("broken", ok(f"Content-Length: {'9' * 5000}")),
    "more than there is": ("broken", ok(f"Content-Length: {len(PAGE) + 1}")),
    "less than there is": ("broken", ok(f"Content-Length: {len(HALF)}")),
    "zero, and a page": ("unknown_layout", ok("Content-Length: 0")),
    "with chunks": (KEPT, chunked(chunks(PAGE), LENGTH)),
    "with chunks that are none": ("broken", chunked(b"\r\n" + PAGE, LENGTH)),
}
CHUNKS: dict[str, Case] = {
    "one": (KEPT, chunked(chunks(PAGE))),
    "of a byte each": (KEPT, chunked(chunks(*(PAGE[at : at + 1] for at in range(len(PAGE)))))),
    "with extensions": (KEPT, chunked(b"%x;name=value;x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE))),
    "with an extension of 100 kB": ("broken", chunked(b"%x;%b\r\n%b\r\n0\r\n\r\n" % (len(PAGE), b"x" * 100_000, PAGE))),
    "with trailers": (KEPT, chunked(chunks(PAGE, end=b"0\r\nX-Check: 1\r\nContent-Length: 3\r\n\r\n"))),
    "with trailers of 100 kB": ("broken", chunked(chunks(PAGE, end=b"0\r\n" + b"X: y\r\n" * 20_000 + b"\r\n"))),
    "no last one": ("broken", chunked(chunks(PAGE[:-9], end=b""))),
    "cut within one": ("broken", chunked(chunks(PAGE)[:-60])),
    "a size that is none": ("broken", chunked(b"zz\r\n" + PAGE)),
    "no size": ("broken", chunked(b"\r\n" + PAGE)),
    "a negative size": ("broken", chunked(b"-5\r\n" + PAGE)),
    "a size of 0x": ("broken", chunked(b"0x%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE))),
    "a size of 2^64": ("broken", chunked(b"10000000000000000\r\n" + PAGE)),
    "a size of 1,000 digits": ("broken", chunked(b"f" * 1000 + b"\r\n" + PAGE)),
    "a size that is too small": ("broken", chunked(b"10\r\n%b\r\n0\r\n\r\n" % PAGE)),
    "no line end behind one": ("broken", chunked(b"%x\r\n%b0\r\n\r\n" % (len(PAGE), PAGE))),
    "bare line feeds": ("broken", chunked(b"%x\n%b\n0\n\n" % (len(PAGE), PAGE))),
    "a coding of nobody": ("broken", ok("Transfer-Encoding: cheese", LENGTH)),
    "gzip within": ("broken", ok("Transfer-Encoding: gzip, chunked", body=chunks(gzip.compress(PAGE)))),
    "named twice": (KEPT, chunked(chunks(PAGE), "Transfer-Encoding: chunked")),
}
ENDS: dict[str, Case] = {
    "closed before an answer": ("unreachable", None),
    "RST before an answer": ("unreachable", reset),
    "RST within the status line": ("broken", then_reset(b"HTTP/1.1 2")),
    "RST within the headers": ("broken", then_reset(b"HTTP/1.1 200 OK\r\nX: y")),
    "RST behind the headers": ("broken", then_reset(ok(LENGTH, body=b""))),
    "RST within the body": ("broken", then_reset(ok(LENGTH, body=HALF))),
    "RST within a body without a length": ("broken", then_reset(ok(body=HALF))),
    "closed behind the headers": ("broken", ok(LENGTH, body=b"")),
    "closed within the body": ("broken", ok(LENGTH, body=HALF)),
    "closed within a body without a length": ("broken", ok(body=HALF)),
    "closed within its head": ("broken", ok(body=PAGE[:80])),
    "closed within a tag": ("broken", ok(body=PAGE[: PAGE.index(b"artibody")])),
    "half a page and its right length": ("broken", reply(HALF)),
    "another answer behind it": (KEPT, reply(PAGE) + reply(article("别的", "别的文章。"))),
    "garbage behind it": (KEPT, reply(PAGE) + b"\0garbage" * 99),
}
STATUSES: dict[str, Case] = {
    "100 before the answer": (KEPT, said("HTTP/1.1 100 Continue", body=reply(PAGE))),
    "50 times 102 before the answer": (KEPT, said("HTTP/1.1 102 Processing", body=b"") * 50 + reply(PAGE)),
    "103, early hints, before the answer": (KEPT, said("HTTP/1.1 103 Early Hints", "Link: </a.css>; rel=preload", body=reply(PAGE))),
    "101, another protocol": ("broken", said("HTTP/1.1 101 Switching Protocols", "Upgrade: h2c", body=b"")),
    "100 and nothing more": ("broken", said("HTTP/1.1 100 Continue", body=b"")),
    "204": ("unknown_layout", reply(b"", "204 No Content", Content_Length=None)),
    "204 with a page": ("unknown_layout", reply(PAGE, "204 No Content")),
    "205": ("unknown_layout", reply(b"", "205 Reset Content")),
    "206 of the whole page": ("broken", reply(PAGE, "206 Partial Content")),
    "206 of half of it": ("broken", reply(HALF, "206 Partial Content", Content_Range=f"bytes 0-9/{len(PAGE)}")),
    "300 without a place": ("http_300", reply(PAGE, "300 Multiple Choices")),
    "304 that nobody asked for": ("http_304", reply(b"", "304 Not Modified", Content_Length=None)),
    "304 with a page": ("http_304", reply(PAGE, "304 Not Modified")),
    "401": ("http_401", reply(b"", "401 Unauthorized", WWW_Authenticate='Basic realm="x"')),
    "402": ("http_402", reply(PAGE, "402 Payment Required")),
    "407": ("http_407", reply(b"", "407 Proxy Authentication Required")),
    "410": ("http_410", reply(b"", "410 Gone")),
    "416": ("http_416", reply(b"", "416 Range Not Satisfiable")),
    "421": ("http_421", reply(b"", "421 Misdirected Request")),
    "451": ("http_451", reply(b"", "451 Unavailable For Legal Reasons")),
    "500 with a page": ("http_500", reply(PAGE, "500 Internal Server Error")),
    "505": ("http_505", reply(b"", "505 HTTP Version Not Supported")),
    "511": ("http_511", reply(b"", "511 Network Authentication Required")),
    "520": ("http_520", reply(b"", "520 Unknown")),
}  # fmt: skip
REDIRECTS: dict[str, Case] = {
    "to itself": ("redirects", to("")),
    "to itself by a fragment": ("redirects", to("#here")),
    "in a circle": ("redirects", to("/circle/1")),
    "through 6 addresses": ("redirects", to("/chain/6")),
    "through 3 addresses": (KEPT, to("/chain/3")),
    "no Location": ("http_302", reply(b"", "302 Found")),
    "a Location that is no URL": ("http_302", to("http://[")),
    "a host of nonsense": ("offsite", to("http://a b/")),
    "port 99999": ("http_302", to("http://127.0.0.1:99999/")),
    "to javascript:": ("http_302", to("javascript:alert(1)")),
    "to data:": ("http_302", to("data:text/html,<p>hello</p>")),
    "to file:": ("http_302", to("file:///etc/passwd")),
    "to ftp:": ("http_302", to("ftp://127.0.0.1/a")),
    "to another host": ("offsite", to("https://elsewhere.example/")),
    "to another host, by //": ("offsite", to("//elsewhere.example/")),
    "to a name before an @": ("offsite", to("http://127.0.0.1@elsewhere.example/")),
    "to a backslash": ("offsite", to("http:\\\\elsewhere.example\\")),
    "with a password": (KEPT, to("http://me:secret@127.0.0.1:PORT" + other(1))),
    "with a fragment": (KEPT, to(other(2) + "#comments")),
    "a line end in the Location": (KEPT, to(other(3) + "%0d%0aSet-Cookie:%20a=b")),
    "two Locations": (KEPT, ok("Location: https://elsewhere.example/", LENGTH)),
    "a Location of 9 kB": ("http_404", to("/" + "x" * 9000)),
    "a Location that is not ASCII": ("http_404", to("/caf\xe9")),
    "307 to a page": (KEPT, to(other(4), "307 Temporary Redirect")),
    "308 to a page": (KEPT, to(other(5), "308 Permanent Redirect")),
    "a Refresh header": (KEPT, ok("Refresh: 0; url=https://elsewhere.example/", LENGTH)),
    "a meta refresh to javascript:": ("unknown_layout", reply(b"<html><meta http-equiv=refresh content='0;url=javascript:alert(1)'></html>")),
    "a meta refresh to file:": ("unknown_layout", reply(b"<html><meta http-equiv=refresh content='0;url=file:///etc/passwd'></html>")),
}  # fmt: skip
PACKED = gzip.compress(PAGE)
DEFLATED = zlib.compress(PAGE)
CODINGS: dict[str, Case] = {
    "gzip": (KEPT, packed(PACKED, "gzip")),
    "x-gzip, in capitals": (KEPT, packed(PACKED, "X-GZIP")),
    "gzip cut off": ("broken", packed(PACKED[:-20], "gzip")),
    "gzip without its checksum": ("broken", packed(PACKED[:-8], "gzip")),
    "gzip with a wrong checksum": ("broken", packed(PACKED[:-8] + bytes(8), "gzip")),
    "gzip damaged in the middle": ("broken", packed(PACKED[:99] + b"\xff" * 9 + PACKED[108:], "gzip")),
    "gzip with junk behind it": (KEPT, packed(PACKED + b"junk", "gzip")),
    "gzip twice": (KEPT, packed(gzip.compress(PACKED), "gzip, gzip")),
    "gzip twice, named once": ("unknown_layout", packed(gzip.compress(PACKED), "gzip")),
    "gzip of no page": ("unknown_layout", packed(gzip.compress(b""), "gzip")),
    "gzip that is named and not used": (KEPT, packed(PAGE, "gzip")),
    "gzip that is used and not named": ("unknown_layout", reply(PACKED)),
    "a coding of nobody": (KEPT, packed(PAGE, "middle-out")),
    "identity": (KEPT, packed(PAGE, "identity")),
    "an empty name": (KEPT, packed(PAGE, "")),
    "5 names": (KEPT, packed(PACKED, ",".join(["gzip"] * 5))),
    "6 names": ("broken", packed(PACKED, ",".join(["gzip"] * 6))),
    "500 names": ("broken", packed(PACKED, ",".join(["gzip"] * 500))),
    "deflate": (KEPT, packed(DEFLATED, "deflate")),
    "deflate without a header": (KEPT, packed(DEFLATED[2:-4], "deflate")),
    "deflate cut off": ("broken", packed(DEFLATED[:-20], "deflate")),
    "br that was not asked for": (KEPT, packed(brotli.compress(PAGE), "br")),
    "br cut off": ("broken", packed(brotli.compress(PAGE)[:-20], "br")),
    "br of junk": ("broken", packed(b"\xff" * 500, "br")),
    "zstd of junk": ("broken", packed(b"\xff" * 500, "zstd")),
    "compress": ("unknown_layout", packed(b"\x1f\x9d" + b"x" * 500, "compress")),
}
TYPES: dict[str, Case] = {
    "none": (KEPT, typed(None)),
    "empty": (KEPT, typed("")),
    "nonsense": ("not_html", typed("nonsense")),
    "two": ("not_html", ok("Content-Type: image/png", LENGTH)),
    "application/xhtml+xml": (KEPT, typed("application/xhtml+xml")),
    "text/plain, and a page": (KEPT, typed("text/plain")),
    "image/png, and a page": ("not_html", typed("image/png")),
    "application/pdf, and a page": ("not_html", typed("application/pdf")),
    "application/json, and a page": ("not_html", typed("application/json")),
    "application/octet-stream, and a page": ("not_html", typed("application/octet-stream")),
    "text/html, and a picture": ("unknown_layout", typed("text/html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)),
    "text/html, and a PDF": ("unknown_layout", typed("text/html", b"%PDF-1.7\n" + bytes(range(256)) * 9)),
    "text/html, and JSON": ("unknown_layout", typed("text/html", b'{"error": "busy"}')),
    "text/xml, and a feed": ("unknown_layout", typed("text/xml", b"<rss><channel><title>x</title></channel></rss>")),
    "a type of 9 kB": ("not_html", typed("x" * 9000)),
}
CHARSETS: dict[str, Case] = {
    "unknown": (KEPT, typed("text/html; charset=no-such")),
    "utf-7": (KEPT, typed("text/html; charset=utf-7")),
    "rot13, hex and zlib": (KEPT, typed("text/html; charset=rot13; charset=hex; charset=zlib")),
    "of 9 kB": (KEPT, typed(f"text/html; charset={'x' * 9000}")),
    "GBK, and UTF-8": (KEPT, typed("text/html; charset=gbk")),
    "UTF-8, and GB18030": (KEPT, reply(PAGE.decode().encode("gb18030"))),
    "three that contradict": (KEPT, typed("text/html; charset=big5", PAGE.replace(b"</head>", b"<meta charset=shift_jis></head>"))),
    "UTF-16 with a mark": (KEPT, typed("text/html", PAGE.decode().encode("utf-16"))),
    "UTF-16 that the header names": (KEPT, typed("text/html; charset=utf-16", PAGE.decode().encode("utf-16"))),
    "UTF-16 without a mark": ("no_date", typed("text/html", PAGE.decode().encode("utf-16-le"))),
    "a mark of UTF-8": (KEPT, reply(codecs.BOM_UTF8 + PAGE)),
    "three marks of UTF-8": (KEPT, reply(codecs.BOM_UTF8 * 3 + PAGE)),
    "a mark of UTF-16, and UTF-8": ("unknown_layout", reply(codecs.BOM_UTF16_LE + PAGE)),
    "a stray byte in UTF-8": (KEPT, reply(PAGE.replace(b"</body>", SENTENCE.encode() * 5 + b"\xff</body>"))),
}  # fmt: skip
BODIES: dict[str, Case] = {
    "empty": ("unknown_layout", reply(b"")),
    "blanks": ("unknown_layout", reply(b" \n\t" * 9000)),
    "comments": ("unknown_layout", reply(b"<!-- nothing -->" * 900)),
    "an endless comment": ("unknown_layout", reply(b"<html><!-- " + PAGE)),
    "NUL bytes": ("unknown_layout", reply(bytes(9000))),
    "NUL bytes within the page": (KEPT, reply(PAGE.replace("，".encode(), b"\0").replace(b"<p>", b"<p>\0"))),
    "bytes of every kind": ("unknown_layout", reply(bytes(range(256)) * 90)),
    "one letter, 100 kB": ("unknown_layout", reply(b"a" * 100_000)),
    "100,000 less-than signs": ("unknown_layout", reply(b"<" * 100_000)),
    "100,000 ampersands": ("unknown_layout", reply(b"&" * 100_000)),
    "two documents": (KEPT, reply(PAGE + PAGE)),
    "a page in a page": (KEPT, reply(PAGE.replace(b"<body>", b"<body><html><head></head><body>"))),
    "no end tag": (KEPT, reply(PAGE.replace(b"</body></html>", b"") + b"</html>")),
    "a frameset": ("unknown_layout", reply(b"<html><frameset><frame src=/a></frameset></html>")),
    "XML": ("unknown_layout", reply(b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><x>&e;</x>")),
    "a doctype of 9 kB": (KEPT, reply(b"<!DOCTYPE html " + b"x" * 9000 + b">" + PAGE)),
    "1,000 attributes": (KEPT, reply(PAGE.replace(b"<p>", b"<p " + b" ".join(b"a%d=b" % n for n in range(1000)) + b">"))),
    "an attribute of 100 kB": (KEPT, reply(PAGE.replace(b"<p>", b"<p title='" + b"x" * 100_000 + b"'>"))),
    "500 levels": (KEPT, reply(PAGE.replace("正文第一段。".encode(), b"<b>" * 500 + "正文第一段。".encode() + b"</b>" * 500))),
    "an entity without an end": (KEPT, reply(PAGE.replace("。</p>".encode(), "。&nbsp</p>".encode()))),
    "references beyond Unicode": (KEPT, reply(PAGE.replace("。</p>".encode(), "。&#xD800;&#x110000;&#0;</p>".encode()))),
}  # fmt: skip
ODD: dict[str, dict[str, Case]] = {
    "status line": STATUS_LINES,
    "headers": HEADERS,
    "Content-Length": LENGTHS,
    "chunks": CHUNKS,
    "connection": ENDS,
    "status": STATUSES,
    "redirect": REDIRECTS,
    "Content-Encoding": CODINGS,
    "Content-Type": TYPES,
    "charset": CHARSETS,
    "body": BODIES,
}
