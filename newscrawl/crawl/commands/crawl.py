"""`scrapy crawl`: Scrapy's own command, with newscrawl's exit code, and with one line where it is called wrongly."""

from argparse import Namespace
from typing import cast

from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoaderProtocol, get_spider_loader
from scrapy.spiders import Spider

from newscrawl.crawl.process import conclude
from newscrawl.outcomes.stats import EXIT


class Command(crawl.Command):
    """Scrapy's `crawl` ends with 0 even where everything failed; Scrapyd and cron believe it."""

    crawler: Crawler | None = None

    def run(self, args: list[str], opts: Namespace) -> None:
        """Runs the spider; the exit code is the one that `OutcomesExtension` came to, where it is on."""
        if args:
            self.check(args[0], opts.spargs)
        super().run(args, opts)
        if self.crawler and not self.exitcode:
            conclude(self.crawler)
            self.exitcode = self.crawler.stats.get_value(EXIT, self.exitcode)

    def check(self, name: str, arguments: dict[str, str]) -> None:
        """Makes the spider once for what it says of its arguments. Raises UsageError with one line."""
        try:
            self.spider_loader().load(name)(**arguments)
        except KeyError as error:
            raise UsageError(f"no spider named {name}; `scrapy list` shows them", print_help=False) from error
        except (ValueError, OSError) as error:
            raise UsageError(" ".join(str(error).split()), print_help=False) from error

    def spider_loader(self) -> SpiderLoaderProtocol:
        """The project's spiders."""
        return get_spider_loader(cast("Settings", self.settings))  # which Scrapy sets before it runs a command

    def _create_crawler(self, spidercls: str | type[Spider]) -> Crawler:
        self.crawler = super()._create_crawler(spidercls)
        return self.crawler
