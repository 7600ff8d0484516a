"""Odd answers of lists, all in one crawl."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Story
from tests.support.list_matrix import crawl_lists, did
from tests.support.matrix import named, parameters
from tests.support.odd_lists import ROLLS, TEXTS

ROLL_CASES, TEXT_CASES = named(ROLLS), named(TEXTS)
CASES = ROLL_CASES | TEXT_CASES
EVERY: Mapping[str, Mapping[str, Any]] = {**ROLLS, **TEXTS}


def play(folder: Path) -> Mapping[str, Any]:
    return crawl_lists(folder, ROLL_CASES, TEXT_CASES, concurrency=8, timeout=60)


@pytest.fixture
def crawled(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize(
    "name", parameters("list", EVERY, {name: did(case[0], kept=case[1]) for name, case in CASES.items()})
)
def test_an_odd_list(crawled: Mapping[str, Any], name: str) -> None:
    assert tuple(crawled["found"][name]) == CASES[name][:2]


def test_nothing_else_comes_of_odd_lists(crawled: Mapping[str, Any]) -> None:
    """No file and no other address is read for a list, and no bug shows."""
    assert [path for path in crawled["asked"] if "secret" in path] == []
    assert crawled["failed"].keys().isdisjoint(("fault", "lost", "list_fault"))
    assert "Traceback" not in crawled["errors"]
    assert "root:" not in crawled["errors"]
    assert (crawled["code"], crawled["verified"]) == (5, 0)
