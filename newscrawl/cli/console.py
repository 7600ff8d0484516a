"""What a person or a program is told: the lines and data on standard output, the messages on standard error.

Each line and each text in JSON passes one function, which shows controls as escapes (`newscrawl/controls.py`).
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import typer

from newscrawl.cli.streams import drawing
from newscrawl.controls import visible_json, visible_line
from newscrawl.outcomes.waits import Wait

LONG = 3  # inputs from which on a progress bar is shown
EVERY = 60.0  # seconds between two lines of progress, where there is no terminal


def print_lines(*lines: str) -> None:
    """Prints lines on standard output."""
    if lines:
        typer.echo("\n".join(map(visible_line, lines)))


def print_json(data: Any) -> None:
    """Prints data on standard output as JSON, in one line."""
    typer.echo(visible_json(data))


def print_error(message: str) -> None:
    """Prints in one line on standard error why a command ended."""
    typer.echo(f"newscrawl: {visible_line(' '.join(message.split()))}", err=True)


class Progress:
    """The progress of a run; this base class shows nothing."""

    def __init__(self, total: int | None) -> None:
        self.total, self.done = total, 0

    def advance(self) -> None:
        """Counts one more as done."""
        self.done += 1

    def expect(self, more: int) -> None:
        """Adds to the total."""
        self.total = (self.total or 0) + more

    def wait(self, wait: Wait) -> None:
        """Shows a wait while it lasts."""


class Note:
    """What the bar shows behind its title: it looks at the clock each time that the bar is drawn."""

    wait: Wait | None = None

    def __str__(self) -> str:
        return self.wait.note(datetime.now(UTC)) if self.wait else ""


class Bar(Progress):
    """Shows the progress as a bar of Rich, which is imported only if there is one to show."""

    def __init__(self, title: str, total: int | None, progress: Any) -> None:
        super().__init__(total)
        self.progress, self.note = progress, Note()
        self.task = progress.add_task(title, total=total, note=self.note)

    def advance(self) -> None:
        """Moves the bar."""
        super().advance()
        self.progress.update(self.task, completed=self.done)

    def expect(self, more: int) -> None:
        """Adds to the total of the bar."""
        super().expect(more)
        self.progress.update(self.task, total=self.total)

    def wait(self, wait: Wait) -> None:
        """Shows a wait behind the title while it lasts."""
        self.note.wait = wait


class Lines(Progress):
    """Prints the progress as a line every `EVERY` seconds, for logs."""

    def __init__(self, title: str, total: int | None, console: "Console") -> None:
        super().__init__(total)
        self.title, self.console = title, console
        self.printed = time.monotonic()

    def advance(self) -> None:
        """Prints a line if the last one is older than `EVERY`."""
        super().advance()
        if time.monotonic() - self.printed >= EVERY:
            self.printed = time.monotonic()
            self.console.say(f"newscrawl: {self.title}: {self.done} of {self.total or 'some'}", done=self.done)


class Console:
    """Prints lines above the progress bar, if there is one. `quiet`: none; `structured`: as JSON objects."""

    def __init__(
        self, *, quiet: bool = False, verbose: bool = False, bars: bool = True, structured: bool = False
    ) -> None:
        self.quiet, self.verbose, self.bars, self.structured = quiet, verbose, bars, structured
        self.console: Any = None  # the Console of Rich, while a bar is shown

    def say(self, line: str, event: str = "message", **about: Any) -> None:
        """Prints a line, unless quiet. Structured, it is a JSON object: `time`, `event`, `message` and `about`."""
        if self.quiet:
            return
        if self.structured:
            entry = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, "message": line}
            line = visible_json(entry | about)
        line = visible_line(line)
        if self.console:
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            typer.echo(line, err=True)

    def failure(self, what: str, reason: str, detail: str) -> None:
        """Prints in one line why a URL or a file gave no article."""
        line = f"newscrawl: {what}: {reason}{f': {detail}' if detail else ''}"
        self.say(line, "failure", what=what, reason=reason, detail=detail)

    def waiting(self, wait: Wait) -> None:
        """Prints in one line for what a run waits, and until when."""
        self.say(f"newscrawl: {wait.line}", "waiting", **wait.plain())

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Progress]:
        """Yields the progress of a run: a bar on a terminal, else lines; nothing for a short one."""
        if self.quiet or (total is not None and total < LONG):
            yield Progress(total)
            return
        if self.structured or not self.bars or not sys.stderr.isatty():
            yield Lines(title, total, self)
            return
        from rich import console as rich_console  # takes 0.1 s, and most calls show no bar
        from rich import progress as rich_progress

        columns = (
            rich_progress.TextColumn("{task.description}{task.fields[note]}", markup=False),
            rich_progress.BarColumn(),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TimeRemainingColumn(),
        )
        with drawing(sys.stderr) as file:
            self.console = rich_console.Console(file=file)
            shown = rich_progress.Progress(
                *columns, console=self.console, transient=True, redirect_stdout=False, redirect_stderr=False
            )
            try:
                with shown as bar:
                    yield Bar(title, total, bar)
            finally:
                self.console = None
