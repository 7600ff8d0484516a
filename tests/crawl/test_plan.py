"""The rules of what a crawl reads: days, silence, backfills, watermarks."""

from datetime import datetime, timedelta

import msgspec
import pytest

from newscrawl.crawl.plan import (
    complete_channels,
    days_of,
    first_watermarks,
    goes_on_from,
    holds_watermark,
    is_current,
    is_final,
    is_silent,
    next_watermark,
    resumes,
    silence_after,
    unread_days,
)
from newscrawl.crawl.task import CrawlTask, Span
from newscrawl.discovery.reader import ListReading
from newscrawl.ledger.proof import Evidence, prove
from newscrawl.ledger.schedule import HOUR
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Roll

SINA = load_site("sina_finance")
NOON = datetime(2026, 3, 2, 12, tzinfo=SINA.zone)
NOW = int(NOON.timestamp())


def span(channel: str, since: datetime = NOON - timedelta(days=1), until: datetime = NOON, *days: str) -> Span:
    return Span(channel, since, until, days)


def test_the_newest_day_comes_first_and_then_the_order_of_the_task() -> None:
    spans = [
        span("stock", NOON, NOON, "2026-03-02", "2026-03-01"),
        span("china", NOON, NOON, "2026-03-03", "2026-03-02"),
    ]
    assert days_of(spans) == [
        ("china", "2026-03-03"),
        ("stock", "2026-03-02"),
        ("china", "2026-03-02"),
        ("stock", "2026-03-01"),
    ]


@pytest.mark.parametrize(
    ("since", "job_started", "resumed"),
    [
        ("2026-03-01", NOW - 1, True),
        ("2026-03-01", NOW, False),
        ("", NOW - 1, False),
        ("2d", NOW - 1, False),
        (" 6H ", NOW - 1, False),
    ],
)
def test_a_backfill_with_a_date_is_resumed(since: str, job_started: int, *, resumed: bool) -> None:
    assert resumes(since, job_started, NOW) is resumed


@pytest.mark.parametrize("overlap", [24.0, 0.5])
def test_a_day_is_final_when_it_was_over_for_longer_than_the_overlap(overlap: float) -> None:
    site = msgspec.structs.replace(SINA, roll=Roll(url="https://list.example/", overlap=overlap))
    end = int(datetime(2026, 3, 2, tzinfo=SINA.zone).timestamp() + overlap * HOUR)
    assert is_final("2026-03-01", site, end)
    assert not is_final("2026-03-01", site, end - 1)


def test_without_a_roll_api_a_day_is_final_at_its_end() -> None:
    site = msgspec.structs.replace(SINA, roll=None)
    end = int(datetime(2026, 3, 2, tzinfo=SINA.zone).timestamp())
    assert is_final("2026-03-01", site, end)
    assert not is_final("2026-03-01", site, end - 1)


@pytest.mark.parametrize(
    ("reason", "days"),
    [
        ("", 0), ("list_short", 0), ("list_moving", 0), ("list_elsewhere", 0),
        ("list_unreachable", 3), ("list_timeout", 3), ("list_dns", 3), ("list_http_500", 3), ("list_http_503", 3),
        ("list_http_404", 2), ("list_unreadable", 2), ("list_empty", 2), ("fault", 2),
    ],
)  # fmt: skip
def test_silence_grows_without_an_answer_and_ends_with_one(reason: str, days: int) -> None:
    assert silence_after(2, reason) == days


def test_three_days_without_an_answer_are_silence() -> None:
    assert [is_silent(days) for days in (0, 2, 3, 4)] == [False, False, True, True]


def test_channels_that_are_read_for_the_first_time_begin_where_their_spans_do() -> None:
    spans = [span("china", NOON - timedelta(seconds=1)), span("stock")]
    marks = {"china": None, "stock": 5}
    assert first_watermarks(CrawlTask(("china", "stock")), spans, marks) == {"china": NOW - 1}
    for task in (CrawlTask(("china",), since="2d"), CrawlTask(("china",), until="2026-03-02")):
        assert first_watermarks(task, spans, marks) == {}


def test_a_span_is_current_when_it_reaches_up_to_now() -> None:
    assert is_current(span("china"), NOW)
    assert not is_current(span("china"), NOW + 1)


def test_what_holds_a_watermark() -> None:
    proof = prove(Evidence(ended=True))
    assert not holds_watermark(ListReading((), 0, proof))
    assert holds_watermark(ListReading((), 0, reason="list_short"))
    assert not holds_watermark(ListReading((), 0, reason="list_short", newer=proof))  # nothing older comes back


def test_the_days_that_a_run_has_not_read() -> None:
    spans = [
        span("china", NOON, NOON, "2026-03-02", "2026-03-01"),
        span("feed", NOON, NOON, "2026-03-02", "2026-03-01"),
    ]
    known = {"feed": ("2026-03-01", "2026-02-01")}
    read = {("china", "2026-03-02")}
    assert unread_days(spans, {"china"}, read, known) == [
        ("china", "2026-03-01"),
        ("feed", "2026-03-01"),
        ("feed", "2026-03-02"),
    ]
    assert unread_days(spans[1:], {"china"}, (), {}) == [("feed", "2026-03-02")]
    assert unread_days(spans[1:], {"china"}, {("feed", "2026-03-02"), ("feed", "2026-03-01")}, known) == []


@pytest.mark.parametrize(
    ("mark", "asked", "becomes"),
    [(None, False, NOW), (NOW - 1, False, NOW), (NOW + 1, False, NOW + 1), (NOW + 1, True, NOW), (NOW - 1, True, NOW)],
)
def test_a_watermark_goes_down_only_where_the_user_says_where_to_begin(
    mark: int | None, *, asked: bool, becomes: int
) -> None:
    assert next_watermark(mark, NOW, asked=asked) == becomes


def test_watermarks_rise_where_the_lists_were_read_from_the_old_one_up_to_now() -> None:
    start = int((NOON - timedelta(days=1)).timestamp())
    spans = [
        span("first"),
        span("joined"),
        span("gap"),
        span("held"),
        span("past", until=NOON - timedelta(seconds=1)),
        span("last"),
    ]
    marks = {"first": None, "joined": start, "gap": start - 1, "held": start, "past": start, "last": start + 1}
    assert complete_channels(spans, marks, {"held"}, NOW) == ["first", "joined", "last"]
    assert complete_channels(spans, marks, iter(["held", "last"]), NOW) == ["first", "joined"]


def test_up_to_when_channels_are_read_by_a_run_that_begins() -> None:
    spans = [span("china", NOON - timedelta(seconds=1)), span("stock")]
    read_to = {"china": None, "stock": 5}
    assert goes_on_from(CrawlTask(("china", "stock")), spans, read_to) == {"china": NOW - 1, "stock": 5}
    for task in (CrawlTask(("china",), since="2d"), CrawlTask(("china",), until="2026-03-02")):
        assert goes_on_from(task, spans, read_to) == {"china": None, "stock": 5}
