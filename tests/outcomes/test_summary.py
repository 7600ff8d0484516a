"""What a run comes to: each rule of the exit code alone."""

import pytest

from newscrawl.outcomes.stats import ASKED, CLOSED, FAILED, POSTS, STOPPED, UNSENT
from newscrawl.outcomes.summary import Outcomes


@pytest.mark.parametrize(
    ("reason", "stats", "failed", "code"),
    [
        ("finished", {ASKED: 1, f"{POSTS}written": 1}, {}, 0),
        ("finished", {}, {}, 0),
        ("finished", {ASKED: 2, f"{POSTS}written": 1, f"{FAILED}http_404": 1}, {"http_404": 1}, 3),
        ("finished", {ASKED: 1, f"{FAILED}http_404": 1}, {"http_404": 1}, 4),
        ("finished", {ASKED: 2, f"{POSTS}written": 1}, {"lost": 1}, 1),  # one has no outcome: a bug
        ("finished", {ASKED: 2, f"{POSTS}written": 1, UNSENT: 1, STOPPED: "banned"}, {}, 4),
        ("finished", {ASKED: 2, f"{POSTS}written": 1, CLOSED: True}, {"lost": 1}, 0),  # `| head` took what it wanted
        ("shutdown", {ASKED: 2, f"{POSTS}written": 1}, {}, 130),
        ("closespider_itemcount", {ASKED: 2, f"{POSTS}written": 1}, {}, 0),  # the settings asked for no more
        ("closespider_timeout", {ASKED: 2, f"{FAILED}timeout": 1}, {"timeout": 1}, 4),
        ("no_archive", {}, {}, 2),
        ("memusage_exceeded", {ASKED: 2, f"{POSTS}written": 1}, {}, 4),
    ],
)
def test_the_end_of_a_run_decides_its_exit_code(
    reason: str, stats: dict[str, object], failed: dict[str, int], code: int
) -> None:
    outcomes = Outcomes("fetch")
    outcomes.read_stats({**stats, "finish_reason": reason})
    assert dict(outcomes.failed) == failed
    assert outcomes.exit == code
