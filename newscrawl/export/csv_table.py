"""CSV (RFC 4180) in UTF-8, with a header. A list is JSON in a cell; a missing instant is an empty cell.

Values are not altered: a title that begins with `=` does so in its cell, too, and a spreadsheet takes it for a formula.
"""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from newscrawl.export.about import About
from newscrawl.export.columns import COLUMNS, row_of
from newscrawl.ledger.model import ExportedArticle


def write_csv(articles: Iterator[ExportedArticle], file: BinaryIO, _: About) -> None:
    """Writes a header and a line for each article."""
    out = io.TextIOWrapper(file, encoding="utf-8", newline="")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    table.writerows([cell(value) for value in row_of(kept).values()] for kept in articles)
    out.detach()


def cell(value: Any) -> Any:
    """A value as a cell: a list becomes JSON.

    >>> cell(["银行", "a;b"]), cell("文"), cell(None)
    ('["银行", "a;b"]', '文', None)
    """
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
