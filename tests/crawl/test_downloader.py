"""When a request counts as sent: not before the downloader gives it to the network."""

import asyncio
from typing import Any

import pytest
from scrapy import Request
from scrapy.core import downloader
from scrapy.http import Response

from newscrawl import settings
from newscrawl.crawl.downloader import Downloader
from newscrawl.crawl.signals import visit_sent
from newscrawl.crawl.visit import META, ListPage, Visit
from tests.support.crawler import Heard, stub_crawler

URL = "https://a.example/1"
SLOT: Any = None


def test_the_settings_name_it() -> None:
    assert f"{Downloader.__module__}.{Downloader.__qualname__}" == settings.DOWNLOADER


@pytest.mark.parametrize("carried", [Visit(1, URL), ListPage(), None])
def test_a_visit_is_told_of_before_its_request_is_sent(carried: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    crawler = stub_crawler()
    heard = Heard(crawler, visit_sent)
    before: list[int] = []

    async def download(_: Any, __: Any, request: Request) -> Response:
        before.append(len(heard.sent))
        return Response(request.url)

    monkeypatch.setattr(downloader.Downloader, "_download", download)
    sender = Downloader.__new__(Downloader)
    sender.signals = crawler.signals
    request = Request(URL, meta={META: carried} if carried else {})
    assert asyncio.run(sender._download(SLOT, request)).url == URL
    is_visit = isinstance(carried, Visit)
    assert heard.sent == ([{"visit": carried}] if is_visit else [])
    assert before == [int(is_visit)]
