"""Odd answers of lists, all in one crawl: each list has one good article of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from newscrawl.outcomes.reasons import reason_of
from tests.faults.conftest import Story
from tests.support.matrix import KEPT, NOON, named, outcomes, parameters, rows, run, verified
from tests.support.odd_lists import ROLLS, TEXTS, roll
from tests.support.raw import TIME, Reply, path_of, raw_server, reply
from tests.support.server import article

ROLL_CASES, TEXT_CASES = named(ROLLS), named(TEXTS)
EVERY: Mapping[str, Mapping[str, Any]] = {**ROLLS, **TEXTS}
CASES = ROLL_CASES | TEXT_CASES
NUMBERS = {name: place for place, name in enumerate(CASES)}
NAMES = [*CASES]
EVERY_WINDOW = "rows: the same for each window"
HTML = {"rows": "li a", "when": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d)"}


def filled(answer: Reply, words: Mapping[bytes, str]) -> Reply:
    """An answer with addresses of its server for these words."""
    if not isinstance(answer, bytes) or not any(word in answer for word in words):
        return answer
    head, end, body = answer.partition(b"\r\n\r\n")
    for word, address in words.items():
        body = body.replace(word, address.encode())
    return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head) + end + body


def did(reason: str, *, kept: bool) -> str:
    """What newscrawl did, in words."""
    article = "kept its good article" if kept else "nothing of it kept"
    return f"`{reason}`: {reason_of(reason).means}; {article}" if reason else f"read the list; {article}"


def play(folder: Path) -> Mapping[str, Any]:
    """Crawls all lists."""

    def listed(query: dict[str, list[str]]) -> Reply:
        number = int(query["lid"][0])
        if not int(query["etime"][0]) <= TIME < int(query["stime"][0]) and NAMES[number] != EVERY_WINDOW:
            return roll()
        times = dict.fromkeys(("ctime", "intime", "mtime"), str(TIME))
        row = {"docid": f"comos:abcdefg{number:07d}", "url": server.base + path_of(number), "title": "标题", **times}
        answer: Reply = ROLL_CASES[NAMES[number]][2](row)
        return answer

    def page(path: str, _: int) -> Reply:
        if found := re.fullmatch(r"/list/(\d+)", path):
            number = int(found[1])
            answer: Reply = TEXT_CASES[NAMES[number]][3](server.base + path_of(number))
            return filled(answer, {b"SELF": server.base + path, b"BASE": server.base})
        return reply(article("标题")) if "/doc-i" in path else reply(b"", "404 Not Found")

    with raw_server(page) as server:
        server.instead = listed
        site, archive = server.site_file(folder, concurrency=8, timeout=60), folder / "kept"
        values = yaml.safe_load(site.read_text(encoding="utf-8"))
        values["channels"] = [
            {"name": f"c{NUMBERS[name]}", "label": name, "pageid": 1, "lid": NUMBERS[name]} for name in ROLL_CASES
        ]
        values["lists"] = [
            {"name": f"c{NUMBERS[name]}", "label": name, "kind": kind, "url": f"{server.base}/list/{NUMBERS[name]}"}
            | (HTML if kind == "html" else {})
            for name, (_, _, kind, _) in TEXT_CASES.items()
        ]
        site.write_text(yaml.safe_dump(values), encoding="utf-8")
        lists = [f"c{number}" for number in NUMBERS.values()]
        span = ("--since", "2026-03-01", "--until", "2026-03-01", "--now", NOON)
        ended = run(folder, "crawl", *lists, *span, "-o", archive, "--site", site)
    found = outcomes(archive)
    return {
        "reasons": dict(rows(archive, "SELECT channel, reason FROM windows")),
        "kept": {number: found.get(f"{server.base}{path_of(number)}") == KEPT for number in NUMBERS.values()},
        "code": ended.code,
        "failed": ended.summary["failed"],
        "errors": ended.errors,
        "asked": [*server.hits],
        "verified": verified(archive),
    }


@pytest.fixture
def crawled(story: Story) -> Mapping[str, Any]:
    return story(play)


@pytest.mark.parametrize(
    "name", parameters("list", EVERY, {name: did(case[0], kept=case[1]) for name, case in CASES.items()})
)
def test_an_odd_list(crawled: Mapping[str, Any], name: str) -> None:
    number = NUMBERS[name]
    assert (crawled["reasons"].get(f"c{number}"), crawled["kept"][str(number)]) == CASES[name][:2]


def test_nothing_else_comes_of_odd_lists(crawled: Mapping[str, Any]) -> None:
    """No file and no other address is read for a list, and no bug shows."""
    assert [path for path in crawled["asked"] if "secret" in path] == []
    assert crawled["failed"].keys().isdisjoint(("fault", "lost", "list_fault"))
    assert "Traceback" not in crawled["errors"]
    assert "root:" not in crawled["errors"]
    assert (crawled["code"], crawled["verified"]) == (5, 0)
