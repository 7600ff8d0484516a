"""Replay: reads articles again from captures with today's rules, offline, on all cores.

The result is what a crawl of these pages, in order of capture, would have stored. Workers read, this process stores.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import func, select

from newscrawl.archive.archive import Archive
from newscrawl.archive.batch import Batch, discard
from newscrawl.archive.manifests import ZONE, seal
from newscrawl.archive.prepared import PreparedArticle
from newscrawl.ledger.schema import manifests
from newscrawl.outcomes.reasons import SOFT_MISSING, Report
from newscrawl.outcomes.summary import Outcomes
from newscrawl.replay.index import Index
from newscrawl.replay.pool import Workers, deferred_signals
from newscrawl.replay.read import TURNED_AWAY, FilePart, Unread, read_tasks, scan_file_part
from newscrawl.replay.task import ReplayTask, instant_of

PART = 2**22  # bytes of a file that one task scans
CHUNK = 50  # articles per task of a worker and per transaction of the ledger
TROUBLE = ("damaged", "broken", "unreadable", "fault")  # reasons that are independent of the page's content


@dataclass(slots=True)
class ReplayTally:
    """The counts of a replay."""

    outcomes: Outcomes
    skipped: Counter[str] = field(default_factory=Counter)  # captures that hold no article of the site, by reason
    damaged: dict[Path, tuple[int, int, str]] = field(default_factory=dict)  # (number of places, first offset, why)


def scan_files(index: Index, workers: Workers, tally: ReplayTally, advance: Callable[[int], None]) -> None:
    """Scans all files of an index for captures; calls `advance` with the number of bytes done. Raises OSError.

    Parts begin at any byte, so that several are scanned at once. A part is valid if its first record begins where the
    previous part ended; if not, because of damage, it is scanned again from there.
    """
    at = 0  # the offset at which the next record begins
    for part, guess in workers.in_order(scan_file_part, file_parts(index.paths)):
        at = at if part.start else 0
        if at < part.stop:
            exactly = part._replace(start=at, sought=False)
            piece = guess if guess.begin == at else workers.call(scan_file_part, exactly)
            index.add(part.number, piece.found)
            tally.skipped.update(piece.skipped)
            for offset, why in piece.damage:
                places, first, first_why = tally.damaged.get(part.path, (0, offset, why))
                tally.damaged[part.path] = (places + 1, first, first_why)
            at = piece.end
        advance(part.stop - part.start)
    index.resolve()
    if tally.damaged:
        tally.outcomes.failed["damaged"] += sum(places for places, _, _ in tally.damaged.values())


def file_parts(paths: Sequence[Path]) -> Iterator[FilePart]:
    """Yields the parts of files, of `PART` bytes each."""
    for number, path in enumerate(paths):
        size = path.stat().st_size
        for start in range(0, size, PART):
            yield FilePart(number, path, start, min(start + PART, size), sought=start > 0)


def chunks(tasks: Iterator[ReplayTask]) -> Iterator[list[ReplayTask]]:
    """Yields tasks in lists of at most `CHUNK`, each of one day."""
    for _, of_day in groupby(tasks, capture_day):
        while chunk := list(islice(of_day, CHUNK)):
            yield chunk


def capture_day(task: ReplayTask) -> date:
    """The day of a capture in the archive's time zone."""
    return instant_of(task.time).astimezone(ZONE).date()


def replay(
    index: Index, workers: Workers, archive: Archive, tally: ReplayTally, report: Report, advance: Callable[[], None]
) -> None:
    """Stores what today's rules read in the captures of an index, in order of capture. Calls `advance` once per task.

    Each day of captures gets its own manifest, unless the archive has a later one already. An interruption is deferred
    until the current chunk is stored. Raises WorkerDied, OSError, and the exceptions of SQLAlchemy.
    """
    with archive.ledger.transaction() as connection:
        sealed = connection.execute(select(func.max(manifests.c.day))).scalar() or ""
    last = ""
    for tasks, results in workers.in_order(read_tasks, chunks(index.in_order())):
        with deferred_signals():
            day = capture_day(tasks[0]).isoformat()
            if last and last != day and last >= sealed:
                seal(archive.root, archive.ledger)
            last = day
            with archive.ledger.batch():
                keys = [result.row["key"] for result in results if isinstance(result, PreparedArticle)]
                store_all(tasks, results, Batch(archive, keys), index, tally, report)
        for _ in tasks:
            advance()


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
