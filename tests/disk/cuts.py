"""Runs that end with a power cut: what the ledger had acknowledged is on the disk, and a plain run heals the rest."""

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from newscrawl.archive.captures import OPEN
from newscrawl.archive.paths import LEDGER, UNFINISHED
from newscrawl.errors import DamagedRecord
from newscrawl.warc.records import read_record
from tests.disk.calls import Call, Kind, Server, Trial, calls_in
from tests.disk.power import Disk, State, after_each, disk_of, states

KEPT = "kept"  # the folder of the archive
FINE = frozenset((0,))


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


@dataclass(slots=True)
class Tally:
    """What was tried, and what broke: the number of the call after which the power went, and why."""

    states: int = 0
    checked: int = 0  # of these, healed by a run and checked by `verify`
    broken: list[tuple[int, str]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


def record(server: Server, folder: Path, arguments: tuple[str, ...]) -> Recorded:
    """Runs the command in a folder, and records what it does to the archive there."""
    root = folder / KEPT
    disk, numbers = disk_of(root)
    before = held(root)
    ended = server.run(Trial(arguments, str(folder), str(root), log=str(folder / "calls.log")))
    assert ended.code in FINE, ended
    calls = [*calls_in(folder / "calls.log", root)]
    return Recorded(arguments, disk, numbers, calls, before, held(root), posts(root))


def cut(
    server: Server,
    recorded: Recorded,
    folder: Path,
    rng: random.Random,
    *,
    more: int = 2,
    heal: Callable[[], bool] = lambda: True,
    ignored: str = "",
    until_broken: bool = False,
) -> Tally:
    """Cuts the power after each call, and tries states of the disk: `more` of them at random, each once.

    `heal`: whether a run tries the next one; what was acknowledged is checked in all. `ignored`: the place of an fsync
    that counts as not done. `folder`: that the command runs in, which must not hold the archive.
    """
    tally = Tally()
    syncs = [call for call in recorded.calls if call.kind is Kind.SYNC]
    left_out = frozenset(number for number, call in enumerate(syncs) if ignored and name_of(call) == ignored)
    disk = Disk(recorded.disk.names, recorded.disk.first)
    for number, after in enumerate(after_each(disk, recorded.numbers, recorded.calls, left_out)):
        acknowledged = recorded.after if number == len(recorded.calls) else recorded.before
        for state in states(after, rng, more):
            if state.digest in tally.seen and number < len(recorded.calls):
                continue
            tally.seen.add(state.digest)
            tally.states += 1
            why = judge(server, recorded, state, folder, acknowledged, heal=heal())
            tally.checked += 1
            if why:
                tally.broken.append((number, why))
                if until_broken:
                    return tally
    return tally


def judge(server: Server, recorded: Recorded, state: State, folder: Path, acknowledged: Held, *, heal: bool) -> str:
    """Why a state breaks a promise; empty if it does not."""
    root = folder / KEPT
    shutil.rmtree(root, ignore_errors=True)
    state.write(root)
    if lost := next(unkept(root, acknowledged), ""):
        return lost
    if not heal:
        return ""
    ended = server.run(Trial(recorded.arguments, str(folder), str(root)))
    if ended.code not in FINE:
        return f"the next run ends with {ended.code}: {ended.errors[-300:]}"
    verified = server.run(Trial(("verify", KEPT), str(folder), str(root)))
    if verified.code:
        return f"verify: {(verified.out + verified.errors)[-500:]}"
    return "" if posts(root) == recorded.posts else "the next run leaves other posts"


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
        "SELECT file, offset, record FROM captures WHERE file != ''",
        "SELECT path, digest FROM files WHERE id IN (SELECT max(id) FROM files GROUP BY path) AND key != '' AND size >= 0",
    )
    for file, offset, record in captures:
        if not holds_record(root / str(file), int(str(offset)), str(record)):
            yield f"the ledger has a capture at {offset} of {file}, which is not there"
    waiting = {
        hashlib.sha256(path.read_bytes()).hexdigest() for path in (root / UNFINISHED).glob("*") if path.is_file()
    }
    there = posts(root)
    for path, digest in files:
        if digest not in waiting and there.get(str(path)) != digest:
            yield f"the ledger has the post {path}, which is not there"


def holds_record(path: Path, offset: int, record: str) -> bool:
    """Whether a WARC file, closed or open, has a record."""
    for file in (path, path.with_name(path.name + OPEN)):
        if file.exists():
            try:
                with file.open("rb") as data:
                    return read_record(data, offset).id == record
            except DamagedRecord:
                return False
    return False
