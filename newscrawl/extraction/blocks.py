"""Blocks: the content of a container as plain data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from newscrawl.extraction.markup import attribute

ASCII_SPACE = " \t\n\f\v"
RUN_OF_SPACE = re.compile(f"[{ASCII_SPACE}]+")


@dataclass(slots=True)
class Picture:
    """An image in a block: its address, alternative text and caption."""

    src: str
    alt: str = ""
    caption: str = ""

    def html(self) -> str:
        """Returns the `<img>` tag of the post format (`docs/posts.md`): `src`, `alt`, and `referrerpolicy` last."""
        alt = attribute("alt", self.alt) if self.alt else ""
        return f'<img{attribute("src", self.src)}{alt} referrerpolicy="no-referrer">'


@dataclass(slots=True)
class Line:
    """The content between two line breaks of a block.

    `bare` is its text without the text of links, `link` the text of the link that ends it.
    """

    text: str
    html: str
    pictures: list[Picture] = field(default_factory=list)
    bare: str = ""
    link: str = ""


@dataclass(slots=True)
class Block:
    """A paragraph, heading, list item, table row (`tr`), caption (`descr`), or pictures without text (`img`).

    `wrappers` are the lists, quotations and tables around it, outermost first, as (start tag, number that tells apart
    two elements with the same start tag).
    """

    tag: str
    attributes: str
    lines: list[Line]
    wrappers: tuple[tuple[str, int], ...] = ()

    @property
    def pictures(self) -> Iterator[Picture]:
        """The block's images in order."""
        return (picture for line in self.lines for picture in line.pictures)


def collapse_space(text: str) -> str:
    """Returns a text with each run of white space (ideographic included) as one space, and none at the ends.

    >>> collapse_space("\u3000\u30005月\xa0 19日\\n")
    '5月 19日'
    """
    if "\u200b" in text or "\ufeff" in text:  # zero width
        text = text.replace("\u200b", "").replace("\ufeff", "")
    return " ".join(text.split())
