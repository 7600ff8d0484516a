"""The faults that newscrawl is tested with, as `docs/reliability.md` lists them.

A test says what it is about: `@pytest.mark.fault(AREA, fault, what was sent or done, what newscrawl did)`, on a function
or on one of its parameters.
"""

from collections.abc import Iterable
from typing import NamedTuple

import pytest

AREAS = {
    "flood": "Floods: answers that would take all time or memory",
    "answer": "Answers that are cut off, wrong or no pages",
    "list": "Lists",
    "robots": "robots.txt",
    "address": "Addresses and connections",
    "run": "Runs that are interrupted or killed",
    "disk": "Disks that refuse",
    "archive": "Archives that are damaged, or may only be read",
    "page": "Hostile pages, and what is built from them",
    "terminal": "Terminals and logs",
    "browse": "The archive as a web page, and tables",
}
HEAD = ("fault", "what was sent or done", "what newscrawl did", "test")


class Fault(NamedTuple):
    """A row of the table."""

    area: str
    fault: str
    sent: str
    did: str
    test: str

    @property
    def line(self) -> str:
        """The row in Markdown."""
        cells = (self.fault, self.sent, self.did, f"`{self.test}`")
        return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def faults_of(items: Iterable[pytest.Item]) -> list[Fault]:
    """The faults of collected tests, in the order of the table: one for each mark of a test."""
    found = {
        Fault._make((*mark.args, item.nodeid.removeprefix("tests/")))
        for item in items
        for mark in item.iter_markers("fault")
    }
    order = [*AREAS]
    return sorted(found, key=lambda row: (order.index(row.area), row.test, row.sent))


def drawn(faults: Iterable[Fault]) -> str:
    """The tables of all areas, as Markdown."""
    rows = [*faults]
    parts = []
    for area, heading in AREAS.items():
        lines = [row.line for row in rows if row.area == area]
        if lines:
            parts.append("\n".join((f"## {heading}\n", f"| {' | '.join(HEAD)} |", "|---" * len(HEAD) + "|", *lines)))
    return "\n\n".join(parts) + "\n"
