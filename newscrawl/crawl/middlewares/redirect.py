"""Scrapy's redirects, with a reason for each that is not followed."""

from scrapy import Request, Spider
from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newscrawl.crawl.failures import TooManyRedirects
from newscrawl.sites.urls import without_login


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Raises TooManyRedirects where Scrapy's middleware raises IgnoreRequest, which has no other cause there.

    An answer whose Location is no URL is passed on as it is, as one that leads to `ftp:` is.
    """

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Follows a redirect, without the name and password that may stand in its address."""
        try:
            followed = super().process_response(request, response)
            return followed.replace(url=without_login(followed.url)) if isinstance(followed, Request) else followed
        except ValueError:
            return response
        except IgnoreRequest as error:
            raise TooManyRedirects(str(error), f"too many redirects, the last to {request.url}") from error
