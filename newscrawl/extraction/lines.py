"""The open line of a walk: text, inline tags and pictures, up to the next line break or the end of the block."""

import re

from newscrawl.extraction.blocks import ASCII_SPACE, RUN_OF_SPACE, Line, Picture, collapse_space
from newscrawl.extraction.markup import escape_text

WORD = re.compile(r"\w")  # behind a link; a bracket or an arrow there is still the end of the link


class OpenLine:
    """A line as it is written: once as text, once as HTML.

    The open inline tags stay open over its end: the next line begins with them. A tag is written when its content
    begins, so no empty tags are written.
    """

    def __init__(self) -> None:
        self.text: list[str] = []
        self.bare: list[str] = []  # the text that is not in links
        self.link: list[str] = []  # the text of the last link, unless words follow it
        self.html: list[str] = []
        self.pictures: list[Picture] = []
        self.tags: list[tuple[str, str]] = []  # inline tags that are open in the tree: (name, start tag)
        self.written: list[tuple[str, str]] = []  # inline tags that are open in `html`
        self.joining = False  # after an advertisement inside a sentence: add no blank in its place

    def open_tag(self, name: str, start: str) -> bool:
        """Opens an inline tag, unless `start` is empty or one of its name is open. Returns whether it did."""
        if not start or any(open_name == name for open_name, _ in self.tags):
            return False
        self.tags.append((name, start))
        if name == "a":
            self.link.clear()
        return True

    def close_tag(self) -> None:
        """Closes the innermost inline tag."""
        self.tags.pop()

    def add(self, text: str) -> None:
        """Adds text; runs of ASCII white space collapse to one blank, as in HTML."""
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
            self._write_tags()
        self.text.append(text)
        if any(name == "a" for name, _ in self.tags):
            self.link.append(text)
        else:
            self.bare.append(text)
            if self.link and WORD.search(text):
                self.link.clear()
        self.html.append(escape_text(text))

    def add_picture(self, picture: Picture) -> None:
        """Adds a picture."""
        self._write_tags()
        self.pictures.append(picture)
        self.html.append(picture.html())

    def take(self) -> Line | None:
        """Ends the line and returns it; None if it is empty."""
        self._close_written(0)
        text = collapse_space("".join(self.text))
        line = None
        if text or self.pictures:
            bare = text if len(self.bare) == len(self.text) else collapse_space("".join(self.bare))
            line = Line(text, "".join(self.html).strip(" "), self.pictures, bare, collapse_space("".join(self.link)))
        self.text, self.bare, self.link, self.html, self.pictures = [], [], [], [], []
        return line

    # In a row of a data table a line is a cell

    def break_cell(self) -> None:
        """Breaks the line inside a cell."""
        self._close_written(0)
        if self.html and self.html[-1] != "<br>":
            self.html.append("<br>")
            self.text.append(" ")

    def take_cell(self, tag: str = "td", attributes: str = "") -> tuple[str, str]:
        """Ends a cell and returns its text and its HTML. Its pictures stay, for the row."""
        self._close_written(0)
        while self.html and self.html[-1] == "<br>":
            self.html.pop()
        html = f"<{tag}{attributes}>{''.join(self.html).strip(' ')}</{tag}>"
        text = collapse_space("".join(self.text))
        self.html, self.text, self.bare, self.link = [], [], [], []
        return text, html

    def take_pictures(self) -> list[Picture]:
        """Returns the pictures of a row."""
        pictures, self.pictures = self.pictures, []
        return pictures

    def _write_tags(self) -> None:
        """Writes the open tags that are not written yet. It runs only before content."""
        same = 0
        while same < min(len(self.written), len(self.tags)) and self.written[same] == self.tags[same]:
            same += 1
        self._close_written(same)
        for name, start in self.tags[same:]:
            self.html.append(start)
            self.written.append((name, start))

    def _close_written(self, keep: int) -> None:
        for name, start in reversed(self.written[keep:]):
            if start:
                self.html.append(f"</{name}>")
        del self.written[keep:]
