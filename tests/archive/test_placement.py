"""When posts get their places, and what a power cut in between would leave."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newscrawl.archive.placement import Placement
from newscrawl.ledger.ledger import Ledger


@pytest.fixture
def posts(tmp_path: Path) -> Iterator[Placement]:
    with Ledger(tmp_path) as ledger:
        yield Placement(tmp_path, ledger, durable=True)


def part(root: Path, text: str) -> Path:
    path = root / f"{text}.part"
    path.write_text(text)
    return path


def test_the_ledger_is_synced_before_a_post_has_its_place(
    posts: Placement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posts.ledger, "sync", lambda: seen.append((tmp_path / "a.md").exists()))
    seen: list[bool] = []
    posts.place()
    assert seen == []  # nothing waits
    posts.add("a.md", part(tmp_path, "a"))
    posts.place()
    assert seen == [False]
    assert (tmp_path / "a.md").read_text() == "a"


def test_where_nothing_must_survive_nothing_is_synced(
    posts: Placement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    posts.durable = False
    posts.add("a.md", part(tmp_path, "a"))
    monkeypatch.setattr(os, "fsync", lambda _: pytest.fail("it was synced"))
    posts.finish()
    assert (tmp_path / "a.md").exists()


def test_the_last_word_counts(posts: Placement, tmp_path: Path) -> None:
    """A post that waits, is deleted, and comes again; what is read meanwhile is what will be there."""
    (tmp_path / "a.md").write_text("old")
    assert posts.read("a.md") == b"old"
    posts.add("a.md", part(tmp_path, "new"))
    assert posts.read("a.md") == b"new"
    posts.remove("a.md")
    assert posts.read("a.md") is None
    assert posts.read("b.md") is None
    assert (tmp_path / "new.part").exists()  # the ledger may not have heard of the move yet
    posts.place()
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [
        "ledger.sqlite3",
        "ledger.sqlite3-shm",
        "ledger.sqlite3-wal",
    ]
    posts.add("a.md", part(tmp_path, "again"))
    posts.finish()
    assert (tmp_path / "a.md").read_text() == "again"


def test_names_are_synced_at_the_end(posts: Placement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone/b.md").touch()
    posts.add("posts/a.md", part(tmp_path, "a"))
    posts.remove("gone/b.md")
    posts.place()
    synced, fsync = [], os.fsync

    def recorded(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    posts.finish()
    assert synced == ["gone", "posts"]
