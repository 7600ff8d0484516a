"""The downloader middleware that captures every response as received, before Scrapy decompresses it."""

from datetime import datetime
from typing import Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response
from sqlalchemy.exc import DatabaseError

from newscrawl.answers.model import why_cut
from newscrawl.crawl.extensions.archive import archive_failed, archive_of, now_of
from newscrawl.crawl.failures import Unwritten
from newscrawl.crawl.middlewares.robots import IS_ROBOTS
from newscrawl.crawl.responses import LOST, STATUSES, STOPPED, answer_of, other_type
from newscrawl.crawl.visit import visit_of
from newscrawl.ledger.clock import ClockCheck
from newscrawl.provenance import Capture


class WarcMiddleware:
    """Captures requests and responses if the run's archive takes captures; `meta["capture"]` is the capture."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("NEWSCRAWL_CAPTURES"):
            raise NotConfigured
        self.crawler = crawler
        self.waiting: list[tuple[Request, Response, datetime]] = []  # to be captured

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Captures a response. If it cannot be written, the run stops: its articles could not be kept either.

        Raises Unwritten for an article's: the next run fetches it again, so that no article lacks its capture.
        The first robots.txt waits until the clock has been compared with an answer, or another one comes: a run whose
        clock is wrong writes nothing. What is not HTTP is not captured: no reader could read its record.
        """
        if response.status not in STATUSES:
            return response
        check: ClockCheck | None = getattr(self.crawler.spider, "clock_check", None)
        self.waiting.append((request, response, now_of(self.crawler)))
        if check and not check.agreed and IS_ROBOTS in request.meta:
            return response
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            self.capture(*each)
        return response

    def capture(self, request: Request, response: Response, now: datetime) -> None:
        """Captures a response that came at `now`. Raises Unwritten for an article's that cannot be written."""
        archive = archive_of(self.crawler)
        if not archive or not archive.captures:
            return
        visit = visit_of(request)
        sent = [("Host", urlsplit(request.url).netloc), *header_pairs(request.headers)]
        try:
            capture = archive.captures.keep(
                response.url, response.status, header_pairs(response.headers), response.body, sent,
                now, truncation(response), visit.lists if visit else (),
            )  # fmt: skip
        except (OSError, DatabaseError) as error:
            archive_failed(self.crawler, error)
            if visit:
                raise Unwritten(error) from error
        else:
            request.meta["capture"] = capture


def truncation(response: Response) -> str:
    """Why a response was cut off, as WARC-Truncated has it, where its record would not show it; else empty.

    The end of a packed body shows in its stream, and a length is a header. A page without either ends with its
    connection.
    """
    if STOPPED in response.flags:
        return "length"
    if LOST in response.flags:
        return "disconnect"
    if "Content-Encoding" in response.headers or other_type(response):
        return ""
    return "disconnect" if why_cut(answer_of(response)) else ""


def header_pairs(headers: Headers) -> list[tuple[str, str]]:
    """Headers as text, one (name, value) pair a value."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values]


def captures_of(response: Response) -> tuple[Capture, ...]:
    """The capture of a response, in a tuple; empty if it was not captured."""
    capture = response.meta.get("capture") if response.request else None
    return (capture,) if capture else ()
