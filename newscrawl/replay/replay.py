"""Replay: articles read again by today's rules from the pages that were captured, offline, on all cores.

What is kept is what a crawl would have kept of these captures in their order. Workers read; this process keeps.
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
from newscrawl.replay.pool import Workers, undisturbed
from newscrawl.replay.read import TURNED_AWAY, FilePart, Unread, look, read_tasks
from newscrawl.replay.task import ReplayTask, instant_of

PART = 2**22  # bytes of a file that are looked through in one go
CHUNK = 50  # articles that go to a worker at once, and into the ledger in one transaction
TROUBLE = ("damaged", "broken", "unreadable", "fault")  # reasons that say nothing of the page


@dataclass(slots=True)
class ReplayTally:
    """The count of a replay. `damaged`: by file, how many places, and the first of them: (places, byte, why)."""

    outcomes: Outcomes
    skipped: Counter[str] = field(default_factory=Counter)  # captures that hold no article of the site, by reason
    damaged: dict[Path, tuple[int, int, str]] = field(default_factory=dict)


def scan_files(index: Index, workers: Workers, tally: ReplayTally, advance: Callable[[int], None]) -> None:
    """Looks through all files of an index; `advance` is told how many bytes more are done. Raises OSError.

    Parts begin anywhere, so that several are looked through at once. One counts where it has begun at the record that
    the one before has ended at; where it has not, for something is damaged there, it is looked through again.
    """
    at = 0  # where the next record is to begin
    for part, guess in workers.in_order(look, file_parts(index.paths)):
        at = at if part.start else 0
        if at < part.stop:
            exactly = part._replace(start=at, sought=False)
            piece = guess if guess.begin == at else workers.call(look, exactly)
            index.add(part.number, piece.found)
            tally.skipped.update(piece.skipped)
            for offset, why in piece.damage:
                places, first, said = tally.damaged.get(part.path, (0, offset, why))
                tally.damaged[part.path] = (places + 1, first, said)
            at = piece.end
        advance(part.stop - part.start)
    index.resolve()
    if tally.damaged:
        tally.outcomes.failed["damaged"] += sum(places for places, _, _ in tally.damaged.values())


def file_parts(paths: Sequence[Path]) -> Iterator[FilePart]:
    """Files in parts."""
    for number, path in enumerate(paths):
        size = path.stat().st_size
        for start in range(0, size, PART):
            yield FilePart(number, path, start, min(start + PART, size), sought=start > 0)


def chunks(tasks: Iterator[ReplayTask]) -> Iterator[list[ReplayTask]]:
    """Tasks a few at a time, those of one day."""
    for _, same in groupby(tasks, capture_day):
        while some := list(islice(same, CHUNK)):
            yield some


def capture_day(task: ReplayTask) -> date:
    """The day of a capture, as the archive counts days."""
    return instant_of(task.time).astimezone(ZONE).date()


def replay(
    index: Index, workers: Workers, archive: Archive, tally: ReplayTally, report: Report, advance: Callable[[], None]
) -> None:
    """Keeps what today's rules read in the captures of an index, in the order that they were made in.

    Each day of captures has a manifest of its own, where that of none later is there. An interruption waits until what
    has been read so far is kept, whole. Raises what writing raises, and WorkerDied.
    """
    with archive.ledger.writing() as connection:
        sealed = connection.execute(select(func.max(manifests.c.day))).scalar() or ""
    last = ""
    for tasks, results in workers.in_order(read_tasks, chunks(index.in_order())):
        with undisturbed():
            day = capture_day(tasks[0]).isoformat()
            if last and last != day and last >= sealed:
                seal(archive.root, archive.ledger)
            last = day
            with archive.ledger.batch():
                keys = [result.row["key"] for result in results if isinstance(result, PreparedArticle)]
                keep_all(tasks, results, Batch(archive, keys), index, tally, report)
        for _ in tasks:
            advance()


def keep_all(
    tasks: Iterable[ReplayTask],
    results: Iterable[PreparedArticle | Unread],
    bulk: Batch,
    index: Index,
    tally: ReplayTally,
    report: Report,
) -> None:
    """Keeps what has come of captures."""
    for task, result in zip(tasks, results, strict=True):
        if isinstance(result, Unread):
            count_unread(task, result, bulk, tally, report)
        elif is_older(task, result, index):
            tally.skipped["older"] += 1
            discard(result)
        else:
            outcome, flags = bulk.keep(result, instant_of(task.time))
            tally.outcomes.posts[outcome] += 1
            tally.outcomes.flagged.update(flags)
    bulk.flush()


def is_older(task: ReplayTask, ready: PreparedArticle, index: Index) -> bool:
    """Whether what is held was read later, where only the page itself has said which article it is."""
    key = ready.row["key"]
    return key != task.key and task.time < (index.since(key) or task.time)


def count_unread(task: ReplayTask, unread: Unread, bulk: Batch, tally: ReplayTally, report: Report) -> None:
    """Counts a capture that gave no article: a page that is gone, nothing that was one, or a failure."""
    if unread.reason == SOFT_MISSING and bulk.holds(task.key):
        tally.outcomes.gone += 1
    elif unread.reason == TURNED_AWAY:
        tally.skipped[TURNED_AWAY] += 1
    elif not task.article and unread.reason not in TROUBLE:
        tally.skipped["other"] += 1
    else:
        tally.outcomes.failed[unread.reason] += 1
        report(task.url, unread.reason, unread.detail)
