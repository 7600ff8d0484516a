"""Boilerplate: drops the lines that are not part of the article; the rest is the body."""

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from newscrawl.extraction.article import Article, Image
from newscrawl.extraction.blocks import Block, Line
from newscrawl.extraction.evidence import Candidate, Evidence, decide
from newscrawl.extraction.markup import clean_text
from newscrawl.extraction.walk import render
from newscrawl.sites.model import LineRule

Compiled = tuple[tuple[LineRule, re.Pattern[str]], ...]
EDGE = 3  # a rule with `where: edge` tests lines up to the third line of the article from either end
KEPT = ("descr", "tr")  # tags of blocks that are never dropped
OWN_SOURCE = LineRule("", "the medium of the headline, as a line of its own", "edge")
WORDS = re.compile(r"[^\W\d_]")  # a line of links has no words between the links, but may have dates
LABEL = re.compile(r"[\W\d_]*(?:[^\W\d_]{1,12}\s*[:：|｜丨】\]）)][\W\d_]*)?")  # beside the links: one word and a colon


@dataclass(frozen=True, slots=True)
class Dropped:
    """A dropped line, the rule that dropped it, and the value that the rule found in it."""

    line: Line
    rule: LineRule
    value: str = ""


def without_boilerplate(
    blocks: Sequence[Block], rules: tuple[LineRule, ...], names: frozenset[str] = frozenset()
) -> tuple[list[Block], list[Dropped]]:
    """Returns the blocks without the lines that a rule drops, and the dropped lines in order.

    `names` are the names of the page's source: at the edge, a line that is only such a name is dropped. Captions and
    table rows are never dropped. Rules for the edge test the first and last lines that the other rules have left.
    """
    lines = [
        line for block in blocks if block.tag not in KEPT for line in block.lines if line.text and not line.pictures
    ]
    combined, compiled = compiled_rules(rules)
    dropped: dict[int, Dropped] = {}
    head: LineRule | None = None  # the rule of the open list of links
    for line in lines:
        found = fitting(line, "any", compiled) if combined.match(line.text) or combined.match(line.bare) else None
        if found:
            head = found.rule if found.rule.links else None
        elif head and not WORDS.search(line.bare):
            found = Dropped(line, head)
        else:
            head = None
        if found:
            dropped[id(line)] = found
    rest = [line for line in lines if id(line) not in dropped]
    for side in (rest, rest[::-1]):
        dropped |= {id(found.line): found for found in at_edge(side, compiled, names)}
    if not dropped:
        return list(blocks), []
    kept = (replace(block, lines=[line for line in block.lines if id(line) not in dropped]) for block in blocks)
    return [block for block in kept if block.lines], [dropped[id(line)] for line in lines if id(line) in dropped]


def at_edge(lines: Sequence[Line], compiled: Compiled, names: frozenset[str]) -> Iterator[Dropped]:
    """Yields the lines that rules for the edge drop, up to the EDGE-th line that is not dropped."""
    left = 0
    for line in lines:
        if left == EDGE:
            return
        found = Dropped(line, OWN_SOURCE) if line.text in names else fitting(line, "edge", compiled)
        if found:
            yield found
        else:
            left += 1


def fitting(line: Line, where: str, compiled: Compiled) -> Dropped | None:
    """Returns what the first matching rule for a place (`any` or `edge`) drops; None when no rule matches the line."""
    for rule, pattern in compiled:
        if rule.where == where and (not rule.linked or is_linked(line)):
            match = pattern.fullmatch(line.bare) if rule.links else pattern.match(line.text)
            if match:
                return Dropped(line, rule, match[1].strip() if rule.field else "")
    return None


def is_linked(line: Line) -> bool:
    """Whether a line is only links, with at most a label before them.

    >>> is_linked(Line("专题：走近渡口", "", bare="专题：")), is_linked(Line("详细>>", "", bare=""))
    (True, True)
    >>> is_linked(Line("专题：走近渡口", "", bare="专题：走近渡口")), is_linked(Line("他说：去看", "", bare="他说：去"))
    (False, False)
    """
    return line.bare != line.text and LABEL.fullmatch(line.bare) is not None


@functools.cache
def compiled_rules(rules: tuple[LineRule, ...]) -> tuple[re.Pattern[str], Compiled]:
    """Returns one pattern for all rules, because most lines match none, and each rule with its own pattern."""
    either = "|".join(f"(?:{rule.match})" for rule in rules) or "(?!)"
    return re.compile(either), tuple((rule, re.compile(rule.match)) for rule in rules)


def text_of(blocks: Iterable[Block]) -> str:
    """Returns the text of all lines (paragraphs, headings, list items, captions, table rows), joined by line feeds."""
    return "\n".join(line.text for block in blocks for line in block.lines if line.text)


def images_of(blocks: Iterable[Block]) -> list[Image]:
    """Returns the content images in order."""
    return [Image(picture.src, picture.caption) for block in blocks for picture in block.pictures]


class BoilerplatePipeline:
    """Fills `text`, `html`, `images`, `stocks` and the fields whose values are in dropped lines (`original_title`)."""

    def process_item(self, item: Article) -> Article:
        """Applies the site's line rules. The rules for elements were applied when the page was read."""
        raw = item.raw
        names = frozenset(name for name in (item.source, item.author) if name)
        blocks, dropped = without_boilerplate(raw.blocks, raw.site.boilerplate.lines, names)
        candidates = [
            Candidate("a line of the container", each.line.text, each.value, each.rule.why) for each in dropped
        ]
        for name in dict.fromkeys(each.rule.field for each in dropped if each.rule.field):
            values = [found for found, each in zip(candidates, dropped, strict=True) if each.rule.field == name]
            setattr(item, name, item.decided(name, decide(values)))
        item.text, item.html = clean_text(text_of(blocks)), render(blocks)
        item.images, item.stocks = images_of(blocks), list(raw.stocks)
        kept = Candidate(str(raw.layout.body), "", f"{len(blocks)} blocks", "what no rule drops")
        item.evidence["text"] = Evidence(kept, tuple(candidates))
        return item
