"""Functions that the commands that fetch share."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from newscrawl.cli.console import Console
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.outcomes.summary import Outcomes
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


def run_fetch(
    data: Site,
    site: str,
    urls: Iterable[str],
    total: int | None,
    outcomes: Outcomes,
    console: Console,
    settings: dict[str, Any],
    on_page: Callable[[bytes, str], None] | None = None,
    policy: FallbackPolicy | None = None,
) -> None:
    """Runs the site's spider over URLs and prints every failure at once. Puts the counts into `outcomes`."""
    from newscrawl.crawl.process import run_spider  # imports Scrapy

    with console.progress("fetching", total) as progress:
        log = {"LOG_ENABLED": console.verbose, "LOG_LEVEL": "INFO"}
        arguments = {"urls": urls, "site": site, "report": console.failure, "advance": progress.advance}
        arguments |= {"on_page": on_page, "policy": policy}
        run_spider(data.spider, outcomes, settings | log, arguments)
