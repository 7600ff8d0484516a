"""Boilerplate: drops the lines that are not part of the article; the rest is the body."""

import functools
import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from newscrawl.extraction.article import Article, Image, Raw
from newscrawl.extraction.blocks import Block, Line
from newscrawl.extraction.bounds import LINE
from newscrawl.extraction.evidence import Candidate, Evidence, decide
from newscrawl.extraction.images import can_be_code
from newscrawl.extraction.inserts import fits, is_quoted, is_sentence, is_signature, undecorated
from newscrawl.extraction.markup import clean_text
from newscrawl.extraction.walk import render
from newscrawl.sites.model import LineRule

Compiled = tuple[re.Pattern[str], tuple[tuple[LineRule, re.Pattern[str]], ...]]
"""Rules for a place: one pattern for all, because most lines match none, and each rule with its own pattern."""
EDGE = 3  # a rule with `where: edge` tests lines up to the third line of the article from either end
KEPT = ("descr", "tr")  # tags of blocks that are never dropped
OWN_SOURCE = LineRule("", "the medium of the headline, as a line of its own", "edge")
WORDS = re.compile(r"[^\W\d_]")  # a line of links has no words between the links, but may have dates


@dataclass(frozen=True, slots=True)
class Dropped:
    """A dropped line, the rule that dropped it, and the value that the rule found in it."""

    line: Line
    rule: LineRule
    value: str = ""


Judge = Callable[[Line], Dropped | None]
"""Says what rules drop of a line: None when it stays."""


def without_boilerplate(
    blocks: Sequence[Block], rules: tuple[LineRule, ...], names: frozenset[str] = frozenset()
) -> tuple[list[Block], list[Dropped]]:
    """Returns the blocks without the lines that a rule drops, and the dropped lines in order.

    `names` are the names of the page's source: at the edge, a line that is only such a name is dropped. Captions and
    table rows are never dropped. Rules for the edge and outside test the lines that the other rules have left.
    """
    lines = [line for block in blocks if block.tag not in KEPT for line in block.lines if line.text]
    dropped = {id(found.line): found for found in anywhere(lines, compiled_rules(rules, "any"))}
    rest = [line for line in lines if id(line) not in dropped]
    signed, announced = signatures(rest), announced_lines(rest)
    several = fitting_several(rest, compiled_rules(rules, "edge"))

    def credit(line: Line) -> Dropped | None:
        stays = id(line) in signed | several or (id(line) in announced and line.text not in names)
        return None if stays else fitting_credit(line, compiled_rules(rules, "edge"), names)

    def insert(line: Line) -> Dropped | None:
        return None if id(line) in announced else fitting_insert(line, compiled_rules(rules, "outside"))

    for side in (rest, rest[::-1]):
        dropped |= {id(found.line): found for found in at_end(side, credit, insert)}
    if not dropped:
        return list(blocks), []
    gone = {id(line) for line in beside(blocks, dropped)}
    gone |= {id(line) for line in after(blocks, dropped, gone)}
    kept = (left_of(block, dropped, gone) for block in blocks)
    return [block for block in kept if block.lines], [dropped[id(line)] for line in lines if id(line) in dropped]


def anywhere(lines: Sequence[Line], rules: Compiled) -> Iterator[Dropped]:
    """Yields the lines that rules for any place drop, and lists of links under a heading."""
    head: LineRule | None = None  # the rule of the open list of links
    for line in lines:
        found = fitting(line, rules)
        if found:
            head = found.rule if found.rule.links else None
        elif line.pictures:
            continue
        elif head and not WORDS.search(line.bare):
            found = Dropped(line, head)
        else:
            head = None
        if found:
            yield found


def at_end(lines: Sequence[Line], credit: Judge, insert: Judge) -> Iterator[Dropped]:
    """Yields the lines that are dropped at one end of an article, whose lines come from that end.

    Credits are looked for up to the EDGE-th line that is not dropped; a line with a picture does not count. Inserts are
    looked for up to the first sentence; in an article without sentences, up to its first line.
    """
    left, is_outside = 0, True
    has_sentence = any(is_sentence(line.text) and not insert(line) for line in lines)
    for line in lines:
        found = credit(line) or (insert(line) if is_outside else None)
        if found:
            yield found
            continue
        left += not line.pictures
        if left == EDGE:
            return
        is_outside = is_outside and has_sentence and not is_sentence(line.text)


def signatures(lines: Sequence[Line]) -> set[int]:
    """Returns the ids of the lines behind the last sentence that sign an article: names over a date."""
    found: set[int] = set()
    below = ""
    for line in itertools.takewhile(lambda line: not is_sentence(line.text), reversed(lines)):
        if is_signature(line.text, below):
            found.add(id(line))
        else:
            below = line.text
    return found


def announced_lines(lines: Iterable[Line]) -> set[int]:
    """Returns the ids of the lines behind one that ends with a colon (他念道：), which tells what they say."""
    return {id(line) for before, line in itertools.pairwise(lines) if before.text.endswith((":", "："))}


def fitting_several(lines: Sequence[Line], rules: Compiled) -> set[int]:
    """Returns the ids of the lines that fit a rule for what stands once in an article, where several lines fit it."""
    found: defaultdict[LineRule, set[int]] = defaultdict(set)
    for line in lines:
        for rule, pattern in rules[1]:
            if rule.once and fits(line, rule, pattern):
                found[rule].add(id(line))
    return {each for ids in found.values() if len(ids) > 1 for each in ids}


def fitting_credit(line: Line, rules: Compiled, names: frozenset[str]) -> Dropped | None:
    """Returns what a rule for the edge drops, and a line that is only a name of the source."""
    return Dropped(line, OWN_SOURCE) if line.text in names and not line.pictures else fitting(line, rules)


def fitting_insert(line: Line, rules: Compiled) -> Dropped | None:
    """Returns what a rule for inserts drops: it fits the line as it is, or without its ornaments and brackets.

    A line in quotation marks is what somebody says.
    """
    if is_quoted(line.text):
        return None
    found = fitting(line, rules)
    if not found and (inner := undecorated(line.text)) not in ("", line.text):
        found = fitting(replace(line, text=inner), rules)
    return found and replace(found, line=line)


def fitting(line: Line, rules: Compiled) -> Dropped | None:
    """Returns what the first matching rule drops; None when no rule matches the line."""
    combined, each = rules
    if combined.match(line.text, 0, LINE) or combined.match(line.bare, 0, LINE):
        for rule, pattern in each:
            if rule.pictures == "own" and line.pictures:
                continue
            if match := fits(line, rule, pattern):
                return Dropped(line, rule, match[match.lastindex or 0].strip() if rule.field else "")
    return None


def left_of(block: Block, dropped: Container[int], gone: Container[int]) -> Block:
    """Returns what is left of a block: of a dropped line its pictures, unless they are gone, too."""
    lines = [pictures_of(line) if id(line) in dropped else line for line in block.lines if id(line) not in gone]
    lines = [line for line in lines if line.text or line.pictures]
    if block.tag == "p" and lines != block.lines and not any(line.text for line in lines):
        return Block("img", "", lines, block.wrappers)
    return replace(block, lines=lines)


def pictures_of(line: Line) -> Line:
    """Returns a line of the pictures of another.

    >>> pictures_of(Line("看应用", "<b>看应用</b>"))
    Line(text='', html='', pictures=[], bare='', link='')
    """
    return Line("", "".join(picture.html() for picture in line.pictures), line.pictures)


def is_code(lines: Iterable[Line]) -> bool:
    """Whether the pictures of lines near an advertisement can be its code to scan: one picture, without a caption."""
    pictures = [picture for line in lines for picture in line.pictures]
    return len(pictures) == 1 and not pictures[0].caption and can_be_code(pictures[0].src)


def beside(blocks: Iterable[Block], dropped: Mapping[int, Dropped]) -> Iterator[Line]:
    """Yields the lines with the code of an advertisement: its own, or others in a paragraph of nothing else."""
    for block in blocks:
        texts = [dropped.get(id(line)) for line in block.lines if line.text]
        if texts and all(found and found.rule.pictures != "own" for found in texts):
            groups = [block.lines]
        else:
            groups = [[line] for line in block.lines if id(line) in dropped]
        yield from (line for group in groups if is_code(group) for line in group if line.pictures)


def after(blocks: Sequence[Block], dropped: Mapping[int, Dropped], gone: Container[int]) -> Iterator[Line]:
    """Yields the lines with the code between the end of an article with text and a line whose rule claims it."""
    found: list[Line] = []
    pictures: list[Line] = []
    for line in (line for block in reversed(blocks) for line in reversed(block.lines)):
        if not line.text:
            pictures += [] if id(line) in gone else [line]
        elif id(line) not in dropped:
            yield from found
            return
        elif dropped[id(line)].rule.pictures == "after":
            found += pictures if is_code(pictures) else []
            pictures = []


@functools.cache
def compiled_rules(rules: tuple[LineRule, ...], where: str) -> Compiled:
    """Returns the rules for a place (`any`, `edge` or `outside`)."""
    chosen = [rule for rule in rules if rule.where == where]
    either = "|".join(f"(?:{rule.pattern})" for rule in chosen) or "(?!)"
    return re.compile(either), tuple((rule, re.compile(rule.pattern)) for rule in chosen)


def pages_of(raw: Raw) -> Iterator[tuple[Block, ...]]:
    """Yields the blocks of each page of an article: each has a head and a tail of its own."""
    for start, end in itertools.pairwise((0, *raw.breaks, len(raw.blocks))):
        yield raw.blocks[start:end]


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
        pages = [without_boilerplate(page, raw.site.boilerplate.lines, names) for page in pages_of(raw)]
        blocks = [block for kept, _ in pages for block in kept]
        dropped = [found for _, lines in pages for found in lines]
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
