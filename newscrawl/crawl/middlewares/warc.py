"""Recording: a downloader middleware that keeps every answer as it came, before Scrapy undoes its compression."""

from typing import Any, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from sqlalchemy.exc import DatabaseError

from newscrawl.crawl.extensions.archive import archive_of
from newscrawl.provenance import Capture


class WarcMiddleware:
    """Keeps exchanges where the spider has an archive that takes them; `meta["capture"]` says where."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Keeps an answer. Where it cannot be written, the run is given up: what it fetches could not be kept."""
        archive = archive_of(self.crawler)
        if not archive or not archive.captures:
            return response
        asked = [("Host", urlsplit(request.url).netloc), *header_pairs(request.headers)]
        try:
            capture = archive.captures.keep(
                response.url, response.status, header_pairs(response.headers), response.body, asked
            )
        except (OSError, DatabaseError) as error:
            spider: Any = self.crawler.spider
            spider.cannot_write(error)
        else:
            request.meta["capture"] = capture
        return response


def header_pairs(headers: Headers) -> list[tuple[str, str]]:
    """Headers as text, one pair a value."""
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, values in headers.items() for value in values]


def captures_of(response: Response) -> tuple[Capture, ...]:
    """Where an answer is kept; empty when it is not."""
    capture = response.meta.get("capture") if response.request else None
    return (capture,) if capture else ()
