"""`newscrawl replay`: reads articles again from captures."""

from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import (
    BodyOption,
    CanaryOption,
    FallbackOption,
    FlavourOption,
    JsonOption,
    ProgressOption,
    QuietOption,
    TermSiteOption,
    VerboseOption,
    app,
    fallback_policy,
    on_archive,
    terms_for,
)
from newscrawl.cli.console import Console
from newscrawl.extraction.article import missing


@app.command()
@on_archive
def replay(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="WARC|DIR...", help="WARC files with captures (.warc.gz, .warc); of an archive all."),
    ],
    archive: Annotated[
        Path, typer.Option("-o", "--archive", metavar="DIR", help="The archive to store articles in; it may exist.")
    ],
    diff: Annotated[
        bool,
        typer.Option(
            "--diff", help="Write nothing; show how today's rules read the articles of the archive differently."
        ),
    ] = False,
    examples: Annotated[
        int, typer.Option("--examples", metavar="N", min=0, help="With --diff: show N of each kind.")
    ] = 3,
    workers: Annotated[
        int | None,
        typer.Option("--workers", metavar="N", min=1, help="Number of processes; default: one for each core."),
    ] = None,
    site: TermSiteOption = "",
    flavour: FlavourOption = None,
    body: BodyOption = None,
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Read all articles again from captured pages (WARC), with today's rules and without any network.

    The archive becomes what a crawl of these pages in their order would have made, for any number of workers. An
    article that it holds already is read again from the capture that it was read from, and from later ones. An archive
    (DIR) stands for all its captures, also those that were moved to a folder.
    """
    from newscrawl.cli.replay_run import (
        away_line,
        files_to_read,
        other_site,
        run,
    )  # imports SQLAlchemy and warcio, 0.3 s
    from newscrawl.replay.pool import cores
    from newscrawl.replay.read import Reader

    console = Console(quiet=quiet, verbose=verbose, bars=not no_progress)
    terms, data = terms_for(archive, site, flavour, body)
    policy = fallback_policy(canary=canary, fallback=fallback)
    reader = Reader(data, policy, missing, terms.flavour, terms.body, None, verbose)
    paths, away = files_to_read(files)
    if away:
        console.say(f"newscrawl replay: {away_line(away)}")
    if diff and site and (line := other_site(archive, terms)):
        console.say(f"newscrawl replay: {line}")
    shown = examples if diff else None
    return run(paths, away, archive, reader, terms, workers or cores(), console, shown, as_json=as_json)
