"""Interruptions of a replay at random moments: does it end within 5 s with 130, and is no process left?

    python -m tests.benchmarks.interrupts [TRIALS] [SEED]

700 pages of 40 to 160 long paragraphs are captured, so that what a worker sends is many times what a pipe holds. Each
trial starts `newscrawl replay --workers 2` on them, and sends SIGTERM at a moment between the start of the first worker
and nearly the end, as a whole run has shown it. Ends with 1 where a run hung, ended with another code or left a process.
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
SECONDS = 5  # in which an interrupted run is to end
INTERRUPTED = 130
NEARLY = 0.9  # of a run: what comes later may find it done
LATE = "late"


def make(path: Path, chance: random.Random) -> None:
    """Captures of long pages."""
    with Warc(path) as warc:
        for number in range(PAGES):
            said = (
                "".join(
                    SENTENCE.format(chance.randrange(999), chance.randrange(99)) for _ in range(chance.randint(3, 8))
                )
                for _ in range(chance.randint(40, 160))
            )
            url = f"https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg{number:07}.shtml"
            warc.add(url, article(f"第{number}篇", "</p><p>".join(said)))


def members(session: int) -> list[int]:
    """The processes of a session that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, of, *_ = path.read_text().rpartition(")")[2].split()
            if state != "Z" and int(of) == session:
                found.append(int(path.parent.name))
    return found


def start(folder: Path) -> "subprocess.Popen[bytes]":
    """Starts a run in a session of its own, and gives it when its first worker is there."""
    shutil.rmtree(folder / "archive", ignore_errors=True)
    command = [sys.executable, "-m", "newscrawl", "replay", "long.warc.gz", "-o", "archive", "--workers", "2", "-q"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text().strip():
        time.sleep(0.001)
    return process


def trial(folder: Path, wait: float) -> tuple[str, float]:
    """Interrupts a run so many seconds after its first worker began, and gives what was wrong, and how long it took.

    One that was done before is none: `LATE`.
    """
    process = start(folder)
    time.sleep(wait)
    if process.poll() == 0:
        process.communicate()
        return LATE, 0
    process.send_signal(signal.SIGTERM)
    sent = time.monotonic()
    wrong = ""
    try:
        errors = process.communicate(timeout=SECONDS)[1].decode()
        if process.returncode != INTERRUPTED or "Traceback" in errors:
            wrong = f"ended with {process.returncode}: {errors[-2000:]}"
    except subprocess.TimeoutExpired:
        wrong = "hung"
        process.kill()
        process.communicate()
    took = time.monotonic() - sent
    while left := members(process.pid):
        if time.monotonic() - sent > 2 * SECONDS:
            wrong += f" left {len(left)} processes"
            os.killpg(process.pid, signal.SIGKILL)
            break
        time.sleep(0.01)
    return wrong, took


def main(trials: int = 60, seed: int = 1) -> int:
    chance = random.Random(seed)
    counts, times = Counter[str](), []
    with tempfile.TemporaryDirectory(prefix="newscrawl-interrupts-") as name:
        folder = Path(name)
        make(folder / "long.warc.gz", chance)
        process = start(folder)
        began = time.monotonic()
        process.communicate()
        whole = time.monotonic() - began
        if process.returncode:
            print(f"a run that nobody interrupts ends with {process.returncode}")
            return 1
        print(f"{PAGES} pages, {(folder / 'long.warc.gz').stat().st_size / 2**20:.1f} MB, are read in {whole:.1f} s")
        for number in range(trials):
            wait = chance.uniform(0, NEARLY * whole)
            while (trialled := trial(folder, wait))[0] == LATE:
                wait = chance.uniform(0, NEARLY * wait)
            wrong, took = trialled
            counts[wrong.partition(":")[0] or "as promised"] += 1
            times.append(took)
            if wrong:
                print(f"{number}, after {wait:.3f} s: {wrong}", flush=True)
    print(f"{trials} interruptions, seed {seed}: {', '.join(f'{what} {count}' for what, count in counts.items())}")
    print(f"the end came after {sorted(times)[len(times) // 2]:.2f} s (median), {max(times):.2f} s at most")
    return 1 if counts["as promised"] < trials else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
