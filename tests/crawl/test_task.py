"""The task of a crawl: which names it takes, and which span it reads of each."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from newscrawl.crawl.task import CrawlTask, Span, spans_of, task_of
from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Channel, Listing, Roll, Site

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 5, 12, 30, tzinfo=BEIJING)
CHANNELS = (Channel("china", "国内", 1, 2), Channel("stock", "股票", 1, 3))
LISTS = (
    Listing(name="page", label="", kind="html", url="https://a.example/{page}"),
    Listing(name="share", label="", kind="html", url="https://a.example/{argument}"),
)
ROLL = Roll("https://a.example/roll", overlap=6)


def site(
    roll: Roll | None = ROLL, channels: tuple[Channel, ...] = CHANNELS, lists: tuple[Listing, ...] = LISTS
) -> Site:
    sina = load_site("sina_finance")
    return msgspec.structs.replace(sina, name="one", hosts=("a.example",), roll=roll, channels=channels, lists=lists)


@pytest.mark.parametrize(
    ("where", "named", "taken"),
    [
        (site(), [], ("china", "stock")),  # all channels
        (site(), ["stock", "page", "share:sh600000", "stock"], ("stock", "page", "share:sh600000")),
        (site(roll=None), [], ("page",)),  # all lists that need no argument
    ],
)
def test_the_names_of_a_task(where: Site, named: list[str], taken: tuple[str, ...]) -> None:
    assert task_of(where, named, "2d", "", 3, NOW) == CrawlTask(taken, "2d", "", 3)


@pytest.mark.parametrize(
    ("where", "named", "why"),
    [
        (site(channels=()), [], "the site one names no channels"),
        (site(roll=None), ["china"], "the site one has no roll API to list china"),
        (site(), ["chnia"], "no channel named chnia; `newscrawl channels` shows them: china, stock, page, share"),
        (
            site(roll=Roll("https://b.example/roll")),
            ["china"],
            "china is on a host that may not be fetched: https://b.example/roll; name it under hosts in a --site file",
        ),
        (
            site(lists=(Listing(name="far", label="", kind="feed", url="https://b.example/{argument}"),)),
            ["far:1"],
            "far:1 is on a host that may not be fetched: https://b.example/; name it under hosts in a --site file",
        ),
        (site(), ["share"], "share must be written share:NAME"),
        (site(), ["page:1"], "page:1 must be written page"),
        (
            site(),
            ["nothing:1"],
            "no channel named nothing:1; `newscrawl channels` shows them: china, stock, page, share",
        ),
    ],
)
def test_names_that_are_none_are_refused(where: Site, named: list[str], why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        task_of(where, named, "", "", None, NOW)


@pytest.mark.parametrize(
    ("since", "until", "limit", "why"),
    [
        ("", "", -1, "--limit must not be negative"),
        ("2026-03-05", "2026-03-04", None, "there is no time between 2026-03-05 00:00 and 2026-03-05 00:00"),
        ("2026-03-06", "", None, "there is no time between 2026-03-06 00:00 and 2026-03-05 12:30"),
        ("1587-01-01", "", None, "1587-01-01 is too far back"),
    ],
)
def test_a_task_that_cannot_be_done_is_refused(since: str, until: str, limit: int | None, why: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(why)}$"):
        task_of(site(), ["china"], since, until, limit, NOW)


def test_no_article_is_a_limit_too() -> None:
    assert task_of(site(), ["china"], "", "", 0, NOW).limit == 0


def test_a_span_has_at_most_400_years() -> None:
    longest = timedelta(days=400 * 366 + 1, seconds=-1)
    since = (NOW.astimezone(BEIJING) - longest).date() + timedelta(days=1)
    assert spans_of(CrawlTask(("china",), f"{since}"), site(), {}, NOW)
    with pytest.raises(ValueError, match="is too far back"):
        spans_of(CrawlTask(("china",), f"{since - timedelta(days=1)}"), site(), {}, NOW)


@pytest.mark.parametrize(
    ("task", "roll", "mark", "since", "until"),
    [
        ({}, ROLL, None, "2026-03-03T12:30", "2026-03-05T12:30"),  # the first time
        ({}, ROLL, "2026-03-05T11:00", "2026-03-05T05:00", "2026-03-05T12:30"),  # from the overlap before the watermark
        ({}, None, "2026-03-05T11:00", "2026-03-04T11:00", "2026-03-05T12:30"),  # a day, where there is no roll API
        ({}, ROLL, "2027-01-01T00:00", "2026-03-05T06:30", "2026-03-05T12:30"),  # the clock was wrong
        ({"since": "1d"}, ROLL, "2026-03-05T11:00", "2026-03-04T12:30", "2026-03-05T12:30"),
        (
            {"since": "2026-03-01", "until": "2026-03-02"},
            ROLL,
            "2026-03-05T11:00",
            "2026-03-01T00:00",
            "2026-03-03T00:00",
        ),
        ({"until": "2026-03-02"}, ROLL, "2026-03-05T11:00", "2026-03-01T00:00", "2026-03-03T00:00"),
        ({"until": "1d"}, ROLL, None, "2026-03-02T12:30", "2026-03-04T12:30"),
        ({"until": "2030-01-01"}, ROLL, None, "2026-03-04T00:00", "2026-03-06T00:00"),  # at most to the end of today
    ],
)
def test_the_span_that_is_read(
    task: dict[str, Any], roll: Roll | None, mark: str | None, since: str, until: str
) -> None:
    watermark = int(datetime.fromisoformat(f"{mark}+08:00").timestamp()) if mark else None
    (span,) = spans_of(CrawlTask(("china",), **task), site(roll), {"china": watermark}, NOW.astimezone(UTC))
    assert (span.channel, str(span.since.tzinfo)) == ("china", "Asia/Shanghai")
    assert [f"{each.astimezone(BEIJING):%Y-%m-%dT%H:%M}" for each in (span.since, span.until)] == [since, until]


def test_a_span_has_the_days_of_the_sites_clock_the_newest_first() -> None:
    early = datetime(2026, 3, 4, 17, tzinfo=UTC)  # 01:00 of the 5th in Beijing
    spans = spans_of(CrawlTask(("china", "stock"), "3h"), site(), {}, early)
    days = ("2026-03-05", "2026-03-04")
    assert spans == [Span(name, early - timedelta(hours=3), early, days) for name in ("china", "stock")]
    assert str(spans[0].since.tzinfo) == "Asia/Shanghai"
    (today,) = spans_of(CrawlTask(("china",), "2026-03-05", "2030-01-01"), site(), {}, early)
    assert today.days == ("2026-03-05",)


def test_a_task_has_a_name_by_which_a_run_goes_on() -> None:
    assert CrawlTask(("china", "stock"), "2d", "2026-03-01").named() == "crawl china stock since 2d until 2026-03-01"
    assert CrawlTask(("china",)) == CrawlTask(("china",), "", "", None)
    assert CrawlTask(("china",), limit=5).named() == CrawlTask(("china",)).named() == "crawl china since - until -"
