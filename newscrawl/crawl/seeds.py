"""Seeds: the URLs that a run starts from, out of a list or out of a stream."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import chain
from typing import Any

AHEAD = 4  # lines that are read ahead
END: Any = object()


def read_urls(lines: Iterable[str]) -> Iterator[str]:
    """Yields the URLs of a list, one a line, without blank lines and `#` comments.

    >>> list(read_urls(["# mine", "https://a/1  # first", "", "https://a/2#top"]))
    ['https://a/1', 'https://a/2#top']
    """
    for line in lines:
        url = line.partition(" #")[0].strip()
        if url and not url.startswith("#"):
            yield url


async def read_in_thread(lines: Iterable[str]) -> AsyncIterator[str]:
    """Yields lines as they arrive. A thread reads them, because standard input may be slow, and may never end.

    The thread is a daemon, so that an interrupted run does not wait for the next line.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Any] = asyncio.Queue(maxsize=AHEAD)

    def pump() -> None:
        for line in chain(lines, (END,)):
            asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()

    threading.Thread(target=pump, daemon=True).start()
    while (line := await queue.get()) is not END:
        yield line
