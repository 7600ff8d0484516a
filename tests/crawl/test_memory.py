"""A run that takes too much memory is given up: it says so, and each address is in a count."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.exceptions import NotConfigured

from newscrawl.crawl.extensions import memory
from newscrawl.crawl.extensions.memory import MB, MemoryExtension, memory_taken, why_too_much
from newscrawl.crawl.throttle import Throttle
from newscrawl.demo.fake_site.server import FakeSite, Plan
from tests.conftest import ROOT, Run
from tests.support.crawler import stub_crawler
from tests.support.scrapy_runs import scrapy
from tests.support.server import Answer, Serve, article

DOC = "/china/2026-03-01/doc-iabcdefg{:07d}.shtml"
WHY = "it took 1025 MB of memory, and MEMUSAGE_LIMIT_MB allows 1024; run it again for the rest"


FULL = """
import itertools, sys
from newscrawl.crawl.extensions import memory
looks = itertools.count(1)
memory.EVERY = 0.02
memory.memory_taken = lambda: 1025 * memory.MB if next(looks) >= {looks} else 0
from newscrawl.cli.main import run
sys.argv = ["newscrawl", *{words}]
run()
"""


def run_until_full(folder: Path, looks: int, *words: str | Path) -> "subprocess.CompletedProcess[bytes]":
    """Runs the command, which finds its memory full at one of its looks: fifty a second."""
    code = FULL.format(looks=looks, words=[str(word) for word in words])
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=60, check=False)


def test_what_is_too_much() -> None:
    assert [why_too_much(taken * MB, 1024) for taken in (0, 1024, 1025)] == ["", "", WHY]


def test_the_memory_is_that_which_is_taken_now(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = memory_taken()
    held = b"x" * (64 * MB)
    assert memory_taken() >= before + 60 * MB
    del held
    assert memory_taken() < before + 60 * MB
    assert 10 * MB < before < 2**40
    monkeypatch.setattr(memory, "STATM", tmp_path / "none")  # not on Linux: the most so far
    assert 10 * MB < memory_taken() < 2**40


@pytest.mark.parametrize(("taken", "stopped"), [(1024, ""), (1025, WHY)])
def test_a_look_stops_the_run_that_takes_too_much(monkeypatch: pytest.MonkeyPatch, taken: int, stopped: str) -> None:
    monkeypatch.setattr(memory, "memory_taken", lambda: taken * MB)
    crawler = stub_crawler(throttle=Throttle(2, 0, 3))
    MemoryExtension(crawler).look()
    assert crawler.spider.throttle.stopped == stopped
    assert crawler.counts() == {"memusage/max": taken * MB}
    if stopped:
        crawler.spider.throttle.stopped = "banned before"
        MemoryExtension(crawler).look()
        assert crawler.spider.throttle.stopped == "banned before"
    other = SimpleNamespace(name="a spider of another project")
    crawler.spider = other
    MemoryExtension(crawler).look()


def test_no_limit_is_no_watch() -> None:
    with pytest.raises(NotConfigured):
        MemoryExtension(stub_crawler({"MEMUSAGE_LIMIT_MB": 0}))


@pytest.mark.fault(
    "flood", "a run that takes more memory than it may", "20 URLs to `scrapy crawl`, a limit of 10 MB",
    "a sentence, exit 4; each URL is `turned_away`",
)  # fmt: skip
def test_a_run_that_may_take_nothing_turns_all_away(server: Serve, tmp_path: Path) -> None:
    site = server({DOC.format(number): article() for number in range(20)})
    urls = " ".join(site.base + path for path in site.answers)
    words = ("crawl", "sina_finance", "-a", f"url={urls}", "-a", f"site={site.site_file(tmp_path)}")
    done = scrapy(tmp_path, *words, "-s", "MEMUSAGE_LIMIT_MB=10")
    errors = done.stderr.decode()
    assert (done.returncode, site.hits) == (4, [])
    assert "MB of memory, and MEMUSAGE_LIMIT_MB allows 10; run it again for the rest" in errors
    assert errors.count(": turned_away: the run was given up before its turn came") == 20
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    "archive",
    [
        pytest.param(
            archive,
            marks=pytest.mark.fault(
                "flood", "memory that is full within a run", f"40 URLs to `fetch`, {'' if archive else 'no '}archive",
                "a sentence, exit 4; each URL is kept or `turned_away`",
            ),
        )
        for archive in (True, False)
    ],
)  # fmt: skip
def test_a_fetch_that_takes_too_much_counts_every_address(server: Serve, tmp_path: Path, archive: bool) -> None:
    site = server({DOC.format(number): Answer(article(str(number)), wait=0.05) for number in range(40)})
    where = ("-o", "kept") if archive else ("--format", "jsonl")
    urls = [site.base + path for path in site.answers]
    config = site.site_file(tmp_path, concurrency=2)
    done = run_until_full(tmp_path, 10, "fetch", *urls, *where, "--site", config, "--json")
    summary = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, summary["stopped"]) == (4, WHY)
    kept = sum(summary["posts"].values()) or len(done.stdout.splitlines()) - 1
    assert summary["failed"] == {"turned_away": 40 - kept}
    assert kept < 40
    assert f"newscrawl: stopped: {WHY}" in done.stderr.decode()
    assert b"Traceback" not in done.stderr


@pytest.mark.fault(
    "flood", "memory that is full within a crawl", "40 articles, then the crawl again",
    "a sentence, exit 4, nothing in no count; the next run keeps the rest",
)  # fmt: skip
def test_a_crawl_that_takes_too_much_leaves_the_rest_to_the_next_run(newscrawl: Run, tmp_path: Path) -> None:
    plan = Plan(last=date(2026, 3, 1), days=1, items=40, channels=("china",), slow=1.0, slow_seconds=0.05)
    with FakeSite(plan) as site:
        words = ["crawl", "china", "--since", "2026-03-01", "--until", "2026-03-01", "-o", "kept", "--json"]
        words += ["--site", str(site.site_file(tmp_path, concurrency=2))]
        done = run_until_full(tmp_path, 20, *words)
        first: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        assert (done.returncode, first["stopped"]) == (4, WHY)
        (tally,) = first["coverage"]["china"].values()
        assert tally.get("reason") == "list_unread" or tally["kept"] + tally["waiting"] == tally["unique"]
        assert first["failed"].keys() <= {"list_unread"}
        done = newscrawl(*words)
        second = json.loads(done.stdout.splitlines()[-1])
        (tally,) = second["coverage"]["china"].values()
        assert (done.returncode, tally["kept"] + tally["known"], tally["balanced"]) == (0, tally["unique"], True)
        assert first["posts"]["written"] + second["posts"]["written"] == tally["unique"] > first["posts"]["written"]
