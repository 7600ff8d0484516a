"""Which request is sent next, what is held back, and when a run has sent all."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request, signals
from scrapy.http import Response

from newscrawl.crawl.feeder import Feeder, has_recovered, host_of, is_idle, may_join
from newscrawl.crawl.signals import visit_ended, visit_held_back
from newscrawl.crawl.throttle import RECOVERY, Throttle
from newscrawl.crawl.tracker import Tracker
from newscrawl.crawl.visit import META, Ending, Visit, VisitOutcome, visit_of
from newscrawl.provenance import Lease, State
from tests.support.crawler import Heard, stub_crawler

URL = "https://a.example/{}"
HOST = "a.example"
FIRST: Any = SimpleNamespace()


class Slot:
    def __init__(self, *, idle: bool) -> None:
        self.is_idle = lambda: idle


class Scheduler:
    def __init__(self, *, waiting: bool) -> None:
        self.waiting = waiting

    def has_pending_requests(self) -> bool:
        return self.waiting

    def __len__(self) -> int:
        return int(self.waiting)


def engine(*, active: bool = False, reading: bool = False, waiting: bool = False) -> Any:
    return SimpleNamespace(
        downloader=SimpleNamespace(active={1} if active else set()),
        scraper=SimpleNamespace(slot=Slot(idle=not reading)),
        scheduler=Scheduler(waiting=waiting),
    )


class Run:
    """A feeder, and what it tells."""

    def __init__(self, most: int = 2) -> None:
        self.crawler = stub_crawler(engine=engine(active=True))
        self.throttle = Throttle(most=most, delay=0, patience=3)
        self.tracker = Tracker(self.crawler)
        self.feeder = Feeder(self.crawler, self.throttle, self.tracker)
        self.ended = Heard(self.crawler, visit_ended)

    def request(self, number: int = 1, lease: Lease | None = None, **meta: Any) -> Request:
        return Request(URL.format(number), meta={META: self.tracker.begin(URL.format(number), lease), **meta})

    async def wanted(self, *requests: Request) -> AsyncGenerator[Request, None]:
        for request in requests:
            yield request

    async def never(self) -> AsyncGenerator[Request, None]:
        try:
            await asyncio.Event().wait()
            yield self.request()
        finally:
            await settled(rounds=5)

    def end(self, request: Request) -> None:
        self.tracker.end(visit_of(request), VisitOutcome(Ending.KEPT))

    def endings(self) -> list[tuple[Ending, str]]:
        return [(about["outcome"].ending, about["outcome"].reason) for about in self.ended.sent]

    def send(self, signal: Any, **about: Any) -> None:
        self.crawler.signals.send_catch_log(signal, spider=None, **about)


def run(test: Coroutine[Any, Any, None]) -> None:
    """Runs a test; one that hangs fails after some rounds of the event loop, however fast the machine is."""

    async def limited() -> None:
        task = asyncio.create_task(test)
        await settled(task.done, 2000)
        assert task.done(), "it hangs"
        await task

    asyncio.run(limited())


async def settled(done: Callable[[], bool] = lambda: False, rounds: int = 50) -> None:
    """Lets everything run that can."""
    for _ in range(rounds):
        if done():
            return
        await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("more", "held", "in_flight", "alone"),
    [(False, 0, 1, True), (True, 0, 1, False), (False, 1, 1, False), (False, 0, 2, False), (False, 0, 0, False)],
)
def test_when_a_request_is_the_last_of_a_run(more: bool, held: int, in_flight: int, alone: bool) -> None:
    run = Run()
    run.feeder.more, run.throttle.in_flight = more, in_flight
    run.feeder.held_back.extend(run.request(n) for n in range(held))
    assert run.feeder.alone is alone


@pytest.mark.parametrize(("answers", "recovered"), [(RECOVERY + 2, False), (RECOVERY + 3, True)])
def test_a_host_has_recovered_after_answers_since_it_banned_a_visit(answers: int, recovered: bool) -> None:
    assert has_recovered(Visit(1, "a", answers=3), answers) is recovered


@pytest.mark.parametrize("busy", ["active", "reading", "waiting", ""])
def test_when_scrapy_has_nothing_to_do(busy: str) -> None:
    assert is_idle(engine(**{busy: True} if busy else {})) is (not busy)


@pytest.mark.parametrize("lacks", ["engine", "scheduler", "slot"])
def test_an_engine_that_has_not_begun_or_has_ended_is_not_idle(lacks: str) -> None:
    found = engine()
    if lacks == "scheduler":
        found.scheduler = None
    elif lacks == "slot":
        found.scraper.slot = None
    assert not is_idle(None if lacks == "engine" else found)


def test_a_host_has_its_port() -> None:
    assert host_of(Request("http://a.example:8080/x?y")) == "a.example:8080"


@pytest.mark.parametrize("in_flight", [0, 1])
def test_a_banned_request_is_sent_again_if_the_next_one_is_not_known_and_none_is_in_flight(in_flight: int) -> None:
    async def test() -> None:
        run = Run()
        request = run.request()
        run.feeder.held_back.append(request)
        assert not run.feeder.may_resend(request)  # nothing is awaited yet
        run.feeder.following = asyncio.create_task(asyncio.sleep(60, None))
        run.throttle.in_flight = in_flight
        assert run.feeder.may_resend(request) is (in_flight == 0)
        run.feeder.following.cancel()

    run(test())


def test_something_else_that_happens_is_heeded_while_the_next_request_is_not_known() -> None:
    async def test() -> None:
        run = Run()
        wanted = run.never()
        following = asyncio.create_task(run.feeder.next_of(wanted))
        await settled()
        awaited = run.feeder.following
        run.throttle.changed.set()
        assert await following is None
        assert run.feeder.more
        assert run.feeder.following is awaited  # the same request is awaited on
        assert awaited
        awaited.cancel()

    run(test())


def test_a_banned_request_is_sent_again_if_there_is_nothing_else_to_send() -> None:
    async def test() -> None:
        run = Run()
        request = run.request()
        run.feeder.held_back.append(request)
        run.feeder.more = False
        assert await run.feeder.next_request(run.wanted()) is request

    run(test())


def suspect(killed: int = 1) -> Lease:
    return Lease(1, "a", URL, State.LISTED, killed=killed)


@pytest.mark.parametrize(
    ("lease", "others", "may"),
    [
        (suspect(), [], True),
        (suspect(), [None], False),
        (None, [suspect()], False),
        (suspect(), [suspect()], False),
        (suspect(0), [suspect(0), None], True),
        (None, [None], True),
    ],
)
def test_what_was_under_way_in_a_killed_run_is_in_flight_alone(
    lease: Lease | None, others: list[Lease | None], may: bool
) -> None:
    visits = [Visit(number, URL, other) for number, other in enumerate(others, 1)]
    assert may_join(Visit(0, URL, lease), visits) is may
    assert may_join(None, visits) is not any(other and other.killed for other in others)


def test_a_request_that_must_be_alone_waits_for_the_others() -> None:
    async def test() -> None:
        run = Run(most=3)
        run.throttle.window = 3
        wanted = [run.request(1), run.request(2, suspect()), run.request(3, suspect())]
        requests = run.feeder.requests(run.wanted(*wanted))
        assert await anext(requests) is wanted[0]
        for before, after in pairwise(wanted):
            following = asyncio.ensure_future(anext(requests))
            await settled()
            assert not following.done()
            run.end(before)
            assert await following is after

    run(test())


def test_what_is_held_back_is_told_of() -> None:
    run = Run()
    held = Heard(run.crawler, visit_held_back)
    request = run.request()
    run.feeder.send(request)
    run.feeder.hold_back(request)
    assert [about["visit"] for about in held.sent] == [visit_of(request)]


def test_what_is_not_in_flight_does_not_land() -> None:
    run = Run()
    run.throttle.in_flight = 1
    run.feeder.landed(visit_of(run.request()))
    run.feeder.landed(None)
    assert run.throttle.in_flight == 1


def test_what_is_held_back_is_no_longer_in_flight_and_is_released_once() -> None:
    run = Run()
    request = run.request()
    run.feeder.send(request)
    run.feeder.hold_back(request)
    assert (run.throttle.in_flight, list(run.feeder.held_back)) == (0, [request])
    run.end(request)
    assert run.throttle.in_flight == 0


def test_the_run_does_not_end_while_requests_are_in_flight_as_they_may_be_held_back() -> None:
    async def test() -> None:
        run = Run()
        requests = run.feeder.requests(run.wanted(run.request()))
        only = await anext(requests)
        following = asyncio.ensure_future(anext(requests, None))
        await settled()
        assert not following.done()
        again = only.replace(dont_filter=True)
        run.feeder.hold_back(again)
        assert await following is again
        run.end(again)
        assert await anext(requests, None) is None
        assert run.endings() == [(Ending.KEPT, "")]

    run(test())


def test_requests_are_sent_in_order_as_the_throttle_allows() -> None:
    async def test() -> None:
        run = Run(most=2)
        run.throttle.window = 2
        wanted = [run.request(number) for number in range(3)]
        requests = run.feeder.requests(run.wanted(*wanted))
        assert [await anext(requests), await anext(requests)] == wanted[:2]
        assert (run.throttle.in_flight, len(run.feeder.in_flight)) == (2, 2)
        third = asyncio.ensure_future(anext(requests))
        await settled()
        assert not third.done()
        run.end(wanted[0])
        assert await third is wanted[2]
        run.end(wanted[1])
        run.end(wanted[2])
        assert await anext(requests, None) is None
        assert run.throttle.in_flight == 0
        assert run.feeder.in_flight == {}

    run(test())


def test_a_run_of_nothing_ends_at_once() -> None:
    async def test() -> None:
        run = Run()
        assert [request async for request in run.feeder.requests(run.wanted())] == []
        assert not run.feeder.more

    run(test())


def test_a_request_carries_the_pauses_when_it_is_sent() -> None:
    async def test() -> None:
        run = Run()
        run.throttle.pauses = 4
        request = await anext(run.feeder.requests(run.wanted(run.request())))
        assert visit_of(request).pauses == 4  # type: ignore[union-attr]

    run(test())


@pytest.mark.parametrize("stopped", [False, True])
def test_a_request_that_becomes_known_as_a_pause_begins_waits_for_its_end(stopped: bool) -> None:
    async def test() -> None:
        run = Run()
        request, known, over = run.request(), asyncio.Event(), asyncio.Event()
        over.set()
        run.throttle.wait_out_pause = over.wait  # type: ignore[method-assign,assignment]

        async def wanted() -> AsyncGenerator[Request, None]:
            await known.wait()
            yield request

        requests = run.feeder.requests(wanted())
        following = asyncio.ensure_future(anext(requests, None))
        await settled()
        known.set()
        await settled(lambda: run.feeder.following is not None and run.feeder.following.done())
        run.throttle.backoff(HOST, 0, "answers with a ban")
        over.clear()
        await settled()
        assert not following.done()
        if stopped:
            run.throttle.stop("banned")
        over.set()
        assert await following is (None if stopped else request)
        assert visit_of(request).pauses == (0 if stopped else 1)  # type: ignore[union-attr]
        assert run.endings() == ([(Ending.FAILED, "turned_away")] if stopped else [])

    run(test())


@pytest.mark.parametrize("answers", [RECOVERY - 1, RECOVERY])
def test_a_banned_request_is_sent_again_after_enough_answers_of_its_host(answers: int) -> None:
    async def test() -> None:
        run = Run()
        fresh, banned = run.request(1), run.request(2)
        run.throttle.answers.update({HOST: answers, "b.example": 10 * RECOVERY})
        run.feeder.held_back.append(banned)
        expected = banned if answers == RECOVERY else fresh
        assert await anext(run.feeder.requests(run.wanted(fresh))) is expected

    run(test())


@pytest.mark.parametrize("leased", [True, False])
def test_a_run_that_is_stopped_sends_nothing_more_and_ends_what_it_holds_back(leased: bool) -> None:
    async def test() -> None:
        run = Run()
        fresh, *held = (run.request(n, Lease(1, "a", URL, State.LISTED) if leased else None) for n in range(3))
        run.feeder.held_back.extend(held)
        run.throttle.stop("banned")
        assert [request async for request in run.feeder.requests(run.wanted(fresh))] == []
        expected = (Ending.UNSENT, "given_up") if leased else (Ending.FAILED, "turned_away")
        assert run.endings() == [expected] * 2
        assert run.throttle.in_flight == 0

    run(test())


def test_a_request_that_is_known_when_the_run_is_stopped_has_an_outcome_too() -> None:
    async def test() -> None:
        run = Run(most=1)
        first, second = run.request(1), run.request(2)
        requests = run.feeder.requests(run.wanted(first, second))
        assert await anext(requests) is first
        run.feeder.following = asyncio.ensure_future(anext(run.wanted(second)))
        await run.feeder.following
        run.throttle.stop("banned")
        assert [request async for request in requests] == []
        assert run.endings() == [(Ending.FAILED, "turned_away")]

    run(test())


def test_a_next_request_that_could_not_be_made_is_none() -> None:
    async def test() -> None:
        run = Run()
        assert run.feeder.known_next() is None
        run.feeder.following = asyncio.ensure_future(anext(run.wanted()))
        assert run.feeder.known_next() is None  # it is not known yet
        await asyncio.wait((run.feeder.following,))
        assert run.feeder.known_next() is None

    run(test())


def test_a_feeder_that_is_cancelled_awaits_nothing_more() -> None:
    async def test() -> None:
        run = Run()
        requests = run.feeder.requests(run.never())
        first = asyncio.ensure_future(anext(requests))
        await settled()
        first.cancel()
        await settled(first.done)
        assert first.cancelled()
        assert run.feeder.following
        assert run.feeder.following.done()  # so that what is wanted can be closed

    run(test())


def test_a_feeder_that_is_closed_awaits_nothing_more() -> None:
    async def test() -> None:
        run = Run()
        wanted = run.never()
        requests = run.feeder.requests(wanted)
        held = run.request()
        first = asyncio.ensure_future(anext(requests))
        await settled()
        run.feeder.held_back.append(held)
        run.throttle.changed.set()
        assert await first is held
        await requests.aclose()
        assert run.feeder.following
        assert run.feeder.following.done()
        await wanted.aclose()

    run(test())


def test_responses_that_wait_to_be_read_are_counted() -> None:
    run = Run()
    request, other = run.request(), run.request(2)
    run.feeder.send(request)
    run.send(signals.response_received, request=request, response=Response(request.url))
    assert run.throttle.arrived == 1
    visit = visit_of(request)
    assert visit
    further = Request(URL, meta={META: Visit(visit.id, URL, arrived=True)})
    for uncounted in (further, other, Request("https://a.example/robots.txt")):
        run.send(signals.response_received, request=uncounted, response=Response(uncounted.url))
    assert run.throttle.arrived == 1
    run.feeder.send(other)
    run.send(signals.response_received, request=other, response=Response(other.url))
    assert run.throttle.arrived == 2


def test_what_scrapy_drops_silently_ends_as_dropped_and_once() -> None:
    run = Run()
    for number in range(2):
        run.feeder.send(run.request(number))
    run.feeder.handing_over = False
    run.send(signals.scheduler_empty)
    assert run.endings() == []  # the engine is at work
    run.crawler.engine = engine()
    run.feeder.handing_over = True
    run.send(signals.scheduler_empty)
    assert run.endings() == []  # Scrapy may not have taken the request yet
    run.feeder.handing_over = False
    run.send(signals.scheduler_empty)
    run.send(signals.scheduler_empty)
    assert run.endings() == [(Ending.REFUSED, "dropped")] * 2
    assert run.ended.sent[0]["outcome"].detail == "a middleware or an extension of the settings dropped it"
    assert run.throttle.in_flight == 0


def test_a_request_is_handed_over_until_the_next_one_is_asked_for() -> None:
    async def test() -> None:
        run = Run()
        requests = run.feeder.requests(run.wanted(run.request(1), run.request(2)))
        assert not run.feeder.handing_over
        await anext(requests)
        assert run.feeder.handing_over
        run.throttle.window = 1
        following = asyncio.ensure_future(anext(requests))
        await settled()
        assert not run.feeder.handing_over
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)

    run(test())
