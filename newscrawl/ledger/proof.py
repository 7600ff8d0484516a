"""The proof that a day of a list was read whole. No day is balanced without one.

A reader states what it has seen as `Evidence`, and `prove` makes a proof of it or nothing. The ledger keeps the proof
of a day as an empty reason in its row of `windows`, with the run that read it, and `proof_of_window` reads it back.
There is no other way to a proof.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import final

_MADE_HERE = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a reading of a list, or of a day of one, has seen.

    `ended`: every page up to the end of the list, or of the asked span, was read, and none was cut off. `missing`: rows
    that the list counts and did not give. `explained`: the list did not change while it was read, or its changes
    explain its counts. `elsewhere`: rows of other days than the one that was asked for. `keeps_windows`: the list
    answers a question about another day with other rows; True for a list that is read as a whole.
    """

    ended: bool
    missing: int = 0
    explained: bool = True
    elsewhere: int = 0
    keeps_windows: bool = True


@final
class Proof:
    """The proof that a list, or a day of one, was read whole."""

    __slots__ = ()

    def __init__(self, key: object) -> None:
        """Raises TypeError outside this module."""
        if key is not _MADE_HERE:
            raise TypeError("a proof is made of evidence, by `prove`")

    def __repr__(self) -> str:
        return "Proof()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Proof)

    def __hash__(self) -> int:
        return hash(Proof)


def doubt(evidence: Evidence) -> str:
    """Why a reading proves nothing, as a word of `docs/reference.md`; empty if it is a proof.

    >>> doubt(Evidence(ended=True)), doubt(Evidence(ended=False)), doubt(Evidence(ended=True, elsewhere=1))
    ('', 'list_short', 'list_elsewhere')
    """
    if evidence.elsewhere or not evidence.keeps_windows:
        return "list_elsewhere"
    if evidence.missing or not evidence.ended:
        return "list_short"
    return "" if evidence.explained else "list_moving"


def prove(evidence: Evidence) -> Proof | None:
    """The proof of a reading; None if it proves nothing."""
    return None if doubt(evidence) else Proof(_MADE_HERE)


def proof_of_window(reason: str, run: int, runs: Collection[int] | None) -> Proof | None:
    """The proof that the ledger keeps of a day, which `run` has read; None if there is none.

    `reason`: why the reading is none. `runs`: only readings of these runs count; None: any.
    """
    return Proof(_MADE_HERE) if not reason and (runs is None or run in runs) else None
