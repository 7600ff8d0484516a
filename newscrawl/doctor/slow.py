"""Finds the patterns and selectors of a site file with which a page can keep a run busy for minutes.

python -m newscrawl.doctor.slow FILE NUMBER
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial

from lxml import etree

from newscrawl.doctor.diagnosis import Diagnosis
from newscrawl.doctor.measuring import Case, Steep, Subject, measure, run_command, steep_in
from newscrawl.doctor.worst_pages import WorstPage, worst_pages
from newscrawl.doctor.worst_texts import Worst, worst_texts
from newscrawl.errors import Refused, SiteError
from newscrawl.extraction.dom import parse
from newscrawl.extraction.selectors import Find, compile_selector, compile_xpath
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.model import Site
from newscrawl.sites.values import PATTERN, SELECTOR, Value, marked

CHARACTERS, ELEMENTS = 16_000, 16_000  # of the largest input
FEW = 250  # elements of the first page: some selectors grow by the cube
ADVICE = {
    PATTERN: "let no two repetitions that meet take the same characters, make them possessive (*+) or bound them, "
    "and let a search begin only where they begin, as in (?<!a)a++",
    SELECTOR: "write it from its last part, as in //a[ancestor::ul], and each sibling as a step [1]",
}


def speed(name_or_file: str) -> Iterator[Diagnosis]:
    """Checks how the time of a site's own patterns and selectors grows, those that no built-in site has, too."""
    try:
        own = len(subjects_of(name_or_file))
    except SiteError:  # said by another check
        return
    slow = [*steep_in(partial(run_command, [sys.executable, "-m", __name__, name_or_file]))] if own else []
    for each in slow:
        yield finding(name_or_file, each)
    if not slow:
        yield Diagnosis("ok", f"speed of {name_or_file}", f"{own} patterns and selectors of its own, none is slow")


def finding(name_or_file: str, slow: Steep) -> Diagnosis:
    """Says what is slow, how it grows, and what to do."""
    kind, _, where = slow.what.partition(" ")
    return Diagnosis("wrong", f"speed of {name_or_file}", f"{where} takes {slow.how}, with {slow.input}", ADVICE[kind])


def subjects_of(name_or_file: str) -> list[Subject]:
    """Returns the patterns and selectors of a site, without those that built-in sites have. Raises SiteError."""
    known = {value.text for name in site_names() for value in values_of(load_site(name)).values()}
    return [
        Subject(
            what,
            partial(cases_of_pattern, value.text, value.use)
            if what.startswith(PATTERN)
            else partial(cases_of_selector, value),
        )
        for what, value in values_of(load_site(name_or_file)).items()
        if value.text not in known
    ]


def values_of(site: Site) -> dict[str, Value]:
    """Returns the patterns and selectors of a site, by what each is and where it stands."""
    return {f"{mark} {value.where}": value for mark in (PATTERN, SELECTOR) for value in marked(site, mark)}


def cases_of_pattern(
    pattern: str | bytes, use: str, flags: int = 0, *, largest: int = CHARACTERS, few: bool = False
) -> Iterator[Case]:
    """Yields a pattern with its worst texts. `use` is the method that searches them."""
    compiled = re.compile(pattern, flags)
    call: Callable[[str | bytes], object] = (
        partial(compiled.sub, pattern[:0]) if use == "sub" else getattr(compiled, use)
    )
    for worst in worst_texts(pattern, flags, few=few):
        yield Case(worst.words, call, partial(text_of, worst, kind=type(pattern)), largest)


def text_of(worst: Worst, size: int, *, kind: type) -> str | bytes:
    """Returns a text of a size, as bytes for a pattern of bytes."""
    return worst.text(size).encode("latin-1") if kind is bytes else worst.text(size)


def cases_of_selector(
    selector: Value, *, largest: int = ELEMENTS, first: int = FEW, before: int = ELEMENTS
) -> Iterator[Case]:
    """Yields a selector with its worst pages. `before` is the largest of those with many elements before the last."""
    find: Find = compile_xpath(selector.text) if selector.is_xpath else compile_selector(selector.text)
    for worst in worst_pages(selector):
        most = before if worst.last else largest
        yield Case(worst.words, find, partial(tree_of, worst), most, first * most // largest)


def tree_of(worst: WorstPage, size: int) -> etree._Element:
    """Returns the tree of a page of a size; of one that is refused, which no selector sees, that of a short one."""
    try:
        return parse(worst.page(size))
    except Refused:
        return parse(b"<p>")


if __name__ == "__main__":
    measure(subjects_of(sys.argv[1]), int(sys.argv[2]))
