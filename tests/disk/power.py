"""A model of power cuts: what a disk may hold when the power goes, after any of the recorded calls of a run.

Bytes that were written since the last fsync of their file may be there, lost or torn, each write for itself; where one
is lost that made the file longer, there may be zeros. A name that was made, renamed or removed since the last fsync of
its folder may be there or not, each for itself; a rename is done or not done, and lasts once the folder that it leads to
was synced. POSIX allows all this.
"""

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.disk.calls import Call, Kind

SECTOR = 512  # bytes that are written whole or not at all
NAMES = (Kind.CREATE, Kind.RENAME, Kind.LINK, Kind.UNLINK, Kind.MKDIR, Kind.RMDIR)


@dataclass(slots=True)
class Change:
    """A call, of a file's bytes or of names, and whether it lasts."""

    call: Call
    node: int
    lasts: bool = False


@dataclass(slots=True)
class Disk:
    """What was done to a disk. `names`: its first names, by path: the number of a file, or -1 for a folder."""

    names: Mapping[str, int]
    first: Mapping[int, bytes]  # the first bytes of files
    changes: list[Change] = field(default_factory=list)


def disk_of(root: Path) -> tuple[Disk, dict[int, int]]:
    """A folder as it is, all of it synced, and the numbers of its files by inode. It need not be there."""
    names: dict[str, int] = {".": -1} if root.is_dir() else {}
    first: dict[int, bytes] = {}
    numbers: dict[int, int] = {}
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        names[name] = -1
        if not path.is_dir():
            names[name] = numbers[path.stat().st_ino] = len(first)
            first[names[name]] = path.read_bytes()
    return Disk(names, first), numbers


def after_each(
    disk: Disk, numbers: dict[int, int], calls: Iterable[Call], ignored: frozenset[int] = frozenset()
) -> Iterator[Disk]:
    """Yields a disk before the first call and after each. It is the same object, which grows.

    `numbers`: of its files, by inode. `ignored`: the numbers of fsyncs that count as not done, among all fsyncs.
    """
    numbers, new, synced = dict(numbers), len(disk.first), 0
    yield disk
    for call in calls:
        if call.kind is Kind.CREATE:
            numbers[call.inode] = new
            new += 1
        node = -1 if call.kind in (Kind.MKDIR, Kind.RMDIR) else numbers.get(call.inode, -1)
        if call.kind is not Kind.SYNC:
            disk.changes.append(Change(call, node))
        else:
            if synced not in ignored:
                sync(disk, call, node)
            synced += 1
        yield disk


def sync(disk: Disk, call: Call, node: int) -> None:
    """Has what was written to a file, or what was done to the names of a folder, last."""
    for change in disk.changes:
        if call.folder:
            if change.call.kind in NAMES and folder_of(change.call.to or change.call.path) == call.path:
                change.lasts = True
        elif change.call.kind not in NAMES and change.node == node:
            change.lasts = True


def folder_of(path: str) -> str:
    """The folder of a path.

    >>> folder_of("a/b"), folder_of("a")
    ('a', '.')
    """
    return str(PurePosixPath(path).parent)


@dataclass(frozen=True, slots=True)
class State:
    """What a disk holds: folders, and the bytes of files, by path."""

    folders: tuple[str, ...]
    files: tuple[tuple[str, bytes], ...]

    @property
    def digest(self) -> str:
        """A digest of all of it."""
        parts = [name.encode() + b"\0" + hashlib.sha256(data).digest() for name, data in self.files]
        return hashlib.sha256(b"\0".join([*map(str.encode, self.folders), *parts])).hexdigest()

    def write(self, root: Path) -> None:
        """Writes it to a folder that is not there yet."""
        for name in self.folders:
            (root / name).mkdir()
        for name, data in self.files:
            (root / name).write_bytes(data)


def state_of(disk: Disk, kept: Mapping[int, float]) -> State:
    """The state in which of the changes that need not last only some are kept.

    `kept`: by their number, what share of a write's sectors is; a change of names is kept with any. A lost write that
    made a file longer leaves zeros if its share is negative.
    """
    names, data = dict(disk.names), {number: bytearray(first) for number, first in disk.first.items()}
    for number, change in enumerate(disk.changes):
        share = 1.0 if change.lasts else kept.get(number)
        if share is None:
            continue
        if change.call.kind in NAMES:
            rename(names, change)
        else:
            write(data.setdefault(change.node, bytearray()), change.call, share)
    there = {name for name in names if is_reachable(name, names)}
    folders = sorted((name for name in there if names[name] < 0), key=lambda name: (name.count("/"), name))
    files = sorted(name for name in there if names[name] >= 0)
    return State(tuple(folders), tuple((name, bytes(data.get(names[name], b""))) for name in files))


def rename(names: dict[str, int], change: Change) -> None:
    """Does what a call did to names."""
    call = change.call
    if call.kind in (Kind.CREATE, Kind.MKDIR):
        names[call.path] = change.node
    elif call.kind is Kind.LINK:
        names[call.to] = change.node
    elif call.kind is Kind.RENAME and (change.node >= 0 or names.get(call.path) == -1):
        below = [name for name in names if name.startswith(f"{call.path}/")]
        for name in below:
            names[call.to + name.removeprefix(call.path)] = names.pop(name)
        if names.get(call.path) == change.node:
            del names[call.path]
        names[call.to] = change.node
    elif call.kind is Kind.UNLINK or (
        call.kind is Kind.RMDIR and not any(name.startswith(f"{call.path}/") for name in names)
    ):
        names.pop(call.path, None)


def write(data: bytearray, call: Call, share: float) -> None:
    """Does what a call did to bytes."""
    if call.kind is Kind.TRUNCATE:
        del data[call.offset :]
        data.extend(bytes(call.offset - len(data)))
        return
    end = call.offset + len(call.data)
    if share < 0:
        data.extend(bytes(max(0, end - len(data))))
        return
    whole = len(call.data) if share >= 1 else int(len(call.data) * share) // SECTOR * SECTOR
    data.extend(bytes(max(0, call.offset + whole - len(data))))
    data[call.offset : call.offset + whole] = call.data[:whole]


def is_reachable(name: str, names: Mapping[str, int]) -> bool:
    """Whether all folders of a path are there."""
    return all(names.get(str(folder)) == -1 for folder in PurePosixPath(name).parents)


def states(disk: Disk, rng: random.Random, more: int) -> Iterator[State]:
    """Yields states of a disk: nothing is kept, all, only names, only bytes, the last write torn; and `more` at random."""
    waiting = [number for number, change in enumerate(disk.changes) if not change.lasts]
    of_names = [number for number in waiting if disk.changes[number].call.kind in NAMES]
    of_bytes = [number for number in waiting if disk.changes[number].call.kind not in NAMES]
    yield state_of(disk, dict.fromkeys(waiting, 1.0))
    if not waiting:
        return
    yield state_of(disk, {})
    yield state_of(disk, dict.fromkeys(of_names, 1.0))
    yield state_of(disk, dict.fromkeys(of_names, 1.0) | dict.fromkeys(of_bytes, -1.0))
    yield state_of(disk, dict.fromkeys(of_bytes, 1.0))
    if of_bytes:
        yield state_of(disk, dict.fromkeys(waiting, 1.0) | {of_bytes[-1]: 0.5})
    for _ in range(more):
        chance = rng.random()
        kept = {number: rng.choice((1.0, 1.0, rng.random(), -1.0)) for number in waiting if rng.random() < chance}
        yield state_of(disk, kept)
