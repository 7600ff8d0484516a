"""Odd robots.txt, all in one fetch: each is of a host of its own, with an article that it may forbid and one that not."""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from newscrawl.outcomes.reasons import reason_of
from tests.faults.conftest import Story
from tests.support.matrix import KEPT, named, parameters, posts, run, verified
from tests.support.odd_robots import ODD, RULES, txt
from tests.support.raw import Reply, path_of, raw_server, reply
from tests.support.server import article

CASES = named(ODD)
NUMBERS = {name: 2 * place for place, name in enumerate(CASES)}


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
    urls, archive = [], folder / "kept"
    with ExitStack() as stack:
        for name, number in NUMBERS.items():
            server = stack.enter_context(raw_server(page))
            server.robots = CASES[name][2]
            urls += [server.base + path_of(number), server.base + path_of(number + 1).replace("/china/", "/private/")]
        site = server.site_file(folder, concurrency=8, timeout=60)
        ended = run(folder, "fetch", *urls, "-o", archive, "--site", site)
    failed = dict(re.findall(r"doc-iabcdefg(\d{7})\.shtml: (\w+)", ended.errors))
    return {
        "outcomes": failed | dict.fromkeys(posts(archive), KEPT),
        "code": ended.code,
        "failed": ended.summary["failed"],
        "errors": ended.errors,
        "verified": verified(archive),
    }


@pytest.fixture
def fetched(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize("name", parameters("robots", ODD, {name: did(*case[:2]) for name, case in CASES.items()}))
def test_an_odd_robots_txt(fetched: Mapping[str, Any], name: str) -> None:
    found = tuple(fetched["outcomes"].get(f"{NUMBERS[name] + place:07d}") for place in range(2))
    assert found == CASES[name][:2]


def test_nothing_else_comes_of_odd_robots_txt(fetched: Mapping[str, Any]) -> None:
    assert len(fetched["outcomes"]) == 2 * len(CASES)
    assert fetched["failed"].keys() == {"robots", "robots_delay", "robots_unreachable"}
    assert "Traceback" not in fetched["errors"]
    assert (fetched["code"], fetched["verified"]) == (3, 0)
