"""The damages of the ledger: of its file, of its seal, and of its rows."""

from dataclasses import dataclass
from typing import ClassVar

from newscrawl.archive.manifests import LEDGER_SEAL, RULES
from newscrawl.archive.paths import LEDGER
from newscrawl.integrity.damage import Damage, Kind
from newscrawl.integrity.sentences import is_or_are, number_of

# The ledger's file


@dataclass(frozen=True, slots=True)
class LedgerFault(Damage):
    """The ledger cannot be used as it is, and is made anew from what can be read of it."""


@dataclass(frozen=True, slots=True)
class UnusableLedger(LedgerFault):
    """The ledger's file is no database, or one that cannot be read or written."""

    WHY = "{reason}"
    reason: str
    digest: str = ""  # SHA-256 that it had; empty: not known


@dataclass(frozen=True, slots=True)
class MissingLedger(UnusableLedger):
    """The ledger's file is missing."""


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
        return f"{number_of(self.count, 'row')} {'differs' if self.count == 1 else 'differ'} from what was written"


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
        return f"{self.missing} of {number_of(self.count, 'row')} {is_or_are(self.missing)} missing"


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
class UnindexedFile(Damage):
    """The ledger has no captures of a WARC file that was moved out of the archive."""

    WHAT, WHY = f"{LEDGER}, captures of {{name}}", "are missing; the file was moved to {moved}"
    name: str
    moved: str  # a folder or URL


@dataclass(frozen=True, slots=True)
class ChangedCapture(IndexDamage):
    """A row of `captures` is not what its record says."""

    WHAT, WHY = f"{LEDGER}, capture {{number}} of {{url}}", "differs from {name} at {offset}"
    number: int
