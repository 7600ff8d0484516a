"""The base class of all spiders: takes URLs, reads pages, and counts every failure under a reason."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from sqlalchemy.exc import DatabaseError
from twisted.python.failure import Failure

from newscrawl.archive.archive import Archive
from newscrawl.crawl.extensions.archive import archive_of
from newscrawl.crawl.extensions.crawl_delay import CrawlDelay
from newscrawl.crawl.failures import GIVEN_UP, failure_reason
from newscrawl.crawl.frontier import Frontier
from newscrawl.crawl.middlewares.retry_after import retry_after
from newscrawl.crawl.middlewares.warc import captures_of
from newscrawl.crawl.seeds import read_in_thread, read_urls
from newscrawl.crawl.task import CrawlTask, task_of
from newscrawl.crawl.throttle import BAN_STATUSES, RECOVERY, Throttle
from newscrawl.discovery.reader import Fetch
from newscrawl.errors import BadUsage, Banned, ListError, Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import join, next_page
from newscrawl.extraction.bans import is_ban_page
from newscrawl.extraction.page import FallbackPolicy, read_page
from newscrawl.extraction.stages import normalise
from newscrawl.ledger import states
from newscrawl.ledger.queue import settle
from newscrawl.outcomes.reasons import SOFT_MISSING, Report, advice
from newscrawl.outcomes.stats import (
    ASKED,
    FAILED,
    LISTS,
    NO_ARCHIVE,
    POSTS,
    REFUSED,
    REPEATED,
    STILL_GONE,
    STOPPED,
    UNCHANGED,
    UNSENT,
    VANISHED,
)
from newscrawl.outcomes.summary import Outcomes
from newscrawl.provenance import Lease, State
from newscrawl.settings import USER_AGENT
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address, is_allowed, is_web_url

OK, NOT_MODIFIED, FORBIDDEN = 200, 304, 403
IN_FLIGHT = 4  # most requests in flight, over all hosts, where no site file allows more for one host
GRACE = 3.0  # seconds that an interrupted run waits for the requests in flight; nothing is lost without their answers
GONE = ("http_404", "http_410", SOFT_MISSING)
OnPage = Callable[[bytes, str], None]
Job = Callable[[Fetch], Awaitable[None]]
CRAWLS = ("channel", "since", "until", "limit")


class ArticleSpider(scrapy.Spider):
    """Fetches articles of one site: those of given URLs, or those that its lists name.

    Arguments (`-a` under plain Scrapy): `url`, one or several separated by white space; `urls_file`, a file with one
    URL a line; `site`, a site file instead of the built-in one of the spider's name. Or, to crawl into an archive,
    `channel`, one or several separated by white space or commas (`all`: all of them), `since`, `until` and `limit`, as
    in `newscrawl crawl`. Raises ValueError for unknown arguments.

    A program can also pass: `urls`, any iterable; `policy`, for strange pages; `report`, called with (url, reason,
    detail) of each failure instead of the log; `on_page`, called with (bytes, url) of each page instead of the
    pipelines; `task`, a crawl; `expect`, called with the number of new items, and `advance`, called when an item is
    done; `clock`; `outcomes`, which the run fills; or `job`, which runs instead of a crawl, with a function that
    fetches list pages.
    """

    def __init__(
        self,
        url: str = "",
        urls_file: str = "",
        archive: str = "",
        site: str = "",
        urls: Iterable[str] = (),
        policy: FallbackPolicy | None = None,
        report: Report | None = None,
        on_page: OnPage | None = None,
        task: CrawlTask | None = None,
        expect: Callable[[int], None] = lambda _: None,
        advance: Callable[[], None] = lambda: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        job: Job | None = None,
        outcomes: Outcomes | None = None,
        **arguments: Any,
    ) -> None:
        asked = {name: str(arguments.pop(name)) for name in CRAWLS if name in arguments}
        unknown = [name for name in arguments if not name.startswith("_") and name != "name"]  # Scrapyd passes _job
        if unknown:
            raise ValueError(
                f"unknown argument {', '.join(unknown)}; known: url, urls_file, archive, site, {', '.join(CRAWLS)}"
            )
        super().__init__(**arguments)
        self.report = report or self.log_failure
        self.on_page, self.expect, self.advance = on_page, expect, advance
        self.clock, self.job, self.outcomes = clock, job, outcomes
        self.data: Site = load_site(site or self.name)
        self.archive_folder = archive
        self.policy = policy or FallbackPolicy()
        self.urls: Iterable[str] = urls.split() if isinstance(urls, str) else urls
        self.urls = self.urls or url.split()
        if urls_file:
            self.urls = list(read_urls(text_of_list(urls_file).splitlines()))
        self.task = task or (task_from(asked, self.data, clock()) if asked else None)
        self.frontier: Frontier | None = None
        self.seen: set[str] = set()
        self.watch: asyncio.Task[None] | None = None
        self.more = True  # whether there may be more requests than those in flight and held back
        self.following: asyncio.Task[scrapy.Request | None] | None = None  # the next request, while it is awaited
        self.held_back: deque[scrapy.Request] = deque()  # banned, to be sent again after a pause
        politeness = self.data.politeness
        self.throttle = Throttle(max(IN_FLIGHT, politeness.concurrency), politeness.delay, politeness.patience)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Creates the spider, as Scrapy does; the site file's politeness becomes Scrapy's settings."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        if not crawler.settings.frozen:  # in `scrapy shell` they are, and the project's own politeness holds
            spider.set_politeness(crawler.settings)
        crawler.signals.connect(spider.arrived, signals.response_received)
        crawler.signals.connect(spider.item_scraped, signals.item_scraped)
        crawler.signals.connect(spider.item_dropped, signals.item_dropped)
        crawler.signals.connect(spider.item_error, signals.item_error)
        crawler.signals.connect(spider.spider_error, signals.spider_error)
        crawler.signals.connect(spider.request_dropped, signals.request_dropped)
        return spider

    def set_politeness(self, settings: Settings) -> None:
        """Makes the site file's politeness Scrapy's settings."""
        politeness = self.data.politeness
        contact = f"; {politeness.contact}" if politeness.contact else ""
        for name, value in {
            "DOWNLOAD_DELAY": politeness.delay,
            "AUTOTHROTTLE_START_DELAY": politeness.delay,
            "AUTOTHROTTLE_TARGET_CONCURRENCY": float(politeness.concurrency),
            "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
            "CONCURRENT_REQUESTS": max(IN_FLIGHT, politeness.concurrency),
            "DOWNLOAD_TIMEOUT": politeness.timeout,
            "RETRY_TIMES": politeness.retries,
            "USER_AGENT": USER_AGENT.replace(")", f"{contact})"),
        }.items():
            settings.set(name, value, priority="spider")

    @classmethod
    def handles_request(cls, request: scrapy.Request) -> bool:
        """Whether a URL is of this site; `scrapy parse` and `scrapy shell` find a spider by it."""
        return is_allowed(request.url, load_site(cls.name))

    @property
    def archive(self) -> Archive | None:
        """The archive of the run, which `ArchiveExtension` owns; None if the run has none."""
        return archive_of(self.crawler)

    async def start(self) -> AsyncIterator[Any]:
        """Yields the requests of the run, as the throttle allows."""
        self.watch = asyncio.create_task(self.stop_in_time())
        if self.job:
            await self.job(self.fetch_list)
            return
        if (self.task or self.archive_folder) and not self.archive:
            self.logger.error("The extension ArchiveExtension is off, and the run needs an archive; switch it on")
            raise CloseSpider(NO_ARCHIVE)
        if self.task and self.archive:
            ledger = self.archive.ledger
            self.frontier = Frontier(
                self.task, self.data, ledger, self.clock, self.fetch_list, self.report_list, self.expect
            )
        wanted = self.leased(self.frontier) if self.frontier else self.asked_for()
        try:
            while await self.throttle.acquire():
                if request := await self.next_request(wanted):
                    self.throttle.in_flight += 1
                    request.meta["pauses"] = self.throttle.pauses
                    yield request
                elif not (self.more or self.held_back or self.throttle.in_flight):
                    break
            if self.throttle.stopped:
                self.crawler.stats.set_value(STOPPED, self.throttle.stopped)
                for request in self.held_back:
                    self.unsent(request)
        finally:
            if self.following:
                self.following.cancel()
                await asyncio.gather(self.following, return_exceptions=True)
            await wanted.aclose()

    async def next_request(self, wanted: AsyncGenerator[scrapy.Request, None]) -> scrapy.Request | None:
        """The request to send next; None if something else has happened before it is known, or if none is left."""
        if self.held_back and self.may_retry(self.held_back[0]):
            return self.held_back.popleft()
        if self.more:
            return await self.next_of(wanted)
        if self.throttle.in_flight:
            await self.throttle.wait_for_change()
        return None

    async def next_of(self, wanted: AsyncGenerator[scrapy.Request, None]) -> scrapy.Request | None:
        """The next of `wanted`; None if something else happens before it is known, or if there are no more."""

        async def following() -> scrapy.Request | None:
            return await anext(wanted, None)

        self.following = self.following or asyncio.create_task(following())
        if not self.following.done():
            self.throttle.changed.clear()
            changed = asyncio.create_task(self.throttle.changed.wait())
            await asyncio.wait((self.following, changed), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
        if not self.following.done():
            return None
        request, self.following = self.following.result(), None
        self.more = request is not None
        return request

    def may_retry(self, request: scrapy.Request) -> bool:
        """Whether a banned request may be sent again: after enough answers of its host, or if nothing else is left."""
        idle = self.following is not None and not self.throttle.in_flight  # the next request is not known yet
        return not self.more or idle or self.throttle.answers[host_of(request)] >= request.meta["answers"] + RECOVERY

    def unsent(self, request: scrapy.Request) -> None:
        """Counts a banned request that this run will not send again; an item with a lease is left to the next run."""
        about = request.cb_kwargs
        if "lease" in about or ("first" in about and about["first"].lease):
            self.crawler.stats.inc_value(UNSENT)
        else:
            self.count("turned_away", about["asked"])

    async def stop_in_time(self) -> None:
        """Ends an interrupted run after `GRACE`; Scrapy would wait for all requests in flight."""
        while self.crawler.engine and self.crawler.engine.running:  # noqa: ASYNC110 (Scrapy sends no signal)
            await asyncio.sleep(0.2)
        await asyncio.sleep(GRACE)
        from twisted.internet import reactor  # noqa: PLC0415 (Scrapy installs it first)

        chosen: Any = reactor
        if chosen.running:
            chosen.stop()

    async def asked_for(self) -> AsyncGenerator[scrapy.Request, None]:
        """Yields a request for each URL that the run was given, none twice."""
        if isinstance(self.urls, (list, tuple)):
            for url in self.urls:
                if request := self.request(url):
                    yield request
            return
        async for url in read_in_thread(self.urls):
            if request := self.request(url):
                yield request

    def request(self, url: str) -> scrapy.Request | None:
        """The request for a URL; None if it is no web URL, or one of an article that this run has requested already."""
        self.crawler.stats.inc_value(ASKED)
        known = address(url, self.data) if is_web_url(url) else None
        if known and known.key in self.seen:
            self.crawler.stats.inc_value(REPEATED)
            self.advance()
            return None
        request = self.request_for(known.url, {"asked": url}) if known else None
        if known and request:
            self.seen.add(known.key)
        else:
            self.count("bad_url", url)
            self.advance()
        return request

    async def leased(self, frontier: Frontier) -> AsyncGenerator[scrapy.Request, None]:
        """Yields a request for each leased item, conditional where its page came with an ETag or Last-Modified."""
        async for lease in frontier.leases():
            self.crawler.stats.inc_value(ASKED)
            request = self.request_for(lease.url, {"asked": lease.url, "lease": lease})
            if request is None:
                self.count("bad_url", lease.url)
                self.advance()
                self.settle(lease, partial(states.failed, reason="bad_url"))
                continue
            if lease.has_article and lease.etag:
                request.headers["If-None-Match"] = lease.etag
            elif lease.has_article and lease.modified:
                request.headers["If-Modified-Since"] = lease.modified
            request.meta["handle_httpstatus_list"] = [NOT_MODIFIED]
            yield request

    def request_for(self, url: str, about: dict[str, Any]) -> scrapy.Request | None:
        """A request for an article; None if Scrapy rejects the URL."""
        try:
            return scrapy.Request(url, self.parse, errback=self.download_failed, cb_kwargs=about, dont_filter=True)
        except ValueError:
            return None

    async def fetch_list(self, url: str) -> bytes:
        """Downloads a list page. Raises ListError if it cannot, Banned if the site has banned the run."""
        while True:
            await self.throttle.wait_out_pause()
            if self.throttle.stopped or not self.crawler.engine:
                raise Banned(self.throttle.stopped)
            pauses = self.throttle.pauses
            try:
                request = scrapy.Request(url, dont_filter=True)
                response = await self.crawler.engine.download_async(request)
            except Exception as error:
                reason = failure_reason(error)
                raise ListError(f"list_{reason}", advice(reason) or str(error)) from error
            if ban := self.ban_of(response):
                self.banned(request, response, ban, pauses)
            elif response.status != OK:
                raise ListError(f"list_http_{response.status}", advice(f"http_{response.status}"))
            else:
                self.answered(request, pauses)
                return response.body

    def ban_of(self, response: Response) -> str:
        """How an answer bans us, as a predicate for a message; empty if it does not.

        The text of a ban page counts only if the page has no other text: an article may quote it.
        """
        if response.status in BAN_STATUSES or (response.status > NOT_MODIFIED and "Retry-After" in response.headers):
            return f"answers with a ban (HTTP {response.status})"
        if is_ban_page(response.body, self.data):
            return "answers with a ban (its ban page)"
        return ""

    def banned(self, request: scrapy.Request, response: Response, ban: str, pauses: int) -> None:
        """Counts a ban, and backs off."""
        self.crawler.stats.inc_value(f"{REFUSED}{response.status}")
        host = host_of(request)
        pause = self.throttle.backoff(host, pauses, ban, retry_after(response))
        extension = self.crawler.get_extension(CrawlDelay)
        if pause and extension:
            slower = max(1.0, 2 * self.data.politeness.delay) * self.throttle.bans[host]
            extension.hold(extension.slot_key(request), pause, slower)

    def handle_ban(self, request: scrapy.Request, response: Response) -> bool:
        """Whether an answer is a ban. Its request is then sent again after a pause, or, once the run stops, not at all.

        A page that answers so again while other pages of its host are fine is no ban but a closed page. So is the only
        page of a run, as far as one answer can show.
        """
        ban, host = self.ban_of(response), host_of(request)
        first = request.meta.get("answers", self.throttle.answers[host])
        times = request.meta.get("bans", 0) + 1
        if not ban or self.throttle.answers[host] > first or self.is_closed(request, response):
            return False
        self.banned(request, response, ban, request.meta.get("pauses", 0))
        if self.throttle.stopped and times > 1:
            return False
        if self.throttle.stopped:
            self.unsent(request)
        else:
            again = request.replace(dont_filter=True)
            again.meta.update(answers=first, bans=times)
            self.held_back.append(again)
        self.throttle.release()
        return True

    def is_closed(self, request: scrapy.Request, response: Response) -> bool:
        """Whether a ban status means only a closed page: one that was closed before, or a run's only page."""
        lease = request.cb_kwargs.get("lease")
        if lease and lease.state == State.FAILED and lease.reason == f"http_{response.status}":
            return True
        alone = not self.more and not self.held_back and self.throttle.in_flight == 1 and "answers" not in request.meta
        return alone and response.status == FORBIDDEN and "Retry-After" not in response.headers

    def answered(self, request: scrapy.Request, pauses: int) -> None:
        """Counts an answer that is no ban; a host that has recovered is read at full speed again."""
        extension = self.crawler.get_extension(CrawlDelay)
        if self.throttle.answered(host_of(request), pauses) and extension:
            extension.ease(extension.slot_key(request))

    def arrived(self, request: scrapy.Request, response: Response) -> None:
        """Counts a response that waits to be read."""
        if "asked" not in request.cb_kwargs:
            return
        if "first" not in request.cb_kwargs:
            self.throttle.arrived += 1
        if not self.ban_of(response):
            self.answered(request, request.meta.get("pauses", 0))

    def parse(
        self, response: Response, asked: str = "", lease: Lease | None = None
    ) -> Iterator[Article | scrapy.Request]:
        """Yields the article of a page, or counts the reason why there is none.

        `asked` is the URL that the run was given. It is empty under `scrapy parse`, where no pipelines run: the article
        is then normalised here.
        """
        request = response.request
        whole = self.whole if asked else self.whole_normalised
        asked = asked or response.url
        if lease and response.status == NOT_MODIFIED:
            self.crawler.stats.inc_value(UNCHANGED)
            self.crawler.stats.inc_value(POSTS + "unchanged")
            self.settle(lease, states.unchanged)
            self.finished()
            return
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
        if kind and not kind.startswith("text/") and "html" not in kind:
            self.fail("not_html", asked, kind, lease)
            return
        if self.on_page:
            self.on_page(response.body, response.url)
            self.crawler.stats.inc_value(POSTS + "read")
            self.finished()
            return
        try:
            article = read_page(response.body, response.url, self.data, self.policy)
        except Refused as refused:
            if not (request and self.handle_ban(request, response)):
                self.fail(refused.reason, asked, refused.detail, lease, refused=True)
        except Exception:  # a bug in newscrawl, which must be counted and not only logged by Scrapy
            self.logger.exception("Cannot read %s", asked)
            self.fail("fault", asked, "", lease)
        else:
            if lease:
                etag, modified = (
                    (response.headers.get(name) or b"").decode("latin-1") for name in ("ETag", "Last-Modified")
                )
                if article.raw.further:  # the validators are those of the first page only
                    etag = modified = ""
                article.lease = replace(lease, etag=etag, modified=modified)
            article.captures = captures_of(response)
            yield from whole(article, asked, [])

    def whole_normalised(self, article: Article, asked: str, have: list[str]) -> Iterator[Article | scrapy.Request]:
        """Yields what `whole` yields, the article normalised."""
        for each in self.whole(article, asked, have):
            yield normalise(each) if isinstance(each, Article) else each

    def whole(self, article: Article, asked: str, have: list[str]) -> Iterator[Article | scrapy.Request]:
        """Yields the article, or the request for its next page if one is not joined yet. `have`: URLs joined so far."""
        url = next_page(article, have)
        if not url:
            yield article
            return
        wanted = {"asked": asked, "first": article, "have": [*have, url]}
        request = scrapy.Request(
            url, self.parse_further, errback=self.download_failed, cb_kwargs=wanted, dont_filter=True
        )
        request.meta["pauses"] = self.throttle.pauses
        yield request

    def parse_further(
        self, response: Response, asked: str, first: Article, have: list[str]
    ) -> Iterator[Article | scrapy.Request]:
        """Joins a further page to its article. If one page cannot be read, the article fails: no part of it is kept."""
        try:
            second = read_page(response.body, response.url, self.data)
        except Refused as refused:
            if not (response.request and self.handle_ban(response.request, response)):
                self.fail("page_missing", asked, f"{response.url}: {refused.reason}", first.lease)
        else:
            second.captures = captures_of(response)
            yield from self.whole(join(first, second), asked, have)

    def download_failed(self, failure: Failure) -> None:
        """Counts a request that brought no page."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        about = request.cb_kwargs
        if isinstance(failure.value, HttpError) and self.handle_ban(request, failure.value.response):
            return
        reason = failure_reason(failure.value)
        if reason == GIVEN_UP:
            self.unsent(request)
            self.throttle.release()
        elif "first" in about:
            self.fail("page_missing", about["asked"], f"{request.url}: {reason}", about["first"].lease)
        else:
            self.fail(reason, about["asked"], "", about.get("lease"))

    def item_scraped(self) -> None:
        """Ends the request of an article that is kept, or printed."""
        self.finished()

    def item_dropped(self, item: Article, exception: Exception) -> None:
        """Counts an article that a pipeline dropped; the exception's text is the reason."""
        self.fail(str(exception), item.url, "", item.lease, refused=True)

    def item_error(self, item: Article, failure: Failure) -> None:
        """Counts an article on which a pipeline failed; if it could not be written, the run stops."""
        if isinstance(failure.value, (OSError, DatabaseError)):
            self.cannot_write(failure.value)
            self.count("fault", item.url, " ".join(str(failure.value).split()))
            self.finished()
        else:
            self.fail("fault", item.url, repr(failure.value), item.lease)

    def spider_error(self, failure: Failure, response: Response | None) -> None:
        """Counts a page on which the spider failed."""
        if response is not None and response.request and "asked" in response.request.cb_kwargs:
            about = response.request.cb_kwargs
            first = about.get("first")
            self.fail("fault", about["asked"], repr(failure.value), first.lease if first else about.get("lease"))

    def request_dropped(self, request: scrapy.Request) -> None:
        """Counts a request that Scrapy's scheduler rejected."""
        about = request.cb_kwargs
        if "asked" in about:
            self.fail("refused", about["asked"], "", about["first"].lease if "first" in about else about.get("lease"))

    def fail(self, reason: str, url: str, detail: str, lease: Lease | None, *, refused: bool = False) -> None:
        """Ends a request without an article: counts and reports the reason, and notes it in the ledger.

        `refused`: the page was fetched and holds no article.
        """
        if lease and lease.has_article and reason in GONE:
            self.crawler.stats.inc_value(STILL_GONE if lease.state == State.GONE else VANISHED)
            if lease.state != State.GONE:
                self.report(url, "gone", f"{reason}; its post stays")
            self.settle(lease, partial(states.gone, reason=reason))
        else:
            self.count(reason, url, detail)
            outcome = states.refused if refused and lease and not lease.has_article else states.failed
            self.settle(lease, partial(outcome, reason=reason))
        self.finished()

    def finished(self) -> None:
        """Counts a request that has an outcome as done."""
        self.throttle.release()
        self.advance()

    def count(self, reason: str, url: str, detail: str = "") -> None:
        """Counts a failure under its reason and reports it in one line."""
        self.crawler.stats.inc_value(FAILED + reason)
        self.report(url, reason, detail or advice(reason))

    def settle(self, lease: Lease | None, outcome: Callable[..., states.Values]) -> None:
        """Settles a lease with its outcome, if the request has one."""
        if lease and self.archive:
            try:
                with self.archive.ledger.transaction() as connection:
                    settle(connection, lease.key, outcome(lease, now=int(self.clock().timestamp())))
            except DatabaseError as error:
                self.cannot_write(error)
                self.count("fault", lease.url, " ".join(str(error.orig).split()))

    def cannot_write(self, error: Exception) -> None:
        """Stops the run: its articles cannot be kept. Its leased items are left to the next run."""
        self.logger.error("The archive cannot be written: %s", error)
        self.throttle.stop("the archive cannot be written")

    def report_list(self, what: str, reason: str, detail: str) -> None:
        """Counts and reports a list that could not be read."""
        self.crawler.stats.inc_value(LISTS + reason)
        self.report(what, reason, detail)

    def log_failure(self, url: str, reason: str, detail: str) -> None:
        """Logs a failure in one line."""
        self.logger.warning("%s: %s: %s", url, reason, detail)

    def closed(self, reason: str) -> None:  # noqa: ARG002 (Scrapy's signature)
        """Ends the watch of `stop_in_time`."""
        if self.watch:
            self.watch.cancel()


def host_of(request: scrapy.Request) -> str:
    """The host of a request, with its port."""
    return urlsplit(request.url).netloc


def text_of_list(path: str) -> str:
    """The text of a file with a URL on each line. Raises BadUsage."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUsage(
            f"cannot read the list {path}: {getattr(error, 'strerror', None) or 'it is not UTF-8'}"
        ) from error


def task_from(asked: dict[str, str], site: Site, now: datetime) -> CrawlTask:
    """The crawl that Scrapy's arguments describe. Raises ValueError with one line."""
    names = asked.get("channel", "all").replace(",", " ").split()
    if not asked.get("limit", "0").lstrip("-").isdecimal():
        raise BadUsage(f"limit={asked['limit']} is not a number")
    limit = int(asked["limit"]) if asked.get("limit") else None
    channels = [] if names == ["all"] else names
    return task_of(site, channels, asked.get("since", ""), asked.get("until", ""), limit, now)
