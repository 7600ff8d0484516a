"""Odd robots.txt, all in one fetch: each is of a host of its own, with an article that it may forbid and one that not."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from newscrawl.outcomes.reasons import reason_of
from tests.faults.conftest import Story
from tests.support.matrix import KEPT, Host, fetch_hosts, named, parameters
from tests.support.odd_robots import ODD, RULES, txt
from tests.support.raw import Reply, reply
from tests.support.server import article

CASES = named(ODD)


def did(outcome: str, private: str) -> str:
    """What newscrawl did, in words."""
    if outcome == private == KEPT:
        return "takes it for no rules: kept both articles"
    if outcome == KEPT:
        return f"obeyed: kept one article, `{private}` for the other"
    return f"kept nothing; `{outcome}`: {reason_of(outcome).means}"


def page(path: str, _: int) -> Reply:
    return txt(RULES) if path == "/rules.txt" else reply(article("标题"))


def play(folder: Path) -> Mapping[str, Any]:
    """Fetches two articles from each host."""
    return fetch_hosts(folder, {name: Host(page, case[2]) for name, case in CASES.items()}, concurrency=8, timeout=60)


@pytest.fixture
def fetched(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize("name", parameters("robots", ODD, {name: did(*case[:2]) for name, case in CASES.items()}))
def test_an_odd_robots_txt(fetched: Mapping[str, Any], name: str) -> None:
    assert tuple(fetched["outcomes"][name]) == CASES[name][:2]


def test_nothing_else_comes_of_odd_robots_txt(fetched: Mapping[str, Any]) -> None:
    assert fetched["failed"].keys() == {"robots", "robots_delay", "robots_unreachable"}
    assert "Traceback" not in fetched["errors"]
    assert (fetched["code"], fetched["verified"]) == (3, 0)
