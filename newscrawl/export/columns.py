"""An exported article as a row of named columns: its record, its revision, and when it was kept."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Literal, TypeVar

from newscrawl.controls import CONTROLS, with_texts
from newscrawl.errors import ArchiveDamaged
from newscrawl.extraction.markup import clean_text
from newscrawl.ledger.model import ExportedArticle

Kind = Literal["text", "texts", "images", "instant", "moment", "number"]
T = TypeVar("T")
# What a record as JSON may hold controls by. An earlier newscrawl kept them, as the page had them.
HELD = re.compile(f"[{CONTROLS}]|\\\\(?:[bfrt]|u00[01])")

# An `instant` is in the site's time zone, a `moment` in UTC; both are ISO 8601.
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
    "kicker": "text",
    "subtitle": "text",
    "revision": "number",
    "kept": "moment",
}


def record_of(kept: ExportedArticle) -> dict[str, Any]:
    """The record of an article as data, without controls. Raises ArchiveDamaged if it is no JSON."""
    try:
        record: dict[str, Any] = json.loads(kept.record)
    except ValueError as error:
        raise ArchiveDamaged(f"the archive is damaged: the record of {kept.key} is no JSON; fetch it again") from error
    return with_texts(record, clean_text) if HELD.search(kept.record) else record


def row_of(kept: ExportedArticle) -> dict[str, Any]:
    """An article as a row with the types of JSON. Raises ArchiveDamaged."""
    record = record_of(kept)
    values = {**record, "revision": kept.revision, "kept": kept.kept}
    return {name: values.get(name) for name in COLUMNS}


def batches(values: Iterable[T], count: int) -> Iterator[list[T]]:
    """Yields values in lists of `count`, the last one shorter.

    >>> list(batches("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    remaining = iter(values)
    while batch := list(islice(remaining, count)):
        yield batch
