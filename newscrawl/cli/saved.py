"""Reads saved pages from the disk, for the commands that are given files."""

from pathlib import Path

from newscrawl.answers.decode import LARGEST
from newscrawl.answers.model import CUT_OFF
from newscrawl.cli.console import Console
from newscrawl.extraction.article import Article
from newscrawl.extraction.saved import SavedPage, page_in

WORDS = (
    (IsADirectoryError, "a folder; give its files"),
    (FileNotFoundError, "no such file"),
    (NotADirectoryError, "no such file"),
    (PermissionError, "its permissions do not let it be read"),
)


def read_saved_page(file: Path) -> SavedPage:
    """Reads the page in a file. Raises OSError if the file cannot be read, Refused if it holds no page."""
    with file.open("rb") as opened:
        return page_in(opened.read(LARGEST + 1))  # no more: a page is smaller, and a device has no end


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
