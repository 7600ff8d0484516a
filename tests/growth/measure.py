"""Measures a part of all that could take too long; the tests run it in a process of its own.

    python -m tests.growth.measure PART SCALE NUMBER

PART is `code`, `sites`, `selectors`, `readers 1/2` … or `planted`; SCALE is `few` (a part of the inputs, small ones) or
`all`.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

from newscrawl.doctor.measuring import Case, Subject, measure
from newscrawl.doctor.slow import cases_of_pattern, cases_of_selector, values_of
from newscrawl.doctor.worst_texts import Worst
from newscrawl.errors import Refused
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.values import PATTERN, SELECTOR, Value
from tests.growth import planted
from tests.growth.code import Pattern, patterns, selectors
from tests.growth.readers import OF_SITE, OF_TEXT, Material, Reader, WorstPart, own_texts, parts, readers

FEW = "few"
SIZES = {
    FEW: (6_000, 1_500, 4_000, 1_000),
    "all": (64_000, 16_000, 16_000, 4_000),
}  # of patterns, selectors, texts, pages
EACH, PLACED = 3, ("head", "date", "body")  # pages and texts, and places of a whole page, where they are few


# Some of what walking the code must find: of modules, in containers, in calls; readers of texts, bytes, trees and lines.
KNOWN = {
    "code": "dates.CLOCK kinds.FORMS[0][0] identity.SAVED_FROM[2][0] answers.model.MARKUP sites/urls.py: dateline.py: author.SIGN",
    "selectors": "dom:14 layouts[rm2020] .kicker boilerplate.cut[2].xpath lists[people .next captions",
    "readers": "newscrawl.extract read_roll read_html read_feed read_sitemap as_utf8 decode_body read_date read_crumbs without_title headline_of "
    "undecorated without_boilerplate full_body has_missing quoted counted urls.address read_parts best_image_url read_blocks find_brief page_in",
}  # fmt: skip


def subjects(part: str, scale: str) -> list[Subject]:
    """What a part measures. Raises LookupError where what is known to be there is not found."""
    kind, _, share = part.partition(" ")
    found = (
        "\n".join(each.name for each in readers())
        if share
        else "\n".join(each.what for each in subjects_of(part, scale))
    )
    if missed := [word for word in KNOWN.get(kind, "").split() if word not in found]:
        raise LookupError(f"not found: {missed}")
    return subjects_of(part, scale)


def subjects_of(part: str, scale: str) -> list[Subject]:
    """What a part measures."""
    few = scale == FEW
    text, page, read, tree = SIZES[scale]
    kind, _, share = part.partition(" ")
    match kind:
        case "code":
            return [of_pattern(each, text, few=few) for each in patterns()]
        case "sites":
            return [
                of_pattern(Pattern(f"{name} {value.where}", value.text, 0, (value.use,)), text, few=few)
                for name, value in of_sites(PATTERN)
            ]
        case "selectors":
            found = [(f"{name} {value.where}", value) for name, value in of_sites(SELECTOR)] + [
                (each.where, each) for each in selectors()
            ]
            return [
                Subject(where, partial(cases_of_selector, each, largest=page, first=page))
                for where, each in found
                if each.use != "path"
            ]
        case "readers":
            number, _, of = share.partition("/")
            chosen = [*enumerate(readers())][int(number) - 1 :: int(of)]
            return [
                Subject(each.name, partial(cases_of_reader, each, at if few else None, read, tree))
                for at, each in chosen
            ]
        case "planted":
            return [
                of_pattern(Pattern("pattern", planted.PATTERN, 0, ("search",)), text, few=few),
                Subject("selector", partial(planted.cases_of_selector, page)),
                *(
                    Subject(each.name, partial(cases_of_reader, each, planted.PLACE, read, tree))
                    for each in planted.readers()
                ),
            ]
    raise ValueError(part)


def of_sites(mark: str) -> Iterator[tuple[str, Value]]:
    """The patterns or selectors of the built-in sites, each text once."""
    found = {
        (value.text, value.use): (name, value)
        for name in site_names()
        for what, value in values_of(load_site(name)).items()
        if what.startswith(mark)
    }
    yield from found.values()


def of_pattern(pattern: Pattern, largest: int, *, few: bool) -> Subject:
    def cases() -> Iterator[Case]:
        for use in pattern.uses:
            yield from cases_of_pattern(pattern.text, use, pattern.flags, largest=largest, few=few)

    return Subject(f"{pattern.where} {pattern.text[:60]!r}", cases)


def cases_of_reader(reader: Reader, at: int | None, read: int, tree: int) -> Iterator[Case]:
    """A reader with its worst texts or pages; at a place among the readers only with EACH, others than the one before."""

    def some(values: Sequence[object]) -> slice:
        return slice(None) if at is None else slice(at % max(1, len(values) // EACH), None, max(1, len(values) // EACH))

    if reader.takes_pages:
        pages = [*parts()]
        chosen = (
            [part for part in pages if at is None or part.place in PLACED]
            if reader.name in planted.WHOLE
            else pages[some(pages)]
        )
        for part in chosen:
            yield Case(part.words, run, partial(called, reader, part), tree, tree)
        return
    texts = own_texts(reader.name.rpartition(".")[0])
    names = [name for name, kind in reader.arguments.items() if kind in OF_TEXT and name not in OF_SITE]
    for worst in texts[some(texts)]:
        for name in ("", *names) if len(names) > 1 else ("",):
            words = f"{worst.words}{name and f' as its {name}'}"
            yield Case(words, run, partial(called_with, reader, worst, name), read, read)


def called(reader: Reader, part: WorstPart, size: int) -> object:
    try:
        return reader.given(material_of(part, size))
    except (Refused, IndexError):  # it has no article
        return list


def called_with(reader: Reader, worst: Worst, name: str, size: int) -> object:
    return reader.given(Material(text=worst.text(size)), name)


@lru_cache(maxsize=512)
def material_of(part: WorstPart, size: int) -> Material:
    return Material(html=part.page(size))


def run(call: object) -> None:
    assert callable(call)
    call()


if __name__ == "__main__":
    measure(subjects(sys.argv[1], sys.argv[2]), int(sys.argv[3]))
