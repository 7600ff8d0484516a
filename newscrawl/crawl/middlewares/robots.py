"""The middleware that applies robots.txt to every request, also when several wait for it at the same time."""

import asyncio
import codecs
from collections import defaultdict
from dataclasses import replace
from weakref import WeakKeyDictionary

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, StopDownload
from scrapy.http.request import NO_CALLBACK
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached
from scrapy.utils.misc import build_from_crawler

from newscrawl.answers.model import why_cut
from newscrawl.crawl.extensions.crawl_delay import asked_delay, is_too_long, too_long_detail
from newscrawl.crawl.failures import (
    HostUnreachable,
    Ignored,
    RobotsForbidden,
    RobotsTooSlow,
    RobotsUnreachable,
    RunStopped,
    failure_detail,
    failure_reason,
    is_of_host,
)
from newscrawl.crawl.responses import STOPPED, answer_of
from newscrawl.crawl.robots_rules import ANY, MOST_SPECIAL, are_too_many, rules_for
from newscrawl.outcomes.reasons import LATER, advice

MOST = 500 * 2**10  # bytes of a robots.txt that count (RFC 9309, 2.5)
REDIRECTS = 5  # that are followed to a robots.txt (RFC 9309, 2.3.1.2)
IS_ROBOTS = "robots_txt"  # the key in `meta` of a request for robots.txt
RULES, NO_RULES, SERVER_ERROR, TOO_MANY = 200, 400, 500, 429
UTF_16 = codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's middleware with corrections: requests wait one at a time, and a failure of robots.txt forbids all.

    Scrapy 2.14 to 2.19 share one Deferred among all requests that wait for a host's robots.txt; the first one turns
    its result into None, and None means no rules: 6 of 8 forbidden start URLs were fetched. A robots.txt that cannot
    be fetched means no rules to Scrapy, too, and a huge one is none.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._rules: dict[str, RobotParser | Ignored] = {}  # of each host, or why nothing may be fetched there
        self._received: WeakKeyDictionary[Request, int] = WeakKeyDictionary()  # bytes, of requests for robots.txt
        crawler.signals.connect(self.bytes_received, signals.bytes_received)

    async def robot_parser(self, request: Request) -> RobotParser:
        """The rules of the request's host. Raises RobotsUnreachable, RobotsTooSlow or RunStopped if there are none.

        Requests wait for one another, so a robots.txt is read once.
        """
        host = urlparse_cached(request).netloc
        async with self._locks[host]:
            if host not in self._rules:
                self._rules[host] = await self.read(request)
        rules = self._rules[host]
        if isinstance(rules, Ignored):
            raise rules.with_traceback(None)  # or it would keep the frames of every request
        return rules

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """Raises RobotsForbidden for a request that the rules forbid."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise RobotsForbidden(str(error)) from error

    async def read(self, request: Request) -> RobotParser | Ignored:
        """Reads the robots.txt of a request's host: its rules, or why nothing may be fetched there."""
        asked = robots_request(request)
        self._stats.inc_value("robotstxt/request_count")
        try:
            response = await self.crawler.engine.download_async(asked)
        except RunStopped as stopped:
            return stopped
        except Exception as error:  # noqa: BLE001 (whatever it is, there is no robots.txt)
            return failed(asked.url, error, self.crawler.settings.getint("DOWNLOAD_MAXSIZE"))
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if is_unreachable(response.status):
            why = f"robots.txt: HTTP {response.status}: {advice(f'http_{response.status}')}"
            return RobotsUnreachable(asked.url, why)
        if (why := why_cut(replace(answer_of(response), sized=True))) and STOPPED not in response.flags:
            return RobotsUnreachable(asked.url, f"robots.txt: the answer {why}; {LATER}")
        text = counted(response.body) if response.status < NO_RULES else b""
        own = rules_for(text.decode("utf-8-sig", "ignore"), self._robotstxt_useragent or self._default_useragent)
        if are_too_many(own):
            return RobotsUnreachable(asked.url, f"robots.txt: it has more than {MOST_SPECIAL} rules with wildcards")
        body = "\n".join((f"User-agent: {ANY}", *own)).encode()
        rules: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body)
        await self.crawler.signals.send_catch_log_async(signals.robots_parsed, robotparser=rules, request=request)
        delay = asked_delay(rules.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"]))
        if is_too_long(delay) and self.crawler.settings.getbool("NEWSCRAWL_CRAWL_DELAY_ENABLED"):
            return RobotsTooSlow(asked.url, too_long_detail(delay))
        return rules

    def bytes_received(self, data: bytes, request: Request) -> None:
        """Raises StopDownload when all that counts of a robots.txt has arrived."""
        if IS_ROBOTS not in request.meta:
            return
        self._received[request] = self._received.get(request, 0) + len(data)
        if self._received[request] > MOST:
            raise StopDownload(fail=False)


def robots_request(request: Request) -> Request:
    """The request for the robots.txt of a request's host.

    It is of any size, of which `bytes_received` lets only the start through, and not packed, or a start could not be
    read.
    """
    url = urlparse_cached(request)
    return Request(
        f"{url.scheme}://{url.netloc}/robots.txt",
        NO_CALLBACK,
        headers={"Accept-Encoding": "identity"},
        priority=RobotsMiddleware.DOWNLOAD_PRIORITY,
        meta={
            "dont_obey_robotstxt": True,
            "download_maxsize": 0,
            "download_warnsize": 0,
            "redirect_ttl": REDIRECTS,
            IS_ROBOTS: True,
        },
    )


def failed(url: str, error: Exception, largest: int) -> Ignored:
    """Why nothing may be fetched from a host whose robots.txt at `url` brought an error.

    Where there is no connection to the host at all, that is why, and not its robots.txt. `largest`: DOWNLOAD_MAXSIZE.
    """
    reason = failure_reason(error)
    detail = failure_detail(error, largest) or advice(reason)
    if is_of_host(error):
        return HostUnreachable(url, detail, reason)
    return RobotsUnreachable(url, f"robots.txt: {detail}")


def is_unreachable(status: int) -> bool:
    """Whether an answer instead of robots.txt forbids everything: neither rules nor the word that there are none.

    >>> [is_unreachable(status) for status in (200, 304, 403, 404, 429, 503)]
    [False, True, False, False, True, True]
    """
    return status == TOO_MANY or not (RULES <= status < RULES + 100 or NO_RULES <= status < SERVER_ERROR)


def counted(body: bytes) -> bytes:
    """The part of a robots.txt that counts: the whole lines in its first 500 KiB, in UTF-8.

    A mark at the start tells UTF-16. In any other charset the rules are read as far as they are ASCII.

    >>> counted("Disallow: /x".encode("utf-16"))
    b'Disallow: /x'
    """
    part = body[:MOST]
    if len(body) > MOST:
        part = part[: max(part.rfind(b"\n"), part.rfind(b"\r")) + 1]
    return part.decode("utf-16", "ignore").encode() if part.startswith(UTF_16) else part
