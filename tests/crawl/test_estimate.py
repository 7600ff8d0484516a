"""The estimate of a crawl: what it counts, what it assumes, and how it is said."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import msgspec
import pytest

from newscrawl.crawl.estimate import Estimate, estimate_of
from newscrawl.crawl.task import CrawlTask
from newscrawl.errors import Banned, ListError
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import items, listings
from newscrawl.ledger.watermarks import set_watermarks
from newscrawl.sites.loader import load_site

BEIJING = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 5, 12, tzinfo=BEIJING)
SITE = load_site("sina_finance")
DAYS = [("china", "2026-03-05", 120, 30), ("china", "2026-03-04", 50, 1), ("china", "2026-03-03", 0, 0)]


def test_the_days_that_were_read_stand_for_all() -> None:
    estimate = Estimate(1.5, DAYS, windows=6, sources=("page",), due=4)
    assert estimate.articles == 62 + 4
    assert estimate.lists == (4 + 1 + 1) * 2 + 1  # 120 rows are three pages, and the first is read twice
    assert estimate.minutes == 66 * 1.5 / 60
    assert Estimate(0, DAYS, windows=3).minutes == 31 * 0.02 / 60  # without a delay it takes what reading takes


def test_an_estimate_is_rounded_up() -> None:
    estimate = Estimate(1, DAYS[:2], windows=3)
    assert (estimate.articles, estimate.lists) == (47, 8)  # 46.5, 7.5


def test_more_lists_than_articles_take_longer() -> None:
    assert Estimate(60, [("china", "2026-03-05", 51, 1)], windows=1).minutes == 3


def test_a_limit_limits() -> None:
    assert [Estimate(1, DAYS, windows=3, limit=limit).articles for limit in (None, 0, 7, 99)] == [31, 0, 7, 31]


def test_nothing_to_read_costs_nothing() -> None:
    estimate = Estimate(1)
    assert (estimate.articles, estimate.lists, estimate.minutes) == (0, 0, 0)
    assert estimate.lines() == [
        "estimate: 0 list pages + 0 articles, about 0.0 minutes at 1 s a request; nothing was written"
    ]


def test_the_pages_are_of_the_sites_size() -> None:
    assert Estimate(1, [("china", "2026-03-05", 100, 0)], windows=1, page_size=100).lists == 1


def test_as_data_and_as_lines() -> None:
    estimate = Estimate(
        1.6, DAYS[:1], windows=2, unread={"china 2026-03-04": "list_timeout: slow"}, sources=("page",), due=4
    )
    assert estimate.plain() == {
        "windows": 2,
        "days": [{"channel": "china", "day": "2026-03-05", "listed": 120, "new": 30}],
        "sources": ["page"],
        "unread": {"china 2026-03-04": "list_timeout: slow"},
        "due": 4,
        "requests": {"lists": 9, "articles": 64},
        "minutes": 1.7,
    }
    assert estimate.lines() == [
        "china 2026-03-05: 120 listed, 30 new",
        "page: counted as it is read",
        "china 2026-03-04: list_timeout: slow",
        "1 more days, assumed to be like these",
        "4 due for a recrawl or a retry",
        "estimate: 9 list pages + 64 articles + what 1 lists name, about 1.7 minutes at 1.6 s a request; nothing was written",
    ]


def estimate(
    answer: Callable[[str], Any], task: CrawlTask, ledger: Ledger | None = None, **site: Any
) -> tuple[Estimate, list[str]]:
    """The estimate of a task on a site whose list of a day has these answers; and the days whose lists were fetched."""
    asked = []

    async def fetch(url: str) -> bytes:
        query = parse_qs(urlsplit(url).query)
        assert query["page"] == ["1"]
        day = query["date"][0]
        assert int(query["etime"][0]) == datetime.fromisoformat(f"{day}T00:00+08:00").timestamp()
        asked.append(f"{query['lid'][0]} {day}")
        found = answer(day)
        if isinstance(found, Exception):
            raise found
        return json.dumps({"result": found}).encode()

    where = msgspec.structs.replace(SITE, **site)
    return asyncio.run(estimate_of(task, where, ledger, fetch, NOW)), asked


def rows(count: int) -> dict[str, Any]:
    return {"data": [{"url": f"https://finance.sina.com.cn/{number}"} for number in range(count)]}


def test_the_newest_days_of_all_channels_are_read_first() -> None:
    found, asked = estimate(
        lambda day: rows(3) | {"total": int(day[-2:])}, CrawlTask(("china", "stock", "cn-page"), "1d", limit=9)
    )
    lids = {channel.name: channel.lid for channel in SITE.channels}
    days = [(name, day) for day in ("2026-03-05", "2026-03-04") for name in ("stock", "china")]
    assert asked == [f"{lids[name]} {day}" for name, day in days]
    assert found == Estimate(
        SITE.politeness.delay,
        [(name, day, int(day[-2:]), int(day[-2:])) for name, day in days],
        4,
        {},
        ("cn-page",),
        0,
        9,
    )


def test_a_list_without_a_total_holds_its_rows() -> None:
    assert estimate(lambda _: rows(3), CrawlTask(("china",), "1h"))[0].days == [("china", "2026-03-05", 3, 3)]


@pytest.mark.parametrize(
    ("since", "read"),
    [("2026-01-06", 59), ("2026-01-05", 60), ("2026-01-04", 31), ("2025-11-06", 60), ("2025-11-05", 41)],
)
def test_of_many_days_at_most_sixty_are_read(since: str, read: int) -> None:
    found, asked = estimate(lambda _: rows(1), CrawlTask(("china",), since))
    assert len(asked) == len(found.days) == read
    assert found.windows == (NOW.date() - datetime.fromisoformat(since).date()).days + 1


def test_a_list_that_cannot_be_read_is_named_and_a_ban_ends_the_reading() -> None:
    answers = {
        "2026-03-05": ListError("list_timeout", "no answer"),
        "2026-03-04": rows(2),
        "2026-03-03": Banned("it bans us"),
    }
    found, asked = estimate(answers.__getitem__, CrawlTask(("china",), "2026-03-01"))
    assert len(asked) == 3
    assert found.unread == {"china 2026-03-05": "list_timeout: no answer", "china 2026-03-03": "it bans us"}
    assert found.days == [("china", "2026-03-04", 2, 2)]


def test_a_site_without_a_roll_api_has_only_lists() -> None:
    found, asked = estimate(lambda _: rows(1), CrawlTask(("cn-page",), "1d"), roll=None, channels=())
    assert (asked, found.sources, found.windows, found.days, found.page_size) == ([], ("cn-page",), 0, [], 50)


def test_the_page_size_is_the_sites() -> None:
    assert SITE.roll
    roll = msgspec.structs.replace(SITE.roll, page_size=20)
    assert estimate(lambda _: rows(1), CrawlTask(("china",), "1h"), roll=roll)[0].page_size == 20


def test_what_the_ledger_knows_is_not_new_and_what_is_due_is_counted(tmp_path: Path) -> None:
    states = {"listed": None, "kept": 4_000_000_000, "failed": 1, "refused": None}  # and when each is due
    with Ledger(tmp_path) as ledger:
        with ledger.engine.begin() as connection:
            for state, due in states.items():
                here = {"channel": "china", "day": "2026-03-05", "key": state}
                connection.execute(items.insert(), here | {"url": state, "state": state, "due": due})
                connection.execute(listings.insert(), here | {"run": 1})
            set_watermarks(connection, {"china": int(NOW.timestamp()) - 3600})
        found, _ = estimate(lambda day: rows(5 if day == "2026-03-05" else 1), CrawlTask(("china",)), ledger)
    assert found.days == [("china", "2026-03-05", 5, 2), ("china", "2026-03-04", 1, 1)]
    assert found.due == 1


def test_a_list_that_has_become_shorter_has_nothing_new(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger:
        with ledger.engine.begin() as connection:
            for key in "ab":
                here = {"channel": "china", "day": "2026-03-05", "key": key}
                connection.execute(items.insert(), here | {"url": key, "state": "kept"})
                connection.execute(listings.insert(), here | {"run": 1})
        found, _ = estimate(lambda _: rows(1), CrawlTask(("china",), "1h"), ledger)
    assert found.days == [("china", "2026-03-05", 1, 0)]
