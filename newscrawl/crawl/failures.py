"""The reasons why a request brought no page: each is one word that outcomes are counted under."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError

from newscrawl.crawl.middlewares.offsite import Offsite, RunStopped
from newscrawl.crawl.middlewares.robots import RobotsUnreachable

GIVEN_UP = "given_up"


def failure_reason(error: BaseException | None) -> str:
    """The reason why a request brought no page."""
    match error:
        case HttpError():
            return f"http_{error.response.status}"
        case DownloadTimeoutError():
            return "timeout"
        case DownloadConnectionRefusedError():
            return "unreachable"
        case CannotResolveHostError():
            return "dns"
        case DownloadCancelledError():
            return "too_large"
        case IgnoreRequest():
            return ignored_reason(error)
    return "broken"


def ignored_reason(error: IgnoreRequest) -> str:
    """The rule that dropped a request: newscrawl's have exception classes, Scrapy's are known by their messages."""
    match error:
        case Offsite():
            return "offsite"
        case RunStopped():
            return GIVEN_UP
        case RobotsUnreachable():
            return "robots_unreachable"
    message = str(error)  # of Scrapy 2.19; that of a page that grows too large while it is unpacked holds its URL
    if message == "Forbidden by robots.txt":
        return "robots"
    if message == "max redirections reached":
        return "redirects"
    return "too_large" if "DOWNLOAD_MAXSIZE" in message else "refused"
