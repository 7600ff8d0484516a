"""The CPU time of extracting a page, as a multiple of a bare lxml parse of the same bytes.

    python tests/benchmarks/extract.py [FOLDER of saved pages, default: the embedded ones]

Extraction has a fixed cost of about a millisecond, so the embedded pages of 1 to 3 KB give large multiples, and real
pages of Sina (60 to 400 KB) small ones: compare both columns. Both calls are measured in turn, in one process, with the
process clock; each line shows the median of the rounds.
"""

import contextlib
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lxml import etree

from newscrawl import Refused, extract
from newscrawl.demo.site import PAGES
from newscrawl.extraction.charset import as_utf8

ROUNDS = 31
CHARSETS: dict[bytes, str] = {}  # of the pages, detected before the measurement


def bare_parse(html: bytes) -> None:
    """The minimum that any extractor must do. With a wrong charset libxml2 would stop at the first invalid byte."""
    etree.fromstring(html, etree.HTMLParser(encoding=CHARSETS[html], huge_tree=True))


def read(html: bytes) -> None:
    """Extracts a page, from bytes to an article or a refusal."""
    with contextlib.suppress(Refused):
        extract(html, "https://finance.sina.com.cn/china/2021-09-03/doc-iktzscyx2063284.shtml")


def cpu(call: Callable[[bytes], None], html: bytes) -> float:
    """The CPU seconds of one call."""
    started = time.process_time()
    call(html)
    return time.process_time() - started


def main() -> None:
    """Prints a line per page, and the median and worst multiple."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else PAGES
    multiples = []
    for path in sorted(folder.glob("*.html")):
        html = path.read_bytes()
        CHARSETS[html] = as_utf8(html)[1].name
        read(html)
        rounds = [(cpu(bare_parse, html), cpu(read, html)) for _ in range(ROUNDS)]
        parse, whole = (statistics.median(column) for column in zip(*rounds, strict=True))
        multiples.append(whole / parse)
        print(
            f"{path.name:<28} {len(html) / 1024:6.1f} KB   parse {parse * 1000:6.2f} ms   extract {whole * 1000:6.2f} ms   {whole / parse:5.2f} x"
        )
    print(f"median {statistics.median(multiples):.2f} x, worst {max(multiples):.2f} x of a bare lxml parse")


if __name__ == "__main__":
    main()
