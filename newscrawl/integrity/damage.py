"""The damages of an archive: a class each, with its sentence and its kind.

A new kind of damage is a class here, yielded by the checker that finds it (`check_*.py`), and a rule of the plan that
says which action undoes it (`plan.py`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

from newscrawl.archive.manifests import LEDGER_SEAL, RULES, manifest_path
from newscrawl.archive.paths import LEDGER, MANIFESTS, POSTS, WARC

Kind = Literal["ledger", "posts", "captures", "manifests"]


@dataclass(frozen=True, slots=True)
class Damage:
    """A place where an archive is not what was written. `what` names it, `why` completes the sentence.

    WHAT and WHY are their patterns, filled in from the fields of the class.
    """

    WHAT: ClassVar[str] = LEDGER
    WHY: ClassVar[str] = "is missing"
    KIND: ClassVar[Kind] = "ledger"

    @property
    def what(self) -> str:
        """The name of what is damaged: a path from the archive's root, or a row of the ledger."""
        return self.WHAT.format(**asdict(self))

    @property
    def why(self) -> str:
        """What is wrong with it."""
        return self.WHY.format(**asdict(self))

    @property
    def kind(self) -> Kind:
        """The part of the archive that is damaged."""
        return self.KIND


# The ledger's file


@dataclass(frozen=True, slots=True)
class LedgerFault(Damage):
    """The ledger cannot be used as it is, and is made anew from what can be read of it."""


@dataclass(frozen=True, slots=True)
class UnusableLedger(LedgerFault):
    """The ledger's file is missing, or no database, or one that cannot be read or written."""

    WHY = "{reason}"
    reason: str
    digest: str = ""  # SHA-256 that it had; empty: not known


@dataclass(frozen=True, slots=True)
class DatabaseFault(LedgerFault):
    """A fault that SQLite's own integrity check finds."""

    WHY = "{line}"
    line: str


@dataclass(frozen=True, slots=True)
class DamagedRows(LedgerFault):
    """A table has values of a wrong type, or texts that are not UTF-8."""

    WHAT = f"{LEDGER}, table {{table}}"
    table: str
    count: int

    @property
    def why(self) -> str:
        """How many rows there are."""
        return f"{rows(self.count)} {'differs' if self.count == 1 else 'differ'} from what was written"


@dataclass(frozen=True, slots=True)
class ChangedLedger(Damage):
    """The ledger agrees with everything else, but its bytes do not have the digest of its seal."""

    WHY = f"differs from what the last run wrote, or {LEDGER_SEAL} does"


@dataclass(frozen=True, slots=True)
class MissingSeal(Damage):
    """The seal of the ledger is missing, or cannot be read."""

    WHAT, WHY, KIND = LEDGER_SEAL, "is missing, or differs from what was written", "manifests"


@dataclass(frozen=True, slots=True)
class ChangedSeal(Damage):
    """The seal of the ledger counts fewer rows than there are."""

    WHAT, WHY, KIND = LEDGER_SEAL, "differs from what was written", "manifests"


# The ledger's rows


@dataclass(frozen=True, slots=True)
class MissingRows(Damage):
    """A table has fewer rows than at the end of the last run; rows are never deleted."""

    WHAT = f"{LEDGER}, table {{table}}"
    table: str
    missing: int
    count: int  # at the end of the last run

    @property
    def why(self) -> str:
        """How many are missing."""
        return f"{self.missing} of {rows(self.count)} {is_or_are(self.missing)} missing"


@dataclass(frozen=True, slots=True)
class ChangedDay(Damage):
    """The rows of `files` of a day are not those of its manifest."""

    WHAT, WHY = f"{LEDGER}, files of {{day}}", "differ from the manifest of that day"
    day: str
    written: bool  # the manifest's file is as it was written


@dataclass(frozen=True, slots=True)
class ArticleDamage(Damage):
    """An article is not what was written. `path` is that of its post; empty: not known."""

    path: str


@dataclass(frozen=True, slots=True)
class MissingArticle(ArticleDamage):
    """A post has no article."""

    WHAT = f"{LEDGER}, article of {{path}}"


@dataclass(frozen=True, slots=True)
class MissingEntry(Damage):
    """An article's post is not in `files`."""

    WHAT = f"{LEDGER}, file of {{path}}"
    path: str


@dataclass(frozen=True, slots=True)
class MissingRevisions(ArticleDamage):
    """An article lacks earlier revisions."""

    WHAT = f"{LEDGER}, revisions of {{url}}"
    url: str
    missing: int
    count: int  # that there should be

    @property
    def why(self) -> str:
        """How many are missing."""
        return f"{self.missing} of {self.count} {is_or_are(self.missing)} missing"


@dataclass(frozen=True, slots=True)
class ChangedRevision(ArticleDamage):
    """The record of an article, or of an earlier revision, does not have its digest."""

    WHAT, WHY = f"{LEDGER}, revision {{revision}} of {{key}}", "differs from what was written"
    revision: int
    key: str


@dataclass(frozen=True, slots=True)
class ReferenceDamage(Damage):
    """A reference to a capture that is missing."""


@dataclass(frozen=True, slots=True)
class MissingCapture(ReferenceDamage):
    """An article or a revision refers to a capture that is missing."""

    WHAT = f"{LEDGER}, capture {{number}} of {{key}}"
    number: str
    key: str


@dataclass(frozen=True, slots=True)
class MissingOriginal(ReferenceDamage):
    """A revisit refers to a capture that is missing."""

    WHAT, WHY = f"{LEDGER}, capture {{original}}", "is missing, and capture {number} refers to it"
    original: int
    number: int


@dataclass(frozen=True, slots=True)
class MissingItem(Damage):
    """A list named an item that is missing."""

    WHAT, WHY = f"{LEDGER}, item {{key}}", "is missing, and {channel} of {day} lists it"
    key: str
    channel: str
    day: str


@dataclass(frozen=True, slots=True)
class MissingItemArticle(Damage):
    """An item was kept, but its article is missing."""

    WHAT, WHY = f"{LEDGER}, article {{article}}", "is missing, and item {item} refers to it"
    article: str
    item: str


@dataclass(frozen=True, slots=True)
class RulesDamage(Damage):
    """The row and the file of a version of the rules do not agree."""

    WHAT = f"{RULES}/{{version}}.json"
    KIND: ClassVar[Kind] = "manifests"
    version: str


@dataclass(frozen=True, slots=True)
class MissingRules(RulesDamage):
    """A version of the rules has a file and no row."""

    WHAT, WHY, KIND = f"{LEDGER}, rules {{version}}", "are missing", "ledger"


@dataclass(frozen=True, slots=True)
class MissingRulesFile(RulesDamage):
    """A version of the rules has a row and no file."""


@dataclass(frozen=True, slots=True)
class ChangedRulesFile(RulesDamage):
    """The file and the row of a version of the rules differ."""

    WHY = "differs from what was written"


@dataclass(frozen=True, slots=True)
class IndexDamage(Damage):
    """A row of `captures` and its record in the WARC file `name` do not agree."""

    url: str
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class UnindexedCapture(IndexDamage):
    """A record of a WARC file has no row in `captures`."""

    WHAT, WHY = f"{LEDGER}, capture of {{url}}", "is missing; it is in {name} at {offset}"


@dataclass(frozen=True, slots=True)
class ChangedCapture(IndexDamage):
    """A row of `captures` is not what its record says."""

    WHAT, WHY = f"{LEDGER}, capture {{number}} of {{url}}", "differs from {name} at {offset}"
    number: int


# Files


@dataclass(frozen=True, slots=True)
class FileDamage(Damage):
    """A damage of the file at `path`."""

    WHAT = "{path}"
    path: str

    @property
    def kind(self) -> Kind:
        """That of the folder."""
        return FOLDERS.get(self.path.partition("/")[0], "ledger")


FOLDERS: dict[str, Kind] = {POSTS: "posts", WARC: "captures", MANIFESTS: "manifests"}


@dataclass(frozen=True, slots=True)
class WrongFile(FileDamage):
    """A file that was written is not there with its bytes."""

    digest: str  # SHA-256 that it had


@dataclass(frozen=True, slots=True)
class MissingFile(WrongFile):
    """A file that was written is not there."""


@dataclass(frozen=True, slots=True)
class ChangedFile(WrongFile):
    """A file does not have the bytes that were written."""

    WHY = "differs from what was written"


@dataclass(frozen=True, slots=True)
class StrayFile(FileDamage):
    """A file that newscrawl did not write."""

    WHY = "is unknown: newscrawl did not write it, or not under this name"
    digest: str  # its SHA-256; empty: it cannot be read


@dataclass(frozen=True, slots=True)
class Unsigned(FileDamage):
    """A manifest has no valid signature."""

    WHY = "{reason}"
    reason: str


# Manifests


@dataclass(frozen=True, slots=True)
class ManifestDamage(Damage):
    """A damage of the manifest of a day."""

    KIND = "manifests"
    day: str
    known: bool  # to the ledger, which can write it again
    digest: str = ""  # SHA-256 that the file had; empty: not known

    @property
    def what(self) -> str:
        """The path of the manifest."""
        return manifest_path(self.day)


@dataclass(frozen=True, slots=True)
class MissingManifest(ManifestDamage):
    """The manifest's file is missing."""


@dataclass(frozen=True, slots=True)
class ChangedManifest(ManifestDamage):
    """The manifest's file does not have the digest that the ledger states, or is no manifest."""

    WHY = "differs from what was written"


@dataclass(frozen=True, slots=True)
class UnchainedManifest(ManifestDamage):
    """The manifest names another one before it than there is: one of the two was changed, or one is lost."""

    WHY = "does not name the digest of the manifest before it"


@dataclass(frozen=True, slots=True)
class UnknownManifest(ManifestDamage):
    """The ledger does not know that the manifest was written."""

    WHY = "is unknown to the ledger"


# Captures


@dataclass(frozen=True, slots=True)
class WarcDamage(Damage):
    """A damage of the captures in the WARC file `name`."""

    WHAT, KIND = "{name}", "captures"
    name: str


@dataclass(frozen=True, slots=True)
class MissingWarc(WarcDamage):
    """A WARC file is missing, with its captures."""

    count: int

    @property
    def why(self) -> str:
        """How many captures there were."""
        return f"is missing, and with it {captures(self.count)}"


@dataclass(frozen=True, slots=True)
class UnreadableRecord(WarcDamage):
    """The bytes at an offset of a WARC file are no complete record."""

    WHY = "{reason} at {offset}"
    reason: str
    offset: int


@dataclass(frozen=True, slots=True)
class UnreadableCaptures(WarcDamage):
    """The ledger has captures that the WARC file has no record of."""

    count: int

    @property
    def why(self) -> str:
        """How many there are."""
        return f"{captures(self.count)} cannot be read from it"


# Sentences


def rows(count: int) -> str:
    """A number of rows.

    >>> rows(1), rows(2)
    ('1 row', '2 rows')
    """
    return f"{count} row{'s' * (count != 1)}"


def captures(count: int) -> str:
    """A number of captures.

    >>> captures(1), captures(0)
    ('1 capture', '0 captures')
    """
    return f"{count} capture{'s' * (count != 1)}"


def is_or_are(count: int) -> str:
    """The verb for a number of things.

    >>> is_or_are(1), is_or_are(2)
    ('is', 'are')
    """
    return "is" if count == 1 else "are"


def counted(damages: Iterable[Damage]) -> dict[Kind, int]:
    """The number of damages by kind."""
    return dict(Counter(damage.kind for damage in damages))


def is_warc(path: str) -> bool:
    """Whether a path is in the folder of WARC files."""
    return path.startswith(f"{WARC}/")
