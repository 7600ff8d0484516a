"""The spider that every site's spider is: addresses in, pages read, every failure counted under a reason."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from newscrawl.items import Article
from newscrawl.outcomes import ASKED, FAILED, POSTS, REPEATED, advice
from newscrawl.page import Doubt, Refused, join, read
from newscrawl.settings import USER_AGENT
from newscrawl.site import Site, load_site
from newscrawl.urls import address, is_web_url

END: Any = object()
IN_FLIGHT = 4  # requests of all hosts that wait their turn in the downloader: an interrupted run still sends them
Report = Callable[[str, str, str], None]
OnPage = Callable[[bytes, str], None]


class ArticleSpider(scrapy.Spider):
    """Fetches articles of one site.

    Arguments (`-a` under plain Scrapy): `url`, one or several parted by white space; `urls_file`, a file with one a
    line; `site`, a site file instead of the built-in one of the spider's name. A program can give `urls`, any iterable;
    `doubt`, what to do about strange pages; `report`, which is told each failure as (url, reason, detail) instead of
    the log; and `on_page`, which is given each page as (bytes, url) instead of the pipelines.
    """

    def __init__(
        self,
        url: str = "",
        urls_file: str = "",
        site: str = "",
        urls: Iterable[str] = (),
        doubt: Doubt | None = None,
        report: Report | None = None,
        on_page: OnPage | None = None,
        **arguments: Any,
    ) -> None:
        unknown = [name for name in arguments if not name.startswith("_") and name != "name"]  # Scrapyd gives _job
        if unknown:
            raise ValueError(f"unknown argument {', '.join(unknown)}; known: url, urls_file, site")
        super().__init__(**arguments)
        self.report = report or self.log_failure
        self.on_page = on_page
        self.data: Site = load_site(site or self.name)
        self.doubt = doubt or Doubt()
        self.urls: Iterable[str] = urls.split() if isinstance(urls, str) else urls
        self.urls = self.urls or url.split()
        if urls_file:
            self.urls = list(read_urls(Path(urls_file).read_text(encoding="utf-8-sig").splitlines()))
        self.seen: set[str] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's way to make one; the site file's politeness becomes Scrapy's settings."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        politeness = spider.data.politeness
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
            crawler.settings.set(name, value, priority="spider")
        crawler.signals.connect(spider.item_dropped, signals.item_dropped)
        crawler.signals.connect(spider.item_error, signals.item_error)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """A request for each address, none twice."""
        if isinstance(self.urls, (list, tuple)):
            for url in self.urls:
                for request in self.requests(url):
                    yield request
            return
        async for url in off_the_loop(self.urls):
            for request in self.requests(url):
                yield request

    def requests(self, url: str) -> Iterator[scrapy.Request]:
        """The request for an address, if it is one and was not asked for before under any of its forms."""
        self.crawler.stats.inc_value(ASKED)
        if not is_web_url(url):
            self.fail("bad_url", url)
            return
        known = address(url, self.data)
        if known.key in self.seen:
            self.crawler.stats.inc_value(REPEATED)
            return
        self.seen.add(known.key)
        wanted = {"asked": url}
        try:
            request = scrapy.Request(
                known.url, self.parse_article, errback=self.download_failed, cb_kwargs=wanted, dont_filter=True
            )
        except ValueError:
            self.fail("bad_url", url)
        else:
            yield request

    def parse_article(self, response: Response, asked: str) -> Iterator[Article | scrapy.Request]:
        """The article of a page, or the reason why it gives none."""
        kind = (response.headers.get("Content-Type") or b"").decode("latin-1").lower()
        if kind and not kind.startswith("text/") and "html" not in kind:
            self.fail("not_html", asked, kind)
            return
        if self.on_page:
            self.on_page(response.body, response.url)
            self.crawler.stats.inc_value(POSTS + "read")
            return
        try:
            article = read(response.body, response.url, self.data, self.doubt)
        except Refused as refused:
            self.fail(refused.reason, asked, refused.detail)
        except Exception:  # anything else is a mistake of ours, and must not be lost in Scrapy's log
            self.logger.exception("Cannot read %s", asked)
            self.fail("fault", asked)
        else:
            yield from self.whole(article, asked, [])

    def whole(self, article: Article, asked: str, have: list[str]) -> Iterator[Article | scrapy.Request]:
        """The article, or the request for its next page while there is one that is not joined yet."""
        missing = [url for url in article.raw.further if url not in have]
        if not missing:
            yield article
            return
        wanted = {"asked": asked, "first": article, "have": [*have, missing[0]]}
        yield scrapy.Request(
            missing[0], self.parse_further, errback=self.download_failed, cb_kwargs=wanted, dont_filter=True
        )

    def parse_further(
        self, response: Response, asked: str, first: Article, have: list[str]
    ) -> Iterator[Article | scrapy.Request]:
        """Joins a further page to its article; one that cannot be read fails the whole, never half of it is kept."""
        try:
            second = read(response.body, response.url, self.data)
        except Refused as refused:
            self.fail("page_missing", asked, f"{response.url}: {refused.reason}")
        else:
            yield from self.whole(join(first, second), asked, have)

    def download_failed(self, failure: Failure) -> None:
        """Counts a request that brought no page."""
        request = failure.request  # type: ignore[attr-defined]  # Scrapy sets it on every errback's failure
        reason = failure_reason(failure.value)
        if "first" in request.cb_kwargs:
            self.fail("page_missing", request.cb_kwargs["asked"], f"{request.url}: {reason}")
        else:
            self.fail(reason, request.cb_kwargs["asked"])

    def item_dropped(self, item: Article, exception: Exception) -> None:
        """Counts an article that a pipeline dropped; the exception's text is the reason."""
        self.fail(str(exception), item.url)

    def item_error(self, item: Article, failure: Failure) -> None:
        """Counts an article that a pipeline broke on."""
        self.fail("fault", item.url, repr(failure.value))

    def fail(self, reason: str, url: str, detail: str = "") -> None:
        """Counts a failure under its reason and says so in one line."""
        self.crawler.stats.inc_value(FAILED + reason)
        self.report(url, reason, detail or advice(reason))

    def log_failure(self, url: str, reason: str, detail: str) -> None:
        """A failure as a line of the log."""
        self.logger.warning("%s: %s: %s", url, reason, detail)


async def off_the_loop(lines: Iterable[str]) -> AsyncIterator[str]:
    """Lines as they come, read in a thread of their own: standard input may be slow, and may never end.

    The thread is a daemon, so that an interrupted run need not wait for a line that nobody will write.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Any] = asyncio.Queue(maxsize=IN_FLIGHT)

    def pump() -> None:
        for line in chain(lines, (END,)):
            asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()

    threading.Thread(target=pump, daemon=True).start()
    while (line := await queue.get()) is not END:
        yield line


def failure_reason(error: BaseException | None) -> str:
    """One word for why a request brought no page."""
    match error:
        case HttpError():
            return f"http_{error.response.status}"
        case DownloadTimeoutError():
            return "timeout"
        case DownloadConnectionRefusedError():
            return "unreachable"
        case CannotResolveHostError():
            return "dns"
        case DownloadCancelledError():
            return "too_large"
        case IgnoreRequest():
            return ignored_reason(error)
    return "broken"


def ignored_reason(error: IgnoreRequest) -> str:
    """Which rule refused a request: ours have classes of their own, Scrapy's are told apart by their words."""
    if (name := type(error).__name__) != "IgnoreRequest":
        return {"Offsite": "offsite", "RobotsUnreachable": "robots_unreachable"}.get(name, "refused")
    words = str(error)
    if "robots.txt" in words:
        return "robots"
    if "redirections" in words:
        return "redirects"
    return "too_large" if "size" in words else "refused"


def read_urls(lines: Iterable[str]) -> Iterator[str]:
    """The URLs of a list, one a line; blank lines and `#` comments are left out.

    >>> list(read_urls(["# mine", "https://a/1  # first", "", "https://a/2#top"]))
    ['https://a/1', 'https://a/2#top']
    """
    for line in lines:
        url = line.partition(" #")[0].strip()
        if url and not url.startswith("#"):
            yield url
