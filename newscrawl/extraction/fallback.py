"""The general extractor (trafilatura, optional): a source of the canary, and a fallback for pages of unknown design.

It reads no Sina page exactly, but it extracts roughly the same text.
"""

from typing import Any

from newscrawl.errors import NotInstalled
from newscrawl.extraction.blocks import Block, Line, collapse_space
from newscrawl.extraction.markup import escape_text
from newscrawl.extraction.references import with_short_numbers


def general_extractor() -> Any:
    """Returns the trafilatura module. Raises NotInstalled."""
    try:
        import trafilatura  # noqa: PLC0415 (optional, and 0.2 s to import)
    except ImportError as error:
        raise NotInstalled("trafilatura is not installed; pip install 'newscrawl[canary]'") from error
    return trafilatura


def general_text(page: bytes) -> str:
    """Returns the text that the general extractor finds on a page (UTF-8). Raises NotInstalled."""
    text = with_short_numbers(page.decode("utf-8", "ignore"))
    return general_extractor().extract(text, favor_precision=True) or ""


def extract_with_fallback(page: bytes) -> tuple[str, str, list[Block]]:
    """Returns title, date text and blocks that the general extractor finds on a page (UTF-8). Raises NotInstalled."""
    library = general_extractor()
    text = with_short_numbers(page.decode("utf-8", "ignore"))
    found = library.bare_extraction(text, favor_precision=True, with_metadata=True)
    if not found or not found.text:
        return "", "", []
    lines = [collapse_space(line) for line in found.text.splitlines()]
    blocks = [Block("p", "", [Line(line, escape_text(line), [], line)]) for line in lines if line]
    return found.title or "", found.date or "", blocks
