"""How many parts a page, or a list, may have. What has more is refused before its tree takes memory and time.

Each bound is far from what real pages have: from 40 of Sina, the portal and lists of 2,000 links among them, of up to
573 KB (November 2026). Within the bounds a page of 10 MB adds less than 100 MB to the process.

What the bytes of a page tell for sure is asked first, because that takes no time. Only a page that may be too much is
given to libxml2 without a tree (7 ms for 500 KB), so what counts as a tag, a script or a comment is what it takes for
one.
"""

from itertools import islice
from typing import Any

from lxml import etree

from newscrawl.errors import ListError, Refused
from newscrawl.extraction.long_tags import attributes_of_long_tags, read_without_tree

TOO_LARGE = "too_large"
NODES = 100_000  # elements and comments, with about 300 bytes each; the most of a real page are 5,990
ATTRIBUTES = 150_000  # of all elements, with about 240 bytes each; the most of a real page are 7,907
LONG_TAGS = 10_000  # attributes of all long start tags; 10,000 of one take 0.2 s, 20,000 0.8 s; a real one has 15
DEPTH = (
    2_000  # elements in elements: for deeper ones libxml2 (2,046) loses all that follows; the deepest real one has 29
)
COPIED = 20_000  # elements of a page for the general extractor, which copies them: 2.9 KB each
END_TAGS = 150_000  # which libxml2 compares with all open elements: 300,000 take 1.5 s; a real page has 5,262
TEXT = 2_000_000  # characters outside of scripts and styles; the most of a real page are 265,000 with those
STEPS_UP = 10_000_000  # from each element to all that it is in, as selectors go; the most of a real page are 45,000
NESTED_TEXT = 100_000_000  # characters, once for each element that they are in; the most of a real page are 1,410,000
LINES = 40_000  # of an article, with about 500 bytes each; the most of a real one are 300
HEAD = 2**16  # bytes of the head of a saved answer or of a part of MHTML; servers send 8 KB a line, browsers write 1 KB

ROWS = 50_000  # of one page of a list: the limit of the sitemap protocol (sitemaps.org)
LINKS = 10_000  # of a list page in HTML, where 100,000 take 16 s; the most of a real one are 1,959
TAGS = 600_000  # start and end tags of a feed or sitemap: 50,000 addresses with five values each have 500,000
REFERENCES = 100_000  # to entities that XML does not know by itself, with about 150 bytes each
PAIRS = 300_000  # of equals signs in one: attributes, and the parameters of addresses
VALUES = 200_000  # of an answer in JSON, with about 150 bytes each; a page of 50 rows has 2,000

SMALL = 600_000  # bytes; the attributes and the text of a smaller page are within the bounds, or nearly
FEW = 15_000  # smaller-than signs; the steps up of a page with fewer are within the bound, or nearly
KNOWN = (b"&amp;", b"&lt;", b"&gt;", b"&quot;", b"&apos;", b"&#")


def too_large(what: str) -> Refused:
    """The refusal of a page; `what` says which bound it does not keep."""
    return Refused(TOO_LARGE, f"the page has {what}")


def too_deep() -> Refused:
    """The refusal of a page whose text libxml2 would lose."""
    return too_large(f"elements within more than {DEPTH:,} others")


def check_head(size: int) -> None:
    """Raises Refused (`too_large`) for the head of an answer, or of a part of a file, of more bytes than one has.

    >>> check_head(65_537)
    Traceback (most recent call last):
    newscrawl.errors.Refused: too_large: the page has more than 65,536 bytes of headers
    """
    if size > HEAD:
        raise too_large(f"more than {HEAD:,} bytes of headers")


def list_too_large(what: str) -> ListError:
    """The error of a list; `what` says which bound its answer does not keep."""
    return ListError(f"list_{TOO_LARGE}", f"the answer has {what}")


def check_rows(count: int) -> None:
    """Raises ListError (`list_too_large`) for a page of a list with more rows than one can have."""
    if count > ROWS:
        raise list_too_large(f"more than {ROWS:,} rows")


def check_links(count: int) -> None:
    """Raises ListError (`list_too_large`) for a list page with more links to articles than one can have."""
    if count > LINKS:
        raise list_too_large(f"more than {LINKS:,} links")


def check_xml(page: bytes) -> None:
    """Raises ListError (`list_too_large`) for a feed or a sitemap with more parts than one can have.

    >>> check_xml(b"<a/>" * 600_001)
    Traceback (most recent call last):
    newscrawl.errors.ListError: list_too_large: the answer has more than 600,000 tags
    """
    if page.count(b"<") > TAGS:
        raise list_too_large(f"more than {TAGS:,} tags")
    if page.count(b"=") > PAIRS:
        raise list_too_large(f"more than {PAIRS:,} attributes")
    if page.count(b"&") - sum(map(page.count, KNOWN)) > REFERENCES:
        raise list_too_large(f"more than {REFERENCES:,} references to entities")


def check_json(text: str) -> None:
    """Raises ListError (`list_too_large`) for JSON with more values than a page of a list can have.

    >>> check_json("[" + "[]," * 200_001 + "]")
    Traceback (most recent call last):
    newscrawl.errors.ListError: list_too_large: the answer has more than 200,000 values
    """
    if sum(map(text.count, ",[{")) > VALUES:
        raise list_too_large(f"more than {VALUES:,} values")


def check_page(page: bytes) -> None:
    """Raises Refused (`too_large`) for a page, in UTF-8, that has more parts than a page can have.

    >>> check_page(b"<p>text</p>")
    >>> check_page(b"<br>" * 200_000)
    Traceback (most recent call last):
    newscrawl.errors.Refused: too_large: the page has more than 100,000 elements and comments
    """
    if page.count(b"</") > END_TAGS:
        raise too_large(f"more than {END_TAGS:,} end tags")
    if attributes_of_long_tags(page, LONG_TAGS) > LONG_TAGS:
        raise too_large(f"more than {LONG_TAGS:,} attributes in long start tags")
    if len(page) > SMALL or page.count(b"<") > FEW:
        read_without_tree(page, Parts())


def may_be_copied(root: etree._Element) -> bool:
    """Whether a page has no more elements than the general extractor may copy."""
    return next(islice(root.iter(), COPIED, None), None) is None


class Parts:
    """Counts the parts of a page while libxml2 reads it, and builds nothing. Raises Refused at the first bound."""

    def __init__(self) -> None:
        self.nodes = self.attributes = self.text = self.depth = self.steps_up = self.nested_text = 0
        self.raw = False  # within a script or a style sheet

    def start(self, tag: Any, values: Any) -> None:
        """Counts an element, and its attributes."""
        self.raw = tag in ("script", "style")
        self.attributes += len(values)
        if self.attributes > ATTRIBUTES:
            raise too_large(f"more than {ATTRIBUTES:,} attributes")
        self.node()
        self.depth += 1
        if self.depth > DEPTH:
            raise too_deep()
        for value in values.values():
            if not value.isascii():  # an address, perhaps with a picture in it, takes a byte each
                self.data(value)

    def end(self, _: Any) -> None:
        """Ends a script, and anything else."""
        self.raw = False
        self.depth -= 1

    def node(self) -> None:
        """Counts an element or a comment."""
        self.nodes += 1
        if self.nodes > NODES:
            raise too_large(f"more than {NODES:,} elements and comments")
        self.steps_up += self.depth
        if self.steps_up > STEPS_UP:
            raise too_large("too many elements within elements")

    def data(self, text: Any) -> None:
        """Counts text."""
        self.text += 0 if self.raw else len(text)
        if self.text > TEXT:
            raise too_large(f"more than {TEXT:,} characters of text")
        self.nested_text += 0 if self.raw else len(text) * self.depth
        if self.nested_text > NESTED_TEXT:
            raise too_large("too much text within too many elements")

    def comment(self, text: Any) -> None:
        """Counts a comment."""
        self.node()
        self.data(text)

    def pi(self, target: Any, data: Any = None) -> None:
        """Counts an instruction, which is a comment in HTML."""
        self.comment(data or target)

    def close(self) -> None:
        """Ends the page."""
