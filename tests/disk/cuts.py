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
FINE = frozenset((0, 3))  # 3: the first crawl meets a page that is gone
AT_END = 20  # states at random after the last call
ROLLED = 2000  # bytes; so that a run begins several WARC files


class Run(NamedTuple):
    """A run that is cut: its command, which archive there is before, and the size of its WARC files (0: as always)."""

    command: str
    has_archive: bool = True
    rolled: int = 0


RUNS = {
    "first crawl": Run("crawl", has_archive=False),
    "crawl": Run("crawl"),
    "crawl with many WARC files": Run("crawl", rolled=ROLLED),
    "fetch": Run("fetch"),
    "replay": Run("replay"),
    "repair": Run("repair"),
    "sign": Run("sign"),
    "move": Run("move"),
    "join": Run("join"),
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
    at_end: int = AT_END,
) -> Tally:
    """Cuts the power after each call, or every so many, and tries states of the disk: `more` of them at random, each once.

    `heal`: the share of states in which the next run is tried; in all is looked for what was acknowledged. `folder`:
    that the command runs in, whose archive is replaced.
    """
    tally = Tally()
    for number, state in cuts(recorded, rng, more, every, at_end):
        healed = rng.random() < heal
        tally.states, tally.healed = tally.states + 1, tally.healed + healed
        if why := judge(runner, recorded, state, folder, number, heal=healed):
            tally.broken.append((number, why))
    return tally


def cuts(
    recorded: Recorded,
    rng: random.Random,
    more: int = 0,
    every: int = 1,
    at_end: int = AT_END,
    ignored: str = "",
) -> Iterator[tuple[int, State]]:
    """Yields the states of a disk when the power goes, each once, with the number of the calls that were made before.

    After the last call other ones come, `at_end` of them at random, and all anew, as more must be there then. `ignored`:
    the name of an fsync that counts as not done.
    """
    syncs = [call for call in recorded.calls if call.kind is Kind.SYNC]
    left_out = frozenset(number for number, call in enumerate(syncs) if ignored and name_of(call) == ignored)
    disk = Disk(recorded.disk.names, recorded.disk.first)
    seen: set[tuple[bool, str]] = set()
    for number, after in enumerate(after_each(disk, recorded.numbers, recorded.calls, left_out)):
        is_last = number == len(recorded.calls)
        if number % every and not is_last:
            continue
        for state in states(after, rng, at_end if is_last else more):
            if (is_last, state.digest) not in seen:
                seen.add((is_last, state.digest))
                yield number, state


def broken_without(runner: Runner, recorded: Recorded, folder: Path, ignored: str, most: int = 60) -> str:
    """What breaks when an fsync of a name counts as not done; empty if nothing does.

    Only states are tried that are not possible with it; the next run in at most `most` of them.
    """
    last = len(recorded.calls)
    possible = {(number == last, state.digest) for number, state in cuts(recorded, random.Random(0))}
    new = []
    for number, state in cuts(recorded, random.Random(0), ignored=ignored):
        if (number == last, state.digest) not in possible:
            if why := judge(runner, recorded, state, folder, number, heal=False):
                return why
            new.append((number, state.digest))
    tried = {*random.Random(0).sample(new, min(most, len(new)))}
    for number, state in cuts(recorded, random.Random(0), ignored=ignored):
        if (number, state.digest) in tried and (why := judge(runner, recorded, state, folder, number, heal=True)):
            return why
    return ""


def judge(runner: Runner, recorded: Recorded, state: State, folder: Path, number: int, *, heal: bool) -> str:
    """Why a state after a number of calls breaks a promise; empty if it does not."""
    has_ended = number == len(recorded.calls)
    root = folder / KEPT
    shutil.rmtree(root, ignore_errors=True)
    state.write(root)
    if lost := next(unkept(root, recorded.after if has_ended else recorded.before), ""):
        return lost
    if has_ended and posts(root) != recorded.posts:
        return "posts of a run that had ended are lost"
    if has_ended and (damage := damage_of(runner, folder)):
        return f"after a run that had ended, {damage}"
    if not heal:
        return ""
    ended = runner.run(Trial(recorded.arguments, str(folder), str(root), rolled=recorded.rolled))
    if ended.code not in FINE:
        return f"the next run ends with {ended.code}: {ended.errors[-300:]}"
    return damage_of(runner, folder) or ("" if posts(root) == recorded.posts else "the next run leaves other posts")


def damage_of(runner: Runner, folder: Path) -> str:
    """What `verify` says of the archive in a folder; empty if it is whole."""
    verified = runner.run(Trial(("verify", KEPT), str(folder), str(folder / KEPT)))
    return f"verify: {(verified.out + verified.errors)[-500:]}" if verified.code else ""


def prepared(base: Base, folder: Path, name: str) -> tuple[Recorded, Path]:
    """Records a run of `RUNS` in a new folder; also returns a second one, in which it can be cut."""
    run = RUNS[name]
    for place in (folder / "recorded", folder / "cut"):
        shutil.copytree(base.folder, place)
        COMMANDS[run.command].prepare(Base(place, base.site, base.runner))
        if not run.has_archive:
            shutil.rmtree(place / KEPT)
    words = base.arguments(COMMANDS[run.command].words)
    return record(base.runner, folder / "recorded", words, run.rolled), folder / "cut"


def name_of(call: Call) -> str:
    """The name of an fsync: its place in the code, and what it syncs; empty for one of SQLite's.

    >>> name_of(Call(Kind.SYNC, 1, "a", folder=True, place="atomic.py:sync_folder < atomic.py:make_folder < archive/x.py:y"))
    'atomic.py:make_folder: folder'
    """
    frames = [frame for frame in call.place.split(" < ") if not frame.endswith((":sync_folder", ":sync_file"))]
    return f"{frames[0]}: {'folder' if call.folder else 'file'}" if call.place else ""


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
