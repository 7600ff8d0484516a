"""Odd answers to requests for articles, all in one crawl, with a good article behind each two of them."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Story
from tests.support.matrix import KEPT, NOON, did, named, outcomes, parameters, posts, run, verified
from tests.support.odd_answers import ODD, PAGE, PARAGRAPHS, other, to
from tests.support.raw import Reply, path_of, raw_server, reply

CASES = named(ODD)
EACH = 3  # every third article is good: no five odd ones in a row, which would be a ban in unknown words
NUMBERS = {name: EACH * (place // (EACH - 1)) + place % (EACH - 1) for place, name in enumerate(CASES)}
NAMES = {number: name for name, number in NUMBERS.items()}
LISTED = range(EACH * (len(CASES) // (EACH - 1) + 1))


def play(folder: Path) -> Mapping[str, Any]:
    """Crawls all of them."""

    def page(path: str, _: int) -> Reply:
        circle, chain, number = (
            re.search(pattern, path) for pattern in ("/circle/(.)", "/chain/(.)", r"(\d{7})\.shtml")
        )
        if circle:
            return to(f"/circle/{3 - int(circle[1])}")
        if chain:
            return to(f"/chain/{int(chain[1]) - 1}" if int(chain[1]) else other(0))
        name = NAMES.get(int(number[1])) if number else ""
        if name is None:
            return reply(PAGE)
        answer: Reply = CASES[name][1] if name else reply(b"", "404 Not Found")
        return answer.replace(b"PORT", str(server.port).encode()) if isinstance(answer, bytes) else answer

    with raw_server(page, LISTED, lambda _: "标题") as server:
        site, archive = server.site_file(folder, concurrency=8, timeout=60), folder / "kept"
        span = ("--since", "2026-03-01", "--until", "2026-03-01", "--now", NOON)
        ended = run(folder, "crawl", "china", *span, "-o", archive, "--site", site)
    found = outcomes(archive)
    written = posts(archive)
    return {
        "outcomes": {number: found.get(f"{server.base}{path_of(number)}", "") for number in LISTED},
        "paragraphs": {number: len(re.findall("正文第.段", text)) for number, text in written.items()},
        "code": ended.code,
        "failed": ended.summary["failed"],
        "coverage": ended.summary["coverage"],
        "errors": ended.errors,
        "verified": verified(archive),
    }


@pytest.fixture
def crawled(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize("name", parameters("answer", ODD, {name: did(case[0]) for name, case in CASES.items()}))
def test_an_odd_answer(crawled: Mapping[str, Any], name: str) -> None:
    assert crawled["outcomes"][str(NUMBERS[name])] == CASES[name][0]


def test_nothing_else_comes_of_odd_answers(crawled: Mapping[str, Any]) -> None:
    """All good articles are kept, nothing is kept half, each address is in a count, and no bug shows."""
    good = [number for number in LISTED if number not in NAMES]
    assert {crawled["outcomes"][str(number)] for number in good} == {KEPT}
    assert {*crawled["paragraphs"].values()} == {PARAGRAPHS}
    assert crawled["failed"].keys().isdisjoint(("fault", "lost"))
    (day,) = crawled["coverage"]["china"].values()
    assert day["kept"] + sum(day["failed"].values()) == day["listed"] == len(LISTED)
    assert "Traceback" not in crawled["errors"]
    assert "secret" not in crawled["errors"]
    assert (crawled["code"], crawled["verified"]) == (3, 0)
