"""The three streams of a process, as the commands expect them: open, and able to take every character.

Results are UTF-8 in a file or a pipe, whatever the locale says. A terminal shows what its encoding lacks as an escape.
No text that is written to them holds a control, wherever it comes from: a log, a traceback, an argument that is wrong.
Messages that standard error does not take are dropped: there is nowhere left to say so.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO, TextIOWrapper
from typing import Any, TextIO

from newscrawl.controls import visible

ESCAPED = "backslashreplace"
COMPLETES = "_NEWSCRAWL_COMPLETE"  # set where a shell asks for completions, which it parts by tabs


class OutputError(OSError):
    """Standard output takes nothing more: its disk is full, for example. What a command has done is done."""


class Output(FileIO):
    """The file of standard output, whose errors can be told from those of other files."""

    def write(self, data: Any, /) -> int:
        """Writes bytes. Raises OutputError; BrokenPipeError if the reader is gone."""
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.errno, error.strerror) from error


class Results(TextIOWrapper):
    """Standard output, for text; posts and records are bytes, and go to its buffer."""

    def write(self, text: str, /) -> int:
        """Writes a text, with its controls as escapes."""
        return super().write(visible(text))


class Lasting(TextIOWrapper):
    """A stream whose writes never fail: a full disk and a closed pipe cost a message, and not the run."""

    def write(self, text: str, /) -> int:
        """Writes a text, or drops it."""
        with suppress(OSError):
            return super().write(text)
        return len(text)

    def flush(self) -> None:
        """Flushes what can be written."""
        with suppress(OSError):
            super().flush()


class Messages(Lasting):
    """Standard error."""

    def write(self, text: str, /) -> int:
        """Writes a text, with its controls as escapes."""
        return super().write(visible(text))


@contextmanager
def drawing(stream: TextIO) -> Iterator[TextIO]:
    """Yields what a progress bar is drawn on: a stream to the same place, which takes its controls as they are."""
    if not isinstance(stream, Messages):
        yield stream
        return
    stream.flush()
    drawn = Lasting(stream.buffer, stream.encoding, ESCAPED)
    try:
        yield drawn
    finally:
        drawn.flush()
        drawn.detach()


def prepare_streams() -> None:
    """Opens the streams that are missing on the null device, and sets the encodings of all.

    A process whose descriptor 1 is closed gives that number to the next file that it opens, and prints into it.
    """
    for number in range(3):
        if not is_open(number):
            os.open(os.devnull, os.O_WRONLY if number else os.O_RDONLY)  # takes the lowest number that is free
    sys.stdin = encoded(sys.stdin or reopened(0, "r"))
    output: Any = encoded(sys.stdout or reopened(1, "w"))
    if isinstance(output, TextIOWrapper) and isinstance(output.buffer, BufferedWriter | FileIO):
        output.flush()
        file = BufferedWriter(Output(output.fileno(), "w", closefd=False))
        kind = TextIOWrapper if COMPLETES in os.environ else Results
        output = kind(file, output.encoding, ESCAPED, line_buffering=output.line_buffering)
    sys.stdout = output
    errors: Any = encoded(sys.stderr or reopened(2, "w"))
    if isinstance(errors, TextIOWrapper) and not isinstance(errors, Messages):
        encoding = errors.encoding
        errors.flush()
        errors = Messages(errors.detach(), encoding, ESCAPED, line_buffering=True)
    sys.stderr = errors


def is_open(number: int) -> bool:
    """Whether a descriptor is open."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def reopened(number: int, mode: str) -> TextIO:
    """A stream of a descriptor, for one that Python found closed when it started."""
    return open(number, mode, encoding="utf-8", closefd=False)  # type: ignore[return-value]  # of the mode "r" or "w"


def encoded(stream: TextIO) -> TextIO:
    """A stream with the encoding that its other end expects: a terminal's own, else UTF-8."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(encoding=stream.encoding if stream.isatty() else "utf-8", errors=ESCAPED)
    return stream


def drop_output() -> None:
    """Sends the rest of standard output nowhere, or Python complains at its end about what it cannot write."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
