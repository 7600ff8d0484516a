"""`newscrawl fetch`: articles from their addresses."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from newscrawl.archive import Archive
from newscrawl.cli.app import (
    ArchiveOption,
    BadUsage,
    BodyOption,
    CanaryOption,
    FallbackOption,
    FlavourOption,
    FormatOption,
    JsonOption,
    NoCapturesOption,
    ProgressOption,
    QuietOption,
    SiteOption,
    VerboseOption,
    app,
    doubt_about,
    finish,
)
from newscrawl.cli.voice import Voice
from newscrawl.outcomes import Outcomes
from newscrawl.page import Doubt
from newscrawl.site import Site, load_site
from newscrawl.urls import is_web_url


@app.command()
def fetch(
    urls: Annotated[list[str] | None, typer.Argument(metavar="[URL]...", help="Addresses of articles.")] = None,
    input_file: Annotated[
        str,
        typer.Option(
            "-i", "--input", metavar="FILE", help="A list of URLs, one a line, # comments; - for standard input."
        ),
    ] = "",
    archive: ArchiveOption = None,
    site: SiteOption = "sina_finance",
    form: FormatOption = "post",
    flavour: FlavourOption = "hexo",
    body: BodyOption = "clean",
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    no_captures: NoCapturesOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Fetch the articles behind URLs and print each as a post, or keep them with -o.

    Polite by default: robots.txt is obeyed, one request at a time with a second between, only the site's own hosts.
    """
    voice = Voice(quiet=quiet, verbose=verbose, bars=not no_progress)
    data = load_site(site)
    for url in urls or ():
        if not is_web_url(url):
            raise BadUsage(f"not an http(s) URL: {url}; give it whole, such as https://finance.sina.com.cn/…")
    wanted, total = _wanted(urls or [], input_file)
    doubt = doubt_about(canary=canary, fallback=fallback)
    if archive:
        Archive(archive).close()  # a folder that cannot be used is known before anything is fetched
    outcomes = Outcomes("fetch")
    settings = export_settings(archive, form, flavour, body, captures=not no_captures)
    run_fetch(data, site, wanted, total, outcomes, voice, settings, doubt=doubt)
    return finish(outcomes, voice, as_json=as_json, form="" if archive else form)


def _wanted(urls: list[str], input_file: str) -> tuple[Iterable[str], int | None]:
    """The URLs of the call and how many they are, None while standard input is still open."""
    from newscrawl.seeds import read_urls  # noqa: PLC0415 (asyncio, which commands that fetch nothing do not need)

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
        raise BadUsage(f"cannot read the list {input_file}: {error}") from error
    return [*urls, *listed], len(urls) + len(listed)


def export_settings(
    archive: Path | None, form: str, flavour: str, body: str, *, captures: bool = True
) -> dict[str, Any]:
    """Scrapy's settings for what the export stage does; no archive: standard output."""
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
    voice: Voice,
    settings: dict[str, Any],
    on_page: Callable[[bytes, str], None] | None = None,
    doubt: Doubt | None = None,
) -> None:
    """Runs the site's spider over URLs; every failure is said as it happens."""
    from newscrawl.crawl import run_spider  # noqa: PLC0415 (imports Scrapy)

    with voice.progress("fetching", total) as steps:
        log = {"LOG_ENABLED": voice.verbose, "LOG_LEVEL": "INFO"}
        arguments = {"urls": urls, "site": site, "report": voice.failure, "advance": steps.advance}
        arguments |= {"on_page": on_page, "doubt": doubt}
        run_spider(data.spider, outcomes, settings | log, arguments)
