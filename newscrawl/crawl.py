"""Running a spider from the command line: the same settings, spiders and pipelines as plain `scrapy crawl`."""

from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from sqlalchemy.exc import DatabaseError

from newscrawl import settings as module
from newscrawl.outcomes import Outcomes
from newscrawl.site import SiteError


def run_spider(name: str, outcomes: Outcomes, settings: dict[str, Any], arguments: dict[str, Any]) -> None:
    """Runs a spider to its end and takes its counts into `outcomes`.

    Blocks. Ctrl-C and SIGTERM let requests under way finish if they do so in time, a second Ctrl-C ends at once.
    """
    values = Settings()
    values.setmodule(module, priority="project")
    values.update(settings, priority="cmdline")
    process = AsyncCrawlerProcess(values)
    try:
        crawler = process.create_crawler(name)
    except KeyError as error:
        raise SiteError(f"the site file names the spider {name}, but there is no spiders/{name}.py") from error
    process.crawl(crawler, **arguments)
    process.start()
    if process.bootstrap_failed or not crawler.stats:
        outcomes.failed["fault"] += 1
        return
    spider: Any = crawler.spider
    if spider.trouble:
        raise spider.trouble
    outcomes.read_stats(crawler.stats.get_stats())
    if crawler.stats.get_value("finish_reason") == "start_error":
        outcomes.failed["fault"] += 1
    if spider.frontier:
        try:
            spider.frontier.conclude(outcomes)
        except DatabaseError as error:
            outcomes.failed["fault"] += 1
            outcomes.stopped = f"the ledger cannot be written: {error.orig}; what was kept is kept, run it again"
    if spider.archive:
        spider.archive.close()
