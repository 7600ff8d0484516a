"""Seeds: the addresses that a run is given, from a list or as they come."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import chain
from typing import Any

AHEAD = 4  # lines that are read before they are needed
END: Any = object()


def read_urls(lines: Iterable[str]) -> Iterator[str]:
    """The URLs of a list, one a line; blank lines and `#` comments are left out.

    >>> list(read_urls(["# mine", "https://a/1  # first", "", "https://a/2#top"]))
    ['https://a/1', 'https://a/2#top']
    """
    for line in lines:
        url = line.partition(" #")[0].strip()
        if url and not url.startswith("#"):
            yield url


async def off_the_loop(lines: Iterable[str]) -> AsyncIterator[str]:
    """Lines as they come, read in a thread of their own: standard input may be slow, and may never end.

    The thread is a daemon, so that an interrupted run need not wait for a line that nobody will write.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[Any] = asyncio.Queue(maxsize=AHEAD)

    def pump() -> None:
        for line in chain(lines, (END,)):
            asyncio.run_coroutine_threadsafe(queue.put(line), loop).result()

    threading.Thread(target=pump, daemon=True).start()
    while (line := await queue.get()) is not END:
        yield line
