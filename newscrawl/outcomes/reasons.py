"""Reasons: the words that outcomes are counted under, and what to do about each."""

from collections.abc import Callable

Report = Callable[[str, str, str], None]
"""What is told each failure, as (URL, reason, detail)."""

SOFT_MISSING = "error"  # the reason of a page that says with status 200 that there is none
OURS = frozenset(("fault", "lost"))  # reasons that are a mistake of newscrawl's

ADVICE = {
    "list_short": "the list counts more rows than it gives",
    "list_moving": "the list moved each time it was read; the next run reads it again",
    "bad_url": "not an http(s) URL",
    "offsite": "not a host of this site; to fetch it, name the host under `hosts` in a --site file",
    "robots": "robots.txt forbids it",
    "robots_unreachable": "robots.txt answered with an error, so nothing may be fetched there now; try again later",
    "timeout": "no answer in time; try again later, or raise politeness.timeout in a --site file",
    "unreachable": "nobody answers at that address; check the URL and the line",
    "dns": "there is no such host; check the URL and the line",
    "too_large": "the answer is larger than 10 MB",
    "broken": "the answer was cut off or not HTTP; try again later",
    "page_missing": "one of its pages could not be read, so none was kept",
    "redirects": "too many redirects",
    "http_403": "the server refuses; slow down and try again in an hour",
    "http_404": "the server has no such page",
    "http_429": "too many requests; slow down and try again in an hour",
    "turned_away": "the site turned us away; try again later",
    "not_html": "not a web page",
    "http_302": "it leads to nowhere that may be fetched",
    "unreadable": "the file cannot be read",
    "no_title": "no title was found",
    "no_date": "no date was found",
    "no_text": "no text and no pictures were found",
    "unknown_layout": "no page design of this site fits the page",
    "fault": "a mistake of newscrawl's; run again with -v and report what it prints",
    "lost": "it was asked for and nothing came of it: a mistake of newscrawl's; run again with -v and report it",
}


def advice(reason: str) -> str:
    """What a reason means and what to do, in a few words; empty for the reasons that explain themselves."""
    if reason.startswith("http_5"):
        return ADVICE.get(reason, "the server has a problem; try again later")
    return ADVICE.get(reason, "")
