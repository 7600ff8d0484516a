"""The provenance of an article: the lease it was fetched under and the captures of its pages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lease:
    """An item of the ledger that a run is working on, with the validators (RFC 9110) of its page.

    `run` is the id of the run, `key` the URL identity, `state` as in the ledger's table `items`.
    """

    run: int
    key: str
    url: str
    state: str
    reason: str = ""  # reason of the last failure
    tries: int = 0  # consecutive failures
    published: int | None = None  # epoch seconds
    etag: str = ""
    modified: str = ""  # Last-Modified

    @property
    def kept(self) -> bool:
        """Whether the archive holds the item's article."""
        return self.state in ("kept", "known", "gone")


@dataclass(frozen=True, slots=True)
class Capture:
    """A captured page: the id of its row in `captures`, and the SHA-1 of its body as received, in base 32."""

    id: int
    payload: str
