"""What an action works with, and what it comes to."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from newscrawl.integrity.model import Check
from newscrawl.integrity.rebuild import Rebuilder
from newscrawl.ledger.ledger import Ledger


class Repair(NamedTuple):
    """A repair of `what`; `how` completes the sentence. Not `done`: the damage could not be repaired."""

    what: str
    how: str
    done: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """An archive that is open for its repair."""

    root: Path
    ledger: Ledger
    found: Check  # the check that the action was planned for
    rebuilder: Rebuilder
    now: datetime
