"""Boilerplate: lines that are the site's and not the article's; what is left is the body."""

import functools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from newscrawl.body import Block, Line, render
from newscrawl.evidence import Candidate, Evidence, decide
from newscrawl.items import Article, Image
from newscrawl.markup import clean_text
from newscrawl.site import LineRule

EDGE = 3  # so many lines from either end a rule with `where: edge` looks
WORDS = re.compile(r"[^\W\d_]")  # a line of links may have a date behind each


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line that is not the article's, the rule that says so, and what the rule reads in it."""

    line: Line
    rule: LineRule
    value: str = ""


def without_boilerplate(blocks: Sequence[Block], rules: tuple[LineRule, ...]) -> tuple[list[Block], list[Dropped]]:
    """The blocks without the lines that a rule drops, and those lines."""
    lines = [line for block in blocks for line in block.lines if line.text]
    edge = {id(line) for line in (*lines[:EDGE], *lines[-EDGE:])}
    dropped: list[Dropped] = []
    head: LineRule | None = None  # of the list of links that the lines stand in
    for line in lines:
        rule, match = fitting(line, rules, at_edge=id(line) in edge)
        if rule and match:
            dropped.append(Dropped(line, rule, match[1].strip() if rule.field else ""))
            head = rule if rule.links else None
        elif head and not WORDS.search(line.bare) and not line.pictures:
            dropped.append(Dropped(line, head))
        else:
            head = None
    if not dropped:
        return list(blocks), dropped
    gone = {id(each.line) for each in dropped}
    kept = (replace(block, lines=[line for line in block.lines if id(line) not in gone]) for block in blocks)
    return [block for block in kept if block.lines], dropped


def fitting(line: Line, rules: tuple[LineRule, ...], *, at_edge: bool) -> tuple[LineRule | None, re.Match[str] | None]:
    """The first rule that drops a line, with its match; a line that holds a picture is never dropped."""
    combined, compiled = compiled_rules(rules)
    if not line.pictures and (combined.match(line.text) or combined.match(line.bare)):
        for rule, pattern in compiled:
            match = pattern.fullmatch(line.bare) if rule.links else pattern.match(line.text)
            if match and (rule.where == "any" or at_edge):
                return rule, match
    return None, None


@functools.cache
def compiled_rules(rules: tuple[LineRule, ...]) -> tuple[re.Pattern[str], tuple[tuple[LineRule, re.Pattern[str]], ...]]:
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
        blocks, dropped = without_boilerplate(raw.blocks, raw.site.boilerplate.lines)
        gone = [Candidate("a line of the container", each.line.text, each.value, each.rule.why) for each in dropped]
        for name in dict.fromkeys(each.rule.field for each in dropped if each.rule.field):
            told = [found for found, each in zip(gone, dropped, strict=True) if each.rule.field == name]
            setattr(item, name, item.decided(name, decide(told)))
        item.text, item.html = clean_text(text_of(blocks)), render(blocks)
        item.images, item.stocks = images_of(blocks), list(raw.stocks)
        kept = Candidate(str(raw.layout.body), "", f"{len(blocks)} blocks", "what no rule drops")
        item.evidence["text"] = Evidence(kept, tuple(gone))
        return item
