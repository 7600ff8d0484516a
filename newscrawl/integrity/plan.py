"""The plan of a repair: which actions undo the damages of a check, and in which order.

A plan is a pure function of what was found. It plans one stage only, the first that has anything to do: each stage
makes the next one's damages known, so the archive is checked again in between. The order of the stages is the order in
which the parts of an archive are made from each other:

1. **Links.** Nothing is repaired through a symbolic link, so while there is one nothing else is planned.
2. **Names.** A file under another name is whole. With its name back it needs no other repair.
3. **The ledger.** Everything below writes to it, so it must be a database first, if only one with fewer rows.
   From here on the archive is open; opening it completes what a killed run left.
4. **Unknown WARC files** come back before any capture is called lost.
5. **Captures, rules, days.** Articles need all three: captures hold the pages, rules say how to read them, and the rows
   of `files`, from the manifests, say which posts there should be. The days are last: a post's key depends on rules.
6. **Unknown posts** are added to `files` before any is moved away or called missing.
7. **Articles** before posts: a post is rendered from its article's record.
8. **Posts and items.** An item is kept if its article is there.
9. **Manifests** after all that adds rows to `files`: they are derived from these rows.
10. **Strays** go to quarantine last, when nothing has claimed them.
11. **Losses.** What is missing now is stored nowhere else, and is told.

An action is done once in a repair. So a repair ends, and what an action could not undo is told as a damage.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from newscrawl.archive.manifests import LEDGER_SEAL, SIGNATURE, manifest_path
from newscrawl.archive.paths import LEDGER, MANIFESTS, QUARANTINE, WARC, is_post, is_warc
from newscrawl.archive.warc_files import in_time
from newscrawl.integrity.damage import (
    ChangedFile,
    Link,
    ManifestDamage,
    MissingWarc,
    ReturnedFile,
    StrayFile,
    UnchainedManifest,
    UnknownManifest,
    UnreadableCaptures,
    UnreadableRecord,
    WrongFile,
)
from newscrawl.integrity.damage_ledger import (
    ArticleDamage,
    ChangedDay,
    ChangedLedger,
    IndexDamage,
    LedgerFault,
    MissingEntry,
    MissingItem,
    MissingItemArticle,
    MissingLedger,
    MissingRows,
    MissingSeal,
    ReferenceDamage,
    RulesDamage,
    UnindexedFile,
    UnusableLedger,
)
from newscrawl.integrity.model import Check
from newscrawl.integrity.sentences import is_or_are, number_of


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a repair does once."""


@dataclass(frozen=True, slots=True)
class QuarantineLink(Action):
    """Moves a symbolic link to quarantine, and nothing that it leads to."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class RestoreName(Action):
    """Gives a file its name back."""

    path: str
    stray: str  # its path now


@dataclass(frozen=True, slots=True)
class RenewLedger(Action):
    """Makes a new ledger of the rows that can be read."""


@dataclass(frozen=True, slots=True)
class AdoptWarc(Action):
    """Adds an unknown WARC file to the archive again, if its records are newscrawl's."""

    path: str


@dataclass(frozen=True, slots=True)
class MarkLost(Action):
    """Marks the captures of a missing WARC file as lost."""

    name: str


@dataclass(frozen=True, slots=True)
class IndexRecords(Action):
    """Makes the rows of `captures` what the records of a WARC file say."""

    name: str


@dataclass(frozen=True, slots=True)
class SalvageWarc(Action):
    """Copies the complete records of a damaged WARC file to a new one."""

    name: str


@dataclass(frozen=True, slots=True)
class LinkCaptures(Action):
    """Restores the references of articles, revisions and revisits to captures."""


@dataclass(frozen=True, slots=True)
class RestoreRules(Action):
    """Makes the row and the file of a version of the rules agree."""

    version: str


@dataclass(frozen=True, slots=True)
class RestoreDays(Action):
    """Restores the rows of `files` from the manifests of days."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdoptPosts(Action):
    """Adds the posts of articles to `files` again. `captured`: also those that only captures know."""

    paths: tuple[str, ...]  # of held articles
    changed: tuple[str, ...]  # in `files`, with other bytes: perhaps a later version, whose row is lost
    captured: bool


@dataclass(frozen=True, slots=True)
class RestoreArticle(Action):
    """Restores the article of a post, and its revisions, from captures."""

    path: str


@dataclass(frozen=True, slots=True)
class RestorePost(Action):
    """Writes a post again. `doubtful`: a later manifest is lost, which may have named a later version of it."""

    path: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class RestoreItem(Action):
    """Restores the item that a list named."""

    key: str
    channel: str
    day: str


@dataclass(frozen=True, slots=True)
class ListAgain(Action):
    """Lists an item again whose article is lost, so that the next crawl fetches it."""

    key: str


@dataclass(frozen=True, slots=True)
class RewriteManifests(Action):
    """Writes manifests again from the rows of `files`, and quarantines the damaged ones of days that have none."""

    days: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quarantine(Action):
    """Moves an unknown file to quarantine."""

    path: str


@dataclass(frozen=True, slots=True)
class Tell(Action):
    """Tells of a loss: of data that is stored nowhere else."""

    what: str
    how: str


Stage = Callable[[Check], Iterator[Action]]


def plan(found: Check, stages: Sequence[Stage], tried: AbstractSet[Action] = frozenset()) -> list[Action]:
    """The actions of the first stage that has any that were not tried, in order."""
    for stage in (links,) if found.of(Link) else stages:
        if actions := [action for action in dict.fromkeys(stage(found)) if action not in tried]:
            return actions
    return []


# Before the archive is opened


def links(found: Check) -> Iterator[Action]:
    """Symbolic links. All are left as they are if the archive would lose with one what it holds only once."""
    kept = [link for link in found.of(Link) if link.leads and holds_once(link.path)]
    for link in kept:
        yield Tell(link.path, f"is a symbolic link to {link.target}; put what it leads to in its place")
    for link in () if kept else sorted(found.of(Link), key=lambda link: link.path != QUARANTINE):
        yield QuarantineLink(link.path, link.target)


def holds_once(path: str) -> bool:
    """Whether at a path of an archive is what it cannot make again: captures, the ledger, its seal, signatures.

    >>> [holds_once(path) for path in ("warc", "warc/a.warc.gz", "ledger.sqlite3", "manifests", "manifests/a.sig")]
    [True, True, True, True, True]
    >>> [holds_once(path) for path in ("posts", "posts/2026", "manifests/a.jsonl", "manifests/rules", "damaged")]
    [False, False, False, False, False]
    """
    return (
        path in (WARC, MANIFESTS, LEDGER_SEAL) or is_warc(path) or path.startswith(LEDGER) or path.endswith(SIGNATURE)
    )


def names(found: Check) -> Iterator[Action]:
    """Unknown files with the digest of a missing or changed one."""
    strays = {stray.digest: stray.path for stray in found.of(StrayFile) if stray.digest}
    wanted = [(file.digest, file.path) for file in found.of(WrongFile)]
    wanted += [(manifest.digest, manifest_path(manifest.day)) for manifest in found.of(ManifestDamage)]
    wanted += [(ledger.digest, LEDGER) for ledger in found.of(UnusableLedger)]
    for digest, path in wanted:
        if digest in strays:
            yield RestoreName(path, strays.pop(digest))
    if found.of(MissingLedger):  # under another name and damaged, it still holds most of its rows
        yield from (RestoreName(LEDGER, path) for path in [path for path in strays.values() if "/" not in path][:1])


def ledger(found: Check) -> Iterator[Action]:
    """A ledger that cannot be used."""
    if found.of(LedgerFault):
        yield RenewLedger()


def seal(found: Check) -> Iterator[Action]:
    """What only the seal tells: it is written again when the archive is closed, and no check finds this any more."""
    for lost in found.of(ChangedLedger):
        yield Tell(lost.what, "was changed in data that is stored nowhere else; it is kept as it is")
    if found.of(MissingSeal):
        yield Tell(LEDGER_SEAL, "was lost; whether the ledger lacks rows that are stored nowhere else cannot be told")


# With the open archive


def unknown_warcs(found: Check) -> Iterator[Action]:
    """WARC files that the ledger does not know, or has as moved."""
    yield from (AdoptWarc(stray.path) for stray in found.of(StrayFile) if is_warc(stray.path))
    yield from (AdoptWarc(returned.path) for returned in found.of(ReturnedFile))


def sources(found: Check) -> Iterator[Action]:
    """What articles are restored from: captures, rules, rows of `files`."""
    yield from captures(found)
    yield from (RestoreRules(damage.version) for damage in found.of(RulesDamage))
    days = {entry.day for entry in found.expected.lost_rows}
    days |= {damage.day for damage in found.of(ChangedDay) if damage.written}
    days |= {damage.day for damage in found.of(UnknownManifest)}
    days |= {damage.day for damage in found.of(UnchainedManifest) if not damage.known}
    if days:
        yield RestoreDays(tuple(sorted(days)))


def captures(found: Check) -> Iterator[Action]:
    """A file's records are indexed before they are copied to another: then each row moves with its record.

    The files are in order of time, as captures are numbered.
    """
    missing = {damage.name for damage in found.of(MissingWarc)}
    damaged = {damage.path for damage in found.of(ChangedFile) if is_warc(damage.path)}
    damaged |= {damage.name for damage in found.of(UnreadableRecord)}
    differing = {damage.name for damage in found.of(IndexDamage)}
    differing |= {damage.name for damage in found.of(UnreadableCaptures)}
    differing |= {damage.name for damage in found.of(UnindexedFile)}
    if any(damage.table == "captures" for damage in found.of(MissingRows)):
        differing |= found.expected.moved.keys()  # no check has read these
    for name in sorted(missing | damaged | differing, key=in_time):
        if name in missing:
            yield MarkLost(name)
            continue
        yield IndexRecords(name)
        if name in damaged:
            yield SalvageWarc(name)
    if missing or damaged or differing or found.of(ReferenceDamage):
        yield LinkCaptures()


def unknown_posts(found: Check) -> Iterator[Action]:
    """Posts whose rows of `files` are lost.

    Captures are asked for them where something says that there may be posts that no row names.
    """
    held = tuple(damage.path for damage in found.of(MissingEntry))
    changed = tuple(damage.path for damage in found.of(ChangedFile) if is_post(damage.path))
    captured = (
        lost_manifests(found)
        or any(is_post(damage.path) for damage in found.of(StrayFile))
        or any(damage.table in ("articles", "files") for damage in found.of(MissingRows))
        or bool(found.of(MissingItemArticle))
    )
    if held or changed or captured:
        yield AdoptPosts(held, changed, captured)


def lost_manifests(found: Check) -> bool:
    """Whether a manifest is lost, and the ledger does not know what was in it."""
    return any(not damage.known or isinstance(damage, UnchainedManifest) for damage in found.of(ManifestDamage)) or any(
        damage.table == "manifests" for damage in found.of(MissingRows)
    )


def articles(found: Check) -> Iterator[Action]:
    """Articles that are missing, or whose record or earlier revisions are damaged."""
    yield from (RestoreArticle(damage.path) for damage in found.of(ArticleDamage) if damage.path)


def posts_and_items(found: Check) -> Iterator[Action]:
    """Posts that are missing or changed, and items that lists or articles lack."""
    lost = lost_manifests(found)
    for file in found.of(WrongFile):
        if is_post(file.path):
            yield RestorePost(file.path, doubtful=lost and bool(found.files[file.path].day))
    yield from (RestoreItem(damage.key, damage.channel, damage.day) for damage in found.of(MissingItem))
    yield from (ListAgain(damage.item) for damage in found.of(MissingItemArticle))


def manifests(found: Check) -> Iterator[Action]:
    """Manifests whose files or rows differ."""
    days = {damage.day for damage in found.of(ManifestDamage)} | {damage.day for damage in found.of(ChangedDay)}
    if days:
        yield RewriteManifests(tuple(sorted(days)))


def strays(found: Check) -> Iterator[Action]:
    """Files that nothing has claimed."""
    yield from (Quarantine(stray.path) for stray in found.of(StrayFile))


def losses(found: Check) -> Iterator[Action]:
    """Rows that no action could restore."""
    for lost in found.of(MissingRows):
        rows = f"{number_of(lost.missing, 'row')} {is_or_are(lost.missing)}"
        if lost.table in OF_CAPTURES and found.of(UnindexedFile):
            yield Tell(lost.what, f"{rows} missing; repair it again where the captures that were moved can be read")
            continue
        nowhere = "it is stored nowhere else" if lost.missing == 1 else "they are stored nowhere else"
        yield Tell(lost.what, f"{rows} lost; {ADVICE.get(lost.table, nowhere)}")


OF_CAPTURES = ("articles", "captures", "revisions")  # what captures restore
ADVICE = {
    "listings": "a crawl with --since reads the lists again",
    "windows": "a crawl with --since reads the lists again",
    "watermarks": "the next crawl of that channel begins two days back; give --since",
    "runs": "no article depends on them",
    "items": "a crawl with --since reads the lists again",
}
CLOSED: Sequence[Stage] = (links, names, ledger, seal)
OPEN: Sequence[Stage] = (
    unknown_warcs,
    sources,
    unknown_posts,
    articles,
    posts_and_items,
    manifests,
    strays,
    losses,
)
