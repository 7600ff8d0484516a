"""Each way in which a request brings no page has its reason."""

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from newscrawl.crawl.failures import GIVEN_UP, failure_reason
from newscrawl.crawl.middlewares.offsite import Offsite, RunStopped
from newscrawl.crawl.middlewares.robots import RobotsUnreachable

URL = "https://finance.sina.com.cn/x"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HttpError(Response(URL, status=404)), "http_404"),
        (HttpError(Response(URL, status=503)), "http_503"),
        (DownloadTimeoutError(), "timeout"),
        (DownloadConnectionRefusedError(), "unreachable"),
        (CannotResolveHostError(), "dns"),
        (DownloadCancelledError("too large"), "too_large"),
        (DownloadFailedError(), "broken"),
        (ResponseDataLossError(), "broken"),
        (None, "broken"),
        (Offsite(URL), "offsite"),
        (RunStopped(URL), GIVEN_UP),  # which is no failure: the next run has it
        (RobotsUnreachable(URL), "robots_unreachable"),
        (IgnoreRequest("Forbidden by robots.txt"), "robots"),
        (IgnoreRequest("max redirections reached"), "redirects"),
        (IgnoreRequest(f"{URL}/robots.txt exceeded DOWNLOAD_MAXSIZE (9 B) during decompression"), "too_large"),
        (IgnoreRequest("a middleware of somebody's"), "refused"),
    ],
)
def test_the_reason_of_a_failure(error: Exception | None, reason: str) -> None:
    assert failure_reason(error) == reason
