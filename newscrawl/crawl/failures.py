"""The reasons why a request brought no page, or its article was dropped: each is one word, and is counted under it.

The exceptions that newscrawl raises carry their reason. Those of Scrapy that say what happened by their class have one
here; any other means that a middleware or pipeline of somebody else's refused the request or dropped the article.
What a user reads of a failure is its detail, or where it has none the advice of its reason.
"""

import re

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    DropItem,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError
from twisted.internet.error import ConnectError
from twisted.web.client import ResponseNeverReceived

from newscrawl import disk
from newscrawl.crawl.responses import STATUSES
from newscrawl.errors import Refused

GIVEN_UP = "given_up"  # no failure: the request was not sent, because the run was given up
BROKEN = "broken"
DROPPED = "dropped"  # by a pipeline, middleware or extension of the user's
REASONS: dict[type[BaseException], str] = {  # the first class that fits
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "unreachable",
    CannotResolveHostError: "dns",
    ConnectError: "unreachable",  # Scrapy passes it on where there is no way to the host
    DownloadCancelledError: "too_large",
    IgnoreRequest: "refused",
}
CLOSED = "the server closed the connection without an answer; try again later"
NO_TLS = "the server does not speak TLS at this address; try it with http://"
NO_HANDSHAKE = "no secure connection: the server and this machine have no TLS version or cipher in common"
# How OpenSSL names an answer that is not TLS: the records of its own protocol do not begin like it.
PLAIN = frozenset(("wrong version number", "packet length too long", "http request", "record layer failure"))
REDIRECTED = range(300, 400)
PLAINLY = re.compile("http:", re.IGNORECASE)  # of redirects to the web, only those from https are not followed


class Ignored(IgnoreRequest):
    """A request that a middleware of newscrawl drops, with the reason, and a detail for the user where it has one."""

    reason = "refused"

    def __init__(self, message: str = "", detail: str = "") -> None:
        super().__init__(message)
        self.detail = detail


class Offsite(Ignored):
    """A request to a host that the site file does not name."""

    reason = "offsite"


class RobotsForbidden(Ignored):
    """A request that robots.txt forbids."""

    reason = "robots"


class RobotsTooSlow(Ignored):
    """A request that robots.txt lets be sent only after a longer pause than a run makes."""

    reason = "robots_delay"


class RobotsUnreachable(Ignored):
    """robots.txt is unreachable, so nothing on that host may be fetched (RFC 9309, 2.3.1.4)."""

    reason = "robots_unreachable"


class HostUnreachable(Ignored):
    """A request to a host that there is no connection to: the request for its robots.txt has failed by that."""

    def __init__(self, message: str, detail: str, reason: str) -> None:
        super().__init__(message, detail)
        self.reason = reason


class PrivateAddress(Ignored):
    """A connection to an address that is not public, and that the site file does not let be connected to."""

    reason = "private_address"

    def __init__(self, address: str, host: str) -> None:
        super().__init__(f"{host} is at {address}", private_detail(address, host))


class TooManyRedirects(Ignored):
    """A request that was redirected too often."""

    reason = "redirects"


class TooLarge(Ignored):
    """A response that grows too large while it is unpacked."""

    reason = "too_large"


class RunStopped(Ignored):
    """A request that is not sent, or not again, because the run was given up."""

    reason = GIVEN_UP


class HeldBack(Ignored):
    """A request that was answered by a ban and is sent again later: its visit goes on."""

    reason = "held_back"


class CertificateRefused(Exception):
    """A certificate that is not accepted; `detail` says why."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Incomplete(DropItem):
    """An article that lacks what a post needs, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class LeftOver(DropItem):
    """An article that is not finished, because the run is told to stop; it has no outcome."""


class Unwritten(DropItem):
    """An article, or the answer that it is in, that could not be written."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(disk.words_of(error))
        self.reason, self.detail = unwritten_reason(error), disk.words_of(error)


def failure_reason(error: BaseException | None) -> str:
    """The reason why a request brought no page."""
    if isinstance(error, Ignored | Refused):
        return error.reason
    if isinstance(error, HttpError):
        return f"http_{error.response.status}" if error.response.status in STATUSES else BROKEN
    if insecure(error):
        return "tls"
    if is_silent(error):
        return "unreachable"
    return next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), BROKEN)


def failure_detail(error: BaseException | None, largest: int) -> str:
    """What a user reads of a failure beyond its reason, if anything. `largest`: DOWNLOAD_MAXSIZE, in bytes."""
    reason = failure_reason(error)
    if isinstance(error, Ignored | Refused) and error.detail:
        return error.detail
    if isinstance(error, HttpError) and error.response.status in REDIRECTED:
        return redirect_detail(error.response.headers.get("Location"))
    if reason == "tls":
        return tls_detail(insecure(error))
    if reason == "too_large":
        return f"the answer is larger than {largest / 2**20:g} MB (DOWNLOAD_MAXSIZE)"
    return CLOSED if is_silent(error) else ""


def insecure(error: BaseException | None) -> Exception | None:
    """Why there is no secure connection for a request that failed; None if that is not why."""
    kinds = CertificateRefused, VerificationError, SSL.Error
    return next((cause for cause in causes_of(error) if isinstance(cause, kinds)), None)


def is_of_host(error: BaseException | None) -> bool:
    """Whether a request failed because there was no connection to its host, whatever was asked for."""
    return failure_reason(error) in ("dns", "private_address", "tls", "unreachable") and not is_silent(error)


def is_silent(error: BaseException | None) -> bool:
    """Whether the connection of a request that failed was there and was closed before the first byte of an answer."""
    unanswered = isinstance(error, DownloadFailedError) and isinstance(error.__cause__, ResponseNeverReceived)
    return unanswered and insecure(error) is None


def causes_of(error: BaseException | None) -> list[Exception]:
    """The errors of the connection of a request that failed, which Twisted wraps, and Scrapy once more."""
    return [reason.value for reason in getattr(error and error.__cause__, "reasons", ())]


def tls_detail(error: Exception | None) -> str:
    """What is wrong with a secure connection."""
    if isinstance(error, CertificateRefused):
        return error.detail
    if isinstance(error, SSL.Error) and error.args and any(why in PLAIN for _, _, why in error.args[0]):
        return NO_TLS
    return NO_HANDSHAKE


def private_detail(address: str, host: str) -> str:
    """Which address a host has that may not be connected to, and what to do.

    >>> private_detail("10.1.2.3", "a.example")
    'a.example leads to 10.1.2.3, which is not public; name its network under private_networks in a --site file'
    >>> private_detail("::1", "::1")
    '::1 is not public; name it under hosts in a --site file'
    """
    if address == host:
        return f"{host} is not public; name it under hosts in a --site file"
    return f"{host} leads to {address}, which is not public; name its network under private_networks in a --site file"


def redirect_detail(location: bytes | None) -> str:
    """Where an answer redirects that is not followed.

    >>> redirect_detail(b"ftp://a.example/x")
    'it redirects to ftp://a.example/x, which may not be fetched'
    >>> redirect_detail(b"http://a.example/x")
    'it redirects to http://a.example/x, which is not https'
    """
    if not location:
        return "it redirects, and does not say where"
    target = " ".join(location.decode("utf-8", "replace").split())
    return f"it redirects to {target}, which {'is not https' if PLAINLY.match(target) else 'may not be fetched'}"


def unwritten_reason(error: BaseException) -> str:
    """The reason for what could not be written: the disk's, or a bug of ours.

    >>> unwritten_reason(PermissionError(13, "Permission denied")), unwritten_reason(KeyError("a"))
    ('unwritten', 'fault')
    """
    return "unwritten" if disk.is_refusal(error) else "fault"


def drop_reason(error: BaseException) -> tuple[str, str]:
    """The reason why a pipeline dropped an article, and the detail: the message of a pipeline of the user's."""
    if isinstance(error, Incomplete):
        return error.reason, ""
    return DROPPED, " ".join(str(error).split())
