"""What is a ban and what is only a closed page, and what becomes of a banned request."""

import asyncio
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from newscrawl.crawl.extensions.crawl_delay import CrawlDelay, slower_delay
from newscrawl.crawl.failures import HeldBack, RunStopped
from newscrawl.crawl.feeder import Feeder
from newscrawl.crawl.middlewares.ban import (
    BAN_STATUSES,
    BanMiddleware,
    ban_of,
    banned,
    is_closed,
    was_closed,
)
from newscrawl.crawl.throttle import RECOVERY, Throttle
from newscrawl.crawl.tracker import Tracker
from newscrawl.crawl.visit import META, ListPage, Visit, visit_of
from newscrawl.outcomes.reasons import TABLE
from newscrawl.provenance import Lease, State
from newscrawl.sites.loader import load_site
from tests.support.crawler import stub_crawler
from tests.support.server import article

URL = "https://finance.sina.com.cn/x"
HOST = "finance.sina.com.cn"
SITE = load_site("sina_finance")
BAN_PAGE = "<title>拒绝访问</title>".encode()


def answer(status: int = 403, retry_after: str = "", body: bytes = b"") -> Response:
    return Response(URL, status=status, headers={"Retry-After": retry_after} if retry_after else None, body=body)


def test_the_statuses_by_which_sites_ban() -> None:
    assert set(BAN_STATUSES) == {403, 418, 429, 456}


@pytest.mark.parametrize(
    ("status", "retry_after", "is_ban"),
    [
        (200, "", False), (200, "9", False), (304, "9", False), (305, "9", True), (404, "", False), (404, "9", True),
        (403, "", True), (418, "", True), (429, "", True), (456, "", True), (503, "", False), (503, "9", True),
    ],
)  # fmt: skip
def test_the_answers_that_ban(status: int, retry_after: str, is_ban: bool) -> None:
    expected = f"answers with a ban (HTTP {status})" if is_ban else ""
    assert ban_of(answer(status, retry_after), SITE) == expected


def test_a_ban_page_bans_with_any_status(tmp_path: Any) -> None:
    (tmp_path / "site.yaml").write_text("extends: sina_finance\npoliteness: {ban_page: 拒绝访问}\n", encoding="utf-8")
    site = load_site(str(tmp_path / "site.yaml"))
    assert ban_of(answer(200, body=BAN_PAGE), site) == "answers with a ban (its ban page)"
    assert ban_of(answer(200, body=BAN_PAGE + b" " * 4096), site) == ""  # it is short
    quoting = answer(200, body=article("某网站封禁", "页面只有四个字：拒绝访问。", url=URL))
    assert ban_of(quoting, site) == ""  # an article
    assert ban_of(quoting, site, is_list=True) == "answers with a ban (its ban page)"


def visit(bans: int = 0, answers: int = 0, lease: Lease | None = None) -> Visit:
    return Visit(1, URL, lease, bans=bans, answers=answers)


@pytest.mark.parametrize(
    ("bans", "before", "answers", "closed"),
    [(1, 3, 4, True), (1, 3, 3, False), (2, 3, 4, True), (0, 0, 9, False)],
)
def test_a_page_is_closed_if_its_host_is_fine_since(bans: int, before: int, answers: int, closed: bool) -> None:
    assert is_closed(visit(bans, before), answer(429), answers, alone=False) is closed


@pytest.mark.parametrize(
    ("status", "retry_after", "bans", "alone", "closed"),
    [
        (403, "", 0, True, True),
        (403, "", 0, False, False),
        (403, "", 1, True, False),
        (403, "9", 0, True, False),
        (429, "", 0, True, False),
        (200, "", 0, True, False),
    ],
)
def test_the_only_page_of_a_run_is_closed_by_a_403(
    status: int, retry_after: str, bans: int, alone: bool, closed: bool
) -> None:
    assert is_closed(visit(bans), answer(status, retry_after), 0, alone=alone) is closed


@pytest.mark.parametrize(
    ("state", "reason", "closed"),
    [("failed", "http_403", True), ("failed", "http_429", False), ("listed", "http_403", False), ("", "", False)],
)
def test_a_page_is_closed_if_it_was_before(state: str, reason: str, closed: bool) -> None:
    lease = Lease(1, "a", URL, State(state), reason) if state else None
    assert was_closed(lease, 403) is closed
    assert is_closed(visit(lease=lease), answer(), 0, alone=False) is closed


def test_a_visit_remembers_how_often_it_was_banned_and_the_answers_at_first() -> None:
    once = banned(visit(), 5)
    twice = banned(once, 8)
    assert [(each.bans, each.answers) for each in (once, twice)] == [(1, 5), (2, 5)]
    assert banned(banned(visit(), 0), 8).answers == 0


@pytest.mark.parametrize(("delay", "bans", "slower"), [(0, 1, 1), (0, 3, 3), (0.5, 1, 1), (2, 1, 4), (2, 3, 12)])
def test_a_host_that_bans_is_read_more_slowly(delay: float, bans: int, slower: float) -> None:
    assert slower_delay(delay, bans) == slower


class Delays:
    """Records what the extension for delays is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def slot_key(self, request: Request) -> str:
        return request.url

    def hold(self, *what: Any) -> None:
        self.told.append(("hold", *what))

    def ease(self, *what: Any) -> None:
        self.told.append(("ease", *what))


class Run:
    """The middleware in a run; one request is in flight, and more are to come."""

    def __init__(self, patience: int = 3, *, delays: bool = True, leased: bool = True) -> None:
        self.throttle = Throttle(most=4, delay=0, patience=patience)
        self.crawler = stub_crawler(data=SITE, throttle=self.throttle)
        self.tracker = Tracker(self.crawler)
        self.feeder = self.crawler.spider.feeder = Feeder(self.crawler, self.throttle, self.tracker)
        self.delays = Delays()
        if delays:
            self.crawler.extensions[CrawlDelay] = self.delays
        self.middleware = BanMiddleware.from_crawler(self.crawler)
        self.request = Request(
            URL, meta={META: self.tracker.begin(URL, Lease(1, "a", URL, State.LISTED) if leased else None)}
        )
        self.feeder.send(self.request)

    async def answer(self, response: Response, request: Request | None = None) -> Any:
        """What becomes of a response, with the event loop that a pause needs."""
        request = request or self.request
        try:
            return self.middleware.process_response(request, response)
        except IgnoreRequest as error:
            return type(error) if error.args == (request.url,) else error

    def become(self, *responses: Response) -> list[Any]:
        async def test() -> list[Any]:
            found = []
            for response in responses:
                found.append(await self.answer(response))
                if self.feeder.held_back:
                    self.request = self.feeder.held_back.popleft()
                    self.feeder.send(self.request)
            return found

        return asyncio.run(test())


def test_what_newscrawl_does_not_send_may_be_answered_in_any_way() -> None:
    run = Run()
    robots = answer(429)
    assert asyncio.run(run.answer(robots, Request("https://finance.sina.com.cn/robots.txt"))) is robots
    assert (run.throttle.pauses, run.throttle.answers[HOST], run.crawler.counts()) == (0, 0, {})


def test_an_answer_that_is_no_ban_is_passed_on_and_counted() -> None:
    run = Run()
    fine = answer(404)
    assert run.become(fine) == [fine]
    assert run.throttle.answers == {HOST: 1}
    assert run.delays.told == []


@pytest.mark.parametrize("delays", [True, False])
def test_a_host_that_has_recovered_is_read_at_full_speed_again(delays: bool) -> None:
    run = Run(delays=delays)
    run.throttle.recovering[HOST] = 0
    run.become(*[answer(200)] * (RECOVERY - 1))
    assert run.delays.told == []
    run.become(answer(200))
    assert run.delays.told == ([("ease", URL)] if delays else [])


def test_an_answer_to_a_request_from_before_a_pause_does_not_end_the_bans() -> None:
    run = Run()
    run.throttle.pauses, run.throttle.bans[HOST] = 1, 1
    run.become(answer(200))
    assert run.throttle.bans[HOST] == 1


def test_a_banned_request_is_held_back() -> None:
    run = Run()
    run.throttle.answers[HOST] = 5
    assert asyncio.run(run.answer(answer(429))) is HeldBack
    (again,) = run.feeder.held_back
    assert (again.url, again.dont_filter) == (URL, True)
    visit = visit_of(again)
    assert visit
    assert (visit.bans, visit.answers, run.tracker.is_under_way(visit)) == (1, 5, True)
    assert (run.throttle.in_flight, run.throttle.pauses) == (0, 1)
    assert run.crawler.counts() == {"newscrawl/refused/429": 1}
    assert run.delays.told == [("hold", URL, 1.0, 2 * SITE.politeness.delay)]


@pytest.mark.parametrize(("retry_after", "pause"), [("", 1.0), ("30", 30.0)])
def test_the_pause_is_that_which_the_site_asks_for(retry_after: str, pause: float) -> None:
    run = Run()
    run.become(answer(429, retry_after))
    assert run.delays.told[0][2] == pause


def test_without_the_extension_for_delays_the_throttle_alone_backs_off() -> None:
    run = Run(delays=False)
    assert run.become(answer(429)) == [HeldBack]
    assert run.throttle.pauses == 1


def test_a_ban_of_a_request_from_before_the_pause_begins_no_other() -> None:
    run = Run()
    other = Request(URL, meta={META: run.tracker.begin(URL)})
    run.feeder.send(other)
    assert asyncio.run(run.answer(answer(429))) is HeldBack
    assert asyncio.run(run.answer(answer(429), other)) is HeldBack
    assert (run.throttle.pauses, len(run.delays.told)) == (1, 1)
    assert run.crawler.counts() == {"newscrawl/refused/429": 2}


def test_a_page_that_is_banned_again_while_its_host_is_fine_is_closed() -> None:
    run = Run()
    again = answer()
    assert run.become(answer()) == [HeldBack]
    run.throttle.answers[HOST] += 1
    assert run.become(again) == [again]
    assert run.crawler.counts() == {"newscrawl/refused/403": 1}
    assert run.throttle.answers[HOST] == 1  # which is no good answer


def test_the_only_page_of_a_run_is_closed() -> None:
    run = Run()
    run.feeder.more = False
    closed = answer()
    assert run.become(closed) == [closed]
    assert (run.throttle.pauses, run.crawler.counts()) == (0, {})


def test_when_the_run_is_given_up_a_request_that_was_banned_once_is_left_and_one_that_was_before_has_failed() -> None:
    once = Run(patience=1)
    assert once.become(answer(429)) == [RunStopped]
    assert list(once.feeder.held_back) == []
    assert once.delays.told == []
    twice, last = Run(patience=2), answer(429)
    assert twice.become(answer(429), last) == [HeldBack, last]
    assert twice.throttle.stopped == f"{HOST} answers with a ban (HTTP 429), 2 times in a row"


@pytest.mark.parametrize("patience", [1, 3])
def test_a_list_page_is_held_back_by_who_fetches_it(patience: int) -> None:
    run = Run(patience)
    request = Request(URL, meta={META: ListPage()})
    run.feeder.more = False  # it is not the only page of the run, either
    assert asyncio.run(run.answer(answer(), request)) is HeldBack
    assert list(run.feeder.held_back) == []
    assert (run.throttle.pauses, bool(run.throttle.stopped)) == (1, patience == 1)
    fine = answer(200)
    assert asyncio.run(run.answer(fine, request)) is fine
    assert run.throttle.answers == {HOST: 1}


def test_every_status_of_a_ban_has_a_row_of_its_own() -> None:
    assert {f"http_{status}" for status in BAN_STATUSES} <= TABLE.keys()
