"""Random damage: does `verify` find every damage, and does `--repair` restore every post, byte for byte?

    python -m tests.benchmarks.damage [TRIALS] [SEED]

Crawls an archive from the fake site, with edits between the crawls. Each trial copies the archive, damages the copy
once (flips a byte, truncates, removes or renames a file, or deletes rows of the ledger), checks it, repairs it, and
checks it again. Exits with 1 if a damage is not found, or a post is not restored.
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
    """An archive of three crawls (today, 2 and 9 days later), with a quarter of the articles edited after each."""
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


def damage(archive: Path, kind: str, rng: random.Random) -> str:
    """Damages an archive once, and returns how."""
    if kind == "rows":
        with sqlite3.connect(archive / "ledger.sqlite3") as connection:
            counts = {name: connection.execute(f"SELECT COUNT(*) FROM {name}").fetchone()[0] for name in TABLES}
            table = rng.choice([name for name, count in counts.items() if count])
            count = min(counts[table], rng.choice((1, 1, 3)))
            first = rng.randrange(counts[table] - count + 1)
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
    path = rng.choice(rng.choice(groups))
    name = path.relative_to(archive).as_posix()
    data = path.read_bytes()
    if kind == "flip":
        at = rng.randrange(len(data))
        path.write_bytes(data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :])
        return f"flip: {name} at {at}"
    if kind == "cut":
        at = rng.randrange(len(data))
        path.write_bytes(data[:at])
        return f"cut: {name} to {at} of {len(data)}"
    if kind == "remove":
        path.unlink()
        return f"remove: {name}"
    path.rename(path.with_name(f"x{path.name}"))
    return f"rename: {name}"


def trial(original: Path, folder: Path, kind: str, rng: random.Random) -> tuple[str, list[str]]:
    """Damages and repairs a copy. Returns the damage, and the faults of check and repair."""
    archive = folder / "copy"
    shutil.rmtree(archive, ignore_errors=True)
    shutil.copytree(original, archive)
    how = damage(archive, kind, rng)
    faults = []
    if not [*check(archive).damages()]:
        faults.append("was not found")
    posts = posts_of(original)
    repairs = [*repair(archive)]
    after = posts_of(archive)
    lost = [path for path in posts if after.get(path) != posts[path]]
    if lost:
        faults.append(f"{len(lost)} of {len(posts)} posts were not restored: {lost[:3]}")
    remaining = [*check(archive).damages()]
    if remaining:
        not_done = [each for each in repairs if not each.done]
        faults.append(f"still damaged after the repair: {remaining[:3]}; not repaired: {not_done[:3]}")
    return how, faults


def main(trials: int = 100, seed: int = 1) -> int:
    rng = random.Random(seed)
    failed, counts = 0, Counter[str]()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = make_archive(folder)
        if found := [*check(original).damages()]:
            print("the original archive is damaged:", *found, sep="\n  ")
            return 1
        for number in range(trials):
            kind = KINDS[number % len(KINDS)]
            how, faults = trial(original, folder, kind, rng)
            counts[kind] += 1
            for fault in faults:
                print(f"{number} {how}: {fault}")
            failed += bool(faults)
        posts = len(posts_of(original))
    kinds = ", ".join(f"{kind} {count}" for kind, count in counts.items())
    print(f"{trials} damages ({kinds}) to an archive of {posts} posts, seed {seed}: {failed} trials failed")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
