"""The provenance of an article: the lease it was fetched under and the captures of its pages."""

from dataclasses import dataclass
from enum import StrEnum

LIST = "list "  # before the name of a list, as the place in evidence


class State(StrEnum):
    """The state of an item, in the ledger's column `items.state`."""

    LISTED = "listed"  # a list named it, and it is not fetched yet
    KEPT = "kept"  # a crawl fetched it and kept its article
    KNOWN = "known"  # its article is held, but from `fetch`, or from another URL
    REFUSED = "refused"  # its page holds no article, or a rule of the site file skips it
    FAILED = "failed"  # it could not be fetched
    GONE = "gone"  # its article is held, and its page is gone

    @classmethod
    def _missing_(cls, value: object) -> "State":  # noqa: ARG003 (the enum's own signature)
        """A value that was damaged counts as LISTED: the item is fetched again, which restores it."""
        return cls.LISTED

    @property
    def has_article(self) -> bool:
        """Whether the archive holds the item's article."""
        return self in HAS_ARTICLE


HAS_ARTICLE = (State.KEPT, State.KNOWN, State.GONE)


@dataclass(frozen=True, slots=True)
class Lease:
    """An item of the ledger that a run is working on, with the validators (RFC 9110) of its page."""

    run: int  # id of the run
    key: str  # URL identity
    url: str
    state: State
    reason: str = ""  # reason of the last failure
    tries: int = 0  # consecutive failures
    published: int | None = None  # epoch seconds
    etag: str = ""
    modified: str = ""  # Last-Modified
    kept_by: int | None = None  # id of the run that kept its article; None if no crawl did
    title: str = ""  # as the list gives it
    lists: tuple[str, ...] = ()  # that named it, by name
    killed: int = 0  # runs in a row that were killed while it was under way

    @property
    def has_article(self) -> bool:
        """Whether the archive holds the item's article."""
        return self.state.has_article


@dataclass(frozen=True, slots=True)
class Capture:
    """A captured page: the id of its row in `captures`, and the SHA-1 of its body as received, in base 32."""

    id: int
    payload: str
