"""Each way in which a request brings no page has its reason."""

import pytest
from OpenSSL import SSL
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
from service_identity import VerificationError
from twisted.internet.error import ConnectionDone, ConnectionLost, NoRouteError
from twisted.python.failure import Failure
from twisted.web.client import ResponseFailed, ResponseNeverReceived

from newscrawl.crawl.failures import (
    GIVEN_UP,
    CertificateRefused,
    HeldBack,
    HostUnreachable,
    Ignored,
    Incomplete,
    Offsite,
    PrivateAddress,
    RobotsForbidden,
    RobotsUnreachable,
    RunStopped,
    TooLarge,
    TooManyRedirects,
    drop_reason,
    failure_detail,
    failure_reason,
    is_of_host,
)

URL = "https://finance.sina.com.cn/x"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (HttpError(Response(URL, status=404)), "http_404"),
        (HttpError(Response(URL, status=503)), "http_503"),
        (HttpError(Response(URL, status=418)), "http_418"),
        (HttpError(Response(URL, status=429)), "http_429"),
        (HttpError(Response(URL, status=456)), "http_456"),
        (HttpError(Response(URL, status=999)), "http_999"),
        (HttpError(Response(URL, status=99)), "broken"),  # no three digits: that is not HTTP
        (HttpError(Response(URL, status=1000)), "broken"),
        (DownloadTimeoutError(), "timeout"),
        (DownloadConnectionRefusedError(), "unreachable"),
        (CannotResolveHostError(), "dns"),
        (DownloadCancelledError("too large"), "too_large"),
        (DownloadFailedError(), "broken"),
        (ResponseDataLossError(), "broken"),
        (None, "broken"),
        (Offsite(URL), "offsite"),
        (PrivateAddress("10.1.2.3", "a.example"), "private_address"),
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


def connection(kind: type[Exception], *causes: Exception) -> DownloadFailedError:
    """The error of a request whose connection has failed, as Scrapy raises it: two errors deep."""
    error = DownloadFailedError()
    error.__cause__ = kind([Failure(cause) for cause in causes])  # type: ignore[no-untyped-call]
    return error


def ssl_error(why: str) -> SSL.Error:
    return SSL.Error([("SSL routines", "", why)])


SILENT = "the server closed the connection without an answer; try again later"
NO_TLS = "the server does not speak TLS at this address; try it with http://"
NO_HANDSHAKE = "no secure connection: the server and this machine have no TLS version or cipher in common"


@pytest.mark.parametrize(
    ("error", "reason", "detail"),
    [
        (connection(ResponseNeverReceived, ConnectionDone()), "unreachable", SILENT),
        (connection(ResponseNeverReceived, ConnectionLost()), "unreachable", SILENT),
        (connection(ResponseNeverReceived, CertificateRefused("it has expired")), "tls", "it has expired"),
        (connection(ResponseNeverReceived, VerificationError([])), "tls", NO_HANDSHAKE),
        (connection(ResponseNeverReceived, ssl_error("wrong version number")), "tls", NO_TLS),
        (connection(ResponseNeverReceived, ssl_error("tls alert handshake failure")), "tls", NO_HANDSHAKE),
        (connection(ResponseNeverReceived, SSL.Error()), "tls", NO_HANDSHAKE),
        (connection(ResponseFailed, ConnectionDone()), "broken", ""),  # within its headers
        (connection(ResponseFailed, ValueError("not HTTP")), "broken", ""),
        (NoRouteError(), "unreachable", ""),  # type: ignore[no-untyped-call]
        (DownloadCancelledError(), "too_large", "the answer is larger than 2 MB (DOWNLOAD_MAXSIZE)"),
        (TooLarge(URL), "too_large", "the answer is larger than 2 MB (DOWNLOAD_MAXSIZE)"),
        (TooLarge(URL, "2 GB when it is unpacked"), "too_large", "2 GB when it is unpacked"),
        (Offsite(URL, "b.example is no host of it"), "offsite", "b.example is no host of it"),
        (RobotsForbidden("Forbidden by robots.txt"), "robots", ""),
        (HostUnreachable(URL, "the host was not found", "dns"), "dns", "the host was not found"),
        (HttpError(Response(URL, status=404, headers={"Location": "/x"})), "http_404", ""),
        (
            HttpError(Response(URL, status=301, headers={"Location": "HTTP://a.example/x"})),
            "http_301",
            "it redirects to HTTP://a.example/x, which is not https",
        ),
        (HttpError(Response(URL, status=304)), "http_304", "it redirects, and does not say where"),
        (
            HttpError(Response(URL, status=301, headers={"Location": "ftp://a\n.example/x"})),
            "http_301",
            "it redirects to ftp://a .example/x, which may not be fetched",
        ),
    ],
)
def test_what_a_user_reads_of_a_failure(error: Exception, reason: str, detail: str) -> None:
    assert (failure_reason(error), failure_detail(error, 2 * 2**20)) == (reason, detail)


@pytest.mark.parametrize(
    ("error", "of_host"),
    [
        (CannotResolveHostError(), True),
        (PrivateAddress("10.1.2.3", "a.example"), True),
        (DownloadConnectionRefusedError(), True),
        (connection(ResponseNeverReceived, CertificateRefused("")), True),
        (connection(ResponseNeverReceived, ConnectionDone()), False),  # it was there, and may answer something else
        (DownloadTimeoutError(), False),
        (HttpError(Response(URL, status=503)), False),
    ],
)
def test_which_failures_are_those_of_a_host(error: Exception, of_host: bool) -> None:
    assert is_of_host(error) is of_host


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
