"""What a run of a spider needs, how it ends when it cannot begin, and how a dry run of unreadable lists ends."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from scrapy.settings import Settings

from newscrawl import settings as module
from newscrawl.archive.archive import Archive
from newscrawl.crawl.process import SWITCHES, remove_switched_off
from newscrawl.demo.fake_site.server import FakeSite, Plan
from tests.conftest import ROOT, Run
from tests.support.server import Serve

BASES = ("EXTENSIONS_BASE", "DOWNLOADER_MIDDLEWARES_BASE")
PATH = "/china/2026-03-01/doc-iabcdefg0000001.shtml"
DAY = date(2026, 3, 1)


@pytest.mark.parametrize("path", SWITCHES)
@pytest.mark.parametrize("on", [False, True])
def test_scrapy_imports_a_component_if_it_is_switched_on(path: str, on: bool) -> None:
    values = Settings()
    values.setmodule(module, priority="project")
    before = {component for setting in BASES for component in values[setting]}
    assert path in before
    values.set(SWITCHES[path], {"x.jsonl": {}} if on and SWITCHES[path] == "FEEDS" else on or None, priority="cmdline")
    remove_switched_off(values)
    after = {component for setting in BASES for component in values[setting]}
    assert (path in after) is on
    assert before - after <= set(SWITCHES)


RUN = """
import sys
from pathlib import Path
from newscrawl.archive.archive import Archive
from newscrawl.crawl.options import RunOptions
from newscrawl.crawl.process import run_spider
from newscrawl.outcomes.summary import Outcomes
outcomes = Outcomes("fetch")
with Archive(Path("kept")):
    try:
        settings, arguments = {"NEWSCRAWL_ARCHIVE": "kept", "LOG_ENABLED": False}, {sys.argv[1]: "https://x/"}
        run_spider("sina_finance", settings, arguments, RunOptions(outcomes=outcomes))
    except Exception as error:
        print(type(error).__name__)
    print(outcomes.exit, dict(outcomes.failed))
"""


@pytest.mark.parametrize(
    ("argument", "lines"),
    [("url", ["ArchiveHeld", "7 {}"]), ("earl", ["1 {'fault': 1}"])],
    ids=["the archive is held", "the spider cannot be made"],
)
def test_a_program_learns_that_a_run_did_not_begin(tmp_path: Path, argument: str, lines: list[str]) -> None:
    command, environment = [sys.executable, "-c", RUN, argument], os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.stdout.decode().splitlines() == lines, done.stderr.decode()


def test_a_site_file_whose_spider_is_not_there_is_bad_usage(newscrawl: Run, tmp_path: Path) -> None:
    config = tmp_path / "site.yaml"
    config.write_text("extends: sina_finance\nspider: nobody\n", encoding="utf-8")
    done = newscrawl("fetch", f"https://finance.sina.com.cn{PATH}", "--site", config, "--json")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == (
        "newscrawl: the site file names the spider nobody, but there is no spiders/nobody.py\n"
    )


def test_a_run_whose_archive_is_held_says_only_that(newscrawl: Run, server: Serve, tmp_path: Path) -> None:
    site = server({})
    with Archive(tmp_path / "kept"):
        done = newscrawl("fetch", site.base + PATH, "-o", "kept", "--site", site.site_file(tmp_path), "--json")
    assert (done.returncode, done.stdout, site.hits) == (7, b"", [])
    assert done.stderr.decode().startswith("newscrawl: another run holds the archive kept")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize(("faults", "code"), [(0, 0), (1, 3), (2, 4)], ids=["none", "of one channel", "all"])
def test_a_dry_run_ends_by_how_many_lists_it_could_read(newscrawl: Run, tmp_path: Path, faults: int, code: int) -> None:
    with FakeSite(Plan(last=DAY, days=1, items=8, channels=("china", "stock"))) as site:
        site.faults = dict.fromkeys(range(1, faults + 1), "html")
        span = ("--since", str(DAY), "--until", str(DAY))
        config = site.site_file(tmp_path)
        done = newscrawl("crawl", "china", "stock", *span, "--site", config, "-o", "kept", "--dry-run", "--json")
    assert done.returncode == json.loads(done.stdout)["exit"] == code, done.stderr.decode()
    assert not (tmp_path / "kept").exists()
