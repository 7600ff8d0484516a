"""An article as an archive keeps it."""

from dataclasses import dataclass
from typing import Any

from newscrawl.provenance import Capture


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as an archive keeps it: plain data, which can go from one process to another."""

    key: str  # URL identity
    record: dict[str, Any]
    evidence: dict[str, Any]
    fingerprint: str
    rules: str  # version of those it was read by
    flags: tuple[str, ...] = ()
    captures: tuple[Capture, ...] = ()

    @property
    def payloads(self) -> str:
        """The digests of its pages as they came, parted by blanks; empty when no capture of them was kept."""
        return " ".join(capture.payload for capture in self.captures)
