"""The ways out that take longer: plain Scrapy and its log file, a report, a replay with workers, metrics."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.faults.test_terminal import World, answer, crawled, world  # noqa: F401 (fixtures)
from tests.support.hostile import found_in, found_in_json
from tests.support.raw import path_of, raw_server
from tests.support.scrapy_runs import scrapy

Crawled = tuple[World, bytes, bytes]


def fault(sent: str, did: str) -> pytest.MarkDecorator:
    return pytest.mark.fault("terminal", "controls", sent, did)


@pytest.mark.parametrize(
    "more",
    [
        pytest.param((), id="log", marks=fault("the same server under plain Scrapy", "log and feeds without them")),
        pytest.param(
            ("-s", "LOG_FILE=log"),
            id="file",
            marks=fault("the same, with LOG_FILE", "a file of the log without them"),
        ),
        pytest.param(
            ("-s", "NEWSCRAWL_LOG_JSON=1"),
            id="json",
            marks=fault("the same, with NEWSCRAWL_LOG_JSON", "a log of JSON without them"),
        ),
    ],
)
def test_plain_scrapy(tmp_path: Path, more: tuple[str, ...]) -> None:
    with raw_server(answer) as server:
        site = server.site_file(tmp_path)
        urls = " ".join(server.base + path_of(number) for number in range(1, 11))
        words = ("crawl", "sina_finance", "-a", f"url={urls}", "-a", f"site={site}", "-s", "LOG_LEVEL=DEBUG")
        feeds = ("-O", "a.jsonl", "-O", "a.csv", "-O", "a.xml", "-O", "a.md:post")
        done = scrapy(tmp_path, *words, *feeds, *more)
    assert done.returncode == 3, done.stderr.decode()
    log = (tmp_path / "log").read_bytes() if "LOG_FILE=log" in more else done.stderr
    assert b"\\x1b" in log
    assert found_in(log) == []
    for name in ("a.jsonl", "a.csv", "a.xml", "a.md"):
        assert found_in((tmp_path / name).read_bytes().replace(b"\r\n", b"\n")) == [], name
    assert found_in_json((tmp_path / "a.jsonl").read_bytes()) == []


@fault("the report of what was kept", "a page without them")
def test_a_report(crawled: Crawled) -> None:  # noqa: F811
    folder = crawled[0].folder
    crawled[0].run("report", "kept", "-o", "report.html", "--now", "2026-03-01T12:00:00+08:00")
    page = (folder / "report.html").read_text("utf-8")
    data = page.partition('id="data">')[2].partition("</script>")[0]
    assert found_in_json(data.encode()) == []
    assert found_in(page.partition("<script")[0].replace("\t", "")) == []


@fault("a replay of the captures by two workers", "its lines, its log and what it keeps without them")
def test_a_replay(crawled: Crawled) -> None:  # noqa: F811
    world = crawled[0]  # noqa: F811
    (warc,) = (world.folder / "kept" / "warc").glob("*.warc.gz")
    world.run("replay", warc, "-o", "twice", "--site", "site.yaml", "--workers", "2", "-v", code=3)
    assert [found_in(post.read_bytes()) for post in (world.folder / "twice").rglob("*.md")] != []
    assert all(not found_in(post.read_bytes()) for post in (world.folder / "twice").rglob("*.md"))


def test_completions_keep_their_tabs(tmp_path: Path) -> None:
    """A shell parts a word and its help by a tab."""
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "_NEWSCRAWL_COMPLETE": "complete_fish", "_TYPER_COMPLETE_ARGS": "newscrawl ex",
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "newscrawl"], cwd=tmp_path, env=environment, capture_output=True, check=False
    )
    assert b"export\t" in done.stdout
