"""Which requests a run wants to send."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from scrapy import Request

from newscrawl.crawl.requests import NOT_MODIFIED, conditions, each_of, lease_requests, seed_requests
from newscrawl.crawl.signals import visit_ended
from newscrawl.crawl.tracker import Tracker
from newscrawl.crawl.visit import META, Visit, visit_of
from newscrawl.provenance import Lease, State
from newscrawl.sites.loader import load_site
from tests.support.crawler import Heard, stub_crawler

DOC = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg000000{}.shtml"
SITE = load_site("sina_finance")


def make(url: str, visit: Visit) -> Request:
    return Request(url, meta={META: visit})


def tracked() -> tuple[Tracker, Heard]:
    crawler = stub_crawler()
    return Tracker(crawler), Heard(crawler, visit_ended)


def sent(requests: AsyncIterator[Request]) -> list[Request]:
    async def all_of() -> list[Request]:
        return [request async for request in requests]

    return asyncio.run(asyncio.wait_for(all_of(), 20))


def no_lists(key: str) -> tuple[str, ...]:  # noqa: ARG001
    return ()


def endings(heard: Heard) -> list[tuple[str, str, str]]:
    return [(about["visit"].asked, about["outcome"].ending.name, about["outcome"].reason) for about in heard.sent]


@pytest.mark.parametrize("stream", [False, True])
def test_each_article_is_requested_once_and_every_url_has_a_visit(stream: bool) -> None:
    tracker, heard = tracked()
    twice = DOC.format(1).replace("https", "http") + "?from=wap"
    urls = [DOC.format(1), twice, "ftp://x/", "no url", DOC.format(2)]
    requests = sent(seed_requests(iter(urls) if stream else urls, SITE, tracker, make, no_lists))
    assert [request.url for request in requests] == [DOC.format(1), DOC.format(2)]
    visits = [visit_of(request) for request in requests]
    assert [visit and visit.asked for visit in visits] == [DOC.format(1), DOC.format(2)]
    assert all(visit and tracker.is_under_way(visit) and not visit.lease for visit in visits)
    assert endings(heard) == [
        (twice, "REPEATED", ""),
        ("ftp://x/", "FAILED", "bad_url"),
        ("no url", "FAILED", "bad_url"),
    ]


def test_a_url_that_scrapy_rejects_is_a_bad_one_each_time() -> None:
    def reject(url: str, _: Visit) -> Request:
        raise ValueError(url)

    tracker, heard = tracked()
    assert sent(seed_requests((DOC.format(1), DOC.format(1)), SITE, tracker, reject, no_lists)) == []
    assert [reason for _, _, reason in endings(heard)] == ["bad_url", "bad_url"]


def lease(state: str, etag: str = "", modified: str = "", url: str = DOC.format(1)) -> Lease:
    return Lease(1, "a", url, State(state), etag=etag, modified=modified)


async def leases(*all_of_them: Lease) -> AsyncIterator[Lease]:
    for each in all_of_them:
        yield each


def test_an_item_is_requested_by_its_url_and_not_followed_to_what_is_unchanged() -> None:
    tracker, heard = tracked()
    kept, new = lease("kept", etag='"1"'), lease("listed", url=DOC.format(2))
    one, two = sent(lease_requests(leases(kept, new), tracker, make))
    assert (one.url, two.url) == (kept.url, new.url)
    assert [visit_of(request).lease for request in (one, two)] == [kept, new]  # type: ignore[union-attr]
    assert one.meta["handle_httpstatus_list"] == [NOT_MODIFIED] == [304]
    assert "handle_httpstatus_list" not in two.meta  # there is nothing that could be unchanged
    assert (one.headers["If-None-Match"], two.headers.get("If-None-Match")) == (b'"1"', None)
    assert heard.sent == []


def test_an_item_whose_url_scrapy_rejects_fails_and_the_others_go_on() -> None:
    def reject(url: str, visit: Visit) -> Request:
        if "bad" in url:
            raise ValueError(url)
        return make(url, visit)

    tracker, heard = tracked()
    (request,) = sent(lease_requests(leases(lease("listed", url="https://bad/"), lease("listed")), tracker, reject))
    assert request.url == DOC.format(1)
    assert endings(heard) == [("https://bad/", "FAILED", "bad_url")]


@pytest.mark.parametrize(
    ("item", "headers"),
    [
        (lease("kept", etag='"1"'), {"If-None-Match": '"1"'}),
        (lease("kept", etag='"1"', modified="Sun"), {"If-None-Match": '"1"'}),
        (lease("kept", modified="Sun"), {"If-Modified-Since": "Sun"}),
        (lease("gone", modified="Sun"), {"If-Modified-Since": "Sun"}),
        (lease("kept"), {}),
        (lease("failed", etag='"1"', modified="Sun"), {}),
    ],
)
def test_only_the_page_of_a_kept_article_is_asked_for_if_it_has_changed(item: Lease, headers: dict[str, str]) -> None:
    assert conditions(item) == headers


@pytest.mark.parametrize("urls", [["a", "b"], ("a", "b"), iter(["a", "b"])])
def test_urls_come_in_order(urls: Any) -> None:
    async def test() -> list[str]:
        return [url async for url in each_of(urls)]

    assert asyncio.run(test()) == ["a", "b"]
