"""Exporters: an article as a post (front matter and body) or as a record (JSON).

They have the interface of Scrapy's item exporters (`start_exporting`, `export_item`, `finish_exporting`) and work as
its `FEED_EXPORTERS`, but do not import it: that takes 0.6 s, longer than reading 100 pages.
"""

import json
from typing import Any, BinaryIO, Self

from newscrawl.extraction.article import Article
from newscrawl.posts.render import post_of


class FrontMatterExporter:
    """Writes posts into one binary file, parted by a line feed. One file a post is the archive's work."""

    def __init__(self, file: BinaryIO, *, flavour: str = "hexo", body: str = "clean", **_: Any) -> None:
        self.file, self.flavour, self.body = file, flavour, body
        self.count = 0

    @classmethod
    def from_crawler(cls, crawler: Any, file: BinaryIO, **options: Any) -> Self:
        """Scrapy's way to make one for a feed (`-O posts.md:post`)."""
        settings = crawler.settings
        return cls(file, flavour=settings["NEWSCRAWL_FLAVOUR"], body=settings["NEWSCRAWL_BODY"], **options)

    def start_exporting(self) -> None:
        """Nothing stands before the first post."""

    def export_item(self, item: Article) -> None:
        """Writes one post."""
        post = post_of(item, self.flavour, self.body)
        self.file.write((("\n" if self.count else "") + post).encode())
        self.count += 1

    def finish_exporting(self) -> None:
        """Nothing stands after the last post: its last byte is the sample's."""


class RecordExporter:
    """Writes records: JSON Lines, or with `indent` one JSON value (an object for one article, a list for more)."""

    def __init__(self, file: BinaryIO, *, indent: int | None = None, **_: Any) -> None:
        self.file, self.indent = file, indent
        self.held: list[dict[str, Any]] = []

    def start_exporting(self) -> None:
        """Nothing stands before the first record."""

    def export_item(self, item: Article) -> None:
        """Writes one line, or keeps the record for the value written at the end."""
        if self.indent is None:
            self.write(item.record())
        else:
            self.held.append(item.record())

    def finish_exporting(self) -> None:
        """Writes the value, where there is anything to write."""
        if self.held:
            self.write(self.held[0] if len(self.held) == 1 else self.held)

    def write(self, value: Any) -> None:
        """One JSON value and a line feed."""
        self.file.write(json.dumps(value, ensure_ascii=False, indent=self.indent).encode() + b"\n")


def exporter(file: BinaryIO, form: str, flavour: str, body: str) -> FrontMatterExporter | RecordExporter:
    """The exporter of a `--format`."""
    if form == "post":
        return FrontMatterExporter(file, flavour=flavour, body=body)
    return RecordExporter(file, indent=2 if form == "json" else None)
