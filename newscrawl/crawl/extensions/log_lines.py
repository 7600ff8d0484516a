"""The extension that formats the log of plain Scrapy: no control of a page or a server reaches it."""

from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.utils.log import get_scrapy_root_handler

from newscrawl.crawl.log_lines import formatter_of


class LogLines:
    """Gives Scrapy's handler, which writes to standard error or to LOG_FILE, the formatter of ours."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_LOG_LINES_ENABLED"):
            raise NotConfigured
        self.formatter = formatter_of(crawler.settings)
        self.format()
        crawler.signals.connect(self.format, signals.spider_opened)  # Scrapy has replaced its handler meanwhile

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the extension, as Scrapy does."""
        return cls(crawler)

    def format(self) -> None:
        """Sets the formatter, if there is a handler of Scrapy's."""
        if handler := get_scrapy_root_handler():
            handler.setFormatter(self.formatter)
