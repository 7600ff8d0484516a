"""Damages, and what a check gathers."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from newscrawl.archive.manifests import LEDGER_SEAL, RULES, SIGNATURE, manifest_path
from newscrawl.archive.paths import MANIFESTS, POSTS, WARC

OURS = re.compile(
    rf"{LEDGER_SEAL}|{RULES}/\d[\w.]*-[0-9a-f]{{12}}\.json|{MANIFESTS}/\d{{4}}-\d\d-\d\d\.jsonl({SIGNATURE})?"
)


class Damage(NamedTuple):
    """Something that is not as it should be: what, and in which way."""

    what: str
    why: str


class ManifestEntry(NamedTuple):
    """A file as it should be; `day` is that of its manifest, empty while it has none."""

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


@dataclass(slots=True)
class Check:
    """What an archive should hold, and what it does. Paths are from its root."""

    files: dict[str, ManifestEntry] = field(default_factory=dict)  # as they should be, by path
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)  # that nobody knows
    lost_rows: list[ManifestEntry] = field(default_factory=list)  # files that a manifest names, and the ledger does not
    waiting: frozenset[str] = frozenset()  # digests of files that a killed run did not put in their places
    left: set[str] = field(default_factory=set)  # that it did not take away yet
    killed: bool = False  # the next run does what the last one did not come to
    manifests: dict[str, str] = field(default_factory=dict)  # what is wrong with the manifest of a day
    ledger: list[Damage] = field(default_factory=list)
    captures: list[Damage] = field(default_factory=list)

    def damages(self) -> Iterator[Damage]:
        """Everything that is wrong, a line each."""
        yield from self.ledger
        for day, why in sorted(self.manifests.items()):
            yield Damage(manifest_path(day), why)
        for path in self.missing:
            yield Damage(path, "is not there")
        for path in self.changed:
            yield Damage(path, "is not what was written")
        for path in self.strays:
            yield Damage(path, "is not known: newscrawl did not write it, or not under this name")
        yield from self.captures


def counted(damages: Iterable[tuple[str, str]]) -> Counter[str]:
    """Damages by what they are of: the ledger, posts, captures, manifests."""
    kinds = {POSTS: "posts", WARC: "captures", MANIFESTS: "manifests"}
    return Counter(kinds.get(what.partition("/")[0], "ledger") for what, _ in damages)
