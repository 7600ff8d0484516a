"""The units of what was read, and how the article's own paragraphs are made."""

import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from newscrawl.extraction.canary.segments import SHORT, Segment
from newscrawl.extraction.canary.wording import affinity, pairs

WRAPS = frozenset("div section article aside header footer nav form fieldset details dl figure address".split())
GROUPS = frozenset(("table", "ul", "ol", "blockquote"))
BODY = 0.8  # share of the text that the innermost element around it holds
WRAPPED = 0.4  # share of the text in wrappers from which on this page is made of wrappers, and they say nothing
ENOUGH = 20  # pairs, or characters, of a text that says something
COHERENT = (
    0.15  # affinity of most lines of a text in which a line with less stands out; recorded pages have 0.16 to 0.96
)


@dataclass(frozen=True)
class Unit:
    """What stands or falls as a whole: a paragraph, or all that a list, a table, a quotation or a wrapper holds."""

    segments: tuple[Segment, ...]
    top: etree._Element  # the element that holds it
    boxed: bool = False  # it is wrapped, and the article's paragraphs are not
    unmarked: bool = False  # its lines are labels beside each other, and nothing marks them as a list
    shared: bool = False  # the element holds most of the article, as lines

    @property
    def first(self) -> Segment:
        """Its first segment."""
        return self.segments[0]

    @property
    def several(self) -> bool:
        """Whether it has several segments."""
        return len(self.segments) > 1

    @property
    def heading(self) -> bool:
        """Whether it is a heading."""
        return not self.several and self.first.heading

    @cached_property
    def text(self) -> str:
        """Its text."""
        return "".join(each.text for each in self.segments)

    @cached_property
    def own(self) -> frozenset[str]:
        """The pairs of its letters."""
        return pairs(self.text)

    @cached_property
    def pictured(self) -> bool:
        """Whether it stands at a picture, or follows one: what it says may be the caption."""
        own = None if self.shared else self.top
        before = self.top.getprevious() if len(self.text) < SHORT and not self.shared else None
        near = (each for each in (own, before) if each is not None and isinstance(each.tag, str))
        return any(next(each.iter("img"), None) is not None for each in near)

    @cached_property
    def plain(self) -> bool:
        """Whether it is one line that should look like a paragraph."""
        single = self.unmarked or not self.several
        return single and self.top.tag not in GROUPS and not self.pictured and not self.first.heading

    @cached_property
    def loose(self) -> bool:
        """Whether it has only labels."""
        return self.top.tag != "table" and all(each.label for each in self.segments)


@dataclass(frozen=True)
class Habit:
    """How the paragraphs of the article are made, as characters of text."""

    tags: Counter[str]
    indented: int
    named: int  # in elements with a class or an id

    @classmethod
    def of(cls, units: Sequence[Unit]) -> "Habit":
        """Returns the habit of what was read."""
        lines = [each.first for each in units if each.plain]
        tags: Counter[str] = Counter()
        for line in lines:
            tags[line.element.tag] += len(line.text)
        indented = sum(len(line.text) for line in lines if line.indented)
        return cls(tags, indented, sum(len(line.text) for line in lines if is_named(line.element)))

    @cached_property
    def total(self) -> int:
        """The characters of all paragraphs."""
        return self.tags.total()

    def has(self, segment: Segment) -> bool:
        """Whether a segment is made like most paragraphs."""
        mostly_indented = 2 * self.indented > self.total
        return 2 * self.tags[segment.element.tag] > self.total and segment.indented == mostly_indented


def is_named(element: etree._Element) -> bool:
    """Whether an element has a class or an id."""
    return bool(element.get("class") or element.get("id"))


def body_of(read: Sequence[Segment], container: etree._Element) -> etree._Element:
    """Returns the innermost element that holds nearly all of what was read. Each is looked at once, however deep."""
    body, total = container, sum(len(each.text) for each in read)
    mass: Counter[etree._Element] = Counter()
    children: defaultdict[etree._Element | None, list[etree._Element]] = defaultdict(list)
    for each in read:
        for element in (each.element, *each.element.iterancestors()):
            if element not in mass:
                children[element.getparent()].append(element)
            mass[element] += len(each.text)
    while True:
        top, most = max(((one, mass[one]) for one in children[body]), key=lambda pair: pair[1], default=(body, 0))
        if not most or most < BODY * total or top.tag not in WRAPS | {"blockquote"}:
            return body
        body = top


def child_towards(body: etree._Element, element: etree._Element) -> etree._Element:
    """Returns the child of `body`, or of an element around it, that is `element` or holds it."""
    around = {body, *body.iterancestors()}
    while element not in around and (parent := element.getparent()) is not None and parent not in around:
        element = parent
    return element


def units_of(read: Sequence[Segment], container: etree._Element) -> list[Unit]:
    """Returns the units of what was read in a container, in order.

    Wrappers count where most of the article is not wrapped. Labels beside each other are one unit.
    """
    body = body_of(read, container)
    tops = [child_towards(body, each.element) for each in read]
    sizes: Counter[etree._Element] = Counter()  # of the lines that an element holds itself
    for each in read:
        sizes[each.element] += len(each.text)
    total, held = sizes.total(), Counter(tops)
    boxed = [
        is_box(top, body) and (top is not each.element or held[top] > 1) for each, top in zip(read, tops, strict=True)
    ]
    boxes = sum(len(each.text) for each, box in zip(read, boxed, strict=True) if box) < WRAPPED * total
    wholes = [
        top if box and boxes else group_of(each.element, body) for each, top, box in zip(read, tops, boxed, strict=True)
    ]
    units: list[Unit] = []
    for whole, run in itertools.groupby(zip(wholes, read, strict=True), key=lambda pair: pair[0]):
        parts = tuple(segment for _, segment in run)
        if whole is None:
            units += [Unit((each,), each.element, shared=2 * sizes[each.element] > total) for each in parts]
        else:
            units.append(Unit(parts, whole, is_box(whole, body)))
    return list(joined(units))


def is_box(element: etree._Element, body: etree._Element) -> bool:
    """Whether an element in the body wraps others."""
    return element is not body and element.tag in WRAPS


def group_of(element: etree._Element, body: etree._Element) -> etree._Element | None:
    """Returns the outermost list, table or quotation in the body that holds an element; None without one."""
    chain = itertools.takewhile(lambda each: each is not body, (element, *element.iterancestors()))
    return next((each for each in reversed(list(chain)) if each.tag in GROUPS), None)


def joined(units: Iterable[Unit]) -> Iterator[Unit]:
    """Yields units; neighbours that are labels, which nothing marks as a list, as one."""
    for labels, group in itertools.groupby(units, key=lambda unit: unit.plain and unit.loose):
        run = list(group)
        if labels and len(run) > 1:
            yield Unit(tuple(each.first for each in run), run[0].top, unmarked=True)
        else:
            yield from run


@dataclass(frozen=True, eq=False)
class Rest:
    """The pairs of all units but one. They are counted, not copied: that would take most of the canary's time."""

    counts: Counter[str]  # in how many units a pair is
    own: frozenset[str]  # pairs of the one

    def __contains__(self, pair: object) -> bool:
        return self.counts[pair] > (pair in self.own)  # type: ignore[index] # a Counter has 0 of whatever it lacks

    def __len__(self) -> int:
        return len(self.counts) - sum(self.counts[pair] == 1 for pair in self.own)


NONE = Rest(Counter(), frozenset())


def rests_of(units: Sequence[Unit]) -> list[Rest]:
    """Returns what each unit is compared with: all others, or nothing where lines never share words."""
    counts = Counter(pair for unit in units for pair in unit.own)
    rests = [Rest(counts, unit.own) for unit in units]
    usual = [affinity(unit.own, rest) for unit, rest in zip(units, rests, strict=True) if len(unit.own) >= ENOUGH]
    return rests if usual and statistics.median(usual) >= COHERENT else [NONE] * len(units)
