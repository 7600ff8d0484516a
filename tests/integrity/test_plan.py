"""The plan: which action undoes which damage, and what comes before what."""

import pytest

from newscrawl.integrity import damage as d
from newscrawl.integrity import damage_ledger as l
from newscrawl.integrity import plan as p
from newscrawl.integrity.damage import Damage
from newscrawl.integrity.model import Check, Expected, ManifestEntry
from newscrawl.integrity.plan import CLOSED, OPEN, Action, plan

DAY, NEXT = "2026-03-02", "2026-03-03"
POST, OTHER, WARC = "posts/a.md", "posts/b.md", "warc/a.warc.gz"


def found(*damages: Damage, lost_rows: tuple[ManifestEntry, ...] = (), day: str = "") -> Check:
    files = {path: ManifestEntry(path, "", 1, "1", day=day) for path in (POST, OTHER, WARC)}
    return Check(Expected(files, lost_rows=lost_rows), damages)


def first(*damages: Damage) -> list[Action]:
    return plan(found(*damages), (*CLOSED, *OPEN))


RULES: list[tuple[str, list[Damage], list[Action]]] = [
    ("nothing", [], []),
    (
        "a link in place of what is made again goes first, and nothing else is done meanwhile",
        [d.MissingFile(POST, "1"), d.StrayFile("posts/x", "1"), d.Link("posts", "/a", leads=True)],
        [p.QuarantineLink("posts", "/a")],
    ),
    (
        "a link in place of captures stays if it leads to something, and so do all",
        [d.Link("warc", "/a", leads=True), d.Link("damaged", "/b", leads=True)],
        [p.Tell("warc", "is a symbolic link to /a; put what it leads to in its place")],
    ),
    (
        "a link in place of the folder that the others go to goes first",
        [d.Link(".unfinished", "/a", leads=True), d.Link("damaged", "/b", leads=True)],
        [p.QuarantineLink("damaged", "/b"), p.QuarantineLink(".unfinished", "/a")],
    ),
    ("a link that leads nowhere", [d.Link(WARC, "/a", leads=False)], [p.QuarantineLink(WARC, "/a")]),
    ("a renamed post", [d.MissingFile(POST, "1"), d.StrayFile("posts/x", "1")], [p.RestoreName(POST, "posts/x")]),
    ("a post in place of another", [d.ChangedFile(POST, "1"), d.StrayFile("x", "1")], [p.RestoreName(POST, "x")]),
    (
        "a renamed manifest",
        [d.MissingManifest(DAY, True, "1"), d.StrayFile("manifests/x", "1")],
        [p.RestoreName(f"manifests/{DAY}.jsonl", "manifests/x")],
    ),
    (
        "a renamed ledger",
        [l.UnusableLedger("is missing", "1"), d.StrayFile("xledger.sqlite3", "1")],
        [p.RestoreName("ledger.sqlite3", "xledger.sqlite3")],
    ),
    (
        "two files of the same bytes, one stray",
        [d.MissingFile(POST, "1"), d.MissingFile(OTHER, "1"), d.StrayFile("x", "1")],
        [p.RestoreName(POST, "x")],
    ),
    ("digests that are not known", [d.MissingManifest(DAY, True), d.StrayFile("x", "")], [p.RewriteManifests((DAY,))]),
    ("no ledger", [l.UnusableLedger("is missing")], [p.RenewLedger()]),
    ("a page of the ledger", [l.DatabaseFault("x"), l.DatabaseFault("y")], [p.RenewLedger()]),
    ("rows of a wrong type", [l.DamagedRows("items", 1)], [p.RenewLedger()]),
    (
        "values of the ledger",
        [l.ChangedLedger()],
        [p.Tell("ledger.sqlite3", "was changed in data that is stored nowhere else; it is kept as it is")],
    ),
    (
        "no seal",
        [l.MissingSeal()],
        [
            p.Tell(
                "manifests/ledger.json",
                "was lost; whether the ledger lacks rows that are stored nowhere else cannot be told",
            )
        ],
    ),
    ("a changed seal is written again when the archive is closed", [l.ChangedSeal()], []),
    ("an unknown WARC file", [d.StrayFile(WARC, "1")], [p.AdoptWarc(WARC)]),
    ("a moved WARC file that is back", [d.ReturnedFile(WARC, "/b")], [p.AdoptWarc(WARC)]),
    ("a moved WARC file without rows", [l.UnindexedFile(WARC, "/b")], [p.IndexRecords(WARC), p.LinkCaptures()]),
    ("what is wrong where a file was moved to", [d.MovedFile(WARC, "/b", "x"), d.MissingPlace("/b", 1)], []),
    ("a missing WARC file", [d.MissingWarc(WARC, 1)], [p.MarkLost(WARC), p.LinkCaptures()]),
    (
        "a changed WARC file is indexed before it is copied",
        [d.ChangedFile(WARC, "1")],
        [p.IndexRecords(WARC), p.SalvageWarc(WARC), p.LinkCaptures()],
    ),
    (
        "a damaged record",
        [d.UnreadableRecord(WARC, "cut off", 5)],
        [p.IndexRecords(WARC), p.SalvageWarc(WARC), p.LinkCaptures()],
    ),
    ("a lost row of captures", [l.UnindexedCapture("u", WARC, 5)], [p.IndexRecords(WARC), p.LinkCaptures()]),
    ("a changed row of captures", [l.ChangedCapture("u", WARC, 5, 3)], [p.IndexRecords(WARC), p.LinkCaptures()]),
    ("a row without a record", [d.UnreadableCaptures(WARC, 1)], [p.IndexRecords(WARC), p.LinkCaptures()]),
    ("a lost reference", [l.MissingCapture("3", "key")], [p.LinkCaptures()]),
    ("a lost original", [l.MissingOriginal(3, 5)], [p.LinkCaptures()]),
    (
        "WARC files in order of time, each once",
        [l.UnindexedCapture("u", "warc/2026/02/b", 5), d.MissingWarc("warc/a", 1)],
        [p.MarkLost("warc/a"), p.IndexRecords("warc/2026/02/b"), p.LinkCaptures()],
    ),
    (
        "WARC files in order of their names, each once",
        [l.UnindexedCapture("u", "warc/b", 5), l.UnindexedCapture("v", "warc/b", 9), d.MissingWarc("warc/a", 1)],
        [p.MarkLost("warc/a"), p.IndexRecords("warc/b"), p.LinkCaptures()],
    ),
    ("rules without a row", [l.MissingRules("1")], [p.RestoreRules("1")]),
    ("rules without a file", [l.MissingRulesFile("1")], [p.RestoreRules("1")]),
    ("rules that differ", [l.ChangedRulesFile("1")], [p.RestoreRules("1")]),
    ("a day of `files` that the manifest has", [l.ChangedDay(DAY, written=True)], [p.RestoreDays((DAY,))]),
    ("a day of `files` that nothing has", [l.ChangedDay(DAY, written=False)], [p.RewriteManifests((DAY,))]),
    (
        "manifests that the ledger does not know",
        [d.UnknownManifest(NEXT, known=False), d.UnchainedManifest(DAY, known=False)],
        [p.RestoreDays((DAY, NEXT))],
    ),
    (
        "captures, rules, days",
        [d.UnknownManifest(DAY, known=False), l.MissingRules("1"), d.MissingWarc(WARC, 1)],
        [p.MarkLost(WARC), p.LinkCaptures(), p.RestoreRules("1"), p.RestoreDays((DAY,))],
    ),
    ("a post that is not in `files`", [l.MissingEntry(POST)], [p.AdoptPosts((POST,), (), captured=False)]),
    ("a post with other bytes", [d.ChangedFile(POST, "1")], [p.AdoptPosts((), (POST,), captured=False)]),
    ("an unknown post", [d.StrayFile(POST, "1")], [p.AdoptPosts((), (), captured=True)]),
    ("a lost manifest", [d.MissingManifest(DAY, known=False)], [p.AdoptPosts((), (), captured=True)]),
    ("a hole in the chain", [d.UnchainedManifest(DAY, known=True)], [p.AdoptPosts((), (), captured=True)]),
    ("articles that the seal counts", [l.MissingRows("articles", 1, 9)], [p.AdoptPosts((), (), captured=True)]),
    ("files that the seal counts", [l.MissingRows("files", 1, 9)], [p.AdoptPosts((), (), captured=True)]),
    ("manifests that the seal counts", [l.MissingRows("manifests", 1, 9)], [p.AdoptPosts((), (), captured=True)]),
    ("an item's article", [l.MissingItemArticle("key", "item")], [p.AdoptPosts((), (), captured=True)]),
    ("an article", [l.MissingArticle(POST)], [p.RestoreArticle(POST)]),
    (
        "a damaged article, once",
        [l.ChangedRevision(POST, 1, "key"), l.MissingRevisions(POST, "u", 1, 2)],
        [p.RestoreArticle(POST)],
    ),
    ("a revision of no article", [l.ChangedRevision("", 1, "key")], []),
    ("a missing post", [d.MissingFile(POST, "1")], [p.RestorePost(POST, doubtful=False)]),
    ("a missing WARC file is no post", [d.MissingFile(WARC, "1")], []),
    ("an item that a list named", [l.MissingItem("key", "stock", DAY)], [p.RestoreItem("key", "stock", DAY)]),
    (
        "posts before items",
        [l.MissingItem("key", "stock", DAY), d.MissingFile(POST, "1")],
        [p.RestorePost(POST, doubtful=False), p.RestoreItem("key", "stock", DAY)],
    ),
    ("a manifest that the ledger knows", [d.ChangedManifest(DAY, known=True)], [p.RewriteManifests((DAY,))]),
    ("a file of no use", [d.StrayFile("manifests/x", "1")], [p.Quarantine("manifests/x")]),
    (
        "rows that are nowhere else",
        [l.MissingRows("watermarks", 1, 2)],
        [
            p.Tell(
                "ledger.sqlite3, table watermarks",
                "1 row is lost; the next crawl of that channel begins two days back; give --since",
            )
        ],
    ),
    (
        "a capture that is nowhere else",
        [l.MissingRows("captures", 1, 2)],
        [p.Tell("ledger.sqlite3, table captures", "1 row is lost; it is stored nowhere else")],
    ),
    (
        "captures that are nowhere else",
        [l.MissingRows("captures", 2, 2)],
        [p.Tell("ledger.sqlite3, table captures", "2 rows are lost; they are stored nowhere else")],
    ),
]


@pytest.mark.parametrize(("damages", "actions"), [rule[1:] for rule in RULES], ids=[rule[0] for rule in RULES])
def test_what_is_planned(damages: list[Damage], actions: list[Action]) -> None:
    assert first(*damages) == actions


@pytest.mark.parametrize(
    ("damage", "day", "doubtful"),
    [
        (d.MissingManifest(NEXT, known=False), DAY, True),
        (d.MissingManifest(NEXT, known=True), DAY, False),
        (d.UnchainedManifest(NEXT, known=True), DAY, True),
        (l.MissingRows("manifests", 1, 2), DAY, True),
        (l.MissingRows("files", 1, 2), DAY, False),
        (d.MissingManifest(NEXT, known=False), "", False),  # the ledger names it
    ],
)
def test_a_post_is_doubtful_if_a_manifest_is_lost(damage: Damage, day: str, doubtful: bool) -> None:
    check = found(d.MissingFile(POST, "1"), damage, day=day)
    assert next(p.posts_and_items(check)) == p.RestorePost(POST, doubtful=doubtful)


def test_a_damaged_ledger_under_another_name_is_taken_for_the_missing_one() -> None:
    stray = d.StrayFile("xledger.sqlite3", "2")
    assert first(l.MissingLedger("is missing", "1"), d.StrayFile("warc/x", "3"), stray) == [
        p.RestoreName("ledger.sqlite3", "xledger.sqlite3")
    ]
    assert first(l.UnusableLedger("is no database", "1"), stray) == [p.RenewLedger()]


def test_rows_that_only_a_manifest_has() -> None:
    entries = tuple(
        ManifestEntry(path, "", 1, "1", day=day) for path, day in ((POST, NEXT), (OTHER, NEXT), (WARC, DAY))
    )
    assert plan(found(lost_rows=entries), OPEN) == [p.RestoreDays((DAY, NEXT))]


def test_files_that_were_moved_are_indexed_where_captures_are_lost() -> None:
    lost = l.MissingRows("captures", 2, 9)
    moved = {path: ManifestEntry(path, "", 1, "1", moved="/b") for path in ("warc/b", "warc/2026/02/a")}
    check = Check(Expected(moved=moved), (lost,))
    actions: list[Action] = [p.IndexRecords("warc/2026/02/a"), p.IndexRecords("warc/b"), p.LinkCaptures()]
    assert plan(check, OPEN) == actions
    assert told(check) == ["2 rows are lost"]
    check = Check(Expected(moved=moved), (lost, l.MissingRows("runs", 1, 2), l.UnindexedFile("warc/b", "/b")))
    assert told(check) == ["2 rows are missing", "1 row is lost"]


def told(check: Check) -> list[str]:
    return [each.how.partition(";")[0] for each in p.losses(check) if isinstance(each, p.Tell)]


STAGES: list[Damage] = [
    d.StrayFile("x", "1"),  # with the name of the ledger
    l.DatabaseFault("x"),
    l.MissingSeal(),
    d.StrayFile(WARC, "2"),
    l.MissingRules("1"),
    l.MissingEntry(POST),
    l.MissingArticle(POST),
    l.MissingItem("key", "stock", DAY),
    d.ChangedManifest(DAY, known=True),
    d.StrayFile("manifests/x", "3"),
    l.MissingRows("runs", 1, 2),
]


def test_each_stage_waits_for_the_one_before() -> None:
    """All damages at once: only the first stage is planned, then the next one, when its actions were tried."""
    check = found(*STAGES, l.UnusableLedger("is missing", "1"))
    tried: set[Action] = set()
    stages = []
    while actions := plan(check, (*CLOSED, *OPEN), tried):
        stages.append([type(action) for action in actions])
        tried |= set(actions)
    assert stages == [
        [p.RestoreName],
        [p.RenewLedger],
        [p.Tell],
        [p.AdoptWarc],
        [p.RestoreRules],
        [p.AdoptPosts],
        [p.RestoreArticle],
        [p.RestoreItem],
        [p.RewriteManifests],
        [p.Quarantine, p.Quarantine, p.Quarantine],
        [p.Tell],
    ]


def test_an_action_is_not_planned_again() -> None:
    check = found(d.MissingFile(POST, "1"), d.MissingFile(OTHER, "2"))
    assert plan(check, OPEN, {p.RestorePost(POST, doubtful=False)}) == [p.RestorePost(OTHER, doubtful=False)]
    assert plan(check, OPEN, {p.RestorePost(POST, doubtful=False), p.RestorePost(OTHER, doubtful=False)}) == []


def test_a_closed_archive_has_names_its_ledger_and_its_seal_repaired() -> None:
    check = found(l.MissingArticle(POST), d.MissingFile(POST, "1"), l.MissingRows("runs", 1, 2))
    assert plan(check, CLOSED) == []
