"""The requests that a run wants to send: one for each seed, or one for each item that is leased out of the ledger."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable

from scrapy import Request

from newscrawl.crawl.seeds import read_in_thread
from newscrawl.crawl.tracker import Tracker
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome, failed
from newscrawl.provenance import Lease
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address, is_web_url

NOT_MODIFIED = 304
Make = Callable[[str, Visit], Request]
"""Makes the request for a page of a visit. Raises ValueError if Scrapy rejects the URL."""


async def seed_requests(
    urls: Iterable[str], site: Site, tracker: Tracker, make: Make, lists_of: Callable[[str], tuple[str, ...]]
) -> AsyncGenerator[Request, None]:
    """Yields a request for each URL that the run was given; none for what is no web URL, nor twice for an article.

    `lists_of` returns the lists that have named an article, by its key.
    """
    seen: set[str] = set()
    async for asked in each_of(urls):
        known = address(asked, site) if is_web_url(asked) else None
        visit = tracker.begin(asked, lists=lists_of(known.key) if known else ())
        if known and known.key in seen:
            tracker.end(visit, VisitOutcome(Ending.REPEATED))
        elif known and (request := made(known.url, visit, make)):
            seen.add(known.key)
            yield request
        else:
            tracker.end(visit, failed(visit, "bad_url"))


async def lease_requests(leases: AsyncIterator[Lease], tracker: Tracker, make: Make) -> AsyncGenerator[Request, None]:
    """Yields a request for each leased item, conditional where its page came with an ETag or Last-Modified."""
    async for lease in leases:
        visit = tracker.begin(lease.url, lease)
        request = made(lease.url, visit, make)
        if request is None:
            tracker.end(visit, failed(visit, "bad_url"))
            continue
        if headers := conditions(lease):
            request.headers.update(headers)
            request.meta["handle_httpstatus_list"] = [NOT_MODIFIED]
        yield request


async def each_of(urls: Iterable[str]) -> AsyncIterator[str]:
    """Yields each URL: those of a list at once, those of a stream as they arrive."""
    if isinstance(urls, (list, tuple)):
        for url in urls:
            yield url
        return
    async for url in read_in_thread(urls):
        yield url


def made(url: str, visit: Visit, make: Make) -> Request | None:
    """The request for a page; None if Scrapy rejects the URL."""
    try:
        return make(url, visit)
    except ValueError:
        return None


def conditions(lease: Lease) -> dict[str, str]:
    """The headers by which a page is sent only if it has changed (RFC 9110, 13.1), for an article that is kept.

    >>> from newscrawl.provenance import State
    >>> conditions(Lease(1, "a", "https://a/", State.KEPT, etag='"1"', modified="Sun, 01 Mar 2026 08:00:00 GMT"))
    {'If-None-Match': '"1"'}
    >>> conditions(Lease(1, "a", "https://a/", State.LISTED, etag='"1"'))
    {}
    """
    if lease.has_article and lease.etag:
        return {"If-None-Match": lease.etag}
    if lease.has_article and lease.modified:
        return {"If-Modified-Since": lease.modified}
    return {}
