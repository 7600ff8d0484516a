"""The tasks of a replay: plain data that can be sent to workers."""

from datetime import datetime, timedelta
from typing import NamedTuple

from newscrawl.provenance import Capture
from newscrawl.replay.scan import EPOCH


class Page(NamedTuple):
    """A captured page of an article, and where its body is stored."""

    number: int  # in its article, from 1
    url: str
    path: str  # of the WARC file
    offset: int  # of the record, in bytes
    capture: Capture | None  # the archive's own capture; None: the file is not the archive's
    kept: bool = False  # whether the ledger says that an article was kept from this capture
    member: bytes = b""  # the record as a gzip member, if it cannot be read from the file at `offset`


class ReplayTask(NamedTuple):
    """An article to read again: a capture of its first page, and the captures of its further pages."""

    number: int  # of the capture
    key: str  # URL identity
    time: int  # of the capture, in microseconds since 1970
    article: bool  # whether the URL is that of an article
    pages: tuple[Page, ...]  # empty: the body to which a revisit refers is in none of the files
    url: str
    file: int  # number of the file in the index
    offset: int  # of the record, in bytes


def instant_of(time: int) -> datetime:
    """The instant, in UTC, of microseconds since 1970: the inverse of `microseconds`."""
    return EPOCH + timedelta(microseconds=time)
