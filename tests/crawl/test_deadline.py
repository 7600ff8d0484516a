"""Pages that would take for ever, and runs that are stopped or killed meanwhile; `check_deadline.py` has more of them."""

import json
import signal
import sqlite3
import time
from collections.abc import Callable, Container, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import Started
from tests.support.server import Serve, serve
from tests.support.slow import PATH, PLACES, slow_answers, slow_site

GOOD = 4
NOW = ("--now", "2026-03-01T12:00:00+08:00")
RULE = "a pattern of the site file that never ends on a page: {}"


def rows(archive: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as connection:
        return connection.execute(query).fetchall()


@dataclass
class Ended:
    """What a crawl of a slow site said and kept."""

    summary: dict[str, Any]
    errors: str
    archive: Path

    def item(self, number: int) -> tuple[Any, ...]:
        (found,) = rows(
            self.archive, f"SELECT state, reason, tries, lease FROM items WHERE url LIKE '%{PATH.format(number)}'"
        )
        return found


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ended]:
    """One crawl of a page for each place, and of articles between them."""
    folder = tmp_path_factory.mktemp("slow")
    with serve(slow_answers(GOOD)) as server:
        site = slow_site(server, folder, 0.4)
        words = ["crawl", "all", "slow", "-o", str(folder / "kept"), "--site", str(site), "--json", *NOW]
        with Started(words, folder) as process:
            out, errors = process.communicate(200)
        assert out, errors.decode()
        yield Ended(json.loads(out.splitlines()[-1]), errors.decode(), folder / "kept")


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(
            place,
            marks=pytest.mark.fault(
                "flood", RULE.format(what), "crawled", "too_slow, tried again; all other articles are kept"
            ),
        )
        for place, what in {
            "line": "one for lines of the text",
            "title": "one for titles of pages without an article",
            "ban": "the one for the ban page",
            "comment": "one for comments",
        }.items()
    ],
)
def test_a_page_that_takes_too_long_is_left_and_all_others_are_kept(ended: Ended, place: str) -> None:
    assert ended.item([*PLACES].index(place)) == ("failed", "too_slow", 1, None)
    assert ended.summary["posts"]["written"] == GOOD
    assert ended.summary["failed"]["too_slow"] == len(PLACES)
    assert "Traceback" not in ended.errors


@pytest.mark.fault(
    "flood", "a pattern for the times of a list that never ends on it", "crawled", "list_too_slow, exit 5"
)
def test_a_list_that_takes_too_long_is_not_balanced_and_asked_for_once(ended: Ended) -> None:
    assert ended.summary["failed"]["list_too_slow"] == 1
    assert ended.summary["exit"] == 5
    assert "/slow.html: list_too_slow: it took more than 0.4 s of CPU time; raise page_seconds" in ended.errors


@pytest.mark.fault(
    "run",
    "SIGTERM while a page is read that never ends",
    "SIGTERM",
    "130 in seconds; the page has no outcome, and no try",
)
def test_a_run_is_stopped_while_it_reads_a_page_that_never_ends(tmp_path: Path, server: Serve) -> None:
    """Its deadline would be ten minutes of CPU time."""
    site = server(slow_answers(GOOD, ("line",)))
    config = slow_site(site, tmp_path, 600, ("line",))
    with Started(["crawl", "all", "-o", "kept", "--site", str(config), "--json", *NOW], tmp_path) as process:
        wait_for(site.paths, PATH.format(0))
        process.send_signal(signal.SIGTERM)
        out, errors = process.communicate(60)
    assert process.returncode == 130, errors.decode()
    summary = json.loads(out.splitlines()[-1])
    assert (summary["interrupted"], summary["failed"]) == (True, {})
    found = rows(tmp_path / "kept", "SELECT state, reason, tries, lease, sent FROM items WHERE state != 'kept'")
    assert set(found) == {("listed", "", 0, None, 0)}


def wait_for(paths: Callable[[], Container[str]], path: str, seconds: float = 60) -> None:
    """Waits until a server is asked for a path, and then as long as the answer takes to arrive on an idle machine."""
    until = time.monotonic() + seconds
    while path not in paths():
        assert time.monotonic() < until, f"{path} was never asked for"
        time.sleep(0.02)
    time.sleep(0.3)


@pytest.mark.fault(
    "run",
    "a page that three runs were killed with",
    "SIGKILL, three times",
    "set aside, named, and all others are kept",
)
def test_what_three_killed_runs_have_left_is_told_of_and_not_asked_for(tmp_path: Path, server: Serve) -> None:
    """The runs are those of `check_deadline.py`; here the ledger says that they were."""
    site = server(slow_answers(2, ()))
    config = slow_site(site, tmp_path, 10, ())
    words = ["crawl", "all", "-o", "kept", "--site", str(config), *NOW]
    with Started([*words, "--limit", "0"], tmp_path) as process:
        process.communicate()
    with closing(sqlite3.connect(tmp_path / "kept" / "ledger.sqlite3")) as connection, connection:
        connection.execute(
            f"UPDATE items SET lease = 1, sent = 1, killed = 2, tries = 3 WHERE url LIKE '%{PATH.format(0)}'"
        )
    with Started([*words, "--json"], tmp_path) as process:
        out, errors = process.communicate()
    summary = json.loads(out.splitlines()[-1])
    assert (summary["exit"], summary["failed"], summary["posts"]["written"]) == (3, {"run_killed": 1}, 1)
    assert f"{PATH.format(0)}: run_killed: three runs ended while it was under way" in errors.decode()
    assert PATH.format(0) not in site.paths()
    with Started(["status", "kept"], tmp_path) as process:
        assert f"{PATH.format(0)}: run_killed, 3 times" in process.communicate()[0].decode()
