"""Finds pages that are another article's than was asked for: a cache may mix up its pages."""

from scrapy.crawler import Crawler

from newscrawl.crawl.extensions.archive import archive_of
from newscrawl.errors import Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.identity import is_other_article
from newscrawl.ledger import articles
from newscrawl.provenance import Lease

OTHER = "other_article"


class Titles:
    """Knows the titles of articles: what the archive holds, what its lists name, and what pages claim to be."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.claimed: dict[str, str] = {}  # titles of this run's pages, by the keys of the articles they claim to be

    def check(self, article: Article, lease: Lease | None) -> None:
        """Raises Refused for an article that is another one than was asked for."""
        claimed, title = article.raw.claimed, article.raw.title
        if not claimed:
            return
        expected = (lease.title if lease else "") or self.archived(article.raw.address.key)
        known = self.archived(claimed.key) or self.claimed.get(claimed.key, "")
        if is_other_article(title, expected, known):
            raise Refused(OTHER, f"the page is that of {claimed.url}")
        self.claimed[claimed.key] = title

    def archived(self, key: str) -> str:
        """The title under which the archive knows an article; empty for an unknown one."""
        archive = archive_of(self.crawler)
        if archive is None:
            return ""
        with archive.ledger.reading() as connection:
            return articles.title_of(connection, key)
