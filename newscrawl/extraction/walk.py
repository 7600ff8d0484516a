"""Reads a container into blocks: paragraphs, headings, list items, table rows, pictures with captions.

The walk visits the tree once and never changes it. A block holds its content twice: as text, line by line with squashed
white space, and as its own HTML, rebuilt from the tree. So any block can be dropped and the rest stays balanced.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from newscrawl.extraction.blocks import Block, Line, Picture, collapse_space
from newscrawl.extraction.lines import OpenLine
from newscrawl.extraction.markup import attribute, clean_text

PARAGRAPHS = frozenset(
    "p div section article main header footer center dl dt dd figure address details summary fieldset hgroup "
    "nav aside form hr pre marquee".split()
)
HEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
WRAPPERS = frozenset(("blockquote", "ul", "ol"))
TABLE_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"))
BLOCKS = PARAGRAPHS | HEADS | WRAPPERS | TABLE_PARTS | {"li"}
INLINE = frozenset(("b", "strong", "i", "em", "u", "s", "sub", "sup"))
STYLED = frozenset(("font", "span"))  # kept only with an attribute of `WalkRules.styles`


NEVER = re.compile("(?!)")


@dataclass(frozen=True, slots=True)
class WalkRules:
    """How to read a container.

    `cut` elements are left out with their content, `unwrap` elements lose only their tags, `captions` are captions of
    pictures. `picture` returns the address of an `<img>` (empty: drop the picture), `link` that of a link (empty: keep
    only its text).

    A paragraph whose last node is a comment that matches `continues` goes on after it: old pages break a sentence with
    an advertisement. The walk ends at a comment that matches `ends`, unless a later one matches `begins`. `styles` are
    attributes with the publisher's own marks for bold and size; they are kept. Without `data_tables` every table is
    layout.
    """

    picture: Callable[[etree._Element], str]
    link: Callable[[str], str]
    cut: frozenset[etree._Element] = frozenset()
    unwrap: frozenset[etree._Element] = frozenset()
    captions: frozenset[etree._Element] = frozenset()
    continues: re.Pattern[str] = NEVER
    ends: re.Pattern[str] = NEVER
    begins: re.Pattern[str] = NEVER
    styles: tuple[str, ...] = ()
    data_tables: bool = True


def read_blocks(container: etree._Element, rules: WalkRules) -> list[Block]:
    """Returns the blocks of a container, in the page's order."""
    reader = _Reader(rules)
    reader.read(container)
    return reader.blocks


class _Reader:
    """The state of a walk: the open block, its lines, the wrappers around it."""

    def __init__(self, rules: WalkRules) -> None:
        self.rules = rules
        self.blocks: list[Block] = []
        self.line = OpenLine()
        self.lines: list[Line] = []  # of the open block
        self.tags: list[tuple[str, str]] = [("p", "")]  # open blocks, innermost last
        self.wrappers: list[tuple[str, int]] = []
        self.data_tables: set[etree._Element] = set()
        self.opened: list[str] = []  # per element that is open in the tree: the kind that `enter` returned
        self.in_row = self.in_cell = False  # in a data table
        self.in_pre = False  # line feeds count as line breaks
        self.last_end: frozenset[etree._Element] | None = (
            None  # the comments behind which none begins the text; not yet looked for
        )
        self.cells: list[tuple[str, str]] = []  # cells of the open row: (text, html)

    def read(self, container: etree._Element) -> None:
        tables = container.iter("table") if self.rules.data_tables else ()
        self.data_tables = {table for table in tables if is_data(table)}
        self.add_text(container.text)
        walker = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
        cut = self.rules.cut
        for event, element in walker:
            if element is container:
                continue
            if event == "start":
                if element in cut:
                    walker.skip_subtree()
                    continue
                self.start(element)
                self.add_text(element.text)
                continue
            if event == "end" and element not in cut:
                self.end(element)
            elif event == "comment":
                if self.rules.ends.match(element.text or "") and not self.begins_again(container, element):
                    break
                self.line.joining = self.line.joining or self.rules.continues.search(element.text or "") is not None
            self.add_text(element.tail)
        self.close_block()

    def begins_again(self, container: etree._Element, end: etree._Element) -> bool:
        """Whether a later comment begins the article's own text, so that `end` has ended another part."""
        if self.last_end is None:
            self.last_end = last_end(container, self.rules)
        return end not in self.last_end

    def start(self, element: etree._Element) -> None:
        """Enters an element and stores the kind of what it opened, so that `end` closes the same."""
        self.opened.append(self.enter(element))

    def enter(self, element: etree._Element) -> str:
        """Returns the kind of what the element opened: inline, block, pre, wrapper, row, cell, in cell; else empty."""
        tag = element.tag
        if tag == "img":
            self.add_picture(element)
        elif tag == "br":
            self.new_line()
        elif element in self.rules.captions and not self.in_row:
            self.open_block("descr", "")
            return "block"
        elif tag in BLOCKS:
            return self.enter_block(element)
        elif tag == "a":
            href = "" if element in self.rules.unwrap else self.rules.link(element.get("href", ""))
            return self.enter_inline(tag, f"<a{attribute('href', href)}>" if href else "")
        elif tag in INLINE:
            return self.enter_inline(tag, f"<{tag}>")
        elif tag in STYLED:
            style = _kept(element, *self.rules.styles)
            return self.enter_inline(tag, f"<{tag}{style}>" if style else "")
        return ""

    def enter_inline(self, name: str, start: str) -> str:
        return "inline" if self.line.open_tag(name, start) else ""

    def end(self, element: etree._Element) -> None:
        match self.opened.pop():
            case "inline":
                self.line.close_tag()
            case "block":
                if not continues(element, self.rules):
                    self.close_block()
                self.tags.pop()
            case "pre":
                self.close_block()
                self.tags.pop()
                self.in_pre = False
            case "wrapper":
                self.close_block()
                self.wrappers.pop()
            case "row":
                self.close_row()
                self.in_row = False
            case "cell":
                self.cells.append(self.line.take_cell(element.tag, _kept(element, "colspan", "rowspan")))
                self.in_cell = False
            case "in cell":
                self.line.break_cell()

    def enter_block(self, element: etree._Element) -> str:
        tag = element.tag
        if self.in_row:
            if tag in ("td", "th") and not self.in_cell:
                self.in_cell = True
                return "cell"
            self.line.break_cell()
            return "in cell"
        if tag in WRAPPERS or element in self.data_tables:
            self.close_block()
            self.wrappers.append((f"<{tag}{_kept(element, 'border', 'class', 'start')}>", len(self.blocks)))
            return "wrapper"
        if tag == "tr" and self.in_table():
            self.close_block()
            self.in_row = True
            return "row"
        if tag == "pre" and not self.in_pre:
            self.open_block("p", "")
            self.in_pre = True
            return "pre"
        if tag in HEADS or tag in ("p", "li") or (tag == "caption" and self.in_table()):
            self.open_block(tag, _kept(element, *self.rules.styles, "class"))
        else:
            self.open_block("center" if tag == "center" else "p", "")
        return "block"

    def in_table(self) -> bool:
        """Whether the innermost wrapper is a data table. A data table holds no other table."""
        return bool(self.wrappers) and self.wrappers[-1][0].startswith("<table")

    def open_block(self, tag: str, attributes: str) -> None:
        self.close_block()
        if tag == "p" and self.tags[-1][0] == "li":
            tag = "li"
        self.tags.append((tag, attributes))

    def close_block(self) -> None:
        self.close_line()
        if not self.lines:
            return
        lines, self.lines = self.lines, []
        tag, attributes = self.tags[-1]
        text = " ".join(line.text for line in lines if line.text)
        if tag == "descr" and self.blocks and self.blocks[-1].tag == "img":
            *_, last = self.blocks[-1].pictures
            last.caption = text
        elif tag == "center" and lines[0].pictures and text:
            lines[0].pictures[-1].caption = text
        tag = "p" if tag == "center" else tag
        if tag not in HEADS and tag != "li" and not any(line.text for line in lines):
            tag, attributes = "img", ""
        wrappers = tuple(self.wrappers)
        if tag == "li" and not wrappers:
            tag = "p"
        elif tag != "caption" and self.in_table():
            wrappers = wrappers[:-1]  # a stray paragraph between rows
        self.blocks.append(Block(tag, attributes, lines, wrappers))

    def close_line(self) -> None:
        if line := self.line.take():
            self.lines.append(line)

    def add_text(self, text: str | None) -> None:
        """Adds text of the tree; in `<pre>` its line feeds are line breaks."""
        if text and self.in_pre and "\n" in text:
            for number, part in enumerate(text.split("\n")):
                if number:
                    self.new_line()
                self.line.add(part)
        elif text:
            self.line.add(text)

    def add_picture(self, element: etree._Element) -> None:
        src = self.rules.picture(element)
        if src:
            self.line.add_picture(Picture(src, collapse_space(element.get("alt", ""))))

    def new_line(self) -> None:
        if self.in_row:
            self.line.break_cell()
        else:
            self.close_line()

    def close_row(self) -> None:
        if "".join(self.line.text).strip() or self.line.html:  # text between the cells
            self.cells.append(self.line.take_cell())
        cells, self.cells = self.cells, []
        pictures = self.line.take_pictures()
        if any(text for text, _ in cells) or pictures:
            text = " | ".join(text for text, _ in cells)
            line = Line(text, "".join(html for _, html in cells), pictures, text)
            self.blocks.append(Block("tr", "", [line], tuple(self.wrappers)))


def last_end(container: etree._Element, rules: WalkRules) -> frozenset[etree._Element]:
    """Returns the comments behind which no comment begins the article's own text."""
    found: list[etree._Element] = []
    for comment in container.iter(etree.Comment):
        if rules.begins.search(comment.text or ""):
            found.clear()
        else:
            found.append(comment)
    return frozenset(found)


def continues(element: etree._Element, rules: WalkRules) -> bool:
    """Whether the sentence goes on after this paragraph: its last node is a comment that matches `continues`."""
    if not len(element):
        return False
    last = element[-1]
    return isinstance(last, etree._Comment) and rules.continues.search(last.text or "") is not None


def is_data(table: etree._Element) -> bool:
    """Whether a table holds data: it has a row of several cells and no table inside.

    Other tables are layout and are read as paragraphs: pages until 2005 have whole articles in tables, pages until 2010
    pictures with their captions.
    """
    if table.find(".//table") is not None:
        return False
    return any(sum(cell.tag in ("td", "th") for cell in row) > 1 for row in table.iter("tr"))


NUMBERS = frozenset(("colspan", "rowspan", "border", "start"))


def _kept(element: etree._Element, *names: str) -> str:
    """Returns the named attributes of an element as text, each value on one line. Invalid numbers are dropped."""
    values = ((name, collapse_space(clean_text(element.get(name, "")))) for name in names)
    return "".join(
        attribute(name, value) for name, value in values if value and (name not in NUMBERS or value.isdigit())
    )


def render(blocks: Iterable[Block]) -> str:
    """Returns blocks as HTML, one block per line, without blank lines and indentation, so it is safe in Markdown."""
    lines: list[str] = []
    wrappers: tuple[tuple[str, int], ...] = ()
    for block in blocks:
        lines += _step(wrappers, block.wrappers)
        wrappers = block.wrappers
        inner = "<br>".join(line.html for line in block.lines)
        if block.tag == "img":
            lines.append(f'<div class="img_wrapper">{inner}</div>')
        elif block.tag == "descr" and lines and lines[-1].startswith('<div class="img_wrapper">'):
            lines[-1] = f'{lines[-1].removesuffix("</div>")}<span class="img_descr">{inner.strip()}</span></div>'
        elif block.tag == "descr":
            lines.append(f"<p>{inner}</p>")
        else:
            lines.append(f"<{block.tag}{block.attributes}>{inner}</{block.tag}>")
    lines += _step(wrappers, ())
    return "\n".join(lines)


def _step(before: tuple[tuple[str, int], ...], after: tuple[tuple[str, int], ...]) -> Iterator[str]:
    """Yields the end tags and start tags of wrappers that end or begin between two blocks."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    for start, _ in reversed(before[same:]):
        yield f"</{start[1:].split()[0].rstrip('>')}>"
    for start, _ in after[same:]:
        yield start
