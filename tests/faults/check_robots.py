"""What a robots.txt costs: CPU time, of the worst that fits into what counts of it."""

import asyncio
import time

import pytest
from scrapy import Request

from tests.crawl.test_robots_rules import OURS, WORST, middleware_of

READ, ASKED = 2.0, 0.02  # seconds of CPU; measured at 0.5 and 0.004 at most (2026-11-28)
TIMES = 50


@pytest.mark.parametrize("kind", WORST)
def test_a_robots_txt_stops_no_run(kind: str) -> None:
    middleware = middleware_of(OURS + WORST[kind])
    began = time.process_time()
    rules = asyncio.run(middleware.robot_parser(Request("https://a.example/x")))
    read = time.process_time()
    for number in range(TIMES):
        rules.allowed(f"https://a.example/{'ab' * 1000}{number}", "newscrawl")
    asked = time.process_time()
    assert (read - began < READ, (asked - read) / TIMES < ASKED) == (True, True)
