"""Complete: an article without title, date or body is no post, and is dropped loudly, under its reason."""

from scrapy.exceptions import DropItem

from newscrawl.extraction.article import Article, missing


class CompletePipeline:
    """Drops what no post can be made of."""

    def process_item(self, item: Article) -> Article:
        """Raises DropItem with the reason, which the spider counts."""
        if reason := missing(item):
            raise DropItem(reason)
        return item
