"""Reading a container into blocks: paragraphs, sub-heads, list items, table rows, pictures with their captions.

The tree is walked once and never changed. What a block says is kept twice: as text (a line each, white space squashed)
and as HTML of its own, rebuilt from the tree, so that any block can be left out and the rest stays balanced.
"""

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from newscrawl.extraction.blocks import ASCII_SPACE, RUN_OF_SPACE, Block, Line, Picture, squash
from newscrawl.extraction.markup import attribute, clean_text, escape_text

PARAGRAPHS = frozenset(
    "p div section article main header footer center dl dt dd figure address details summary fieldset hgroup "
    "nav aside form hr pre marquee".split()
)
HEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
WRAPPERS = frozenset(("blockquote", "ul", "ol"))
TABLE_PARTS = frozenset(("table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption"))
BLOCKS = PARAGRAPHS | HEADS | WRAPPERS | TABLE_PARTS | {"li"}
INLINE = frozenset(("b", "strong", "i", "em", "u", "s", "sub", "sup"))
STYLED = frozenset(("font", "span"))  # kept only for what the site's own sign for bold and size says


NEVER = re.compile("(?!)")


@dataclass(frozen=True, slots=True)
class WalkRules:
    """How to read a container.

    `cut` elements are left out with all they hold, of `unwrap` elements only the tags; `captions` are words under a
    picture. `picture` gives the address of an `<img>` (empty: none worth keeping), `link` that of a link (empty: the
    words alone). A paragraph that ends with a comment that `continues` fits goes on behind it: old pages break a
    sentence with an advertisement. Nothing counts behind a comment that `ends` fits, unless one that `begins` fits is
    still to come. `styles` are attributes that hold the publisher's own signs for bold and size; they are kept.
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


def read_blocks(container: etree._Element, how: WalkRules) -> list[Block]:
    """The blocks of a container, in the page's order."""
    reader = _Reader(how)
    reader.read(container)
    return reader.blocks


class _Reader:
    """The walk's state: the block being read, its inline tags, the wrappers around it."""

    def __init__(self, how: WalkRules) -> None:
        self.how = how
        self.blocks: list[Block] = []
        self.lines: list[Line] = []
        self.text: list[str] = []
        self.bare: list[str] = []
        self.html: list[str] = []
        self.pictures: list[Picture] = []
        self.tags: list[tuple[str, str]] = [("p", "")]  # the blocks that are open, innermost last
        self.wrappers: list[tuple[str, int]] = []
        self.wanted: list[tuple[str, str]] = []  # inline tags that are open in the tree: (name, start tag)
        self.written: list[tuple[str, str]] = []  # inline tags that are open in the line
        self.data: set[etree._Element] = set()  # tables that hold data
        self.opened: list[str] = []  # what each element that is open in the tree has opened here
        self.in_row = self.in_cell = False  # of a data table
        self.in_pre = False  # line feeds are line breaks
        self.joining = False  # behind an advertisement inside a sentence: no blank where it stood
        self.cells: list[tuple[str, str]] = []  # of the open row: (text, html)

    def read(self, container: etree._Element) -> None:
        self.data = {table for table in container.iter("table") if is_data(table)}
        self.say(container.text)
        walker = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
        cut = self.how.cut
        for event, element in walker:
            if element is container:
                continue
            if event == "start":
                if element in cut:
                    walker.skip_subtree()
                    continue
                self.start(element)
                self.say(element.text)
                continue
            if event == "end" and element not in cut:
                self.end(element)
            elif event == "comment":
                if self.how.ends.match(element.text or "") and not self.begins_again(container, element):
                    break
                self.joining = self.joining or self.how.continues.search(element.text or "") is not None
            self.say(element.tail)
        self.close_block()

    def begins_again(self, container: etree._Element, end: etree._Element) -> bool:
        """Whether a comment behind this one begins the article's own text: what ended was another part."""
        later = itertools.dropwhile(lambda comment: comment is not end, container.iter(etree.Comment))
        return any(self.how.begins.search(comment.text or "") for comment in later)

    def start(self, element: etree._Element) -> None:
        """Enters an element; what that opened is noted, so that its end undoes just that."""
        self.opened.append(self.enter(element))

    def enter(self, element: etree._Element) -> str:
        tag = element.tag
        if tag == "img":
            self.see(element)
        elif tag == "br":
            self.new_line()
        elif element in self.how.captions and not self.in_row:
            self.open_block("descr", "")
            return "block"
        elif tag in BLOCKS:
            return self.enter_block(element)
        elif tag == "a":
            href = "" if element in self.how.unwrap else self.how.link(element.get("href", ""))
            return self.want(tag, f"<a{attribute('href', href)}>" if href else "")
        elif tag in INLINE:
            return self.want(tag, f"<{tag}>")
        elif tag in STYLED:
            style = _kept(element, *self.how.styles)
            return self.want(tag, f"<{tag}{style}>" if style else "")
        return ""

    def want(self, name: str, start: str) -> str:
        """Opens an inline tag, to be written when there is something to say in it; never one inside its own kind."""
        if not start or any(open_name == name for open_name, _ in self.wanted):
            return ""
        self.wanted.append((name, start))
        return "inline"

    def end(self, element: etree._Element) -> None:
        match self.opened.pop():
            case "inline":
                self.wanted.pop()
            case "block":
                if not self.goes_on(element):
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
                self.close_cell(element.tag, _kept(element, "colspan", "rowspan"))
                self.in_cell = False
            case "in cell":
                self.break_cell()

    def enter_block(self, element: etree._Element) -> str:
        tag = element.tag
        if self.in_row:
            if tag in ("td", "th") and not self.in_cell:
                self.in_cell = True
                return "cell"
            self.break_cell()
            return "in cell"
        if tag in WRAPPERS or element in self.data:
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
            self.open_block(tag, _kept(element, *self.how.styles, "class"))
        else:
            self.open_block("center" if tag == "center" else "p", "")
        return "block"

    def in_table(self) -> bool:
        """Whether the innermost wrapper is a data table (which holds no other table)."""
        return bool(self.wrappers) and self.wrappers[-1][0].startswith("<table")

    def goes_on(self, element: etree._Element) -> bool:
        """Whether the sentence continues behind this paragraph: its last node is a comment that says so."""
        if not len(element):
            return False
        last = element[-1]
        return isinstance(last, etree._Comment) and self.how.continues.search(last.text or "") is not None

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
        words = " ".join(line.text for line in lines if line.text)
        if tag == "descr" and self.blocks and self.blocks[-1].tag == "img":
            *_, last = self.blocks[-1].pictures
            last.caption = words
        elif tag == "center" and lines[0].pictures and words:
            lines[0].pictures[-1].caption = words
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
        self.close_inline(0)
        text = squash("".join(self.text))
        if text or self.pictures:
            bare = text if len(self.bare) == len(self.text) else squash("".join(self.bare))
            self.lines.append(Line(text, "".join(self.html).strip(" "), self.pictures, bare))
        self.text, self.bare, self.html, self.pictures = [], [], [], []

    def close_inline(self, keep: int) -> None:
        for name, start in reversed(self.written[keep:]):
            if start:
                self.html.append(f"</{name}>")
        del self.written[keep:]

    def say(self, text: str | None) -> None:
        """Text of the tree; in `<pre>` its line feeds are line breaks."""
        if text and self.in_pre and "\n" in text:
            for number, part in enumerate(text.split("\n")):
                if number:
                    self.new_line()
                self.say_run(part)
        elif text:
            self.say_run(text)

    def say_run(self, text: str) -> None:
        """Text into the line that is open, its ASCII white space as HTML reads it."""
        blank = not text.strip(ASCII_SPACE)
        if blank and (self.joining or not self.html or self.html[-1].endswith(" ")):
            return
        if self.joining:
            text, self.joining = text.lstrip(ASCII_SPACE), False
        if blank:
            text = " "
        else:
            if "\n" in text or "\t" in text or "  " in text:
                text = RUN_OF_SPACE.sub(" ", text)
            self.open_inline()
        self.text.append(text)
        if not any(name == "a" for name, _ in self.wanted):
            self.bare.append(text)
        self.html.append(escape_text(text))

    def open_inline(self) -> None:
        """Tags are written when there is something to say in them, so no empty ones are."""
        same = 0
        while same < min(len(self.written), len(self.wanted)) and self.written[same] == self.wanted[same]:
            same += 1
        self.close_inline(same)
        for name, start in self.wanted[same:]:
            self.html.append(start)
            self.written.append((name, start))

    def see(self, element: etree._Element) -> None:
        src = self.how.picture(element)
        if not src:
            return
        self.open_inline()
        picture = Picture(src, squash(element.get("alt", "")))
        self.pictures.append(picture)
        self.html.append(picture.html())

    def new_line(self) -> None:
        if self.in_row:
            self.break_cell()
        else:
            self.close_line()

    def break_cell(self) -> None:
        self.close_inline(0)
        if self.html and self.html[-1] != "<br>":
            self.html.append("<br>")
            self.text.append(" ")

    def close_cell(self, tag: str = "td", attributes: str = "") -> None:
        self.close_inline(0)
        while self.html and self.html[-1] == "<br>":
            self.html.pop()
        html = f"<{tag}{attributes}>{''.join(self.html).strip(' ')}</{tag}>"
        self.cells.append((squash("".join(self.text)), html))
        self.html, self.text, self.bare = [], [], []

    def close_row(self) -> None:
        if "".join(self.text).strip() or self.html:  # words between the cells
            self.close_cell()
        cells, self.cells = self.cells, []
        pictures, self.pictures = self.pictures, []
        if any(text for text, _ in cells) or pictures:
            text = " | ".join(text for text, _ in cells)
            line = Line(text, "".join(html for _, html in cells), pictures, text)
            self.blocks.append(Block("tr", "", [line], tuple(self.wrappers)))


def is_data(table: etree._Element) -> bool:
    """Whether a table holds data: several cells side by side and no table within.

    Until 2005 whole articles stand in tables, and pictures with their captions until 2010: those are read as flow.
    """
    if table.find(".//table") is not None:
        return False
    return any(sum(cell.tag in ("td", "th") for cell in row) > 1 for row in table.iter("tr"))


NUMBERS = frozenset(("colspan", "rowspan", "border", "start"))


def _kept(element: etree._Element, *names: str) -> str:
    """The attributes that are kept, their values on one line."""
    values = ((name, squash(clean_text(element.get(name, "")))) for name in names)
    return "".join(
        attribute(name, value) for name, value in values if value and (name not in NUMBERS or value.isdigit())
    )


def render(blocks: Iterable[Block]) -> str:
    """The blocks as HTML, a block a line: no blank line and no indentation, so it is safe as Markdown."""
    lines: list[str] = []
    around: tuple[tuple[str, int], ...] = ()
    for block in blocks:
        lines += _step(around, block.wrappers)
        around = block.wrappers
        inner = "<br>".join(line.html for line in block.lines)
        if block.tag == "img":
            lines.append(f'<div class="img_wrapper">{inner}</div>')
        elif block.tag == "descr" and lines and lines[-1].startswith('<div class="img_wrapper">'):
            lines[-1] = f'{lines[-1].removesuffix("</div>")}<span class="img_descr">{inner.strip()}</span></div>'
        elif block.tag == "descr":
            lines.append(f"<p>{inner}</p>")
        else:
            lines.append(f"<{block.tag}{block.attributes}>{inner}</{block.tag}>")
    lines += _step(around, ())
    return "\n".join(lines)


def _step(before: tuple[tuple[str, int], ...], after: tuple[tuple[str, int], ...]) -> Iterator[str]:
    """The end tags of wrappers left and the start tags of wrappers entered between two blocks."""
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    for start, _ in reversed(before[same:]):
        yield f"</{start[1:].split()[0].rstrip('>')}>"
    for start, _ in after[same:]:
        yield start
