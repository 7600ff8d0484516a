"""Which symbolic links in an archive a run refuses. What becomes of them: `tests/integrity/test_links.py`."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from newscrawl.archive.links import links_in, lock_to_write
from newscrawl.archive.lock import Lock
from newscrawl.errors import ArchiveDamaged

FOLDERS = (".unfinished", "damaged", "manifests/rules", "posts/2026/03/01", "unknown-pages", "warc")
POST = "posts/2026/03/01/a.md"
FILES = ("browse.sqlite3", "ledger.sqlite3", "ledger.sqlite3-wal", "manifests/2026-03-02.jsonl", "warc/a.warc.gz", POST)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """What an archive looks like, and beside it what is nobody's of newscrawl's."""
    root = tmp_path / "kept"
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True)
    for file in FILES:
        (root / file).touch()
    (root / "notes").symlink_to("/etc")
    (root / "notes.md").symlink_to("nowhere")
    return root


def lead_away(path: Path) -> None:
    """Puts a link to it in place of a file or a folder."""
    elsewhere = path.with_name("elsewhere")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


@pytest.mark.parametrize(
    "place",
    [
        *FOLDERS, "manifests", "posts", "posts/2026", "posts/2026/03", *FILES[:-1], ".unfinished/a", "manifests/rules/a.json",
        "unknown-pages/a.html", "warc/a.warc.gz.open", "browse.sqlite3-journal", "ledger.sqlite3-shm",
    ],
)  # fmt: skip
def test_a_run_refuses_a_link_in_place_of_a_folder_or_of_a_file_that_it_opens(archive: Path, place: str) -> None:
    path = archive / place
    if path.exists():
        lead_away(path)
    else:
        path.symlink_to("nowhere")
    with pytest.raises(ArchiveDamaged) as error:
        lock_to_write(archive)
    advice = f"put what it leads to in its place, or newscrawl verify {archive} --repair"
    assert str(error.value) == f"the archive is damaged: {path} is a symbolic link; {advice}"
    Lock(archive).release()  # nobody holds it now


def test_a_run_does_not_look_at_each_post(archive: Path) -> None:
    lead_away(archive / POST)
    assert [*links_in(archive)] == [POST]
    assert [*links_in(archive, posts=False)] == []
    lock_to_write(archive).release()


def test_links_are_found_at_any_depth_in_order_and_not_behind_a_link(archive: Path) -> None:
    (archive / "posts/2026/03/01/deep").mkdir()
    (archive / "posts/2026/03/01/deep/b.md").symlink_to("nowhere")
    (archive / "warc/b").symlink_to(archive / "posts")
    (archive / "manifests/a").symlink_to("nowhere")
    assert [*links_in(archive)] == ["manifests/a", "posts/2026/03/01/deep/b.md", "warc/b"]


def test_links_may_be_in_damaged(archive: Path) -> None:
    (archive / "damaged/posts.link").symlink_to("nowhere")
    assert [*links_in(archive)] == []


def test_the_archives_own_folder_may_be_a_link(archive: Path) -> None:
    (archive.parent / "link").symlink_to(archive)
    lock_to_write(archive.parent / "link").release()


def test_a_folder_that_may_not_be_read_has_no_links(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: str) -> Iterator[os.DirEntry[str]]:
        raise PermissionError

    monkeypatch.setattr(os, "scandir", refused)
    assert [*links_in(archive)] == []
