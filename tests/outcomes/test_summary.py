"""What a run comes to: each rule of the exit code alone."""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from newscrawl.outcomes.stats import (
    ASKED,
    CLOSED,
    FAILED,
    FLAGGED,
    GIVEN_UP,
    LISTS,
    POSTS,
    REFUSED,
    REPEATED,
    STILL_GONE,
    STOPPED,
    UNCHANGED,
    UNSENT,
    VANISHED,
)
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


def day(**tally: Any) -> dict[str, dict[str, dict[str, Any]]]:
    """The coverage of one day of a channel."""
    return {"china": {"2026-03-01": {"unique": 2, "kept": 0, "known": 0, "balanced": True, **tally}}}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"coverage": day(kept=2)}, 0),
        ({"coverage": day(kept=1, balanced=False, waiting=1)}, 5),
        ({"coverage": day(kept=1, balanced=False, waiting=1), "limited": True}, 0),  # the rest is left to a later run
        ({"coverage": day(kept=2, balanced=False, missing=1), "limited": True}, 5),  # the limit explains no gap
        ({"coverage": day(kept=2, balanced=False, reason="list_short"), "limited": True}, 5),
        ({"coverage": day(kept=1, balanced=False), "failed": Counter(timeout=1)}, 5),
        ({"coverage": day(kept=1, balanced=False, failed={"timeout": 1}, retrying=1)}, 3),  # by a later run
        ({"coverage": day(kept=1, balanced=False, failed={"timeout": 1}, given_up=1)}, 3),  # until somebody looks
        ({"coverage": day(kept=1, balanced=False, failed={"timeout": 1}, retrying=1, missing=1)}, 5),
        ({"coverage": day(kept=1, balanced=False, not_article={"video": 1}, reason="list_short")}, 5),
        ({"coverage": day(kept=1), "failed": Counter(timeout=1)}, 3),
        ({"coverage": day(known=1), "failed": Counter(timeout=1)}, 3),  # an earlier run has kept it
        ({"coverage": day(kept=1, known=1), "failed": Counter(timeout=1)}, 3),
        ({"coverage": day(), "failed": Counter(timeout=1), "posts": Counter(revised=1), "gone": 1}, 3),
        ({"coverage": day(), "failed": Counter(timeout=2)}, 4),
        ({"coverage": day(unique=0), "failed": Counter(list_timeout=1)}, 3),  # nothing was asked for
        ({"coverage": day(), "failed": Counter(timeout=1), "posts": Counter(unchanged=1)}, 3),
        ({"coverage": day(), "failed": Counter(timeout=1), "gone": 1}, 3),
        ({"unread": True}, 4),
        ({"unread": True, "posts": Counter(written=1)}, 0),
        ({"stopped": "banned", "posts": Counter(written=1)}, 4),
        ({"failed": Counter(fault=1), "posts": Counter(written=1)}, 1),
        ({"failed": Counter(lost=1), "stopped": "banned"}, 1),
        ({"failed": Counter(fault=1), "interrupted": True}, 130),
        ({"failed": Counter(fault=1), "interrupted": True, "code": 7}, 7),
    ],
)
def test_the_counts_of_a_run_decide_its_exit_code(more: dict[str, Any], code: int) -> None:
    outcomes = Outcomes("crawl", **more)
    assert outcomes.exit == outcomes.summary()["exit"] == code


@pytest.mark.parametrize(
    ("more", "left", "words"),
    [
        ({"given": 3, "asked": 2, "posts": Counter(written=1), "failed": Counter(timeout=1)}, 1, "1 article is left"),
        ({"given": 3}, 3, "3 articles are left"),
        ({"given": 2, "posts": Counter(written=2)}, 0, "0 articles are left"),
        ({"given": None, "asked": 2, "repeated": 1}, 1, "at least 1 article is left"),  # of a stream nobody knows
        ({"coverage": day(waiting=7), "asked": 2}, 7, "7 articles are left"),
        ({"coverage": day(kept=2), "asked": 3, "gone": 1}, 2, "2 articles are left"),  # recrawls are in no coverage
        ({"coverage": day(waiting=2, reason="list_short")}, 2, "2 articles are left"),
        ({"coverage": day(reason="list_unread")}, 0, "0 articles are left, and not every list was read"),
    ],
)
def test_what_an_interrupted_run_leaves(more: dict[str, Any], left: int, words: str) -> None:
    outcomes = Outcomes("crawl", interrupted=True, **more)
    assert (outcomes.left, outcomes.remainder()) == (left, words)
    assert (outcomes.summary()["interrupted"], outcomes.summary()["left"]) == (True, left)
    outcomes.interrupted = False
    assert not {"interrupted", "left"} & {*outcomes.summary()}


def test_an_interrupted_run_had_something_to_do() -> None:
    assert Outcomes("fetch").sentence() == "nothing to do"
    assert Outcomes("fetch", interrupted=True).sentence() == Outcomes("fetch", stopped="x").sentence()
    assert Outcomes("fetch", stopped="x").sentence() == "nothing fetched"


def test_every_count_of_scrapys_stats_is_taken() -> None:
    outcomes = Outcomes("crawl")
    outcomes.read_stats(
        {
            ASKED: 8, f"{POSTS}written": 1, f"{POSTS}revised": 2, f"{FAILED}timeout": 1, REPEATED: 1, VANISHED: 1,
            STILL_GONE: 2, GIVEN_UP: 3, UNCHANGED: 3, f"{FLAGGED}new_design": 4, f"{REFUSED}429": 5, f"{LISTS}list_timeout": 6,
            "robotstxt/forbidden": 7, "retry/count": 8, "downloader/request_count": 9, "downloader/response_bytes": 10,
            "finish_reason": "finished",
        }
    )  # fmt: skip
    summary = outcomes.summary()
    assert {name: summary[name] for name in ("requests", "bytes", "posts", "failed", "repeated", "flagged", "gone")} == {
        "requests": 9, "bytes": 10, "posts": {"written": 1, "unchanged": 0, "revised": 2},
        "failed": {"list_timeout": 6, "timeout": 1}, "repeated": 1, "flagged": {"new_design": 4}, "gone": 1,
    }  # fmt: skip
    assert summary["politeness"] == {"not_modified": 3, "refused": {"429": 5}, "robots_forbidden": 7, "retried": 8}
    assert "stopped" not in summary
    assert outcomes.given_up == 3
    assert outcomes.total == 8 + 6  # every URL has an outcome, so none is lost; lists are none of them


EMPTY: dict[str, Any] = {
    "command": "crawl", "asked": 0, "given": 0, "requests": 0, "bytes": 0, "posts": {}, "failed": {}, "repeated": 0,
    "flagged": {}, "interrupted": False, "gone": 0, "still_gone": 0, "given_up": 0, "robots_forbidden": 0, "not_modified": 0,
    "retried": 0,
    "refused": {}, "stopped": "", "coverage": {}, "unread": False, "limited": False, "stale": {}, "code": None,
}  # fmt: skip


def test_a_run_that_did_nothing_counts_nothing() -> None:
    outcomes = Outcomes("crawl")
    for _ in range(2):
        assert {name: value for name, value in asdict(outcomes).items() if name != "started"} == EMPTY
        outcomes.read_stats({"finish_reason": "finished"})
    assert outcomes.summary()["coverage"] == outcomes.summary()["stale"] == {}


def test_a_run_whose_end_is_not_known_was_interrupted() -> None:
    outcomes = Outcomes("crawl")
    outcomes.read_stats({})
    assert outcomes.exit == 130


def test_lists_that_failed_and_urls_that_were_lost_add_up() -> None:
    outcomes = Outcomes("crawl")
    failed = {f"{FAILED}timeout": 1, f"{FAILED}lost": 1, f"{LISTS}timeout": 2}
    outcomes.read_stats({ASKED: 4, "finish_reason": "finished", **failed})
    assert outcomes.failed == {"timeout": 3, "lost": 3}


def test_too_much_memory_has_words_of_its_own() -> None:
    outcomes = Outcomes("crawl")
    outcomes.read_stats({"finish_reason": "memusage_exceeded"})
    assert outcomes.stopped == "it took more memory than MEMUSAGE_LIMIT_MB allows"


def test_when_a_run_began_and_how_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = Outcomes("crawl")
    assert abs(datetime.now(UTC) - outcomes.started) < timedelta(minutes=1)
    outcomes.started = datetime(2026, 3, 1, 8, 0, 0, 5000, tzinfo=UTC)
    ended = outcomes.started + timedelta(seconds=1.23456)
    monkeypatch.setattr("newscrawl.outcomes.summary.datetime", SimpleNamespace(now=ended.astimezone))
    summary = outcomes.summary()
    assert (summary["command"], summary["started"], summary["seconds"]) == ("crawl", "2026-03-01T08:00:00+00:00", 1.235)


def test_the_counts_of_scrapys_stats_are_added() -> None:
    before: dict[str, Any] = {name: Counter(a=1) for name in ("posts", "flagged", "failed", "refused")}
    outcomes = Outcomes("crawl", **before)
    outcomes.read_stats({f"{prefix}a": 2 for prefix in (POSTS, FLAGGED, FAILED, REFUSED)})
    assert outcomes.posts == outcomes.flagged == outcomes.failed == outcomes.refused == {"a": 3}


def test_the_first_reason_to_stop_is_kept() -> None:
    outcomes = Outcomes("crawl")
    outcomes.read_stats({STOPPED: "banned", "finish_reason": "memusage_exceeded"})
    assert outcomes.stopped == outcomes.summary()["stopped"] == "banned"


def test_the_sentence_has_every_count_that_is_not_zero() -> None:
    outcomes = Outcomes(
        "crawl", posts=Counter(written=2, revised=1, unchanged=4), failed=Counter(timeout=1, http_404=2)
    )
    outcomes.gone, outcomes.repeated, outcomes.flagged = 1, 3, Counter(new_design=2, general_reading=1)
    assert outcomes.sentence() == (
        "2 written, 4 unchanged, 1 revised, 1 gone, 3 repeated, 3 flagged (general_reading 1, new_design 2), "
        "3 failed (http_404 2, timeout 1)"
    )
    assert Outcomes("crawl").sentence() == "nothing to do"
    assert Outcomes("crawl", stopped="it is banned").sentence() == "nothing fetched"
