"""`newscrawl replay`: articles read again from the pages that were captured."""

import json
import os
import sqlite3
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newscrawl.archive import Archive, ArchiveError
from newscrawl.cli.app import (
    BadUsage,
    BodyOption,
    CanaryOption,
    FallbackOption,
    FlavourOption,
    JsonOption,
    ProgressOption,
    QuietOption,
    SiteOption,
    VerboseOption,
    app,
    doubt_about,
)
from newscrawl.cli.voice import Voice
from newscrawl.outcomes import DONE, FAULT, PARTLY, Outcomes
from newscrawl.site import Site, load_site
from pipelines.complete import missing

if TYPE_CHECKING:  # they import SQLAlchemy, warcio and lxml
    from newscrawl.ledger import Ledger
    from newscrawl.replay import Tally
    from newscrawl.replay_diff import Differences
    from newscrawl.replay_index import Index
    from newscrawl.replay_read import Reader
    from newscrawl.workers import Workers

OPEN = ".open"  # the ending of a file that a run is writing to
MEGABYTE = 2**20


@app.command()
def replay(
    files: Annotated[list[Path], typer.Argument(metavar="WARC...", help="Files of captures (.warc.gz).")],
    archive: Annotated[
        Path, typer.Option("-o", "--archive", metavar="DIR", help="The archive to keep articles in, new or not.")
    ],
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what today's rules change against the archive.")
    ] = False,
    examples: Annotated[
        int, typer.Option("--examples", metavar="N", min=0, help="With --diff: so many of each kind.")
    ] = 3,
    workers: Annotated[
        int | None, typer.Option("--workers", metavar="N", min=1, help="Processes that read; one for each core.")
    ] = None,
    site: SiteOption = "sina_finance",
    flavour: FlavourOption = "hexo",
    body: BodyOption = "clean",
    canary: CanaryOption = False,
    fallback: FallbackOption = False,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
    verbose: VerboseOption = False,
    no_progress: ProgressOption = False,
) -> int:
    """Read all articles again from captured pages (WARC), by today's rules and without any network.

    The archive becomes what a crawl would have made of these pages in their order, whatever the number of workers.
    An article that it holds already is read again from the page that it was read from, and later ones.
    """
    from sqlalchemy.exc import DatabaseError  # noqa: PLC0415

    from newscrawl.replay import Tally  # noqa: PLC0415 (it imports SQLAlchemy and warcio, 0.3 s)
    from newscrawl.replay_index import Index  # noqa: PLC0415
    from newscrawl.replay_read import Reader, begin  # noqa: PLC0415
    from newscrawl.workers import WorkerDied, Workers, cores  # noqa: PLC0415

    voice = Voice(quiet=quiet, verbose=verbose, bars=not no_progress)
    data = load_site(site)
    doubt = doubt_about(canary=canary, fallback=fallback)
    for file in files:
        check(file)
    tally = Tally(Outcomes("replay"))
    outcomes, found = tally.outcomes, None
    try:
        with closing(Index(files)) as index, ExitStack() as stack:
            store = None if diff else stack.enter_context(Archive(archive, durable=False))
            ledger = store.ledger if store else stack.enter_context(ledger_of(archive))
            index.compare_with(ledger, archive)
            reader = Reader(data, doubt, missing, flavour, body, store.unfinished if store else None, verbose)
            crew = stack.enter_context(Workers(workers or cores(), begin, reader))
            look_through(index, crew, tally, voice)
            if store:
                keep(index, crew, store, data, tally, voice)
            else:
                found = compare(index, reader, crew, ledger, tally, voice, examples)
    except KeyboardInterrupt:
        outcomes.interrupted = True
    except WorkerDied as error:
        outcomes.stopped, outcomes.code = str(error), FAULT
    except sqlite3.Error as error:
        why = f"the index of the captures cannot be kept: {error}; set TMPDIR to a folder with more room"
        outcomes.stopped, outcomes.code = why, FAULT
    except ArchiveError:
        raise
    except (DatabaseError, OSError) as error:
        why = (error.strerror or str(error)) if isinstance(error, OSError) else str(error.orig)
        outcomes.stopped, outcomes.code = f"the archive cannot be written: {why}", FAULT
    return last_words(tally, found, voice, as_json=as_json)


def check(file: Path) -> None:
    """Raises BadUsage for what can be no whole file of captures."""
    if not file.exists():
        raise BadUsage(f"no such file: {file}")
    if file.is_dir():
        raise BadUsage(f"{file} is a folder; give its files: {file}/*.warc.gz")
    if not os.access(file, os.R_OK):
        raise BadUsage(f"{file} cannot be read")
    if file.name.endswith(OPEN):
        raise BadUsage(f"a run is still writing to {file}; wait for its end (a killed run's is ended by the next one)")


def ledger_of(archive: Path) -> "Ledger":
    """The ledger of an archive, to be read."""
    from newscrawl.ledger import Ledger  # noqa: PLC0415 (it imports SQLAlchemy, 0.2 s)
    from newscrawl.schema import FILE  # noqa: PLC0415

    if not (archive / FILE).is_file():
        raise BadUsage(f"{archive} is no archive: it has no {FILE}; without --diff, replay makes one")
    return Ledger(archive, read_only=True)


def look_through(index: "Index", crew: "Workers", tally: "Tally", voice: Voice) -> None:
    """Finds the captures, and says what is damaged in a line a file."""
    from newscrawl.replay import take_in  # noqa: PLC0415

    size = sum(path.stat().st_size for path in index.paths) // MEGABYTE
    done = 0
    with voice.progress("looking through (MB)", size) as steps:

        def advance(count: int) -> None:
            nonlocal done
            done += count
            while steps.done < done // MEGABYTE:
                steps.advance()

        take_in(index, crew, tally, advance)
    for path, (places, first, why) in sorted(tally.damaged.items()):
        more = f", and in {places - 1} more places" if places > 1 else ""
        voice.failure(str(path), "damaged", f"at byte {first}{more}: {why}; what is whole is used")


def keep(index: "Index", crew: "Workers", store: Archive, site: Site, tally: "Tally", voice: Voice) -> None:
    """Keeps what the captures hold."""
    from newscrawl.replay import replay as run  # noqa: PLC0415

    counts = index.counts()
    tally.outcomes.repeated = counts.repeated
    tally.skipped.update(further=counts.further, older=counts.older)
    store.know(site)
    with voice.progress("replaying", counts.due) as steps:
        run(index, crew, store, tally, voice.failure, steps.advance)


def compare(
    index: "Index", reader: "Reader", crew: "Workers", ledger: "Ledger", tally: "Tally", voice: Voice, examples: int
) -> "Differences":
    """Compares what the captures hold with what the archive holds."""
    from newscrawl.replay_diff import differences  # noqa: PLC0415

    counts = index.counts()
    tally.skipped.update(further=counts.further, older=counts.older)
    with voice.progress("comparing", counts.articles) as steps:
        return differences(index, reader, crew, ledger, tally, voice.failure, steps.advance, examples)


def last_words(tally: "Tally", found: "Differences | None", voice: Voice, *, as_json: bool) -> int:
    """What became of it, for a person or as JSON, and the exit code."""
    from newscrawl.replay_diff import lines_of  # noqa: PLC0415

    outcomes = tally.outcomes
    if found:
        outcomes.code = FAULT if outcomes.failed["fault"] else PARTLY if outcomes.failed.total() else DONE
    if found and not as_json:
        typer.echo("\n".join(lines_of(found)))
    sys.stdout.flush()
    if outcomes.interrupted:
        voice.say("newscrawl: interrupted; what was read so far is kept, start it again for the rest", "interrupted")
    if outcomes.stopped:
        voice.say(f"newscrawl: stopped: {outcomes.stopped}", "stopped")
    skipped = dict(sorted((+tally.skipped).items()))
    if as_json:
        more = {"diff": found.plain()} if found else {}
        typer.echo(json.dumps({**outcomes.summary(), "skipped": skipped, **more}, ensure_ascii=False))
    else:
        reasons = ", ".join(f"{reason} {count}" for reason, count in skipped.items())
        left = f"; {sum(skipped.values())} captures not read ({reasons})" if skipped else ""
        what = outcomes.sentence() if not found or outcomes.total else "done"
        voice.say(f"newscrawl replay: {what}{left}")
    return outcomes.exit
