"""Files that are written whole or not at all: under another name first, then renamed."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def beside(path: Path) -> Path:
    """The name that a file has beside its place until it is whole.

    It ends in the process's number and not as the file does: those who take every `.prom` of a folder leave it alone.
    """
    return path.with_name(f".{path.name}.{os.getpid()}")


@contextmanager
def whole_file(path: Path, part: Path | None = None, *, durable: bool = True) -> Iterator[BinaryIO]:
    """A file to write; it has its place when the block has ended, and is nowhere when the block ended by an exception.

    `part`: the name that it has until then, on the same file system. `durable`: it is on the disk before it is renamed.
    Raises OSError.
    """
    part = part or beside(path)
    file = part.open("wb")
    try:
        yield file
        file.flush()
        if durable:
            os.fsync(file.fileno())
        file.close()
        part.replace(path)
    finally:
        with suppress(OSError):  # what is buffered yet cannot be written either
            file.close()
        part.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes, part: Path | None = None, *, durable: bool = True) -> None:
    """Writes a file, whole or not at all. Raises OSError."""
    with whole_file(path, part, durable=durable) as file:
        file.write(data)


def put_in_place(part: Path, path: Path) -> None:
    """Gives a file that is whole its place, and makes the folder if need be. Raises OSError."""
    try:
        part.replace(path)
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
