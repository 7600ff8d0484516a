"""Mutations of pages: each depends on a random generator only, and keeps most of the page as it is."""

import re
from collections.abc import Callable
from random import Random

from newscrawl.demo.site import PAGES
from newscrawl.extraction.charset import as_utf8
from tests.support.synthetic import pages

SYNTHETIC = 60
TAG = re.compile(rb"<[^<>]*>")
DECLARED = re.compile(rb"charset=[\"']?[\w-]*")
CHARSETS = (
    b"utf-8 gb2312 gbk big5 utf-16 utf-7 iso-8859-1 shift_jis euc-kr windows-1252 x-user-defined hz-gb-2312 no-such "
    b"hex zlib base64 rot13 idna punycode undefined unicode_escape raw_unicode_escape mbcs cp037"
).split()
CODECS = "utf-8 gb18030 utf-16 utf-8-sig big5 shift_jis".split()
SNIPPETS = (
    b"\0", b"\xff", b"\xef\xbf\xbd", b"&#xFFFD;", b"&#0;", b"&#x110000;", b"&#xD800;", b"<!--", b"-->", b"]]>", b"<![CDATA[", b"<?xml ?>",
    b"<p", b"</", b"<a href='http://[", b"<table><tr>", b"</table>", b"<template>", b"<svg><style>", b"<plaintext>", b'"', b"'", b"\x1b$B",
    b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"<base href='//['>", b"<title>", b"<script>", b"<textarea>", b"<div>" * 300, b"&" * 50, b"<img src=data:,>",
    b"<!-- saved from url=http://[x -->", b'<link rel="canonical" href="http://[x">', b'<meta property="og:url" content="//[">', b"<meta charset=hex>",
)  # fmt: skip


def flipped(rng: Random, html: bytes) -> bytes:
    """Replaces one to thirty bytes."""
    page = bytearray(html)
    for _ in range(rng.randint(1, 30)):
        page[rng.randrange(len(page))] = rng.randrange(256)
    return bytes(page)


def bytes_deleted(rng: Random, html: bytes) -> bytes:
    """Deletes one to eight bytes, also within a character."""
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(html) or 1)
        html = html[:at] + html[at + 1 :]
    return html


def untagged(rng: Random, html: bytes) -> bytes:
    """Deletes one to ten tags, or a third of all."""
    places = [match.span() for match in TAG.finditer(html)]
    count = len(places) // 3 if rng.random() < 0.2 else min(len(places), rng.randint(1, 10))
    for start, end in sorted(rng.sample(places, count), reverse=True):
        html = html[:start] + html[end:]
    return html


def truncated(rng: Random, html: bytes) -> bytes:
    """Cuts off the end or the start of the page."""
    at = rng.randrange(len(html) or 1)
    return html[:at] if rng.random() < 0.8 else html[at:]


def chunk(rng: Random, html: bytes) -> tuple[int, int]:
    """A random range of the page, as (start, end)."""
    first, last = sorted(rng.randrange(len(html) or 1) for _ in range(2))
    return first, last


def duplicated(rng: Random, html: bytes) -> bytes:
    """Inserts a copy of a range after it, or elsewhere."""
    first, last = chunk(rng, html)
    at = last if rng.random() < 0.5 else rng.randrange(len(html) or 1)
    return html[:at] + html[first:last] + html[at:]


def cut(rng: Random, html: bytes) -> bytes:
    """Deletes a range."""
    first, last = chunk(rng, html)
    return html[:first] + html[last:]


def swapped(rng: Random, html: bytes) -> bytes:
    """Swaps two tags."""
    places = [match.span() for match in TAG.finditer(html)]
    if len(places) < 2:
        return html
    (a, b), (c, d) = sorted(rng.sample(places, 2))
    return html[:a] + html[c:d] + html[b:c] + html[a:b] + html[d:]


def misdeclared(rng: Random, html: bytes) -> bytes:
    """Declares another charset than the page's own, or none."""
    return DECLARED.sub(b"charset=" + rng.choice(CHARSETS) if rng.random() < 0.9 else b"", html)


def recoded(rng: Random, html: bytes) -> bytes:
    """Encodes the page in another charset than it declares; unencodable characters become references."""
    return as_utf8(html)[0].decode("utf-8", "ignore").encode(rng.choice(CODECS), "xmlcharrefreplace")


def snippets_inserted(rng: Random, html: bytes) -> bytes:
    """Inserts one to five problematic snippets."""
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(html) + 1)
        html = html[:at] + rng.choice(SNIPPETS) + html[at:]
    return html


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flipped, bytes_deleted, untagged, truncated, duplicated, cut, swapped, misdeclared, recoded, snippets_inserted,
)  # fmt: skip


def corpus() -> list[bytes]:
    """The pages to mutate: synthetic ones and those of the demo."""
    return [*(path.read_bytes() for path in sorted(PAGES.glob("*.html"))), *(page.html for page in pages(SYNTHETIC))]


def mutated(rng: Random, html: bytes) -> bytes:
    """A page with one to three mutations."""
    for step in rng.choices(MUTATIONS, k=rng.choice((1, 1, 2, 3))):
        html = step(rng, html) if html else html
    return html
