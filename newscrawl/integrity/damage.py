"""Damages, and the result of a check."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from newscrawl.archive.manifests import LEDGER_SEAL, RULES, SIGNATURE, manifest_path
from newscrawl.archive.paths import MANIFESTS, POSTS, WARC

MANIFEST_FILES = re.compile(
    rf"{LEDGER_SEAL}|{RULES}/\d[\w.]*-[0-9a-f]{{12}}\.json|{MANIFESTS}/\d{{4}}-\d\d-\d\d\.jsonl({SIGNATURE})?"
)


class Damage(NamedTuple):
    """Something that is damaged: `what` names it, `why` completes the sentence."""

    what: str
    why: str


class ManifestEntry(NamedTuple):
    """A file that the archive should hold, with the columns of the ledger's table `files`.

    `day` is that of its manifest; empty: it is in none yet.
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


@dataclass(slots=True)
class Check:
    """The result of a check: what an archive should hold, and its damages. Paths are from its root."""

    files: dict[str, ManifestEntry] = field(default_factory=dict)  # the files that it should hold, by path
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)  # unknown files
    lost_rows: list[ManifestEntry] = field(default_factory=list)  # files that a manifest lists but the ledger does not
    waiting: frozenset[str] = frozenset()  # SHA-256 of files that a killed run did not rename to their paths yet
    vacated: set[str] = field(default_factory=set)  # old paths of moved posts that it did not delete yet
    killed: bool = False  # the last run was killed; the next one completes its work
    manifests: dict[str, str] = field(default_factory=dict)  # what is wrong with the manifest of a day
    ledger: list[Damage] = field(default_factory=list)
    captures: list[Damage] = field(default_factory=list)

    def damages(self) -> Iterator[Damage]:
        """Yields all damages."""
        yield from self.ledger
        for day, why in sorted(self.manifests.items()):
            yield Damage(manifest_path(day), why)
        for path in self.missing:
            yield Damage(path, "is missing")
        for path in self.changed:
            yield Damage(path, "differs from what was written")
        for path in self.strays:
            yield Damage(path, "is unknown: newscrawl did not write it, or not under this name")
        yield from self.captures


def counted(damages: Iterable[tuple[str, str]]) -> Counter[str]:
    """The number of damages by kind: `ledger`, `posts`, `captures`, `manifests`."""
    kinds = {POSTS: "posts", WARC: "captures", MANIFESTS: "manifests"}
    return Counter(kinds.get(what.partition("/")[0], "ledger") for what, _ in damages)
