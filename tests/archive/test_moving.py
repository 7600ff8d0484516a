"""Old WARC files are moved to another place: nothing is deleted before its copy was read back and the ledger knows it."""

import errno
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive import manifests, moving
from newscrawl.archive.archive import Archive
from newscrawl.archive.joining import join
from newscrawl.archive.moving import batches, check_mounted, check_room, files_before, move
from newscrawl.archive.places import Folder, Store
from newscrawl.errors import ArchiveDamaged, Unwritable
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import WarcFile
from tests.archive.conftest import APRIL, FLAT, JOINED
from tests.support.archives import NOON, bodies, keep, warcs
from tests.support.steps import Steps

FIRST_TWO = "2026-03-04"


def move_out(archive: Path, day: str = FIRST_TWO) -> list[str]:
    """Moves the files of before a day to a folder beside the archive, and returns their paths."""
    done: list[str] = []
    with Archive(archive) as store:
        with store.ledger.reading() as connection:
            found = files_before(connection, day)
        place = Folder(str(archive.with_name("old")))
        move(archive, store.ledger, place, found, partial(store.seal, APRIL), lambda file: done.append(file.path))
    return done


def is_whole(archive: Path) -> bool:
    return check(archive).damages == ()


def test_moved_captures_are_elsewhere_and_known(march: Path) -> None:
    before, contents, old = bodies(march), warcs(march), march.with_name("old")
    assert move_out(march) == FLAT[:2]
    assert [*warcs(march)] == FLAT[2:]
    assert warcs(old) == {path: contents[path] for path in FLAT[:2]}
    assert bodies(march) == before
    found = check(march)
    assert (found.damages, found.moved) == ((), {str(old): (2, 4)})
    lines = (march / "manifests/2026-04-01.jsonl").read_text().splitlines()
    assert [
        f'"path": "{path}"' in line and f'"moved": "{old}"' in line for path, line in zip(FLAT, lines[1:], strict=False)
    ] == [True, True]
    assert move_out(march) == []
    with Archive(march, captures=True) as store:  # a revisit of what was moved
        keep(store, 1, now=APRIL)
    after = bodies(march)
    assert len(after) == len(before) + 1
    assert after[max(after)] in before.values()
    assert is_whole(march)


def test_moved_captures_are_never_called_lost(march: Path) -> None:
    move_out(march)
    shutil.rmtree(march.with_name("old"))
    (march / ".unfinished").mkdir()
    assert is_whole(march)
    assert [*repair(march)] == []
    with pytest.raises(LookupError, match="its capture was moved to "):
        bodies(march)


def test_what_is_copied_back_is_adopted_by_a_repair(march: Path) -> None:
    contents = warcs(march)
    move_out(march)
    shutil.copytree(march.with_name("old"), march, dirs_exist_ok=True)
    shutil.rmtree(march.with_name("old"))
    assert [damage.what for damage in check(march).damages] == FLAT[:2]
    assert [(each.what, each.done) for each in repair(march)] == [(path, True) for path in FLAT[:2]]
    found = check(march)
    assert (found.damages, found.moved, warcs(march)) == ((), {}, contents)


def articles(archive: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as connection:
        return connection.execute("SELECT key, path, revision, digest, captures FROM articles ORDER BY key").fetchall()


def test_a_lost_ledger_is_made_again_from_moved_captures(march: Path) -> None:
    """Two files were joined and moved, one is in the folder of its month: captures get the numbers that they had."""
    Archive(march, captures=True).close(APRIL)
    with Archive(march) as store, store.ledger.reading() as connection:
        join(march, store.ledger, files_before(connection, FIRST_TWO))
    before, held, old = bodies(march), articles(march), march.with_name("old")
    assert move_out(march) == [JOINED]
    (march / "ledger.sqlite3").unlink()
    copy = Path(shutil.copytree(march, march.with_name("copy")))
    lost = {each.what.removeprefix("ledger.sqlite3, table ") for each in repair(march) if not each.done}
    assert lost == {"items", "listings", "runs"}
    assert (check(march).damages, check(march).moved) == ((), {str(old): (1, 4)})
    assert (bodies(march), articles(march)) == (before, held)
    old.rename(march.with_name("away"))
    told = {each.what.removeprefix("ledger.sqlite3, "): each.how for each in repair(copy) if not each.done}
    assert told[f"captures of {JOINED}"] == f"cannot be read in {old}"
    assert (
        told["table captures"] == "4 rows are missing; repair it again where the captures that were moved can be read"
    )


def test_other_bytes_in_the_place_of_a_moved_file_are_not_taken_for_it(march: Path) -> None:
    before = bodies(march)
    move_out(march)
    (march / FLAT[0]).write_bytes(b"?")
    assert [(damage.what, "is unknown" in damage.why) for damage in check(march).damages] == [(FLAT[0], True)]
    (march / ".unfinished").mkdir()
    Archive(march).close(NOON)
    assert check(march).moved == {str(march.with_name("old")): (2, 4)}
    assert [(each.what, each.done) for each in repair(march)] == [(FLAT[0], True)]
    assert (march / "damaged" / FLAT[0]).read_bytes() == b"?"
    assert bodies(march) == before


@pytest.mark.fault(
    "run",
    "killed while captures are moved to another place",
    "before each step: the copy, its name, the ledger, the manifest, the file's end here",
    "nothing is lost; the same command completes it",
)
def test_a_kill_at_each_step_loses_nothing(march: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, world = bodies(march), march.parent
    steps = Steps(world)
    with monkeypatch.context() as patch:
        steps.watch(patch, shutil, "copyfileobj")
        steps.watch(patch, moving, "note")
        steps.watch(patch, manifests, "write_manifest")
        steps.watch(patch, Path, "unlink", lambda path, **_: path.parent == march / "warc")
        move_out(march)
    assert [*Counter(steps.names).items()] == [
        ("copyfileobj", 2), ("note", 2), ("write_manifest", 1), ("unlink", 2)
    ]  # fmt: skip
    for step in steps.each():
        assert is_whole(march), step
        assert bodies(march) == before, step
        moved = {path for path in FLAT if path not in warcs(march)}
        assert moved | {*move_out(march)} == {*FLAT[:2]}, step
        assert [*warcs(march)] == FLAT[2:], step
        assert is_whole(march), step
    assert bodies(march) == before


def full(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_place_that_gets_full_has_what_it_took(march: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original, sources = shutil.copyfileobj, list[Any]()

    def copy(source: Any, target: Any, length: int) -> None:
        sources.append(source)
        (full if len(sources) > 1 else original)(source, target, length)

    monkeypatch.setattr(shutil, "copyfileobj", copy)
    with pytest.raises(
        Unwritable,
        match=r"^cannot write .*/old/warc/newscrawl-20260303.*: the disk is full; make room and run it again$",
    ):
        move_out(march)
    monkeypatch.undo()
    assert [*warcs(march)] == FLAT[1:]
    assert is_whole(march)
    assert [path.name for path in march.with_name("old").rglob("*") if path.is_file()] == [Path(FLAT[0]).name]
    assert move_out(march) == [FLAT[1]]


@pytest.mark.parametrize(
    ("owner", "name", "fault"), [(Ledger, "sync", full), (Ledger, "sync", interrupted), (moving, "note", full)]
)
def test_what_was_not_deleted_here_is_taken_back(
    march: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: Callable[..., None]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, fault)
        with pytest.raises((OSError, KeyboardInterrupt)):
            move_out(march)
    assert [*warcs(march)] == FLAT
    found = check(march)
    assert (found.damages, found.moved) == ((), {})
    assert move_out(march) == FLAT[:2]


def test_a_damaged_file_is_not_moved(march: Path) -> None:
    with (march / FLAT[1]).open("ab") as file:
        file.write(b"?")
    with pytest.raises(ArchiveDamaged, match=f"^{FLAT[1]} is not what was written; newscrawl verify .* --repair$"):
        move_out(march)
    assert [*warcs(march)] == FLAT[1:]


def test_another_file_of_the_same_name_stays_as_it_is(march: Path) -> None:
    there = march.with_name("old") / FLAT[0]
    there.parent.mkdir(parents=True)
    there.write_bytes(b"of another archive")
    with pytest.raises(Unwritable, match=r"has another file .*; give another place with --to$"):
        move_out(march)
    assert there.read_bytes() == b"of another archive"
    assert [*warcs(march)] == FLAT


def test_a_copy_that_reads_back_as_other_bytes_is_not_trusted(march: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Folder, "put", put_other_bytes)
    with pytest.raises(Unwritable, match="reads back as other bytes than were written"):
        move_out(march)
    assert [*warcs(march)] == FLAT
    assert is_whole(march)


def put_other_bytes(place: Folder, _: Path, path: str) -> None:
    target = Path(place.name, path)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"?")


def test_room_is_looked_for_first(tmp_path: Path) -> None:
    place = Folder(str(tmp_path / "not" / "there"))
    free = shutil.disk_usage(tmp_path).free
    check_room(place, [WarcFile("a", 10**6, "")])
    with pytest.raises(Unwritable, match=r"has no room: .* MB are to be moved, and .* MB are free; make room"):
        check_room(place, [WarcFile("a", free, ""), WarcFile("b", free, "")])


def test_a_disk_that_is_not_mounted_is_not_written_around(tmp_path: Path) -> None:
    place = Folder(str(tmp_path))
    files = [
        WarcFile(path, 1, "", moved)
        for path, moved in (("warc/a", place.name), ("warc/b", "/c"), ("warc/0", place.name))
    ]
    check_mounted(place, files[1:2])
    with pytest.raises(
        Unwritable, match=r"lacks warc/a, which was moved there: mount its disk, or give another place$"
    ):
        check_mounted(place, files)
    (tmp_path / "warc").mkdir()
    (tmp_path / "warc" / "a").touch()
    check_mounted(place, files)
    check_mounted(Store("s3://a"), [WarcFile("warc/a", 1, "", "s3://a")])


def test_batches_end_with_the_file_that_fills_them() -> None:
    files = [WarcFile(name, size, "") for name, size in (("a", 3), ("b", 5), ("c", 9), ("d", 1))]
    assert [[file.path for file in batch] for batch in batches(files, 8)] == [["a", "b"], ["c"], ["d"]]
    assert [*batches([], 8)] == []
