"""`newscrawl archive-captures`: moves old captures to another place, or joins the small files of a month."""

import re
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from newscrawl.cli.app import DataOption, ProgressOption, QuietOption, app, needs_ledger, on_archive
from newscrawl.cli.console import Console, print_error, print_json, print_lines
from newscrawl.cli.crawl import clock_at
from newscrawl.cli.verify import archive_errors
from newscrawl.errors import BadUsage, Unwritable
from newscrawl.exit_codes import DONE, NOTHING, PARTLY
from newscrawl.integrity.sentences import number_of
from newscrawl.ledger.model import WarcFile
from newscrawl.ledger.schedule import parse_instant

MONTHS = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
MEGABYTE = 10**6


@dataclass(slots=True)
class Tally:
    """What was moved or joined, or would be."""

    asked: dict[str, str]  # `before` and `to`, or `join`
    files: int = 0
    captures: int = 0
    bytes: int = 0
    into: int = 0  # the files that others were joined into
    lines: list[str] = field(default_factory=list)  # each file with its bytes
    exit: int = DONE

    def add(self, files: Iterable[WarcFile], counts: Mapping[str, int]) -> None:
        """Counts files; `counts`: the captures in each, by its path."""
        for file in files:
            self.files += 1
            self.captures += counts[file.path]
            self.bytes += file.size
            self.lines.append(f"{file.path} {file.size}")


@app.command("archive-captures")
@on_archive
def archive_captures(
    archive: Annotated[Path, typer.Argument(metavar="DIR", help="An archive.")],
    before: Annotated[
        str,
        typer.Option(
            "--before", metavar="DAY", help="Move the files that were begun before this day (2026-03-01), UTC."
        ),
    ] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="A folder, or the URL of a store (s3://…; newscrawl[remote]).")
    ] = "",
    join: Annotated[
        str,
        typer.Option(
            "--join", metavar="MONTH", help="Join the small files of a month that is over (2026-03, or 2026)."
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; print the files and their bytes.")
    ] = False,
    as_json: DataOption = False,
    quiet: QuietOption = False,
    no_progress: ProgressOption = False,
    now: Annotated[
        str, typer.Option("--now", hidden=True, help="Take this instant (ISO 8601) for now, in tests.")
    ] = "",
) -> int:
    """Move old captures to another disk or a store, or join the small files of a month into larger ones.

    A file is copied, read back and noted in the ledger before it is deleted here: verify, replay and browse know where
    it is. Joined files have the same records, byte for byte. Whenever it is interrupted, nothing is lost: run it again.
    """
    from newscrawl.archive.clock import check_clock  # imports SQLAlchemy, 0.2 s

    needs_ledger(archive)
    moment = clock_at(now)()
    if not now:
        check_clock(archive, moment)
    if bool(join) == bool(before or to) or bool(before) != bool(to):
        raise BadUsage("say what is to be done: either --before DAY --to PLACE, or --join MONTH")
    console = Console(quiet=quiet, bars=not no_progress)
    if join:
        tally = joined(archive, closed_months(join, moment), moment, console, dry_run=dry_run)
    else:
        tally = moved(archive, day_of(before, moment), to, moment, console, dry_run=dry_run)
    if as_json:
        counts = {"files": tally.files, "captures": tally.captures, "bytes": tally.bytes}
        into = {"into": tally.into} if join else {}
        about = {"command": "archive-captures", **tally.asked, "dry_run": dry_run}
        print_json({**about, **counts, **into, "exit": tally.exit})
        return tally.exit
    if dry_run:
        print_lines(*tally.lines)
    if tally.exit != NOTHING:
        console.say(f"newscrawl archive-captures: {sentence(tally, dry_run=dry_run)}")
    return tally.exit


def closed_months(text: str, now: datetime) -> str:
    """The month (2026-03) or the year (2026) that is to be joined. Raises BadUsage for one that is not over.

    >>> [closed_months(text, datetime(2027, 1, 1, tzinfo=UTC)) for text in ("2026-12", "2026")]
    ['2026-12', '2026']
    """
    if not MONTHS.fullmatch(text):
        raise BadUsage(f"--join {text} is neither a month (2026-03) nor a year (2026)")
    if text >= f"{now.astimezone(UTC):%Y-%m}"[: len(text)]:
        raise BadUsage(f"--join {text} is not over yet, in UTC: files are still added to it")
    return text


def day_of(text: str, now: datetime) -> str:
    """The day in UTC (YYYY-MM-DD) that `--before` means. Raises BadUsage for another text, and for a day to come.

    >>> day_of("30d", datetime(2026, 3, 31, 12, tzinfo=UTC))
    '2026-03-01'
    """
    try:
        when = parse_instant(text, now, UTC)
    except ValueError as error:
        raise BadUsage(f"--before {error}") from error
    if when > now:
        raise BadUsage(f"--before {text} is in the future")
    return f"{when:%Y-%m-%d}"


def sentence(tally: Tally, *, dry_run: bool) -> str:
    """What was done, for a person.

    >>> sentence(Tally({"before": "2026-01-01", "to": "/b"}, files=2, captures=9, bytes=1_200_000), dry_run=False)
    'moved 2 files with 9 captures, 1.2 MB, to /b'
    >>> sentence(Tally({"join": "2026-01"}, files=2, captures=1, bytes=9, into=1), dry_run=True)
    'would join 2 files with 1 capture, 0.0 MB, into 1'
    >>> sentence(Tally({"join": "2026-01"}), dry_run=False)
    'nothing to join'
    """
    verb = "join" if "join" in tally.asked else "move"
    if not tally.files:
        return f"nothing to {verb}"
    done = f"would {verb}" if dry_run else {"join": "joined", "move": "moved"}[verb]
    where = f"into {tally.into}" if verb == "join" else f"to {tally.asked['to']}"
    files, captures = number_of(tally.files, "file"), number_of(tally.captures, "capture")
    return f"{done} {files} with {captures}, {tally.bytes / MEGABYTE:.1f} MB, {where}"


def moved(archive: Path, day: str, to: str, now: datetime, console: Console, *, dry_run: bool) -> Tally:
    """Moves the WARC files that were begun before a day to a place."""
    from newscrawl.archive.archive import Archive
    from newscrawl.archive.months import file_by_months
    from newscrawl.archive.moving import check_mounted, check_room, files_before, move
    from newscrawl.archive.places import place_for
    from newscrawl.archive.upgrade import ledger_to_read
    from newscrawl.ledger.files import captures_of_files, warc_files

    place = place_for(to, archive)
    tally = Tally({"before": day, "to": place.name})
    try:
        with archive_errors(archive), ExitStack() as stack:
            opened = None if dry_run else stack.enter_context(Archive(archive))
            ledger = opened.ledger if opened else stack.enter_context(ledger_to_read(archive))
            if opened:
                file_by_months(archive, ledger, now)
            with ledger.reading() as connection:
                counts, files = captures_of_files(connection), files_before(connection, day)
                check_mounted(place, warc_files(connection))
            check_room(place, files)
            if opened is None:
                tally.add(files, counts)
                return tally
            progress = stack.enter_context(console.progress("moving", len(files)))

            def advance(file: WarcFile) -> None:
                tally.add([file], counts)
                progress.advance()

            move(archive, ledger, place, files, partial(opened.seal, now), advance)
    except Unwritable as error:
        print_error(str(error))
        tally.exit = PARTLY if tally.files else NOTHING
    return tally


def joined(archive: Path, months: str, now: datetime, console: Console, *, dry_run: bool) -> Tally:
    """Joins the small WARC files of a month, or of the months of a year."""
    from newscrawl.archive.archive import Archive
    from newscrawl.archive.captures import ROLLED
    from newscrawl.archive.joining import files_of_months, groups, join
    from newscrawl.archive.months import file_by_months
    from newscrawl.archive.upgrade import ledger_to_read
    from newscrawl.ledger.files import captures_of_files

    tally = Tally({"join": months})
    with archive_errors(archive), ExitStack() as stack:
        opened = None if dry_run else stack.enter_context(Archive(archive))
        ledger = opened.ledger if opened else stack.enter_context(ledger_to_read(archive))
        if opened:
            file_by_months(archive, ledger, now)
        with ledger.reading() as connection:
            counts, found = captures_of_files(connection), [*groups(files_of_months(connection, months), ROLLED)]
        progress = stack.enter_context(console.progress("joining", len(found)))
        for group in found:
            if opened:
                join(archive, ledger, group)
            tally.add(group, counts)
            tally.into += 1
            progress.advance()
    return tally
