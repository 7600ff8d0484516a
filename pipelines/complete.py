"""Complete: an article without title, date or body is no post, and is dropped loudly, under its reason."""

from newscrawl.items import Article


def missing(article: Article, *, dated: bool = True) -> str:
    """The reason to drop an article; empty when nothing is missing. A record, unlike a post, may lack the date.

    A body of pictures alone is a body.
    """
    if not article.title:
        return "no_title"
    if dated and article.published is None:
        return "no_date"
    return "" if article.text or article.images else "no_text"


class CompletePipeline:
    """Drops what no post can be made of."""

    def process_item(self, item: Article) -> Article:
        """Raises DropItem with the reason, which the spider counts."""
        if reason := missing(item):
            from scrapy.exceptions import DropItem  # noqa: PLC0415 (0.6 s that `newscrawl extract` does not need)

            raise DropItem(reason)
        return item
