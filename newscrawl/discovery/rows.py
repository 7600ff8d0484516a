"""Rows: the entries of lists."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of a list. Times are epoch seconds; None where the list has no such time."""

    url: str
    title: str = ""
    docid: str = ""  # the list's id without its prefix `comos:`
    ctime: int | None = None  # published
    intime: int | None = None  # added to the list
    mtime: int | None = None  # changed
