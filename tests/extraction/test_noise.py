"""Pages that were not made from newscrawl's rules: what the canary must flag of them, and what it must leave."""

from collections import Counter

import pytest

from newscrawl import Refused, extract
from newscrawl.extraction.page import FallbackPolicy
from tests.benchmarks.noise import FLAGGED, QUIET, Result, flagged, read, read_by_fallback
from tests.support import synthetic
from tests.support.noise import NoisePage, pages
from tests.support.noise_blocks import BLOCKS, HELD
from tests.support.noise_kinds import KINDS

COUNT = 2 * sum(not kind.held for kind in KINDS)
SEED = 1


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [read(page) for page in pages(COUNT, SEED)]


def test_canary_flags_what_is_read_wrong_and_leaves_what_is_read_right(results: list[Result]) -> None:
    (found, wrong), (alarms, right) = flagged(results, "wrong"), flagged(results, "right")
    assert wrong > COUNT / 3
    assert right > COUNT / 3
    assert found >= FLAGGED * wrong
    assert alarms <= QUIET * right


def test_canary_is_quiet_on_pages_of_known_designs() -> None:
    articles = [page for page in synthetic.pages(96) if page.truth["is_article"]]
    flags = [bool(extract(page.html, page.url, policy=FallbackPolicy(canary=True)).raw.flags) for page in articles]
    assert sum(flags) <= QUIET * len(flags)


def test_undisturbed_article_in_an_unknown_frame_is_read_right(results: list[Result]) -> None:
    outcomes = {
        each.outcome for each in results if each.kind.startswith(("unknown frame", "near: ", "wrapped", "crowded"))
    }
    assert outcomes == {"right"}


def test_where_nothing_fits_pages_are_refused_and_the_fallback_reads_most_of_the_text() -> None:
    some = list(pages(24, SEED, anchored=False))
    for page in some:
        with pytest.raises(Refused, match="unknown_layout"):
            extract(page.html, page.url)
    kept = [each for each in map(read_by_fallback, some) if each.outcome != "refused"]
    assert len(kept) > 20
    assert sum(each.f1 for each in kept) > 0.8 * len(kept)


def test_the_same_seed_makes_the_same_pages_and_another_others() -> None:
    assert list(pages(30, 3)) == list(pages(30, 3))
    assert {page.html for page in pages(30, 3)}.isdisjoint(page.html for page in pages(30, 4))


def test_kinds_have_names_of_their_own_and_use_every_insert() -> None:
    assert max(Counter(kind.name for kind in KINDS).values()) == 1
    names = {kind.name for kind in KINDS}
    assert {f"{place}: {block}" for block in (*BLOCKS, *HELD) for place in ("near", "inside")} <= names


def test_truth_of_a_page_holds_no_insert() -> None:
    page: NoisePage = next(page for page in pages(COUNT, SEED) if page.kind == "inside: cookie line")
    article = extract(page.html, page.url)
    lines = article.text.splitlines()
    assert set(page.text.splitlines()) < set(lines)
    assert len(lines) == len(page.text.splitlines()) + 1
