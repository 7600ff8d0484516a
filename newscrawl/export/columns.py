"""An exported article as a row of named columns: the record, then which reading of the article it is."""

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal, TypeVar

from newscrawl.errors import ArchiveDamaged
from newscrawl.ledger.model import ExportedArticle

Kind = Literal["text", "texts", "images", "instant", "moment", "number"]
T = TypeVar("T")

# An `instant` is on the site's clock, a `moment` in UTC.
COLUMNS: dict[str, Kind] = {
    "url": "text",
    "docid": "text",
    "title": "text",
    "author": "text",
    "source": "text",
    "byline": "texts",
    "editor": "text",
    "published": "instant",
    "modified": "instant",
    "channel": "text",
    "categories": "texts",
    "keywords": "texts",
    "stocks": "texts",
    "original_title": "text",
    "images": "images",
    "headimg": "text",
    "text": "text",
    "html": "text",
    "layout": "text",
    "site": "text",
    "revision": "number",
    "kept": "moment",
}


def record_of(kept: ExportedArticle) -> dict[str, Any]:
    """The record of an article as data. Raises ArchiveDamaged when it is none."""
    try:
        record: dict[str, Any] = json.loads(kept.record)
    except ValueError as error:
        raise ArchiveDamaged(f"the archive is damaged: the record of {kept.key} is no JSON; fetch it again") from error
    return record


def row_of(kept: ExportedArticle) -> dict[str, Any]:
    """An article as a row, as JSON has it. Raises ArchiveDamaged."""
    record = record_of(kept)
    told = {**record, "revision": kept.revision, "kept": kept.kept}
    return {name: told.get(name) for name in COLUMNS}


def some(values: Iterable[T], count: int) -> Iterator[list[T]]:
    """Values, so many at a time.

    >>> list(some("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    left = iter(values)
    while taken := list(islice(left, count)):
        yield taken
