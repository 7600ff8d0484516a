"""The rules of what a crawl reads: which days, in which order, which not again, when a channel's watermark rises."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from newscrawl.crawl.task import CrawlTask, Span
from newscrawl.discovery.reader import ListReading
from newscrawl.discovery.roll import day_window
from newscrawl.ledger.schedule import HOUR, RELATIVE
from newscrawl.sites.model import Site

SILENT_DAYS = 3  # days in a row whose lists had no answer, before the other days are skipped
NO_ANSWER = frozenset(("list_unreachable", "list_timeout", "list_dns", "list_private_address"))
ANSWERED = frozenset(("", "list_short", "list_moving", "list_elsewhere"))  # of a day whose list was read to its end


def days_of(spans: Iterable[Span]) -> list[tuple[str, str]]:
    """The days to read, as (channel, day): the newest day first, then in the task's order."""
    pairs = [(span.channel, day) for span in spans for day in span.days]
    return sorted(pairs, key=lambda pair: pair[1], reverse=True)  # a stable sort: channels stay in the task's order


def resumes(since: str, job_started: int, started: int) -> bool:
    """Whether a run that started at `started` resumes a backfill, whose first run started at `job_started`.

    A task relative to now, such as `2d`, means other days in each run.
    """
    absolute = bool(since) and not RELATIVE.fullmatch(since.strip().lower())
    return absolute and job_started < started


def is_final(day: str, site: Site, instant: int) -> bool:
    """Whether a day's list had all its rows at `instant` (epoch seconds): it was over, for longer than the overlap."""
    overlap = site.roll.overlap if site.roll else 0
    return day_window("", day, site.zone).end + overlap * HOUR <= instant


def is_news_of_emptiness(reason: str, before: str) -> bool:
    """Whether a day's list is empty (`reason`) for the first time, after a reading that came to `before`.

    Then its articles are recrawled once: a list that is empty because they are gone is no fault.

    >>> [is_news_of_emptiness(*reasons) for reasons in (("list_empty", ""), ("list_empty", "list_empty"), ("", ""))]
    [True, False, False]
    """
    return reason == "list_empty" != before


def silence_after(silent: int, reason: str) -> int:
    """The days in a row without an answer, after `silent` of them and one that was read with `reason`.

    An answer that is no list ends no silence and adds nothing to it.
    """
    if reason in ANSWERED:
        return 0
    return silent + (reason in NO_ANSWER or reason.startswith("list_http_5"))


def is_silent(silent: int) -> bool:
    """Whether the other days are not asked for, after `silent` days in a row without an answer."""
    return silent >= SILENT_DAYS


def first_watermarks(task: CrawlTask, spans: Iterable[Span], watermarks: Mapping[str, int | None]) -> dict[str, int]:
    """The watermarks of channels that are read for the first time: where their spans begin.

    If this reading fails, the next one begins at the same time. A task with its own span sets none.
    """
    if task.since or task.until:
        return {}
    return {span.channel: int(span.since.timestamp()) for span in spans if watermarks[span.channel] is None}


def goes_on_from(task: CrawlTask, spans: Iterable[Span], read_to: Mapping[str, int | None]) -> dict[str, int | None]:
    """Up to when the channels of a run are read, by their names: where nothing says it, its spans begin there.

    None for a channel of which a task with its own span knows nothing.
    """
    own = bool(task.since or task.until)
    begun = {span.channel: None if own else int(span.since.timestamp()) for span in spans}
    return {name: begun[name] if instant is None else instant for name, instant in read_to.items()}


def is_current(span: Span, now: int) -> bool:
    """Whether a span reaches up to now."""
    return span.until.timestamp() >= now


def holds_watermark(reading: ListReading) -> bool:
    """Whether the reading of a list holds its channel's watermark: rows may be missing that a later run can find.

    A list that ends too early does not reach further back in a later run: it is reported and holds nothing.
    """
    return not (reading.proof or reading.newer)


def unread_days(
    spans: Iterable[Span],
    rolls: Collection[str],
    read: Collection[tuple[str, str]],
    known: Mapping[str, Collection[str]],
) -> list[tuple[str, str]]:
    """The days of a run's spans that it has not read, as (channel, day); `read` are those that it has.

    Which days a list other than the roll API (`rolls`) holds is not known before it is read: they are those that it had
    before (`known`, by channel), and the newest.
    """
    found = []
    for span in spans:
        days = (
            span.days if span.channel in rolls else sorted({span.days[0], *known.get(span.channel, ())} & {*span.days})
        )
        found += [(span.channel, day) for day in days if (span.channel, day) not in read]
    return found


def complete_channels(
    spans: Sequence[Span], watermarks: Mapping[str, int | None], held: Iterable[str], now: int
) -> list[str]:
    """The channels that are complete up to `now`: read up to now, from the old watermark or before, and not held."""
    kept_back = set(held)
    complete = []
    for span in spans:
        mark = watermarks[span.channel]
        joins = mark is None or span.since.timestamp() <= mark
        if joins and is_current(span, now) and span.channel not in kept_back:
            complete.append(span.channel)
    return complete


def next_watermark(mark: int | None, now: int, *, asked: bool) -> int:
    """The watermark of a channel that is complete up to `now`, and had `mark`: it never goes down.

    `asked`: the user has said with --since where to begin; that puts a watermark right that a wrong clock has set.

    >>> next_watermark(None, 5, asked=False), next_watermark(9, 5, asked=False), next_watermark(9, 5, asked=True)
    (5, 9, 5)
    """
    return now if asked or mark is None else max(mark, now)
