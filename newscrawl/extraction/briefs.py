"""Reads pages of one paragraph (briefs) whose markup is not known: text and date are found by what they are.

The page's title has the headline. On the page stand the paragraph, its day and clock without a year, a slogan, a
promotion, navigation, and mostly other briefs with times of their own.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from lxml import etree

from newscrawl.extraction.blocks import Block, Line, collapse_space
from newscrawl.extraction.brief_choice import dates_near, paragraph_of
from newscrawl.extraction.brief_lines import (
    CLOCK,
    DATE,
    GOES_ON,
    ONLY_DATE,
    Kind,
    Row,
    Says,
    Subject,
    rows_of,
    with_dates_of_two_lines,
)
from newscrawl.extraction.dom import text_content
from newscrawl.extraction.headline import letters
from newscrawl.extraction.markup import escape_text
from newscrawl.extraction.walk import HEADS, WalkRules, read_blocks
from newscrawl.sites.model import BriefPages

ASIDE = ("title", "nav", "aside", "footer", "textarea")  # no article's own text stands in them
LONGEST, SMALL = 40, 4  # characters of a date with its label, and elements that hold it
DEEPEST, DATES = 64, 4  # levels of the tree that are searched; dates near the paragraph that are compared
SHEER = frozenset((Kind.TEXT, Kind.LITTLE))


@dataclass(frozen=True, slots=True)
class Found:
    """The parts of a brief: its date with the year, the element that has it, the paragraph and its container."""

    date: str
    dated: etree._Element | None
    blocks: list[Block]
    container: etree._Element


def headline_in(titles: Iterable[str], kind: BriefPages) -> str:
    """Returns the headline of a brief by the titles of its page; empty if it is no brief's."""
    found = (re.match(kind.title, collapse_space(title)) for title in titles)
    return next((match[1] for match in found if match), "")


def subject_of(headline: str, day: str, kind: BriefPages) -> Subject | None:
    """Returns what is known of a brief. `day` is YYYYMMDD; None if it is no day."""
    try:
        first = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 (a day, not an instant)
    except ValueError:
        return None
    frame = "|".join(f"(?:{line.match})" for line in kind.frame) or "(?!)"
    return Subject(headline, first, re.compile(kind.ends), re.compile(kind.buttons), re.compile(frame, re.IGNORECASE))


def find_brief(
    root: etree._Element, subject: Subject, rules: WalkRules, named: Iterable[etree._Element]
) -> Found | None:
    """Returns the parts of a brief; None where its paragraph is not certain. `named`: containers of known designs."""
    body = next(root.iter("body"), root)
    cut, dates = frozenset(body.iter(*ASIDE)), frozenset(dates_in(body))
    flat = replace(rules, cut=rules.cut | cut, captions=rules.captions | dates, data_tables=False)
    rows = rows_in(read_blocks(body, flat), subject)
    container = next((each for each in named if is_sheer(each, flat, subject)), None)
    if container is not None:
        inside = {line.text for line in lines_of(read_blocks(container, flat))}
        rows = [replace(row, known=row.text in inside) for row in rows]
    at = paragraph_of(rows)
    if at is None:
        return None
    row = rows[at]
    if row.known and container is not None:
        blocks = without_others(read_blocks(container, rules), row, subject)
    else:
        container = element_of(rows, at, body, flat)
        blocks = paragraph_in(read_blocks(container, flat), row, subject)
    dated = [(rows[place].date, element_of(rows, place, body, flat)) for place in dates_near(rows, at)[:DATES]]
    shown, element = max(dated, key=lambda pair: depth_of_common(pair[1], container), default=("", None))
    return Found(shown, element, blocks, container)


def dates_in(body: etree._Element) -> Iterator[etree._Element]:
    """Yields the elements that hold a date and nothing else, and are no part of a sentence."""
    for element in body.iter("*"):
        small = len(list(islice(element.iter(), SMALL + 1))) <= SMALL
        text = collapse_space(text_content(element)) if small else ""
        if text and len(text) < LONGEST and ONLY_DATE.fullmatch(text):
            after = element.tail or ""
            if not GOES_ON.match(after) and not (letters(after) and letters(text_before(element))):
                yield element


def text_before(element: etree._Element) -> str:
    """Returns the text between an element and the element before it, or the beginning of its parent."""
    previous, parent = element.getprevious(), element.getparent()
    before = previous.tail if previous is not None else parent.text if parent is not None else ""
    return before or ""


def rows_in(blocks: Iterable[Block], subject: Subject) -> list[Row]:
    """Returns what the lines of blocks are."""
    rows = [
        replace(row, block=number)
        for number, block in enumerate(blocks)
        for line in block.lines
        if line.text
        for row in rows_of(line.text, subject, heading=block.tag in HEADS, linked=is_linked(line))
    ]
    return with_dates_of_two_lines(rows, subject)


def is_linked(line: Line) -> bool:
    """Whether a line is a link as a whole, but for a time beside it."""
    return not letters(CLOCK.sub("", DATE.sub("", line.bare)))


def lines_of(blocks: Iterable[Block]) -> Iterator[Line]:
    """Yields the lines of blocks."""
    return (line for block in blocks for line in block.lines)


def is_sheer(container: etree._Element, rules: WalkRules, subject: Subject) -> bool:
    """Whether an element holds a paragraph, and neither a date, nor what ends the paragraph, nor another brief."""
    kinds = {row.kind for row in rows_in(read_blocks(container, rules), subject)}
    return Kind.TEXT in kinds and not kinds & {Kind.DATE, Kind.END, Kind.OTHER}


def element_of(rows: Sequence[Row], at: int, body: etree._Element, rules: WalkRules) -> etree._Element:
    """Returns the innermost element that has a row of the body as a line of its own, or its text without a date."""
    row = rows[at]
    before = sum(each.text == row.text and each.kind is not Kind.END for each in rows[:at])
    return innermost(body, {row.text, row.own if row.kind is Kind.TEXT else row.text}, before, rules)


def innermost(element: etree._Element, texts: Collection[str], before: int, rules: WalkRules) -> etree._Element:
    """Returns the innermost element with one of some texts as a line; `before`: such lines to pass over."""
    for _ in range(DEEPEST):
        for child in element.iterchildren("*"):
            found = 0 if child in rules.cut else sum(line.text in texts for line in lines_of(read_blocks(child, rules)))
            if found > before:
                element = child
                break
            before -= found
        else:
            break
    return element


def depth_of_common(one: etree._Element, other: etree._Element) -> int:
    """Returns how deep in the tree the innermost element is that holds both."""
    above = {other, *other.iterancestors()}
    common = next((each for each in (one, *one.iterancestors()) if each in above), None)
    return 0 if common is None else sum(1 for _ in common.iterancestors())


def is_part(text: str, row: Row, subject: Subject) -> bool:
    """Whether a line beside the paragraph belongs to it: it is no part of the frame, and not the headline."""
    kinds = [each.kind for each in rows_of(text, subject) if each.says is not Says.SAME]
    return text == row.text or (bool(kinds) and SHEER.issuperset(kinds))


def without_others(blocks: Iterable[Block], row: Row, subject: Subject) -> list[Block]:
    """Returns blocks without the lines that do not belong to the paragraph."""
    kept = (
        replace(block, lines=[line for line in block.lines if not line.text or is_part(line.text, row, subject)])
        for block in blocks
    )
    return [block for block in kept if block.lines]


def paragraph_in(blocks: Iterable[Block], row: Row, subject: Subject) -> list[Block]:
    """Returns the block that holds the paragraph; of a block that holds other parts of the page, only its line."""
    texts = {row.own, row.text}
    block, line = next((block, line) for block in blocks for line in block.lines if line.text in texts)
    if line.text == row.own and all(is_part(each.text, row, subject) for each in block.lines if each.text):
        return [block]
    if line.text != row.own:
        line = Line(row.own, escape_text(row.own), [], row.own)
    return [replace(block, lines=[line])]
