"""The general extractor (trafilatura, optional): an alarm for changed designs, and a last resort when asked for.

It reads no Sina page fully right, but sees roughly the same words: where it sees others, the design may have changed.
"""

from collections import Counter
from typing import Any

from newscrawl.errors import NotInstalled
from newscrawl.extraction.blocks import Block, Line, squash
from newscrawl.extraction.markup import escape_text

SIZE = 4  # characters of a gram
STRANGE = 0.5  # overlap of both texts below this is strange: 29 recorded pages have 0.61 to 1.00


def general_extractor() -> Any:
    """The library. Raises NotInstalled."""
    try:
        import trafilatura  # noqa: PLC0415 (optional, and 0.2 s to import)
    except ImportError as error:
        raise NotInstalled("trafilatura is not installed; pip install 'newscrawl[canary]'") from error
    return trafilatura


def overlap(one: str, other: str) -> float:
    """How much two texts share: F1 of their 4-grams, white space aside; 1 when both are empty.

    >>> overlap("一二三四五", "一二 三四五"), overlap("一二三四五", "六七八九十")
    (1.0, 0.0)
    """
    first, second = grams(one), grams(other)
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def grams(text: str) -> Counter[str]:
    """The runs of four characters in a text, counted."""
    text = "".join(text.split())
    return Counter(text[at : at + SIZE] for at in range(len(text) - SIZE + 1))


def is_strange(page: bytes, text: str) -> bool:
    """Whether the general extractor sees a very different text on a page (UTF-8). Raises NotInstalled."""
    seen = general_extractor().extract(page.decode("utf-8", "ignore"), favor_precision=True) or ""
    return bool(seen) and overlap(seen, text) < STRANGE


def fallback_reading(page: bytes) -> tuple[str, str, list[Block]]:
    """Title, date text and blocks of a page (UTF-8) as the general extractor sees them. Raises NotInstalled."""
    library = general_extractor()
    text = page.decode("utf-8", "ignore")
    found = library.bare_extraction(text, favor_precision=True, with_metadata=True)
    if not found or not found.text:
        return "", "", []
    lines = [squash(line) for line in found.text.splitlines()]
    blocks = [Block("p", "", [Line(line, escape_text(line), [], line)]) for line in lines if line]
    return found.title or "", found.date or "", blocks
