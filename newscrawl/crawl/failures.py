"""Reasons: one word for why a request brought no page."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError

GIVEN_UP = "given_up"


def failure_reason(error: BaseException | None) -> str:
    """One word for why a request brought no page."""
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
    """Which rule refused a request: ours have classes of their own, Scrapy's are told apart by their words."""
    if (name := type(error).__name__) != "IgnoreRequest":
        return {"Offsite": "offsite", "GivenUp": GIVEN_UP, "RobotsUnreachable": "robots_unreachable"}.get(
            name, "refused"
        )
    words = str(error)
    if "robots.txt" in words:
        return "robots"
    if "redirections" in words:
        return "redirects"
    return "too_large" if "size" in words else "refused"
