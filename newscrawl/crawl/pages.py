"""Reads the page of a response, with what the response adds to the article: validators and captures."""

from dataclasses import replace

from scrapy.http import Response

from newscrawl.crawl.middlewares.warc import captures_of
from newscrawl.crawl.visit import Visit
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import join
from newscrawl.extraction.page import FallbackPolicy, read_page
from newscrawl.provenance import Lease
from newscrawl.sites.model import Site


def read_article(response: Response, site: Site, policy: FallbackPolicy, visit: Visit) -> Article:
    """The article of a response, joined with the pages that its visit has read. Raises Refused."""
    if visit.first:
        second = read_page(response.body, response.url, site)
        second.captures = captures_of(response)
        return join(visit.first, second)
    article = read_page(response.body, response.url, site, policy)
    article.captures = captures_of(response)
    if visit.lease:
        article.lease = validated(visit.lease, response, several=bool(article.raw.further))
    return article


def validated(lease: Lease, response: Response, *, several: bool) -> Lease:
    """A lease with the validators of a response; without, if the article has `several` pages: they are the first's."""
    etag, modified = ("" if several else header(response, name) for name in ("ETag", "Last-Modified"))
    return replace(lease, etag=etag, modified=modified)


def other_type(response: Response) -> str:
    """The media type of a response that is no web page; empty if it is one, or says nothing.

    >>> other_type(Response("https://x/", headers={"Content-Type": "application/pdf"}))
    'application/pdf'
    >>> other_type(Response("https://x/", headers={"Content-Type": "application/xhtml+xml"}))
    ''
    """
    kind = header(response, "Content-Type").lower()
    return "" if kind.startswith("text/") or "html" in kind else kind


def header(response: Response, name: str) -> str:
    """A header as text; empty if there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")
