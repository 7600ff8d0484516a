"""The Typer application, and what its commands share: options, checks of their arguments, the summary of a run."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any, Literal, ParamSpec

import typer

from newscrawl.answers.decode import LARGEST, LARGEST_PAGE
from newscrawl.archive.paths import LEDGER, has_ledger, has_lost_ledger, has_manifests
from newscrawl.archive.terms import BODY, FLAVOUR, SITE, Terms, chosen, is_file
from newscrawl.atomic import link_on
from newscrawl.cli.console import Console, print_json, print_lines
from newscrawl.cli.streams import OutputError
from newscrawl.errors import ArchiveError, BadUsage, NewscrawlError
from newscrawl.exit_codes import USAGE
from newscrawl.extraction.fallback import general_extractor
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.ledger.damage import lost_ledger
from newscrawl.outcomes.summary import Outcomes
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.model import Site
from newscrawl.version import __version__

app = typer.Typer(
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Fetch Sina Finance (新浪财经) articles and keep them as posts for Hexo and other site generators.",
    epilog="Exit codes: 0 all done, 1 a fault of newscrawl, 2 bad usage, 3 partly done, 4 nothing could be done, "
    "5 something is missing, 6 the archive is damaged, 7 another run holds the archive, 130 interrupted.",
)

P = ParamSpec("P")
TOLD = (NewscrawlError, OutputError, BrokenPipeError, typer.Exit, typer.Abort)  # these say already what happened

ArchiveOption = Annotated[
    Path | None,
    typer.Option("-o", "--archive", metavar="DIR", help="Store posts in this archive instead of printing them."),
]
A_SITE = f"A built-in site ({', '.join(site_names())}) or a site file (YAML)"
SiteOption = Annotated[str, typer.Option("--site", metavar="NAME|FILE", help=f"{A_SITE}.")]
# The options whose defaults an archive remembers (`terms_for`).
TermSiteOption = Annotated[
    str, typer.Option("--site", metavar="NAME|FILE", help=f"{A_SITE}; default: the archive's, else {SITE}.")
]
FormatOption = Annotated[
    Literal["post", "json", "jsonl"], typer.Option("--format", help="Posts with front matter, or records as JSON.")
]
FlavourOption = Annotated[
    Literal["hexo", "jekyll", "hugo", "eleventy", "pelican"] | None,
    typer.Option(
        "--flavour", help=f"The site generator that the posts are for; default: the archive's, else {FLAVOUR}."
    ),
]
BodyOption = Annotated[
    Literal["clean", "full"] | None,
    typer.Option(
        "--body",
        help=f"The article only, or the whole container with its boilerplate; default: the archive's, else {BODY}.",
    ),
]
NoCapturesOption = Annotated[
    bool, typer.Option("--no-captures", help="Do not store the server's responses (warc/) beside the posts.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the summary of the run as a JSON object in the last line.")
]
DataOption = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="Print nothing but results.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Show the log, and tracebacks of errors.")]
AcceptClockOption = Annotated[
    bool, typer.Option("--accept-clock", help="Take this machine's clock as it is, whatever servers tell of the time.")
]
CanaryOption = Annotated[
    bool,
    typer.Option(
        "--canary", help="Flag pages whose text looks wrong to who does not know the design (newscrawl[canary])."
    ),
]
FallbackOption = Annotated[
    bool, typer.Option("--fallback", help="Read pages of unknown layout with the general extractor, and flag them.")
]
MaxSizeOption = Annotated[
    int,
    typer.Option(
        "--max-size", metavar="MB", min=1, max=LARGEST >> 20, help="Refuse a saved page of more than so many megabytes."
    ),
]
MAX_SIZE = LARGEST_PAGE >> 20  # its default
ProgressOption = Annotated[bool, typer.Option("--no-progress", help="Show no progress bar, not even on a terminal.")]


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print_lines(f"newscrawl {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(USAGE)


def on_archive(command: Callable[P, int]) -> Callable[P, int]:
    """Makes a command on an archive hold what it fails by, and nobody foresaw, against the ledger: damage is no bug.

    It raises ArchiveDamaged then, or ArchiveError for what the disk has refused. The folder is the command's
    argument or option `archive`.
    """

    @wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> int:
        try:
            return command(*arguments, **options)
        except TOLD:
            raise
        except Exception as error:
            archive: Any = options.get("archive")
            if archive and (told := explained(archive, error)):
                raise told from error
            raise

    return run


def explained(archive: Path, error: Exception) -> ArchiveError | None:
    """What an exception says of the ledger of an archive, or is explained by; None for a bug."""
    from newscrawl.ledger import examine  # imports SQLAlchemy, 0.2 s

    return examine.explained(archive, error)


def fallback_policy(*, canary: bool, fallback: bool) -> FallbackPolicy:
    """The policy for strange pages. Raises NotInstalled if the general extractor is not installed."""
    if canary or fallback:
        general_extractor()
    return FallbackPolicy(canary, fallback)


def terms_for(
    archive: Path | None, site: str, flavour: str | None = None, body: str | None = None
) -> tuple[Terms, Site]:
    """What a call works with, and its site: what its options say, else what its archive remembers, else the defaults.

    Raises SiteError, and ArchiveError for a ledger that cannot be read.
    """
    asked = Terms(site, "", flavour or "", body or "")
    if archive:
        from newscrawl.archive.remembered import agreed  # imports SQLAlchemy, 0.2 s

        return agreed(archive, asked)
    terms = chosen(asked, Terms(), is_file)
    return terms, load_site(terms.site)


def needs_ledger(archive: Path) -> None:
    """Raises ArchiveDamaged if an archive has lost its ledger, BadUsage if a folder is no archive."""
    if has_lost_ledger(archive):
        raise lost_ledger(archive)
    if not has_ledger(archive):
        raise BadUsage(f"{archive} is no archive: it has no {LEDGER}; newscrawl fetch -o {archive} makes one")
    refuse_unmade(archive)


def refuse_unmade(archive: Path) -> None:
    """Raises BadUsage if a folder has a ledger without tables, and nothing that a run has kept."""
    from newscrawl.ledger.database import is_unmade  # imports SQLAlchemy, 0.2 s

    if (archive / LEDGER).is_file() and is_unmade(archive) and not has_manifests(archive):
        raise BadUsage(f"{archive} is no archive yet: the run that was to make it was stopped; run it again")


def refuse_linked(archive: Path, output: str | Path, option: str = "-o") -> None:
    """Raises BadUsage for an output that a symbolic link in the archive leads out of it; other links are followed."""
    path = Path(os.path.abspath(output))  # noqa: PTH100 (which follows no link)
    for root in (archive.absolute(), archive.resolve()):
        if root in path.parents and (link := link_on(root, path.relative_to(root))):
            raise BadUsage(f"{root / link} is a symbolic link in the archive; give another file with {option}")


def finish(outcomes: Outcomes, console: Console, *, as_json: bool, form: str) -> int:
    """Ends a run: one line for a person, or the summary as the last line of standard output. Returns the exit code."""
    sys.stdout.flush()
    if outcomes.interrupted:
        console.say(f"newscrawl: interrupted: {outcomes.remainder()}; run it again", "interrupted")
    if outcomes.stopped:
        banned = outcomes.refused and not outcomes.failed["unwritten"]
        advice = "wait an hour or more, and raise politeness.delay in a --site file" if banned else ""
        console.say(f"newscrawl: stopped: {outcomes.stopped}{advice and f'; {advice}'}", "stopped")
    if as_json:
        if form == "post" and outcomes.posts.total():
            print_lines("")  # a post ends without a line feed, as the sample does
        print_json(outcomes.summary())
    elif form != "post" or outcomes.total > 1:
        console.say(f"newscrawl {outcomes.command}: {outcomes.sentence()}")
    return outcomes.exit
