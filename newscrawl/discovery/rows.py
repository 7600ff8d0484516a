"""Rows: the entries of lists."""

from dataclasses import dataclass

from newscrawl.errors import ListError

MOST = 100_000  # rows of one answer; a sitemap has 50,000 at most (sitemaps.org), a page of another list some hundred


def check_size(count: int, most: int = MOST) -> None:
    """Raises ListError for an answer with more rows, or with more of what they are written in, than a list may have.

    Of what they are written in it is called before anything is made of it: 10 MB of `{}` are 300 MB of objects.
    """
    if count > most:
        raise ListError("list_unreadable", f"the answer is too large for a list: it has {count:,} parts")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a list. Times are epoch seconds; None where the list has no such time."""

    url: str
    title: str = ""
    docid: str = ""  # the list's id without its prefix `comos:`
    ctime: int | None = None  # published
    intime: int | None = None  # added to the list
    mtime: int | None = None  # changed
