"""Interrupts a replay at random moments: does it exit within 5 s with 130, and is no process left?

    python -m tests.benchmarks.interrupts [TRIALS] [SEED]

The WARC file has 700 pages of 40 to 160 long paragraphs, so that a worker's results are many times larger than a pipe's
buffer. Each trial starts `newscrawl replay --workers 2` on it, and sends SIGTERM at a random moment between the start
of the first worker and 90 % of the duration of a complete run. Exits with 1 if a run hung, exited with another code or
left a process.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

from tests.conftest import ROOT
from tests.support.captured import Warc
from tests.support.server import article

PAGES = 700
SENTENCE = "公司今日发布公告称，前三季度实现营业收入{}亿元，同比增长{}%，净利润和毛利率均较上年同期有所提高。"
SECONDS = 5  # limit for the end of an interrupted run
INTERRUPTED = 130
NEARLY = 0.9  # of a run's duration; later signals may find it finished
LATE = "late"


def make(path: Path, rng: random.Random) -> None:
    """Writes captures of long pages."""
    with Warc(path) as warc:
        for number in range(PAGES):
            paragraphs = (
                "".join(SENTENCE.format(rng.randrange(999), rng.randrange(99)) for _ in range(rng.randint(3, 8)))
                for _ in range(rng.randint(40, 160))
            )
            url = f"https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg{number:07}.shtml"
            warc.add(url, article(f"第{number}篇", "</p><p>".join(paragraphs)))


def members(session: int) -> list[int]:
    """The ids of the running processes of a session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, session_id, *_ = path.read_text().rpartition(")")[2].split()
            if state != "Z" and int(session_id) == session:
                found.append(int(path.parent.name))
    return found


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Starts a run in a new session, and returns its process when the first worker has started."""
    shutil.rmtree(folder / "archive", ignore_errors=True)
    command = [sys.executable, "-m", "newscrawl", "replay", "long.warc.gz", "-o", "archive", "--workers", "2", "-q"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text().strip():
        time.sleep(0.001)
    return process


def trial(folder: Path, wait: float) -> tuple[str, float]:
    """Interrupts a run `wait` seconds after its first worker has started. Returns the fault, and the seconds it took.

    The fault is empty when there is none, and `LATE` when the run finished before the interruption.
    """
    process = start(folder)
    time.sleep(wait)
    if process.poll() == 0:
        process.communicate()
        return LATE, 0
    process.send_signal(signal.SIGTERM)
    sent = time.monotonic()
    fault = ""
    try:
        errors = process.communicate(timeout=SECONDS)[1].decode()
        if process.returncode != INTERRUPTED or "Traceback" in errors:
            fault = f"exited with {process.returncode}: {errors[-2000:]}"
    except subprocess.TimeoutExpired:
        fault = "hung"
        process.kill()
        process.communicate()
    took = time.monotonic() - sent
    while left := members(process.pid):
        if time.monotonic() - sent > 2 * SECONDS:
            fault += f" left {len(left)} processes"
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    return fault, took


def main(trials: int = 60, seed: int = 1) -> int:
    rng = random.Random(seed)
    counts, times = Counter[str](), []
    with tempfile.TemporaryDirectory(prefix="newscrawl-interrupts-") as name:
        folder = Path(name)
        make(folder / "long.warc.gz", rng)
        process = start(folder)
        began = time.monotonic()
        process.communicate()
        duration = time.monotonic() - began
        if process.returncode:
            print(f"an uninterrupted run exits with {process.returncode}")
            return 1
        print(f"{PAGES} pages, {(folder / 'long.warc.gz').stat().st_size / 2**20:.1f} MB, are read in {duration:.1f} s")
        for number in range(trials):
            wait = rng.uniform(0, NEARLY * duration)
            while (result := trial(folder, wait))[0] == LATE:
                wait = rng.uniform(0, NEARLY * wait)
            fault, took = result
            counts[fault.partition(":")[0] or "ok"] += 1
            times.append(took)
            if fault:
                print(f"{number}, after {wait:.3f} s: {fault}", flush=True)
    print(f"{trials} interruptions, seed {seed}: {', '.join(f'{what} {count}' for what, count in counts.items())}")
    print(f"runs ended after {sorted(times)[len(times) // 2]:.2f} s (median), {max(times):.2f} s at most")
    return 1 if counts["ok"] < trials else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
