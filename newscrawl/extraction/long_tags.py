"""The attributes of long start tags, counted before libxml2 takes time by their square.

What looks like such a tag may be a script, or one long value such as a picture in base64. So libxml2 says what is one:
it reads the page with these tags cut, each where a window of the page ends. How a tag goes on there is counted here.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, zip_longest
from secrets import token_hex
from typing import Any

from lxml import etree

WINDOW = 16_384  # bytes; a start tag with 10,000 attributes is longer than two of them
BLANKS = 16  # bytes before a quote; more blanks than that may have anything before them
CUT = "newscrawl-cut-"

# The attributes of a start tag as libxml2 reads them (htmlParseStartTag): any name, any value, `>` in quotes only. A
# quote may be open where a window ends.
QUOTES = (b'"', b"'")
BLANK = rb"[ \t\n\f\r]"
VALUE = rb"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)"""
NAME = rb"[ \t\n\f\r/]*+[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+"
ATTRIBUTE = rb"%(name)b(?:%(blank)b*+=%(blank)b*+%(value)b?+)?+" % {b"name": NAME, b"value": VALUE, b"blank": BLANK}
NEXT_ATTRIBUTE = re.compile(ATTRIBUTE)
ATTRIBUTES_THEN = re.compile(rb"(?:%b)*+[ \t\n\f\r/]*+" % ATTRIBUTE)
# What may stand in a window before its first attribute: nothing, a value with what is before it, or the rest of one.
UNQUOTED = re.compile(rb"[^ \t\n\f\r>]*+")
FIRST_VALUE = re.compile(rb"%(blank)b*+=?+%(blank)b*+%(value)b" % {b"value": VALUE, b"blank": BLANK})
# What belongs to an attribute behind the place where its tag was cut: in a value with either quote, in one without,
# before a value, and before the sign of one or anywhere else.
RESTS = {
    '"': re.compile(rb'[^"]*+"?+'),
    "'": re.compile(rb"[^']*+'?+"),
    "x": UNQUOTED,
    "=": FIRST_VALUE,
    "": re.compile(rb"%(blank)b*+=%(blank)b*+%(value)b" % {b"value": VALUE, b"blank": BLANK}),
}


def attributes_of_long_tags(page: bytes, most: int) -> int:
    """Returns how many attributes the long start tags of a page in UTF-8 have, or 0 where these are few."""
    ends = ends_of_long_tags(page, most)
    if not ends:
        return 0
    cut = CUT + token_hex()  # no page can have it, not even in entities
    tags = CutTags(cut)
    read_without_tree(with_tags_cut(page, ends, cut), tags)
    return sum(before + attributes_from(page, ends[number], where, most) for before, where, number in tags.found)


def read_without_tree(page: bytes, parts: Any) -> None:
    """Has libxml2 read a page in UTF-8, and call `parts` for each of its parts."""
    etree.fromstring(page, etree.HTMLParser(target=parts, encoding="utf-8", huge_tree=True))


class CutTags:
    """Finds the start tags that were cut: how many attributes each has so far, where it was cut, and at which end.

    Where: a key of `RESTS`.
    """

    def __init__(self, cut: str) -> None:
        self.cut = cut
        self.mark = re.compile(rf"{cut}-(\d+)")
        self.found: list[tuple[int, str, int]] = []

    def start(self, _: Any, values: Any) -> None:
        """Looks for the mark among the attributes of an element."""
        for name in values:
            if match := self.mark.fullmatch(name):
                self.found.append((len(values), self.where([*values.items()]), int(match[1])))

    def where(self, values: Sequence[tuple[str, str]]) -> str:
        """Returns where the start tag of these attributes was cut, by the place of `cut`."""
        ends = {'"': f" {self.cut}' ", "'": f" {self.cut}", "=": f"{self.cut}'"}
        found = (where for where, end in ends.items() for _, value in values if value.endswith(end))
        before = next((each for each, (name, _) in pairwise(values) if name == f"{self.cut}'"), ("", ""))
        return next(found, "x" if before[1] else "")

    def close(self) -> None:
        """Ends the page."""


def ends_of_long_tags(page: bytes, most: int) -> list[int]:
    """Returns the ends of the windows of a page that may be within start tags, if these may be too long.

    libxml2 takes time by the square of the attributes of an element, and quotes may hide the ends of tags. So a window
    counts in which a tag can be open from one end to the other, whatever stands before it. Nearly all of those are in
    scripts.
    """
    ends, attributes = [], 0
    for start in range(0, len(page) - WINDOW + 1, WINDOW):
        end = start + WINDOW
        if page.find(b">", start, end) < 0 or any(
            is_open(page, begin, end) for begin in begins_of_attributes(page, start, end)
        ):
            ends.append(end)
            attributes += most_attributes(page[start:end])
    return ends if attributes > most else []


def begins_of_attributes(page: bytes, start: int, end: int) -> Iterator[int]:
    """Yields where the first attribute begins in a window, for each state that a start tag can be in before it."""
    yield start
    for match in (UNQUOTED.match(page, start, end), FIRST_VALUE.match(page, start, end)):
        if match:
            yield match.end()
    for quote in QUOTES:
        if at := page.find(quote, start, end) + 1:
            yield at


def is_open(page: bytes, begin: int, end: int) -> bool:
    """Whether a start tag that is open where a part of a page begins, between two attributes, is open where it ends."""
    close = page.find(b">", begin, end)
    if close >= 0 and not any(opens_value(page, quote, begin, close) for quote in QUOTES):
        return False  # nothing hides the end of the tag; this alone tells nearly all windows
    match = ATTRIBUTES_THEN.match(page, begin, end)
    return match is not None and match.end() == end


def most_attributes(part: bytes) -> int:
    """How many attributes a part of a start tag has at most: each ends with a blank, a slash or a quote.

    >>> most_attributes(b"a b=c d='e'f/g")
    6
    """
    return len(part.split()) + part.count(b"/") + sum(part.count(quote) for quote in QUOTES)


def opens_value(page: bytes, quote: bytes, begin: int, end: int) -> bool:
    """Whether the last quote in a part of a page may open a value there."""
    at = page.rfind(quote, begin, end)
    before = page[max(begin, at - BLANKS) : max(at, begin)]
    return at >= 0 and before.rstrip()[-1:] in (b"=", b"")


def with_tags_cut(page: bytes, ends: Sequence[int], cut: str) -> bytes:
    """Returns a page in which each start tag that is open at one of `ends` ends there, by an attribute with its number.

    Whether it is open in a value with either quote, or between two attributes, `cut` is then at a place of its own.
    """
    starts = (0, *ends)
    parts = (page[start:end] for start, end in zip(starts, (*ends, len(page)), strict=True))
    closers = (f""" {cut}' " {cut}-{number}>""".encode() for number in range(len(ends)))
    return b"".join(chain.from_iterable(zip_longest(parts, closers, fillvalue=b"")))


def attributes_from(page: bytes, at: int, where: str, most: int) -> int:
    """Returns how many attributes a start tag has from a place on, up to one more than `most`.

    `where`: a key of `RESTS`.

    >>> places = ((8, "'"), (8, ""), (4, "="), (10, "x"))
    >>> [attributes_from(b"<p a='1 b=2' c d>e f", at, where, 9) for at, where in places]
    [2, 3, 2, 2]
    """
    if where == "x" and page[at - 1 : at] in (b" ", b"\t", b"\n", b"\f", b"\r", *QUOTES):
        where = ""  # the value was at its end
    if rest := RESTS[where].match(page, at):
        at = rest.end()
    number = 0
    while number <= most and (match := NEXT_ATTRIBUTE.match(page, at)):
        at = match.end()
        number += 1
    return number
