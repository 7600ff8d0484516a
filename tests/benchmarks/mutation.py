"""Damaged pages: whatever stands in a page, `extract` gives an article or `Refused`, and no U+FFFD of its own making.

    python -m tests.benchmarks.mutation [FOLDER of other pages] [--cases 20000] [--seed 0] [--seconds 300]

Every case is a page of the corpus (synthetic, and the demo's) with one to three mutations, drawn from the seed alone,
so a case is named by its number. A case that goes wrong is kept as a file, with what happened beside it; the run ends
with 1 then.
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
ODD = (
    b"\0", b"\xff", b"\xef\xbf\xbd", b"&#xFFFD;", b"&#0;", b"&#x110000;", b"&#xD800;", b"<!--", b"-->", b"]]>", b"<![CDATA[", b"<?xml ?>",
    b"<p", b"</", b"<a href='http://[", b"<table><tr>", b"</table>", b"<template>", b"<svg><style>", b"<plaintext>", b'"', b"'", b"\x1b$B",
    b"\xf0\x9f\x98\x80", b"\xed\xa0\x80", b"<base href='//['>", b"<title>", b"<script>", b"<textarea>", b"<div>" * 300, b"&" * 50, b"<img src=data:,>",
    b"<!-- saved from url=http://[x -->", b'<link rel="canonical" href="http://[x">', b'<meta property="og:url" content="//[">', b"<meta charset=hex>",
)  # fmt: skip


def flipped(rng: Random, html: bytes) -> bytes:
    """One to thirty bytes are other bytes."""
    page = bytearray(html)
    for _ in range(rng.randint(1, 30)):
        page[rng.randrange(len(page))] = rng.randrange(256)
    return bytes(page)


def lost(rng: Random, html: bytes) -> bytes:
    """One to eight bytes are missing, anywhere: also in the middle of a character."""
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(html) or 1)
        html = html[:at] + html[at + 1 :]
    return html


def untagged(rng: Random, html: bytes) -> bytes:
    """One to ten tags are missing, or one in three of all."""
    places = [match.span() for match in TAG.finditer(html)]
    count = len(places) // 3 if rng.random() < 0.2 else min(len(places), rng.randint(1, 10))
    for start, end in sorted(rng.sample(places, count), reverse=True):
        html = html[:start] + html[end:]
    return html


def truncated(rng: Random, html: bytes) -> bytes:
    """The page ends, or begins, anywhere."""
    at = rng.randrange(len(html) or 1)
    return html[:at] if rng.random() < 0.8 else html[at:]


def chunk(rng: Random, html: bytes) -> tuple[int, int]:
    """A stretch of the page: two places in order."""
    first, last = sorted(rng.randrange(len(html) or 1) for _ in range(2))
    return first, last


def duplicated(rng: Random, html: bytes) -> bytes:
    """A stretch stands there twice, or again elsewhere."""
    first, last = chunk(rng, html)
    at = last if rng.random() < 0.5 else rng.randrange(len(html) or 1)
    return html[:at] + html[first:last] + html[at:]


def cut(rng: Random, html: bytes) -> bytes:
    """A stretch is missing."""
    first, last = chunk(rng, html)
    return html[:first] + html[last:]


def swapped(rng: Random, html: bytes) -> bytes:
    """Two tags stand in each other's place."""
    places = [match.span() for match in TAG.finditer(html)]
    if len(places) < 2:
        return html
    (a, b), (c, d) = sorted(rng.sample(places, 2))
    return html[:a] + html[c:d] + html[b:c] + html[a:b] + html[d:]


def lied(rng: Random, html: bytes) -> bytes:
    """The page names another charset than its own, or none."""
    return DECLARED.sub(b"charset=" + rng.choice(CHARSETS) if rng.random() < 0.9 else b"", html)


def recoded(rng: Random, html: bytes) -> bytes:
    """The page is in another charset than it names; characters that it lacks become references."""
    return as_utf8(html)[0].decode("utf-8", "ignore").encode(rng.choice(CODECS), "xmlcharrefreplace")


def littered(rng: Random, html: bytes) -> bytes:
    """Something odd stands in one to five places."""
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(html) + 1)
        html = html[:at] + rng.choice(ODD) + html[at:]
    return html


MUTATIONS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flipped, lost, untagged, truncated, duplicated, cut, swapped, lied, recoded, littered,
)  # fmt: skip


def corpus(folder: Path | None) -> list[Page]:
    """The pages to damage: of a folder, or synthetic ones and the demo's."""
    found = [(path.name, "", path.read_bytes()) for path in sorted((folder or PAGES).glob("*.html"))]
    return found if folder else [*found, *((page.name, page.url, page.html) for page in pages(SYNTHETIC))]


def mutated(rng: Random, held: list[Page]) -> tuple[str, str, bytes]:
    """One case: what was done to which page, its URL, its bytes."""
    name, url, html = rng.choice(held)
    steps = rng.choices(MUTATIONS, k=rng.choice((1, 1, 2, 3)))
    for step in steps:
        html = step(rng, html) if html else html
    return f"{name}: {', '.join(step.__name__ for step in steps)}", url, html


def strings(value: object) -> Iterator[str]:
    """All texts in a record."""
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
    """Whether a page has U+FFFD of its own: as it is, or as a reference that HTML reads so (NUL, surrogates, beyond)."""
    if "\ufffd" in source:
        return True
    numbers = (int(match[1], 16) if match[1] else int(match[2][:9]) for match in REFERENCE.finditer(source))
    return any(number in {0, 0xFFFD} or 0xD800 <= number <= 0xDFFF or number > 0x10FFFF for number in numbers)


def outcome(html: bytes, url: str) -> tuple[str, str]:
    """What became of a page: (outcome, what is wrong with it; empty where nothing is)."""
    try:
        record = extract(html, url).record()
    except Refused as refused:
        return f"refused: {refused.reason}", ""
    except Exception:  # noqa: BLE001 (others' code; the count of errors is shown)
        return "crashed", traceback.format_exc()
    broken = next((text for text in strings(record) if "\ufffd" in text), "")
    if broken and not holds_replacement(as_utf8(html)[0].decode("utf-8", "replace")):
        at = broken.index("\ufffd")
        return "replaced", f"U+FFFD that the source does not hold: {broken[max(0, at - 30) : at + 30]!r}"
    return "article", ""


def keep(number: int, what: str, html: bytes, why: str) -> Path:
    """Saves a case that went wrong, as two files."""
    folder = Path(tempfile.gettempdir(), "newscrawl-mutation")
    folder.mkdir(exist_ok=True)
    path = folder / f"{number}.html"
    path.write_bytes(html)
    path.with_suffix(".txt").write_text(f"{what}\n\n{why}\n", encoding="utf-8")
    return path


def main() -> int:
    """Runs the cases, says what became of them, and ends with 1 when any went wrong."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=300)
    args = parser.parse_args()
    held = corpus(args.folder)
    started, counts, wrong, slowest, done = time.monotonic(), Counter[str](), 0, (0.0, ""), 0
    for number in range(args.cases):
        if time.monotonic() - started > args.seconds:
            break
        what, url, html = mutated(Random(f"{args.seed}/{number}"), held)
        before = time.process_time()
        end, why = outcome(html, url)
        slowest = max(slowest, (time.process_time() - before, f"case {number}, {what}"))
        counts[end] += 1
        done += 1
        if why:
            wrong += 1
            print(f"case {number}, {what}: {why.splitlines()[-1]}  kept: {keep(number, what, html, why)}")
    for end, count in counts.most_common():
        print(f"{count:>7}  {end}")
    took = time.monotonic() - started
    print(f"{done} of {args.cases} cases from {len(held)} pages, seed {args.seed}, {took:.0f} s, {wrong} wrong")
    print(f"slowest: {slowest[0] * 1000:.0f} ms, {slowest[1]}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
