"""Atomic file writes: a file is written under a temporary name and then renamed."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def temporary_name(path: Path) -> Path:
    """The temporary name of a file, in the same folder.

    It ends in the process id and not in the file's own suffix, so that a program that reads every `.prom` file of a
    folder skips it.
    """
    return path.with_name(f".{path.name}.{os.getpid()}")


@contextmanager
def whole_file(path: Path, part: Path | None = None, *, durable: bool = True) -> Iterator[BinaryIO]:
    """Opens a file for writing that is renamed to `path` at the end of the block, and deleted if the block raises.

    `part`: the temporary name, on the same file system. `durable`: fsync the file before the rename. Raises OSError.
    """
    part = part or temporary_name(path)
    part.unlink(missing_ok=True)  # of a killed process; a link in its place is not followed
    file = part.open("xb")
    try:
        yield file
        file.flush()
        if durable:
            os.fsync(file.fileno())
        file.close()
        part.replace(path)
    finally:
        with suppress(OSError):  # after a failed write the buffered rest cannot be written either
            file.close()
        part.unlink(missing_ok=True)


@contextmanager
def output_file(path: Path) -> Iterator[BinaryIO]:
    """A file that a user has named, written by `whole_file`; a link is followed, a device or a pipe written as it is.

    Raises OSError.
    """
    path = path.resolve()
    if path.is_file() or not path.exists():
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


def rename_into_place(part: Path, path: Path) -> None:
    """Renames a complete file to its final path and creates the folder if necessary. Raises OSError."""
    try:
        part.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
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
