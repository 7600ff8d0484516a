"""Atomic file writes: a file is written under a temporary name and then renamed.

A power cut loses what was not synced (fsync), and of a file that was synced the name, if its folder was not.
"""

import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import BinaryIO

UNSUPPORTED = (errno.EINVAL, errno.ENOTSUP)  # what some network file systems say of a folder that is to be synced


def sync_folder(folder: Path) -> None:
    """Syncs the names in a folder, where its file system can. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
    finally:
        os.close(descriptor)


def sync_file(path: Path) -> None:
    """Syncs what is in a file that others have written; its name is not synced. Raises OSError."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def make_folder(folder: Path, *, durable: bool = True) -> None:
    """Creates a folder with its parents, unless it is there. `durable`: sync their names. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent, durable=durable)
    folder.mkdir(exist_ok=True)
    try:
        if durable:
            sync_folder(folder.parent)
    except OSError:
        with suppress(OSError):
            folder.rmdir()  # it was not there, and is empty
        raise


def temporary_name(path: Path) -> Path:
    """The temporary name of a file, in the same folder.

    It ends in the process id and not in the file's own suffix, so that a program that reads every `.prom` file of a
    folder skips it.
    """
    return path.with_name(f".{path.name}.{os.getpid()}")


@contextmanager
def whole_file(path: Path, part: Path | None = None, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Opens a file for writing that is renamed to `path` at the end of the block, and deleted if the block raises.

    `part`: the temporary name, on the same file system. `durable`: sync the file before the rename, and its name
    after it. Raises OSError.
    """
    part = part or temporary_name(path)
    part.unlink(missing_ok=True)  # of a killed process; a link in its place is not followed
    file = part.open("xb")
    try:
        with suppress(OSError):  # not every file system has locks
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # it is not abandoned
        yield file
        file.flush()
        if durable:
            os.fsync(file.fileno())
        file.close()
        part.replace(path)
        if durable:
            sync_folder(path.parent)
    finally:
        with suppress(OSError):  # after a failed write the buffered rest cannot be written either
            file.close()
        part.unlink(missing_ok=True)


def drop_abandoned(path: Path) -> None:
    """Deletes what killed processes have left of a file under temporary names: what nobody holds a lock on."""
    for part in path.parent.glob(f".{escape(path.name)}.*"):
        if part.suffix[1:].isdecimal() and part.is_file() and not part.is_symlink():
            with suppress(OSError), part.open("rb") as file:  # somebody is writing it, or it is gone
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                part.unlink()


@contextmanager
def output_file(path: Path) -> Iterator[BinaryIO]:
    """A file that a user has named, written by `whole_file`; a link is followed, a device or a pipe written as it is.

    Raises OSError.
    """
    path = path.resolve()
    if path.is_file() or not path.exists():
        drop_abandoned(path)
        with whole_file(path) as file:
            yield file
        return
    file = path.open("wb")
    try:
        yield file
        file.flush()
    finally:
        with suppress(OSError):  # buffered bytes cannot be written either
            file.close()


def write_whole(path: Path, data: bytes, part: Path | None = None, *, durable: bool = True) -> None:
    """Writes `data` to a file atomically; arguments as in `whole_file`. Raises OSError."""
    with whole_file(path, part, durable=durable) as file:
        file.write(data)


def write_synced(path: Path, data: bytes) -> None:
    """Writes `data` to a file that nobody reads yet, and syncs it; its name is not synced. Raises OSError."""
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def rename_into_place(part: Path, path: Path) -> None:
    """Renames a complete file to its final path and creates the folder if necessary. Raises OSError.

    The new name is not synced.
    """
    try:
        part.replace(path)
    except FileNotFoundError:
        make_folder(path.parent)
        part.replace(path)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def link_on(root: Path, path: str | Path) -> str:
    """The first part of a path, from a folder's root, that is a symbolic link; empty if nothing on it is one.

    The folder itself may be a link: who names it means what it leads to.
    """
    parts = [*reversed(Path(path).parents[:-1]), Path(path)]
    return next((part.as_posix() for part in parts if (root / part).is_symlink()), "")
