"""Export: the ledger's articles in the forms that other programs read. One module a format.

A format is a function of articles, a binary file and what the file is about; it reads an article, writes it and forgets
it, so that an archive of any size takes the memory of a few. The same articles give the same bytes.
"""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from gzip import GzipFile
from typing import BinaryIO, cast

from newscrawl.export.about import About
from newscrawl.export.csv_table import write_csv
from newscrawl.export.jsonl import write_jsonl
from newscrawl.export.parquet import write_parquet
from newscrawl.export.rss import write_rss
from newscrawl.export.targets import opened
from newscrawl.ledger.model import ExportedArticle

FORMATS: dict[str, Callable[[Iterator[ExportedArticle], BinaryIO, About], None]] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "rss": write_rss,
}
ENDINGS = {"jsonl": "jsonl", "ndjson": "jsonl", "csv": "csv", "parquet": "parquet", "xml": "rss", "rss": "rss"}
PACKED = ".gz"


def format_of(target: str) -> str:
    """The format that a file's or URL's name ends in; JSON Lines where it says nothing.

    >>> [format_of(name) for name in ("-", "a.parquet", "s3://kept/feed.XML", "a.csv.gz", "a.json")]
    ['jsonl', 'parquet', 'rss', 'csv', 'jsonl']
    """
    return ENDINGS.get(target.lower().removesuffix(PACKED).rpartition(".")[2], "jsonl")


def export_articles(
    articles: Iterator[ExportedArticle], form: str, target: str, about: About, *, bom: bool = False
) -> int:
    """Writes articles in a format to a file, a URL, or `-`; packed where its name ends in `.gz`. Gives its bytes.

    `bom` puts a byte order mark first. Raises BadTarget, Unwritable (`targets.py`), ArchiveDamaged for a record that is
    none, NotInstalled.
    """
    with opened(target) as sink:
        plain = cast("BinaryIO", sink)
        # Neither time nor name: the same bytes each time.
        file = cast("BinaryIO", GzipFile("", "wb", fileobj=plain, mtime=0)) if is_packed(target) else plain
        if bom:
            file.write(BOM_UTF8)
        FORMATS[form](articles, file, about)
        file.close()
    return sink.size


def is_packed(target: str) -> bool:
    """Whether the name of a target says that its file is packed."""
    return target.lower().endswith(PACKED)
