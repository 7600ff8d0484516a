"""Rows: what a list says of an article."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of any list. Times are epoch seconds; None where the list tells none."""

    url: str
    title: str = ""
    docid: str = ""  # as the list gives it, without `comos:`
    ctime: int | None = None  # published
    intime: int | None = None  # entered the list
    mtime: int | None = None  # changed
