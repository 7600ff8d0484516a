"""Scrapy's redirects, with a reason for a request that is redirected too often."""

from scrapy import Request, Spider
from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newscrawl.crawl.failures import TooManyRedirects


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Raises TooManyRedirects where Scrapy's middleware raises IgnoreRequest, which has no other cause there."""

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Follows a redirect."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise TooManyRedirects(str(error), f"too many redirects, the last to {request.url}") from error
