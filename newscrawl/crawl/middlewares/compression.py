"""Scrapy's decompression, with a reason for a response that grows too large."""

from scrapy import Request, Spider
from scrapy.downloadermiddlewares import httpcompression
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newscrawl.crawl.failures import TooLarge


class CompressionMiddleware(httpcompression.HttpCompressionMiddleware):
    """Raises TooLarge where Scrapy's middleware raises IgnoreRequest, which has no other cause there."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Unpacks a response."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise TooLarge(str(error)) from error
