"""The errors of newscrawl. Each says in one line what happened and what to do, and knows the exit code it ends with.

::

    NewscrawlError              1  base of them all
    ├── UsageError              2  nothing was started
    │   ├── BadUsage            2  a command line that cannot be carried out
    │   ├── SiteError           2  a site file that cannot be used
    │   ├── NotInstalled        2  an extra that the command needs
    │   ├── BadKey              2  a file that holds no Ed25519 key
    │   └── BadTarget           2  a place that nothing can be exported to
    ├── ArchiveError            2  a folder that cannot be an archive (an OSError too)
    │   ├── ArchiveHeld         7  another run holds it
    │   └── ArchiveDamaged      6  it is there, and broken
    ├── Unwritable              1  an export that could not be written to its end
    ├── WorkerDied              1  a worker process was ended from outside
    ├── Banned                  4  the site has banned the run
    ├── Refused                 4  a page that holds no article
    ├── ListError               4  an answer that is no list
    └── FormatError             6  bytes that are not what they should be
        ├── DamagedRecord       6  no whole WARC record
        ├── UndecodableBody     6  a body that is not what its Content-Encoding says
        └── DamagedManifest     6  a file that is no manifest

Scrapy's middlewares raise their own kinds of its `IgnoreRequest` (`crawl/middlewares/`); `crawl/failures.py` names the
reason of each.
"""

from newscrawl.exit_codes import DAMAGED, FAULT, HELD, NOTHING, USAGE


class NewscrawlError(Exception):
    """An error of newscrawl's; its message is one line for the user."""

    exit_code = FAULT


class UsageError(NewscrawlError, ValueError):
    """What the user gave cannot be used; nothing was started."""

    exit_code = USAGE


class BadUsage(UsageError):
    """A call that cannot be carried out as it stands."""


class SiteError(UsageError):
    """A site file that cannot be used."""


class NotInstalled(UsageError):
    """An extra that is needed is not installed; the message says how to get it."""


class BadKey(UsageError):
    """A file that holds no Ed25519 key."""


class BadTarget(UsageError):
    """A target that nothing can be written to as it was named."""


class ArchiveError(NewscrawlError, OSError):
    """A folder that cannot be an archive."""

    exit_code = USAGE


class ArchiveHeld(ArchiveError):
    """Another run holds the archive."""

    exit_code = HELD


class ArchiveDamaged(ArchiveError):
    """The archive is there, and broken."""

    exit_code = DAMAGED


class Unwritable(NewscrawlError):
    """A target that could not be written, or not to its end."""


class WorkerDied(NewscrawlError, RuntimeError):
    """A worker process ended that should not have."""

    def __init__(self) -> None:
        super().__init__("a worker process was ended from outside, for want of memory perhaps; take fewer --workers")


class Banned(NewscrawlError):
    """The site has banned the run: nothing may be asked any more."""

    exit_code = NOTHING


class Refused(NewscrawlError, ValueError):
    """A page that gives no article. `reason` is one word (`docs/reference.md`), `detail` a sentence."""

    exit_code = NOTHING

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ListError(NewscrawlError, ValueError):
    """An answer that is no list. `reason` is one word, `detail` one line.

    `list_unreadable`: it is of another kind, or damaged; `list_empty`: a page where no row stands, as behind the last
    page of a list, or on a page of another design.
    """

    exit_code = NOTHING

    def __init__(self, reason: str, detail: str) -> None:
        detail = " ".join(detail.split())
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class FormatError(NewscrawlError, ValueError):
    """Bytes that are not what they should be."""

    exit_code = DAMAGED


class DamagedRecord(FormatError):
    """Bytes that are no whole WARC record; `offset` is where they begin in their file."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset


class UndecodableBody(FormatError):
    """A body that is not what its Content-Encoding says, or too large."""


class DamagedManifest(FormatError):
    """A file that is no manifest."""
