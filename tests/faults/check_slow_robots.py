"""robots.txt that take time or memory, each of a host of its own: an article that it may forbid, and one that not."""

import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from tests.faults.check_answers import silent, slowly, without_end
from tests.faults.conftest import Story
from tests.faults.test_robots import did, page
from tests.support.matrix import KEPT, Host, fetch_hosts, named, parameters
from tests.support.odd_robots import ROBOTS, RULES, UNREACHABLE, txt
from tests.support.raw import Reply

Case: TypeAlias = tuple[str, str, Reply]
SECONDS = 15
START = txt(RULES, Content_Length=None)
SLOW: dict[str, Case] = {
    "nothing, and the connection stays": (UNREACHABLE, UNREACHABLE, silent),
    "a byte a second": (UNREACHABLE, UNREACHABLE, slowly(b"", START)),
    "the rules, and then nothing": (UNREACHABLE, UNREACHABLE, slowly(START, b"#" * 2 * SECONDS)),
}
HUGE: dict[str, Case] = {
    "10 MB behind the rules": (KEPT, ROBOTS, txt(RULES + "# nothing\n" * 2**20)),
    "10 MB before the rules": (KEPT, KEPT, txt("# nothing\n" * 2**20 + RULES)),
    "without end": (KEPT, ROBOTS, without_end(START, b"# nothing\n" * 900)),
    "one line without end behind the rules": (KEPT, ROBOTS, without_end(START + b"Disallow: /", b"x" * 9000)),
    "gzip of 60 MB": (KEPT, KEPT, txt(gzip.compress(bytes(60 * 2**20)), Content_Encoding="gzip")),
}
ODD = {"a slow robots.txt": SLOW, "a huge robots.txt": HUGE}
CASES = named(ODD)


def play(folder: Path) -> Mapping[str, Any]:
    """Fetches two articles from each host."""
    found: dict[str, Any] = {"outcomes": {}, "runs": []}
    for part, seconds in (("a slow robots.txt", SECONDS), ("a huge robots.txt", 20 * SECONDS)):
        (folder / part).mkdir()
        hosts = {name: Host(page, case[2]) for name, case in named({part: ODD[part]}).items()}
        found["runs"].append(fetch_hosts(folder / part, hosts, concurrency=16, timeout=seconds))
        found["outcomes"] |= found["runs"][-1]["outcomes"]
    return found


@pytest.fixture
def fetched(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize("name", parameters("robots", ODD, {name: did(*case[:2]) for name, case in CASES.items()}))
def test_a_robots_txt_that_takes_long(fetched: Mapping[str, Any], name: str) -> None:
    assert tuple(fetched["outcomes"][name]) == CASES[name][:2]


def test_nothing_else_comes_of_them(fetched: Mapping[str, Any]) -> None:
    for each in fetched["runs"]:
        assert each["failed"].keys().isdisjoint(("fault", "lost"))
        assert "Traceback" not in each["errors"]
        assert each["verified"] == 0
