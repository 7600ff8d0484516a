"""The targets of an export: a file, standard output, or a URL for fsspec (`s3://…`). No file is left incomplete."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from newscrawl import disk
from newscrawl.atomic import output_file
from newscrawl.errors import BadTarget, NotInstalled, Unwritable
from newscrawl.ledger.model import FILE

STDOUT = "-"
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
def unwritable_errors(name: str) -> Iterator[None]:
    """Turns any error into Unwritable: the file systems of fsspec raise all kinds of exceptions."""
    try:
        yield
    except (BrokenPipeError, BadTarget, Unwritable):
        raise
    except Exception as error:
        raise Unwritable(f"cannot write {name}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """The message of an exception, or else its type.

    >>> reason(OSError(28, "No space left on device")), reason(TimeoutError())
    ('the disk is full; make room and run it again', 'TimeoutError')
    """
    if disk.is_everywhere(error):
        return disk.words_of(error) + (f"; {disk.ROOM}" if disk.is_full(error) else "")
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


def bad_target(path: Path, error: OSError, what: str = "cannot write") -> BadTarget | Unwritable:
    """The error of a file or folder that cannot be begun: another one may be, unless the disk refuses everything."""
    if disk.is_everywhere(error):
        return Unwritable(f"{what} {path}: {reason(error)}")
    return BadTarget(f"{what} {path}: {error.strerror}; give another with -o")


@contextmanager
def open_target(target: str) -> Iterator[Sink]:
    """Yields a target to write to. If the context ends with an exception, an existing file keeps its content.

    Raises BadTarget, Unwritable, and NotInstalled without fsspec.
    """
    if target == STDOUT:
        yield Sink(sys.stdout.buffer, "standard output")
        with unwritable_errors("standard output"):
            sys.stdout.buffer.flush()
    elif is_url(target):
        with remote_file(target) as sink:
            yield sink
    else:
        with local_file(Path(target)) as sink:
            yield sink


@contextmanager
def local_file(path: Path) -> Iterator[Sink]:
    """Yields a temporary file beside the path, which then replaces it. A device or a pipe is written directly."""
    if path.name.startswith(FILE):
        raise BadTarget(f"{path} is the ledger of an archive; give another file with -o")
    with ExitStack() as stack:
        try:
            file = stack.enter_context(output_file(path))
        except OSError as error:
            raise bad_target(path, error) from error
        yield Sink(file, str(path))
        with unwritable_errors(str(path)):
            stack.close()


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
