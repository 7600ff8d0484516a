"""What a check has found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "note", "missing", "wrong"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a check found, and what to do about it.

    `note` is worth knowing, `missing` an extra that is not installed; something has to be done where it is `wrong`.

    >>> Diagnosis("wrong", "open files", "64", "ulimit -n 1024").line()
    'wrong   open files: 64; ulimit -n 1024'
    """

    state: State
    what: str
    found: str
    advice: str = ""

    def line(self) -> str:
        """For a person."""
        return f"{self.state:<7} {self.what}: {self.found}{self.advice and f'; {self.advice}'}"


def squashed(error: Exception) -> str:
    """What an exception says, in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()) if str(error) else type(error).__name__
