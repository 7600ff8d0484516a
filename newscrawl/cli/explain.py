"""`newscrawl explain`: shows where each field of an article came from."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.answers.model import Answer, saved_page
from newscrawl.cli.app import (
    MAX_SIZE,
    DataOption,
    MaxSizeOption,
    TermSiteOption,
    VerboseOption,
    app,
    needs_ledger,
    on_archive,
    terms_for,
)
from newscrawl.cli.console import Console, print_json, print_lines
from newscrawl.cli.saved import check_pipe, read_saved_page, say_cut_off, why_unreadable
from newscrawl.cli.spider import export_settings, run_fetch
from newscrawl.cli.verify import archive_errors
from newscrawl.crawl.options import RunOptions
from newscrawl.deadline import in_time
from newscrawl.errors import BadUsage, Refused
from newscrawl.exit_codes import DONE, NOTHING
from newscrawl.extraction.explain import evidence_lines
from newscrawl.extraction.explain import explain as evidence_of
from newscrawl.outcomes.summary import Outcomes
from newscrawl.sites.urls import is_web_url


def lists_in(archive: Path, key: str) -> tuple[str, ...]:
    """The lists that have named an article, as far as an archive knows."""
    from newscrawl.archive.upgrade import ledger_to_read  # imports SQLAlchemy, 0.2 s
    from newscrawl.ledger.queue import lists_of

    with archive_errors(archive), ledger_to_read(archive) as ledger, ledger.reading() as connection:
        return lists_of(connection, [key]).get(key, ())


@app.command()
@on_archive
def explain(
    page: Annotated[
        str, typer.Argument(metavar="URL|FILE", help="The URL of an article, or a saved page; - for standard input.")
    ],
    url: Annotated[str, typer.Option("--url", help="The URL of the saved page.")] = "",
    field: Annotated[str, typer.Option("--field", metavar="NAME", help="Show only this field.")] = "",
    archive: Annotated[
        Path | None,
        typer.Option("-o", "--archive", metavar="DIR", help="Take the site of this archive, and count its lists."),
    ] = None,
    site: TermSiteOption = "",
    max_size: MaxSizeOption = MAX_SIZE,
    as_json: DataOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Show where each field came from: the place in the page, the raw text, other candidates and why they lost."""
    console, outcomes = Console(verbose=verbose, bars=False), Outcomes("explain")
    if archive:
        needs_ledger(archive)
    terms, data = terms_for(archive, site)
    pages: list[tuple[Answer, str]] = []
    if is_web_url(page):
        options = RunOptions(urls=[page], outcomes=outcomes, pages=pages)
        run_fetch(data, terms.site, 1, console, export_settings(None, "post", "hexo", "clean"), options)
        if not pages:
            return outcomes.exit
    try:
        if not pages:
            check_pipe([page])
            saved = in_time(partial(read_saved_page, page, max_size), data.page_seconds)
            pages.append((saved_page(saved.page, saved.charset, saved.truncated), url or saved.url))
        article, fields = evidence_of(*pages[0], data, max_size << 20)
        if archive and (lists := lists_in(archive, article.raw.address.key)):
            answer, where = pages[0]
            article, fields = evidence_of(replace(answer, lists=lists), where, data, max_size << 20)
    except OSError as error:
        raise BadUsage(f"{page} is neither a URL nor a file that can be read: {why_unreadable(error)}") from error
    except Refused as refused:
        console.failure(page, refused.reason, refused.detail)
        return NOTHING
    if field and field not in fields:
        raise BadUsage(f"no field named {field}; known: {', '.join(fields)}")
    say_cut_off(article, page, console)
    chosen = {name: evidence for name, evidence in fields.items() if name == (field or name)}
    if as_json:
        print_json({name: evidence.plain() for name, evidence in chosen.items()})
    else:
        print_lines(*(line for name, evidence in chosen.items() for line in evidence_lines(name, evidence)))
    return DONE
