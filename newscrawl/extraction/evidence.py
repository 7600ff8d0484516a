"""Where a field's value came from: the place in the page, the raw text, the rivals and why they lost.

Stages decide by giving their candidates in order, best first; what they decided, and why, is then
told and not reconstructed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that a field could have: where it stands, what stands there, what it is read as, and why it ranks so."""

    place: str
    raw: str
    value: Any
    why: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A decided field: the winner (None: no candidate had a value) and the others in their order."""

    winner: Candidate | None
    rivals: tuple[Candidate, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As data for JSON."""
        return {
            "value": plain_value(self.winner.value) if self.winner else None,
            "place": self.winner.place if self.winner else "",
            "raw": self.winner.raw if self.winner else "",
            "why": self.winner.why if self.winner else "",
            "rivals": [
                {"place": rival.place, "raw": rival.raw, "value": plain_value(rival.value), "why": rival.why}
                for rival in self.rivals
            ],
        }


def decide(candidates: Iterable[Candidate]) -> Evidence:
    """The first candidate that has a value wins; candidates where the page has nothing are left out.

    >>> decide([Candidate("h1", "", ""), Candidate("og:title", "题", "题")]).winner.place
    'og:title'
    """
    present = [candidate for candidate in candidates if candidate.raw or candidate.value]
    winner = next((candidate for candidate in present if candidate.value), None)
    return Evidence(winner, tuple(candidate for candidate in present if candidate is not winner))


def plain_value(value: Any) -> Any:
    """A value as JSON can hold it."""
    return value.isoformat() if isinstance(value, datetime) else value
