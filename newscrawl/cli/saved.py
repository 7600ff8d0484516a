"""Reads saved pages from the disk and from a pipe, for the commands that are given files."""

import sys
from pathlib import Path

from newscrawl.answers.decode import LARGEST
from newscrawl.answers.model import CUT_OFF
from newscrawl.cli.console import Console
from newscrawl.errors import BadUsage
from newscrawl.extraction.article import Article
from newscrawl.extraction.kinds import unreadable
from newscrawl.extraction.saved import SavedPage, page_in

PIPE = "-"  # names standard input
WORDS = (
    (IsADirectoryError, "a folder; give its files"),
    (FileNotFoundError, "no such file"),
    (NotADirectoryError, "no such file"),
    (PermissionError, "its permissions do not let it be read"),
)


def read_saved_page(name: str, max_size: int) -> SavedPage:
    """Reads the page in a file, or the one that is piped in. `max_size` is in megabytes.

    Raises OSError if it cannot be read, Refused if it holds no page.
    """
    if name != PIPE:
        with Path(name).open("rb") as file:
            data = file.read(LARGEST + 1)  # no more: a page is smaller, and a device has no end
    elif not (data := sys.stdin.buffer.read(LARGEST + 1)):
        raise unreadable("nothing was piped in")
    return page_in(data, max_size << 20)


def check_pipe(names: list[str]) -> None:
    """Raises BadUsage if standard input is to be read twice, or from a terminal."""
    if names.count(PIPE) > 1:
        raise BadUsage("- is standard input, which can be read only once")
    if PIPE in names and sys.stdin.isatty():
        raise BadUsage("- reads a page that is piped in, and standard input is a terminal; name a file, or use < FILE")


def why_unreadable(error: OSError) -> str:
    """Why a file cannot be read, and what to do where that helps.

    >>> why_unreadable(IsADirectoryError()), why_unreadable(OSError(5, "Input/output error"))
    ('a folder; give its files', 'the system does not give it (Input/output error)')
    """
    told = f"the system does not give it ({error.strerror or error})"
    return next((words for kind, words in WORDS if isinstance(error, kind)), told)


def say_cut_off(article: Article, what: str, console: Console) -> None:
    """Says in one line that the article of a page was read from half the page, where that is so."""
    if CUT_OFF in article.raw.flags:
        console.say(f"newscrawl: {what}: the page is cut off, and was read as far as it goes")
