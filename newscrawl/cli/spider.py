"""Functions that the commands that fetch share."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from newscrawl.cli.console import Console, Progress
from newscrawl.crawl.options import RunOptions
from newscrawl.outcomes.waits import Wait
from newscrawl.sites.model import Site


def export_settings(
    archive: Path | None, form: str, flavour: str, body: str, *, captures: bool = True
) -> dict[str, Any]:
    """Scrapy's settings for the export pipeline; without an archive it writes to standard output."""
    return {
        "NEWSCRAWL_ARCHIVE": str(archive or ""),
        "NEWSCRAWL_FORMAT": form,
        "NEWSCRAWL_FLAVOUR": flavour,
        "NEWSCRAWL_BODY": body,
        "NEWSCRAWL_CAPTURES": captures,
    }


class Shown:
    """Shows a run on the console: each failure and each wait in a line, and the progress."""

    def __init__(self, console: Console, progress: Progress, *, grows: bool = True) -> None:
        """`grows`: the number of articles is not known before."""
        self.console, self.progress, self.grows = console, progress, grows

    def failure(self, what: str, reason: str, detail: str) -> None:
        """Prints a failure."""
        self.console.failure(what, reason, detail)

    def expect(self, count: int) -> None:
        """Adds to the number of articles that the run will fetch."""
        if self.grows:
            self.progress.expect(count)

    def advance(self) -> None:
        """Counts one of them as done."""
        self.progress.advance()

    def waiting(self, host: str, seconds: float, why: str) -> None:
        """Shows a wait that begins."""
        wait = Wait(host, seconds, why, datetime.now(UTC))
        self.console.waiting(wait)
        self.progress.wait(wait)


def run_fetch(
    data: Site, site: str, total: int | None, console: Console, settings: dict[str, Any], options: RunOptions
) -> None:
    """Runs a site's spider and prints every failure at once. `site`: its name or file, which an archive remembers."""
    from newscrawl.crawl.process import run_spider  # imports Scrapy

    with console.progress("fetching", total) as progress:
        log = {"LOG_ENABLED": console.verbose, "LOG_LEVEL": "INFO"}
        run_spider(data.spider, settings | log, {"site": site}, replace(options, site=data), Shown(console, progress))
