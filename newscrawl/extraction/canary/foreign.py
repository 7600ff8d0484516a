"""What was read and is not the article's: inserts that no rule of a site knows.

Each sign is a small function and has points. None but live prices is proof alone: an article has links and labels, too.
What has FOREIGN points is foreign. `docs/accuracy.md` has what came of it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from newscrawl.extraction.canary.units import ENOUGH, GROUPS, Habit, Rest, Unit, is_named
from newscrawl.extraction.canary.wording import (
    affinity,
    asks,
    cohesion,
    finished,
    is_pointer,
    is_stamped,
    is_timed,
    pairs,
    talks_to_reader,
)

FOREIGN = 4  # points; with 3, two of 29 recorded articles would be flagged and three of 49 posts, with 4 none
ASKING, CALLING = 0.1, 0.2  # share of a line that asks the reader to do something, and of one that does nothing else
# Affinity of one to three lines to the rest, on recorded pages and posts: 1.0 % of an article's own have less than
# ALIEN and 0.4 % less than STRANGE; of those of other articles 82 % and 72 %.
ALIEN, STRANGE = 0.11, 0.09
PLENTY = 40  # pairs of a text whose affinity says much
REST, RICH = 60, 200  # pairs of a rest that a text can be compared with, and well
LABELS = 6  # pairs of labels that can be compared
UNNAMED = 0.1  # cohesion of labels that an article does not name; its own lists and tables have more
NAMES = 8  # one comma of enumerations in as many characters: a list of names, which share no words
CHANGE = re.compile(r"[+\-−↑↓▲▼]\d+\.\d\d%")
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
NAMED = 20  # characters of a code with its name
DIGITS = re.compile(r"[\d.%+\-−↑↓▲▼]+")


@dataclass(frozen=True)
class Around:
    """What a unit is compared with."""

    habit: Habit
    general: str  # what the general extractor has read
    rest: Rest  # the other units


def is_linked(unit: Unit, _: Around) -> bool:
    """It is a link: articles link words, and seldom lines."""
    return sum(each.linked for each in unit.segments) >= 0.8 * len(unit.text)


def is_list_of_links(unit: Unit, around: Around) -> bool:
    """It is several links: other articles."""
    return unit.several and is_linked(unit, around)


def is_list_of_labels(unit: Unit, _: Around) -> bool:
    """It is several lines that are no sentences, without the markup of a list."""
    return unit.unmarked


def is_list_of_strangers(unit: Unit, around: Around) -> bool:
    """It is a list of labels that the article does not name. Tables of articles may have such."""
    labels = pairs(DIGITS.sub(" ", unit.text))
    comparable = (
        unit.several and unit.loose and not unit.pictured and len(labels) >= LABELS and len(around.rest) >= REST
    )
    return comparable and cohesion(labels, around.rest) < UNNAMED


def is_prices(unit: Unit, around: Around) -> bool:
    """It is live prices: changes in per cent, in a table or a list, of what the article hardly names."""
    labels = pairs(DIGITS.sub(" ", unit.text))
    return unit.several and len(CHANGE.findall(unit.text)) > 1 and cohesion(labels, around.rest) < 2 * UNNAMED


def is_list_of_codes(unit: Unit, _: Around) -> bool:
    """It is codes of shares with hardly more than their names."""
    codes = len(CODE.findall(unit.text))
    return codes > 1 and len(unit.text) < NAMED * codes


def is_timed_list(unit: Unit, _: Around) -> bool:
    """Its lines begin with times: short news, comments, events."""
    return sum(is_timed(each.text) for each in unit.segments) > max(1, 0.4 * len(unit.segments))


def is_labelled(unit: Unit, _: Around) -> bool:
    """It is a box, a list or a quotation of sentences with a label above them."""
    text = unit.several and unit.top.tag != "table" and not unit.pictured and not unit.loose
    return text and unit.first.label


def is_boxed(unit: Unit, _: Around) -> bool:
    """It is in a box of its own, and the paragraphs are not: widgets are. A picture with its caption may be."""
    return unit.boxed and not unit.pictured


def is_box_of_others(unit: Unit, around: Around) -> bool:
    """What is in the box is not made like the paragraphs: names, times, buttons, titles."""
    return is_boxed(unit, around) and not all(each.heading or around.habit.has(each) for each in unit.segments)


def has_other_tag(unit: Unit, around: Around) -> bool:
    """It is no paragraph where the article has paragraphs."""
    return unit.plain and 4 * around.habit.tags[unit.first.element.tag] < around.habit.total


def has_name(unit: Unit, around: Around) -> bool:
    """It has a class or an id, and the paragraphs have none. Tables may: publishing systems name them."""
    comparable = not unit.pictured and not unit.heading and unit.top.tag != "table"
    return comparable and 10 * around.habit.named < around.habit.total and is_named(unit.top)


def is_named_list(unit: Unit, around: Around) -> bool:
    """So has a list or a quotation: those of articles have no names."""
    return unit.top.tag in GROUPS and has_name(unit, around)


def is_not_indented(unit: Unit, around: Around) -> bool:
    """It is not indented, and the paragraphs are."""
    return unit.plain and not unit.first.indented and around.habit.indented > 0.7 * around.habit.total


def is_unfinished(unit: Unit, _: Around) -> bool:
    """It does not end as sentences end."""
    return unit.plain and not finished(unit.text)


def is_left_out(unit: Unit, around: Around) -> bool:
    """The general extractor leaves it out. It loses lists, tables and headings of articles, too: they do not count."""
    lost = unit.heading or unit.top.tag in GROUPS - {"blockquote"}
    if not around.general or unit.pictured or lost:
        return False
    left = sum(len(each.text) for each in unit.segments if each.text[:ENOUGH] not in around.general)
    return left > 0.6 * len(unit.text)


def is_asking(unit: Unit, _: Around) -> bool:
    """It has many words that ask the reader to do something."""
    return asks(unit.text) >= ASKING


def is_calling(unit: Unit, _: Around) -> bool:
    """It has hardly any other words, and is no sentence: sentences of articles may be about apps and members."""
    return asks(unit.text) >= CALLING and not finished(unit.text)


def is_address(unit: Unit, _: Around) -> bool:
    """It talks to the reader: news do so in quotations only."""
    return talks_to_reader(unit.text)


def is_pointing(unit: Unit, _: Around) -> bool:
    """It begins with a label that points elsewhere."""
    return is_pointer(unit.text)


def has_clock(unit: Unit, _: Around) -> bool:
    """It has a time of the clock: a date line, a player, short news."""
    return is_stamped(unit.text)


def is_scripted(unit: Unit, _: Around) -> bool:
    """Pressing it does something."""
    return any(each.element.get("onclick") for each in unit.segments)


def is_alien(unit: Unit, around: Around) -> bool:
    """It shares few words with the rest. That is so of headings, captions and enumerations of an article, too."""
    excused = unit.pictured or unit.heading or NAMES * unit.text.count("、") > len(unit.text)
    comparable = not excused and len(unit.own) >= ENOUGH and len(around.rest) >= REST
    return comparable and affinity(unit.own, around.rest) < ALIEN


def is_strange(unit: Unit, around: Around) -> bool:
    """It shares hardly any, and is long enough to."""
    return (
        len(unit.own) >= PLENTY
        and len(around.rest) >= RICH
        and is_alien(unit, around)
        and affinity(unit.own, around.rest) < STRANGE
    )


Sign = Callable[[Unit, Around], bool]
SIGNS: dict[Sign, int] = {
    is_linked: 1, is_list_of_links: 3, is_list_of_labels: 1, is_list_of_strangers: 2, is_prices: 4, is_list_of_codes: 2,
    is_timed_list: 2, is_labelled: 2, is_boxed: 2, is_box_of_others: 2, has_other_tag: 2, has_name: 2, is_named_list: 1,
    is_not_indented: 1, is_unfinished: 1, is_left_out: 2, is_asking: 2, is_calling: 2, is_address: 2, is_pointing: 2,
    has_clock: 2, is_scripted: 3, is_alien: 2, is_strange: 2,
}  # fmt: skip


def points_of(units: Sequence[Unit], rests: Sequence[Rest], general: str) -> list[int]:
    """Returns the points of each unit."""
    habit = Habit.of(units)
    around = (Around(habit, general, rest) for rest in rests)
    return [
        sum(worth for sign, worth in SIGNS.items() if sign(unit, its)) for unit, its in zip(units, around, strict=True)
    ]


def foreign_units(units: Sequence[Unit], rests: Sequence[Rest], general: str) -> list[Unit]:
    """Returns the units that are foreign: by their points, or because they stand beside one.

    An insert has a title and buttons: labels that follow each other up to a foreign unit are foreign, and a unit beside
    one needs only half of the points.
    """
    points = points_of(units, rests, general)
    proven = {at for at, each in enumerate(points) if each >= FOREIGN}
    foreign = {at for at, each in enumerate(points) if {at - 1, at, at + 1} & proven and 2 * each >= FOREIGN}
    for step, order in ((1, range(len(units))), (-1, reversed(range(len(units))))):
        for at in order:
            if units[at].loose and at - step in foreign:
                foreign.add(at)
    return [units[at] for at in sorted(foreign)]
