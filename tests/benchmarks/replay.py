"""What replay promises of 20,000 pages: the same archive with one worker and with two, in 0.6 of the time, flat memory.

    python -m tests.benchmarks.replay [--pages 20000] [--rounds 3]

The stand-in's pages are written to a WARC file, with lists, robots.txt, pages that are gone, second looks at articles
(edited ones, and revisits) among them. `newscrawl replay` then runs with 1 and with 2 workers in turns. Time is the
wall clock's. Memory is what all processes of a run hold at once: every 0.1 s the resident memory of the process and of
all that descend from it is added up from /proc/PID/statm (what several share counts for each), and the largest sum is
taken. Archives are compared file by file and row by row, but for the pages of the ledger's own file, where SQLite may
put the same rows elsewhere. Ends with 1 where a promise is broken.
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
SMALL = 10  # the small file has one in so many pages
FASTER, FLAT = 0.6, 1.2
EVERY = 0.1  # seconds


def make(path: Path, pages: int, folder: Path) -> Path:
    """A WARC file with so many article pages, in the order that a crawl comes by them, and its site file."""
    plan = Plan(channels=CHANNELS, days=DAYS, items=pages * 9 // 10, missing=0.01)
    with FakeSite(plan) as stand, Warc(path) as warc:
        warc.fetch(stand, f"{stand.base}/robots.txt")
        articles = [entry for entry in stand.entries if entry.kind == "article"]
        again = [*enumerate(articles)][: pages - len(articles)]
        looks = [(entry.ctime + 600, -1, entry) for entry in stand.entries]
        looks += [(entry.ctime + 8 * 3600, number, entry) for number, entry in again]
        known = {}
        for done, (when, number, entry) in enumerate(sorted(looks, key=itemgetter(0, 1))):
            warc.now = max(warc.now, datetime.fromtimestamp(when, UTC)) if done else datetime.fromtimestamp(when, UTC)
            if done % 50 == 0:
                warc.fetch(stand, f"{stand.base}/api/roll/get?pageid=155&lid=1686&num=50&page={done // 50 + 1}")
            if number < 0:
                known[entry] = warc.fetch(stand, entry.url)
            elif number % 4 < 2:
                entry.version += number % 4 == 0  # edited, or the same but for what stands around it
                warc.fetch(stand, entry.url)
            else:
                warc.add(entry.url, b"", original=known[entry])
        return stand.site_file(folder)


@dataclass
class Run:
    """One run: seconds of the wall clock and of all processors, megabytes at the peak."""

    seconds: float
    cpu: float
    megabytes: float


def descendants(pid: int) -> list[int]:
    """A process and all that come from it."""
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
    """The resident memory of a process in megabytes; 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def replay(warc: Path, site: Path, archive: Path, workers: int) -> Run:
    """One run of the command."""
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
        raise SystemExit(f"the replay ended with {code}")
    return Run(seconds, usage.ru_utime + usage.ru_stime, peak)


def tree(archive: Path) -> dict[str, str]:
    """The files of an archive by their digests, and each table of its ledger by that of its rows."""
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
class Promises:
    """What was to hold, and whether it did."""

    broken: int = 0

    def hold(self, what: str, *, kept: bool) -> None:
        """Prints a promise."""
        self.broken += not kept
        print(f"{'kept  ' if kept else 'BROKEN'}  {what}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newscrawl-replay-"))
    promises = Promises()
    try:
        files = {pages: folder / f"{pages}.warc.gz" for pages in (given.pages // SMALL, given.pages)}
        sites = {}
        for pages, path in files.items():
            (folder / str(pages)).mkdir()
            sites[pages] = make(path, pages, folder / str(pages))
            print(f"{pages:,} pages: {path.stat().st_size / 2**20:.0f} MB", flush=True)
        runs: dict[tuple[int, int], list[Run]] = {}
        trees: dict[tuple[int, int], dict[str, str]] = {}
        for _ in range(given.rounds):
            for pages, path in files.items():
                for workers in (1, 2):
                    run = replay(path, sites[pages], folder / "archive", workers)
                    runs.setdefault((pages, workers), []).append(run)
                    made = tree(folder / "archive")
                    if trees.setdefault((pages, 1), made) != made:
                        trees[pages, workers] = made
        print(f"{'pages':>8} {'workers':>8} {'seconds':>9} {'CPU':>7} {'MB':>6}   all")
        for (pages, workers), several in runs.items():
            seconds, cpu, megabytes = (
                statistics.median(getattr(run, name) for run in several) for name in ("seconds", "cpu", "megabytes")
            )
            each = " ".join(f"{run.seconds:.1f}" for run in several)
            print(f"{pages:>8,} {workers:>8} {seconds:>9.2f} {cpu:>7.2f} {megabytes:>6.0f}   {each}")
        large, small = given.pages, given.pages // SMALL
        posts = sum(name.startswith("posts/") for name in trees[large, 1])
        promises.hold(
            f"{posts:,} posts and every row of the ledger are the same with 1 and 2 workers", kept=len(trees) == 2
        )
        one, two = (statistics.median(run.seconds for run in runs[large, workers]) for workers in (1, 2))
        promises.hold(f"2 workers take {two / one:.2f} of the time of 1 (at most {FASTER})", kept=two <= FASTER * one)
        for workers in (1, 2):
            few, many = (statistics.median(run.megabytes for run in runs[pages, workers]) for pages in (small, large))
            promises.hold(
                f"{workers} workers: {many:.0f} MB at {large:,} pages, {few:.0f} MB at {small:,}: {many / few:.2f}"
                f" (at most {FLAT})",
                kept=many <= FLAT * few,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(promises.broken > 0)


if __name__ == "__main__":
    main()
