"""A replay of 20,000 pages: the same archive with 1 and 2 workers, in at most 0.6 of the time, with constant memory.

    python -m tests.benchmarks.replay [--pages 20000] [--rounds 3]

The pages of the fake site are written to a WARC file, including lists, robots.txt, missing pages and recrawls (edited
articles and revisits). `newscrawl replay` then runs with 1 and 2 workers in turn. Time is wall-clock time. Memory is
the peak of all processes of a run together: every 0.1 s the resident memory of the process and all its descendants is
added up from /proc/PID/statm (shared pages count for each). Archives are compared file by file and, instead of the
ledger's file, where SQLite may arrange the same rows differently, row by row. Exits with 1 if a requirement is not met.
"""

import argparse
import hashlib
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path

from newscrawl.demo.fake_site.server import FakeSite, Plan
from tests.support.captured import Warc

ROOT = Path(__file__).parent.parent.parent
CHANNELS = ("china", "stock", "world", "forex")
DAYS = 50
SMALL = 10  # the small file has one page in this many
FASTER, FLAT = 0.6, 1.2
EVERY = 0.1  # seconds between measurements of memory


def make(path: Path, pages: int, folder: Path) -> Path:
    """Writes a WARC file with this many article pages, in the order of a crawl; returns its site file."""
    plan = Plan(channels=CHANNELS, days=DAYS, items=pages * 9 // 10, missing=0.01)
    with FakeSite(plan) as site, Warc(path) as warc:
        warc.fetch(site, f"{site.base}/robots.txt")
        articles = [entry for entry in site.entries if entry.kind == "article"]
        recrawled = [*enumerate(articles)][: pages - len(articles)]
        fetches = [(entry.ctime + 600, -1, entry) for entry in site.entries]
        fetches += [(entry.ctime + 8 * 3600, number, entry) for number, entry in recrawled]
        known = {}
        for done, (when, number, entry) in enumerate(sorted(fetches, key=itemgetter(0, 1))):
            warc.now = max(warc.now, datetime.fromtimestamp(when, UTC)) if done else datetime.fromtimestamp(when, UTC)
            if done % 50 == 0:
                warc.fetch(site, f"{site.base}/api/roll/get?pageid=155&lid=1686&num=50&page={done // 50 + 1}")
            if number < 0:
                known[entry] = warc.fetch(site, entry.url)
            elif number % 4 < 2:
                entry.version += number % 4 == 0  # edited, or the same article with another frame
                warc.fetch(site, entry.url)
            else:
                warc.add(entry.url, b"", original=known[entry])
        return site.site_file(folder)


@dataclass
class Run:
    """The measurements of one run."""

    seconds: float  # wall-clock time
    cpu: float  # CPU seconds of all processes
    megabytes: float  # peak


def descendants(pid: int) -> list[int]:
    """A process and all its descendants."""
    found = [pid]
    for parent in found:
        try:
            tasks = Path(f"/proc/{parent}/task")
            for task in tasks.iterdir():
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def resident(pid: int) -> float:
    """The resident memory of a process in megabytes; 0 when it has ended."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def replay(warc: Path, site: Path, archive: Path, workers: int) -> Run:
    """Runs and measures the command."""
    shutil.rmtree(archive, ignore_errors=True)
    command: list[str | Path] = [sys.executable, "-m", "newscrawl", "replay", warc, "-o", archive]
    command += ["--site", site, "--workers", str(workers), "-q"]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT)
    peak = 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        peak = max(peak, sum(map(resident, descendants(process.pid))))
        time.sleep(EVERY)
    seconds = time.monotonic() - started
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"the replay exited with {code}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak)


def tree(archive: Path) -> dict[str, str]:
    """The SHA-256 of each file of an archive, and of the rows of each table of its ledger."""
    found = {}
    for path in sorted(archive.rglob("*")):
        if path.is_file() and not path.name.startswith("ledger."):
            found[path.relative_to(archive).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    with sqlite3.connect(archive / "ledger.sqlite3") as ledger:
        tables = [name for (name,) in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            digest = hashlib.sha256()
            for row in ledger.execute(f'SELECT * FROM "{table}" ORDER BY 1, 2'):
                digest.update(repr(row).encode())
            found[f"ledger: {table}"] = digest.hexdigest()
    ledger.close()
    return found


@dataclass
class Requirements:
    """Counts the requirements that are not met."""

    failed: int = 0

    def check(self, what: str, *, met: bool) -> None:
        """Prints and counts a requirement."""
        self.failed += not met
        print(f"{'ok    ' if met else 'FAILED'}  {what}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newscrawl-replay-"))
    requirements = Requirements()
    try:
        files = {pages: folder / f"{pages}.warc.gz" for pages in (options.pages // SMALL, options.pages)}
        sites = {}
        for pages, path in files.items():
            (folder / str(pages)).mkdir()
            sites[pages] = make(path, pages, folder / str(pages))
            print(f"{pages:,} pages: {path.stat().st_size / 2**20:.0f} MB", flush=True)
        runs: dict[tuple[int, int], list[Run]] = {}
        trees: dict[tuple[int, int], dict[str, str]] = {}
        for _ in range(options.rounds):
            for pages, path in files.items():
                for workers in (1, 2):
                    run = replay(path, sites[pages], folder / "archive", workers)
                    runs.setdefault((pages, workers), []).append(run)
                    made = tree(folder / "archive")
                    if trees.setdefault((pages, 1), made) != made:
                        trees[pages, workers] = made
        print(f"{'pages':>8} {'workers':>8} {'seconds':>9} {'CPU':>7} {'MB':>6}   all")
        for (pages, workers), rounds in runs.items():
            seconds, cpu, megabytes = (
                statistics.median(getattr(run, name) for run in rounds) for name in ("seconds", "cpu", "megabytes")
            )
            each = " ".join(f"{run.seconds:.1f}" for run in rounds)
            print(f"{pages:>8,} {workers:>8} {seconds:>9.2f} {cpu:>7.2f} {megabytes:>6.0f}   {each}")
        large, small = options.pages, options.pages // SMALL
        posts = sum(name.startswith("posts/") for name in trees[large, 1])
        requirements.check(
            f"{posts:,} posts and every row of the ledger are the same with 1 and 2 workers", met=len(trees) == 2
        )
        one, two = (statistics.median(run.seconds for run in runs[large, workers]) for workers in (1, 2))
        requirements.check(
            f"2 workers take {two / one:.2f} of the time of 1 (at most {FASTER})", met=two <= FASTER * one
        )
        for workers in (1, 2):
            few, many = (statistics.median(run.megabytes for run in runs[pages, workers]) for pages in (small, large))
            requirements.check(
                f"{workers} workers: {many:.0f} MB at {large:,} pages, {few:.0f} MB at {small:,}: {many / few:.2f}"
                f" (at most {FLAT})",
                met=many <= FLAT * few,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(requirements.failed > 0)


if __name__ == "__main__":
    main()
