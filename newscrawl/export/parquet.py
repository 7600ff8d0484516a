"""Parquet: columns with types, in row groups of a fixed number of articles."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from newscrawl.errors import NotInstalled
from newscrawl.export.about import About
from newscrawl.export.columns import COLUMNS, batches, row_of
from newscrawl.ledger.model import ExportedArticle

GROUP = 2000  # articles of a row group; this many are in memory at a time
# Columns with statistics, by which a reader can skip a row group.
BOUNDED = ["docid", "published", "modified", "channel", "layout", "revision", "kept"]


def arrow() -> Any:
    """Imports pyarrow. Raises NotInstalled."""
    try:
        import pyarrow.parquet  # noqa: PLC0415 (an extra; its import takes 0.2 s)
    except ImportError as error:
        raise NotInstalled("pyarrow is not installed; pip install 'newscrawl[parquet]'") from error
    return pyarrow


def schema(zone: str) -> Any:
    """The schema of the table; `zone` is the time zone of the instants. Raises NotInstalled."""
    pa = arrow()
    types = {
        "text": pa.string(),
        "texts": pa.list_(pa.string()),
        "images": pa.list_(pa.struct([("src", pa.string()), ("caption", pa.string())])),
        "instant": pa.timestamp("us", zone),
        "moment": pa.timestamp("us", "UTC"),
        "number": pa.int32(),
    }
    return pa.schema([(name, types[kind]) for name, kind in COLUMNS.items()])


def write_parquet(articles: Iterator[ExportedArticle], file: BinaryIO, about: About) -> None:
    """Writes a table. Raises NotInstalled without pyarrow."""
    pa, columns = arrow(), schema(about.zone)
    with pa.parquet.ParquetWriter(file, columns, compression="zstd", write_statistics=BOUNDED) as writer:
        for group in batches(map(typed, articles), GROUP):
            writer.write_table(pa.Table.from_pylist(group, columns))


def typed(kept: ExportedArticle) -> dict[str, Any]:
    """An article as a row with instants as datetimes."""
    row = row_of(kept)
    for name, kind in COLUMNS.items():
        if kind in ("instant", "moment") and row[name]:
            row[name] = datetime.fromisoformat(row[name])
    return row
