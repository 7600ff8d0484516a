"""An article of several pages, made one."""

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
