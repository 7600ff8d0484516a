"""Pace: how many requests are under way, and waiting where a site says no."""

import asyncio
from collections import Counter

BAN_STATUSES = frozenset((403, 418, 429, 456))  # what sites answer to a reader that they turn away
LONGEST = 600.0  # seconds; a site that asks for more is left alone, for a later run
FIRST_PAUSE = 10  # delays; the second is twice as long, and so on
SHORTEST = 1.0  # seconds
RECOVERY = 20  # good answers after a pause, before all is as it was


class Throttle:
    """Lets requests go, as many at a time as are read as fast as they come, and none during a pause.

    What has come and is not read yet is lost when the run is killed, and asked for again: so no more is let go than
    keeps the reading busy. All times in seconds of the loop's clock.
    """

    def __init__(self, most: int, delay: float, patience: int) -> None:
        self.most, self.delay, self.patience = most, delay, patience
        self.window = min(2, most)
        self.in_flight = self.arrived = 0
        self.bans: Counter[str] = Counter()  # in a row, by host
        self.answers: Counter[str] = Counter()  # that were no bans, by host
        self.pauses = 0  # what was sent before the last pause began says nothing new when it is refused
        self.recovering: Counter[str] = Counter()  # answers since the last refusal, of hosts that are not at ease again
        self.until = 0.0
        self.stopped = ""  # why nothing may be asked any more
        self.changed = asyncio.Event()

    async def acquire(self) -> bool:
        """Waits until a request may go; False when none may ever."""
        while not self.stopped:
            await self.wait_out_pause()
            if self.in_flight < self.window:
                break
            await self.wait_for_change()
        return not self.stopped

    async def wait_out_pause(self) -> None:
        """Waits for the end of a pause."""
        clock = asyncio.get_running_loop().time
        while not self.stopped and clock() < self.until:  # noqa: ASYNC110 (it may grow longer, or the run end)
            await asyncio.sleep(min(1.0, self.until - clock()))

    async def wait_for_change(self) -> None:
        """Waits until something has come of a request."""
        self.changed.clear()
        await self.changed.wait()

    def release(self) -> None:
        """Something has come of a request. When nothing else has arrived meanwhile, reading waits for the line."""
        self.in_flight -= 1
        self.arrived = max(0, self.arrived - 1)
        if self.arrived == 0 and self.window < self.most and not self.recovering:
            self.window += 1
        elif self.arrived > 1 and self.window > 1:
            self.window -= 1
        self.changed.set()

    def answered(self, host: str, pauses: int) -> bool:
        """A request that was sent after so many pauses was answered, and not by a refusal.

        Gives whether its host, having refused before, is at ease again.
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

    def backoff(self, host: str, pauses: int, said: str, retry_after: float = 0.0) -> float:
        """A request that was sent after so many pauses was turned away: wait, longer each time, and stop in the end.

        Gives how long the pause is that this begins; 0 when it begins none.
        """
        if pauses != self.pauses or self.stopped:
            return 0.0
        self.bans[host] += 1
        self.pauses += 1
        self.window = 1
        self.recovering[host] = 0
        pause: float = max(retry_after, SHORTEST, FIRST_PAUSE * self.delay * 2 ** (self.bans[host] - 1))
        if self.bans[host] >= self.patience:
            self.stop(f"{host} {said}, {self.bans[host]} times in a row")
        elif pause > LONGEST:
            self.stop(f"{host} {said}, and asks to wait {pause / 60:.0f} minutes")
        else:
            self.until = asyncio.get_running_loop().time() + pause
            self.changed.set()
        return 0.0 if self.stopped else pause

    def stop(self, why: str) -> None:
        """Nothing may be asked any more."""
        self.stopped = self.stopped or why
        self.changed.set()
