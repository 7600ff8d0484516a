"""The targets of an export: a file, standard output, or a URL for fsspec (`s3://…`). No file is left incomplete."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from newscrawl import disk
from newscrawl.atomic import output_file
from newscrawl.errors import BadTarget, Unwritable
from newscrawl.ledger.model import FILE
from newscrawl.stores import Sink, is_url, reason, remote_file, unwritable_errors

STDOUT = "-"


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
