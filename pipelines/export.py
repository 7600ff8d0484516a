"""Export: stores or prints articles. It is the only stage that uses settings and files."""

import sys
from typing import Self

from scrapy.crawler import Crawler
from sqlalchemy.exc import DatabaseError

from newscrawl.archive.terms import BODY, FLAVOUR
from newscrawl.crawl.extensions.archive import archive_failed, archive_of, now_of, terms_of
from newscrawl.crawl.failures import Incomplete, Unwritten
from newscrawl.errors import Refused
from newscrawl.extraction.article import Article
from newscrawl.outcomes.stats import CLOSED, FLAGGED, POSTS
from newscrawl.posts.exporters import FrontMatterExporter, RecordExporter, exporter


class ExportPipeline:
    """Stores articles in the archive; writes them to standard output when there is neither an archive nor a feed."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self.crawler, self.stats = crawler, crawler.stats
        self.exporter: FrontMatterExporter | RecordExporter | None = None
        if not settings["FEEDS"]:
            flavour, body = settings["NEWSCRAWL_FLAVOUR"] or FLAVOUR, settings["NEWSCRAWL_BODY"] or BODY
            self.exporter = exporter(sys.stdout.buffer, settings["NEWSCRAWL_FORMAT"], flavour, body)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy calls this to create the pipeline."""
        return cls(crawler)

    def process_item(self, item: Article) -> Article:
        """Stores or prints an article.

        Raises Incomplete for half an article that the archive holds; Unwritten, and gives the run up, if it
        cannot be written.
        """
        try:
            self.export(item)
        except Refused as refused:
            raise Incomplete(refused.reason) from refused
        except (OSError, DatabaseError) as error:
            archive_failed(self.crawler, error)
            raise Unwritten(error) from error
        return item

    def export(self, item: Article) -> None:
        """Stores or prints an article and counts the outcome of its post."""
        archive = archive_of(self.crawler)
        if archive:
            terms = terms_of(self.crawler)
            outcome, flags = archive.keep(item, now_of(self.crawler), terms.flavour, terms.body)
            for flag in flags:
                self.stats.inc_value(FLAGGED + flag)
            self.stats.inc_value(POSTS + outcome)
        elif not self.stats.get_value(CLOSED):
            self.print(item)

    def print(self, item: Article) -> None:
        """Writes an article to standard output. The run stops without an error when the pipe is closed (`| head`)."""
        try:
            if self.exporter:
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
        """Finishes the output on standard output."""
        if self.exporter and not archive_of(self.crawler) and not self.stats.get_value(CLOSED):
            self.exporter.finish_exporting()
            sys.stdout.buffer.flush()
