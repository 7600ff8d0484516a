"""Joins the pages of an article that has several."""

from collections.abc import Callable, Collection
from dataclasses import replace

from newscrawl.extraction.article import Article
from newscrawl.sites.urls import address


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


def next_page(article: Article, joined: Collection[str]) -> str:
    """Returns the address of the page to join next; empty when the article is whole. `joined`: pages already joined.

    A pager may name the last page before those between, and a page may have several addresses: its number counts.
    """
    site = article.raw.site
    done = {address(url, site).page for url in joined}
    left = {address(url, site).page: url for url in reversed(article.raw.further)}
    return left[min(left.keys() - done)] if left.keys() - done else ""


def is_part(article: Article) -> bool:
    """Whether an article lacks pages: it is a further page, or not joined with all those that it links."""
    raw = article.raw
    further = {address(url, raw.site).page for url in raw.further}
    return raw.address.page > 1 or len(raw.containers) <= len(further)


def assemble(article: Article, page: Callable[[str], Article]) -> Article:
    """Returns an article joined with all further pages that its pages link. `page` reads a page by its address."""
    joined: set[str] = set()
    while url := next_page(article, joined):
        joined.add(url)
        article = join(article, page(url))
    return article
