"""The errors of newscrawl. Each has a one-line message (what happened, what to do) and the exit code of the process.

::

    NewscrawlError              1  the base class
    ├── UsageError              2  nothing was started
    │   ├── BadUsage            2  invalid arguments
    │   ├── SiteError           2  an invalid site file
    │   ├── NotInstalled        2  the command needs an extra
    │   ├── BadKey              2  a file without an Ed25519 key
    │   └── BadTarget           2  an invalid export target
    ├── ArchiveError            2  a folder that cannot be an archive (also an OSError)
    │   ├── ArchiveHeld         7  another run holds the archive
    │   ├── ArchiveUnusable     4  the disk refuses to read or write the archive
    │   │   └── ArchiveFull     4  the disk has no room for the archive
    │   ├── NewerLedger         2  a newer newscrawl wrote the ledger
    │   ├── OlderLedger         2  an older newscrawl wrote the ledger, which is only to be read
    │   ├── WrongClock          2  the machine's clock is behind what servers have told
    │   └── ArchiveDamaged      6  the archive exists but is damaged
    ├── Unwritable              4  an export that could not be written completely (3 where some of it was)
    ├── NotKept                 4  what `browse` is asked for and the archive does not hold (a LookupError too)
    ├── WorkerDied              1  a worker process was killed
    ├── Banned                  4  the site has banned the run
    ├── Refused                 4  a page that holds no article
    ├── Unfinished            130  a page that was not read, because the run was told to stop meanwhile
    ├── ListError               4  a response that is not a list
    │   ├── CutAnswer           4  an answer that was cut off on its way
    │   ├── CutOff              4  a list that was cut off
    │   └── EndsEarly           4  a list that ends before the time that was asked for
    └── FormatError             6  malformed bytes
        ├── DamagedRecord       6  not a complete WARC record
        ├── UndecodableBody     6  a body that does not match its Content-Encoding
        │   └── BodyTooLarge    6  a body that grows too large while it is decoded
        └── DamagedManifest     6  not a manifest

What the middlewares and pipelines raise under Scrapy (subclasses of its `IgnoreRequest` and `DropItem`) is in
`crawl/failures.py`, each with its reason.
"""

from typing import Any

from newscrawl.exit_codes import DAMAGED, FAULT, HELD, INTERRUPTED, NOTHING, USAGE

SOFT_MISSING = "error"  # the reason of a page that says, with status 200, that it does not exist (a soft 404)


class NewscrawlError(Exception):
    """The base class of newscrawl's errors; the message is one line for the user."""

    exit_code = FAULT


class UsageError(NewscrawlError, ValueError):
    """The user's input is invalid; nothing was started."""

    exit_code = USAGE


class BadUsage(UsageError):
    """Invalid arguments of a command or function."""


class SiteError(UsageError):
    """An invalid site file; the message is made one line, also where the name of a file has several."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class NotInstalled(UsageError):
    """A required extra is not installed; the message says how to install it."""


class BadKey(UsageError):
    """A file without an Ed25519 key."""


class BadTarget(UsageError):
    """An export target that cannot be used: unknown format, missing folder or invalid URL."""


class ArchiveError(NewscrawlError, OSError):
    """A folder that cannot be an archive."""

    exit_code = USAGE


class ArchiveHeld(ArchiveError):
    """Another run holds the archive."""

    exit_code = HELD


class ArchiveUnusable(ArchiveError):
    """The disk, or the system, refuses to read or write the archive."""

    exit_code = NOTHING


class ArchiveFull(ArchiveUnusable):
    """The disk has no room for the archive."""


class NewerLedger(ArchiveError):
    """A newer newscrawl wrote the ledger; nothing in the archive was touched."""


class OlderLedger(ArchiveError):
    """An older newscrawl wrote the ledger, which is opened to be read only."""


class WrongClock(ArchiveError):
    """The machine's clock is behind what servers have told; nothing was asked, and nothing in the archive touched."""


class ArchiveDamaged(ArchiveError):
    """The archive exists but is damaged."""

    exit_code = DAMAGED


class Unwritable(NewscrawlError):
    """A target that could not be written, or not completely."""

    exit_code = NOTHING


class NotKept(NewscrawlError, LookupError):
    """What is asked for is not in the archive, or cannot be read there."""

    exit_code = NOTHING


class WorkerDied(NewscrawlError, RuntimeError):
    """A worker process ended unexpectedly."""

    def __init__(self) -> None:
        super().__init__("a worker process was killed, perhaps because memory ran out; use fewer --workers")


class Banned(NewscrawlError):
    """The site has banned the run; no further request is sent."""

    exit_code = NOTHING


class Refused(NewscrawlError, ValueError):
    """A page that holds no article. `reason` is a word (`docs/reference.md`), `detail` a sentence.

    `by_rule`: a rule of the site file says what the page is, `by_url` by its address alone; without a rule it may be an
    article tomorrow. `target`: the address that the page leads to (`moved`).
    """

    exit_code = NOTHING

    def __init__(
        self, reason: str, detail: str, *, by_rule: bool = False, by_url: bool = False, target: str = ""
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.by_rule, self.by_url = by_rule, by_url
        self.target = target


class Unfinished(NewscrawlError):
    """A page whose reading was ended because the run was told to stop; it says nothing about the page."""

    exit_code = INTERRUPTED


class ListError(NewscrawlError, ValueError):
    """A response that is not a list. `reason` is the word it is counted under, `detail` one line.

    `list_unreadable`: another media type or malformed; `list_empty`: a page without rows, for example past the last
    page of a list, or a page of another design. `where` is the address of the page, else the name of the list; empty
    where it is not known.
    """

    exit_code = NOTHING

    def __init__(self, reason: str, detail: str, where: str = "") -> None:
        detail = " ".join(detail.split())
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail
        self.where = where


class CutAnswer(ListError):
    """An answer that was cut off on its way; `body` is what arrived, without its coding."""

    def __init__(self, detail: str, body: bytes) -> None:
        super().__init__("list_broken", detail)
        self.body = body


class CutOff(ListError):
    """A list that was cut off: its last rows are lost. `found` is what was read before."""

    def __init__(self, found: Any, detail: str = "it was cut off") -> None:
        super().__init__("list_short", detail)
        self.found = found


class EndsEarly(ListError):
    """A list, the newest rows first, that ends too early: only rows before its oldest one may be missing."""

    def __init__(self, detail: str, where: str) -> None:
        super().__init__("list_short", detail, where)


class FormatError(NewscrawlError, ValueError):
    """Malformed bytes."""

    exit_code = DAMAGED


class DamagedRecord(FormatError):
    """Bytes that are not a complete WARC record; `offset` is their position in the file, in bytes."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(why)
        self.offset = offset


class UndecodableBody(FormatError):
    """A body that does not match its Content-Encoding, or is too large."""


class BodyTooLarge(UndecodableBody):
    """A body that grows too large while it is decoded."""


class DamagedManifest(FormatError):
    """A file that is not a manifest."""
