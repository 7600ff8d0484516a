"""Many odd lists in one crawl: each is a list of its own, with a good article of its own."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from newscrawl.outcomes.reasons import reason_of
from tests.support.matrix import KEPT, NOON, outcomes, rows, run, verified
from tests.support.odd_lists import RollCase, TextCase, roll
from tests.support.raw import TIME, Reply, path_of, raw_server, reply
from tests.support.server import article

EVERY_WINDOW = "rows: the same for each window"
HTML = {"rows": "li a", "when": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<hour>\d\d):(?P<minute>\d\d)"}


def did(reason: str, *, kept: bool) -> str:
    """What newscrawl did, in words."""
    article = "kept its good article" if kept else "nothing of it kept"
    return f"`{reason}`: {reason_of(reason).means}; {article}" if reason else f"read the list; {article}"


def filled(answer: Reply, words: Mapping[bytes, str]) -> Reply:
    """An answer with addresses of its server for these words."""
    if not isinstance(answer, bytes) or not any(word in answer for word in words):
        return answer
    head, end, body = answer.partition(b"\r\n\r\n")
    for word, address in words.items():
        body = body.replace(word, address.encode())
    return re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head) + end + body


def site_file(folder: Path, base: Path, at: str, rolls: Mapping[str, RollCase], texts: Mapping[str, TextCase]) -> Path:
    """A site file of a server at `at` with these lists, the roll's first, named by their numbers; over that at `base`."""
    values = yaml.safe_load(base.read_text(encoding="utf-8"))
    values["channels"] = [{"name": f"c{n}", "label": name, "pageid": 1, "lid": n} for n, name in enumerate(rolls)]
    values["lists"] = [
        {"name": f"c{n}", "label": name, "kind": case[2], "url": f"{at}/list/{n}"} | (HTML if case[2] == "html" else {})
        for n, (name, case) in enumerate(texts.items(), len(rolls))
    ]
    file = folder / "lists.yaml"
    file.write_text(yaml.safe_dump(values), encoding="utf-8")
    return file


def crawl_lists(
    folder: Path, rolls: Mapping[str, RollCase], texts: Mapping[str, TextCase], **politeness: float
) -> dict[str, Any]:
    """Crawls a day of all lists. Returns the reason of each, and whether its good article is kept; and the run."""
    names = [*rolls, *texts]

    def listed(query: dict[str, list[str]]) -> Reply:
        number = int(query["lid"][0])
        if not int(query["etime"][0]) <= TIME < int(query["stime"][0]) and names[number] != EVERY_WINDOW:
            return roll()
        times = dict.fromkeys(("ctime", "intime", "mtime"), str(TIME))
        row = {"docid": f"comos:abcdefg{number:07d}", "url": server.base + path_of(number), "title": "标题", **times}
        return rolls[names[number]][2](row)

    def page(path: str, _: int) -> Reply:
        if found := re.fullmatch(r"/list/(\d+)", path):
            number = int(found[1])
            answer = texts[names[number]][3](server.base + path_of(number))
            return filled(answer, {b"SELF": server.base + path, b"BASE": server.base})
        return reply(article("标题")) if "/doc-i" in path else reply(b"", "404 Not Found")

    with raw_server(page) as server:
        server.instead = listed
        archive = folder / "kept"
        site = site_file(folder, server.site_file(folder, **politeness), server.base, rolls, texts)
        span = ("--since", "2026-03-01", "--until", "2026-03-01", "--now", NOON)
        lists = [f"c{number}" for number in range(len(names))]
        ended = run(folder, "crawl", *lists, *span, "-o", archive, "--site", site)
    reasons = dict(rows(archive, "SELECT channel, reason FROM windows"))
    kept = {url for url, outcome in outcomes(archive).items() if outcome == KEPT}
    return {
        "found": {
            name: [reasons.get(f"c{number}"), f"{server.base}{path_of(number)}" in kept]
            for number, name in enumerate(names)
        },
        "code": ended.code,
        "failed": ended.summary["failed"],
        "errors": ended.errors,
        "asked": [*server.hits],
        "verified": verified(archive),
    }
