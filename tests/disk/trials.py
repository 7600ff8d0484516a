"""Trials of commands: a call that fails, or a kill, in a small run; and what must hold then.

What must hold are functions of plain data that return sentences of what broke.
"""

import errno
import hashlib
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

from newscrawl.errors import ArchiveError
from newscrawl.integrity.repair import locked_check
from tests.disk.calls import HUNG, Call, Ended, Kind, Server, Trial, calls_in
from tests.disk.commands import Base, Command

KILL = 0
TEMPORARY = re.compile(r"\..+\.\d+")  # what a file is called while it is written
ERRORS = (errno.ENOSPC, errno.EIO, errno.EMFILE, errno.EACCES)
USAGE, KILLED = 2, -9
# What only a programmer understands, or what says no more than that somebody erred.
STRANGE = re.compile(
    r"Traceback|\bbug\b|\bfault\b|Errno|\w(?:Error|Exception)\b|sqlite3\.[A-Z]|sqlalche|Unhandled|File \""
)
WHY = re.compile(r"\b(?:cannot|could not|stopped)\b")
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Case:
    """What becomes of a call of a command, by its number: it fails with `error`, or the run is killed before it."""

    at: int
    error: int
    lasting: bool = False

    @property
    def fate(self) -> str:
        """What becomes of it, in words."""
        return f"{errno.errorcode[self.error]}{' for good' * self.lasting}" if self.error else "kill"


@dataclass(frozen=True, slots=True)
class Plain:
    """A run in which nothing fails: the files that were there before, those after it, and its calls in words."""

    before: Files
    after: Files
    calls: tuple[str, ...]


def words_of(calls: Iterable[Call], names: Mapping[int, str]) -> tuple[str, ...]:
    """Calls in words. `names`: what the inodes are that were there before, from the folder."""
    names = dict(names)
    found = []
    for call in calls:
        path = call.path or names.get(call.inode, "?")
        if call.kind in (Kind.CREATE, Kind.RENAME):
            names[call.inode] = call.to or path
        found.append(f"{call.kind.name} {path}")
    return tuple(found)


# What must hold


def says_why(ended: Ended, error: int) -> list[str]:
    """A run that gives up says why in one line, and all that is said is plain."""
    said = [*ended.errors.splitlines(), *ended.out.splitlines()]
    broken = [f"says {line!r}" for line in said if STRANGE.search(line)][:1]
    broken += [f"says {line!r}" for line in ended.errors.splitlines() if not line.startswith("newscrawl")][:1]
    reasons = [line for line in ended.errors.splitlines() if WHY.search(line)]
    if ended.code and len(reasons) != 1:
        broken.append(f"gives {len(reasons)} reasons: {ended.errors!r}")
    elif ended.code and error == errno.ENOSPC and "room" not in reasons[0]:
        broken.append(f"says nothing of room: {ended.errors!r}")
    return broken


def ends_as_told(ended: Ended, error: int, codes: Sequence[int], *, changed: bool) -> list[str]:
    """A run ends with 4 where the disk refuses, with 2 where it may not write and has not begun; else it is done."""
    if error == KILL:
        return [] if ended.code == KILLED else [f"was to be killed, and ended with {ended.code}"]
    if ended.code in (0, *codes) or (ended.code == USAGE and error == errno.EACCES and not changed):
        return []
    return ["hangs"] if ended.code == HUNG else [f"ends with {ended.code}: {(ended.errors or ended.out)[-300:]!r}"]


def nothing_half(now: Files, plain: Plain, *, killed: bool = False) -> list[str]:
    """Each file is as it was before the run, or as the run leaves it; a killed one may leave a temporary one as well."""
    now = {path: data for path, data in now.items() if not (killed and TEMPORARY.fullmatch(path.rpartition("/")[2]))}
    versions = {path: {plain.before.get(path), plain.after.get(path)} for path in {*now, *plain.before}}
    return [
        f"leaves {path} with {'nothing' if path not in now else f'{len(now[path])} bytes'}, which is no version of it"
        for path in sorted(versions)
        if now.get(path) not in versions[path]
    ]


def all_done(now: Files, plain: Plain, when: str) -> list[str]:
    """The files are those of the plain run."""
    paths = sorted(path for path in {*now, *plain.after} if now.get(path) != plain.after.get(path))
    return [f"{when} {path} is not as a plain run has it" for path in paths]


def is_whole(archive: Path, when: str) -> list[str]:
    """The check of `verify` finds nothing."""
    try:
        damages = locked_check(archive).damages
    except ArchiveError as error:
        return [f"{when} verify says {error}"]
    return [f"{when} verify finds {damage.what}: {damage.why}" for damage in damages]


# Trials


class Pool:
    """Servers, of which each run takes one that is idle."""

    def __init__(self, servers: Iterable[Server]) -> None:
        self.idle: SimpleQueue[Server] = SimpleQueue()
        for server in servers:
            self.idle.put(server)

    def run(self, trial: Trial) -> Ended:
        """Runs a command, and waits for its end."""
        server = self.idle.get()
        try:
            return server.run(trial)
        finally:
            self.idle.put(server)


class Bench:
    """A command that is prepared in a folder, and tried in copies of it."""

    def __init__(self, command: Command, base: Base, folder: Path) -> None:
        """`folder`: a new one, for the command and its copies."""
        self.command, self.folder, self.runner = command, folder, base.runner
        self.start = folder / "start"
        shutil.copytree(base.folder, self.start)
        prepared = Base(self.start, base.site, base.runner)
        command.prepare(prepared)
        self.arguments = prepared.arguments(command.words)
        self.judged: dict[bytes, list[str]] = {}  # what was found after trials, by what they had left
        self.plain = self.run_plainly()

    def run_plainly(self) -> Plain:
        """Runs the command in a copy, with nothing that fails."""
        log = self.folder / "log"
        with copied(self.start) as copy:
            inodes = {path.stat().st_ino: str(path.relative_to(copy)) for path in copy.rglob("*")}
            ended = self.run(copy, log=str(log))
            broken = is_whole(copy / "kept", "after a plain run")
            assert (ended.code, broken) == (0, []), (self.arguments, ended, broken)
            return Plain(self.files(self.start), self.files(copy), words_of(calls_in(log, copy), inodes))

    def run(self, folder: Path, case: Case | None = None, log: str = "") -> Ended:
        """Runs the command in a folder."""
        case = case or Case(-1, KILL)
        where = (str(folder), str(folder), log)
        return self.runner.run(Trial(self.arguments, *where, case.at, case.error, case.lasting))

    def files(self, folder: Path) -> dict[str, bytes]:
        """The files of a folder that are never half."""
        found = {path for pattern in self.command.whole for path in folder.glob(pattern) if path.is_file()}
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    def trial(self, case: Case) -> list[str] | None:
        """Tries a case. Returns what broke; None if the run ended before it came to the call."""
        with copied(self.start) as copy:
            ended = self.run(copy, case)
            if 0 <= ended.calls <= case.at:
                return None
            now, left = self.files(copy), tree(copy)
            broken = ends_as_told(ended, case.error, self.command.codes, changed=left != tree(self.start))
            broken += says_why(ended, case.error) if case.error else []
            broken += nothing_half(now, self.plain, killed=case.error == KILL)
            broken += all_done(now, self.plain, "it ends with 0, and") if ended.code == 0 else []
            whole = ended.code == 0 or not self.command.damaged
            state = hashlib.sha256(repr((whole, sorted(left.items()))).encode()).digest()
            if state not in self.judged:  # many trials leave the same
                self.judged[state] = self.healed(copy, whole=whole)
            return broken + self.judged[state]

    def healed(self, copy: Path, *, whole: bool) -> list[str]:
        """What broke after a trial: whether `verify` finds nothing at once, if the archive was `whole`, and the next run heals it."""
        broken = is_whole(copy / "kept", "after it") if whole else []
        again = self.run(copy)
        if again.code not in self.command.again:
            broken.append(f"the next run ends with {again.code}: {(again.errors or again.out)[-300:]!r}")
        broken += all_done(self.files(copy), self.plain, "after the next run")
        return broken + is_whole(copy / "kept", "after the next run")


@contextmanager
def copied(start: Path) -> Iterator[Path]:
    """A copy of a folder, which is deleted at the end of the block."""
    with TemporaryDirectory(prefix="trial-", dir=start.parent) as folder:
        yield Path(shutil.copytree(start, Path(folder, "copy")))


def tree(folder: Path) -> dict[str, bytes]:
    """All that is in a folder, but for an index of SQLite that is made anew."""
    paths = (path for path in folder.rglob("*") if not path.name.endswith("-shm"))
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b"" for path in paths}


def failures_at(numbers: Iterable[int]) -> Iterator[Case]:
    """Each error at each call; a full disk also for good."""
    for at in numbers:
        for error in ERRORS:
            yield Case(at, error)
        yield Case(at, errno.ENOSPC, lasting=True)


def spread(counts: Mapping[str, int], number: int, seed: int) -> list[tuple[str, int]]:
    """So many calls, spread evenly over those of all commands. `counts`: the calls of each.

    >>> spread({"a": 4, "b": 2}, 3, 1)
    [('a', 1), ('a', 3), ('b', 1)]
    """
    places = [(name, at) for name, count in counts.items() for at in range(count)]
    return [places[(seed + each * len(places) // number) % len(places)] for each in range(number)]
