"""What is said beside the results, on standard error: failures, a last line, how far a run is."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import typer

LONG = 3  # so many inputs make a progress bar worth its line
EVERY = 60.0  # seconds between two lines that say how far a run is, where there is no terminal


class Progress:
    """How far a run is; says nothing."""

    def __init__(self, total: int | None) -> None:
        self.total, self.done = total, 0

    def advance(self) -> None:
        """Something has come of one more."""
        self.done += 1

    def expect(self, more: int) -> None:
        """There are so many more."""
        self.total = (self.total or 0) + more


class Bar(Progress):
    """Shows it as a bar of rich's, which is imported where there is one to show."""

    def __init__(self, title: str, total: int | None, progress: Any) -> None:
        super().__init__(total)
        self.progress = progress
        self.task = progress.add_task(title, total=total)

    def advance(self) -> None:
        """Moves the bar on."""
        super().advance()
        self.progress.update(self.task, completed=self.done)

    def expect(self, more: int) -> None:
        """Makes the bar stand for more."""
        super().expect(more)
        self.progress.update(self.task, total=self.total)


class Lines(Progress):
    """Says it in a line, now and then: for logs."""

    def __init__(self, title: str, total: int | None, console: "Console") -> None:
        super().__init__(total)
        self.title, self.console = title, console
        self.said = time.monotonic()

    def advance(self) -> None:
        """Says a line when the last is old."""
        super().advance()
        if time.monotonic() - self.said >= EVERY:
            self.said = time.monotonic()
            self.console.say(f"newscrawl: {self.title}: {self.done} of {self.total or 'some'}", done=self.done)


class Console:
    """Says lines unless it is quiet, above the progress bar while there is one; as JSON objects where so asked."""

    def __init__(
        self, *, quiet: bool = False, verbose: bool = False, bars: bool = True, structured: bool = False
    ) -> None:
        self.quiet, self.verbose, self.bars, self.structured = quiet, verbose, bars, structured
        self.console: Any = None  # rich's, of the bar that is shown

    def say(self, line: str, event: str = "message", **about: Any) -> None:
        """One line, unless quiet. Structured, it is a JSON object with the time, the event and what it is about."""
        if self.quiet:
            return
        if self.structured:
            told = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, "message": line}
            line = json.dumps(told | about, ensure_ascii=False)
        if self.console:
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            typer.echo(line, err=True)

    def failure(self, what: str, reason: str, detail: str) -> None:
        """Why a URL or file gave nothing, in one line."""
        line = f"newscrawl: {what}: {reason}{f': {detail}' if detail else ''}"
        self.say(line, "failure", what=what, reason=reason, detail=detail)

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Progress]:
        """How far a long run is: a bar on a terminal, else a line now and then."""
        if self.quiet or (total is not None and total < LONG):
            yield Progress(total)
            return
        if self.structured or not self.bars or not sys.stderr.isatty():
            yield Lines(title, total, self)
            return
        from rich import console as rich_console  # 0.1 s, for a bar that most calls do not show
        from rich import progress as rich_progress

        self.console = rich_console.Console(stderr=True)
        columns = (
            rich_progress.TextColumn("{task.description}"),
            rich_progress.BarColumn(),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TimeRemainingColumn(),
        )
        try:
            with rich_progress.Progress(*columns, console=self.console, transient=True) as bar:
                yield Bar(title, total, bar)
        finally:
            self.console = None
