"""The damages of an archive: a class each, with its sentence and its kind. Those of the ledger: `damage_ledger.py`.

A new kind of damage is a class, yielded by the checker that finds it (`check_*.py`), and a rule of the plan that says
which action undoes it (`plan.py`).
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import ClassVar, Literal

from newscrawl.archive.manifests import manifest_path
from newscrawl.archive.paths import LEDGER, MANIFESTS, POSTS, WARC
from newscrawl.integrity.sentences import is_or_are, number_of

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
class Link(FileDamage):
    """A symbolic link stands in place of a file or a folder."""

    WHY = "is a symbolic link to {target}"
    target: str
    leads: bool  # something is there


@dataclass(frozen=True, slots=True)
class ReturnedFile(FileDamage):
    """A file that was moved out of the archive is in it again, with its bytes."""

    WHY = "was moved to {moved}, and is here again; --repair takes it back"
    moved: str  # a folder or URL


@dataclass(frozen=True, slots=True)
class MovedFile(FileDamage):
    """A file that was moved out of the archive is not what it was."""

    WHY = "{reason} in {moved}"
    moved: str  # a folder or URL
    reason: str


@dataclass(frozen=True, slots=True)
class MissingPlace(Damage):
    """The folder that files were moved to is not there."""

    WHAT, KIND = "{moved}", "captures"
    moved: str
    count: int  # files

    @property
    def why(self) -> str:
        """How many files were moved there."""
        return f"is not there, and {number_of(self.count, 'file')} of captures {is_or_are(self.count)} in it"


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
        return f"is missing, and with it {number_of(self.count, 'capture')}"


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
        return f"{number_of(self.count, 'capture')} cannot be read from it"


def counted(damages: Iterable[Damage]) -> dict[Kind, int]:
    """The number of damages by kind."""
    return dict(Counter(damage.kind for damage in damages))
