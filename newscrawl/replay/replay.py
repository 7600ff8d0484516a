"""Replay: reads articles again from captures with today's rules, offline, on all cores.

The result is what a crawl of these pages, in order of capture, would have stored. Workers read, this process stores.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, tzinfo
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import func, select

from newscrawl.archive.archive import Archive
from newscrawl.archive.batch import Batch, discard
from newscrawl.archive.prepared import PreparedArticle
from newscrawl.errors import SOFT_MISSING
from newscrawl.ledger.schema import manifests
from newscrawl.outcomes.reasons import Report
from newscrawl.outcomes.summary import Outcomes
from newscrawl.replay.index import Index
from newscrawl.replay.pool import Workers, deferred_signals
from newscrawl.replay.read import TURNED_AWAY, FilePart, Unread, read_tasks, scan_file_part
from newscrawl.replay.scan import Piece, scan_stream
from newscrawl.replay.task import ReplayTask, instant_of
from newscrawl.sites.model import Site
from newscrawl.warc.stream import is_stream

PART = 2**22  # bytes of a file that one task scans
CHUNK = 50  # articles per task of a worker and per transaction of the ledger
TROUBLE = ("damaged", "broken", "unreadable", "fault")  # reasons that are independent of the page's content


@dataclass(slots=True)
class ReplayTally:
    """The counts of a replay."""

    outcomes: Outcomes
    skipped: Counter[str] = field(default_factory=Counter)  # captures that hold no article of the site, by reason
    damaged: dict[Path, tuple[int, int, str]] = field(default_factory=dict)  # (number of places, first offset, why)


def scan_files(index: Index, workers: Workers, site: Site, tally: ReplayTally, advance: Callable[[int], None]) -> None:
    """Scans all files of an index for captures; calls `advance` with the number of bytes done. Raises OSError.

    Parts begin at any byte, so that several are scanned at once. A part is valid if its first record begins where the
    previous part ended; if not, because of damage, it is scanned again from there. A file that can only be read from
    its start is scanned by this process.
    """
    files = [(number, path, can_only_be_read_from_its_start(path)) for number, path in enumerate(index.paths)]
    at = 0  # the offset at which the next record begins
    for part, guess in workers.in_order(
        scan_file_part, file_parts((n, path) for n, path, stream in files if not stream)
    ):
        at = at if part.start else 0
        if at < part.stop:
            exactly = part._replace(start=at, sought=False)
            piece = guess if guess.begin == at else workers.call(scan_file_part, exactly)
            count_piece(piece, part.number, part.path, index, tally)
            at = piece.end
        advance(part.stop - part.start)
    for number, path, stream in files:
        if stream:
            for piece in scan_stream(path, site):
                count_piece(piece, number, path, index, tally)
                advance(piece.end - piece.begin)
    index.resolve()
    if tally.damaged:
        tally.outcomes.failed["damaged"] += sum(places for places, _, _ in tally.damaged.values())


def can_only_be_read_from_its_start(path: Path) -> bool:
    """Whether the records of a file are no gzip members of their own. Raises OSError."""
    with path.open("rb") as file:
        return is_stream(file)


def count_piece(piece: Piece, number: int, path: Path, index: Index, tally: ReplayTally) -> None:
    """Adds what was found in a piece of a file to the index, and counts the rest."""
    index.add(number, piece.found)
    tally.skipped.update(piece.skipped)
    for offset, why in piece.damage:
        places, first, first_why = tally.damaged.get(path, (0, offset, why))
        tally.damaged[path] = (places + 1, first, first_why)


def file_parts(files: Iterable[tuple[int, Path]]) -> Iterator[FilePart]:
    """Yields the parts of files, of `PART` bytes each; `files` are (number, path)."""
    for number, path in files:
        size = path.stat().st_size
        for start in range(0, size, PART):
            yield FilePart(number, path, start, min(start + PART, size), sought=start > 0)


def chunks(tasks: Iterator[ReplayTask], zone: tzinfo) -> Iterator[list[ReplayTask]]:
    """Yields tasks in lists of at most `CHUNK`, each of one day in a time zone."""
    for _, of_day in groupby(tasks, lambda task: capture_day(task, zone)):
        while chunk := list(islice(of_day, CHUNK)):
            yield chunk


def capture_day(task: ReplayTask, zone: tzinfo) -> date:
    """The day of a capture in a time zone."""
    return instant_of(task.time).astimezone(zone).date()


def replay(
    index: Index,
    workers: Workers,
    archive: Archive,
    zone: tzinfo,
    tally: ReplayTally,
    report: Report,
    advance: Callable[[], None],
) -> None:
    """Stores what today's rules read in the captures of an index, in order of capture. Calls `advance` once per task.

    Each day of captures, in `zone`, gets its own manifest, unless the archive has a later one already. An interruption
    is deferred until the current chunk is stored. Raises WorkerDied, OSError, and the exceptions of SQLAlchemy.
    """
    with archive.ledger.reading() as connection:
        sealed = connection.execute(select(func.max(manifests.c.day))).scalar() or ""
    last: ReplayTask | None = None
    try:
        for tasks, results in workers.in_order(read_tasks, chunks(index.in_order(), zone)):
            with deferred_signals():
                if last and ends_day(last, tasks[0], zone, sealed):
                    archive.seal(instant_of(last.time))
                last = tasks[0]
                with archive.placement.undone_on_error(), archive.ledger.transaction() as connection:
                    keys = [result.row["key"] for result in results if isinstance(result, PreparedArticle)]
                    store_all(tasks, results, Batch(archive, connection, keys), index, tally, report)
                archive.placement.place()
            for _ in tasks:
                advance()
    finally:
        if last:
            archive.seal(instant_of(last.time))


def ends_day(last: ReplayTask, following: ReplayTask, zone: tzinfo, sealed: str) -> bool:
    """Whether the manifest of the last task's day is complete before the following task.

    `sealed` is the newest day that had a manifest before the replay; earlier days are added to it in the end.
    """
    day = capture_day(last, zone)
    return day != capture_day(following, zone) and day.isoformat() >= sealed


def store_all(
    tasks: Iterable[ReplayTask],
    results: Iterable[PreparedArticle | Unread],
    batch: Batch,
    index: Index,
    tally: ReplayTally,
    report: Report,
) -> None:
    """Stores the articles of captures, and counts the rest."""
    for task, result in zip(tasks, results, strict=True):
        if isinstance(result, Unread):
            count_unread(task, result, batch, tally, report)
        elif is_older(task, result, index):
            tally.skipped["older"] += 1
            discard(result)
        else:
            outcome, flags = batch.keep(result, instant_of(task.time))
            tally.outcomes.posts[outcome] += 1
            tally.outcomes.flagged.update(flags)
    batch.flush()


def is_older(task: ReplayTask, ready: PreparedArticle, index: Index) -> bool:
    """Whether the held article was captured later than the task.

    The index has filtered by the key of the URL; this applies if the page itself has another key.
    """
    key = ready.row["key"]
    return key != task.key and task.time < (index.since(key) or task.time)


def count_unread(task: ReplayTask, unread: Unread, batch: Batch, tally: ReplayTally, report: Report) -> None:
    """Counts a capture without an article: as gone, as skipped, or as a failure."""
    if unread.reason == SOFT_MISSING and batch.holds(task.key):
        tally.outcomes.gone += 1
    elif unread.reason == TURNED_AWAY:
        tally.skipped[TURNED_AWAY] += 1
    elif not task.article and unread.reason not in TROUBLE:
        tally.skipped["other"] += 1
    else:
        tally.outcomes.failed[unread.reason] += 1
        report(task.url, unread.reason, unread.detail)
