"""Each damage: what it names, its sentence, and its kind."""

import pytest

from newscrawl.integrity import damage as damages
from newscrawl.integrity import damage_ledger as ledger
from newscrawl.integrity.check import in_order
from newscrawl.integrity.damage import Damage, counted

SENTENCES = [
    (ledger.UnusableLedger("cannot be read: no"), "ledger", "ledger.sqlite3", "cannot be read: no"),
    (ledger.MissingLedger("is missing"), "ledger", "ledger.sqlite3", "is missing"),
    (ledger.DatabaseFault("Page 3: never used"), "ledger", "ledger.sqlite3", "Page 3: never used"),
    (ledger.DamagedRows("items", 1), "ledger", "ledger.sqlite3, table items", "1 row differs from what was written"),
    (ledger.DamagedRows("items", 2), "ledger", "ledger.sqlite3, table items", "2 rows differ from what was written"),
    (
        ledger.ChangedLedger(), "ledger", "ledger.sqlite3",
        "differs from what the last run wrote, or manifests/ledger.json does",
    ),
    (
        ledger.MissingSeal(), "manifests", "manifests/ledger.json",
        "is missing, or differs from what was written",
    ),
    (ledger.ChangedSeal(), "manifests", "manifests/ledger.json", "differs from what was written"),
    (ledger.MissingRows("runs", 1, 3), "ledger", "ledger.sqlite3, table runs", "1 of 3 rows is missing"),
    (ledger.MissingRows("runs", 2, 3), "ledger", "ledger.sqlite3, table runs", "2 of 3 rows are missing"),
    (ledger.MissingRows("runs", 1, 1), "ledger", "ledger.sqlite3, table runs", "1 of 1 row is missing"),
    (
        ledger.ChangedDay("2026-03-02", written=True), "ledger", "ledger.sqlite3, files of 2026-03-02",
        "differ from the manifest of that day",
    ),
    (ledger.MissingArticle("posts/a.md"), "ledger", "ledger.sqlite3, article of posts/a.md", "is missing"),
    (ledger.MissingEntry("posts/a.md"), "ledger", "ledger.sqlite3, file of posts/a.md", "is missing"),
    (
        ledger.MissingRevisions("posts/a.md", "https://a/", 1, 2), "ledger",
        "ledger.sqlite3, revisions of https://a/", "1 of 2 is missing",
    ),
    (
        ledger.MissingRevisions("posts/a.md", "https://a/", 2, 2), "ledger",
        "ledger.sqlite3, revisions of https://a/", "2 of 2 are missing",
    ),
    (
        ledger.ChangedRevision("posts/a.md", 2, "key"), "ledger",
        "ledger.sqlite3, revision 2 of key", "differs from what was written",
    ),
    (ledger.MissingCapture("7", "key"), "ledger", "ledger.sqlite3, capture 7 of key", "is missing"),
    (
        ledger.MissingOriginal(7, 9), "ledger", "ledger.sqlite3, capture 7",
        "is missing, and capture 9 refers to it",
    ),
    (
        ledger.MissingItem("key", "stock", "2026-03-01"), "ledger", "ledger.sqlite3, item key",
        "is missing, and stock of 2026-03-01 lists it",
    ),
    (
        ledger.MissingItemArticle("key", "item"), "ledger", "ledger.sqlite3, article key",
        "is missing, and item item refers to it",
    ),
    (ledger.MissingRules("1-ab"), "ledger", "ledger.sqlite3, rules 1-ab", "are missing"),
    (ledger.MissingRulesFile("1-ab"), "manifests", "manifests/rules/1-ab.json", "is missing"),
    (ledger.ChangedRulesFile("1-ab"), "manifests", "manifests/rules/1-ab.json", "differs from what was written"),
    (
        ledger.UnindexedCapture("https://a/", "warc/a.warc.gz", 5), "ledger",
        "ledger.sqlite3, capture of https://a/", "is missing; it is in warc/a.warc.gz at 5",
    ),
    (
        ledger.ChangedCapture("https://a/", "warc/a.warc.gz", 5, 3), "ledger",
        "ledger.sqlite3, capture 3 of https://a/", "differs from warc/a.warc.gz at 5",
    ),
    (damages.MissingFile("posts/a.md", "d"), "posts", "posts/a.md", "is missing"),
    (damages.ChangedFile("warc/a.warc.gz", "d"), "captures", "warc/a.warc.gz", "differs from what was written"),
    (
        damages.StrayFile("xledger.sqlite3", "d"), "ledger", "xledger.sqlite3",
        "is unknown: newscrawl did not write it, or not under this name",
    ),
    (damages.Link("posts", "/mnt/a", leads=True), "posts", "posts", "is a symbolic link to /mnt/a"),
    (damages.Link("damaged", "a{b}", leads=False), "ledger", "damaged", "is a symbolic link to a{b}"),
    (
        damages.ReturnedFile("warc/a.warc.gz", "/b"), "captures", "warc/a.warc.gz",
        "was moved to /b, and is here again; --repair takes it back",
    ),
    (damages.MissingPlace("/b", 1), "captures", "/b", "is not there, and 1 file of captures is in it"),
    (damages.MissingPlace("/b", 2), "captures", "/b", "is not there, and 2 files of captures are in it"),
    (damages.MovedFile("warc/a.warc.gz", "/b", "is missing"), "captures", "warc/a.warc.gz", "is missing in /b"),
    (
        ledger.UnindexedFile("warc/a.warc.gz", "/b"), "ledger", "ledger.sqlite3, captures of warc/a.warc.gz",
        "are missing; the file was moved to /b",
    ),
    (damages.Unsigned("manifests/d.jsonl", "is not signed"), "manifests", "manifests/d.jsonl", "is not signed"),
    (
        damages.MissingManifest("2026-03-02", known=True), "manifests", "manifests/2026-03-02.jsonl", "is missing",
    ),
    (
        damages.ChangedManifest("2026-03-02", known=True), "manifests", "manifests/2026-03-02.jsonl",
        "differs from what was written",
    ),
    (
        damages.UnchainedManifest("2026-03-02", known=True), "manifests", "manifests/2026-03-02.jsonl",
        "does not name the digest of the manifest before it",
    ),
    (
        damages.UnknownManifest("2026-03-02", known=False), "manifests", "manifests/2026-03-02.jsonl",
        "is unknown to the ledger",
    ),
    (damages.MissingWarc("warc/a", 1), "captures", "warc/a", "is missing, and with it 1 capture"),
    (damages.MissingWarc("warc/a", 2), "captures", "warc/a", "is missing, and with it 2 captures"),
    (damages.UnreadableRecord("warc/a", "cut off", 5), "captures", "warc/a", "cut off at 5"),
    (damages.UnreadableCaptures("warc/a", 1), "captures", "warc/a", "1 capture cannot be read from it"),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "kind", "what", "why"), SENTENCES)
def test_sentence_and_kind(damage: Damage, kind: str, what: str, why: str) -> None:
    assert (damage.kind, damage.what, damage.why) == (kind, what, why)


def test_every_damage_has_a_sentence_here() -> None:
    def leaves(kind: type[Damage]) -> set[type[Damage]]:
        below = {leaf for each in kind.__subclasses__() for leaf in leaves(each)}
        return below | {kind} if kind is ledger.UnusableLedger else below or {kind}

    # `dataclass(slots=True)` makes each class twice; those of the module are the ones that count.
    defined = {
        each
        for each in (*vars(damages).values(), *vars(ledger).values())
        if isinstance(each, type) and issubclass(each, Damage)
    }
    assert {each for each in leaves(Damage) if each in defined} == {type(damage) for damage, *_ in SENTENCES}


def test_braces_in_a_value_stay_as_they_are() -> None:
    assert damages.MissingFile("posts/{0}{x}.md", "").what == "posts/{0}{x}.md"


def test_damages_are_counted_by_kind() -> None:
    found = [damages.MissingFile("posts/a.md", ""), damages.MissingFile("posts/b.md", ""), ledger.ChangedSeal()]
    assert counted(found) == {"posts": 2, "manifests": 1}


def test_damages_are_told_in_order() -> None:
    """The ledger, manifests by day, missing, changed and unknown files, captures as they were found."""
    ordered: list[Damage] = [
        ledger.MissingRows("runs", 1, 3),
        ledger.MissingRules("1-ab"),
        damages.MissingManifest("2026-03-02", known=True),
        damages.ChangedManifest("2026-03-03", known=True),
        damages.MissingFile("posts/b.md", ""),
        damages.ChangedFile("posts/a.md", ""),
        damages.StrayFile("posts/c.md", ""),
        damages.UnreadableRecord("warc/a", "cut off", 5),
        ledger.UnindexedCapture("https://a/", "warc/b", 5),
    ]
    assert in_order([*ordered[4:7][::-1], ordered[3], ordered[2], *ordered[:2], *ordered[7:]]) == tuple(ordered)
