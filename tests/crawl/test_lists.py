"""How a list page is fetched, and what is told of lists."""

import asyncio

import pytest
from scrapy import Request
from scrapy.exceptions import DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response

from newscrawl.crawl.failures import HeldBack, RobotsForbidden, RunStopped
from newscrawl.crawl.lists import ListFetcher
from newscrawl.crawl.signals import items_expected, list_failed
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.visit import ListPage, carried_by
from newscrawl.errors import Banned, ListError
from tests.support.crawler import Heard, stub_crawler

URL = "https://feed.example/api"


class Engine:
    """Answers requests in turn."""

    def __init__(self, throttle: Throttle, answers: list[Response | Exception]) -> None:
        self.throttle, self.answers = throttle, answers
        self.requests: list[Request] = []

    async def download_async(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, RunStopped):
            self.throttle.stop("the disk is full")
        if isinstance(answer, Exception):
            raise answer
        return answer


class Run:
    def __init__(self, *answers: Response | Exception) -> None:
        self.throttle = Throttle(most=1, delay=0, patience=1)
        self.engine = Engine(self.throttle, list(answers))
        self.crawler = stub_crawler(engine=self.engine)
        self.lists = ListFetcher(self.crawler, self.throttle)

    def fetch(self) -> bytes:
        return asyncio.run(asyncio.wait_for(self.lists.fetch(URL), 20))


def test_a_list_page_is_its_body() -> None:
    run = Run(Response(URL, body=b"rows"))
    run.throttle.pauses = 3
    assert run.fetch() == b"rows"
    (request,) = run.engine.requests
    assert (request.url, request.dont_filter, carried_by(request)) == (URL, True, ListPage(3))


def test_a_banned_list_page_is_fetched_again_with_the_pauses_of_then() -> None:
    run = Run(HeldBack(URL), Response(URL, body=b"rows"))
    assert run.fetch() == b"rows"
    assert [request.url for request in run.engine.requests] == [URL, URL]


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (Response(URL, status=404), "list_http_404", "the server has no such page"),
        (Response(URL, status=204), "list_http_204", "an answer without a page"),
        (Response(URL, body=b"{}", flags=["unfinished gzip"]), "list_broken", "the answer is cut off within its gzip"),
        (RobotsForbidden(URL), "list_robots", "robots.txt forbids it"),
        (DownloadTimeoutError("no answer"), "list_timeout", "no answer in time"),
        (IgnoreRequest("not today"), "list_refused", "not today"),
        (KeyError("a bug"), "list_broken", "the answer was cut off"),
    ],
)
def test_a_list_page_that_does_not_come_has_a_reason(answer: Response | Exception, reason: str, detail: str) -> None:
    with pytest.raises(ListError) as caught:
        Run(answer).fetch()
    assert caught.value.reason == reason
    assert caught.value.detail.startswith(detail)
    assert bool(caught.value.detail) is bool(detail)


def test_a_run_that_is_given_up_fetches_no_list() -> None:
    run = Run(Response(URL))
    run.throttle.stop("banned")
    with pytest.raises(Banned, match="banned"):
        run.fetch()
    assert run.engine.requests == []


def test_a_run_that_is_given_up_meanwhile_fetches_it_no_more() -> None:
    with pytest.raises(Banned, match="the disk is full"):
        Run(RunStopped(URL)).fetch()


def test_without_an_engine_nothing_is_fetched() -> None:
    run = Run()
    run.crawler.engine = None
    with pytest.raises(Banned):
        run.fetch()


def test_what_is_told_of_lists() -> None:
    run = Run()
    failed, expected = Heard(run.crawler, list_failed), Heard(run.crawler, items_expected)
    run.lists.report("china 2026-03-01", "list_short", "2 rows")
    run.lists.expect(7)
    assert failed.sent == [{"what": "china 2026-03-01", "reason": "list_short", "detail": "2 rows"}]
    assert expected.sent == [{"count": 7}]
