"""JSON Lines: a record a line, with the bytes of the ledger."""

from collections.abc import Iterator
from typing import BinaryIO

from newscrawl.export.about import About
from newscrawl.ledger.model import ExportedArticle


def write_jsonl(articles: Iterator[ExportedArticle], file: BinaryIO, _: About) -> None:
    """Writes records, one a line."""
    file.writelines(kept.record.encode() + b"\n" for kept in articles)
