"""Random damage: does `verify` find every one, and does `--repair` give every post back, byte for byte?

    python -m tests.benchmarks.damage [TRIALS] [SEED]

An archive is crawled from the stand-in, edited, crawled again. Each trial copies it, damages it once (a byte flipped, a
file cut, removed or renamed, rows of the ledger deleted), and asks for damages, repairs, and asks again. Ends with 1
when a damage is not found, or a post is not what it was though its capture survives.
"""

import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from tests.conftest import ROOT

KINDS = ("flip", "cut", "remove", "rename", "rows")
TABLES = "articles captures files items listings manifests revisions rules runs watermarks windows".split()


def make_archive(folder: Path, items: int = 60) -> Path:
    """An archive of two crawls, with articles that were edited in between, and one that a third kept by address."""
    yesterday = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)
    archive = folder / "archive"
    with FakeSite(Plan(items=items, days=1, last=yesterday, channels=("china", "stock"), missing=0.05)) as site:
        config = site.site_file(folder)
        common = ["-o", str(archive), "--site", str(config), "-q", "--json"]
        crawl = ["crawl", "china", "stock", "--since", f"{yesterday:%Y-%m-%d}", *common]
        later = datetime.now(ZoneInfo("Asia/Shanghai"))
        for days in (0, 2, 9):
            now = (later + timedelta(days=days)).isoformat()
            done = subprocess.run(
                [sys.executable, "-m", "newscrawl", *crawl, "--now", now],
                cwd=ROOT, capture_output=True, check=False,
            )  # fmt: skip
            if done.returncode not in (0, 3):
                raise SystemExit(done.stderr.decode())
            site.edit(items // 4)
    return archive


def files_of(archive: Path) -> list[Path]:
    return sorted(path for path in archive.rglob("*") if path.is_file())


def posts_of(archive: Path) -> dict[str, str]:
    posts = (archive / "posts").rglob("*.md")
    return {path.relative_to(archive).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in posts}


def damage(archive: Path, kind: str, chance: random.Random) -> str:
    """Damages an archive once, and says how."""
    if kind == "rows":
        with sqlite3.connect(archive / "ledger.sqlite3") as connection:
            counts = {name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in TABLES}
            table = chance.choice([name for name, count in counts.items() if count])
            count = min(counts[table], chance.choice((1, 1, 3)))
            first = chance.randrange(counts[table] - count + 1)
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
            same = " AND ".join(f"{table}.{name} IS gone.{name}" for name in columns)
            connection.execute(
                f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM (SELECT * FROM {table} LIMIT {count} OFFSET {first})"
                f" AS gone WHERE {same})"
            )
        connection.close()
        return f"rows: {count} of {table}"
    kinds = ("posts", "warc", "manifests", "ledger.sqlite3")
    groups = [[path for path in files_of(archive) if path.relative_to(archive).parts[0] == name] for name in kinds]
    path = chance.choice(chance.choice(groups))
    name = path.relative_to(archive).as_posix()
    data = path.read_bytes()
    if kind == "flip":
        at = chance.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :])
        return f"flip: {name} at {at}"
    if kind == "cut":
        at = chance.randrange(len(data))
        path.write_bytes(data[:at])
        return f"cut: {name} to {at} of {len(data)}"
    if kind == "remove":
        path.unlink()
        return f"remove: {name}"
    path.rename(path.with_name(f"x{path.name}"))
    return f"rename: {name}"


def trial(original: Path, folder: Path, kind: str, chance: random.Random) -> tuple[str, list[str]]:
    """Damages a copy, and gives how, and what newscrawl got wrong about it."""
    archive = folder / "copy"
    shutil.rmtree(archive, ignore_errors=True)
    shutil.copytree(original, archive)
    how = damage(archive, kind, chance)
    wrong = []
    if not [*check(archive).damages()]:
        wrong.append("was not found")
    posts = posts_of(original)
    told = [*repair(archive)]
    after = posts_of(archive)
    lost = [path for path in posts if after.get(path) != posts[path]]
    if lost:
        wrong.append(f"{len(lost)} of {len(posts)} posts are not what they were: {lost[:3]}")
    left = [*check(archive).damages()]
    if left:
        wrong.append(f"still damaged after the repair: {left[:3]}; told {[each for each in told if not each.done][:3]}")
    return how, wrong


def main(trials: int = 100, seed: int = 1) -> int:
    chance = random.Random(seed)
    failed, counts = 0, Counter[str]()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = make_archive(folder)
        if found := [*check(original).damages()]:
            print("the archive is damaged from the start:", *found, sep="\n  ")
            return 1
        for number in range(trials):
            kind = KINDS[number % len(KINDS)]
            how, wrong = trial(original, folder, kind, chance)
            counts[kind] += 1
            for each in wrong:
                print(f"{number} {how}: {each}")
            failed += bool(wrong)
        posts = len(posts_of(original))
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    print(f"{trials} damages ({kinds}) to an archive of {posts} posts, seed {seed}: {failed} not met as promised")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
