"""`newscrawl report`: an archive in charts, as one HTML page."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from newscrawl import disk
from newscrawl.atomic import output_file
from newscrawl.cli.app import QuietOption, TermSiteOption, app, needs_ledger, on_archive, refuse_linked, terms_for
from newscrawl.cli.console import Console
from newscrawl.cli.crawl import clock_at
from newscrawl.errors import BadUsage, Unwritable
from newscrawl.exit_codes import DONE
from newscrawl.ledger.schedule import parse_instant


@app.command()
@on_archive
def report(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="The file of the page; - for standard output.")
    ] = Path("report.html"),
    site: TermSiteOption = "",
    since: Annotated[
        str,
        typer.Option("--since", metavar="WHEN", help="Draw from this day (2026-03-01), or from this long ago (4w)."),
    ] = "",
    quiet: QuietOption = False,
    now: Annotated[
        str, typer.Option("--now", hidden=True, help="Take this instant (ISO 8601) for now, in tests.")
    ] = "",
) -> int:
    """Write a report of an archive: one HTML page that loads nothing, for a screen, a phone and paper.

    The page shows first whether anything is wrong; then articles by day and channel, coverage, failures, revisions,
    flags, politeness, freshness and growth. The archive is only read.
    """
    needs_ledger(archive)
    _, data = terms_for(archive, site)
    instant = clock_at(now)()
    try:
        first = f"{parse_instant(since, instant, data.zone):%Y-%m-%d}" if since else ""
    except ValueError as error:
        raise BadUsage(f"--since {error}") from error
    if str(output) != "-" and (not output.parent.is_dir() or output.is_dir()):
        raise BadUsage(f"-o {output}: give a file in an existing folder")
    refuse_linked(archive, output)
    try:
        from newscrawl.report import page  # imports altair, 0.6 s
    except ImportError as error:
        raise BadUsage(f"{error.name} is not installed; pip install 'newscrawl[report]'") from error
    from newscrawl.report.facts import gather
    from newscrawl.report.findings import find, headline

    facts = gather(archive, data, instant, first)
    html = page.render_page(facts).encode("utf-8", "replace")
    if str(output) == "-":
        sys.stdout.buffer.write(html)
        sys.stdout.flush()
    else:
        write_page(output, html)
    Console(quiet=quiet).say(f"newscrawl report: {output}, {page.size(len(html))}: {headline(facts, find(facts))}")
    return DONE


def write_page(path: Path, data: bytes) -> None:
    """Writes a file, completely or not at all. Raises Unwritable if it cannot be written."""
    try:
        with output_file(path) as file:
            file.write(data)
    except OSError as error:
        raise Unwritable(disk.sentence_of(error, f"cannot write {path}")) from error
