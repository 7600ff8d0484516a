"""The throttle: how many requests are in flight, and how long to back off when a site bans us."""

import asyncio
from collections import Counter

LONGEST = 600.0  # seconds; a site that asks for a longer pause is left to a later run
FIRST_PAUSE = 10  # delays; each further pause is twice as long
SHORTEST = 1.0  # seconds of the shortest pause
UNKNOWN = 5  # pages in a row on one host of which nothing says what they are: a ban in unknown words, a changed design
RECOVERY = 20  # good answers after a pause, before a host is read at full speed again


class Throttle:
    """Limits the requests in flight to as many as keep the reading of pages busy, and to none during a pause.

    A response that is not read yet is lost when the run is killed, and requested again; a small window keeps that few.
    All times are in seconds of the event loop's clock.
    """

    def __init__(self, most: int, delay: float, patience: int) -> None:
        self.most, self.delay, self.patience = most, delay, patience
        self.window = min(2, most)
        self.in_flight = self.arrived = 0
        self.bans: Counter[str] = Counter()  # bans in a row, by host
        self.unknown: Counter[str] = Counter()  # pages in a row that nobody knows, by host
        self.doubts: Counter[str] = Counter()  # pauses that were made for them, by host
        self.answers: Counter[str] = Counter()  # answers that were no bans, by host
        self.pauses = 0  # so far; a ban of a request from before the last pause is no news
        self.recovering: Counter[str] = Counter()  # answers since the last ban, of hosts that are recovering
        self.until = 0.0  # when the pause ends
        self.stopped = ""  # why no more requests may be sent; empty: they may
        self.changed = asyncio.Event()

    async def acquire(self) -> bool:
        """Waits until a request may be sent. Returns False when no more may be sent at all."""
        while not self.stopped:
            await self.wait_out_pause()
            if self.in_flight < self.window:
                break
            await self.wait_for_change()
        return not self.stopped

    async def wait_out_pause(self) -> None:
        """Waits for the end of a pause."""
        clock = asyncio.get_running_loop().time
        while not self.stopped and clock() < self.until:  # noqa: ASYNC110 (the pause may grow, or the run end)
            await asyncio.sleep(min(1.0, self.until - clock()))

    async def wait_for_change(self) -> None:
        """Waits until a request has an outcome, or the throttle changes."""
        self.changed.clear()
        await self.changed.wait()

    def release(self) -> None:
        """Counts a request as done and adapts the window.

        It grows if no response waits to be read, as reading then waits for the network, and shrinks if several wait.
        """
        self.in_flight -= 1
        self.arrived = max(0, self.arrived - 1)
        if self.arrived == 0 and self.window < self.most and not self.recovering:
            self.window += 1
        elif self.arrived > 1 and self.window > 1:
            self.window -= 1
        self.changed.set()

    def answered(self, host: str, pauses: int) -> bool:
        """Counts an answer that is no ban, to a request that was sent after `pauses` pauses.

        Returns whether its host has recovered from a ban by it.
        """
        self.answers[host] += 1
        if pauses != self.pauses:
            return False
        self.bans[host] = 0
        if host not in self.recovering:
            return False
        self.recovering[host] += 1
        if self.recovering[host] < RECOVERY:
            return False
        del self.recovering[host]
        return True

    def backoff(self, host: str, pauses: int, ban: str, retry_after: float = 0.0) -> float:
        """Backs off after a ban of a request that was sent after `pauses` pauses; stops after `patience` bans in a row.

        `ban` says how the site bans us, `retry_after` how many seconds it asks to wait. Returns the seconds of the
        pause that begins; 0 if none begins.
        """
        if pauses != self.pauses or self.stopped:
            return 0.0
        self.bans[host] += 1
        pause = max(retry_after, self._pause_after(self.bans[host]))
        if self.bans[host] >= self.patience:
            self.stop(f"{host} {ban}, {self.bans[host]} times in a row")
        elif pause > LONGEST:
            self.stop(f"{host} {ban}, and asks to wait {pause / 60:.0f} minutes")
        return self._pause(host, pause)

    def doubt(self, host: str, pauses: int, reason: str) -> float:
        """Counts a page that nobody knows, for `reason`, of a request that was sent after `pauses` pauses.

        It backs off after `UNKNOWN` of them in a row, and after each further one; at the `patience`-th time it stops.
        Returns the seconds of the pause that begins; 0 if none begins.
        """
        self.unknown[host] += 1
        count = self.unknown[host]
        if count < UNKNOWN or pauses != self.pauses or self.stopped:
            return 0.0
        self.doubts[host] += 1
        if self.doubts[host] >= self.patience:
            self.stop(f"{host} gives pages that hold no article ({reason}), {count} in a row: a ban, or a new design")
        return self._pause(host, self._pause_after(self.doubts[host]))

    def recognised(self, host: str) -> None:
        """Counts a page that is an article, or that a rule knows: it ends a row of those that nobody knows."""
        self.unknown[host] = 0
        self.doubts[host] = 0

    def pauses_of(self, host: str) -> int:
        """The pauses that a host has caused in a row."""
        return max(self.bans[host], self.doubts[host])

    def _pause_after(self, times: int) -> float:
        """The seconds of a pause, each twice as long as the one before."""
        return float(max(SHORTEST, FIRST_PAUSE * self.delay * 2 ** (times - 1)))

    def _pause(self, host: str, seconds: float) -> float:
        """Begins a pause, unless the run is stopped. Returns its seconds; 0 if none begins."""
        self.pauses += 1
        self.window = 1
        self.recovering[host] = 0
        if self.stopped:
            return 0.0
        self.until = asyncio.get_running_loop().time() + seconds
        self.changed.set()
        return seconds

    def stop(self, why: str) -> None:
        """Sends no more requests; `why` is kept if it is the first reason."""
        self.stopped = self.stopped or why
        self.changed.set()
