"""Stores that fsspec reaches (`s3://…`), an extra. A file is there whole or not at all."""

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, cast

from newscrawl import disk
from newscrawl.errors import BadTarget, NotInstalled, Unwritable

BLOCK = 8 * 2**20  # bytes of one part of an upload, held in memory; S3 takes 10,000 parts


class Sink(io.RawIOBase):
    """A binary file that is written sequentially and counts its bytes."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.name, self.size = file, name, 0

    def writable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The number of bytes written so far, which a pipe does not know."""
        return self.size

    def write(self, data: Any) -> int:
        """Writes all of the data. Raises Unwritable, and BrokenPipeError if the reader has closed the pipe."""
        with unwritable_errors(self.name):
            self.file.write(data)
        self.size += len(data)
        return len(data)


def is_url(target: str) -> bool:
    """Whether a target is a URL for fsspec.

    >>> [target for target in ("s3://kept/a.csv", "a.csv", "-", "simplecache::s3://kept/a") if is_url(target)]
    ['s3://kept/a.csv', 'simplecache::s3://kept/a']
    """
    return "://" in target


@contextmanager
def unwritable_errors(name: str, doing: str = "write") -> Iterator[None]:
    """Turns any error into Unwritable: the file systems of fsspec raise all kinds of exceptions."""
    try:
        yield
    except (BrokenPipeError, BadTarget, Unwritable):
        raise
    except Exception as error:
        raise Unwritable(f"cannot {doing} {name}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The message of an exception, or else its type.

    >>> reason(OSError(28, "No space left on device")), reason(TimeoutError())
    ('the disk is full; make room and run it again', 'TimeoutError')
    """
    if disk.is_everywhere(error):
        return disk.words_of(error) + (f"; {disk.ROOM}" if disk.is_full(error) else "")
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


@contextmanager
def remote_file(url: str) -> Iterator[Sink]:
    """Yields a remote file, through fsspec; it is committed when all of it has been sent, else discarded."""
    system, path = file_system_of(url)
    with unwritable_errors(url):
        try:
            file = system.open(path, "wb", block_size=BLOCK, autocommit=False)
        except (ValueError, NotImplementedError) as error:
            raise BadTarget(f"{url} is no URL of a file that can be written") from error
    try:
        yield Sink(file, url)
        with unwritable_errors(url):
            file.close()
            file.commit()
    except BaseException:
        for undo in (file.close, file.discard):
            with suppress(Exception):
                undo()
        raise


def file_system_of(url: str) -> tuple[Any, str]:
    """The file system of a URL, and the path in it. Raises BadTarget, and NotInstalled without fsspec."""
    try:
        import fsspec  # noqa: PLC0415 (an extra)

        system, path = fsspec.url_to_fs(url)
    except ImportError as error:
        in_extra = error.name == "fsspec" or "s3fs" in str(error)
        advice = "; pip install 'newscrawl[remote]'" if in_extra else ""
        raise NotInstalled(f"{url} cannot be reached: {error}{advice}") from error
    except Exception as error:
        raise BadTarget(f"{url}: {reason(error)}") from error
    return system, cast("str", path)


def stored_digest(url: str) -> str:
    """The SHA-256 of a file in a store, in hexadecimal; empty if there is none. Raises as `file_system_of`, Unwritable.

    All of it is fetched.
    """
    system, path = file_system_of(url)
    with unwritable_errors(url, "read"):
        system.invalidate_cache()  # it may say what was there before
        if not system.exists(path):
            return ""
        digest = hashlib.sha256()
        with system.open(path, "rb", block_size=BLOCK) as file:
            while data := file.read(BLOCK):
                digest.update(data)
        return digest.hexdigest()


def make_folder_of(url: str) -> None:
    """Creates the folder of a file in a store, if it has folders; not what they are in (a bucket, a disk).

    Raises as `file_system_of`, Unwritable.
    """
    system, path = file_system_of(url)
    with unwritable_errors(url):
        folder = path.rpartition("/")[0]
        root, _, below = folder.lstrip("/").partition("/")
        if below and system.exists(folder[: folder.index(root) + len(root)]):
            system.makedirs(folder, exist_ok=True)
