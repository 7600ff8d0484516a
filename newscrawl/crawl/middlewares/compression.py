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
from newscrawl.answers.model import Answer, declared_charset
from newscrawl.crawl.failures import TooLarge
from newscrawl.errors import BodyTooLarge, UndecodableBody

ACCEPTED = "gzip, deflate"
UNSIZED = "partial"  # Scrapy's flag of a body that ended with its connection: no length, no last chunk
STOPPED = "download_stopped"  # Scrapy's flag of a body of which no more was downloaded
UNFINISHED, UNDECODABLE = "unfinished ", "undecodable "  # our flags, each followed by what is wrong


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


def answer_of(response: Response) -> Answer:
    """The answer that an unpacked response is."""
    return Answer(
        response.body,
        response.status,
        declared_charset(header(response, "Content-Type")),
        sized=UNSIZED not in response.flags,
        unfinished=after(UNFINISHED, response.flags),
        undecodable=after(UNDECODABLE, response.flags),
    )


def after(prefix: str, flags: list[str]) -> str:
    """What the first flag with a prefix says after it; empty without one."""
    return next((flag.removeprefix(prefix) for flag in flags if flag.startswith(prefix)), "")


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
