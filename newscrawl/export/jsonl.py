"""JSON Lines: a record a line, with the bytes of the ledger."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from newscrawl.export.about import About
from newscrawl.export.columns import HELD, record_of
from newscrawl.ledger.model import ExportedArticle


def write_jsonl(articles: Iterator[ExportedArticle], file: BinaryIO, _: About) -> None:
    """Writes records, one a line."""
    file.writelines(line_of(kept).encode() + b"\n" for kept in articles)


def line_of(kept: ExportedArticle) -> str:
    """A record as JSON: that of the ledger, unless an earlier newscrawl has kept controls in it."""
    return json.dumps(record_of(kept), ensure_ascii=False) if HELD.search(kept.record) else kept.record
