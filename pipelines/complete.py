"""Complete: drops articles without title, date or body, under a reason that is counted."""

from newscrawl.crawl.failures import Incomplete
from newscrawl.extraction.article import Article, missing


class CompletePipeline:
    """Drops articles that no post can be made of."""

    def process_item(self, item: Article) -> Article:
        """Raises Incomplete, with the reason that is counted."""
        if reason := missing(item):
            raise Incomplete(reason)
        return item
