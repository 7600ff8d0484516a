"""The throttle: how many requests are in flight, and how long to back off when a site bans us."""

import asyncio
from collections import Counter

LONGEST = 600.0  # seconds; a site that asks for a longer pause is left to a later run
FIRST_PAUSE = 10  # delays; each further pause is twice as long
SHORTEST = 1.0  # seconds of the shortest pause
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
        self.pauses += 1
        self.window = 1
        self.recovering[host] = 0
        pause: float = max(retry_after, SHORTEST, FIRST_PAUSE * self.delay * 2 ** (self.bans[host] - 1))
        if self.bans[host] >= self.patience:
            self.stop(f"{host} {ban}, {self.bans[host]} times in a row")
        elif pause > LONGEST:
            self.stop(f"{host} {ban}, and asks to wait {pause / 60:.0f} minutes")
        else:
            self.until = asyncio.get_running_loop().time() + pause
            self.changed.set()
        return 0.0 if self.stopped else pause

    def stop(self, why: str) -> None:
        """Sends no more requests; `why` is kept if it is the first reason."""
        self.stopped = self.stopped or why
        self.changed.set()
