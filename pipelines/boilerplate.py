"""Boilerplate: lines that are the site's and not the article's; what is left is the body."""

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
EDGE = 3  # so many lines of the article's own from either end a rule with `where: edge` looks
OWN = ("descr", "tr")
OWN_SOURCE = LineRule("", "the medium of the headline, as a line of its own", "edge")
WORDS = re.compile(r"[^\W\d_]")  # a line of links may have a date behind each


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that is not the article's, the rule that says so, and what the rule reads in it."""

    line: Line
    rule: LineRule
    value: str = ""


def without_boilerplate(
    blocks: Sequence[Block], rules: tuple[LineRule, ...], names: frozenset[str] = frozenset()
) -> tuple[list[Block], list[Dropped]]:
    """The blocks without the lines that a rule drops, and those lines; `names` are the page's own words for its source.

    Captions and table rows are the article's, whatever they say. Rules for the edge look at the first and the last
    lines that are still there when all other rules have been applied.
    """
    lines = [
        line for block in blocks if block.tag not in OWN for line in block.lines if line.text and not line.pictures
    ]
    combined, compiled = compiled_rules(rules)
    dropped: dict[int, Dropped] = {}
    head: LineRule | None = None  # of the list of links that the lines stand in
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
    """The lines that rules for the edge drop, from the first on until enough lines of the article's have been seen."""
    own = 0
    for line in lines:
        if own == EDGE:
            return
        found = Dropped(line, OWN_SOURCE) if line.text in names else fitting(line, "edge", compiled)
        if found:
            yield found
        else:
            own += 1


def fitting(line: Line, where: str, compiled: Compiled) -> Dropped | None:
    """What the first rule for that place drops; None when none fits the line."""
    for rule, pattern in compiled:
        if rule.where == where:
            match = pattern.fullmatch(line.bare) if rule.links else pattern.match(line.text)
            if match:
                return Dropped(line, rule, match[1].strip() if rule.field else "")
    return None


@functools.cache
def compiled_rules(rules: tuple[LineRule, ...]) -> tuple[re.Pattern[str], Compiled]:
    """One pattern that any rule's line matches (most lines match none), and each rule with its own."""
    either = "|".join(f"(?:{rule.match})" for rule in rules) or "(?!)"
    return re.compile(either), tuple((rule, re.compile(rule.match)) for rule in rules)


def text_of(blocks: Iterable[Block]) -> str:
    """Plain text, a line each: paragraphs, heads, list items, captions, table rows."""
    return "\n".join(line.text for block in blocks for line in block.lines if line.text)


def images_of(blocks: Iterable[Block]) -> list[Image]:
    """The content images in order."""
    return [Image(picture.src, picture.caption) for block in blocks for picture in block.pictures]


class BoilerplatePipeline:
    """Fills `text`, `html`, `images`, `stocks` and the fields that dropped lines hold (`original_title`)."""

    def process_item(self, item: Article) -> Article:
        """Applies the site's line rules; elements were cut when the page was read."""
        raw = item.raw
        names = frozenset(name for name in (item.source, item.author) if name)
        blocks, dropped = without_boilerplate(raw.blocks, raw.site.boilerplate.lines, names)
        gone = [Candidate("a line of the container", each.line.text, each.value, each.rule.why) for each in dropped]
        for name in dict.fromkeys(each.rule.field for each in dropped if each.rule.field):
            told = [found for found, each in zip(gone, dropped, strict=True) if each.rule.field == name]
            setattr(item, name, item.decided(name, decide(told)))
        item.text, item.html = clean_text(text_of(blocks)), render(blocks)
        item.images, item.stocks = images_of(blocks), list(raw.stocks)
        kept = Candidate(str(raw.layout.body), "", f"{len(blocks)} blocks", "what no rule drops")
        item.evidence["text"] = Evidence(kept, tuple(gone))
        return item
