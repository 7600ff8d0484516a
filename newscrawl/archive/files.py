"""Files that are written whole or not at all, and their digests."""

import hashlib
import os
from pathlib import Path


def write_whole(path: Path, data: bytes, unfinished: Path, *, durable: bool = True) -> None:
    """The file under another name first, flushed to the disk, then renamed: a reader never sees half a file."""
    write_part(path, data, unfinished, durable=durable).replace(path)


def write_part(path: Path, data: bytes, unfinished: Path, *, durable: bool = True) -> Path:
    """The file under the name that it has until it is renamed, flushed to the disk."""
    part = unfinished / path.name
    with part.open("wb") as file:
        file.write(data)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    return part


def waiting(root: Path) -> dict[str, Path]:
    """The files that a run wrote and did not put in their places yet, by their SHA-256; none after a run's end."""
    folder = root / ".unfinished"
    return {file_digest(path): path for path in folder.iterdir() if path.is_file()} if folder.is_dir() else {}


def size_of(path: Path) -> int:
    """The bytes of a file; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
