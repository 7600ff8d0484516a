"""A disk that takes nothing more, in real processes: said as what it is, and healed by the next run.

The limit on the size of a file (RLIMIT_FSIZE) stands for it, so that no test needs to mount anything.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.fake_site.server import FakeSite
from tests.conftest import ROOT, Run
from tests.support.server import Serve, article

YESTERDAY = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
Done = subprocess.CompletedProcess[bytes]


def limited(folder: Path, size: int, *words: str | Path) -> Done:
    """Runs the command with no file growing beyond a size, in bytes."""
    command = [sys.executable, "-m", "newscrawl", *map(str, words)]
    limits = (size, resource.RLIM_INFINITY)
    return subprocess.run(
        command, cwd=folder, env=ENVIRONMENT, capture_output=True, timeout=200, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limits),
    )  # fmt: skip


@pytest.fixture
def site() -> Iterator[FakeSite]:
    with FakeSite(Plan(last=YESTERDAY, days=1, items=60)) as site:
        yield site


def crawl_of(site: FakeSite, folder: Path) -> list[str]:
    day = str(site.plan.last)
    names = [*site.plan.channels, "--since", day, "--until", day]
    return ["crawl", *names, "-o", "kept", "--site", str(site.site_file(folder)), "--json"]


def summary_of(done: Done) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert summary["exit"] == done.returncode
    return summary


def lines_of(done: Done) -> list[str]:
    lines = done.stderr.decode().splitlines()
    assert all(line.startswith("newscrawl") for line in lines)
    assert not [line for line in lines if "bug" in line or "fault" in line or "Background" in line]
    return lines


# With 60,000 bytes the ledger cannot be made, with 420,000 lists be noted and articles be kept no longer.
@pytest.mark.parametrize(("size", "captures"), [(60_000, True), (420_000, False)])
def test_a_full_disk_ends_the_run_and_the_next_one_heals_it(
    site: FakeSite, newscrawl: Run, tmp_path: Path, size: int, captures: bool
) -> None:
    words = [*crawl_of(site, tmp_path), *(() if captures else ("--no-captures",))]
    done = limited(tmp_path, size, *words)
    lines = lines_of(done)
    assert done.returncode == 4, lines
    assert sum("make room and run it again" in line for line in lines if "stopped: " in line or len(lines) == 1) == 1
    if done.stdout:
        summary = summary_of(done)
        assert summary["failed"].keys() <= {"unwritten"}
        assert "make room and run it again" in summary["stopped"]
        assert summary["coverage"] or not summary["requests"]
    else:
        why = "the disk takes nothing more (disk I/O error); make room and run it again"
        assert lines == [f"newscrawl: kept/ledger.sqlite3 cannot be used: {why}"]
    again = newscrawl(*words)
    assert again.returncode == 0, again.stderr.decode()
    assert len([*(tmp_path / "kept/posts").rglob("*.md")]) == sum(entry.kind == "article" for entry in site.entries)
    verified = newscrawl("verify", "kept")
    assert verified.returncode == 0, verified.stdout.decode()


def test_a_fetch_says_it_too_and_an_output_that_takes_nothing_is_one_line_each(
    server: Serve, newscrawl: Run, tmp_path: Path
) -> None:
    path = "/china/2026-03-01/doc-iabcdefg0000001.shtml"
    site = server({path: article("一", "字" * 200_000)})
    words = ["fetch", site.base + path, "--site", str(site.site_file(tmp_path))]
    done = limited(tmp_path, 250_000, *words, "-o", "kept", "--json")
    assert done.returncode == 4
    assert summary_of(done)["failed"] == {"unwritten": 1}
    assert len([line for line in lines_of(done) if "unwritten: " in line]) == 1
    assert newscrawl(*words, "-o", "kept").returncode == 0
    assert newscrawl("verify", "kept").returncode == 0
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "newscrawl", *words]
        printed = subprocess.run(
            command, cwd=tmp_path, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert printed.returncode == 4
    assert printed.stderr.decode().splitlines() == [
        f"newscrawl: {words[1]}: unwritten: the disk is full",
        "newscrawl: stopped: cannot write: the disk is full; make room and run it again",
    ]
