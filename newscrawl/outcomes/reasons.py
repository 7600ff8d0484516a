"""The reasons: the words under which outcomes are counted. `docs/reference.md` tells of them.

A reason says what is known of an article that is not kept: whether the answer is final, whether it tells what the
article is, and whether it is the site's or our own line's.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from newscrawl.errors import SOFT_MISSING

Report = Callable[[str, str, str], None]
"""A callback that is called with (URL, reason, detail) of each failure."""

BUGS = frozenset(("fault", "lost"))  # reasons that are bugs in newscrawl
GONE = frozenset(("http_404", "http_410", SOFT_MISSING))  # reasons by which a page is gone
Of = Literal["page", "article", "request", "list", "file", "run"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason.

    `again`: a crawl tries the item again on the plan (`ledger/schedule.py`), then gives it up. `settles`: it counts for
    the balance, tried again or given up, because the site has told what became of the article. `ours`: there was no
    answer at all, which says nothing about the article as long as its host answers nothing else. `doubtful`: many in a
    row on one host are a ban in unknown words, or a changed design.
    """

    word: str
    of: Of
    means: str
    advice: str = ""
    again: bool = True
    settles: bool = False
    ours: bool = False
    doubtful: bool = False

    @property
    def line(self) -> str:
        """What a user reads behind the word."""
        return "; ".join(filter(None, (self.means, self.advice)))


def _table(*reasons: Reason) -> dict[str, Reason]:
    return {reason.word: reason for reason in reasons}


LATER = "try again later"
AGAIN = "the next run reads it again"
CHECK = "check the URL and the network connection"
PRIVATE = "name its network under private_networks in a --site file"

TABLE = _table(
    # A rule of the site file says what the page is: final, but for a page that does not exist (yet).
    Reason("video", "page", "a player without a text", again=False, settles=True),
    Reason("live", "page", "a running transcript", again=False, settles=True),
    Reason("quote", "page", "the prices of one security", again=False, settles=True),
    Reason("index", "page", "a list of articles", again=False, settles=True),
    Reason("search", "page", "the results of a search", again=False, settles=True),
    Reason("home", "page", "the portal", again=False, settles=True),
    Reason("gallery", "page", "pictures without a text", again=False, settles=True),
    Reason("blog", "page", "a reader's blog, which only `fetch` reads", again=False, settles=True),
    Reason("weibo", "page", "a post of the social network", again=False, settles=True),
    Reason(SOFT_MISSING, "page", "the page says that it does not exist", settles=True),
    # Nothing says what the page is.
    Reason("unknown_layout", "page", "no layout of this site fits the page", doubtful=True),
    Reason("no_text", "page", "no text and no pictures were found", doubtful=True),
    Reason("no_title", "page", "no title was found", doubtful=True),
    Reason("no_date", "page", "no date was found", doubtful=True),
    Reason("not_html", "page", "not a web page", doubtful=True),
    Reason("moved", "page", "it leads to another page", "fetch that one", doubtful=True),
    Reason("too_slow", "page", "reading it took too long", "raise page_seconds in a --site file"),
    Reason("other_article", "page", "the page is another article's", LATER),
    Reason("broken", "request", "the answer was cut off or is not HTTP", LATER),
    Reason("page_missing", "article", "one of its pages could not be read, so none was kept"),
    # There was no answer, or none that could be used.
    Reason("timeout", "request", "no answer in time", "raise politeness.timeout in a --site file", ours=True),
    Reason("unreachable", "request", "there is no connection to the server", CHECK, ours=True),
    Reason("dns", "request", "the host was not found", CHECK, ours=True),
    Reason("private_address", "request", "the host leads to an address that is not public", PRIVATE, ours=True),
    Reason("tls", "request", "no secure connection", "SSL_CERT_FILE names other certificates", ours=True),
    Reason("robots_unreachable", "request", "robots.txt cannot be read, so nothing may be fetched", LATER, ours=True),
    Reason("robots_delay", "request", "robots.txt asks for a longer pause than a run makes"),
    Reason("robots", "request", "robots.txt forbids it", settles=True),
    Reason("too_large", "request", "the answer is larger than 10 MB, or has more parts than a page can have"),
    Reason("redirects", "request", "too many redirects", doubtful=True),
    Reason("offsite", "request", "not a host of this site", "name it under hosts in a --site file", doubtful=True),
    Reason("bad_url", "request", "not an http(s) URL", "give it whole, as a browser shows it", settles=True),
    Reason("http_401", "request", "the page wants a login", "it cannot be fetched", settles=True),
    Reason("http_403", "request", "the server refuses", "slow down and try again in an hour"),
    Reason("http_404", "request", "the server has no such page", settles=True),
    Reason("http_408", "request", "the server waited too long for us", LATER),
    Reason("http_410", "request", "the page was removed for good", settles=True),
    Reason("http_418", "request", "the server takes us for a robot that it does not want", "wait an hour or more"),
    Reason("http_429", "request", "too many requests", "slow down and try again in an hour"),
    Reason("http_451", "request", "the page may not be shown, for legal reasons", settles=True),
    Reason("http_456", "request", "the site has banned this address", "wait an hour or more, then slow down"),
    Reason("http_3xx", "request", "it redirects to a URL that may not be fetched", doubtful=True),
    Reason("http_4xx", "request", "the server does not give the page", "check the URL"),
    Reason("http_5xx", "request", "the server has a problem", LATER),
    Reason("http_xxx", "request", "an answer without a page", LATER, doubtful=True),
    Reason("turned_away", "run", "the run was given up before its turn came", "run it again later"),
    Reason("refused", "article", "a middleware of yours did not let it pass"),
    Reason("dropped", "article", "a pipeline, middleware or extension of yours dropped it", again=False, settles=True),
    Reason("run_killed", "run", "three runs ended while it was under way", "look at it, then newscrawl retry"),
    Reason("unwritten", "run", "it could not be written", "make room and run it again"),
    # Bugs.
    Reason("fault", "article", "a bug in newscrawl", "run again with -v and report what it prints"),
    Reason("lost", "article", "the URL has no outcome: a bug in newscrawl", "run again with -v and report it"),
    # Files: saved pages, and captures that are read again.
    Reason("unreadable", "file", "the file cannot be read", again=False),
    Reason("damaged", "file", "not a whole record", again=False),
    Reason("body_missing", "file", "the capture that a revisit names is in none of the files", again=False),
    # Lists. A request for one has the reasons of requests, after `list_`.
    Reason("list_short", "list", "the list was cut off, ends too early, or counts more rows than it returns", AGAIN),
    Reason("list_moving", "list", "the list moved each time it was read, or had no end within its budget", AGAIN),
    Reason("list_elsewhere", "list", "it has rows of other days than it was asked for", "check it in the site file"),
    Reason("list_unreadable", "list", "the answer is not this list", LATER),
    Reason("list_refused", "list", "the list answers with an error, or a middleware of yours stopped it", LATER),
    Reason("list_empty", "list", "the list is empty, and it named articles before", LATER),
    Reason("list_unread", "list", "the list was not read", "the next run reads it"),
)  # fmt: skip


def reason_of(word: str) -> Reason:
    """The reason of a word: its own row, else that of its kind (`http_5xx`), else one for a site file's own rule.

    >>> reason_of("http_503").word, reason_of("list_timeout").word, reason_of("advertorial").again
    ('http_5xx', 'timeout', False)
    """
    if word in TABLE:
        return TABLE[word]
    if word.startswith("list_"):
        return reason_of(word.removeprefix("list_"))
    if word.startswith("http_"):
        return TABLE.get(f"http_{word[5:6]}xx", TABLE["http_xxx"])
    return Reason(word, "page", "", again=False, settles=True)


def advice(word: str) -> str:
    """What a reason means and what to do; empty for the word of a site file's own rule."""
    return reason_of(word).line


def unsettled(words: Iterable[str]) -> frozenset[str]:
    """Those of some reasons that do not tell what became of the article, and are tried again."""
    return frozenset(word for word in words if (row := reason_of(word)).again and not row.settles)
