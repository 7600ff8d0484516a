"""The reasons why a request brought no page, or its article was dropped: each is one word, and is counted under it.

The exceptions that newscrawl raises carry their reason. Those of Scrapy that say what happened by their class have one
here; any other means that a middleware or pipeline of somebody else's refused the request or dropped the article.
"""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    DropItem,
    IgnoreRequest,
)
from scrapy.spidermiddlewares.httperror import HttpError

GIVEN_UP = "given_up"  # no failure: the request was not sent, because the run was given up
BROKEN = "broken"
DROPPED = "dropped"  # by a pipeline, middleware or extension of the user's
REASONS: dict[type[BaseException], str] = {  # the first class that fits
    DownloadTimeoutError: "timeout",
    DownloadConnectionRefusedError: "unreachable",
    CannotResolveHostError: "dns",
    DownloadCancelledError: "too_large",
    IgnoreRequest: "refused",
}


class Ignored(IgnoreRequest):
    """A request that a middleware of newscrawl drops, with the reason."""

    reason = "refused"


class Offsite(Ignored):
    """A request to a host that the site file does not name."""

    reason = "offsite"


class RobotsForbidden(Ignored):
    """A request that robots.txt forbids."""

    reason = "robots"


class RobotsUnreachable(Ignored):
    """robots.txt is unreachable, so nothing on that host may be fetched (RFC 9309, 2.3.1.4)."""

    reason = "robots_unreachable"


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


class Incomplete(DropItem):
    """An article that lacks what a post needs, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unwritten(Exception):
    """An article that could not be written."""


def failure_reason(error: BaseException | None) -> str:
    """The reason why a request brought no page."""
    if isinstance(error, Ignored):
        return error.reason
    if isinstance(error, HttpError):
        return f"http_{error.response.status}"
    return next((reason for kind, reason in REASONS.items() if isinstance(error, kind)), BROKEN)


def drop_reason(error: BaseException) -> tuple[str, str]:
    """The reason why a pipeline dropped an article, and the detail: the message of a pipeline of the user's."""
    if isinstance(error, Incomplete):
        return error.reason, ""
    return DROPPED, " ".join(str(error).split())
