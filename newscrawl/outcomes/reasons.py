"""The reasons: the words under which outcomes are counted, and advice for the user on each."""

from collections.abc import Callable

Report = Callable[[str, str, str], None]
"""A callback that is called with (URL, reason, detail) of each failure."""

SOFT_MISSING = "error"  # the reason of a page that says, with status 200, that it does not exist (a soft 404)
BUGS = frozenset(("fault", "lost"))  # reasons that are bugs in newscrawl

ADVICE = {
    "list_short": "the list counts more rows than it returns",
    "list_moving": "the list moved each time it was read; the next run reads it again",
    "bad_url": "not an http(s) URL",
    "offsite": "not a host of this site; to fetch it, name the host under `hosts` in a --site file",
    "robots": "robots.txt forbids it",
    "robots_unreachable": "robots.txt returned an error, so nothing may be fetched there now; try again later",
    "timeout": "no response in time; try again later, or raise politeness.timeout in a --site file",
    "unreachable": "the server does not respond; check the URL and the network connection",
    "dns": "the host does not exist; check the URL and the network connection",
    "too_large": "the response is larger than 10 MB",
    "broken": "the response was truncated or not HTTP; try again later",
    "page_missing": "one of its pages could not be read, so none was kept",
    "redirects": "too many redirects",
    "http_403": "the server refuses; slow down and try again in an hour",
    "http_404": "the server has no such page",
    "http_429": "too many requests; slow down and try again in an hour",
    "turned_away": "the site has banned this run; try again later",
    "dropped": "a pipeline, middleware or extension of the settings dropped it",
    "not_html": "not a web page",
    "http_302": "it redirects to a URL that may not be fetched",
    "unreadable": "the file cannot be read",
    "no_title": "no title was found",
    "no_date": "no date was found",
    "no_text": "no text and no pictures were found",
    "unknown_layout": "no layout of this site fits the page",
    "fault": "a bug in newscrawl; run again with -v and report what it prints",
    "lost": "the URL has no outcome: a bug in newscrawl; run again with -v and report it",
}


def advice(reason: str) -> str:
    """What a reason means and what to do; empty for a reason that explains itself."""
    if reason.startswith("http_5"):
        return ADVICE.get(reason, "the server has a problem; try again later")
    return ADVICE.get(reason, "")
