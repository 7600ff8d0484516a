"""`scrapy crawl`: Scrapy's own command, with newscrawl's exit codes, and with bad usage reported in one line."""

from argparse import Namespace
from typing import cast

from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoaderProtocol, get_spider_loader
from scrapy.spiders import Spider

from newscrawl.controls import visible_line
from newscrawl.crawl.process import conclude
from newscrawl.crawl.spider import ArticleSpider
from newscrawl.outcomes.stats import EXIT
from newscrawl.posts.frontmatter import FLAVOURS

# What the settings of the export pipeline may be; an empty flavour or body is that which the archive remembers.
EXPORTS = {
    "NEWSCRAWL_FORMAT": ("post", "json", "jsonl"),
    "NEWSCRAWL_FLAVOUR": (*FLAVOURS, ""),
    "NEWSCRAWL_BODY": ("clean", "full", ""),
}


def usage_error(message: str) -> UsageError:
    """The error of a call, in one line."""
    return UsageError(visible_line(" ".join(message.split())), print_help=False)


class Command(crawl.Command):
    """Ends with newscrawl's exit code: Scrapy's is 0 even if everything failed, and Scrapyd and cron rely on it."""

    crawler: Crawler | None = None

    def run(self, args: list[str], opts: Namespace) -> None:
        """Runs the spider. The exit code is that of `OutcomesExtension`, if the extension is on."""
        if args:
            self.check(args[0], opts.spargs)
        super().run(args, opts)
        if self.crawler and not self.exitcode:
            conclude(self.crawler)
            if self.crawler.settings.getbool("NEWSCRAWL_EXIT_CODE"):
                self.exitcode = self.crawler.stats.get_value(EXIT, self.exitcode)

    def check(self, name: str, arguments: dict[str, str]) -> None:
        """Creates the spider once to check its arguments. Raises UsageError with one line."""
        settings = cast("Settings", self.settings)  # which Scrapy sets before it runs a command
        try:
            kind = self.spider_loader().load(name)
            if issubclass(kind, ArticleSpider) and (folder := settings["NEWSCRAWL_ARCHIVE"]):
                arguments = {"archive": folder, **arguments}  # as its `from_crawler` does
            spider = kind(**arguments)
        except KeyError as error:
            raise usage_error(f"no spider named {name}; `scrapy list` shows them") from error
        except (ValueError, OSError) as error:
            raise usage_error(str(error)) from error
        for setting, values in EXPORTS.items():
            if settings[setting] not in values:
                raise usage_error(f"{setting} is one of {', '.join(filter(None, values))}, and not {settings[setting]}")
        if not (getattr(spider, "urls", True) or getattr(spider, "task", True)):
            advice = "give -a url=…, -a urls_file=FILE or -a channel=…"
            raise usage_error(f"the spider {name} has nothing to fetch; {advice}")

    def spider_loader(self) -> SpiderLoaderProtocol:
        """The loader of the project's spiders."""
        return get_spider_loader(cast("Settings", self.settings))  # Scrapy sets it before it runs a command

    def _create_crawler(self, spidercls: str | type[Spider]) -> Crawler:
        self.crawler = super()._create_crawler(spidercls)
        return self.crawler
