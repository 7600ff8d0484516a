"""The export formats: each is a module with one function that writes articles to a binary file.

It reads, writes and drops one article after the other, so the memory does not grow with the archive. The same articles
give the same bytes.
"""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator
from gzip import GzipFile
from typing import BinaryIO, cast

from newscrawl.export.about import About
from newscrawl.export.csv_table import write_csv
from newscrawl.export.jsonl import write_jsonl
from newscrawl.export.parquet import write_parquet
from newscrawl.export.rss import write_rss
from newscrawl.export.targets import open_target
from newscrawl.ledger.model import ExportedArticle

FORMATS: dict[str, Callable[[Iterator[ExportedArticle], BinaryIO, About], None]] = {
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "rss": write_rss,
}
ENDINGS = {"jsonl": "jsonl", "ndjson": "jsonl", "csv": "csv", "parquet": "parquet", "xml": "rss", "rss": "rss"}
PACKED = ".gz"


def format_of(target: str) -> str:
    """The format by the ending of a file's or URL's name; JSON Lines for any other.

    >>> [format_of(name) for name in ("-", "a.parquet", "s3://kept/feed.XML", "a.csv.gz", "a.json")]
    ['jsonl', 'parquet', 'rss', 'csv', 'jsonl']
    """
    return ENDINGS.get(target.lower().removesuffix(PACKED).rpartition(".")[2], "jsonl")


def export_articles(
    articles: Iterator[ExportedArticle],
    form: str,
    target: str,
    about: About,
    *,
    bom: bool = False,
    safe: bool = False,
    counts: Counter[str] | None = None,
) -> int:
    """Writes articles to a file, a URL, or `-`, compressed if the name ends in `.gz`. Returns the number of bytes.

    `bom`: with a byte order mark first; `safe` and `counts` are those of CSV (`csv_table.py`). Raises BadTarget and
    Unwritable (`targets.py`), NotInstalled, and ArchiveDamaged for an unreadable record.
    """
    with open_target(target) as sink:
        plain = cast("BinaryIO", sink)
        # No time and no name in the header: the same bytes each time.
        file = cast("BinaryIO", GzipFile("", "wb", fileobj=plain, mtime=0)) if is_packed(target) else plain
        if bom:
            file.write(BOM_UTF8)
        if form == "csv":
            write_csv(articles, file, about, safe=safe, counts=counts)
        else:
            FORMATS[form](articles, file, about)
        file.close()
    return sink.size


def is_packed(target: str) -> bool:
    """Whether the name of a target asks for compression."""
    return target.lower().endswith(PACKED)
