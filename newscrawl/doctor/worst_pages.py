"""The worst pages for a selector: the elements that it names, many of them beside or in each other, or never closed."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from cssselect.parser import Attrib, Class, CombinedSelector, Element, Hash, parse

from newscrawl.sites.values import Value

DEEPEST = 250  # levels of a page: a deeper one is refused
NAME = re.compile(r"(?:^|[/(:\[|]|::)\s*([a-z][a-z0-9]*)(?=\s*(?:$|[\[/)|\]]))")  # of an element, in XPath
ATTRIBUTE = re.compile(r"@([\w-]+)")
LITERAL = re.compile(r"'([^'<>]*)'|\"([^\"<>]*)\"")
FUNCTIONS = frozenset("node text comment position".split())


class Tag(NamedTuple):
    """An element that a selector names."""

    name: str
    attributes: str
    text: str = "x"

    @property
    def start(self) -> str:
        """Its start tag.

        >>> Tag("p", ' class="a"').start
        '<p class="a">'
        """
        return f"<{self.name}{self.attributes}>"

    @property
    def whole(self) -> str:
        """The element with its text."""
        return f"{self.start}{self.text}</{self.name}>"


class WorstPage(NamedTuple):
    """A page of any size: one part of it is repeated, and closed as often behind it."""

    before: str
    again: str
    closing: str = ""  # what closes it; never closed, the page ends where it is DEEPEST
    deepest: int = 0  # how often it is in itself; 0: never

    def page(self, size: int) -> bytes:
        """Returns the page with about `size` elements."""
        count = max(1, size // max(1, self.again.count("<") - self.again.count("</")))
        within = min(count, self.deepest) or 1
        times = count // within if self.closing or not self.deepest else 1
        return (
            f"<html><body>{self.before}{(self.again * within + self.closing * within) * times}</body></html>".encode()
        )

    @property
    def words(self) -> str:
        """The page in words."""
        how = (
            "in each other" if self.deepest and self.closing else "never closed" if self.deepest else "again and again"
        )
        return f"{self.again[:80]} {how}"


def worst_pages(selector: Value) -> list[WorstPage]:
    """Returns the worst pages for a selector, each once. Raises SelectorError for one that is none.

    >>> [page.words for page in worst_pages(Value("", "ul li", "css"))][:2]
    ['<ul>x</ul> again and again', '<ul> in each other']
    """
    found: dict[WorstPage, None] = {}
    for tags in tags_of(selector):
        whole = "".join(tag.whole for tag in tags)
        chain = "".join(tag.start for tag in tags)
        ends = "".join(f"</{tag.name}>" for tag in reversed(tags))
        for tag in tags:
            found[WorstPage("", tag.whole)] = None
            found[WorstPage("", tag.start, f"</{tag.name}>", DEEPEST)] = None
            found[WorstPage("", tag.start + "x", "", DEEPEST)] = None
            found |= dict.fromkeys(WorstPage(first.whole, tag.whole) for first in tags)
        found[WorstPage("", whole)] = None
        found[WorstPage("", f"<!--{tags[0].text}-->{whole}")] = None
        found[WorstPage("", f"{chain}x{ends}")] = None
        found[WorstPage("", chain, ends, max(1, DEEPEST // len(tags)))] = None
        found[WorstPage("", f"{chain}x", "", max(1, DEEPEST // len(tags)))] = None
    return [*found]


def tags_of(selector: Value) -> Iterator[list[Tag]]:
    """Yields the elements that each part of a selector names.

    >>> list(tags_of(Value("", "ul.a > #b[c=d], i", "css")))[0]
    [Tag(name='ul', attributes=' class="a"', text='x'), Tag(name='b', attributes=' c="d" id="b"', text='x')]
    """
    if selector.is_xpath:
        yield list(_named(selector.text))
        return
    for each in parse(selector.text):
        yield list(dict.fromkeys(_compounds(each.parsed_tree)))


def _named(xpath: str) -> Iterator[Tag]:
    """Yields the elements of an XPath: of each name in it, with all attributes and all texts that it names."""
    literals = [one or other for one, other in LITERAL.findall(xpath)]
    plain = LITERAL.sub("", xpath)
    attributes = dict.fromkeys(ATTRIBUTE.findall(plain))
    names = dict.fromkeys(name for name in NAME.findall(plain) if name not in FUNCTIONS)
    value = " ".join(literals).replace('"', "")
    written = "".join(f' {name}="{value}"' for name in attributes)
    yield from (Tag(name, written, " ".join(literals) or "x") for name in names or ("b",))
    for literal in literals if len(literals) > 1 and not attributes else ():
        yield from (Tag(name, "", literal) for name in names or ("b",))


def _compounds(tree: Any) -> Iterator[Tag]:
    if isinstance(tree, CombinedSelector):
        yield from _compounds(tree.selector)
        yield from _compounds(tree.subselector)
        return
    name, attributes = "b", ""
    while not isinstance(tree, Element):
        match tree:
            case Class():
                attributes += f' class="{tree.class_name}"'
            case Hash():
                attributes += f' id="{tree.id}"'
            case Attrib():
                attributes += f' {tree.attrib}="{tree.value.value if tree.value else ""}"'
        tree = tree.selector
    yield Tag(tree.element or name, attributes)
