"""When a day is balanced, and what it is as data."""

from collections import Counter

import pytest

from newscrawl.ledger.model import DayTally
from newscrawl.ledger.proof import Evidence, prove

PROOF = prove(Evidence(ended=True))


@pytest.mark.parametrize(
    ("tally", "balanced"),
    [
        (DayTally(), False),
        (DayTally(proof=PROOF), True),
        (DayTally(proof=PROOF, empty=True), False),
        (DayTally(listed=3, unique=2, kept=1, known=1), False),
        (DayTally(listed=3, unique=2, kept=1, known=1, proof=PROOF), True),
        (DayTally(listed=3, unique=3, kept=1, known=1, waiting=1, proof=PROOF), False),
        (DayTally(listed=2, unique=1, kept=1, known=1, proof=PROOF), False),
        (DayTally(listed=2, unique=2, kept=2, missing=1, proof=PROOF), False),
        (DayTally(listed=2, unique=2, kept=2, reason="list_short", proof=PROOF), False),
        (DayTally(listed=2, unique=2, kept=2, retrying=1, proof=PROOF), False),
        (DayTally(listed=2, unique=2, kept=2, given_up=1, proof=PROOF), False),
    ],
)
def test_a_day_is_balanced(tally: DayTally, balanced: bool) -> None:
    assert tally.balanced is balanced


def test_refused_and_failed_articles_have_an_outcome() -> None:
    tally = DayTally(listed=2, unique=2, proof=PROOF)
    tally.not_article["video"] += 1
    assert not tally.balanced
    tally.failed["http_404"] += 1
    assert tally.balanced


@pytest.mark.parametrize(
    ("tally", "unbalanced"),
    [
        (DayTally(listed=2, unique=2, kept=2, proof=PROOF), False),
        (DayTally(proof=PROOF, empty=True), False),
        (DayTally(listed=2, unique=2, kept=1, failed=Counter(timeout=1), retrying=1), False),
        (DayTally(listed=2, unique=2, kept=1, failed=Counter(timeout=1), given_up=1), False),
        (DayTally(listed=2, unique=2, kept=1, waiting=1), True),
        (DayTally(listed=2, unique=2, kept=2, reason="list_short"), True),
    ],
)
def test_what_is_only_tried_again_is_not_missing(tally: DayTally, unbalanced: bool) -> None:
    assert tally.unbalanced is unbalanced


def test_a_day_as_data_has_what_is_not_zero() -> None:
    day = DayTally(listed=3, unique=3, kept=1, waiting=2, retrying=1, missing=4, reason="list_short")
    day.failed.update(timeout=1, http_404=2)
    day.not_article.update(video=1, blog=2)
    assert day.plain() == {
        "listed": 3, "unique": 3, "kept": 1, "known": 0, "not_article": {"blog": 2, "video": 1},
        "failed": {"http_404": 2, "timeout": 1}, "balanced": False, "waiting": 2, "retrying": 1, "missing": 4,
        "reason": "list_short",
    }  # fmt: skip
    assert [*day.plain()["failed"]] == ["http_404", "timeout"]
    assert [*day.plain()["not_article"]] == ["blog", "video"]
    assert set(DayTally().plain()) == {"listed", "unique", "kept", "known", "not_article", "failed", "balanced"}
