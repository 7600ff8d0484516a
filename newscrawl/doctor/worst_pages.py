"""The worst pages for a selector: the elements that it names, many of them beside or in each other, or never closed.

A selector that looks around in the page, as `h1/preceding-sibling::p` and `p[ancestor::div]` do, can pass many elements
from where it stands. So for such a one there are pages where many stand before the last one, or in many.
"""

import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from cssselect.parser import Attrib, Class, CombinedSelector, Element, Hash, parse

from newscrawl.sites.values import Value

DEEPEST = 250  # levels of a page: a deeper one is refused
LEVEL = 6  # elements for each level of a page whose depth grows
NAME = re.compile(r"(?:^|[/(:\[|]|::)\s*([a-z][a-z0-9]*)(?=\s*(?:$|[\[/)|\]]))")  # of an element, in XPath
ANY = re.compile(r"(?:^|[/(:\[|])\*")  # an element of any name
AXES = re.compile(r"\.\.|(?:ancestor|preceding|following)(?:-or-self|-sibling)?::")  # to elements that are not in it
PSEUDO = re.compile(r":(?!contains\b)")  # of CSS: what comes before an element, or how many
ATTRIBUTE = re.compile(r"@([\w-]+|\*)")
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
    last: str = ""  # what stands behind all
    around: str = ""  # a start tag: all stands in the more of it, the larger the page is

    def page(self, size: int) -> bytes:
        """Returns the page with about `size` elements."""
        count = max(1, size // max(1, self.again.count("<") - self.again.count("</")))
        within = min(count, self.deepest) or 1
        times = count // within if self.closing or not self.deepest else 1
        before = self.before + self.around * min(DEEPEST, size // LEVEL)
        repeated = (self.again * within + self.closing * within) * times
        return f"<html><body>{before}{repeated}{self.last}</body></html>".encode()

    @property
    def words(self) -> str:
        """The page in words."""
        how = (
            "in each other" if self.deepest and self.closing else "never closed" if self.deepest else "again and again"
        )
        where = f", in many {self.around[:80]}" if self.around else f", before {self.last[:80]}" if self.last else ""
        return f"{self.again[:80]} {how}{where}"


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
        found |= dict.fromkeys(pages_around(tags) if looks_around(selector) else ())
    return [*found]


def looks_around(selector: Value) -> bool:
    """Whether a selector looks at elements that are not in those where it stands. Combinators of CSS are told by sets.

    >>> [looks_around(Value("", text, "css")) for text in ("h1 ~ p", "p:first-child", "//h1/../p", "//p/b")]
    [False, True, True, False]
    """
    return bool((AXES if selector.is_xpath else PSEUDO).search(LITERAL.sub("", selector.text)))


def pages_around(tags: list[Tag]) -> Iterator[WorstPage]:
    """Yields pages where many elements stand before the last, in one of each of the others, or in more and more."""
    for again, other in product(tags, repeat=2):
        yield WorstPage("", again.whole, around=other.start)
        if again != other or len(tags) == 1:
            rest = "".join(tag.start for tag in tags if tag not in (again, other))
            yield WorstPage(rest, again.whole, last=other.whole)


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
    names |= {"b": None} if ANY.search(plain) else {}
    value = " ".join(literals).replace('"', "")
    written = "".join(f' {"title" if name == "*" else name}="{value}"' for name in attributes)
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
