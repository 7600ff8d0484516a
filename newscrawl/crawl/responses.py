"""What newscrawl reads of Scrapy's responses: the answer that each is, its media type, its headers."""

from scrapy.http import Response

from newscrawl.answers.model import Answer, declared_charset
from newscrawl.answers.numbers import whole_number

# Scrapy's flags of a response, and two of our own, each followed by what is wrong.
UNSIZED = "partial"  # its body ended with the connection: it had no length and no last chunk
LOST = "dataloss"  # its body ended before its length, or before a last chunk
STOPPED = "download_stopped"  # no more of its body was wanted
UNFINISHED, UNDECODABLE = "unfinished ", "undecodable "
STATUSES = range(100, 1000)  # three digits (RFC 9112, 4); Twisted reads any whole number


def answer_of(response: Response) -> Answer:
    """The answer that an unpacked response is."""
    length = header(response, "Content-Length")
    lost = LOST in response.flags
    unfinished = after(UNFINISHED, response.flags)
    return Answer(
        response.body,
        response.status,
        declared_charset(header(response, "Content-Type")),
        sized=UNSIZED not in response.flags,
        unfinished=unfinished or ("chunked" if lost and not length else ""),
        undecodable=after(UNDECODABLE, response.flags),
        missing=max(0, whole_number(length) - len(response.body))
        if lost and length.isdecimal() and not unfinished
        else 0,
    )


def after(prefix: str, flags: list[str]) -> str:
    """What the first flag with a prefix says after it; empty without one."""
    return next((flag.removeprefix(prefix) for flag in flags if flag.startswith(prefix)), "")


def other_type(response: Response) -> str:
    """The media type of a response that is no web page; empty if it is one, or says nothing.

    >>> other_type(Response("https://x/", headers={"Content-Type": "application/pdf"}))
    'application/pdf'
    >>> other_type(Response("https://x/", headers={"Content-Type": "application/xhtml+xml"}))
    ''
    """
    kind = header(response, "Content-Type").lower()
    return "" if kind.startswith("text/") or "html" in kind else kind


def header(response: Response, name: str) -> str:
    """A header as text; empty if there is none."""
    return (response.headers.get(name) or b"").decode("latin-1")
