"""The feeder: decides which request is sent next, and when; it holds back requests that were answered by a ban."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Collection
from dataclasses import replace
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler

from newscrawl.crawl.failures import DROPPED, GIVEN_UP
from newscrawl.crawl.signals import visit_ended, visit_held_back
from newscrawl.crawl.throttle import RECOVERY, Throttle
from newscrawl.crawl.tracker import Tracker
from newscrawl.crawl.visit import META, Visit, failed, visit_of


class Feeder:
    """Yields the requests of a run one by one, as the throttle allows."""

    def __init__(self, crawler: Crawler, throttle: Throttle, tracker: Tracker) -> None:
        self.crawler, self.throttle, self.tracker = crawler, throttle, tracker
        self.more = True  # whether there may be more requests than those in flight and held back
        self.following: asyncio.Task[Request | None] | None = None  # the next request, while it is awaited
        self.held_back: deque[Request] = deque()  # banned, to be sent again after a pause
        self.in_flight: dict[int, Visit] = {}  # visits with a request in flight, by id
        self.handing_over = False  # whether Scrapy has taken a request and not asked for the next one
        crawler.signals.connect(self.arrived, signals.response_received)
        crawler.signals.connect(self.ended, visit_ended)
        crawler.signals.connect(self.end_dropped, signals.scheduler_empty)

    async def requests(self, wanted: AsyncGenerator[Request, None]) -> AsyncGenerator[Request, None]:
        """Yields the `wanted` requests, and those held back, until none is left or the throttle stops the run."""
        try:
            while await self.throttle.acquire():
                if request := await self.next_request(wanted):
                    await self.turn_of(request)
                    if self.throttle.stopped:
                        self.held_back.append(request)
                        break
                    self.send(request)
                    yield request
                    self.handing_over = False
                elif not (self.more or self.held_back or self.throttle.in_flight):
                    break
            for request in (*self.held_back, self.known_next()):
                if visit := visit_of(request):
                    self.tracker.end(visit, failed(visit, GIVEN_UP))
        finally:
            if self.following:
                self.following.cancel()
                await asyncio.gather(self.following, return_exceptions=True)

    async def turn_away(self, wanted: AsyncGenerator[Request, None]) -> None:
        """Ends the visits that have not begun when the throttle stops the run, so that each has an outcome."""
        async for request in wanted:
            if visit := visit_of(request):
                self.tracker.end(visit, failed(visit, GIVEN_UP))

    async def turn_of(self, request: Request) -> None:
        """Waits until a request may be sent: until it may be in flight beside the others, and no pause is left.

        One may have begun since the throttle was asked.
        """
        while not (self.throttle.stopped or may_join(visit_of(request), self.in_flight.values())):
            await self.throttle.wait_for_change()
        await self.throttle.wait_out_pause()

    async def next_request(self, wanted: AsyncGenerator[Request, None]) -> Request | None:
        """The request to send next; None if something else has happened before it is known, or if none is left."""
        if self.held_back and self.may_resend(self.held_back[0]):
            return self.held_back.popleft()
        if self.more:
            return await self.next_of(wanted)
        if self.throttle.in_flight:
            await self.throttle.wait_for_change()
        return None

    async def next_of(self, wanted: AsyncGenerator[Request, None]) -> Request | None:
        """The next of `wanted`; None if something else happens before it is known, or if there are no more."""

        async def following() -> Request | None:
            return await anext(wanted, None)

        self.following = self.following or asyncio.create_task(following())
        if not self.following.done():
            self.throttle.changed.clear()
            changed = asyncio.create_task(self.throttle.changed.wait())
            await asyncio.wait((self.following, changed), return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
        if not self.following.done():
            return None
        request, self.following = self.following.result(), None
        self.more = request is not None
        return request

    def known_next(self) -> Request | None:
        """The next request, if it is known already and nobody has taken it."""
        following = self.following
        return following.result() if following and following.done() and not following.exception() else None

    def may_resend(self, request: Request) -> bool:
        """Whether a request that is held back may be sent again now."""
        visit = visit_of(request)
        if visit is None or not self.more:
            return True
        waiting = self.following is not None and not self.throttle.in_flight  # the next request is not known yet
        return waiting or has_recovered(visit, self.throttle.answers[host_of(request)])

    @property
    def alone(self) -> bool:
        """Whether the one request in flight is the last of the run, as far as is known."""
        return not self.more and not self.held_back and self.throttle.in_flight == 1

    def send(self, request: Request) -> None:
        """Counts a request as in flight."""
        self.handing_over = True
        self.throttle.in_flight += 1
        if visit := visit_of(request):
            request.meta[META] = self.in_flight[visit.id] = replace(visit, pauses=self.throttle.pauses)

    def hold_back(self, request: Request) -> None:
        """Keeps a request, which is no longer in flight, to send it again later."""
        self.held_back.append(request)
        if visit := visit_of(request):
            self.landed(visit)
            self.crawler.signals.send_catch_log(visit_held_back, visit=visit)

    def landed(self, visit: Visit | None) -> None:
        """Counts the request of a visit as no longer in flight."""
        if visit and self.in_flight.pop(visit.id, None):
            self.throttle.release()

    def ended(self, visit: Visit) -> None:
        """Counts a visit that has ended as no longer in flight."""
        self.landed(visit)

    def arrived(self, request: Request) -> None:
        """Counts a response that waits to be read, once for each visit."""
        visit = visit_of(request)
        if visit and not visit.arrived and visit.id in self.in_flight:
            self.throttle.arrived += 1

    def end_dropped(self) -> None:
        """Ends the visits in flight once Scrapy has nothing to do: it told nobody that something dropped them.

        An extension may do so by IgnoreRequest on `request_scheduled`, a spider middleware by yielding nothing.
        """
        if self.in_flight and not self.handing_over and is_idle(self.crawler.engine):
            for visit in [*self.in_flight.values()]:
                why = "a middleware or an extension of the settings dropped it"
                self.tracker.end(visit, failed(visit, DROPPED, why, refused=True))


def may_join(visit: Visit | None, in_flight: Collection[Visit]) -> bool:
    """Whether the request of a visit may be sent while others are in flight.

    One that was under way in a killed run is sent alone: if the run is killed again, it is known by what.
    """
    return not in_flight or not any(map(is_suspect, (visit, *in_flight)))


def is_suspect(visit: Visit | None) -> bool:
    """Whether the item of a visit was under way in a run that was killed."""
    return visit is not None and visit.lease is not None and visit.lease.killed > 0


def has_recovered(visit: Visit, answers: int) -> bool:
    """Whether a host that has given `answers` good answers is fine again since it banned a visit."""
    return answers >= visit.answers + RECOVERY


def is_idle(engine: ExecutionEngine | None) -> bool:
    """Whether Scrapy downloads nothing, reads nothing, and has no request that waits."""
    if engine is None or engine.scheduler is None or engine.scraper.slot is None:  # an empty scheduler is falsy
        return False
    busy = engine.downloader.active or not engine.scraper.slot.is_idle() or engine.scheduler.has_pending_requests()
    return not busy


def host_of(request: Request) -> str:
    """The host of a request, with its port."""
    return urlsplit(request.url).netloc
