"""What a replay reads: the pages of a capture, in order; plain data, for workers too."""

from datetime import datetime, timedelta
from typing import NamedTuple

from newscrawl.provenance import Capture
from newscrawl.replay.scan import EPOCH


class Page(NamedTuple):
    """A page of an article as it was captured, and where its body is. `capture`: what the archive knows it as."""

    number: int  # in its article
    url: str
    path: str
    offset: int
    capture: Capture | None


class ReplayTask(NamedTuple):
    """An article to be read again: its first page, and of each further one the capture that goes with it."""

    number: int  # of the capture
    key: str  # by its address
    time: int  # of the capture, in microseconds since 1970
    article: bool  # whether it stands at the address of an article
    pages: tuple[Page, ...]  # none: the body that a revisit refers to is not here
    url: str
    file: int
    offset: int


def instant_of(time: int) -> datetime:
    """What `microseconds` was made of."""
    return EPOCH + timedelta(microseconds=time)
