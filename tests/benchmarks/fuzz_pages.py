"""Mutated pages: whatever a page contains, `extract` returns an article or raises `Refused`, and adds no U+FFFD.

    python -m tests.benchmarks.fuzz_pages [FOLDER of other pages] [--cases 20000] [--seed 0] [--seconds 300]

Every case is a page of the corpus (synthetic pages and those of the demo) with one to three mutations, which depend on
the seed and the number of the case only. A failed case is saved as a file, with the error in another; the run then
exits with 1.
"""

import argparse
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from newscrawl import Refused, extract
from newscrawl.demo.site import PAGES
from newscrawl.extraction.charset import as_utf8
from tests.support.synthetic import pages

Page = tuple[str, str, bytes]  # name, URL, bytes
SYNTHETIC = 300
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


def corpus(folder: Path | None) -> list[Page]:
    """The pages to mutate: those of a folder, or synthetic ones and those of the demo."""
    found = [(path.name, "", path.read_bytes()) for path in sorted((folder or PAGES).glob("*.html"))]
    return found if folder else [*found, *((page.name, page.url, page.html) for page in pages(SYNTHETIC))]


def mutated(rng: Random, originals: list[Page]) -> tuple[str, str, bytes]:
    """A case: a description of the page and its mutations, the URL, the bytes."""
    name, url, html = rng.choice(originals)
    steps = rng.choices(MUTATIONS, k=rng.choice((1, 1, 2, 3)))
    for step in steps:
        html = step(rng, html) if html else html
    return f"{name}: {', '.join(step.__name__ for step in steps)}", url, html


def strings(value: object) -> Iterator[str]:
    """Yields all texts in a record."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+))")


def holds_replacement(source: str) -> bool:
    """Whether a page contains U+FFFD: as a character, or as a reference that the HTML standard maps to it.

    The latter are references to NUL, surrogates, and code points beyond U+10FFFF.
    """
    if "\ufffd" in source:
        return True
    numbers = (int(match[1], 16) if match[1] else int(match[2][:9]) for match in REFERENCE.finditer(source))
    return any(number in {0, 0xFFFD} or 0xD800 <= number <= 0xDFFF or number > 0x10FFFF for number in numbers)


def outcome(html: bytes, url: str) -> tuple[str, str]:
    """Extracts a page; returns (outcome, error), the error empty if the case passes."""
    try:
        record = extract(html, url).record()
    except Refused as refused:
        return f"refused: {refused.reason}", ""
    except Exception:  # noqa: BLE001 (any exception is a failed case)
        return "crashed", traceback.format_exc()
    text = next((text for text in strings(record) if "\ufffd" in text), "")
    if text and not holds_replacement(as_utf8(html)[0].decode("utf-8", "replace")):
        at = text.index("\ufffd")
        return "replaced", f"U+FFFD that the source does not contain: {text[max(0, at - 30) : at + 30]!r}"
    return "article", ""


def keep(number: int, what: str, html: bytes, why: str) -> Path:
    """Saves a failed case as two files, and returns the path of the page."""
    folder = Path(tempfile.gettempdir(), "newscrawl-fuzz-pages")
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.html"
    path.write_bytes(html)
    path.with_suffix(".txt").write_text(f"{what}\n\n{why}\n", encoding="utf-8")
    return path


def main() -> int:
    """Runs the cases and prints their outcomes; returns 1 if any failed."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=300)
    args = parser.parse_args()
    originals = corpus(args.folder)
    started, counts, failed, slowest, done = time.monotonic(), Counter[str](), 0, (0.0, ""), 0
    for number in range(args.cases):
        if time.monotonic() - started > args.seconds:
            break
        what, url, html = mutated(Random(f"{args.seed}/{number}"), originals)
        before = time.process_time()
        result, error = outcome(html, url)
        slowest = max(slowest, (time.process_time() - before, f"case {number}, {what}"))
        counts[result] += 1
        done += 1
        if error:
            failed += 1
            print(f"case {number}, {what}: {error.splitlines()[-1]}  saved: {keep(number, what, html, error)}")
    for result, count in counts.most_common():
        print(f"{count:>7}  {result}")
    took = time.monotonic() - started
    print(f"{done} of {args.cases} cases from {len(originals)} pages, seed {args.seed}, {took:.0f} s, {failed} failed")
    print(f"slowest: {slowest[0] * 1000:.0f} ms, {slowest[1]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
