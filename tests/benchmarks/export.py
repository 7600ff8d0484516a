"""The cost of an export: seconds and peak memory of the real command, for a ledger and for one ten times as large.

    python -m tests.benchmarks.export [--articles 100000] [--formats jsonl,parquet,csv,rss,posts]

Peak memory is that of the process (VmHWM), including Python and libraries. Exits with 1 if the larger ledger takes more
than 1.2 times the memory of the smaller one.
"""

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from newscrawl.archive.paths import LEDGER
from newscrawl.demo.fake_site.plan import BEIJING
from newscrawl.demo.fake_site.story import Story, figures, story
from newscrawl.ledger.ledger import Ledger

ROOT = Path(__file__).parent.parent.parent
ENDINGS = {"jsonl": "a.jsonl", "parquet": "a.parquet", "csv": "a.csv", "rss": "a.xml", "posts": "site"}
STORIES = 4  # per article, which makes records of 10 kB, like those of recorded pages
GROWTH = 1.2
MEASURED = """
import sys
from pathlib import Path
from newscrawl.cli.main import main
code = main(sys.argv[1:])
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0], file=sys.stderr)
sys.exit(code)
"""


def records(count: int) -> Iterator[dict[str, Any]]:
    """Yields the records of `count` distinct articles."""
    first = datetime(2016, 1, 1, tzinfo=BEIJING)
    for number in range(count):
        docid = f"nabcdef{number:07}"
        published = first + timedelta(seconds=number * 7919 % count * 600)
        stories, own = [story(part, docid, 1) for part in range(STORIES)], figures(0, docid)
        paragraphs = [text for each in stories for text in each.paragraphs]
        yield record(docid, published, Story(stories[0].title, tuple(paragraphs)), own.source)


def record(docid: str, published: datetime, text: Story, source: str) -> dict[str, Any]:
    folder = ("china", "stock/usstock/c", "money/forex")[int(docid[-1]) % 3]
    picture = f"https://n.sinaimg.cn/finance/{docid}.jpg"
    return {
        "url": f"https://finance.sina.com.cn/{folder}/{published:%Y-%m-%d}/doc-i{docid}.shtml", "docid": docid,
        "title": text.title, "author": source, "source": source, "byline": ["郭砚"], "editor": "闻舟",
        "published": published.isoformat(), "modified": None, "channel": folder, "categories": ["金融", "新浪财经"],
        "keywords": ["订单", "库存"], "stocks": ["sz300001"], "original_title": "",
        "images": [{"src": picture, "caption": "资料图"}], "headimg": picture, "text": "\n".join(text.paragraphs),
        "html": "\n".join(f"<p>　　{line}</p>" for line in text.paragraphs), "layout": "fin2017", "site": "sina_finance",
        "kicker": "", "subtitle": "",
    }  # fmt: skip


def fill(archive: Path, count: int) -> None:
    """Creates a ledger with `count` articles."""
    archive.mkdir()
    Ledger(archive).close()
    connection = sqlite3.connect(archive / LEDGER)
    connection.execute("PRAGMA synchronous = OFF")
    names = "key url docid channel published path layout fingerprint flags kept record evidence digest revision".split()
    insert = f"INSERT INTO articles ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    with connection:
        for each in records(count):
            key, day = each["docid"], each["published"][:10]
            path = f"posts/{day.replace('-', '/')}/{day}-{key}.md"
            row = (key, each["url"], key, each["channel"], each["published"], path, each["layout"], "0f", "")
            kept = ("2026-03-01T00:00:00+00:00", json.dumps(each, ensure_ascii=False), "{}", "d", 1)
            connection.execute(insert, (*row, *kept))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def export(archive: Path, form: str) -> tuple[float, float]:
    """The seconds and peak megabytes of an export of all articles."""
    output = archive.with_name(f"{archive.name}-{ENDINGS[form]}")
    arguments = ["export", str(archive), "--format", form, "-o", str(output), "--limit", "0", "-q"]
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", MEASURED, *arguments], cwd=ROOT, capture_output=True, check=True)
    return time.monotonic() - started, int(done.stderr) / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--formats", default=",".join(ENDINGS))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="newscrawl-export-"))
    sizes = {"small": options.articles // 10, "large": options.articles}
    try:
        for name, count in sizes.items():
            fill(folder / name, count)
            print(f"{count:,} articles: a ledger of {(folder / name / LEDGER).stat().st_size / 1e6:.0f} MB", flush=True)
        growths = []
        for form in options.formats.split(","):
            (s0, m0), (s1, m1) = (export(folder / name, form) for name in sizes)
            growths.append(m1 / m0)
            print(f"{form:<8} {s0:6.1f} s {m0:4.0f} MB   {s1:6.1f} s {m1:4.0f} MB   memory x {m1 / m0:.2f}", flush=True)
        table = folder / "large-a.parquet"
        if table.exists():
            print(f"{table.stat().st_size / 1e6:.0f} MB of Parquet, in DuckDB:")
            print(duckdb.sql(f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '{table}')"))
            print(duckdb.sql(f"SELECT count(*), min(published), max(published) FROM '{table}'"))
            print(f"in pandas:\n{pd.read_parquet(table).dtypes}")
        return int(max(growths) > GROWTH)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
