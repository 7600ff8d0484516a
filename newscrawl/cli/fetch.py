"""`newscrawl fetch`: fetches articles by their URLs."""

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import (
    AcceptClockOption,
    ArchiveOption,
    BodyOption,
    CanaryOption,
    FallbackOption,
    FlavourOption,
    FormatOption,
    JsonOption,
    NoCapturesOption,
    ProgressOption,
    QuietOption,
    TermSiteOption,
    VerboseOption,
    app,
    fallback_policy,
    finish,
    on_archive,
    terms_for,
)
from newscrawl.cli.console import Console
from newscrawl.cli.spider import export_settings, run_fetch
from newscrawl.crawl.options import RunOptions
from newscrawl.errors import BadUsage
from newscrawl.outcomes.summary import Outcomes
from newscrawl.sites.urls import is_web_url


@app.command()
@on_archive
def fetch(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="URLs of articles.")] = None,
    input_file: Annotated[
        str,
        typer.Option(
            "-i", "--input", metavar="FILE", help="A file of URLs, one a line, with # comments; - for standard input."
        ),
    ] = "",
    archive: ArchiveOption = None,
    site: TermSiteOption = "",
    form: FormatOption = "post",
    flavour: FlavourOption = None,
    body: BodyOption = None,
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    no_captures: NoCapturesOption = False,
    accept_clock: AcceptClockOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Fetch the articles of URLs and print each as a post, or store them with -o.

    Polite by default: it obeys robots.txt, sends one request a second, one at a time, and only to the site's own hosts.
    """
    console = Console(quiet=quiet, verbose=verbose, bars=not no_progress)
    terms, data = terms_for(archive, site, flavour, body)
    for url in urls or ():
        if not is_web_url(url):
            raise BadUsage(f"not an http(s) URL: {url}; give a full URL, such as https://finance.sina.com.cn/…")
    wanted, total = _wanted(urls or [], input_file)
    policy = fallback_policy(canary=canary, fallback=fallback)
    if archive:
        from newscrawl.archive.archive import Archive  # imports SQLAlchemy, 0.2 s
        from newscrawl.archive.clock import check_clock

        if not accept_clock:
            check_clock(archive, datetime.now(UTC))
        with Archive(archive, zone=data.zone):  # fails on a bad folder before any request
            pass
    outcomes = Outcomes("fetch")
    settings = export_settings(archive, form, terms.flavour, terms.body, captures=not no_captures)
    settings["NEWSCRAWL_CLOCK_ENABLED"] = not accept_clock
    run_fetch(data, terms.site, total, console, settings, RunOptions(urls=wanted, policy=policy, outcomes=outcomes))
    return finish(outcomes, console, as_json=as_json, form="" if archive else form)


def _wanted(urls: list[str], input_file: str) -> tuple[Iterable[str], int | None]:
    """The URLs of the call and their number, which is None for standard input. Raises BadUsage."""
    from newscrawl.crawl.seeds import read_urls  # imports asyncio, which other commands do not need

    if not input_file:
        if not urls:
            raise BadUsage("nothing to fetch; give URLs, -i FILE, or -i - for standard input")
        return urls, len(urls)
    if input_file == "-":
        lines = (line.removeprefix("\ufeff") for line in sys.stdin)
        return (url for part in (urls, read_urls(lines)) for url in part), None
    try:
        listed = list(read_urls(Path(input_file).read_text(encoding="utf-8-sig").splitlines()))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadUsage(f"cannot read the list {input_file}: {why}") from error
    return [*urls, *listed], len(urls) + len(listed)
