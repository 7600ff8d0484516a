"""Random damage: does `verify` find every damage, and does `--repair` undo it, or say what is lost?

    python -m tests.benchmarks.damage [--trials N] [--seed N] [--most N] [--only TRIAL]

Crawls an archive from the fake site, with edits between the crawls. Each trial copies the archive and damages the copy
once to five times (flips a byte, truncates, removes or renames a file, or deletes rows of the ledger). It checks the
copy, repairs it, and checks it again. Each trial has a seed of its own, so it can be run alone.

A trial ends whole (all is as it was), or with losses that the repair has named; `LOSSES` are the reasons there are. One
loss cannot be seen: that of a value of the ledger which only the ledger's digest covers, when something else of the
ledger is damaged too and explains the digest (`UNSEEN`; it is counted). A trial fails when a damage is not found; when
`verify` finds anything after a repair that ended with 0; when a post is not restored though one of its copies was not
touched; or when anything else is lost and not named. Exits with 1 if one fails.
"""

import argparse
import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from newscrawl.demo.fake_site.server import FakeSite, Plan
from newscrawl.errors import NewerLedger
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from newscrawl.integrity.work import Repair
from tests.conftest import ROOT

KINDS = ("flip", "cut", "remove", "rename", "rows")
TABLES = "articles captures files items listings manifests revisions rules runs watermarks windows".split()
# What an archive stores only once, and how a repair says that it is lost: a part of `what`, and of `how`.
LOSSES = {
    "a WARC file": ("warc/", "is lost, and with it"),
    "a capture": ("capture ", "is lost"),
    "a request of a capture": (" bytes", "no complete record"),
    "the references to captures": ("captures of ", "are lost"),
    "a revision whose capture is lost": ("article of ", "lost"),
    "an article without a capture": ("article of ", "cannot be restored without a capture"),
    "revisions": ("revisions of ", "could not be repaired"),
    "an article": ("article ", "could not be repaired"),
    "a post of which nothing else is left": ("posts/", "captures are lost"),
    "a post whose every copy is lost": ("posts/", "cannot be restored"),
    "a later version of a post": ("posts/", "a later version may be lost"),
    "the bytes of a post": ("posts/", "was rewritten and differs"),
    "an item's article": ("item ", "its article is lost"),
    "an item's URL": ("item ", "its URL is lost"),
    "rows of the ledger": ("table ", " lost; "),
    "a text of the ledger": ("table ", "damaged text"),
    "values of the ledger": ("ledger.sqlite3", "stored nowhere else"),
    "a row that nothing repeats": ("ledger.sqlite3", "could not be repaired"),
    "the seal": ("manifests/ledger.json", "was lost"),
    "a manifest": ("manifests/", "is lost"),
    "a manifest's bytes": ("manifests/", "was rewritten and differs"),
    "a manifest's URL": ("", "which is not its URL"),
    "rules": ("rules", "lost"),
    "rules in doubt": ("rules", "neither is proven"),
}


@dataclass
class Outcome:
    """What became of a trial."""

    how: list[str]  # the damages
    faults: list[str] = field(default_factory=list)  # why it failed
    losses: set[str] = field(default_factory=set)  # of LOSSES; none: it is whole


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
    """Damages an archive once, and returns how: `KIND: PATH …`; nothing if there is no such file any more."""
    if kind == "rows":
        return delete_rows(archive, rng)
    kinds = ("posts", "warc", "manifests", "ledger.sqlite3")
    groups = [[path for path in files_of(archive) if path.relative_to(archive).parts[0] == name] for name in kinds]
    path = rng.choice(rng.choice([group for group in groups if group]))
    name = path.relative_to(archive).as_posix()
    data = path.read_bytes()
    if kind in ("flip", "cut") and not data:
        return f"{kind}: {name} is empty"
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


def delete_rows(archive: Path, rng: random.Random) -> str:
    path = archive / "ledger.sqlite3"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True)) as connection, connection:
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
    except (sqlite3.Error, IndexError) as error:
        return f"rows: no ledger to damage ({error})"
    return f"rows: {path.name}, {count} of {table}"


def trial(original: Path, folder: Path, kinds: list[str], rng: random.Random) -> Outcome:
    """Damages and repairs a copy, as often as there are kinds."""
    archive = folder / "copy"
    shutil.rmtree(archive, ignore_errors=True)
    shutil.copytree(original, archive)
    before = {path.relative_to(archive): path.read_bytes() for path in files_of(archive)}
    outcome = Outcome([damage(archive, kind, rng) for kind in kinds])
    if before == {path.relative_to(archive): path.read_bytes() for path in files_of(archive)}:
        return outcome  # two damages have undone each other
    try:
        if not check(archive).damages:
            outcome.faults.append("was not found")
        repairs = [*repair(archive)]
    except (
        NewerLedger
    ):  # another damage of the ledger, so its seal does not tell; it is refused, and nothing is touched
        outcome.losses.add("the version of the ledger")
        return outcome
    outcome.faults += faults_of(original, archive, repairs, outcome.how)
    outcome.losses |= {loss_of(each) for each in repairs if not each.done}
    if not outcome.losses and is_hidden(outcome.how) and [*changed_tables(original, archive, HIDDEN)]:
        outcome.losses.add(UNSEEN)
    return outcome


def is_hidden(how: list[str]) -> bool:
    """Whether a byte of the ledger was changed, and something else of it was damaged too."""
    ledger = [each for each in how if "ledger.sqlite3" in each and not each.startswith("rename")]
    return len(ledger) > 1 and any(each.startswith("flip") for each in ledger)


def loss_of(repair: Repair) -> str:
    """The reason in LOSSES for a repair that was not done."""
    reasons = (name for name, (what, how) in LOSSES.items() if what in repair.what and how in repair.how)
    return next(reasons, f"unnamed: {repair.what}: {repair.how}")


def faults_of(original: Path, archive: Path, repairs: list[Repair], how: list[str]) -> Iterator[str]:
    """Why a repair failed, if it did."""
    lost = [each for each in repairs if not each.done]
    remaining = check(archive).damages
    if remaining and not lost:
        yield f"the repair ended with 0, and the archive is damaged: {remaining[:3]}"
    named = {each.what for each in lost}
    if unnamed := [each for each in remaining if each.what not in named]:
        yield f"is damaged, and the repair did not say so: {unnamed[:3]}"
    yield from (reason for reason in map(loss_of, lost) if reason.startswith("unnamed"))
    posts, after = posts_of(original), posts_of(archive)
    differing = [path for path in posts if after.get(path) != posts[path]]
    if restorable := [path for path in differing if has_copy(original, path, how)]:
        yield f"{len(restorable)} posts were not restored, and there was a copy: {restorable[:3]}; {lost[:5]}"
    if unsaid := [path for path in differing if not any(path in each.what for each in lost)]:
        yield f"{len(unsaid)} posts are lost, and the repair did not name them: {unsaid[:3]}"
    if not lost:
        yield from changed_tables(original, archive, SAME)
        if not is_hidden(how):
            yield from changed_tables(original, archive, HIDDEN)


def has_copy(original: Path, post: str, how: list[str]) -> bool:
    """Whether no damage has touched one of the copies of a post: its file, the ledger, or the captures of its pages.

    The file alone does not say what it is: the ledger, a manifest or a capture must.
    """
    touched = [each.partition(": ")[2] for each in how if not each.startswith("rename")]

    def is_touched(*names: str) -> bool:
        return any(each.startswith(name) for name in names for each in touched)

    if not is_touched("ledger") and is_clean(original, post):
        return True
    has_captures = not is_touched(*files_of_captures(original, post), "manifests/rules/")
    return has_captures or not (is_touched(post) or is_touched("manifests/"))


def is_clean(original: Path, post: str) -> bool:
    """Whether a post can be rendered from its record: one with the full body needs the page."""
    with closing(sqlite3.connect(original / "ledger.sqlite3")) as connection:
        query = "SELECT body FROM files WHERE path = ? ORDER BY id DESC LIMIT 1"
        return bool(connection.execute(query, (post,)).fetchone()[0] == "clean")


def files_of_captures(original: Path, post: str) -> set[str]:
    """The WARC files with the pages of a post's article, and with the captures that these refer to."""
    with closing(sqlite3.connect(original / "ledger.sqlite3")) as connection:
        (numbers,) = connection.execute("SELECT captures FROM articles WHERE path = ?", (post,)).fetchone()
        query = "SELECT file FROM captures WHERE id = ?1 OR id = (SELECT refers FROM captures WHERE id = ?1)"
        return {name for number in numbers.split() for (name,) in connection.execute(query, (number,))}


# What is the same after a repair of which nothing is lost. The rest of a row may be restored in another way.
SAME = {
    "articles": "key, path, revision, digest, payloads",
    "revisions": "key, revision, digest, payloads",
    "captures": "url, date, status, payload, record, length",
    "rules": "version, site",
    "items": "key",
    "listings": "channel, day, key",
    "windows": "channel, day",
    "watermarks": "channel",
    "runs": "id",
}
# What only the digest of the whole ledger covers. Another damage of the ledger explains that digest, and hides these.
HIDDEN = {
    "articles": "key, url, docid, channel, published, layout, fingerprint, flags, record",
    "revisions": "key, revision, record",
    "captures": "record, mime",
    "rules": "version, newscrawl",
    "windows": "channel, day, listed, entries",
    "watermarks": "channel, until",
    "runs": "id, job, task, exit",
}
UNSEEN = "a value of the ledger, beside another damage of the ledger"


def changed_tables(original: Path, archive: Path, columns: Mapping[str, str]) -> Iterator[str]:
    """The tables of the ledger that lack a row that they had."""
    with (
        closing(sqlite3.connect(original / "ledger.sqlite3")) as old,
        closing(sqlite3.connect(archive / "ledger.sqlite3")) as new,
    ):
        for table, names in columns.items():
            query = f"SELECT {names} FROM {table}"
            if missing := {*old.execute(query)} - {*new.execute(query)}:
                yield f"{len(missing)} rows of {table} are not what they were, and the repair did not say so"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=len(KINDS), help="damages at once, at most")
    parser.add_argument("--only", type=int, help="the number of one trial")
    options = parser.parse_args()
    failed, whole, losses = 0, 0, Counter[str]()
    sizes = Counter[int]()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        original = make_archive(folder)
        if found := check(original).damages:
            print("the original archive is damaged:", *found, sep="\n  ")
            return 1
        for number in range(options.trials) if options.only is None else [options.only]:
            outcome = trial_of(original, folder, options.seed, number, options.most)
            sizes[len(outcome.how)] += 1
            for fault in outcome.faults:
                print(f"trial {number}, {'; '.join(outcome.how)}: {fault}", flush=True)
            failed += bool(outcome.faults)
            whole += not (outcome.faults or outcome.losses)
            losses.update(outcome.losses)
        posts = len(posts_of(original))
    counts = ", ".join(f"{count} of {size}" for size, count in sorted(sizes.items()))
    print(f"{sum(sizes.values())} trials ({counts} damages) of an archive of {posts} posts, seed {options.seed}:")
    print(f"{whole} ended whole, {sum(sizes.values()) - whole - failed} with losses that were named, {failed} failed")
    print("named:", ", ".join(f"{reason} {count}" for reason, count in losses.most_common()) or "none")
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if failed else 0


def trial_of(original: Path, folder: Path, seed: int, number: int, most: int = len(KINDS)) -> Outcome:
    """A trial by its number: of one damage, two, and so on up to `most`, in turn."""
    rng = random.Random(f"{seed} {number}")
    count = number % most + 1
    kinds = [KINDS[(number // most) % len(KINDS)], *(rng.choice(KINDS) for _ in range(count - 1))]
    return trial(original, folder, kinds, rng)


if __name__ == "__main__":
    sys.exit(main())
