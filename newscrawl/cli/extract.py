"""`newscrawl extract`: reads articles from saved pages."""

import csv
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from newscrawl.cli.app import (
    MAX_SIZE,
    ArchiveOption,
    BodyOption,
    CanaryOption,
    FallbackOption,
    FlavourOption,
    FormatOption,
    JsonOption,
    MaxSizeOption,
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
from newscrawl.cli.saved import check_pipe, read_saved_page, say_cut_off, why_unreadable
from newscrawl.controls import visible
from newscrawl.deadline import in_time
from newscrawl.errors import BadUsage, Refused
from newscrawl.extraction.article import Article, missing
from newscrawl.extraction.page import FallbackPolicy, extract
from newscrawl.outcomes.reasons import advice
from newscrawl.outcomes.summary import Outcomes
from newscrawl.posts.exporters import RecordExporter, exporter
from newscrawl.sites.model import Site
from newscrawl.sites.urls import is_web_url


@app.command(name="extract")
@on_archive
def extract_(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Saved pages; - for standard input.")],
    url: Annotated[str, typer.Option("--url", help="The URL of the page (for one file).")] = "",
    urls: Annotated[
        Path | None,
        typer.Option("--urls", metavar="TSV", help="A table with the columns file and url, separated by tabs."),
    ] = None,
    archive: ArchiveOption = None,
    site: TermSiteOption = "",
    form: FormatOption = "post",
    flavour: FlavourOption = None,
    body: BodyOption = None,
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    max_size: MaxSizeOption = MAX_SIZE,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Read articles from saved pages, without any network.

    A file may be packed (gzip), hold HTTP headers before its page, or be MHTML or a web archive of Safari; - is a page
    that is piped in. The URL of a page is --url, else that in --urls, else the one that a browser wrote into the page
    or the file when it saved it, else the page's own canonical URL.
    """
    console = Console(quiet=quiet, verbose=verbose, bars=not no_progress)
    terms, data = terms_for(archive, site, flavour, body)
    if url and len(files) > 1:
        raise BadUsage("--url is for one file; give --urls TABLE for several")
    if url and not is_web_url(url):
        raise BadUsage(f"not an http(s) URL: {url}")
    check_pipe(files)
    table = _url_table(urls) if urls else {}
    policy = fallback_policy(canary=canary, fallback=fallback)
    outcomes = Outcomes("extract")
    writer = exporter(sys.stdout.buffer, form, terms.flavour, terms.body)
    with ExitStack() as stack:
        store = None
        if archive:
            from newscrawl.archive.archive import Archive  # imports SQLAlchemy, 0.2 s

            store = stack.enter_context(Archive(archive, zone=data.zone, terms=terms))
        progress = stack.enter_context(console.progress("reading", len(files)))
        for file in files:
            path = Path(file)
            location = url or table.get(str(path)) or table.get(path.name, "")
            dated = form == "post" or store is not None
            result = _read_file(file, location, data, policy, max_size, verbose=verbose, dated=dated)
            if store and isinstance(result, Article):
                result = kept(
                    result, lambda article: store.keep(article, datetime.now(UTC), terms.flavour, terms.body), outcomes
                )
            _note(result, file, outcomes, console)
            if form == "jsonl" and not store and isinstance(writer, RecordExporter):
                writer.write(_line(file, location, result))
            elif not store and isinstance(result, Article):
                writer.export_item(result)
            if not store and isinstance(result, Article):
                outcomes.flagged.update(result.raw.flags)
            progress.advance()
    writer.finish_exporting()
    if not store:
        outcomes.posts["written"] = len(files) - outcomes.failed.total()
    return finish(outcomes, console, as_json=as_json, form="" if store else form)


def _read_file(
    file: str, url: str, site: Site, policy: FallbackPolicy, max_size: int, *, verbose: bool, dated: bool
) -> Article | Refused:
    """Reads a saved page: its article, or why there is none. `dated`: an article without a date is refused."""

    def read() -> Article:
        saved = read_saved_page(file, max_size)
        known = {"charset": saved.charset, "truncated": saved.truncated}
        return extract(saved.page, url or saved.url, site, policy, **known, max_size=max_size << 20)

    try:
        article = in_time(read, site.page_seconds)  # the page is taken out of its file within the same time
    except OSError as error:
        return Refused("unreadable", why_unreadable(error))
    except Refused as refused:
        return refused
    except Exception as error:
        if verbose:
            raise
        return Refused("fault", f"{type(error).__name__}: {error}; run again with -v and report it")
    if reason := missing(article, dated=dated):
        return Refused(reason, advice(reason))
    return article


def kept(article: Article, keep: Callable[[Article], tuple[str, list[str]]], outcomes: Outcomes) -> Article | Refused:
    """Stores an article by `keep` and counts the outcome of its post. Returns it, or why it was not stored."""
    try:
        outcome, flags = keep(article)
    except Refused as refused:
        return refused
    outcomes.posts[outcome] += 1
    outcomes.flagged.update(flags)
    return article


def shown(file: str) -> str:
    """The name of a file as text; bytes that are not UTF-8 are replaced, and controls shown as escapes."""
    return visible(os.fsencode(file).decode("utf-8", "replace"))


def _note(result: Article | Refused, file: str, outcomes: Outcomes, console: Console) -> None:
    if isinstance(result, Refused):
        outcomes.failed[result.reason] += 1
        console.failure(shown(file), result.reason, result.detail)
        return
    say_cut_off(result, shown(file), console)
    if result.raw.further:
        console.say(
            f"newscrawl: {shown(file)}: has one of {len(result.raw.further) + 1} pages; `newscrawl fetch` joins them"
        )


def _line(file: str, url: str, result: Article | Refused) -> dict[str, Any]:
    """The data of one line of `extract --format jsonl`."""
    if isinstance(result, Refused):
        why = {"reason": result.reason, "detail": visible(result.detail)}
        return {"file": shown(file), "url": visible(url), "ok": False, **why}
    flags = {"flags": [*result.raw.flags]} if result.raw.flags else {}
    return {"file": shown(file), "url": result.url, "ok": True, "article": result.record(), **flags}


def _url_table(path: Path) -> dict[str, str]:
    """The URLs of saved pages by file name, from a table. Raises BadUsage if it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return {row["file"]: row["url"] if is_web_url(row["url"] or "") else "" for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadUsage(f"cannot read the table {path}: {error}") from error
    except KeyError as error:
        raise BadUsage(f"the table {path} has no column {error}; it needs file and url, separated by tabs") from error
