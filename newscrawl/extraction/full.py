"""Writes the full body: the page's container as it is, but for what a post may not hold."""

from collections.abc import Collection, Iterable, Iterator

from lxml import etree

from newscrawl.extraction.allowed import ELEMENTS, VOID, WITHOUT_CONTENT, attribute_value, is_comment, is_sheet
from newscrawl.extraction.dom import base_of
from newscrawl.extraction.markdown import Place, referenced, without_starts
from newscrawl.extraction.markup import attribute, attributes, clean_text, escape_text, image_source, template_safe


def full_body(containers: Iterable[etree._Element], url: str, own: Collection[str] = ()) -> str:
    """Returns the inner HTML of an article's containers in the form of existing posts, with boilerplate and comments.

    That form is: no white space or comment before the first element, absolute links and images, `referrerpolicy` last
    on images, decoded entities, no TABs and controls. Of all else there is only what `allowed` lists, `<` stays
    escaped, and no text is Markdown. `url` is the address of the page, `own` are the publisher's attributes.
    """
    place = Place()
    return template_safe(without_starts("".join(_Full(place, url, own).write(each) for each in containers)))


TAGS = ELEMENTS.keys() - {"style"}  # a style sheet is written whole
TABLE_PARTS = frozenset("caption col colgroup tbody td tfoot th thead tr".split())


class _Full:
    """Writes a container as it is, but for what is not allowed."""

    def __init__(self, place: Place, url: str, own: Collection[str]) -> None:
        self.place, self.url, self.own = place, url, own
        self.base = url
        self.tables = 0  # open ones

    def write(self, container: etree._Element) -> str:
        self.base = base_of(container.getroottree().getroot(), self.url)
        return "".join(self.pieces(container))

    def pieces(self, container: etree._Element) -> Iterator[str]:
        started = False  # existing posts have no leading white space and comments
        if container.text and container.text.strip():
            started = True
            yield self.text(container.text)
        walker = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if element is container:
                continue
            if event == "start":
                written = self.start(element)
                started = started or bool(written.strip())
                yield written if started else ""
                if not is_kept(element) or element.tag == "style":
                    walker.skip_subtree()
                continue
            if event == "end" and self.is_written(element) and element.tag not in VOID:
                yield self.tag(element.tag, f"</{element.tag}>")
                self.tables -= element.tag == "table"
            if event == "comment" and started:
                yield self.comment(clean_text(element.text or ""))
            if element.tail and (started or element.tail.strip()):
                started = True
                yield self.text(element.tail)

    def start(self, element: etree._Element) -> str:
        """Returns a start tag, if the element may have one, and the text up to the first child."""
        if not is_kept(element):
            return ""
        if element.tag == "style":
            return self.sheet(clean_text(element.text or ""))
        written = ""
        if self.is_written(element):
            self.tables += element.tag == "table"
            written = self.tag(element.tag, f"<{element.tag}{''.join(self.attributes(element))}>")
        return written + self.text(element.text or "")

    def is_written(self, element: etree._Element) -> bool:
        """Whether an element has tags of its own. A part of a table has none elsewhere: browsers drop them."""
        return element.tag in TAGS and (self.tables > 0 or element.tag not in TABLE_PARTS)

    def tag(self, name: str, written: str) -> str:
        self.place.pass_tag(name)
        return written

    def text(self, text: str) -> str:
        lines = clean_text(text).split("\n")
        for number, line in enumerate(lines):
            if number:
                self.place.pass_line()
            self.place.pass_text(line)
            lines[number] = escape_text(line) if self.place.is_html else referenced(line)
        return "\n".join(lines)

    def comment(self, text: str) -> str:
        if not is_comment(text) or not self.place.takes_comment(text):
            return ""
        self.place.pass_tag("!")
        return f"<!--{text}-->"

    def sheet(self, text: str) -> str:
        if not is_sheet(text):
            return ""
        text = self.place.sheet(text)
        self.place.pass_tag("style")
        return f"<style>{text}</style>"

    def attributes(self, element: etree._Element) -> Iterator[str]:
        values = attributes(element)
        if element.tag == "img":
            values["src"] = image_source(values)
            values.pop("referrerpolicy", None)
        for name, raw in values.items():
            value = attribute_value(element.tag, name, clean_text(raw), self.base, self.own)
            if value is not None:
                yield attribute(name, value)
        if element.tag == "img":
            yield ' referrerpolicy="no-referrer"'


def is_kept(element: etree._Element) -> bool:
    """Whether the content of an element is kept: it is allowed, or it is no more than a tag around it."""
    return isinstance(element.tag, str) and element.tag not in WITHOUT_CONTENT
