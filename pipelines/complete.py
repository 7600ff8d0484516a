"""Complete: drops articles without title, date or body, under a reason that is counted."""

from scrapy.exceptions import DropItem

from newscrawl.extraction.article import Article, missing


class CompletePipeline:
    """Drops articles that no post can be made of."""

    def process_item(self, item: Article) -> Article:
        """Raises DropItem with the reason, which the spider counts."""
        if reason := missing(item):
            raise DropItem(reason)
        return item
