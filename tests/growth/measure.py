"""What is measured: the parts of all that could take too long.

    python -m tests.growth.measure PART SCALE NUMBER

PART is `code`, `sites`, `selectors`, `readers` or `planted`, SCALE is `few` or `all`.
"""

import sys
from collections.abc import Iterator
from functools import lru_cache, partial
from typing import NamedTuple, TypeVar

from newscrawl.doctor.measuring import Case, Subject, measure
from newscrawl.doctor.slow import cases_of_pattern, cases_of_selector, values_of
from newscrawl.doctor.worst_texts import Worst
from newscrawl.errors import Refused
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.values import PATTERN, SELECTOR, Value
from tests.growth import planted
from tests.growth.code import Pattern, patterns, selectors
from tests.growth.readers import (
    FILES,
    OF_FILES,
    OF_SITE,
    OF_TEXT,
    PLACES,
    Material,
    Reader,
    WorstPart,
    own_texts,
    parts,
    readers,
)

Each = TypeVar("Each")


class Scale(NamedTuple):
    """How large the largest inputs are, and how many there are."""

    pattern: int  # characters
    selector: int  # elements
    before: int  # elements before the one that a selector ends with, which libxml2 passes faster
    text: int  # characters, of a reader
    file: int  # characters, of the reader of saved files
    page: int  # elements, of a reader
    each: int  # texts or pages that a reader is given: others than the one before it
    places: tuple[str, ...]  # of a page, for those that read all of it
    few: bool  # of the worst texts of a pattern only a few


SCALES = {
    "few": Scale(12_000, 1_500, 10_000, 4_000, 400_000, 800, 2, ("head", "body"), few=True),
    "all": Scale(64_000, 16_000, 24_000, 16_000, 2_000_000, 3_000, 20, PLACES, few=False),
}
WHOLE = ("newscrawl.extract", "newscrawl.discovery.html.read_html")
# Some of what walking the code must find: of modules, in containers, in calls; readers of texts, bytes, trees and lines.
KNOWN = {
    "code": "dates.CLOCK kinds.FORMS[0][0] identity.SAVED_FROM[2][0] answers.model.MARKUP sites/urls.py: dateline.py: author.SIGN",
    "selectors": "extraction.dom: layouts[rm2020] .kicker boilerplate.cut[2].xpath lists[people .next captions",
    "readers": "newscrawl.extract read_roll read_html read_feed read_sitemap as_utf8 decode_body read_date read_crumbs without_title headline_of "
    "undecorated without_boilerplate full_body has_missing quoted counted urls.address read_parts best_image_url read_blocks find_brief page_in",
}  # fmt: skip


def subjects(part: str, scale: Scale) -> list[Subject]:
    """What a part measures. Raises LookupError where what is known to be there is not found."""
    match part:
        case "code":
            found = [of_pattern(each, scale) for each in patterns()]
        case "sites":
            found = [
                of_pattern(Pattern(f"{name} {value.where}", value.text, 0, (value.use,)), scale)
                for name, value in of_sites(PATTERN)
            ]
        case "selectors":
            values = [(f"{name} {value.where}", value) for name, value in of_sites(SELECTOR)]
            values += [(each.where, each) for each in selectors() if each.use != "path"]
            sizes = {"largest": scale.selector, "before": scale.before, "first": SCALES["few"].selector}
            found = [Subject(where, partial(cases_of_selector, each, **sizes)) for where, each in values]
        case "readers":
            found = [Subject(each.name, partial(cases_of_reader, each, at, scale)) for at, each in enumerate(readers())]
        case _:
            return of_planted(scale)
    names = "\n".join(each.what for each in found)
    if missed := [word for word in KNOWN.get(part, "").split() if word not in names]:
        raise LookupError(f"not found: {missed}")
    return found


def of_planted(scale: Scale) -> list[Subject]:
    """What is too slow on purpose."""
    return [
        of_pattern(Pattern("pattern", planted.PATTERN, 0, ("search",)), scale),
        Subject("selector", partial(planted.cases_of_selector, scale.selector)),
        *(
            Subject(
                each.name,
                partial(cases_of_reader, each, planted.PLACE, scale._replace(each=3, text=scale.text * 3 // 4)),
            )
            for each in planted.readers()
        ),
    ]


def of_sites(mark: str) -> Iterator[tuple[str, Value]]:
    """The patterns or selectors of the built-in sites, each text once."""
    found: dict[tuple[str, str], tuple[str, Value]] = {}
    for name in site_names():
        for what, value in values_of(load_site(name)).items():
            if what.startswith(mark):
                found.setdefault((value.text, value.use), (name, value))
    yield from found.values()


def of_pattern(pattern: Pattern, scale: Scale) -> Subject:
    """A pattern, as it is used."""

    def cases() -> Iterator[Case]:
        for use in pattern.uses:
            yield from cases_of_pattern(pattern.text, use, pattern.flags, largest=scale.pattern, few=scale.few)

    return Subject(f"{pattern.where} {pattern.text[:60]!r}", cases)


def cases_of_reader(reader: Reader, at: int, scale: Scale) -> Iterator[Case]:
    """The reader at a place among all, with some of the worst texts or pages."""
    if reader.takes_pages:
        pages = [*parts()]
        whole = [part for part in pages if part.place in scale.places]
        for part in whole if reader.name in WHOLE else some(pages, at, scale.each):
            yield Case(part.words, run, partial(with_page, reader, part), scale.page, scale.page)
        return
    for worst in FILES if reader.name == OF_FILES else ():
        yield Case(worst.words, run, partial(with_text, reader, worst, ""), scale.file, scale.file)
    names = [name for name, kind in reader.arguments.items() if kind in OF_TEXT and name not in OF_SITE]
    for worst in some(own_texts(reader.name.rpartition(".")[0]), at, scale.each):
        for name in ("", *names) if len(names) > 1 else ("",):
            words = f"{worst.words}{name and f' as its {name}'}"
            yield Case(words, run, partial(with_text, reader, worst, name), scale.text, scale.text)


def some(values: list[Each], at: int, count: int) -> list[Each]:
    """So many of some values, at equal distances, beginning elsewhere for each place.

    >>> some(list(range(9)), 0, 3), some(list(range(9)), 4, 3)
    ([0, 3, 6], [1, 4, 7])
    """
    step = max(1, len(values) // count)
    return values[at % step :: step]


def with_page(reader: Reader, part: WorstPart, size: int) -> object:
    try:
        return reader.given(material_of(part, size))
    except (Refused, IndexError):  # it has no article
        return list


def with_text(reader: Reader, worst: Worst, name: str, size: int) -> object:
    return reader.given(Material(text=worst.text(size)), name)


@lru_cache(maxsize=8)  # trees and all that is read of them take megabytes each
def material_of(part: WorstPart, size: int) -> Material:
    return Material(html=part.page(size))


def run(call: object) -> None:
    assert callable(call)
    call()


if __name__ == "__main__":
    measure(subjects(sys.argv[1], SCALES[sys.argv[2]]), int(sys.argv[3]))
