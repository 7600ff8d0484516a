"""The result of a check."""

from dataclasses import dataclass
from typing import Literal

from newscrawl.errors import NewscrawlError

State = Literal["ok", "note", "missing", "wrong"]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The result of a check, with advice.

    The state is `ok`, `note` (worth knowing), `missing` (an extra that is not installed) or `wrong` (to be corrected).

    >>> Diagnosis("wrong", "open files", "64", "ulimit -n 1024").line()
    'wrong   open files: 64; ulimit -n 1024'
    """

    state: State
    what: str
    found: str
    advice: str = ""

    def line(self) -> str:
        """The result for a person, in one line."""
        return f"{self.state:<7} {self.what}: {self.found}{self.advice and f'; {self.advice}'}"


def error_text(error: Exception) -> str:
    """The type and message of an exception, in one line; of one of newscrawl's own only the message, a sentence."""
    if isinstance(error, NewscrawlError):
        return str(error)
    return " ".join(f"{type(error).__name__}: {error}".split()) if str(error) else type(error).__name__
