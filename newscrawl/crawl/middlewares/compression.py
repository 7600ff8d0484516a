"""The downloader middleware that unpacks responses, and marks those whose content coding ends early.

Scrapy's own returns as much as it could inflate and tells nobody, and it asks for codings (br, zstd) whose captures
warcio and pywb cannot read.
"""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.responsetypes import responsetypes

from newscrawl.answers.decode import LARGEST, decode_body
from newscrawl.crawl.failures import TooLarge
from newscrawl.crawl.responses import UNDECODABLE, UNFINISHED
from newscrawl.errors import BodyTooLarge, UndecodableBody

ACCEPTED = "gzip, deflate"


class CompressionMiddleware:
    """Asks for codings that every reader of WARC files knows, and removes them."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("COMPRESSION_ENABLED"):
            raise NotConfigured
        self.largest = crawler.settings.getint("DOWNLOAD_MAXSIZE") or LARGEST

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Creates the middleware, as Scrapy does."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Names the codings that are accepted."""
        request.headers.setdefault("Accept-Encoding", ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Response:
        """Unpacks a response. Raises TooLarge if it grows too large."""
        codings = response.headers.getlist("Content-Encoding")
        if not codings:
            return response
        encoding = b",".join(codings).decode("latin-1")
        largest = request.meta.get("download_maxsize", self.largest) or LARGEST
        try:
            body, unfinished = decode_body(response.body, encoding, largest)
            flags = [f"{UNFINISHED}{unfinished}"] if unfinished else []
        except BodyTooLarge as error:
            raise TooLarge(str(error)) from error
        except UndecodableBody as error:
            body, flags = b"", [f"{UNDECODABLE}{error}"]
        del response.headers["Content-Encoding"]
        kind = responsetypes.from_args(headers=response.headers, url=response.url, body=body)
        return response.replace(cls=kind, body=body, flags=[*response.flags, *flags])
