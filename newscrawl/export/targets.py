"""Where an export goes: a file, standard output, or what fsspec reaches (`s3://…`). No file is left half written."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from newscrawl.atomic import whole_file
from newscrawl.errors import BadTarget, NotInstalled, Unwritable
from newscrawl.ledger.model import FILE

STDOUT = "-"
BLOCK = 8 * 2**20  # bytes that are sent at once, and held until then; S3 takes ten thousand of them


class Sink(io.RawIOBase):
    """A binary file that is written from its beginning to its end, and knows how far it is."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.name, self.size = file, name, 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """The bytes written so far: a pipe would not say."""
        return self.size

    def write(self, data: Any) -> int:
        """Writes all of the data. Raises Unwritable, and BrokenPipeError where the reader went away."""
        with told(self.name):
            self.file.write(data)
        self.size += len(data)
        return len(data)


def is_url(target: str) -> bool:
    """Whether a target is fsspec's.

    >>> [target for target in ("s3://kept/a.csv", "a.csv", "-", "simplecache::s3://kept/a") if is_url(target)]
    ['s3://kept/a.csv', 'simplecache::s3://kept/a']
    """
    return "://" in target


@contextmanager
def told(name: str) -> Iterator[None]:
    """Makes Unwritable of whatever goes wrong: those behind fsspec raise what they like."""
    try:
        yield
    except (BrokenPipeError, BadTarget, Unwritable):
        raise
    except Exception as error:
        raise Unwritable(f"cannot write {name}: {reason(error)}") from error


def reason(error: Exception) -> str:
    """What an exception says went wrong.

    >>> reason(OSError(28, "No space left on device")), reason(TimeoutError())
    ('No space left on device', 'TimeoutError')
    """
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


@contextmanager
def opened(target: str) -> Iterator[Sink]:
    """A target to write to. When the block ends by an exception, what was there before is there still.

    Raises BadTarget, Unwritable, and NotInstalled without fsspec.
    """
    if target == STDOUT:
        yield Sink(sys.stdout.buffer, "standard output")
        with told("standard output"):
            sys.stdout.buffer.flush()
    elif is_url(target):
        with remote_file(target) as sink:
            yield sink
    else:
        with local_file(Path(target)) as sink:
            yield sink


@contextmanager
def local_file(path: Path) -> Iterator[Sink]:
    """A file under another name beside it, then in its place. A device or a pipe is written as it is."""
    if path.name.startswith(FILE):
        raise BadTarget(f"{path} is the ledger of an archive; give another file with -o")
    with ExitStack() as stack:
        try:
            path = path.resolve()
            plain = path.is_file() or not path.exists()
            file = stack.enter_context(whole_file(path) if plain else device(path))
        except OSError as error:
            raise BadTarget(f"cannot write {path}: {error.strerror}; give another with -o") from error
        yield Sink(file, str(path))
        with told(str(path)):
            stack.close()


@contextmanager
def device(path: Path) -> Iterator[BinaryIO]:
    """A device or a pipe, which is written as it is."""
    file = path.open("wb")
    try:
        yield file
        file.flush()
    finally:
        with suppress(OSError):  # what is buffered yet cannot be written either
            file.close()


@contextmanager
def remote_file(url: str) -> Iterator[Sink]:
    """A file that fsspec reaches; what was sent of it counts when all of it was."""
    system, path = reached(url)
    with told(url):
        try:
            file = system.open(path, "wb", block_size=BLOCK, autocommit=False)
        except (ValueError, NotImplementedError) as error:
            raise BadTarget(f"{url} is no address of a file that can be written") from error
    try:
        yield Sink(file, url)
        with told(url):
            file.close()
            file.commit()
    except BaseException:
        for undo in (file.close, file.discard):
            with suppress(Exception):
                undo()
        raise


def reached(url: str) -> tuple[Any, str]:
    """The file system that a URL names, and the path in it. Raises BadTarget, and NotInstalled without fsspec."""
    try:
        import fsspec  # noqa: PLC0415 (optional)

        system, path = fsspec.url_to_fs(url)
    except ImportError as error:
        ours = error.name == "fsspec" or "s3fs" in str(error)
        advice = "; pip install 'newscrawl[remote]'" if ours else ""
        raise NotInstalled(f"{url} cannot be reached: {error}{advice}") from error
    except Exception as error:
        raise BadTarget(f"{url}: {reason(error)}") from error
    return system, cast("str", path)
