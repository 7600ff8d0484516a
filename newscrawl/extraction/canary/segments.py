"""The segments of a page: every run of text that no block element breaks, wherever it stands.

This reading knows no design and no rule of a site. The canary compares it with what a design has read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from newscrawl.extraction.blocks import ASCII_SPACE, collapse_space
from newscrawl.extraction.canary.wording import finished, squash
from newscrawl.extraction.walk import BLOCKS, HEADS

UNSEEN = frozenset("script style noscript template head iframe object select textarea svg".split())
BREAKS = BLOCKS | {"br", "body"}
BOLD = frozenset(("b", "strong"))
HIDDEN = re.compile(r"display\s*:\s*none")
INDENT = "\u3000"  # Chinese paragraphs begin with two of it
SHORT = 40  # characters of a line that may be a label


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text: a paragraph, a heading, an item, a cell, a button."""

    text: str  # without white space
    element: etree._Element  # the block that holds it
    linked: int = 0  # characters that are links
    indented: bool = False
    heading: bool = False  # a heading, or all of it is bold
    hidden: bool = False

    def within(self, container: etree._Element) -> bool:
        """Whether it stands in a container."""
        return self.element is container or container in self.element.iterancestors()

    @property
    def label(self) -> bool:
        """Whether it is short and no sentence."""
        return len(self.text) < SHORT and (self.heading or not finished(self.text))


@dataclass(slots=True)
class _Open:
    """The segment that is being read, and the elements that are open around it."""

    blocks: list[etree._Element]
    parts: list[str] = field(default_factory=list)
    linked: int = 0
    bold: int = 0
    links: int = 0  # open elements that are links, that are bold, that are not displayed
    bolds: int = 0
    hides: int = 0

    def add(self, text: str | None) -> None:
        if text:
            self.parts.append(text)
            length = len(squash(text))
            self.linked += length if self.links else 0
            self.bold += length if self.bolds else 0

    def close(self) -> Iterator[Segment]:
        raw, block = "".join(self.parts), self.blocks[-1]
        if text := squash(collapse_space(raw)):
            heading = block.tag in HEADS or self.bold >= len(text)
            indented = raw.lstrip(ASCII_SPACE).startswith(INDENT)
            yield Segment(text, block, self.linked, indented, heading, self.hides > 0)
        self.parts, self.linked, self.bold = [], 0, 0

    def count(self, element: etree._Element, step: int) -> None:
        """Counts an element that begins (1) or ends (-1)."""
        self.links += step * (element.tag == "a")
        self.bolds += step * (element.tag in BOLD)
        self.hides += step * bool(HIDDEN.search(element.get("style", "")))
        if element.tag in BREAKS and element.tag != "br":
            if step > 0:
                self.blocks.append(element)
            else:
                self.blocks.pop()


def segments(root: etree._Element) -> Iterator[Segment]:
    """Yields the segments below an element, in the page's order."""
    run = _Open([root])
    walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walker:
        if element is root:
            run.add(element.text if event == "start" else None)
        elif event == "start":
            if element.tag in UNSEEN:
                walker.skip_subtree()
                continue
            if element.tag in BREAKS:
                yield from run.close()
            run.count(element, 1)
            run.add(element.text)
        else:
            if event == "end" and element.tag not in UNSEEN:
                if element.tag in BREAKS:
                    yield from run.close()
                run.count(element, -1)
            run.add(element.tail)
    yield from run.close()
