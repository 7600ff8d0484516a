"""The general extractor (trafilatura, optional): a canary for changed page designs and a fallback for unknown ones.

It reads no Sina page exactly, but it extracts roughly the same text. Where it extracts another text, the design may
have changed.
"""

from collections import Counter
from typing import Any

from newscrawl.errors import NotInstalled
from newscrawl.extraction.blocks import Block, Line, collapse_space
from newscrawl.extraction.markup import escape_text

SIZE = 4  # characters per gram
STRANGE = 0.5  # a page is flagged when the overlap of both texts is below this; 29 recorded pages have 0.61 to 1.00


def general_extractor() -> Any:
    """Returns the trafilatura module. Raises NotInstalled."""
    try:
        import trafilatura  # noqa: PLC0415 (optional, and 0.2 s to import)
    except ImportError as error:
        raise NotInstalled("trafilatura is not installed; pip install 'newscrawl[canary]'") from error
    return trafilatura


def overlap(one: str, other: str) -> float:
    """Returns the similarity of two texts, 0 to 1: F1 of their 4-grams without white space; 1 when both have none.

    >>> overlap("一二三四五", "一二 三四五"), overlap("一二三四五", "六七八九十")
    (1.0, 0.0)
    """
    first, second = grams(one), grams(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def grams(text: str) -> Counter[str]:
    """Returns the counts of the 4-grams of a text without white space."""
    text = "".join(text.split())
    return Counter(text[at : at + SIZE] for at in range(len(text) - SIZE + 1))


def differs_from_general(page: bytes, text: str) -> bool:
    """Whether the general extractor extracts a very different text from a page (UTF-8). Raises NotInstalled."""
    extracted = general_extractor().extract(page.decode("utf-8", "ignore"), favor_precision=True) or ""
    return bool(extracted) and overlap(extracted, text) < STRANGE


def extract_with_fallback(page: bytes) -> tuple[str, str, list[Block]]:
    """Returns title, date text and blocks that the general extractor finds on a page (UTF-8). Raises NotInstalled."""
    library = general_extractor()
    text = page.decode("utf-8", "ignore")
    found = library.bare_extraction(text, favor_precision=True, with_metadata=True)
    if not found or not found.text:
        return "", "", []
    lines = [collapse_space(line) for line in found.text.splitlines()]
    blocks = [Block("p", "", [Line(line, escape_text(line), [], line)]) for line in lines if line]
    return found.title or "", found.date or "", blocks
