"""CSV (RFC 4180) in UTF-8, with a header. A list is JSON in a cell; a missing instant is an empty cell.

Values are not altered, so a title that begins with `=` does so in its cell, too, and a spreadsheet takes it for a
formula; a table that is `safe` has an apostrophe before each such cell.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from newscrawl.export.about import About
from newscrawl.export.columns import COLUMNS, row_of
from newscrawl.ledger.model import ExportedArticle

# What a spreadsheet takes for a formula, as OWASP tells of CSV injection: these signs, in their wide and small forms
# (Excel in Chinese and Japanese), and a tab or the end of a line before anything. Blanks, quotes and what is not seen
# do not help before a sign: who imports a table may have them removed. A table that is parted at semicolons has other
# cells; they are not looked at.
FORMULA = re.compile(r"""[\t\r\n]|[\s"'`\u00ad\u200b-\u200d\u2060\ufe0f\ufeff]*[=+\-@＝＋－＠﹦﹢﹣﹫]""")
LONGEST = 32_767  # UTF-16 units: what a cell of Excel takes
LONG_CELLS = "long_cells"  # counts the cells that are longer


def write_csv(
    articles: Iterator[ExportedArticle],
    file: BinaryIO,
    _: About,
    *,
    safe: bool = False,
    counts: Counter[str] | None = None,
) -> None:
    """Writes a header and a line for each article. Counts the `LONG_CELLS` in `counts`."""
    out = io.TextIOWrapper(file, encoding="utf-8", newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for kept in articles:
        cells = [cell(value, safe=safe) for value in row_of(kept).values()]
        if counts is not None:
            counts[LONG_CELLS] += sum(map(is_long, cells))
        table.writerow(cells)
    out.detach()


def cell(value: Any, *, safe: bool = False) -> Any:
    """A value as a cell: a list becomes JSON.

    >>> cell(["银行", "a;b"]), cell("文"), cell(None), cell("=1+1", safe=True)
    ('["银行", "a;b"]', '文', None, "'=1+1")
    """
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
    return inert(text) if safe and isinstance(text, str) else text


def inert(text: str) -> str:
    """A text with an apostrophe before it if a spreadsheet took it for a formula.

    It can be undone: where a cell begins with an apostrophe and the rest is a formula, the rest is the value.

    >>> [inert(text) for text in ("=1", " ＠A1", "'=1", "\\t", "-5%", "1=1", "", "利率")]
    ["'=1", "' ＠A1", "''=1", "'\\t", "'-5%", '1=1', '', '利率']
    """
    return f"'{text}" if FORMULA.match(text) else text


def is_long(value: Any) -> bool:
    """Whether a cell is longer than one of Excel's may be.

    >>> is_long("字" * 32_767), is_long("字" * 32_768), is_long("😀" * 16_384), is_long(None)
    (False, True, True, False)
    """
    if not isinstance(value, str) or len(value) <= LONGEST // 2:
        return False
    return len(value.encode("utf-16-le")) // 2 > LONGEST
