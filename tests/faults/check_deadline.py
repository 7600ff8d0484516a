"""Pages that never end, in every command that reads pages, with SIGTERM and Ctrl-C; and runs that are killed for good.

Bounded versions are in `tests/crawl/test_deadline.py`.
"""

import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Run
from tests.crawl.test_deadline import NOW, rows, wait_for
from tests.support.processes import Started
from tests.support.raw import RawServer, path_of, raw_server, reply
from tests.support.server import Serve, article
from tests.support.slow import PATH, PLACES, slow_answers, slow_site

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def stopped(process: Started, number: signal.Signals) -> tuple[bytes, bytes]:
    """Sends a signal, and waits for the end: the deadline of the page would be ten minutes of CPU time."""
    process.send_signal(number)
    out, errors = process.communicate(60)
    assert process.returncode == 130, errors.decode()
    assert b"Traceback" not in errors
    return out, errors


def captured(folder: Path, server: Serve, seconds: float) -> tuple[Path, Path]:
    """An archive with captures of articles and of a page that never ends, and a site file with so many seconds."""
    site = server(slow_answers(3, ("line",)))
    config = slow_site(site, folder, 0.4, ("line",))
    with Started(["crawl", "all", "-o", "kept", "--site", str(config), *NOW], folder) as process:
        process.communicate()
        assert process.returncode == 3
    config = slow_site(site, folder, seconds, ("line",))
    return folder / "kept", config


@pytest.fixture
def reading(tmp_path: Path) -> Callable[[list[str]], Started]:
    """Starts a command that reads saved pages; returns when it has used a second of CPU time: it reads the slow one."""

    def start(words: list[str]) -> Started:
        process = Started(words, tmp_path)
        assert process.process.pid
        while process.poll() is None and cpu_seconds(process.process.pid) < 2:
            process.process.join(0.05)
        assert process.poll() is None
        return process

    return start


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process and its children have used."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return own + sum(map(cpu_seconds, map(int, children)))


def both(area: str, fault: str, did: str) -> Callable[[Any], Any]:
    """Parametrizes a test by the signal, each with its row in the table."""
    return pytest.mark.parametrize(
        "number",
        [pytest.param(each, marks=pytest.mark.fault(area, fault, each.name, did), id=each.name) for each in SIGNALS],
    )


@both(
    "run",
    "a crawl is stopped while it reads a page that never ends",
    "130 in seconds; the page is left to the next run",
)
def test_a_crawl_hears_signals_during_a_page(tmp_path: Path, server: Serve, number: signal.Signals) -> None:
    site = server(slow_answers(4, ("line",)))
    config = slow_site(site, tmp_path, 600, ("line",))
    words = ["crawl", "all", "-o", "kept", "--site", str(config), *NOW]
    with Started(words, tmp_path) as process:
        wait_for(site.paths, PATH.format(0))
        stopped(process, number)
    assert set(rows(tmp_path / "kept", "SELECT state, tries, killed, lease FROM items WHERE state != 'kept'")) == {
        ("listed", 0, 0, None)
    }
    slow_site(site, tmp_path, 0.4, ("line",))  # the next run takes it up as any other
    with Started(words, tmp_path) as process:
        process.communicate()
    assert dict(rows(tmp_path / "kept", "SELECT state, count(*) FROM items GROUP BY 1")) == {"failed": 1, "kept": 4}


@both(
    "run",
    "a crawl is stopped while it reads a list that never ends",
    "130 in seconds; the list is read by the next run",
)
def test_a_crawl_hears_signals_during_a_list(tmp_path: Path, server: Serve, number: signal.Signals) -> None:
    site = server(slow_answers(1, ()))
    config = slow_site(site, tmp_path, 600, ())
    with Started(["crawl", "slow", "-o", "kept", "--site", str(config), *NOW], tmp_path) as process:
        wait_for(site.paths, "/slow.html")
        stopped(process, number)


@both("run", "a second signal while a page is read that never ends", "130 at once")
def test_the_second_signal_ends_the_run_at_once(tmp_path: Path, server: Serve, number: signal.Signals) -> None:
    site = server(slow_answers(1, ("line",)))
    config = slow_site(site, tmp_path, 600, ("line",))
    with Started(["fetch", site.base + PATH.format(0), "-o", "kept", "--site", str(config)], tmp_path) as process:
        wait_for(site.paths, PATH.format(0))
        process.send_signal(number)
        process.process.join(0.2)
        stopped(process, number)


@pytest.mark.parametrize("workers", [1, 2])
@both("run", "a replay is stopped while it reads a page that never ends", "130; the articles read so far are stored")
def test_a_replay_hears_signals_during_a_page(
    tmp_path: Path, server: Serve, reading: Callable[[list[str]], Started], number: signal.Signals, workers: int
) -> None:
    archive, config = captured(tmp_path, server, 600)
    files = [str(path) for path in (archive / "warc").iterdir()]
    words = ["replay", *files, "-o", "again", "--site", str(config), "--workers", str(workers)]
    with reading(words) as process:
        stopped(process, number)


@pytest.mark.fault(
    "flood", "a capture that takes for ever to read", "replayed with 2 workers", "too_slow; the others are read"
)
def test_a_replay_leaves_a_page_that_takes_too_long(tmp_path: Path, server: Serve, newscrawl: Run) -> None:
    archive, config = captured(tmp_path, server, 0.4)
    done = newscrawl(
        "replay", *(archive / "warc").iterdir(), "-o", "again", "--site", config, "--workers", "2", "--json"
    )
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (summary["posts"]["written"], summary["failed"]) == (3, {"too_slow": 1})


@both("run", "extract of a folder is stopped while it reads a page that never ends", "130 at once")
def test_extract_hears_signals_during_a_page(
    tmp_path: Path, reading: Callable[[list[str]], Started], number: signal.Signals
) -> None:
    with reading(["extract", *saved(tmp_path, 600)]) as process:
        stopped(process, number)


@pytest.mark.fault(
    "flood", "saved pages, and one that takes for ever to read", "extracted", "too_slow; the others are read"
)
def test_extract_leaves_a_page_that_takes_too_long(tmp_path: Path, newscrawl: Run) -> None:
    done = newscrawl("extract", *saved(tmp_path, 0.4), "--format", "jsonl")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(line["ok"], line.get("reason")) for line in found] == [(False, "too_slow"), (True, None)]


def saved(folder: Path, seconds: float) -> list[str]:
    """The words for `extract` that read a page that never ends, and an article."""
    values = {"extends": "sina_finance", **PLACES["line"].site, "page_seconds": seconds}
    (folder / "site.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    (folder / "a.html").write_bytes(PLACES["line"].page.replace(b"<head>", HEAD % 1))
    (folder / "b.html").write_bytes(article("标题", "正文。").replace(b"<head>", HEAD % 2))
    return ["a.html", "b.html", "--site", "site.yaml"]


HEAD = (
    b'<head><meta property="og:url" content="https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg000000%d.shtml">'
)


@both("run", "verify --repair is stopped while it reads a page that never ends", "130 at once; the next repair goes on")
def test_a_repair_hears_signals_during_a_page(
    tmp_path: Path, server: Serve, reading: Callable[[list[str]], Started], newscrawl: Run, number: signal.Signals
) -> None:
    archive, _ = captured(tmp_path, server, 0.4)
    (archive / "ledger.sqlite3").unlink()
    (file,) = (archive / "manifests" / "rules").iterdir()
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"page_seconds":0.4', '"page_seconds":600.0'), encoding="utf-8")
    assert file.read_text(encoding="utf-8") != text
    with reading(["verify", str(archive), "--repair"]) as process:
        stopped(process, number)
    file.write_text(text, encoding="utf-8")
    assert newscrawl("verify", archive, "--repair").returncode in (0, 6)
    assert len([*(archive / "posts").rglob("*.md")]) == 3


class Killer:
    """Crawls of articles that are killed whenever the server is asked for one of them."""

    def __init__(self, folder: Path, server: RawServer, concurrency: int) -> None:
        self.folder, self.server = folder, server
        self.words = [
            "crawl",
            "china",
            "-o",
            "kept",
            "--site",
            str(server.site_file(folder, concurrency=concurrency)),
            *NOW,
        ]
        self.process: Started | None = None
        self.deadly: set[int] = set()
        self.asked: list[int] = []

    def page(self, path: str, _: int) -> bytes:
        number = int(path[-13:-6])
        self.asked.append(number)
        if number in self.deadly and self.process:
            self.process.kill()
        return reply(article(f"标题{number}", f"正文{number}。"))

    def crawl(self, *more: str) -> tuple[int | None, bytes]:
        self.asked.clear()
        with Started([*self.words, *more], self.folder) as self.process:
            out, _ = self.process.communicate(120)
            return self.process.returncode, out

    def items(self, what: str) -> list[tuple[Any, ...]]:
        return rows(self.folder / "kept", f"SELECT {what} FROM items ORDER BY key")


@pytest.fixture
def killer(tmp_path: Path) -> Iterator[Callable[[int], Killer]]:
    with ExitStack() as stack:

        def start(concurrency: int) -> Killer:
            server = stack.enter_context(raw_server(lambda *_: None, range(12)))
            found = Killer(tmp_path, server, concurrency)
            server.page = found.page
            return found

        yield start


@pytest.mark.parametrize(
    "concurrency",
    [
        pytest.param(
            many,
            marks=pytest.mark.fault(
                "run",
                f"one of 12 articles kills every run, {many} requests at a time",
                "SIGKILL at its request, three times",
                "the 11 others are kept by the third run at the latest; it is asked for last, then set aside (run_killed)",
            ),
        )
        for many in (1, 4, 16)
    ],
)
def test_one_article_that_kills_every_run_keeps_none_of_the_others(
    killer: Callable[[int], Killer], concurrency: int, newscrawl: Run
) -> None:
    run = killer(concurrency)
    run.deadly = {2}
    assert run.crawl()[0] == -signal.SIGKILL
    assert run.items("tries")[2] == (1,)
    assert run.crawl()[0] == -signal.SIGKILL
    assert run.asked[-1] == 2
    assert all(state == "kept" or killed for state, killed in run.items("state, killed"))  # others were under way, too
    assert run.crawl()[0] == -signal.SIGKILL
    assert run.asked[-1] == 2
    assert Counter(run.items("state")) == {("kept",): 11, ("listed",): 1}
    code, out = run.crawl("--json")
    assert (code, run.asked, json.loads(out.splitlines()[-1])["failed"]) == (3, [], {"run_killed": 1})
    assert run.items("state, reason, tries, killed, lease")[2] == ("failed", "run_killed", 3, 3, None)
    assert "run_killed, 3 times" in newscrawl("status", "kept").stdout.decode()
    assert newscrawl("retry", "kept").returncode == 0
    run.deadly = set()
    assert run.crawl()[0] == 0
    assert run.asked == [2]
    assert set(run.items("state, tries, killed")) == {("kept", 0, 0)}


@pytest.mark.fault(
    "run",
    "runs are killed at other articles each time",
    "SIGKILL, until each was kept or under way once",
    "each costs that article one try; none is set aside",
)
def test_runs_that_are_killed_here_and_there_set_nothing_aside(killer: Callable[[int], Killer]) -> None:
    run = killer(2)
    innocent, kills = [*range(12)], 0  # those that no killed run was at, and that are not kept
    while innocent:
        run.deadly = {*innocent}
        assert run.crawl()[0] == -signal.SIGKILL
        kills += 1
        items = run.items("state, killed")
        assert max(killed for _, killed in items) <= 1
        innocent = [number for number, item in enumerate(items) if item == ("listed", 0)]
    assert kills >= 3
    run.deadly = set()
    assert run.crawl()[0] == 0
    assert set(run.items("state, tries, killed")) == {("kept", 0, 0)}


@pytest.mark.fault(
    "run",
    "a ban, and runs that are killed while they wait",
    "SIGKILL in the pause, three times",
    "no try is counted, and nothing set aside",
)
def test_a_run_that_only_waits_sets_nothing_aside(killer: Callable[[int], Killer]) -> None:
    run = killer(1)
    for _ in range(4):
        run.server.hits.clear()
        run.server.page = lambda *_: reply(b"banned", "429 Too Many Requests", Retry_After=300)
        with Started(run.words, run.folder) as process:
            wait_for(lambda: run.server.hits, path_of(0))
            while any(sent for (sent,) in run.items("sent")):  # until the answer has come
                assert process.poll() is None
            process.kill()
            process.communicate()
    assert set(run.items("state, tries, killed")) == {("listed", 0, 0)}
