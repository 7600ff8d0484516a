"""How a host is held to a delay, and what is left of it when the hold ends."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.core.downloader import Slot
from scrapy.robotstxt import ProtegoRobotParser
from scrapy.settings import Settings
from scrapy.signalmanager import SignalManager

from newscrawl.crawl.extensions.crawl_delay import CrawlDelay, asked_delay, is_too_long, slow_down, slower_delay
from newscrawl.crawl.signals import waiting
from tests.support.crawler import Heard

HOST = "a.example"
REQUEST = Request(f"https://{HOST}/x", meta={"download_slot": HOST})


@pytest.fixture
def slot() -> Slot:
    """The slot of a host that is read four requests at a time, two seconds apart."""
    return Slot(concurrency=4, delay=2.0, jitter=0.5)


@pytest.fixture
def delays(slot: Slot) -> CrawlDelay:
    downloader = SimpleNamespace(slots={HOST: slot}, get_slot_key=lambda request: request.meta["download_slot"])
    settings = Settings(
        {"DOWNLOAD_DELAY": 2.0, "ROBOTSTXT_USER_AGENT": "newscrawl", "NEWSCRAWL_CRAWL_DELAY_ENABLED": True}
    )
    crawler: Any = SimpleNamespace(
        signals=SignalManager(), settings=settings, engine=SimpleNamespace(downloader=downloader)
    )
    return CrawlDelay(crawler)


def robots(delays: CrawlDelay, seconds: float) -> None:
    """Reads a robots.txt with a crawl-delay."""
    body = f"User-agent: *\nCrawl-delay: {seconds}\n".encode()
    delays.parsed(ProtegoRobotParser(body, None), REQUEST)


def state(slot: Slot) -> tuple[float, float, int]:
    return slot.delay, slot.jitter, slot.concurrency


@pytest.mark.parametrize(("seconds", "expected"), [(5.0, (5.0, 0, 1)), (2.0, (2.0, 0.5, 4)), (1.0, (2.0, 0.5, 4))])
def test_only_a_longer_crawl_delay_than_the_site_files_is_applied(
    delays: CrawlDelay, slot: Slot, seconds: float, expected: tuple[float, float, int]
) -> None:
    robots(delays, seconds)
    assert state(slot) == expected


@pytest.mark.parametrize("seconds", [601.0, 86400.0, 1e9])
def test_a_delay_that_is_longer_than_any_pause_is_not_applied(delays: CrawlDelay, slot: Slot, seconds: float) -> None:
    robots(delays, seconds)
    assert state(slot) == (2.0, 0.5, 4)


@pytest.mark.parametrize(
    ("asked", "delay"),
    [(2, 2.0), (0.5, 0.5), (0, 0.0), (None, 0.0), (-5.0, 0.0), (float("inf"), 0.0), (float("nan"), 0.0)],
)
def test_only_a_length_of_time_is_a_delay(asked: float | None, delay: float) -> None:
    assert asked_delay(asked) == delay


def test_too_long_is_longer_than_the_longest_pause() -> None:
    assert [is_too_long(delay) for delay in (600.0, 600.1)] == [False, True]


def test_a_host_that_is_slowed_down_is_told_of_and_held(delays: CrawlDelay, slot: Slot) -> None:
    crawler: Any = delays.crawler
    crawler.spider = SimpleNamespace(
        data=SimpleNamespace(politeness=SimpleNamespace(delay=3.0)), throttle=SimpleNamespace(pauses_of={HOST: 2}.get)
    )
    extensions = {CrawlDelay: delays}
    crawler.get_extension = extensions.get
    heard = Heard(crawler, waiting)

    async def test() -> None:
        slow_down(crawler, REQUEST, HOST, 7.0, "is tired")
        assert state(slot) == (12.0, 0, 1)  # twice the delay for each pause
        extensions.clear()
        slow_down(crawler, REQUEST, HOST, 70.0, "is more tired")

    asyncio.run(test())
    assert slot.delay == 12.0
    assert heard.sent == [
        {"host": HOST, "seconds": 7.0, "why": "is tired"},
        {"host": HOST, "seconds": 70.0, "why": "is more tired"},
    ]


@pytest.mark.parametrize(("delay", "pauses", "slower"), [(0.0, 1, 1.0), (0.0, 3, 3.0), (0.5, 2, 2.0), (2.0, 3, 12.0)])
def test_a_host_is_read_more_slowly_after_each_pause(delay: float, pauses: int, slower: float) -> None:
    assert slower_delay(delay, pauses) == slower


@pytest.mark.parametrize(("seconds", "said"), [(5.0, False), (6.0, True), (600.0, True), (601.0, False)])
def test_a_long_wait_is_said(delays: CrawlDelay, seconds: float, said: bool) -> None:
    heard = Heard(delays.crawler, waiting)
    robots(delays, seconds)
    why = f"asks for {seconds:.0f} s between two requests in its robots.txt"
    assert heard.sent == ([{"host": HOST, "seconds": seconds, "why": why}] if said else [])


@pytest.mark.parametrize(("adapted", "delay"), [(0.5, 5.0), (9.0, 9.0)])
def test_a_delay_that_autothrottle_shortens_is_restored(
    delays: CrawlDelay, slot: Slot, adapted: float, delay: float
) -> None:
    robots(delays, 5.0)
    slot.delay = adapted
    delays.downloaded(REQUEST)
    assert slot.delay == delay


def test_a_hold_ends_in_a_delay_and_then_in_what_was_before(delays: CrawlDelay, slot: Slot) -> None:
    async def test() -> None:
        delays.hold(HOST, 60.0, 4.0)
        assert state(slot) == (60.0, 0, 1)
        delays.hold(HOST, 120.0, 4.0)  # a second one does not forget what was before the first
        assert state(slot) == (120.0, 0, 1)
        delays.ease(HOST, 4.0)
        assert state(slot) == (4.0, 0, 1)
        delays.ease(HOST)
        assert state(slot) == (2.0, 0.5, 4)  # not faster than the site file says

    asyncio.run(test())


def test_the_hold_of_a_host_ends_by_itself(delays: CrawlDelay, slot: Slot) -> None:
    async def test() -> None:
        slot.delay = 0.0
        delays.hold(HOST, 0.001, 0.0)
        while delays.delays[HOST]:  # noqa: ASYNC110 (the loop itself ends the hold)
            await asyncio.sleep(0)
        assert state(slot) == (2.0, 0.5, 4)

    asyncio.run(asyncio.wait_for(test(), 20))


def test_a_crawl_delay_outlasts_every_hold(delays: CrawlDelay, slot: Slot) -> None:
    async def test() -> None:
        robots(delays, 5.0)
        delays.hold(HOST, 1.0, 0.0)
        assert slot.delay == 5.0
        delays.ease(HOST, 3.0)
        assert state(slot) == (5.0, 0, 1)
        delays.ease(HOST)
        assert state(slot) == (5.0, 0, 1)

    asyncio.run(test())
