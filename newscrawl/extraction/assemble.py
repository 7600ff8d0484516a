"""Joins the pages of an article that has several."""

from collections.abc import Callable, Container
from dataclasses import replace

from newscrawl.extraction.article import Article


def join(first: Article, second: Article) -> Article:
    """Returns an article joined with its next page: the head of the first, the bodies of both."""
    head, tail = first.raw, second.raw
    raw = replace(
        head,
        blocks=(*head.blocks, *tail.blocks),
        breaks=(*head.breaks, *(len(head.blocks) + start for start in (0, *tail.breaks))),
        stocks=tuple(dict.fromkeys((*head.stocks, *tail.stocks))),
        containers=(*head.containers, *tail.containers),
        further=tuple(dict.fromkeys((*head.further, *tail.further))),
        flags=tuple(dict.fromkeys((*head.flags, *tail.flags))),
    )
    joined = Article.of(raw, first.url, first.docid)
    joined.lease, joined.captures = first.lease, (*first.captures, *second.captures)
    return joined


def next_page(article: Article, joined: Container[str]) -> str:
    """Returns the address of the page to join next; empty when the article is whole. `joined`: pages already joined."""
    return next((url for url in article.raw.further if url not in joined), "")


def assemble(article: Article, page: Callable[[str], Article]) -> Article:
    """Returns an article joined with all further pages that its pages link. `page` reads a page by its address."""
    joined: set[str] = set()
    while url := next_page(article, joined):
        joined.add(url)
        article = join(article, page(url))
    return article
