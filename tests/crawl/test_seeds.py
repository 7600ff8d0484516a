"""Seeds are read a few lines ahead, by a thread that the end of the run does not wait for."""

import asyncio
import threading
from collections.abc import Iterator

from newscrawl.crawl.seeds import AHEAD, read_in_thread, read_urls


def test_blanks_and_comments_are_no_urls() -> None:
    lines = ["  https://a/1 \n", " # mine", "#mine", "\n", "https://a/2#top", "https://a/3 #third"]
    assert list(read_urls(lines)) == ["https://a/1", "https://a/2#top", "https://a/3"]


def test_lines_come_in_order_and_few_are_read_ahead() -> None:
    taken = []

    def lines() -> Iterator[str]:
        for number in range(100):
            taken.append(number)
            yield str(number)

    async def test() -> None:
        before = set(threading.enumerate())
        seeds = read_in_thread(lines())
        assert await anext(seeds) == "0"
        assert [thread.daemon for thread in set(threading.enumerate()) - before] == [True]
        for _ in range(1000):
            await asyncio.sleep(0)  # the thread could read on
        assert len(taken) <= AHEAD + 2  # one that was taken, and one that finds the queue full
        assert [line async for line in seeds] == [str(number) for number in range(1, 100)]

    asyncio.run(asyncio.wait_for(test(), 20))
