"""`newscrawl status` and `channels`: what an archive holds, and what a site has."""

import json
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import BadUsage, DataOption, SiteOption, app
from newscrawl.outcomes import DONE
from newscrawl.site import load_site

FLAGS = {
    "new_design": "the frame of headline, date or body is new",
    "strange_text": "a general extractor sees another text",
    "general_reading": "read by the general extractor",
}


@app.command()
def status(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    as_json: DataOption = False,
) -> int:
    """Show what an archive holds: articles, designs, days, and the pages that somebody should look at."""
    from newscrawl.ledger import Ledger  # noqa: PLC0415 (SQLAlchemy takes 0.2 s)
    from newscrawl.schema import FILE  # noqa: PLC0415

    if not (archive / FILE).is_file():
        raise BadUsage(f"{archive} is no archive: it has no {FILE}; newscrawl fetch -o {archive} makes one")
    with Ledger(archive) as ledger:
        held = ledger.held()
    if as_json:
        flagged = [{"url": url, "flags": flags.split()} for url, flags in held.flagged]
        told = {"articles": held.articles, "first": held.first, "last": held.last, "layouts": held.layouts}
        typer.echo(json.dumps({**told, "flagged": flagged}, ensure_ascii=False))
        return DONE
    typer.echo(f"{held.articles} articles{f', {held.first} to {held.last}' if held.articles else ''}")
    for layout, count in held.layouts.items():
        typer.echo(f"  {layout:<12} {count}")
    for url, flags in held.flagged:
        typer.echo(f"look at {url}: {', '.join(FLAGS.get(flag, flag) for flag in flags.split())}")
    return DONE


@app.command()
def channels(site: SiteOption = "sina_finance", as_json: DataOption = False) -> int:
    """List the site's channels: name, label of their posts, ids in the roll API, folders of their articles."""
    data = load_site(site)
    if as_json:
        rows = [{name: getattr(entry, name) for name in entry.__struct_fields__} for entry in data.channels]
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return DONE
    width = max((len(entry.name) for entry in data.channels), default=0)
    for entry in data.channels:
        typer.echo(
            f"{entry.name:<{width}}  {entry.pageid:>3}/{entry.lid}  {entry.label}  {' '.join(entry.paths)}".rstrip()
        )
    return DONE
