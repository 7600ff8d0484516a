"""Waits: what a user reads while a run sends a host nothing."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait that begins at the instant `begun`. `why` is a predicate of the host."""

    host: str
    seconds: float
    why: str
    begun: datetime

    @property
    def until(self) -> datetime:
        """The instant at which it ends, on the clock of this machine."""
        return (self.begun + timedelta(seconds=self.seconds)).astimezone()

    @property
    def line(self) -> str:
        """The wait in one line."""
        return f"waiting {math.ceil(self.seconds)} s, until {self.until:%H:%M:%S}: {self.host} {self.why}"

    def plain(self) -> dict[str, Any]:
        """The wait as values of JSON; `until` is in UTC."""
        until = self.until.astimezone(UTC).isoformat(timespec="seconds")
        return {"host": self.host, "seconds": self.seconds, "until": until, "why": self.why}

    def note(self, now: datetime) -> str:
        """What a progress bar adds while the wait lasts; empty when it is over."""
        return f", waiting until {self.until:%H:%M:%S}" if now < self.until else ""
