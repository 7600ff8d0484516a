"""All vectors in all places of an article, in both bodies."""

import pytest

from tests.extraction.test_allowed import wrong_in
from tests.support.vectors import KINDS, PLACES, URL, page_of, vectors


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            marks=pytest.mark.fault(
                "page",
                f"{kind}, everywhere",
                f"each kind in each of {len(PLACES)} places of an article",
                "bodies with what is allowed alone; nh3 changed nothing, Markdown made nothing of them",
            ),
        )
        for kind in KINDS
    ],
)
def test_bodies_are_inert(kind: str) -> None:
    every = [*vectors(kind, places=len(PLACES))]
    wrong = {vector: found for vector in every if (found := wrong_in(page_of(vector), URL.format("inertaa0000001")))}
    assert wrong == {}
