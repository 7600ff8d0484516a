"""Boilerplate: lines that are the site's and not the article's; what is left is the body."""

import functools
import re
from collections.abc import Iterable
from dataclasses import replace

from newscrawl.body import Block, Line, render
from newscrawl.items import Article, Image
from newscrawl.markup import clean_text
from newscrawl.site import LineRule

EDGE = 3  # so many lines from either end a rule with `where: edge` looks
WORDS = re.compile(r"[^\W\d_]")  # a line of links may have a date behind each


def without_boilerplate(blocks: Iterable[Block], rules: tuple[LineRule, ...]) -> tuple[list[Block], dict[str, str]]:
    """The blocks without the lines that a rule drops, and the fields that dropped lines fill (first one counts)."""
    blocks = list(blocks)
    lines = [line for block in blocks for line in block.lines if line.text]
    edge = {id(line) for line in (*lines[:EDGE], *lines[-EDGE:])}
    fields: dict[str, str] = {}
    dropped: set[int] = set()
    in_list = False  # of links, behind a head that was dropped
    for line in lines:
        rule, match = fitting(line, rules, at_edge=id(line) in edge)
        if rule and match:
            in_list = rule.links
            if rule.field:
                fields.setdefault(rule.field, match[1].strip())
        elif not in_list or WORDS.search(line.bare) or line.pictures:
            in_list = False
            continue
        dropped.add(id(line))
    if not dropped:
        return blocks, fields
    kept = (replace(block, lines=[line for line in block.lines if id(line) not in dropped]) for block in blocks)
    return [block for block in kept if block.lines], fields


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
        blocks, fields = without_boilerplate(item.raw.blocks, item.raw.site.boilerplate.lines)
        for name, value in fields.items():
            setattr(item, name, value)
        item.text, item.html = clean_text(text_of(blocks)), clean_text(render(blocks))
        item.images, item.stocks = images_of(blocks), list(item.raw.stocks)
        return item
