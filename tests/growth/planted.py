"""What is too slow on purpose: the tests must find it."""

from collections.abc import Iterator
from functools import partial

from lxml import etree

from newscrawl.doctor.measuring import Case
from newscrawl.doctor.slow import tree_of
from newscrawl.doctor.worst_pages import worst_pages
from newscrawl.sites.values import Value
from tests.growth.readers import Reader, WorstPart, parts

PATTERN = r"来源\s*(?:：|\s)\s*(?:：|\s)\s*报"
PLACE = [*parts()].index(WorstPart("body", "<b>x</b>"))  # among all, as it is chosen where they are few
SELECTOR = Value("", "//span/following-sibling::span", "css")


def read_text(text: str) -> list[str]:
    """Looks through all that was before, for each character."""
    return [each for at, each in enumerate(text) if any(before == "?" for before in text[:at])]


def read_page(root: etree._Element) -> list[etree._Element]:
    """Looks at all that was found, for each element."""
    found: list[etree._Element] = []
    for element in root.iter("b"):
        found += [] if any(each.get("id") == each.get("class") != element.get("id") for each in found) else [element]
    return found


def readers() -> list[Reader]:
    """The readers that are too slow."""
    return [
        Reader("planted.read_text", read_text, {"text": str}),
        Reader("planted.read_page", read_page, {"root": etree._Element}),
    ]


def cases_of_selector(largest: int) -> Iterator[Case]:
    """A selector as libraries make XPath of it."""
    find = etree.XPath(SELECTOR.text)
    for worst in worst_pages(SELECTOR):
        yield Case(worst.words, find, partial(tree_of, worst), largest, 160)
