"""The places that captures are moved to: folders and stores."""

import hashlib
import os
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from newscrawl.archive.places import Folder, Place, Store, place_for, place_named
from newscrawl.errors import BadUsage, Unwritable
from newscrawl.stores import stored_digest

PATH = "warc/2026/03/newscrawl-20260302040000-00001.warc.gz"


class Elsewhere(LocalFileSystem):  # type: ignore[misc]
    """A store that is a folder of this machine."""

    protocol = "elsewhere"


fsspec.register_implementation("elsewhere", Elsewhere, clobber=True)


@pytest.fixture(params=["folder", "store"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Folder(str(tmp_path / "old")) if request.param == "folder" else Store(f"elsewhere://{tmp_path}/old")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes(b"captures")
    return path


def test_a_file_is_there_whole(place: Place, source: Path, tmp_path: Path) -> None:
    assert place.digest(PATH) == ""
    place.put(source, PATH)
    assert place.digest(PATH) == hashlib.sha256(b"captures").hexdigest()
    assert [path for path in (tmp_path / "old").rglob("*") if path.is_file()] == [tmp_path / "old" / PATH]
    assert place_named(place.name) == place


def test_a_folder_has_a_file_and_its_name_on_its_disk(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(str(Path(f"/proc/self/fd/{file}").readlink())))
    Folder(str(tmp_path / "old")).put(source, PATH)
    folders = [str((tmp_path / "old" / PATH).parents[level]) for level in (4, 3, 2, 1)]
    part = str((tmp_path / "old" / PATH).with_name(f".{Path(PATH).name}.part"))
    assert synced == [*folders, part, str((tmp_path / "old" / PATH).parent)]


def test_a_place_that_cannot_be_written_or_read_is_one_line(place: Place, source: Path, tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"a file")
    with pytest.raises(Unwritable, match=r"^cannot write \S+: (Not a directory|File exists)$"):
        place.put(source, PATH)
    (tmp_path / "old").unlink()
    (tmp_path / "old" / PATH).mkdir(parents=True)
    with pytest.raises(Unwritable, match=r"^cannot read \S+: Is a directory$"):
        place.digest(PATH)


def test_a_store_is_asked_again_what_it_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(Elsewhere, "invalidate_cache", lambda *_: asked.append("anew"))
    assert stored_digest(f"elsewhere://{tmp_path}/nothing") == ""
    assert asked == ["anew"]


def test_the_room_of_a_folder_that_is_not_there_yet_is_that_of_its_disk(tmp_path: Path) -> None:
    free = Folder(str(tmp_path / "not" / "there")).room()
    assert abs(free - os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize) < 2**30
    assert not (tmp_path / "not").exists()
    assert Store("elsewhere://x").room() is None  # type: ignore[func-returns-value]


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("", "captures cannot be moved to nowhere: give the name of a folder"),
        (" ", "give the name of a folder, or the URL of a store"),
        ("a\nb", "give the name of a folder"),
        ("kept", "it is in the archive itself"),
        ("kept/warc/old", "it is in the archive itself"),
        ("link", "it is in the archive itself"),
        ("around", "it is in the archive itself"),
        ("other", "it is an archive itself"),
        ("file/old", "file is no folder"),
        ("memory://old", "nothing is kept there for good"),
        ("https://a.example/old", "nothing is kept there for good"),
        ("simplecache::s3://old", "nothing is kept there for good"),
        ("file:///old", "give it as a folder, without a scheme"),
        ("ftp://me:secret@a.example/old", "it holds a password, which the ledger would keep"),
        ("s3://old\n", "its name is not printable"),
    ],
)
def test_where_captures_cannot_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, to: str, why: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kept" / "warc").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "around").mkdir()
    (tmp_path / "around" / "warc").symlink_to(tmp_path / "kept" / "warc")
    (tmp_path / "other" / "manifests").mkdir(parents=True)
    (tmp_path / "file").touch()
    with pytest.raises(BadUsage) as error:
        place_for(to, tmp_path / "kept")
    assert why in str(error.value)


def test_a_place_has_a_name_that_holds_in_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    expected: dict[str, Any] = {
        "old": Folder(str(tmp_path / "old")),
        "a/../old/": Folder(str(tmp_path / "old")),
        "s3://bucket/old/": Store("s3://bucket/old"),
    }
    assert {to: place_for(to, tmp_path / "kept") for to in expected} == expected
