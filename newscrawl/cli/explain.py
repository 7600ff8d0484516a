"""`newscrawl explain`: where each field of an article came from."""

import json
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import DataOption, SiteOption, VerboseOption, app
from newscrawl.cli.console import Console
from newscrawl.cli.spider import export_settings, run_fetch
from newscrawl.errors import BadUsage, Refused
from newscrawl.exit_codes import DONE, NOTHING
from newscrawl.extraction.explain import evidence_lines
from newscrawl.extraction.explain import explain as evidence_of
from newscrawl.outcomes.summary import Outcomes
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import is_web_url


@app.command()
def explain(
    page: Annotated[str, typer.Argument(metavar="URL|FILE", help="An article's address, or a saved page.")],
    url: Annotated[str, typer.Option("--url", help="Where a saved page stood.")] = "",
    field: Annotated[str, typer.Option("--field", metavar="NAME", help="This field only.")] = "",
    site: SiteOption = "sina_finance",
    as_json: DataOption = False,
    verbose: VerboseOption = False,
) -> int:
    """Show where each field came from: the place in the page, the raw text, the rivals and why they lost."""
    console, data, outcomes = Console(verbose=verbose, bars=False), load_site(site), Outcomes("explain")
    held: list[tuple[bytes, str]] = []
    if is_web_url(page):

        def hold(html: bytes, where: str) -> None:
            held.append((html, where))

        run_fetch(data, site, [page], 1, outcomes, console, export_settings(None, "post", "hexo", "clean"), hold)
        if not held:
            return outcomes.exit
    else:
        try:
            held.append((Path(page).read_bytes(), url))
        except OSError as error:
            raise BadUsage(f"cannot read {page}: {error.strerror}; give a URL or a saved page") from error
    try:
        _, told = evidence_of(*held[0], data)
    except Refused as refused:
        console.failure(page, refused.reason, refused.detail)
        return NOTHING
    if field and field not in told:
        raise BadUsage(f"no field named {field}; known: {', '.join(told)}")
    chosen = {name: evidence for name, evidence in told.items() if name == (field or name)}
    if as_json:
        typer.echo(json.dumps({name: evidence.plain() for name, evidence in chosen.items()}, ensure_ascii=False))
    else:
        typer.echo("\n".join(line for name, evidence in chosen.items() for line in evidence_lines(name, evidence)))
    return DONE
