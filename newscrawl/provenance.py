"""How an article was come by: plain data that goes with it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lease:
    """An item of the ledger that a run has taken up: what is known of it, and its page's validators."""

    run: int
    key: str
    url: str
    state: str
    reason: str = ""  # of the last failure
    tries: int = 0  # failures in a row
    published: int | None = None  # epoch seconds
    etag: str = ""
    modified: str = ""  # Last-Modified

    @property
    def kept(self) -> bool:
        """Whether the archive holds its article."""
        return self.state in ("kept", "known", "gone")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as the server gave it: its row in the ledger, and the SHA-1 of its bytes in base 32."""

    id: int
    payload: str
