"""When a failure says nothing about its article: its host answers nothing, which may be our own line."""

from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.signals import response_downloaded

from newscrawl.crawl.extensions.outages import OutageExtension, counts, is_out
from newscrawl.crawl.failures import RunStopped
from newscrawl.crawl.middlewares.stop import StopMiddleware
from newscrawl.crawl.outages import ENOUGH, Outages
from newscrawl.crawl.signals import host_out, visit_ended
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.visit import META, Ending, ListPage, Visit, VisitOutcome
from newscrawl.provenance import Lease, State
from tests.support.crawler import Heard, stub_crawler

HOST, URL = "a.example", "https://a.example/1"
VISIT = Visit(1, URL, Lease(1, "a", URL, State.LISTED))
OURS = ("timeout", "unreachable", "dns", "tls", "robots_unreachable")


@pytest.mark.parametrize("reason", [*OURS, "broken", "http_500", "no_text"])
def test_a_failure_without_an_answer_counts_if_the_host_has_answered_before(reason: str) -> None:
    outages = Outages()
    assert outages.counts(HOST, reason) is (reason not in OURS)
    outages.answered("b.example")
    assert outages.counts(HOST, reason) is (reason not in OURS)
    outages.answered(HOST)
    assert outages.counts(HOST, reason)


def test_a_host_is_out_after_several_requests_in_a_row_without_an_answer() -> None:
    outages = Outages()
    assert [outages.failed(HOST, "timeout") for _ in range(ENOUGH + 1)] == [False] * (ENOUGH - 1) + [True, False]
    assert outages.is_out(HOST)
    assert not outages.is_out("b.example")


def test_an_answer_ends_the_row_and_an_answer_that_is_no_page_is_none_of_it() -> None:
    outages = Outages()
    for _ in range(ENOUGH - 1):
        outages.failed(HOST, "timeout")
    outages.answered(HOST)
    for _ in range(ENOUGH - 1):
        outages.failed(HOST, "dns")
        outages.failed(HOST, "http_500")
    assert not outages.is_out(HOST)
    assert outages.failed(HOST, "dns")


class Run:
    """A run with the outage extension."""

    def __init__(self) -> None:
        self.crawler = stub_crawler(throttle=Throttle(most=1, delay=0, patience=1))
        self.extension = OutageExtension.from_crawler(self.crawler)
        self.told = Heard(self.crawler, host_out)

    def end(self, reason: str = "timeout", ending: Ending = Ending.FAILED) -> None:
        self.crawler.signals.send_catch_log(visit_ended, visit=VISIT, outcome=VisitOutcome(ending, reason))

    def download(self, **meta: Any) -> None:
        request = Request(URL, meta=meta)
        self.crawler.signals.send_catch_log(response_downloaded, request=request, response=Response(URL))


def test_a_host_that_is_out_is_told_once() -> None:
    run = Run()
    for _ in range(ENOUGH + 2):
        run.end()
    detail = f"no article answered {ENOUGH} times in a row; the others are left to the next run"
    assert run.told.sent == [{"host": HOST, "reason": "timeout", "detail": detail}]


def test_only_answers_to_requests_for_articles_count() -> None:
    run = Run()
    run.crawler.extensions[OutageExtension] = run.extension
    run.download()  # such as robots.txt
    run.download(**{META: ListPage()})
    assert not counts(run.crawler, VISIT, "timeout")
    run.download(**{META: VISIT})
    assert counts(run.crawler, VISIT, "timeout")


def test_only_failures_count() -> None:
    run = Run()
    for ending in (Ending.UNSENT, Ending.GONE, Ending.UNCHANGED):
        for _ in range(ENOUGH):
            run.end("timeout", ending)
    assert run.told.sent == []


def test_the_items_of_a_host_that_is_out_are_not_asked_for_and_urls_that_a_user_gives_are() -> None:
    run = Run()
    middleware = StopMiddleware.from_crawler(run.crawler)
    asked = [Request(URL, meta={META: visit}) for visit in (VISIT, Visit(2, URL))]
    for _ in range(ENOUGH):
        run.end()
    middleware.process_request(asked[0])  # without the extension
    run.crawler.extensions[OutageExtension] = run.extension
    assert is_out(run.crawler, VISIT)
    with pytest.raises(RunStopped):
        middleware.process_request(asked[0])
    middleware.process_request(asked[1])
    middleware.process_request(Request(URL))
    other = "https://b.example/1"
    middleware.process_request(Request(other, meta={META: Visit(3, other, Lease(1, "b", other, State.LISTED))}))
