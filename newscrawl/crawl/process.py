"""Running a spider from the command line: the same settings, spiders and pipelines as plain `scrapy crawl`."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from newscrawl import settings as module
from newscrawl.archive.paths import LEDGER
from newscrawl.crawl.estimate import Estimate, estimate_of
from newscrawl.crawl.extensions.archive import ArchiveExtension
from newscrawl.crawl.extensions.outcomes import OutcomesExtension
from newscrawl.crawl.task import CrawlTask
from newscrawl.discovery.reader import Fetch
from newscrawl.errors import SiteError
from newscrawl.exit_codes import NOTHING, PARTLY
from newscrawl.ledger.ledger import Ledger
from newscrawl.outcomes.summary import Outcomes
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


def run_spider(name: str, outcomes: Outcomes, settings: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Runs a spider to its end and puts its counts into `outcomes`.

    Blocks. Ctrl-C and SIGTERM give the requests in flight a few seconds to finish; a second Ctrl-C ends at once.
    Raises ArchiveError if the archive cannot be opened, SiteError if no spider has that name.
    """
    values = Settings()
    values.setmodule(module, priority="project")
    values.update(settings, priority="cmdline")
    remove_switched_off(values)
    process = AsyncCrawlerProcess(values)
    try:
        crawler = process.create_crawler(name)
    except KeyError as error:
        raise SiteError(f"the site file names the spider {name}, but there is no spiders/{name}.py") from error
    process.crawl(crawler, **arguments, outcomes=outcomes)
    process.start()
    if process.bootstrap_failed or not crawler.stats:
        outcomes.failed["fault"] += 1
        return
    conclude(crawler)
    archive = crawler.get_extension(ArchiveExtension)
    if archive and archive.error:
        raise archive.error


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
    clock: Callable[[], datetime],
    outcomes: Outcomes,
    settings: dict[str, Any],
    arguments: dict[str, Any],
) -> Estimate:
    """Estimates a task from its lists. Reads the archive, if there is one, and writes nothing; sets the exit code."""
    estimates = [Estimate(site.politeness.delay)]
    ledger = Ledger(archive, read_only=True) if (archive / LEDGER).is_file() else None

    async def job(fetch: Fetch) -> None:
        estimates.append(await estimate_of(task, site, ledger, fetch, clock()))

    run_spider(site.spider, outcomes, settings, arguments | {"job": job})
    if ledger:
        ledger.close()
    estimate = estimates[-1]
    if estimate.unread and not estimate.days:
        outcomes.code = NOTHING
    elif estimate.unread:
        outcomes.code = PARTLY
    return estimate
