"""The canary: signals that a design has read the wrong text, seen by whoever does not know the design.

Its sources do not depend on the site's rules: a general extractor, the page's own title and description, the words of
the text, and the segments of the whole page. A page that gives a signal is flagged (`strange_text`).
"""

import itertools
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lxml import etree

from newscrawl.extraction.article import Raw
from newscrawl.extraction.blocks import Block
from newscrawl.extraction.canary.foreign import foreign_units
from newscrawl.extraction.canary.missing import LEAD, Known, missing_runs, runs_of
from newscrawl.extraction.canary.segments import Segment, segments
from newscrawl.extraction.canary.units import ENOUGH, Habit, Rest, Unit, rests_of, units_of
from newscrawl.extraction.canary.wording import affinity, cohesion, common, grams, offers_more, pairs, squash
from newscrawl.extraction.dom import Meta, text_content
from newscrawl.extraction.fallback import general_text
from newscrawl.extraction.inserts import fits, undecorated
from newscrawl.extraction.walk import HEADS
from newscrawl.sites.model import LineRule

LOSS = 0.0096  # what a text may lose of its F1 by foreign or missing characters; a text is right from 0.99 on
SEAM = 6  # characters that foreign ones in the middle cost besides: 4-grams that they break and make
SHARE = 0.019  # of the text that may be repeated, or buttons
SAME = 0.8  # share of its 4-grams that a repeated line has in common with one above it
VERSION = 0.3  # of the text that is repeated with other words: an earlier version, not a phrase that returns
TAIL = re.compile(r"^.*[。！？!?…”’」』）)]")
OFTEN, WORD = 2, 16  # lines that may end with the same word by chance; the word's characters
AGREES = 0.9  # share of the headline that the page's title has; 29 recorded pages have all of it
OTHER = 0.5  # share of the general extractor's text that was not read
BROKEN = 300  # characters of a text that may be the beginning of another
DOTS = re.compile(r"(?:…|\.\.\.)$")
LAST, BUTTON = 2, 6  # lines at the end; characters of one that is a button: 下一页
TOPIC = 0.07  # affinity of two parts: 59 % of other articles have less, no part of a recorded one
# Cohesion of two parts in relation to that within each: 90 % of joined articles have less, 5 % of the parts of one. It
# counts only where a heading stands.
WITHIN = 0.7
LONG, LONGER = 100, 200  # pairs of a part that has a topic; characters of one whose lines can be compared
MANY = 2  # headings; a text with more may be a digest
NEAR = 300  # characters within which a short segment follows the one before it
ENDS = 4  # lines from head or tail that rules for the ends may drop, for three that they keep
WORDS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True)
class Sight:
    """A page, and what was read of it."""

    container: etree._Element
    text: str  # that was read, without white space and without what the site's rules drop
    title: str  # the headline that was read
    meta: Meta
    general: str  # the text of the general extractor, its lines without white space
    buttons: tuple[
        str, ...
    ] = ()  # short lines at the container's end, whatever the rules drop; none where pages follow

    @cached_property
    def root(self) -> etree._Element:
        """The page."""
        return self.container.getroottree().getroot()

    @cached_property
    def page(self) -> list[Segment]:
        """The segments of the page."""
        return list(segments(self.root))

    @cached_property
    def read(self) -> list[Segment]:
        """Those that were read."""
        inside = (each for each in self.page if not each.hidden and each.within(self.container))
        return list(in_order(inside, self.text))

    @cached_property
    def units(self) -> list[Unit]:
        """The units of what was read."""
        return units_of(self.read, self.container)

    @cached_property
    def total(self) -> int:
        """The characters of what was read."""
        return sum(len(each.text) for each in self.read) or 1

    @cached_property
    def titles(self) -> list[str]:
        """What the page calls itself, in its head."""
        said = (text_content(self.root.find(".//title")), *self.meta.get("og:title", ()))
        return [squash(each) for each in said if squash(each)]

    @cached_property
    def description(self) -> str:
        """The page's description; empty when it is short or repeats the title."""
        text = squash(next(iter(self.meta.get("description", ())), "")).rstrip(".…")
        repeats = any(text[:LEAD] in title for title in (*self.titles, self.title))
        return text if len(text) > ENOUGH and not repeats else ""

    @cached_property
    def rests(self) -> list[Rest]:
        """What each unit is compared with."""
        return rests_of(self.units)

    @cached_property
    def coherent(self) -> bool:
        """Whether the lines of the text share words, as those of articles do."""
        return any(map(len, self.rests))


def sight_of(page: bytes, raw: Raw) -> Sight:
    """Returns a page (UTF-8) and what was read of it. Raises NotInstalled."""
    (container, *_) = raw.containers
    general = "\n".join(map(squash, general_text(page).splitlines()))
    lines = lines_without_rule(raw.blocks, raw.site.boilerplate.lines)
    ends = [squash(line.text) for block in raw.blocks for line in block.lines if line.text][-LAST:]
    buttons = () if raw.further else tuple(text for text in ends if len(text) <= BUTTON)
    return Sight(container, "".join(map(squash, lines)), squash(raw.title), raw.meta, general, buttons)


def lines_without_rule(blocks: Iterable[Block], rules: Sequence[LineRule]) -> Iterator[str]:
    """Yields the lines that no rule of the site knows. Those it knows are dropped later, or are the article's.

    Rules for the ends of an article know no lines in its middle, where they drop none.
    """
    compiled = [(re.compile(rule.pattern), rule) for rule in rules]
    anywhere = [(pattern, rule) for pattern, rule in compiled if rule.where == "any"]
    lines = [line for block in blocks for line in block.lines if line.text]
    listing = False  # below a heading of links, lines without words of their own are other articles
    for number, line in enumerate(lines):
        forms = (line, replace(line, text=undecorated(line.text)))
        here = compiled if min(number, len(lines) - 1 - number) < ENDS else anywhere
        fitting = next((rule for pattern, rule in here if any(fits(form, rule, pattern) for form in forms)), None)
        listing = fitting.links if fitting else listing and not WORDS.search(line.bare)
        if not fitting and not listing:
            yield line.text


def in_order(parts: Iterable[Segment], text: str) -> Iterator[Segment]:
    """Yields the segments that a text is made of, in its order. A short one must not be far from the one before it."""
    at = 0
    for part in parts:
        found = text.find(part.text, at, None if len(part.text) > ENOUGH else at + NEAR)
        if found >= 0:
            at = found + len(part.text)
            yield part


def has_foreign(sight: Sight) -> bool:
    """Lines do not belong to the article."""
    foreign = set(map(id, foreign_units(sight.units, sight.rests, sight.general)))
    marks = [id(unit) in foreign for unit in sight.units]
    lost = sum(len(unit.text) for unit, mark in zip(sight.units, marks, strict=True) if mark)
    inner = sum(mark for mark, _ in itertools.groupby(marks)) - sum(marks[at] for at in {0, len(marks) - 1} if marks)
    return lost + SEAM * max(0, inner) >= LOSS * (2 * sight.total - lost)


def has_missing(sight: Sight) -> bool:
    """The article has more text elsewhere on the page."""
    runs = list(runs_of(sight.page, sight.read, sight.container, sight.title, (sight.text, *sight.titles)))
    known = Known(
        Habit.of(sight.units), sight.general, pairs(sight.text), pairs(sight.title), sight.description, sight.coherent
    )
    lost = sum(len(run.text) for run in missing_runs(runs, known))
    return lost >= LOSS * (2 * sight.total + lost)


def has_buttons(sight: Sight) -> bool:
    """Several lines go on after their last sentence, always with the same word."""
    tails = Counter(TAIL.sub("", unit.text) for unit in sight.units if len(unit.text) >= ENOUGH)
    lost = sum((len(tail) + SEAM) * count for tail, count in tails.items() if count > OFTEN and 1 < len(tail) < WORD)
    return lost >= SHARE * sight.total


def is_repeated(sight: Sight) -> bool:
    """Lines are there twice, word for word or nearly. Captions may be."""
    lines = [unit.text for unit in sight.units if len(unit.text) >= ENOUGH and not unit.pictured]
    exact = sum(len(line) for at, line in enumerate(lines) if line in lines[:at])
    parts = [frozenset(grams(line)) for line in lines]
    nearly = sum(
        len(line)
        for at, line in enumerate(lines)
        if any(len(parts[at] & above) > SAME * len(parts[at]) for above in parts[:at])
    )
    return exact >= SHARE * sight.total or nearly >= VERSION * sight.total


def has_other_title(sight: Sight) -> bool:
    """The page's head calls it otherwise."""
    own = pairs(sight.title)
    return len(own) > 1 and max((cohesion(own, pairs(title)) for title in sight.titles), default=1.0) < AGREES


def is_described_otherwise(sight: Sight) -> bool:
    """The beginning of the description stands elsewhere on the page, or it goes on where the text ends."""
    said = sight.description
    if not said:
        return False
    inside = "".join(each.text for each in sight.page if each.within(sight.container))
    if said[:LEAD] not in inside:
        return any(said[:LEAD] in each.text for each in sight.page)
    return said[-LEAD:] not in inside and len(inside) < 1.5 * len(said)


def is_read_otherwise(sight: Sight) -> bool:
    """The general extractor reads mostly other text, and neither description nor title speaks for what was read."""
    theirs = grams(sight.general)
    other = theirs.total() - (theirs & grams(sight.text)).total()
    described = sight.description and sight.description[:LEAD] in sight.text
    if not sight.text or other <= OTHER * theirs.total() or described:
        return False
    rest = "\n".join(line for line in sight.general.splitlines() if line not in sight.text)
    return cohesion(pairs(sight.title), pairs(sight.text)) <= cohesion(pairs(sight.title), pairs(rest))


def is_broken_off(sight: Sight) -> bool:
    """It is short and ends with dots: the beginning of an article. A button may follow."""
    return sight.total < BROKEN and any(DOTS.search(unit.text) for unit in sight.units[-3:])


def is_continued(sight: Sight) -> bool:
    """A button at the end shows the rest."""
    return any(map(offers_more, (*(line.text for line in sight.read[-LAST:]), *sight.buttons)))


def has_two_topics(sight: Sight) -> bool:
    """From some line on it is about something else, or a headline stands in it: another article follows."""
    heads = [at for at, unit in enumerate(sight.units) if not unit.several and unit.first.element.tag in HEADS]
    if any(sight.units[at].first.element.tag == "h1" for at in heads):
        return True
    if sight.coherent and is_apart_somewhere([unit.own for unit in sight.units]):
        return True
    lines = [unit.text for unit in sight.units]
    return len(heads) <= MANY and any(are_unlike(lines[:at], lines[at + 1 :]) for at in heads)


def is_apart_somewhere(lines: Sequence[frozenset[str]]) -> bool:
    """Whether there is a line from which on a text shares hardly any words with what stands above it."""
    above = itertools.accumulate(lines, operator.or_)
    below = reversed(list(itertools.accumulate(reversed(lines), operator.or_)))
    return any(are_apart(*both) for both in zip(above, itertools.islice(below, 1, None), strict=False))


def are_apart(*parts: frozenset[str]) -> bool:
    """Whether two texts share hardly any words."""
    shorter, longer = sorted(parts, key=len)
    return len(shorter) >= LONG and affinity(shorter, longer) < TOPIC


def are_unlike(*parts: Sequence[str]) -> bool:
    """Whether two texts have far fewer words in common than the lines within each."""
    one, other = map("\n".join, parts)
    within = [common("\n".join(part[::2]), "\n".join(part[1::2])) for part in parts if len(part) > 1]
    return bool(within) and min(len(one), len(other)) >= LONGER and common(one, other) < WITHIN * min(within)


SIGNALS: dict[str, Callable[[Sight], bool]] = {
    "foreign": has_foreign, "missing": has_missing, "buttons": has_buttons, "repeated": is_repeated,
    "title": has_other_title, "description": is_described_otherwise, "general": is_read_otherwise,
    "broken off": is_broken_off, "continued": is_continued, "two topics": has_two_topics,
}  # fmt: skip


def signals(sight: Sight) -> tuple[str, ...]:
    """Returns the names of the signals that a reading gives."""
    return tuple(name for name, signal in SIGNALS.items() if signal(sight))


def is_strange(page: bytes, raw: Raw) -> bool:
    """Whether a reading of a page (UTF-8) gives any signal. Raises NotInstalled."""
    sight = sight_of(page, raw)
    return any(signal(sight) for signal in SIGNALS.values())
