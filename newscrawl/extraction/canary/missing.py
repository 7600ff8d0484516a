"""What was not read and is the article's: runs of sentences outside the container, or hidden in it.

A run is what stands together: sentences with nothing between them. Comments, opinions and teasers have names, times and
titles between them. Each sign is a small function and has points, some against; what has MISSING points is missing.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from newscrawl.extraction.canary.foreign import ALIEN, ASKING, PLENTY
from newscrawl.extraction.canary.segments import SHORT, Segment
from newscrawl.extraction.canary.units import ENOUGH, Habit
from newscrawl.extraction.canary.wording import (
    affinity,
    asks,
    cohesion,
    finished,
    is_pointer,
    is_timed,
    pairs,
    talks_to_reader,
)

MISSING = 5  # points; opinions, comments and live shows around recorded articles have less
SENTENCE = re.compile(r"[。！？!?…；;]|[a-z]\.(?:[A-Z]|$)")
COMMA = re.compile(r"[，,]")
LEAST = 25  # characters of a line that is a sentence; a headline that asks has fewer, or is a heading
SURE = 50  # characters of a line with commas that is a sentence though it does not end like one
DOTS = ".…"
LINKS = 0.3  # share of a sentence that may be links
# Affinity to what was read: 97 % of the parts of recorded articles have more, and 6 % of those of others; of short
# parts 82 % and 2 %.
FITS, SHORT_FITS = 0.15, 0.3
APART = 0.2  # by which the headline fits one text better than another
HEADLINE = 45  # characters of a headline
TITLE = 12  # characters of a label that may be a headline; names and times are shorter
LEAD = 16  # characters by which a description is known
NEXT = 2  # segments after the container in which its continuation begins


@dataclass(frozen=True)
class Run:
    """Sentences that stand together and were not read."""

    segments: tuple[Segment, ...]
    labelled: bool = False  # a label stands before it, in the same box
    headed: bool = False  # the label may be a headline
    near: bool = False  # it stands between headline and container, or follows the container
    between: bool = False  # it stands between headline and container
    inside: bool = False  # it stands in the container, and is hidden

    @cached_property
    def text(self) -> str:
        """Its text."""
        return "".join(each.text for each in self.segments)


@dataclass(frozen=True)
class Known:
    """What a run is compared with."""

    habit: Habit
    general: str  # what the general extractor has read
    read: frozenset[str]  # pairs of the text that was read
    title: frozenset[str]  # pairs of the headline
    description: str = ""
    coherent: bool = True  # the lines of the text share words


def mostly(run: Run, test: Callable[[Segment], bool]) -> bool:
    """Whether most of a run's text passes a test."""
    return 2 * sum(len(each.text) for each in run.segments if test(each)) > len(run.text)


def is_indented(run: Run, known: Known) -> bool:
    """It is indented as paragraphs of Chinese articles are, and what was read is so, too, or holds few paragraphs."""
    usual = 2 * known.habit.indented > known.habit.total or len(run.text) > 2 * known.habit.total
    return usual and mostly(run, lambda each: each.indented)


def is_usual(run: Run, known: Known) -> bool:
    """It is made like the paragraphs that were read."""
    return mostly(run, known.habit.has)


def is_in_general(run: Run, known: Known) -> bool:
    """The general extractor reads it as the article."""
    return mostly(run, lambda each: each.text[:ENOUGH] in known.general)


def is_several(run: Run, _: Known) -> bool:
    """It has several paragraphs."""
    return len(run.segments) > 1


def is_near(run: Run, _: Known) -> bool:
    """It stands where the article begins or ends, without a label of its own."""
    return run.near and not run.labelled


def is_between(run: Run, _: Known) -> bool:
    """It stands where the lead stands."""
    return run.between and not run.labelled


def is_hidden(run: Run, _: Known) -> bool:
    """It is in the container and not displayed before a button is pressed."""
    return run.inside


def is_described(run: Run, known: Known) -> bool:
    """The page's description, mostly the beginning of the article, is in it."""
    lead = known.description[:LEAD]
    return bool(lead) and any(lead in each.text or each.text[:LEAD] in known.description for each in run.segments)


def is_entitled(run: Run, known: Known) -> bool:
    """The headline fits it far better than what was read."""
    return cohesion(known.title, pairs(run.text)) > cohesion(known.title, known.read) + APART


def fits(run: Run, known: Known) -> bool:
    """It shares words with what was read."""
    own = pairs(run.text)
    return not known.coherent or affinity(own, known.read) >= (FITS if len(own) >= PLENTY else SHORT_FITS)


def is_unfit(run: Run, known: Known) -> bool:
    """It does not, and neither headline nor description says that what was read is wrong."""
    return not fits(run, known) and not is_entitled(run, known) and not is_described(run, known)


def is_alien(run: Run, known: Known) -> bool:
    """It shares hardly any."""
    return is_unfit(run, known) and affinity(pairs(run.text), known.read) < ALIEN


def is_less_entitled(run: Run, known: Known) -> bool:
    """It does not fit, and the headline fits what was read far better."""
    better = cohesion(known.title, known.read) > cohesion(known.title, pairs(run.text)) + APART
    return is_unfit(run, known) and better


def is_made_otherwise(run: Run, known: Known) -> bool:
    """It is made in another way than what was read, and neither headline nor description speaks for it."""
    spoken_for = is_entitled(run, known) or is_described(run, known) or is_indented(run, known)
    comparable = SURE <= known.habit.total > len(run.text) / 2
    return comparable and not is_usual(run, known) and not spoken_for


def is_lone(run: Run, known: Known) -> bool:
    """It is one paragraph somewhere on the page, and the general extractor does not read it."""
    return not is_several(run, known) and not run.near and not is_in_general(run, known)


def is_labelled(run: Run, _: Known) -> bool:
    """A label stands directly before it, and both in a box without the container: a name, a time, a title."""
    return run.labelled


def is_whole(run: Run, _: Known) -> bool:
    """It is another article as a whole: it has several paragraphs and a headline of its own."""
    return run.headed and len(run.segments) > 1


Sign = Callable[[Run, Known], bool]
SIGNS: dict[Sign, int] = {
    is_indented: 3, is_usual: 1, is_in_general: 2, is_several: 2, is_near: 1, is_between: 2, is_hidden: 3,
    is_described: 3, is_entitled: 2, fits: 2, is_unfit: -2, is_alien: -2, is_less_entitled: -2, is_lone: -2,
    is_made_otherwise: -2, is_labelled: -3, is_whole: -4,
}  # fmt: skip


def missing_runs(runs: Sequence[Run], known: Known) -> list[Run]:
    """Returns the runs that are missing."""
    return [run for run in runs if sum(worth for sign, worth in SIGNS.items() if sign(run, known)) >= MISSING]


def is_line(segment: Segment) -> bool:
    """Whether a segment can be a line of an article: a sentence, and no label, list, button or news of the minute."""
    text = segment.text
    long = len(text) >= LEAST and SENTENCE.search(text) is not None
    sentence = long or finished(text) or (len(text) >= SURE and COMMA.search(text) is not None)
    of_the_page = asks(text) >= ASKING or talks_to_reader(text) or is_timed(text) or is_pointer(text)
    return sentence and not segment.heading and segment.linked <= LINKS * len(text) and not of_the_page


def runs_of(
    page: Sequence[Segment], read: Sequence[Segment], container: etree._Element, title: str, elsewhere: Sequence[str]
) -> Iterator[Run]:
    """Yields the runs of sentences of a page that were not read, and are not in texts that the page says elsewhere."""
    known = set(map(id, read))
    places = [at for at, each in enumerate(page) if id(each) in known] or [len(page)]
    titles = [at for at, each in enumerate(page[: places[0]]) if title and title in each.text]

    def unread(each: Segment) -> bool:
        cut = not each.hidden and each.within(container)  # by a rule of the site
        new = id(each) not in known and not any(each.text.rstrip(DOTS) in text for text in elsewhere)
        return not cut and new and is_line(each)

    at = 0
    for lines, group in itertools.groupby(page, key=unread):
        run = tuple(group)
        if lines and any(len(each.text) >= LEAST for each in run):
            between = bool(titles) and titles[-1] < at < places[0]
            near = between or places[-1] < at <= places[-1] + NEXT
            first = is_title_of(run)  # it asks or quotes, and so it looks like a sentence
            labelled, headed = label_of(run[first], page[: at + first], container)
            yield Run(run[first:], labelled, headed, near, between, run[0].within(container))
        at += len(run)


def is_title_of(run: Sequence[Segment]) -> bool:
    """Whether the first line of a run is the headline of the others: it is short and made otherwise."""
    first, *others = run
    return bool(others) and len(first.text) < HEADLINE and all(first.element.tag != each.element.tag for each in others)


def label_of(line: Segment, before: Sequence[Segment], container: etree._Element) -> tuple[bool, bool]:
    """Whether a label stands before a line in one box, which the container is not in; and whether it is a headline.

    A headline stands at the head of the box. In its middle it is a subhead.
    """
    *_, above, label = (None, None, *before)
    box = box_of(line, label) if label else None
    if label is None or box is None or box in container.iterancestors() or not is_label_of(label, line):
        return False, False
    return True, (label.heading or len(label.text) >= TITLE) and (above is None or not above.within(box))


def is_label_of(label: Segment, line: Segment) -> bool:
    """Whether a segment before a line is like a label: short, and a heading, a link, no sentence, or made otherwise."""
    unlike = len(label.text) < HEADLINE and label.element.tag != line.element.tag
    return unlike or (len(label.text) < 2 * SHORT and (label.heading or label.linked > 0 or not finished(label.text)))


def box_of(line: Segment, label: Segment) -> etree._Element | None:
    """Returns the element that holds a line and the label before it as its children, or one of them as its own text."""
    box = line.element if label.element.getparent() is line.element else line.element.getparent()
    return box if box in (label.element, label.element.getparent()) else None
