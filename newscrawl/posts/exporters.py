"""Exporters: write articles as posts (front matter and body) or as records (JSON).

They have the interface of Scrapy's item exporters (`start_exporting`, `export_item`, `finish_exporting`) and work as
`FEED_EXPORTERS`, but do not import Scrapy: the import takes 0.6 s, longer than reading 100 pages.
"""

import json
from typing import Any, BinaryIO, Self

from newscrawl.extraction.article import Article
from newscrawl.posts.render import post_of


class FrontMatterExporter:
    """Writes posts into one binary file, separated by a line feed. The archive writes one file per post instead."""

    def __init__(self, file: BinaryIO, *, flavour: str = "hexo", body: str = "clean", **_: Any) -> None:
        self.file, self.flavour, self.body = file, flavour, body
        self.count = 0

    @classmethod
    def from_crawler(cls, crawler: Any, file: BinaryIO, **options: Any) -> Self:
        """Scrapy calls this to create the exporter of a feed (`-O posts.md:post`)."""
        settings = crawler.settings
        named = {"flavour": settings["NEWSCRAWL_FLAVOUR"], "body": settings["NEWSCRAWL_BODY"]}
        return cls(file, **{name: value for name, value in named.items() if value}, **options)

    def start_exporting(self) -> None:
        """Does nothing: the file begins with the first post."""

    def export_item(self, item: Article) -> None:
        """Writes one post."""
        post = post_of(item, self.flavour, self.body)
        self.file.write((("\n" if self.count else "") + post).encode())
        self.count += 1

    def finish_exporting(self) -> None:
        """Does nothing: the file ends with the last byte of the last post."""


class RecordExporter:
    """Writes records: JSON Lines, or with `indent` one JSON value (an object for one article, a list for several)."""

    def __init__(self, file: BinaryIO, *, indent: int | None = None, **_: Any) -> None:
        self.file, self.indent = file, indent
        self.records: list[dict[str, Any]] = []

    def start_exporting(self) -> None:
        """Does nothing: the file begins with the first record."""

    def export_item(self, item: Article) -> None:
        """Writes the record as a line; with `indent`, keeps it for `finish_exporting`."""
        if self.indent is None:
            self.write(item.record())
        else:
            self.records.append(item.record())

    def finish_exporting(self) -> None:
        """Writes the records that were kept, if any."""
        if self.records:
            self.write(self.records[0] if len(self.records) == 1 else self.records)

    def write(self, value: Any) -> None:
        """Writes one JSON value and a line feed."""
        self.file.write(json.dumps(value, ensure_ascii=False, indent=self.indent).encode() + b"\n")


def exporter(file: BinaryIO, form: str, flavour: str, body: str) -> FrontMatterExporter | RecordExporter:
    """Returns the exporter of a `--format`: `post`, `json` or `jsonl`."""
    if form == "post":
        return FrontMatterExporter(file, flavour=flavour, body=body)
    return RecordExporter(file, indent=2 if form == "json" else None)
