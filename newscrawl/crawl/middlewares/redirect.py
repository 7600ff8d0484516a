"""Scrapy's redirects, with a reason for each that is not followed, and none from https to http."""

from typing import Any

from scrapy import Request, Spider
from scrapy.downloadermiddlewares import redirect
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newscrawl.crawl.failures import TooManyRedirects
from newscrawl.sites.urls import is_downgrade, without_login


class RedirectMiddleware(redirect.RedirectMiddleware):
    """Raises TooManyRedirects where Scrapy's middleware raises IgnoreRequest, which has no other cause there.

    A redirect from https to http is not followed, nor one to the site's own hosts over http. An answer whose Location
    is no URL is passed on as it is, as one that leads to `ftp:` is.
    """

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Spider | None = None,  # noqa: ARG002 (Scrapy's signature)
    ) -> Request | Response:
        """Follows a redirect, without the name and password that may stand in its address.

        Of one that may not be followed the answer itself is what comes.
        """
        try:
            following = super().process_response(request, response)
            if isinstance(following, Request):
                following = following.replace(url=without_login(following.url))
        except ValueError:
            return response
        except IgnoreRequest as error:
            raise TooManyRedirects(str(error), f"too many redirects, the last to {request.url}") from error
        own: Any = self.crawler.spider
        falls = isinstance(following, Request) and hasattr(own, "data")  # `scrapy shell` may have another
        return response if falls and is_downgrade(request.url, following.url, own.data) else following
