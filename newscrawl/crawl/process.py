"""Running a spider from the command line: the same settings, spiders and pipelines as plain `scrapy crawl`."""

from pathlib import Path
from typing import Any, Protocol

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings
from scrapy.spiderloader import get_spider_loader
from scrapy.spiders import Spider

from newscrawl import settings as module
from newscrawl.archive.paths import LEDGER
from newscrawl.crawl.estimate import Estimate
from newscrawl.crawl.estimate_spider import EstimateSpider
from newscrawl.crawl.extensions.archive import ArchiveExtension
from newscrawl.crawl.extensions.failure_log import Reporter
from newscrawl.crawl.extensions.outcomes import OutcomesExtension
from newscrawl.crawl.log_lines import logged
from newscrawl.crawl.options import RunOptions
from newscrawl.crawl.signals import items_expected, visit_ended, waiting
from newscrawl.crawl.task import CrawlTask
from newscrawl.errors import SiteError
from newscrawl.exit_codes import NOTHING, PARTLY
from newscrawl.ledger.ledger import Ledger
from newscrawl.sites.model import Site

# Components of Scrapy, and the settings that switch them on. Scrapy imports a component before it finds it switched
# off, which takes 0.3 s in all: the remote control imports a web server, cookies the list of public suffixes.
SWITCHES = {
    "scrapy.extensions.telnet.TelnetConsole": "TELNETCONSOLE_ENABLED",
    "scrapy.extensions.memdebug.MemoryDebugger": "MEMDEBUG_ENABLED",
    "scrapy.extensions.feedexport.FeedExporter": "FEEDS",
    "scrapy.extensions.remote_control.RemoteControl": "REMOTE_CONTROL_ENABLED",
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": "COOKIES_ENABLED",
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": "HTTPPROXY_ENABLED",
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": "HTTPCACHE_ENABLED",
}


class Display(Protocol):
    """What shows a run while it goes on."""

    def failure(self, what: str, reason: str, detail: str) -> None:
        """Shows a failure: a URL or a list, the reason, and what to do."""

    def expect(self, count: int) -> None:
        """Adds to the number of articles that the run will fetch."""

    def advance(self) -> None:
        """Counts one of them as done."""

    def waiting(self, host: str, seconds: float, why: str) -> None:
        """Shows that a host is sent nothing for some seconds; `why` is a predicate of the host."""


def run_spider(
    spider: str | type[Spider],
    settings: dict[str, Any],
    arguments: dict[str, Any],
    options: RunOptions,
    display: Display | None = None,
) -> Crawler:
    """Runs a spider to its end, by its name or class. Puts its counts into `options.outcomes`; `display` shows it.

    Blocks. Ctrl-C and SIGTERM give the requests in flight a few seconds to finish; a second Ctrl-C ends at once.
    Raises ArchiveError if the archive cannot be opened, SiteError if no spider has that name.
    """
    values = project_settings()
    values.update(settings, priority="cmdline")
    if display:
        values.set("NEWSCRAWL_FAILURE_LOG_ENABLED", value=False, priority="cmdline")
    remove_switched_off(values)
    if isinstance(spider, str):
        spider = spider_named(spider, values)
    with logged(values):
        process = AsyncCrawlerProcess(values)
        crawler = process.create_crawler(spider)
        shown = show(crawler, display) if display else None  # signals keep no handler alive
        process.crawl(crawler, **arguments, options=options)
        process.start()
    del shown
    if process.bootstrap_failed or not crawler.stats:
        if options.outcomes:
            options.outcomes.failed["fault"] += 1
        return crawler
    conclude(crawler)
    archive = crawler.get_extension(ArchiveExtension)
    if archive and archive.error:
        raise archive.error
    return crawler


def project_settings() -> Settings:
    """The settings of plain `scrapy crawl`."""
    values = Settings()
    values.setmodule(module, priority="project")
    return values


def spider_named(name: str, values: Settings) -> type[Spider]:
    """The spider of a site file. Raises SiteError if there is none of that name."""
    try:
        return get_spider_loader(values).load(name)
    except KeyError as error:
        raise SiteError(f"the site file names the spider {name}, but there is no spiders/{name}.py") from error


def show(crawler: Crawler, display: Display) -> Reporter:
    """Shows the failures, the waits and the progress of a run, as long as the caller keeps what is returned."""
    crawler.signals.connect(display.expect, items_expected)
    crawler.signals.connect(display.advance, visit_ended)
    crawler.signals.connect(display.waiting, waiting)
    return Reporter(crawler, display.failure)


def conclude(crawler: Crawler) -> None:
    """Concludes a run and closes its archive where its spider could not, because Scrapy was stopped at once."""
    outcomes, archive = crawler.get_extension(OutcomesExtension), crawler.get_extension(ArchiveExtension)
    if outcomes:
        outcomes.conclude("shutdown")
    if archive:
        archive.close()


def remove_switched_off(settings: Settings) -> None:
    """Removes components that are switched off from Scrapy's settings, so that it does not import them."""
    for path, switch in SWITCHES.items():
        if not settings[switch]:
            for setting in ("EXTENSIONS_BASE", "DOWNLOADER_MIDDLEWARES_BASE"):
                settings[setting].pop(path, None)


def run_estimate(
    task: CrawlTask,
    site: Site,
    archive: Path,
    settings: dict[str, Any],
    arguments: dict[str, Any],
    options: RunOptions,
    display: Display | None = None,
) -> Estimate:
    """Estimates a task from its lists. Reads the archive, if there is one, and writes nothing; sets the exit code."""
    ledger = Ledger(archive, read_only=True) if (archive / LEDGER).is_file() else None
    spider_named(site.spider, project_settings())
    crawler = run_spider(EstimateSpider, settings, arguments | {"crawl": task, "ledger": ledger}, options, display)
    if ledger:
        ledger.close()
    spider = crawler.spider
    estimate = spider.estimate if isinstance(spider, EstimateSpider) else Estimate(site.politeness.delay)
    if options.outcomes and estimate.unread:
        options.outcomes.code = PARTLY if estimate.days else NOTHING
    return estimate
