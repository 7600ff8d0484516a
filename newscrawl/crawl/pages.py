"""Reads the page of a response, with what the response adds to the article: validators and captures."""

from dataclasses import replace

from scrapy.http import Response

from newscrawl.answers.model import CUT_OFF
from newscrawl.controls import CONTROL
from newscrawl.crawl.middlewares.warc import captures_of
from newscrawl.crawl.responses import answer_of, header
from newscrawl.crawl.visit import Visit
from newscrawl.errors import SOFT_MISSING, Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import join
from newscrawl.extraction.page import FallbackPolicy, read_page
from newscrawl.ledger.schedule import is_last_try
from newscrawl.provenance import Lease
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address


def read_article(response: Response, site: Site, policy: FallbackPolicy, visit: Visit) -> Article:
    """The article of a response, joined with the pages that its visit has read. Raises Refused."""
    policy = policy if not visit.first else FallbackPolicy()
    answer = replace(answer_of(response), lists=visit.lists)
    article = read_page(answer, response.url, site, policy, half=keeps_half(visit.lease))
    article.captures = captures_of(response)
    if visit.first:
        if not is_page_of(visit.first, visit.joined[-1], response.url, article, site):
            raise Refused("other_article", f"it leads to {response.url}")
        return join(visit.first, article)
    if visit.lease:
        article.lease = validated(visit.lease, response, reusable=is_reusable(article))
    return article


def is_page_of(first: Article, asked: str, url: str, page: Article, site: Site) -> bool:
    """Whether a page at `url` is the further page of an article that was asked for.

    It may claim another article's address only where the first page does, too: that is left over from a template.
    """
    wanted, found = address(asked, site), address(url, site)
    same = (wanted.key, wanted.page) == (found.key, found.page)
    claimed = page.raw.claimed
    return same and (claimed is None or (first.raw.claimed is not None and claimed.key == first.raw.claimed.key))


def of_asked(refused: Refused, asked: str, url: str, site: Site) -> Refused:
    """What the refusal of the page at `url` says of the page that was asked for, which may have led there.

    A rule that knows another page (the portal, a list) says nothing about the article: sites lead everybody there while
    they are ill, or to be rid of somebody. That a page does not exist is another matter: it is tried again anyway.
    """
    led_away = address(asked, site).key != address(url, site).key
    if refused.by_rule and refused.reason != SOFT_MISSING and led_away:
        return Refused("moved", f"it leads to {url} ({refused.reason})")
    return refused


def keeps_half(lease: Lease | None) -> bool:
    """Whether half an article is kept, and flagged: at the last try of an item of which the archive holds nothing."""
    return lease is not None and not lease.has_article and is_last_try(lease.tries)


def is_reusable(article: Article) -> bool:
    """Whether an article may be asked for by the validators of its page, which then tells only if it has changed.

    They are those of the first page, and a server may give half a page the validators of the whole.
    """
    return not article.raw.further and CUT_OFF not in article.raw.flags


def validated(lease: Lease, response: Response, *, reusable: bool) -> Lease:
    """A lease with the validators of a response, if they can be used again; one with a control cannot."""
    found = (header(response, name) if reusable else "" for name in ("ETag", "Last-Modified"))
    etag, modified = ("" if CONTROL.search(value) else value for value in found)
    return replace(lease, etag=etag, modified=modified)
