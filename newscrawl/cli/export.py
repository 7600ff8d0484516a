"""`newscrawl export`: writes an archive's articles in formats that other programs read."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from newscrawl.cli.app import (
    FlavourOption,
    JsonOption,
    ProgressOption,
    QuietOption,
    TermSiteOption,
    VerboseOption,
    app,
    needs_ledger,
    on_archive,
    refuse_linked,
    terms_for,
)
from newscrawl.cli.console import Console, Progress, print_error, print_json
from newscrawl.errors import BadUsage, Unwritable
from newscrawl.exit_codes import DONE, NOTHING, PARTLY
from newscrawl.integrity.sentences import is_or_are, number_of
from newscrawl.ledger.model import ExportedArticle

NEWEST = 100  # articles of a feed without --limit
Form = Literal["jsonl", "csv", "parquet", "rss", "posts"]


@app.command()
@on_archive
def export(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    form: Annotated[
        Form | None,
        typer.Option("--format", help="The format; default: by the ending of the output's name, else jsonl."),
    ] = None,
    output: Annotated[
        str,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE|URL|-",
            help="A file (.jsonl .csv .parquet .xml; .gz compresses), a URL (s3://bucket/a.parquet; newscrawl[remote]) "
            "or - for standard output. With --format posts a folder, or its URL.",
        ),
    ] = "-",
    since: Annotated[
        str,
        typer.Option("--since", metavar="WHEN", help="Published since this day (2026-03-01), or in the last 2d, 6h."),
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="WHEN", help="Published up to the end of this day.")] = "",
    channel: Annotated[
        list[str] | None,
        typer.Option("--channel", metavar="NAME", help="A channel, or a folder (stock/usstock/c). May be repeated."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", help="At most N articles, 0 for all; default: all, a feed the newest 100."
        ),
    ] = None,
    bom: Annotated[
        bool, typer.Option("--bom", help="Begin CSV with a byte order mark, by which Excel recognises UTF-8.")
    ] = False,
    safe: Annotated[
        bool,
        typer.Option("--safe", help="CSV for a spreadsheet: an apostrophe before each cell that would be a formula."),
    ] = False,
    site: TermSiteOption = "",
    flavour: FlavourOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Write an archive's articles as JSON Lines, CSV, Parquet, an RSS feed, or posts for another site generator.

    The oldest article comes first, in a feed the newest. The same articles give the same bytes. A crawl may run
    meanwhile.
    """
    from newscrawl.export.about import about
    from newscrawl.export.choice import articles_of
    from newscrawl.export.formats import export_articles, format_of  # imports SQLAlchemy
    from newscrawl.export.posts import write_posts
    from newscrawl.ledger.database import errors_of
    from newscrawl.ledger.ledger import Ledger

    began, started = datetime.now(UTC), time.monotonic()
    form = form or cast("Form", format_of(output))
    check_call(archive, form, output, limit, bom=bom, safe=safe, as_json=as_json)
    (terms, data), names = terms_for(archive, site, flavour), channel or []
    most = limit if limit is not None else NEWEST * (form == "rss")
    console = Console(quiet=quiet, verbose=verbose, bars=not no_progress and output != "-")
    counts: Counter[str] = Counter()
    code = DONE
    try:
        with (
            errors_of(archive),
            Ledger(archive, read_only=True) as ledger,
            ledger.reading() as connection,
            console.progress("exporting", None) as progress,
        ):
            found = articles_of(connection, data, names, since, until, began, newest_first=form == "rss")
            articles = counting(islice(found, most or None), progress, counts)
            if form == "posts":
                write_posts(articles, output, terms.flavour, counts)
            else:
                of = about(data, names)
                counts["bytes"] = export_articles(articles, form, output, of, bom=bom, safe=safe, counts=counts)
    except Unwritable as error:
        print_error(str(error))
        code = PARTLY if counts["written"] else NOTHING
    if counts["long_cells"]:
        console.say(f"newscrawl: {too_long(counts['long_cells'])}")
    if as_json:
        names_of_counts = ("articles", "written", "unchanged") if form == "posts" else ("articles", "bytes")
        summary = {
            "command": "export",
            "started": began.isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - started, 3),
            "format": form,
            "output": output,
            **{name: counts[name] for name in names_of_counts},
            "exit": code,
        }
        print_json(summary)
    elif code == DONE:
        console.say(f"newscrawl export: {summary_line(form, output, counts)}")
    return code


def check_call(
    archive: Path, form: Form, output: str, limit: int | None, *, bom: bool, safe: bool, as_json: bool
) -> None:
    """Raises BadUsage for options that exclude each other."""
    from newscrawl.export.formats import is_packed
    from newscrawl.export.targets import STDOUT

    printed = output == STDOUT
    wrong = (
        (limit is not None and limit < 0, "--limit must not be negative"),
        (bom and form != "csv", "--bom is for --format csv"),
        (safe and form != "csv", "--safe is for --format csv"),
        (form == "posts" and printed, "posts are files: give a folder with -o"),
        (form == "parquet" and is_packed(output), "Parquet is compressed already; give a name without .gz"),
        (
            form == "parquet" and printed and sys.stdout.isatty(),
            "Parquet is binary and not for a terminal; give a file with -o, or a pipe",
        ),
        (
            as_json and printed and form != "jsonl",
            f"--json would mix with the {form} on standard output; give a file with -o",
        ),
    )
    needs_ledger(archive)
    for is_wrong, why in wrong:
        if is_wrong:
            raise BadUsage(why)
    refuse_linked(archive, output)


def counting(
    articles: Iterator[ExportedArticle], progress: Progress, counts: Counter[str]
) -> Iterator[ExportedArticle]:
    """Yields the articles unchanged, counts them and advances the progress."""
    for article in articles:
        yield article
        counts["articles"] += 1
        progress.advance()


def too_long(cells: int) -> str:
    """The line about cells that are longer than Excel takes.

    >>> too_long(1)
    '1 cell is longer than 32,767 characters, which Excel does not take whole; other programs do'
    """
    longer = f"{number_of(cells, 'cell')} {is_or_are(cells)} longer than 32,767 characters"
    return f"{longer}, which Excel does not take whole; other programs do"


def summary_line(form: Form, output: str, counts: Counter[str]) -> str:
    """What was written and where, for a person.

    >>> summary_line("csv", "a.csv", Counter(articles=2, bytes=1_500_000))
    '2 articles to a.csv, 1.5 MB'
    >>> summary_line("posts", "site", Counter(articles=2, written=2))
    '2 posts in site: 2 written, 0 unchanged'
    """
    if form == "posts":
        return f"{counts['articles']} posts in {output}: {counts['written']} written, {counts['unchanged']} unchanged"
    where = "standard output" if output == "-" else output
    return f"{counts['articles']} articles to {where}, {counts['bytes'] / 1e6:.1f} MB"
