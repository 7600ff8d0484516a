"""What the columns of the ledger may hold: a type each.

SQLite takes any value in any column. One that newscrawl cannot have written was damaged, and who reads it is told so in
the way in which SQLite tells of a damaged page: by a DatabaseError. `fits` is the same question without the error, for
who checks an archive. No type says whether there must be a value: a join may have none.
"""

import re
import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict

import msgspec
from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.types import TypeDecorator, TypeEngine

# Epoch seconds, and years: a day less than `datetime` has at either end, so that each zone can show them.
FIRST, LAST = -62_135_510_400, 253_402_214_399
YEARS = range(2, 9999)
A_DAY = re.compile(r"\d{4}-\d\d-\d\d")
SOME_IDS = re.compile(r"(?:\d{1,18}(?: \d{1,18})*)?", re.ASCII)
SHOWN = 40  # characters of a value in a message


class DamagedValue(sqlite3.DatabaseError):
    """A value that its column cannot hold, told as SQLite tells of a damaged page."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class Picture(TypedDict):
    """A picture in a record."""

    src: str
    caption: str


class Record(TypedDict):
    """A record: the fields of an article. Some are missing in records of an older newscrawl."""

    url: str
    docid: str
    title: str
    author: str
    source: str
    byline: list[str]
    editor: str
    published: str | None
    modified: str | None
    channel: str
    categories: list[str]
    keywords: list[str]
    stocks: list[str]
    original_title: str
    images: list[Picture]
    headimg: str
    text: str
    html: str
    layout: str
    site: str
    kicker: NotRequired[str]
    subtitle: NotRequired[str]


class RunSummary(TypedDict, total=False):
    """The summary of a run, as far as newscrawl looks at it. Runs of `forget` have other keys."""

    posts: dict[str, int]
    failed: dict[str, int]
    requests: int
    stopped: str
    stale: dict[str, dict[str, Any]]


RECORDS, SUMMARIES = msgspec.json.Decoder(Record), msgspec.json.Decoder(RunSummary)


def is_text(value: Any) -> bool:
    """Whether a value is a text."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, int)


def is_flag(value: Any) -> bool:
    """Whether a value is one of a boolean.

    >>> [is_flag(value) for value in (0, 1, 2, "1")]
    [True, True, False, False]
    """
    return isinstance(value, int) and value in (0, 1)


def is_epoch(value: Any) -> bool:
    """Whether a value is an instant in epoch seconds that a calendar has in every zone.

    >>> [is_epoch(value) for value in (0, LAST, LAST + 1, FIRST - 1, 1.5)]
    [True, True, False, False, False]
    """
    return isinstance(value, int) and FIRST <= value <= LAST


def is_instant(value: Any) -> bool:
    """Whether a value is an instant in ISO 8601, with its offset, that a calendar has in every zone.

    >>> [is_instant(f"{year}-03-01T08:00:00+08:00") for year in ("0001", "0002", "9998", "9999")]
    [False, True, True, False]
    >>> [is_instant(value) for value in ("2026-03-01T08:00:00", "2026-03-01", "2026-13-01T08:00:00Z", None)]
    [False, False, False, False]
    """
    try:
        instant = datetime.fromisoformat(value)
    except (ValueError, TypeError):
        return False
    return instant.tzinfo is not None and instant.year in YEARS


def is_day(value: Any) -> bool:
    """Whether a value is a day (YYYY-MM-DD).

    >>> [is_day(value) for value in ("2026-03-01", "2026-02-30", "20260301", "", 1)]
    [True, False, False, False, False]
    """
    try:
        return bool(A_DAY.fullmatch(value) and date.fromisoformat(value))
    except (ValueError, TypeError):
        return False


def is_day_or_none(value: Any) -> bool:
    """Whether a value is a day, or empty for none yet."""
    return value == "" or is_day(value)


def is_ids(value: Any) -> bool:
    """Whether a value is a list of ids, with a space between two.

    >>> [is_ids(value) for value in ("", "1 22", "1,2", "-1", " 1", 1)]
    [True, True, False, False, False, False]
    """
    return isinstance(value, str) and SOME_IDS.fullmatch(value) is not None


def is_json(value: Any, decoder: "msgspec.json.Decoder[Any]") -> bool:
    """Whether a value is JSON of the kind that a decoder reads.

    >>> numbers = msgspec.json.Decoder(dict[str, int])
    >>> [is_json(value, numbers) for value in ('{"a": 1}', '{"a": "b"}', '{"a": 1', '["a"]', "[" * 9999, 1)]
    [True, False, False, False, False, False]
    """
    try:
        decoder.decode(value)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError, TypeError):
        return False
    return True


def is_record(value: Any) -> bool:
    """Whether a value is the record of an article."""
    return is_json(value, RECORDS)


def is_summary(value: Any) -> bool:
    """Whether a value is the summary of a run."""
    return is_json(value, SUMMARIES)


class Checked(TypeDecorator[Any]):
    """The type of a column: it is `stored` as SQLAlchemy's type, and holds what `fits`, or nothing.

    `what` is said of a value that does not fit, `made` is called with one that does.
    """

    impl: Any = String  # in place of which `stored` is put
    cache_ok = True

    def __init__(
        self,
        stored: TypeEngine[Any],
        fits: Callable[[Any], bool],
        what: str,
        made: Callable[[Any], Any] | None = None,
    ) -> None:
        super().__init__()
        self.impl = self.stored = stored
        self.fits, self.what, self.made = fits, what, made

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:  # noqa: ARG002 (its signature)
        """The function that each value goes through that is read. It raises DatabaseError for one that does not fit."""
        fits, what, made = self.fits, self.what, self.made

        def checked(value: Any) -> Any:
            if value is None:
                return None
            if not fits(value):
                raise damaged_value(value, what)
            return made(value) if made else value

        return checked


WORDS = Checked(String(), is_text, "a text")
LONG_WORDS = Checked(Text(), is_text, "a text")
NUMBER = Checked(Integer(), is_number, "a number")
LARGE_NUMBER = Checked(BigInteger(), is_number, "a number")
FLAG = Checked(Boolean(), is_flag, "yes or no", bool)
EPOCH = Checked(BigInteger(), is_epoch, "an instant")
INSTANT = Checked(String(), is_instant, "an instant")
DAY = Checked(String(), is_day, "a day")
DAY_OR_NONE = Checked(String(), is_day_or_none, "a day")
IDS = Checked(String(), is_ids, "ids")
RECORD = Checked(Text(), is_record, "a record")
SUMMARY = Checked(Text(), is_summary, "the summary of a run")


def damaged_value(value: Any, what: str) -> DatabaseError:
    """The error of a value that does not fit its column, which is for `what`.

    >>> str(damaged_value("x", "a day").orig)
    "'x' stands where a day must"
    """
    shown = repr(value)
    shown = shown if len(shown) <= SHOWN else f"{shown[:SHOWN]}…"
    return DatabaseError(None, None, DamagedValue(f"{shown} stands where {what} must"))


def value_fits(column: Column[Any], value: Any) -> bool:
    """Whether a value, as SQLite has it, is one of a column: one that fits, or none where there may be none."""
    kind: Any = column.type  # each is Checked
    return bool(column.nullable) if value is None else bool(kind.fits(value))


def holds_text(column: Column[Any]) -> bool:
    """Whether a column holds texts."""
    kind: Any = column.type
    return isinstance(kind.stored, String)
