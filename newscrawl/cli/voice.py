"""What is said beside the results, on standard error: failures, a last line, a progress bar."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from rich.console import Console

LONG = 3  # so many inputs make a progress bar worth its line


class Voice:
    """Says lines unless it is quiet, above the progress bar while there is one."""

    def __init__(self, *, quiet: bool = False, verbose: bool = False, bars: bool = True) -> None:
        self.quiet, self.verbose, self.bars = quiet, verbose, bars
        self.console: Console | None = None  # of the bar that is shown

    def say(self, line: str) -> None:
        """One line, unless quiet."""
        if self.quiet:
            return
        if self.console:
            self.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            typer.echo(line, err=True)

    def failure(self, what: str, reason: str, detail: str) -> None:
        """Why a URL or file gave nothing, in one line."""
        self.say(f"newscrawl: {what}: {reason}{f': {detail}' if detail else ''}")

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Callable[[], None]]:
        """A progress bar for a long list, on a terminal only; gives the function that moves it on."""
        if self.quiet or not self.bars or not sys.stderr.isatty() or (total is not None and total < LONG):
            yield lambda: None
            return
        from rich.console import Console  # noqa: PLC0415 (0.1 s, for a bar that most calls do not show)
        from rich.progress import Progress  # noqa: PLC0415

        self.console = Console(stderr=True)
        try:
            with Progress(console=self.console, transient=True) as bar:
                task = bar.add_task(title, total=total)
                yield lambda: bar.advance(task)
        finally:
            self.console = None
