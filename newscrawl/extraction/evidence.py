"""Evidence: where the value of a field came from, its raw text, the rivals, and why they lost.

A stage decides a field by listing its candidates in order, best first. So `explain` shows what really decided, and does
not read the page a second time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newscrawl.controls import with_texts, without_controls


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible value of a field: its place in the page, the raw text, the parsed value, the reason for its rank."""

    place: str
    raw: str
    value: Any
    why: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of a field: the winner (None when no candidate has a value) and the other candidates in order."""

    winner: Candidate | None
    rivals: tuple[Candidate, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Returns the evidence as plain data for JSON, without controls."""
        plain: dict[str, Any] = {
            "value": plain_value(self.winner.value) if self.winner else None,
            "place": self.winner.place if self.winner else "",
            "raw": self.winner.raw if self.winner else "",
            "why": self.winner.why if self.winner else "",
            "rivals": [
                {"place": rival.place, "raw": rival.raw, "value": plain_value(rival.value), "why": rival.why}
                for rival in self.rivals
            ],
        }
        return {name: with_texts(value, without_controls) for name, value in plain.items()}


def decide(candidates: Iterable[Candidate]) -> Evidence:
    """Returns the evidence of a field: the first candidate with a value wins; empty candidates are left out.

    >>> decide([Candidate("h1", "", ""), Candidate("og:title", "题", "题")]).winner.place
    'og:title'
    """
    present = [candidate for candidate in candidates if candidate.raw or candidate.value]
    winner = next((candidate for candidate in present if candidate.value), None)
    return Evidence(winner, tuple(candidate for candidate in present if candidate is not winner))


def plain_value(value: Any) -> Any:
    """Returns a value that JSON can hold: an instant as ISO 8601, any other value unchanged."""
    return value.isoformat() if isinstance(value, datetime) else value
