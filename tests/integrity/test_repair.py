"""The rules of the repairs, and the states in which several damages come together."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.manifests import LEDGER_SEAL
from newscrawl.integrity import plan, repair
from newscrawl.integrity.check import check
from newscrawl.integrity.check_files import held_files
from newscrawl.integrity.model import Expected, ManifestEntry
from newscrawl.integrity.repair_articles import newest_reading
from newscrawl.integrity.repair_manifests import PROVEN, trust
from newscrawl.integrity.work import Repair
from newscrawl.ledger.schema import GONE
from tests.benchmarks.damage import posts_of
from tests.support.archives import make_archive

FIRST, SECOND = "2026-03-02", "2026-03-04"
UNTIL_THIRD = Expected(proven=(("", "2026-03-02"), ("2026-03-02", "2026-03-03")))
UNTIL_FOURTH = Expected(proven=(*UNTIL_THIRD.proven, ("2026-03-03", "2026-03-04")))


@pytest.mark.parametrize(
    ("named", "day", "expected", "is_there", "newest"),
    [
        (0, "2026-03-02", UNTIL_THIRD, False, 1),  # the manifest of the second reading is lost
        (0, "2026-03-02", UNTIL_FOURTH, False, 0),  # a manifest of that day does not have it: it was not kept
        (0, "2026-03-02", UNTIL_THIRD, True, 0),  # the post is there
        (0, "", UNTIL_THIRD, False, 0),  # the ledger says so
        (1, "2026-03-04", UNTIL_FOURTH, False, 1),
        (None, "2026-03-02", UNTIL_FOURTH, False, 1),  # the rules have changed since
    ],
)
def test_the_newest_reading(named: int | None, day: str, expected: Expected, is_there: bool, newest: int) -> None:
    assert newest_reading([FIRST, SECOND], named, day, expected, is_there=is_there) == newest


def entry(path: str, size: int = 1, day: str = "") -> ManifestEntry:
    return ManifestEntry(path, "", size, "digest", day=day)


def test_the_last_entry_of_a_path_holds() -> None:
    entries = [entry("a", 1, "1"), entry("b", 1, "1"), entry("a", 2, "2"), entry("b", GONE, "2"), entry("c", GONE)]
    assert held_files(entries, killed=False) == ({"a": entries[2]}, {}, frozenset())


def test_a_moved_file_is_not_to_be_here_until_it_is_back() -> None:
    entries = [entry("a"), entry("a")._replace(moved="/b"), entry("c")._replace(moved="/b"), entry("c")]
    assert held_files(entries, killed=False) == ({"c": entries[3]}, {"a": entries[1]}, frozenset())


def test_a_killed_run_leaves_files_that_it_did_not_delete_yet() -> None:
    entries = [entry("a"), entry("a", GONE), entry("b", GONE, "1"), entry("c", GONE), entry("c")]
    assert held_files(entries, killed=True) == ({"c": entries[4]}, {}, frozenset({"a"}))


@pytest.mark.parametrize(("text", "version", "trusted"), [("{}", "0.0.1-ab", 1), ("{", "0.0.1-ab", 0), ("{}", "x", 1)])
def test_rules_of_another_newscrawl_cannot_be_proven(text: str, version: str, trusted: int) -> None:
    assert trust(text, version) == trusted < PROVEN


# Several damages at once


def whole(archive: Path) -> bool:
    return not check(archive).damages


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return make_archive(tmp_path / "kept")


def test_the_newest_captures_are_the_article_if_its_manifest_is_lost(archive: Path) -> None:
    """Ledger, newest manifest and a revised post are gone: the last readable manifest names an older revision."""
    before = posts_of(archive)
    revised = next((archive / "posts").rglob("*0000004.md"))
    for path in (archive / "ledger.sqlite3", archive / "manifests/2026-03-04.jsonl", revised):
        path.unlink()
    repairs = [*repair.repair(archive)]
    assert posts_of(archive) == before, repairs
    assert whole(archive)


def test_an_article_is_found_by_its_path_if_its_url_is_damaged(archive: Path) -> None:
    """The ledger is gone, and the URL in the last manifest is damaged: nothing tells that but the captures."""
    before = posts_of(archive)
    (archive / "ledger.sqlite3").unlink()
    manifest = archive / "manifests/2026-03-04.jsonl"
    manifest.write_bytes(manifest.read_bytes().replace(b"doc-iabcdefg0000004", b"doc-iabcdefg0000w04"))
    lost = [each for each in repair.repair(archive) if not each.done]
    assert posts_of(archive) == before
    assert whole(archive)
    assert any("which is not its URL" in each.how for each in lost)


@pytest.mark.parametrize("named", ["x{}", "mine.warc.gz"])
def test_a_renamed_warc_file_that_nothing_names_is_found_again(archive: Path, named: str) -> None:
    """The ledger and the manifest of its day are gone, but the file says that newscrawl wrote it, and when."""
    before = posts_of(archive)
    for name in ("ledger.sqlite3", "manifests/2026-03-04.jsonl"):
        (archive / name).unlink()
    newest = max((archive / "warc").iterdir())
    newest.rename(newest.with_name(named.format(newest.name)))
    repairs = {each.what for each in repair.repair(archive)}
    assert "ledger.sqlite3, table revisions" not in repairs
    assert newest.is_file()
    assert posts_of(archive) == before
    assert whole(archive)


def test_revisions_without_captures_stay_a_damage(archive: Path) -> None:
    """The ledger and the captures of the second day are gone, and with them the second revisions."""
    (archive / "ledger.sqlite3").unlink()
    min(path for path in (archive / "warc").iterdir() if "20260303" in path.name).unlink()
    repairs = [*repair.repair(archive)]
    lost = [each.how for each in repairs if each.how.endswith("earlier revision is lost")]
    assert lost == ["1 earlier revision is lost"] * 2
    assert [damage.why for damage in check(archive).damages] == ["1 of 2 is missing"] * 2
    assert {(each.how, each.done) for each in repair.repair(archive)} == {
        ("1 earlier revision is lost", False), ("could not be repaired (1 of 2 is missing)", False)
    }  # fmt: skip


def test_a_post_of_which_nothing_else_is_left_is_named(archive: Path) -> None:
    for name in ("ledger.sqlite3", "manifests/2026-03-02.jsonl"):
        (archive / name).unlink()
    for path in (archive / "warc").iterdir():
        path.unlink()
    lost = {each.what for each in repair.repair(archive) if not each.done}
    kept = set(posts_of(archive))
    assert {path for path in lost if path.startswith("posts/")} == {
        path.relative_to(archive / "damaged").as_posix() for path in (archive / "damaged/posts").rglob("*.md")
    }
    assert kept.isdisjoint(
        path.relative_to(archive / "damaged").as_posix() for path in (archive / "damaged").rglob("*.md")
    )


def test_a_lost_seal_is_told(archive: Path) -> None:
    """Only the seal counts the rows that are stored nowhere else."""
    (archive / LEDGER_SEAL).unlink()
    assert [(each.what, each.done) for each in repair.repair(archive)] == [(LEDGER_SEAL, False)]
    assert whole(archive)
    assert [*repair.repair(archive)] == []


def test_a_renewed_ledger_still_has_the_counts_of_the_old_one(archive: Path) -> None:
    counts = json.loads((archive / LEDGER_SEAL).read_text())["rows"]
    (archive / "ledger.sqlite3").unlink()
    repairs = {each.what: each for each in repair.repair(archive)}
    for table in ("items", "listings", "runs"):
        told = repairs[f"ledger.sqlite3, table {table}"]
        assert told.how.startswith(f"{counts[table]} rows are lost; ")
        assert not told.done
    assert whole(archive)


# By construction


def nothing(_: Any, __: plan.Action) -> Iterator[Repair]:
    yield from ()


def claims(_: Any, action: plan.RestorePost) -> Iterator[Repair]:
    yield Repair(action.path, "was restored")


@pytest.mark.parametrize("action", [nothing, claims])
def test_what_the_last_check_finds_is_not_called_repaired(
    archive: Path, monkeypatch: pytest.MonkeyPatch, action: Any
) -> None:
    """An action that does nothing: whatever it says, the damage is told as not repaired."""
    monkeypatch.setitem(repair.ON_OPEN, plan.RestorePost, action)
    post = next((archive / "posts").rglob("*.md"))
    post.unlink()
    name = post.relative_to(archive).as_posix()
    assert [*repair.repair(archive)][-1] == Repair(name, "could not be repaired (is missing)", done=False)


def test_every_action_can_be_carried_out() -> None:
    actions = {each for each in vars(plan).values() if isinstance(each, type) and issubclass(each, plan.Action)}
    assert actions - {plan.Action} == set(repair.ON_CLOSED) | set(repair.ON_OPEN)


def test_a_whole_archive_is_not_opened(archive: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in archive.rglob("*")}
    assert [*repair.repair(archive)] == []
    assert {path: path.stat().st_mtime_ns for path in archive.rglob("*")} == before


def test_a_killed_replay(archive: Path) -> None:
    """Within a batch a post gets its place before the ledger commits: one was rewritten, one is new, none is known."""
    before = posts_of(archive)
    rewritten = next((archive / "posts").rglob("*0000001.md"))
    rewritten.write_bytes(rewritten.read_bytes().replace(b"<p>", b"<p >"))
    new = rewritten.with_name("2026-03-01-iabcdefg0000099.md")
    new.write_text("a post that only the killed run knows")
    (archive / ".unfinished").mkdir()
    assert {damage.what for damage in check(archive).damages} == {
        path.relative_to(archive).as_posix() for path in (rewritten, new)
    }
    repairs = [*repair.repair(archive)]
    assert {each.what: each.done for each in repairs} == {
        rewritten.relative_to(archive).as_posix(): True,
        new.relative_to(archive).as_posix(): False,
    }
    assert posts_of(archive) == before
    assert whole(archive)
    assert not (archive / ".unfinished").exists()


def test_a_killed_run_alone_is_completed(archive: Path) -> None:
    (archive / ".unfinished").mkdir()
    assert [*repair.repair(archive)] == []
    assert whole(archive)
    assert not (archive / ".unfinished").exists()
