"""Each way in which a request brings no page has its reason."""

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    DropItem,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError

from newscrawl.crawl.failures import (
    GIVEN_UP,
    HeldBack,
    Ignored,
    Incomplete,
    Offsite,
    RobotsForbidden,
    RobotsUnreachable,
    RunStopped,
    TooLarge,
    TooManyRedirects,
    drop_reason,
    failure_reason,
)

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
        (RobotsForbidden(URL), "robots"),
        (TooManyRedirects(URL), "redirects"),
        (TooLarge(URL), "too_large"),
        (HeldBack(URL), "held_back"),
        (Ignored(URL), "refused"),
        (IgnoreRequest("Forbidden by robots.txt"), "refused"),  # a middleware of somebody's; no message is a reason
    ],
)
def test_the_reason_of_a_failure(error: Exception | None, reason: str) -> None:
    assert failure_reason(error) == reason


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Incomplete("no_title"), ("no_title", "")),
        (DropItem("too\nshort"), ("dropped", "too short")),
        (DropItem("no_title"), ("dropped", "no_title")),  # the message of somebody's pipeline is no reason
        (DropItem(""), ("dropped", "")),
    ],
)
def test_the_reason_of_a_dropped_article(error: Exception, expected: tuple[str, str]) -> None:
    assert drop_reason(error) == expected
