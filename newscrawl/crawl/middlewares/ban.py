"""The downloader middleware that recognises a ban, backs off, and has the request sent again later."""

from dataclasses import replace
from functools import partial
from typing import Any, Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response

from newscrawl.crawl.extensions.crawl_delay import CrawlDelay, slow_down
from newscrawl.crawl.failures import HeldBack, RunStopped
from newscrawl.crawl.feeder import host_of
from newscrawl.crawl.middlewares.retry_after import retry_after
from newscrawl.crawl.responses import answer_of
from newscrawl.crawl.visit import META, ListPage, Visit, carried_by
from newscrawl.deadline import in_time
from newscrawl.errors import Refused
from newscrawl.extraction.bans import is_ban_page
from newscrawl.extraction.page import read_page
from newscrawl.outcomes.stats import REFUSED
from newscrawl.provenance import Lease, State
from newscrawl.sites.model import Site

BAN_STATUSES = frozenset((403, 418, 429, 456))  # HTTP statuses by which sites ban a client
NOT_MODIFIED, FORBIDDEN = 304, 403


class BanMiddleware:
    """Backs off after a ban, and holds the request back. A page that is only closed is passed on, as any answer is."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_BAN_ENABLED"):
            raise NotConfigured
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Raises HeldBack for a ban; its request is sent again after a pause, that for a list page by who fetches it.

        Raises RunStopped if the run is given up for it, and the request was not banned before, and as `in_time`.
        """
        carried = carried_by(request)
        if carried is None:
            return response
        spider: Any = self.crawler.spider
        known = partial(ban_of, response, spider.data, is_list=isinstance(carried, ListPage))
        ban = in_time(known, spider.data.page_seconds)
        if not ban:
            self.answered(request, carried.pauses)
            return response
        answers = spider.throttle.answers[host_of(request)]
        if isinstance(carried, Visit) and is_closed(carried, response, answers, alone=spider.feeder.alone):
            return response
        self.back_off(request, response, ban, carried.pauses)
        if not isinstance(carried, Visit):
            raise HeldBack(request.url)
        carried = banned(carried, answers)
        if not spider.throttle.stopped:
            again = request.replace(dont_filter=True)
            again.meta[META] = carried
            spider.feeder.hold_back(again)
            raise HeldBack(request.url)
        if carried.bans > 1:
            return response
        raise RunStopped(request.url)

    def back_off(self, request: Request, response: Response, ban: str, pauses: int) -> None:
        """Counts a ban, and backs off."""
        spider: Any = self.crawler.spider
        self.crawler.stats.inc_value(f"{REFUSED}{response.status}")
        host = host_of(request)
        pause = spider.throttle.backoff(host, pauses, ban, retry_after(response))
        if pause:
            slow_down(self.crawler, request, host, pause, ban)

    def answered(self, request: Request, pauses: int) -> None:
        """Counts an answer that is no ban; a host that has recovered is read at full speed again."""
        spider: Any = self.crawler.spider
        extension = self.crawler.get_extension(CrawlDelay)
        if spider.throttle.answered(host_of(request), pauses) and extension:
            extension.ease(extension.slot_key(request))


def ban_of(response: Response, site: Site, *, is_list: bool = False) -> str:
    """How an answer bans us, as a predicate for a message; empty if it does not.

    The words of a ban page do not count on a page that holds an article, which may quote them.

    >>> from newscrawl.sites.loader import load_site
    >>> ban_of(Response("https://x/", status=429), load_site("sina_finance"))
    'answers with a ban (HTTP 429)'
    """
    if response.status in BAN_STATUSES or (response.status > NOT_MODIFIED and asks_to_wait(response)):
        return f"answers with a ban (HTTP {response.status})"
    if is_ban_page(response.body, site) and (is_list or not holds_article(response, site)):
        return "answers with a ban (its ban page)"
    return ""


def holds_article(response: Response, site: Site) -> bool:
    """Whether an article can be read in a response."""
    try:
        read_page(answer_of(response), response.url, site, half=True)
    except Refused:
        return False
    return True


def is_closed(visit: Visit, response: Response, answers: int, *, alone: bool) -> bool:
    """Whether an answer that looks like a ban means only that this page is closed.

    It is closed if its host has given good answers (`answers` in all) since it answered so for the first time, or if an
    earlier run found it closed. So is the only page of a run (`alone`), as far as one answer can show.
    """
    if (visit.bans and answers > visit.answers) or was_closed(visit.lease, response.status):
        return True
    return alone and not visit.bans and response.status == FORBIDDEN and not asks_to_wait(response)


def was_closed(lease: Lease | None, status: int) -> bool:
    """Whether an item failed with the same status before."""
    return lease is not None and lease.state is State.FAILED and lease.reason == f"http_{status}"


def banned(visit: Visit, answers: int) -> Visit:
    """A visit after one more ban; `answers` are the good answers of its host so far."""
    return replace(visit, bans=visit.bans + 1, answers=visit.answers if visit.bans else answers)


def asks_to_wait(response: Response) -> bool:
    """Whether a response has a Retry-After."""
    return "Retry-After" in response.headers
