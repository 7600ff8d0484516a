"""The cost of a large ledger: an incremental crawl of 50 new articles, with an empty ledger and with a large one.

    python -m tests.benchmarks.million [--items 1000000] [--rounds 5]

Prints seconds and peak memory of both, measured in turn, and the difference of their medians.
"""

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from newscrawl.archive.paths import LEDGER
from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.queue import release

ROOT = Path(__file__).parent.parent.parent
NEW = 50
CHANNELS = ("china", "stock", "world", "forex")
A_DAY = 150  # articles per channel and day
NOW = int(datetime.now(UTC).timestamp())
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def rows(count: int) -> Iterator[tuple[str, str, str, int]]:
    """Yields (key, channel, day, epoch seconds) of `count` articles, the newest last, none of the last two weeks."""
    rng = Random(1)
    first = date.today() - timedelta(days=14 + count // (A_DAY * len(CHANNELS)))  # noqa: DTZ011 (the exact day does not matter)
    for number in range(count):
        position, channel = divmod(number, len(CHANNELS))
        day = first + timedelta(days=position // A_DAY)
        when = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) + position % A_DAY * 500
        yield f"{''.join(rng.choices(LETTERS, k=7))}{number:07d}", CHANNELS[channel], str(day), when


def fill(archive: Path, count: int) -> None:
    """Creates a ledger with `count` items: most kept, some refused, some failed."""
    Ledger(archive).close()
    connection = sqlite3.connect(archive / LEDGER)
    connection.execute("PRAGMA synchronous = OFF")
    record = json.dumps({"title": "标题", "text": "正文" * 60}, ensure_ascii=False)
    item = "INSERT INTO items (key, url, title, channel, day, state, reason, tries, article, run, published, looked, ctime, mtime, etag, modified) VALUES (?,?,'标题',?,?,?,?,0,?,1,?,?,?,?,'','')"
    article = "INSERT INTO articles VALUES (?,?,?,?,?,?,'fin2017','0f',?,?,?,'{}',1,'d','','')"
    with connection:
        for number, (key, channel, day, when) in enumerate(rows(count)):
            url = f"https://finance.sina.com.cn/{channel}/{day}/doc-i{key}.shtml"
            state = "refused" if number % 40 == 0 else "failed" if number % 97 == 0 else "kept"
            reason = {"refused": "video", "failed": "http_404"}.get(state, "")
            connection.execute(item, (key, url, channel, day, state, reason, key, when, when, when, when))
            connection.execute("INSERT INTO listings VALUES (?,?,?,1,0)", (channel, day, key))
            if state == "kept":
                instant = datetime.fromtimestamp(when, UTC).isoformat()
                path = f"posts/{day.replace('-', '/')}/{day}-{key}.md"
                connection.execute(article, (key, url, key, channel, instant, path, "", instant, record))
        connection.execute(
            "INSERT INTO windows SELECT channel, day, count(*), count(*), 0, '', 0, 1 FROM listings GROUP BY 1, 2"
        )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def crawl(archive: Path, config: Path) -> tuple[float, float]:
    """The seconds and peak megabytes of an incremental run."""
    arguments = [
        "-m",
        "newscrawl",
        "crawl",
        *CHANNELS,
        "--since",
        "1d",
        "-o",
        str(archive),
        "--site",
        str(config),
        "-q",
    ]
    started = time.monotonic()
    child = os.fork()
    if not child:
        os.chdir(ROOT)
        os.execv(sys.executable, [sys.executable, *arguments])
    _, status, usage = os.wait4(child, 0)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"the crawl exited with {code}")
    return time.monotonic() - started, usage.ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newscrawl-million-"))
    try:
        large = folder / "large"
        large.mkdir()
        started = time.monotonic()
        fill(large, options.items)
        size = (large / LEDGER).stat().st_size / 2**20
        print(
            f"a ledger of {options.items:,} items: {size:.0f} MB, created in {time.monotonic() - started:.0f} s",
            flush=True,
        )
        started = time.monotonic()
        with Ledger(large) as ledger, ledger.transaction() as connection:
            release(connection)
        print(f"opened in {time.monotonic() - started:.3f} s", flush=True)
        measured: dict[str, list[tuple[float, float]]] = {"empty": [], "large": []}
        for number in range(options.rounds):
            for name in ("empty", "large"):
                archive = folder / f"{name}-{number}"
                if name == "large":
                    shutil.copytree(large, archive)
                with FakeSite(Plan(channels=CHANNELS[:1], days=1, items=NEW, seed=number)) as site:
                    measured[name].append(crawl(archive, site.site_file(folder)))
                shutil.rmtree(archive)
        for name, values in measured.items():
            seconds, megabytes = (statistics.median(column) for column in zip(*values, strict=True))
            print(f"{name}: median {seconds:.2f} s, {megabytes:.0f} MB; all {[f'{s:.2f}' for s, _ in values]}")
        (s0, m0), (s1, m1) = (
            tuple(statistics.median(column) for column in zip(*values, strict=True)) for values in measured.values()
        )
        print(f"the large one costs {s1 - s0:+.2f} s and {m1 - m0:+.0f} MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
