"""The run of `newscrawl replay`, in a file of its own because it imports SQLAlchemy and warcio."""

import os
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import DatabaseError

from newscrawl import disk
from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import LEDGER, has_ledger, has_lost_ledger, is_archive
from newscrawl.archive.remembered import remembered
from newscrawl.archive.terms import Terms, is_other_site, shown_site
from newscrawl.cli.app import needs_ledger
from newscrawl.cli.console import Console, print_json, print_lines
from newscrawl.errors import ArchiveDamaged, ArchiveError, BadUsage, WorkerDied
from newscrawl.exit_codes import DAMAGED, DONE, FAULT, NOTHING, PARTLY
from newscrawl.integrity.sentences import number_of
from newscrawl.ledger.damage import lost_ledger
from newscrawl.ledger.database import ledger_error
from newscrawl.ledger.ledger import Ledger
from newscrawl.outcomes.summary import Outcomes
from newscrawl.replay.diff import Differences, difference_lines, differences
from newscrawl.replay.files import files_of
from newscrawl.replay.index import Index
from newscrawl.replay.pool import Workers
from newscrawl.replay.read import Reader, begin
from newscrawl.replay.replay import ReplayTally, replay, scan_files
from newscrawl.sites.model import Site

OPEN = ".open"  # the suffix of a file that a run is writing to
MEGABYTE = 2**20


def run(
    files: Sequence[Path],
    away: Counter[str],
    archive: Path,
    reader: Reader,
    terms: Terms,
    workers: int,
    console: Console,
    examples: int | None,
    *,
    as_json: bool,
) -> int:
    """Replays WARC files into an archive, or compares them with it. Returns the exit code.

    `away`: captures that cannot be read, which are counted.
    `terms`: what the run works with, which the archive remembers if it is its first. `examples` is the number of each
    kind that a comparison shows; with None articles are stored and not compared.
    """
    tally = ReplayTally(Outcomes("replay"), Counter(moved=away.total()))
    outcomes, found = tally.outcomes, None
    try:
        with closing(Index(files)) as index, ExitStack() as stack:
            store = (
                stack.enter_context(Archive(archive, durable=False, zone=reader.site.zone, terms=terms))
                if examples is None
                else None
            )
            ledger = store.ledger if store else stack.enter_context(ledger_of(archive))
            index.compare_with(ledger, archive)
            reader = replace(reader, unfinished=store.unfinished if store else None)
            pool = stack.enter_context(Workers(workers, begin, reader))
            scan(index, pool, reader.site, tally, console)
            if store:
                keep(index, pool, store, reader.site, tally, console)
            else:
                found = compare_with_archive(index, reader, pool, ledger, tally, console, examples or 0)
    except KeyboardInterrupt:
        outcomes.interrupted = True
    except WorkerDied as error:
        outcomes.stopped, outcomes.code = str(error), error.exit_code
    except sqlite3.Error as error:
        why = f"the index of the captures cannot be written: {error}; set TMPDIR to a folder with more room"
        outcomes.stopped, outcomes.code = why, NOTHING if disk.is_refusal(error) else FAULT
    except ArchiveError:
        raise
    except DatabaseError as error:
        told = ledger_error(archive, error)
        if told is None:
            raise
        outcomes.stopped, outcomes.code = str(told), DAMAGED if isinstance(told, ArchiveDamaged) else NOTHING
    except OSError as error:
        outcomes.stopped = disk.sentence_of(error)
        outcomes.code = NOTHING if disk.is_refusal(error) else FAULT
    return print_outcome(tally, found, console, as_json=as_json)


def files_to_read(given: Sequence[Path]) -> tuple[list[Path], Counter[str]]:
    """The files that a user has given, and for an archive its own; and captures that cannot be read, by their place.

    Raises BadUsage for what is neither, and if there is nothing to read; ArchiveError if a ledger cannot be read.
    """
    paths: list[Path] = []
    away: Counter[str] = Counter()
    for path in given:
        if path.is_dir() and is_archive(path):
            needs_ledger(path)
            found, missing = files_of(path)
            paths += found
            away += missing
        else:
            check_file(path)
            paths.append(path)
    if not paths:
        raise BadUsage(away_line(away) if away else f"{given[0]} has no captures")
    return paths, away


def away_line(away: Counter[str]) -> str:
    """What is told of captures that were moved to where they cannot be read.

    >>> away_line(Counter({"s3://kept": 12, "/mnt/old": 1})).partition(";")[0]
    'moved to where replay cannot read them: 12 captures in s3://kept, 1 capture in /mnt/old'
    """
    places = ", ".join(f"{number_of(number, 'capture')} in {place}" for place, number in away.most_common())
    return f"moved to where replay cannot read them: {places}; mount the folder, or copy the files and give them"


def check_file(file: Path) -> None:
    """Raises BadUsage for a path that cannot be a complete WARC file."""
    if not file.exists():
        raise BadUsage(f"no such file: {file}")
    if file.is_dir():
        raise BadUsage(f"{file} is a folder; give its files: {file}/*.warc.gz")
    if not os.access(file, os.R_OK):
        raise BadUsage(f"{file} cannot be read")
    if file.name.endswith(OPEN):
        raise BadUsage(
            f"a run is still writing to {file}; wait until it ends (the next run completes the file of a killed one)"
        )


def other_site(archive: Path, terms: Terms) -> str:
    """The line that says that a comparison reads with another site than the archive's; empty if it does not."""
    known = remembered(archive)
    if not is_other_site(terms, known):
        return ""
    return f"reads with {terms.site or 'another site'}, and not with the site of {archive}, {shown_site(known)}"


def ledger_of(archive: Path) -> Ledger:
    """Opens the ledger of an archive, read-only. Raises BadUsage if there is none."""
    if has_lost_ledger(archive):
        raise lost_ledger(archive)
    if not has_ledger(archive):
        raise BadUsage(f"{archive} is no archive: it has no {LEDGER}; without --diff, replay makes one")
    return Ledger(archive, read_only=True)


def scan(index: Index, pool: Workers, site: Site, tally: ReplayTally, console: Console) -> None:
    """Scans the files for captures, and reports damaged files in one line each."""
    size = sum(path.stat().st_size for path in index.paths) // MEGABYTE
    done = 0
    with console.progress("scanning (MB)", size) as steps:

        def advance(count: int) -> None:
            nonlocal done
            done += count
            while steps.done < done // MEGABYTE:
                steps.advance()

        scan_files(index, pool, site, tally, advance)
    for path, (places, first, why) in sorted(tally.damaged.items()):
        more = f", and in {places - 1} more places" if places > 1 else ""
        console.failure(str(path), "damaged", f"at byte {first}{more}: {why}; the undamaged rest is used")


def keep(index: Index, pool: Workers, store: Archive, site: Site, tally: ReplayTally, console: Console) -> None:
    """Stores the articles of the captures."""
    counts = index.counts()
    tally.outcomes.repeated = counts.repeated
    tally.skipped.update(further=counts.further, older=counts.older)
    store.know(site)
    with console.progress("replaying", counts.due) as steps:
        replay(index, pool, store, site.zone, tally, console.failure, steps.advance)


def compare_with_archive(
    index: Index, reader: Reader, pool: Workers, ledger: Ledger, tally: ReplayTally, console: Console, examples: int
) -> Differences:
    """Compares the articles of the captures with those of the archive."""
    counts = index.counts()
    tally.skipped.update(further=counts.further, older=counts.older)
    with console.progress("comparing", counts.articles) as steps:
        return differences(index, reader, pool, ledger, tally, console.failure, steps.advance, examples)


def print_outcome(tally: ReplayTally, found: Differences | None, console: Console, *, as_json: bool) -> int:
    """Prints the outcome for a person or as JSON. Returns the exit code."""
    outcomes = tally.outcomes
    if found:
        outcomes.code = FAULT if outcomes.failed["fault"] else PARTLY if outcomes.failed.total() else DONE
    if found and not as_json:
        print_lines(*difference_lines(found))
    sys.stdout.flush()
    if outcomes.interrupted:
        console.say(
            "newscrawl: interrupted; the articles read so far are stored, run it again for the rest", "interrupted"
        )
    if outcomes.stopped:
        console.say(f"newscrawl: stopped: {outcomes.stopped}", "stopped")
    skipped = dict(sorted((+tally.skipped).items()))
    if as_json:
        more = {"diff": found.plain()} if found else {}
        print_json({**outcomes.summary(), "skipped": skipped, **more})
    else:
        reasons = ", ".join(f"{reason} {count}" for reason, count in skipped.items())
        left = f"; {sum(skipped.values())} captures not read ({reasons})" if skipped else ""
        what = outcomes.sentence() if not found or outcomes.total else "done"
        console.say(f"newscrawl replay: {what}{left}")
    return outcomes.exit
