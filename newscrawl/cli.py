"""The command line: results on standard output, everything else on standard error."""

import csv
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from newscrawl import __version__
from newscrawl.archive import Archive, ArchiveError
from newscrawl.exporters import RecordExporter, exporter, post_of
from newscrawl.general import NotInstalled, general
from newscrawl.items import Article
from newscrawl.outcomes import DONE, FAULT, INTERRUPTED, NOTHING, USAGE, Outcomes, advice
from newscrawl.page import Doubt, Refused, extract
from newscrawl.site import Site, SiteError, load_site
from newscrawl.urls import is_web_url

app = typer.Typer(
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Fetch Sina Finance (新浪财经) articles and keep them as posts for Hexo and other site generators.",
    epilog="Exit codes: 0 all done, 1 a fault of newscrawl, 2 bad usage, 3 partly done, 4 nothing could be done, "
    "130 interrupted.",
)

FLAGS = {
    "new_design": "the frame of headline, date or body is new",
    "strange_text": "a general extractor sees another text",
    "general_reading": "read by the general extractor",
}
LONG = 3  # so many inputs make a progress bar worth its line

ArchiveOption = Annotated[
    Path | None,
    typer.Option("-o", "--archive", metavar="DIR", help="Keep posts in this archive instead of printing them."),
]
SiteOption = Annotated[
    str, typer.Option("--site", metavar="FILE", help="A site file (YAML) instead of the built-in sina_finance.")
]
FormatOption = Annotated[
    Literal["post", "json", "jsonl"], typer.Option("--format", help="Front-matter posts, or records as JSON.")
]
FlavourOption = Annotated[
    Literal["hexo", "jekyll", "hugo", "eleventy", "pelican"],
    typer.Option("--flavour", help="The site generator that posts are for."),
]
BodyOption = Annotated[
    Literal["clean", "full"],
    typer.Option("--body", help="The article alone, or the page's whole container with its boilerplate."),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print the run's summary as one JSON object, as the last line.")
]
QuietOption = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but results.")]
VerboseOption = Annotated[bool, typer.Option("-v", "--verbose", help="Show the log, and tracebacks of faults.")]
CanaryOption = Annotated[
    bool, typer.Option("--canary", help="Flag pages where a general extractor sees another text (newscrawl[canary]).")
]
FallbackOption = Annotated[
    bool, typer.Option("--fallback", help="Read pages of no known design by the general extractor, and mark them so.")
]
ProgressOption = Annotated[bool, typer.Option("--no-progress", help="No progress bar, even on a terminal.")]


class BadUsage(Exception):
    """A call that cannot be carried out as it stands; nothing was started."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What is said beside the results, on standard error."""

    quiet: bool = False
    verbose: bool = False
    bars: bool = True

    def say(self, line: str) -> None:
        """One line, unless quiet."""
        if not self.quiet:
            typer.echo(line, err=True)

    def failure(self, what: str, reason: str, detail: str) -> None:
        """Why a URL or file gave nothing, in one line."""
        self.say(f"newscrawl: {what}: {reason}{f': {detail}' if detail else ''}")

    @contextmanager
    def progress(self, title: str, total: int | None) -> Iterator[Callable[[], None]]:
        """A progress bar for a long list, on a terminal only; gives the function that moves it on."""
        if self.quiet or not self.bars or not sys.stderr.isatty() or (total is not None and total < LONG):
            yield lambda: None
            return
        from rich.console import Console  # noqa: PLC0415 (0.1 s, for a bar that most calls do not show)
        from rich.progress import Progress  # noqa: PLC0415

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(title, total=total)
            yield lambda: bar.advance(task)


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
) -> None:
    if version:
        typer.echo(f"newscrawl {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(USAGE)


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
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Fetch the articles behind URLs and print each as a post, or keep them with -o.

    Polite by default: robots.txt is obeyed, one request at a time with a second between, only the site's own hosts.
    """
    voice = Voice(quiet, verbose, not no_progress)
    data = load_site(site)
    for url in urls or ():
        if not is_web_url(url):
            raise BadUsage(f"not an http(s) URL: {url}; give it whole, such as https://finance.sina.com.cn/…")
    wanted, total = _wanted(urls or [], input_file)
    doubt = _doubt(canary=canary, fallback=fallback)
    if archive:
        Archive(archive).close()  # a folder that cannot be used is known before anything is fetched
    outcomes = Outcomes("fetch")
    settings = _export_settings(archive, form, flavour, body)
    _fetch(data, site, wanted, total, outcomes, voice, settings, doubt=doubt)
    return _finish(outcomes, voice, as_json=as_json, form="" if archive else form)


def _doubt(*, canary: bool, fallback: bool) -> Doubt:
    """What to do about strange pages; says so when the library it takes is not there."""
    if canary or fallback:
        try:
            general()
        except NotInstalled as error:
            raise BadUsage(str(error)) from error
    return Doubt(canary, fallback)


def _wanted(urls: list[str], input_file: str) -> tuple[Iterable[str], int | None]:
    """The URLs of the call and how many they are, None while standard input is still open."""
    from newscrawl.spider import read_urls  # noqa: PLC0415 (imports Scrapy, which `extract` does without)

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


def _export_settings(archive: Path | None, form: str, flavour: str, body: str) -> dict[str, Any]:
    return {
        "NEWSCRAWL_ARCHIVE": str(archive or ""),
        "NEWSCRAWL_FORMAT": form,
        "NEWSCRAWL_FLAVOUR": flavour,
        "NEWSCRAWL_BODY": body,
    }


def _fetch(
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

    with voice.progress("fetching", total) as advance:

        def report(url: str, reason: str, detail: str) -> None:
            voice.failure(url, reason, detail)
            advance()

        log = {"LOG_ENABLED": voice.verbose, "LOG_LEVEL": "INFO"}
        arguments = {"urls": urls, "site": site, "report": report, "on_page": on_page, "doubt": doubt}
        run_spider(data.spider, outcomes, settings | log, arguments, advance)


@app.command(name="extract")
def extract_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Saved pages.")],
    url: Annotated[str, typer.Option("--url", help="Where the page stood (for one file).")] = "",
    urls: Annotated[
        Path | None,
        typer.Option("--urls", metavar="TSV", help="A table with the columns file and url, parted by tabs."),
    ] = None,
    archive: ArchiveOption = None,
    site: SiteOption = "sina_finance",
    form: FormatOption = "post",
    flavour: FlavourOption = "hexo",
    body: BodyOption = "clean",
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Read articles from saved pages, without any network.

    The address is --url, else from --urls, else of the comment `saved from url=…`, else the page's own canonical URL.
    """
    voice = Voice(quiet, verbose, not no_progress)
    data = load_site(site)
    if url and len(files) > 1:
        raise BadUsage("--url is for one file; give --urls TABLE for several")
    if url and not is_web_url(url):
        raise BadUsage(f"not an http(s) URL: {url}")
    table = _url_table(urls) if urls else {}
    doubt = _doubt(canary=canary, fallback=fallback)
    outcomes = Outcomes("extract")
    writer = exporter(sys.stdout.buffer, form, flavour, body)
    with ExitStack() as stack:
        store = stack.enter_context(Archive(archive)) if archive else None
        advance = stack.enter_context(voice.progress("reading", len(files)))
        for file in files:
            where = url or table.get(str(file)) or table.get(file.name, "")
            result = _read_file(file, where, data, doubt, verbose=verbose, dated=form == "post" or store is not None)
            _note(result, file, outcomes, voice)
            if store and isinstance(result, Article):
                outcome, flags = store.keep(result, post_of(result, flavour, body))
                outcomes.posts[outcome] += 1
                outcomes.flagged.update(flags)
            elif form == "jsonl" and not store and isinstance(writer, RecordExporter):
                writer.write(_line(file, where, result))
            elif isinstance(result, Article):
                writer.export_item(result)
            if not store and isinstance(result, Article):
                outcomes.flagged.update(result.raw.flags)
            advance()
    writer.finish_exporting()
    if not store:
        outcomes.posts["written"] = len(files) - outcomes.failed.total()
    return _finish(outcomes, voice, as_json=as_json, form="" if store else form)


def _read_file(file: Path, url: str, site: Site, doubt: Doubt, *, verbose: bool, dated: bool) -> Article | Refused:
    """The article of a saved page, or why there is none. `dated`: without a date it is no post."""
    from pipelines.complete import missing  # noqa: PLC0415

    try:
        article = extract(file.read_bytes(), url, site, doubt)
    except OSError as error:
        return Refused("unreadable", error.strerror or str(error))
    except Refused as refused:
        return refused
    except Exception as error:
        if verbose:
            raise
        return Refused("fault", f"{type(error).__name__}: {error}; run again with -v and report it")
    if reason := missing(article, dated=dated):
        return Refused(reason, advice(reason))
    return article


def shown(file: Path) -> str:
    """A file's name as text; bytes that are no UTF-8 are replaced."""
    return os.fsencode(file).decode("utf-8", "replace")


def _note(result: Article | Refused, file: Path, outcomes: Outcomes, voice: Voice) -> None:
    if isinstance(result, Refused):
        outcomes.failed[result.reason] += 1
        voice.failure(shown(file), result.reason, result.detail)
    elif result.raw.further:
        voice.say(
            f"newscrawl: {shown(file)}: holds one of {len(result.raw.further) + 1} pages; `newscrawl fetch` joins them"
        )


def _line(file: Path, url: str, result: Article | Refused) -> dict[str, Any]:
    """One line of `extract --format jsonl`."""
    if isinstance(result, Refused):
        return {"file": shown(file), "url": url, "ok": False, "reason": result.reason, "detail": result.detail}
    return {"file": shown(file), "url": result.url, "ok": True, "article": result.record()}


def _url_table(path: Path) -> dict[str, str]:
    """The addresses of saved pages, by file name."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return {row["file"]: row["url"] if is_web_url(row["url"] or "") else "" for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadUsage(f"cannot read the table {path}: {error}") from error
    except KeyError as error:
        raise BadUsage(f"the table {path} has no column {error}; it needs file and url, parted by tabs") from error


@app.command()
def explain(
    page: Annotated[str, typer.Argument(metavar="URL|FILE", help="An article's address, or a saved page.")],
    url: Annotated[str, typer.Option("--url", help="Where a saved page stood.")] = "",
    field: Annotated[str, typer.Option("--field", metavar="NAME", help="This field only.")] = "",
    site: SiteOption = "sina_finance",
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    verbose: VerboseOption = False,
) -> int:
    """Show where each field came from: the place in the page, the raw text, the rivals and why they lost."""
    from newscrawl.explain import explain as evidence_of  # noqa: PLC0415
    from newscrawl.explain import lines_of  # noqa: PLC0415

    voice, data, outcomes = Voice(verbose=verbose, bars=False), load_site(site), Outcomes("explain")
    held: list[tuple[bytes, str]] = []
    if is_web_url(page):

        def hold(html: bytes, where: str) -> None:
            held.append((html, where))

        _fetch(data, site, [page], 1, outcomes, voice, _export_settings(None, "post", "hexo", "clean"), hold)
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
        voice.failure(page, refused.reason, refused.detail)
        return NOTHING
    if field and field not in told:
        raise BadUsage(f"no field named {field}; known: {', '.join(told)}")
    chosen = {name: evidence for name, evidence in told.items() if name == (field or name)}
    if as_json:
        typer.echo(json.dumps({name: evidence.plain() for name, evidence in chosen.items()}, ensure_ascii=False))
    else:
        typer.echo("\n".join(line for name, evidence in chosen.items() for line in lines_of(name, evidence)))
    return DONE


@app.command()
def status(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> int:
    """Show what an archive holds: articles, designs, days, and the pages that somebody should look at."""
    from newscrawl.ledger import FILE, Ledger  # noqa: PLC0415 (SQLAlchemy takes 0.2 s)

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
def channels(site: SiteOption = "sina_finance", as_json: JsonOption = False) -> int:
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


@app.command()
def demo(
    archive: Annotated[Path, typer.Option("-o", "--archive", metavar="DIR", help="Keep the demo's posts here.")] = Path(
        "newscrawl-demo"
    ),
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Run the whole pipeline on a small embedded site, served on this machine: no network needed.

    Some of its pages are traps and some addresses lead nowhere; it ends with 0 when each came out as it must.
    """
    from newscrawl import demo as site  # noqa: PLC0415

    voice = Voice(quiet, verbose, not no_progress)
    Archive(archive).close()
    outcomes = Outcomes("demo")
    with site.serve() as running, site.site_file(running) as file:
        voice.say(
            f"Serving {len(running.urls)} pages like Sina's on {running.base}, fetching them as `newscrawl fetch` does."
        )
        settings = _export_settings(archive, "post", "hexo", "clean")
        _fetch(load_site(str(file)), str(file), running.urls, len(running.urls), outcomes, voice, settings)
    posts = sorted((archive / "posts").rglob("*.md"))
    if not quiet and posts:
        typer.echo("\n".join(map(str, posts)) + f"\n\nThe last of them:\n{posts[-1].read_text(encoding='utf-8')}")
    wrong = site.differing(archive)
    outcomes.code = FAULT if wrong or outcomes.failed != site.FAILURES else DONE
    code = _finish(outcomes, voice, as_json=as_json, form="")
    if code:
        voice.say(f"newscrawl demo: not as it must be: posts {', '.join(wrong) or 'right'}; failures above")
    else:
        voice.say("newscrawl demo: every page came out as it must, the traps included")
    return code


def _finish(outcomes: Outcomes, voice: Voice, *, as_json: bool, form: str) -> int:
    """The run's last words: one line for a person, or the summary as the last line of standard output."""
    sys.stdout.flush()
    if as_json:
        if form == "post" and outcomes.posts.total():
            typer.echo("")  # a post ends without a line feed, as the sample does
        typer.echo(json.dumps(outcomes.summary(), ensure_ascii=False))
    elif form != "post" or outcomes.total > 1:
        voice.say(f"newscrawl {outcomes.command}: {outcomes.sentence()}")
    return outcomes.exit


def main(arguments: list[str] | None = None) -> int:
    """Runs a command line and gives its exit code; every error a user can cause ends in one line."""
    try:
        return int(app(args=arguments, prog_name="newscrawl", standalone_mode=False) or DONE)
    except typer.TyperException as error:
        return _complain(f"{error.format_message()} (newscrawl --help shows how)", USAGE)
    except (BadUsage, SiteError, ArchiveError) as error:
        return _complain(str(error), USAGE)
    except (KeyboardInterrupt, typer.Abort):
        return _complain("interrupted", INTERRUPTED)
    except (BrokenPipeError, SystemExit):  # the reader went away, as `| head` does; Typer makes an exit of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if "-v" in (arguments or sys.argv) or "--verbose" in (arguments or sys.argv):
            raise
        return _complain(
            f"a fault: {type(error).__name__}: {error}; run again with -v and report what it prints", FAULT
        )


def _complain(message: str, code: int) -> int:
    typer.echo(f"newscrawl: {' '.join(message.split())}", err=True)
    return code


def run() -> None:
    """The console script."""
    sys.exit(main())
