"""Lists that take time or memory, in one crawl; those of which no end is seen are in another."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.faults.check_answers import SECONDS, silent, slowly, without_end
from tests.faults.conftest import Story
from tests.support.list_matrix import crawl_lists, did
from tests.support.matrix import named, parameters
from tests.support.odd_answers import ok
from tests.support.odd_lists import RollCase, TextCase, answer, as_json, item, roll, rss, urlset
from tests.support.raw import reply

MANY = 1_000_000
HUGE: dict[str, RollCase] = {
    "a million brackets": ("list_too_large", False, lambda _: as_json("[" * MANY)),
    "a million objects deep": ("list_too_large", False, lambda _: as_json('{"result":' * (MANY - 1))),
    "a million numbers for rows": ("list_too_large", False, lambda _: as_json(json.dumps({"result": {"total": MANY + 1, "data": [7] * MANY}}))),
    "a title of 9 MB": ("", True, lambda row: roll(row | {"title": "x" * 9 * 2**20})),
    "a title of 11 MB": ("list_too_large", False, lambda row: roll(row | {"title": "x" * 11 * 2**20})),
    "a URL of 9 MB": ("", True, lambda row: roll(row, row | {"docid": "", "url": "https://elsewhere.example/" + "x" * 9 * 2**20})),
    "9 MB of references": ("", True, lambda row: roll(row | {"title": "&amp;" * (9 * 2**20 // 5)})),
    "300 MB packed by gzip": ("list_too_large", False, lambda _: reply(gzip.compress(bytes(300 * 2**20), 1), Content_Encoding="gzip")),
    "JSON without end": ("list_too_large", False, lambda _: without_end(ok(), b"[7,7,7,7," * 900)),
}  # fmt: skip
SLOW: dict[str, RollCase] = {
    "nothing, and the connection stays": ("list_timeout", False, lambda _: silent),
    "a byte a second": ("list_timeout", False, lambda row: slowly(b"", roll(row))),
}
TEXTS: dict[str, dict[str, TextCase]] = {
    "a huge feed": {
        "a title of 9 MB": ("", True, "feed", lambda url: answer(rss(item(url, "x" * 9 * 2**20)))),
        "a comment of 9 MB": ("", True, "feed", lambda url: answer(rss(item(url), "<!--" + "x" * 9 * 2**20 + "-->"))),
        "100,000 attributes": ("", True, "feed", lambda url: answer(rss(item(url), "<a " + " ".join(f"a{n}='b'" for n in range(100_000)) + "/>"))),
    },
    "a huge sitemap": {
        "30,000 URLs": ("", True, "sitemap", lambda url: answer(urlset(url, *("https://elsewhere.example/a",) * 30_000))),
        "300 MB packed by gzip": ("list_too_large", False, "sitemap", lambda _: answer(gzip.compress(b"<urlset>" + bytes(300 * 2**20), 1), "application/gzip")),
    },
}  # fmt: skip
ROLLS = {"a huge answer": HUGE, "a slow answer": SLOW}
EVERY: Mapping[str, Mapping[str, Any]] = {**ROLLS, **TEXTS}
CASES: dict[str, Any] = named(EVERY)


def play(folder: Path) -> Mapping[str, Any]:
    """Crawls the huge ones, and then the slow ones, which need all the time that an answer may take."""
    parts: tuple[tuple[str, Mapping[str, RollCase], Mapping[str, TextCase], float], ...] = (
        ("huge", named({"a huge answer": HUGE}), named(TEXTS), 20 * SECONDS),
        ("slow", named({"a slow answer": SLOW}), {}, SECONDS),
    )
    runs = []
    for name, rolls, texts, seconds in parts:
        (folder / name).mkdir()
        runs.append(crawl_lists(folder / name, rolls, texts, concurrency=8, timeout=seconds))
    return {"runs": runs, "found": runs[0]["found"] | runs[1]["found"]}


@pytest.fixture
def crawled(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize(
    "name", parameters("list", EVERY, {name: did(case[0], kept=case[1]) for name, case in CASES.items()})
)
def test_a_list_that_takes_long(crawled: Mapping[str, Any], name: str) -> None:
    assert tuple(crawled["found"][name]) == CASES[name][:2]


def test_nothing_else_comes_of_them(crawled: Mapping[str, Any]) -> None:
    for each in crawled["runs"]:
        assert each["failed"].keys().isdisjoint(("fault", "lost", "list_fault"))
        assert "Traceback" not in each["errors"]
        assert each["verified"] == 0
