"""The spider of a dry run: it reads lists, and no article."""

from collections.abc import AsyncIterator
from typing import Any

from newscrawl.crawl.estimate import Estimate, estimate_of
from newscrawl.crawl.spider import ArticleSpider
from newscrawl.crawl.task import CrawlTask
from newscrawl.ledger.ledger import Ledger


class EstimateSpider(ArticleSpider):
    """Estimates the crawl of `task`, beside what the archive of `ledger` has, if there is one; `estimate` is it."""

    name = "estimate"

    def __init__(self, crawl: CrawlTask, ledger: Ledger | None, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.crawl, self.ledger = crawl, ledger
        self.estimate = Estimate(self.data.politeness.delay)

    async def start(self) -> AsyncIterator[Any]:
        """Reads the lists; it yields nothing."""
        self.estimate = await estimate_of(self.crawl, self.data, self.ledger, self.lists.fetch, self.clock())
        return
        yield
