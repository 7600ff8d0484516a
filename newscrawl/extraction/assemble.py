"""Assemble: an article of several pages, made one."""

from collections.abc import Callable, Container
from dataclasses import replace

from newscrawl.extraction.article import Article


def join(first: Article, second: Article) -> Article:
    """An article and its next page as one: the first one's head, both bodies."""
    one, two = first.raw, second.raw
    raw = replace(
        one,
        blocks=(*one.blocks, *two.blocks),
        stocks=tuple(dict.fromkeys((*one.stocks, *two.stocks))),
        containers=(*one.containers, *two.containers),
        further=tuple(dict.fromkeys((*one.further, *two.further))),
    )
    joined = Article.of(raw, first.url, first.docid)
    joined.lease, joined.captures = first.lease, (*first.captures, *second.captures)
    return joined


def next_page(article: Article, joined: Container[str]) -> str:
    """The address of the page that is to be joined next; empty when the article is whole. `joined`: those that are."""
    return next((url for url in article.raw.further if url not in joined), "")


def assemble(article: Article, page: Callable[[str], Article]) -> Article:
    """The article of a first page and all further pages that any of them names; `page` reads one by its address."""
    joined: set[str] = set()
    while url := next_page(article, joined):
        joined.add(url)
        article = join(article, page(url))
    return article
