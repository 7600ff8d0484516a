"""Many faults in one run of the command: each has an address of its own there, and a row in `docs/reliability.md`."""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from newscrawl.outcomes.reasons import reason_of
from tests.support.processes import Started
from tests.support.raw import NO_RULES, Reply, path_of, raw_server

KEPT = "kept"
NOON = "2026-03-01T12:00:00+08:00"


class Ended(NamedTuple):
    """How a run of the command ended."""

    code: int | None
    summary: dict[str, Any]
    errors: str


def run(folder: Path, *arguments: str | Path, timeout: float = 300) -> Ended:
    """Runs the command with `--json`, and reads its summary."""
    with Started([*map(str, arguments), "--json"], folder) as process:
        out, errors = process.communicate(timeout)
        return Ended(process.returncode, json.loads(out.splitlines()[-1]), errors.decode())


def verified(archive: Path) -> int | None:
    """The exit code of `newscrawl verify`."""
    return run(archive.parent, "verify", archive).code


def rows(archive: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of an archive's ledger."""
    connection = sqlite3.connect(archive / "ledger.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def outcomes(archive: Path) -> dict[str, str]:
    """What became of each listed address: kept, or the reason."""
    return {
        url: KEPT if state == KEPT else reason
        for url, state, reason in rows(archive, "SELECT url, state, reason FROM items")
    }


def posts(archive: Path) -> dict[str, str]:
    """The posts, by the last 7 letters of their names."""
    return {path.stem[-7:]: path.read_text(encoding="utf-8") for path in (archive / "posts").rglob("*.md")}


class Host(NamedTuple):
    """A host with two articles: the pages by path, and its robots.txt."""

    page: Callable[[str, int], Reply]
    robots: Reply = NO_RULES


def fetch_hosts(folder: Path, hosts: Mapping[str, Host], **politeness: float) -> dict[str, Any]:
    """Fetches two articles of each host: one of `/china/`, one of `/private/`. Returns what became of them, and the run."""
    archive = folder / "kept"
    with ExitStack() as stack:
        servers = [stack.enter_context(raw_server(host.page)) for host in hosts.values()]
        urls = []
        for number, (server, host) in enumerate(zip(servers, hosts.values(), strict=True)):
            server.robots = host.robots
            urls += [
                server.base + path_of(2 * number),
                server.base + path_of(2 * number + 1).replace("/china/", "/private/"),
            ]
        site = servers[0].site_file(folder, **politeness)
        ended = run(folder, "fetch", *urls, "-o", archive, "--site", site)
    failed = dict(re.findall(r"doc-iabcdefg(\d{7})\.shtml: (\w+)", ended.errors))
    found = failed | dict.fromkeys(posts(archive), KEPT)
    return {
        "outcomes": {
            name: [found.get(f"{2 * number + place:07d}", "") for place in range(2)]
            for number, name in enumerate(hosts)
        },
        "code": ended.code,
        "failed": ended.summary["failed"],
        "errors": ended.errors,
        "verified": verified(archive),
    }


def did(outcome: str) -> str:
    """What newscrawl did, in words."""
    return "kept the article, whole" if outcome == KEPT else f"`{outcome}`: {reason_of(outcome).means}"


def parameters(area: str, cases: Mapping[str, Mapping[str, Any]], did: Mapping[str, str]) -> list[Any]:
    """A parameter for each case: its name, with its row. `did`: what newscrawl did, by that name."""
    return [
        pytest.param(name, id=name, marks=pytest.mark.fault(area, what, sent, did[name]))
        for what, group in cases.items()
        for sent in group
        for name in (f"{what}: {sent}",)
    ]


def named(cases: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The cases by their whole names."""
    return {f"{what}: {sent}": case for what, group in cases.items() for sent, case in group.items()}
