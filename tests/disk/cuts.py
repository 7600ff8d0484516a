"""Runs that end with a power cut: what the ledger had acknowledged is on the disk, and a plain run heals the rest."""

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from newscrawl.archive.paths import LEDGER, UNFINISHED
from newscrawl.archive.warc_files import places_of
from newscrawl.errors import DamagedRecord
from newscrawl.warc.records import read_record
from tests.disk.calls import Call, Kind, Trial, calls_in
from tests.disk.commands import COMMANDS, Base, Runner
from tests.disk.power import Disk, State, after_each, disk_of, states

KEPT = "kept"  # the folder of the archive
FINE = frozenset((0,))
ROLLED = 2000  # bytes; so that a run begins several WARC files
# Runs that are cut: the command, whether there is an archive before it, and the size of its WARC files.
RUNS = {
    "first crawl": ("crawl", False, 0),
    "crawl": ("crawl", True, 0),
    "crawl with many WARC files": ("crawl", True, ROLLED),
    "fetch": ("fetch", True, 0),
    "replay": ("replay", True, 0),
    "repair": ("repair", True, 0),
    "sign": ("sign", True, 0),
    "move": ("move", True, 0),
    "join": ("join", True, 0),
}


class Held(NamedTuple):
    """What a ledger says: its articles and their revisions, how many captures it has, the days of its manifests."""

    articles: frozenset[tuple[str, int]] = frozenset()
    captures: int = 0
    days: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recorded run. `posts`: what it left, by path, with SHA-256."""

    arguments: tuple[str, ...]
    disk: Disk
    numbers: dict[int, int]
    calls: list[Call]
    before: Held
    after: Held
    posts: Mapping[str, str]
    rolled: int = 0


@dataclass(slots=True)
class Tally:
    """What was tried, and what broke: the number of the call after which the power went, and why."""

    states: int = 0
    healed: int = 0  # of these, how many the next run was tried in
    broken: list[tuple[int, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def record(runner: Runner, folder: Path, arguments: tuple[str, ...], rolled: int = 0) -> Recorded:
    """Runs the command in a folder, and records what it does to the archive there."""
    root = folder / KEPT
    disk, numbers = disk_of(root)
    before = held(root)
    with TemporaryDirectory(prefix="newscrawl-log-") as logs:
        log = Path(logs, "calls")
        ended = runner.run(Trial(arguments, str(folder), str(root), log=str(log), rolled=rolled))
        assert ended.code in FINE, ended
        calls = [*calls_in(log, root)]
    return Recorded(arguments, disk, numbers, calls, before, held(root), posts(root), rolled)


def cut(
    runner: Runner,
    recorded: Recorded,
    folder: Path,
    rng: random.Random,
    *,
    more: int = 2,
    every: int = 1,
    heal: float = 1.0,
    ignored: str = "",
) -> Tally:
    """Cuts the power after each call, or every so many, and tries states of the disk: `more` of them at random, each once.

    `heal`: the share of states in which the next run is tried; in all is looked for what was acknowledged. `ignored`:
    the name of an fsync that counts as not done; then the first state that breaks is enough. `folder`: that the command
    runs in, whose archive is replaced.
    """
    tally = Tally()
    syncs = [call for call in recorded.calls if call.kind is Kind.SYNC]
    left_out = frozenset(number for number, call in enumerate(syncs) if ignored and name_of(call) == ignored)
    disk = Disk(recorded.disk.names, recorded.disk.first)
    for number, after in enumerate(after_each(disk, recorded.numbers, recorded.calls, left_out)):
        is_last = number == len(recorded.calls)
        if number % every and not is_last:
            continue
        for state in states(after, rng, more):
            if state.digest in tally.seen and not is_last:
                continue
            tally.seen.add(state.digest)
            healed = rng.random() < heal
            tally.states, tally.healed = tally.states + 1, tally.healed + healed
            why = judge(runner, recorded, state, folder, recorded.after if is_last else recorded.before, heal=healed)
            if why:
                tally.broken.append((number, why))
                if ignored:
                    return tally
    return tally


def judge(runner: Runner, recorded: Recorded, state: State, folder: Path, acknowledged: Held, *, heal: bool) -> str:
    """Why a state breaks a promise; empty if it does not."""
    root = folder / KEPT
    shutil.rmtree(root, ignore_errors=True)
    state.write(root)
    if lost := next(unkept(root, acknowledged), ""):
        return lost
    if not heal:
        return ""
    ended = runner.run(Trial(recorded.arguments, str(folder), str(root), rolled=recorded.rolled))
    if ended.code not in FINE:
        return f"the next run ends with {ended.code}: {ended.errors[-300:]}"
    verified = runner.run(Trial(("verify", KEPT), str(folder), str(root)))
    if verified.code:
        return f"verify: {(verified.out + verified.errors)[-500:]}"
    return "" if posts(root) == recorded.posts else "the next run leaves other posts"


def prepared(base: Base, folder: Path, name: str) -> tuple[Recorded, Path]:
    """Records a run of `RUNS` in a new folder; also returns a second one, in which it can be cut."""
    command, has_archive, rolled = RUNS[name]
    for place in (folder / "recorded", folder / "cut"):
        shutil.copytree(base.folder, place)
        COMMANDS[command].prepare(Base(place, base.site, base.runner))
        if not has_archive:
            shutil.rmtree(place / KEPT)
    return record(base.runner, folder / "recorded", base.arguments(COMMANDS[command].words), rolled), folder / "cut"


def name_of(call: Call) -> str:
    """The name of an fsync: its place in the code, and what it syncs."""
    return f"{call.place}: {'folder' if call.folder else 'file'}" if call.place else ""


def posts(root: Path) -> dict[str, str]:
    """The posts of an archive, by path, with SHA-256."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / "posts").rglob("*.md"))
    }


def rows(root: Path, *queries: str) -> list[list[tuple[object, ...]]]:
    """What a ledger answers; it is read in a copy. Nothing without a ledger that has tables."""
    with TemporaryDirectory(prefix="newscrawl-cut-") as folder:
        for ending in ("", "-wal", "-journal"):
            if (root / f"{LEDGER}{ending}").exists():
                shutil.copyfile(root / f"{LEDGER}{ending}", Path(folder, f"{LEDGER}{ending}"))
        if not Path(folder, LEDGER).exists():
            return [[] for _ in queries]
        with closing(sqlite3.connect(Path(folder, LEDGER))) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                return [[] for _ in queries]
            return [connection.execute(query).fetchall() for query in queries]


def held(root: Path) -> Held:
    """What a ledger says."""
    articles, captures, days = rows(
        root, "SELECT key, revision FROM articles", "SELECT id FROM captures", "SELECT day FROM manifests"
    )
    keys = frozenset((str(key), int(str(revision))) for key, revision in articles)
    return Held(keys, len(captures), frozenset(str(day) for (day,) in days))


def unkept(root: Path, acknowledged: Held) -> Iterator[str]:
    """Yields what is not on a disk although it was acknowledged, or the ledger that is there speaks of it."""
    now = held(root)
    if not now.days >= acknowledged.days or now.captures < acknowledged.captures:
        yield "days or captures that were acknowledged are lost"
    revisions = dict(now.articles)
    for key, revision in acknowledged.articles:
        if revisions.get(key, 0) < revision:
            yield f"article {key} was acknowledged and is lost"
    captures, files = rows(
        root,
        "SELECT file, offset, record, coalesce((SELECT moved FROM files WHERE path = file ORDER BY files.id DESC), '')"
        " FROM captures WHERE file != ''",
        "SELECT path, digest FROM files WHERE id IN (SELECT max(id) FROM files GROUP BY path) AND key != '' AND size >= 0",
    )
    for file, offset, record, moved in captures:
        waiting = root / UNFINISHED / str(file).rpartition("/")[2]  # a joined one
        if not holds_record((*places_of(root, str(file), str(moved)), waiting), int(str(offset)), str(record)):
            yield f"the ledger has a capture at {offset} of {file}, which is not there"
    parts = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (root / UNFINISHED).glob("*") if path.is_file()}
    there = posts(root)
    for path, digest in files:
        if digest not in parts and there.get(str(path)) != digest:
            yield f"the ledger has the post {path}, which is not there"


def holds_record(files: Iterable[Path], offset: int, record: str) -> bool:
    """Whether the first one of the files that is there has a record."""
    for file in files:
        if file.exists():
            try:
                with file.open("rb") as data:
                    return read_record(data, offset).id == record
            except DamagedRecord:
                return False
    return False
