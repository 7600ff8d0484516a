"""Export: the only stage that knows the settings and the disk."""

import sys
from typing import TYPE_CHECKING, Self

from newscrawl.archive import Archive
from newscrawl.exporters import exporter
from newscrawl.items import Article
from newscrawl.outcomes import CLOSED, FLAGGED, POSTS

if TYPE_CHECKING:  # Scrapy takes 0.6 s to import, which only a crawl needs
    from scrapy.crawler import Crawler


class ExportPipeline:
    """Keeps articles in the archive, or writes them to standard output where there is none."""

    def __init__(self, crawler: "Crawler") -> None:
        settings = crawler.settings
        self.crawler, self.stats = crawler, crawler.stats
        self.flavour, self.body = settings["NEWSCRAWL_FLAVOUR"], settings["NEWSCRAWL_BODY"]
        self.archive: Archive | None = None
        self.exporter = exporter(sys.stdout.buffer, settings["NEWSCRAWL_FORMAT"], self.flavour, self.body)

    @classmethod
    def from_crawler(cls, crawler: "Crawler") -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def open_spider(self) -> None:
        """Begins what is written to standard output, where the spider has no archive open."""
        self.archive = getattr(self.crawler.spider, "archive", None)
        self.exporter.start_exporting()

    def process_item(self, item: Article) -> Article:
        """Writes one article and counts what became of its post."""
        if self.archive:
            outcome, flags = self.archive.keep(item, self.flavour, self.body)
            for flag in flags:
                self.stats.inc_value(FLAGGED + flag)
            self.stats.inc_value(POSTS + outcome)
        elif not self.stats.get_value(CLOSED):
            self.print(item)
        return item

    def print(self, item: Article) -> None:
        """Writes an article to standard output; when its reader went away (`| head`), the run ends quietly."""
        try:
            self.exporter.export_item(item)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            self.stats.set_value(CLOSED, value=True)
            self.crawler.stop()
        else:
            for flag in item.raw.flags:
                self.stats.inc_value(FLAGGED + flag)
            self.stats.inc_value(POSTS + "written")

    def close_spider(self) -> None:
        """Ends what is written to standard output."""
        if not self.archive and not self.stats.get_value(CLOSED):
            self.exporter.finish_exporting()
            sys.stdout.buffer.flush()
