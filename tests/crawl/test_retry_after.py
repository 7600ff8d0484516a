"""Retry-After is a number of seconds or a date; what is neither asks for nothing."""

from datetime import UTC, datetime

import pytest
from scrapy import Request
from scrapy.http import Response

from newscrawl.crawl.middlewares.retry_after import RetryAfterMiddleware, retry_after

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


def answer(**headers: str) -> Response:
    return Response("https://x/", status=503, headers={name.replace("_", "-"): text for name, text in headers.items()})


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("9" * 400, 999_999_999),  # longer than a float
        ("Sun, 01 Mar 2026 08:01:30 GMT", 90),
        ("Sun, 01 Mar 2026 08:01:30 -0000", 90),  # without a zone: UTC
        ("Sun, 01 Mar 2026 16:01:30 +0800", 90),
        ("Sun, 01 Mar 2026 07:00:00 GMT", 0),  # over
        ("-5", 0),
        ("soon", 0),
        ("", 0),
    ],
)
def test_the_seconds_that_a_response_asks_to_wait(text: str, seconds: float) -> None:
    assert retry_after(answer(Retry_After=text), NOW) == seconds


def test_now_is_the_default() -> None:
    assert retry_after(answer(Retry_After="Sun, 01 Mar 2026 07:00:00 GMT")) == 0
    assert retry_after(answer(Retry_After="Sun, 01 Mar 2220 07:00:00 GMT")) > 10**9


def test_a_response_without_it_asks_for_nothing() -> None:
    assert retry_after(answer(), NOW) == 0


def test_scrapy_does_not_retry_what_asks_to_wait() -> None:
    waits, other = Request("https://x/"), Request("https://x/")
    middleware = RetryAfterMiddleware()
    for request, response in ((waits, answer(Retry_After="120")), (other, answer())):
        assert middleware.process_response(request, response) is response
    assert waits.meta == {"dont_retry": True}
    assert other.meta == {}
