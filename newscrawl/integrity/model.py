"""What a check comes to: plain values that nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from newscrawl.integrity.damage import Damage

D = TypeVar("D", bound=Damage)


class ManifestEntry(NamedTuple):
    """A file that the archive should hold, with the columns of the ledger's table `files`.

    `day` is that of its manifest; empty: it is in none yet. `moved`: the folder or URL that it was moved to.
    """

    path: str
    key: str
    size: int
    digest: str
    url: str = ""
    docid: str = ""
    revision: int = 0
    rules: str = ""
    flavour: str = ""
    body: str = ""
    day: str = ""
    moved: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What the manifests and the ledger say that an archive should hold. Paths are from its root."""

    files: Mapping[str, ManifestEntry] = field(default_factory=dict)  # by path
    lost_rows: tuple[ManifestEntry, ...] = ()  # files that a manifest lists but the ledger does not
    vacated: frozenset[str] = frozenset()  # old paths of moved posts that a killed run did not delete yet
    proven: tuple[
        tuple[str, str], ...
    ] = ()  # spans of days whose manifests are all there and as written: (after, until)
    moved: Mapping[str, ManifestEntry] = field(default_factory=dict)  # files that were moved out of it, by path


@dataclass(frozen=True, slots=True)
class Check:
    """The result of a check: what an archive should hold, and its damages in the order in which they are told."""

    expected: Expected
    damages: tuple[Damage, ...]
    killed: bool = False  # the last run was killed; the next one completes its work
    captures: Mapping[str, int] = field(default_factory=dict)  # how many the ledger has in each WARC file, by path

    @property
    def files(self) -> Mapping[str, ManifestEntry]:
        """The files that the archive should hold, by path."""
        return self.expected.files

    @property
    def moved(self) -> Mapping[str, tuple[int, int]]:
        """How many files, and captures in them, were moved to each folder or URL, in order of these."""
        counts: dict[str, tuple[int, int]] = {}
        for path, entry in sorted(self.expected.moved.items(), key=lambda item: item[1].moved):
            files, captures = counts.get(entry.moved, (0, 0))
            counts[entry.moved] = files + 1, captures + self.captures.get(path, 0)
        return counts

    def of(self, kind: type[D]) -> list[D]:
        """The damages of a class and its subclasses."""
        return [damage for damage in self.damages if isinstance(damage, kind)]


def is_proven(expected: Expected, day: str) -> bool:
    """Whether the manifests say everything of a day: what was read on it and is in none of them was not kept.

    >>> expected = Expected(proven=(("", "2026-03-02"), ("2026-03-04", "2026-03-06")))
    >>> [is_proven(expected, f"2026-03-0{day}") for day in (1, 2, 3, 4, 5, 7)]
    [True, True, False, False, True, False]
    """
    return any(after < day <= until for after, until in expected.proven)
