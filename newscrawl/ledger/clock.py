"""When the machine's clock is not to be trusted: by what servers have told of the time. All times are in epoch seconds.

A clock that is wrong moves the days that a crawl reads and the looks that it plans, and nothing shows it afterwards.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from newscrawl.ledger.schedule import DAY, HOUR

RELEASED = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())  # no newscrawl is older: an earlier clock is wrong
BEHIND = DAY  # a clock that is further behind what servers told before is refused
FAR = HOUR  # a clock that is further from the Date of the first answers ends the run


@dataclass(slots=True)
class ClockCheck:
    """The check of a run's clock. `newest` is the newest time that a server has told in this run, None if none has."""

    newest: int | None = None
    agreed: bool = False  # an answer's Date is near the clock
    wrong: str = ""  # why the clock is wrong

    def hear_date(self, now: int, date: int, host: str, *, weak: bool = False) -> str:
        """Takes the Date of an answer. Returns why the clock is wrong, if it is.

        Only the first answers are compared, up to one that agrees. `weak`: the answer may be an old one out of a cache,
        as robots.txt often is: that it is behind the clock means nothing.
        """
        if abs(now - date) <= FAR:
            self.agreed = True
            self.note(date)
        elif not self.agreed and not (weak and date < now):
            self.wrong = f"this machine's clock says {in_utc(now)}, but {host} says {in_utc(date)}; {ADVICE}"
        return self.wrong

    def hear_list(self, now: int, time: int) -> None:
        """Takes a time out of a list. One that is later than the clock tells nothing: lists name times to come."""
        if time <= now + FAR:
            self.note(time)

    def note(self, time: int) -> None:
        """Remembers a time if it is the newest."""
        self.newest = max(time, self.newest or 0)


ADVICE = "set the clock, or go on with --accept-clock"


def why_behind(now: int, told: int | None) -> str:
    """Why a clock is refused before anything is asked; empty if it is not. `told`: what servers told in earlier runs.

    >>> why_behind(RELEASED + 2, RELEASED + 1 + DAY), why_behind(RELEASED, None)
    ('', '')
    >>> why_behind(1, None)
    "this machine's clock says 1970-01-01 00:00 UTC, which cannot be; set the clock, or go on with --accept-clock"
    """
    if now < RELEASED:
        return f"this machine's clock says {in_utc(now)}, which cannot be; {ADVICE}"
    if told is not None and now < told - BEHIND:
        return f"this machine's clock says {in_utc(now)}, but a server said {in_utc(told)} in an earlier run; {ADVICE}"
    return ""


def in_utc(instant: int) -> str:
    """An instant for a person."""
    return f"{datetime.fromtimestamp(instant, UTC):%Y-%m-%d %H:%M} UTC"
