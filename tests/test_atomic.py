"""Files are whole or not there, and no half is left beside them."""

import errno
import hashlib
import os
import resource
import stat
from pathlib import Path

import pytest

from newscrawl.atomic import (
    drop_abandoned,
    file_digest,
    link_on,
    make_folder,
    output_file,
    rename_into_place,
    temporary_name,
    whole_file,
    write_whole,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_has_its_place_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.prom"
    path.write_bytes(b"old")
    with whole_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
        assert names(tmp_path) == [temporary_name(path).name, "a.prom"]
        assert not temporary_name(path).name.endswith(".prom")  # a collector of .prom files must not see the half
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.prom"]


def test_what_goes_wrong_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def fail() -> None:
        with whole_file(path) as file:
            file.write(b"half")
            raise RuntimeError("half")

    with pytest.raises(RuntimeError, match="half"):
        fail()
    assert path.read_bytes() == b"old"
    with pytest.raises(OSError, match="ot empty"):
        write_whole(tmp_path, b"new", tmp_path / "part")
    assert names(tmp_path) == ["a"]


def test_the_half_may_have_a_name_of_its_own(tmp_path: Path) -> None:
    part = tmp_path / "parts"
    part.mkdir()
    with whole_file(tmp_path / "a", part / "a", durable=False) as file:
        file.write(b"new")
        assert names(part) == ["a"]
    assert names(part) == []
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_folder_whose_name_cannot_be_synced_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="Input/output error"):
        make_folder(tmp_path / "a")
    assert names(tmp_path) == []


def test_a_place_whose_folder_is_not_there_is_made(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_bytes(b"new")
    rename_into_place(part, tmp_path / "2026" / "03" / "a")
    assert (tmp_path / "2026" / "03" / "a").read_bytes() == b"new"
    with pytest.raises(FileNotFoundError):
        rename_into_place(part, tmp_path / "2026" / "b")


def test_an_output_follows_a_link_and_leaves_devices_and_pipes_what_they_are(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    with output_file(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"

    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with output_file(tmp_path / "pipe") as file:
        file.write(b"new")
    assert os.read(reader, 9) == b"new"
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()

    with output_file(tmp_path / "new") as file:
        file.write(b"new")
    assert names(tmp_path) == ["link", "new", "pipe", "real"]


def test_a_durable_file_is_on_the_disk_before_it_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, synced, fsync = tmp_path / "a", [], os.fsync

    def recorded(descriptor: int) -> None:
        about = os.fstat(descriptor)
        synced.append(("its name" if stat.S_ISDIR(about.st_mode) else about.st_size, path.exists()))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", recorded)
    write_whole(path, b"new")
    assert synced == [(3, False), ("its name", True)]
    write_whole(path, b"newer", durable=False)
    assert synced == [(3, False), ("its name", True)]


def test_each_process_writes_under_a_name_of_its_own(tmp_path: Path) -> None:
    name = temporary_name(tmp_path / "a.prom").name
    assert name.startswith(".")
    assert name.endswith(str(os.getpid()))


def test_what_a_killed_process_has_left_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    path = tmp_path / "a[1].csv"
    others = {".a[1].csv.", ".a[1].csv.old", ".a1.csv.7", "a[1].csv.7"}
    for name in (".a[1].csv.7", *others):
        (tmp_path / name).touch()
    (tmp_path / ".a[1].csv.8").symlink_to("a[1].csv.7")
    with whole_file(path, tmp_path / ".a[1].csv.9"):
        drop_abandoned(path)
        assert {each.name for each in tmp_path.iterdir()} == {*others, ".a[1].csv.8", ".a[1].csv.9"}
    with output_file(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"new"


def test_an_output_takes_the_place_of_what_a_killed_process_has_left(tmp_path: Path) -> None:
    (tmp_path / ".a.csv.7").touch()
    with output_file(tmp_path / "a.csv"):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def test_a_file_that_does_not_fit_leaves_no_half(tmp_path: Path) -> None:
    """What is still in the buffer cannot be written when the file is closed, either."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, limits[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_whole(tmp_path / "a", b"new", durable=False)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert names(tmp_path) == []


def test_a_link_in_place_of_the_half_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    temporary_name(tmp_path / "a").symlink_to("real")
    write_whole(tmp_path / "a", b"new", durable=False)
    assert (tmp_path / "real").read_bytes() == b"old"
    assert names(tmp_path) == ["a", "real"]
    assert not (tmp_path / "a").is_symlink()


@pytest.mark.parametrize(
    ("link", "path", "found"),
    [
        ("a", "a/b/c", "a"),
        ("a/b", "a/b/c", "a/b"),
        ("a/b/c", "a/b/c", "a/b/c"),
        ("a/b/c", "a/b", ""),
        ("a/x", "a/b/c", ""),
    ],
)
def test_the_first_link_on_a_path_is_found(tmp_path: Path, link: str, path: str, found: str) -> None:
    """Below a folder that may be a link itself; a link that leads nowhere is one."""
    (tmp_path / "named").symlink_to("real")
    (tmp_path / "real" / link).parent.mkdir(parents=True)
    (tmp_path / "real" / link).symlink_to("nowhere")
    assert link_on(tmp_path / "named", path) == found


def test_a_digest_is_the_sha_256_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"new")
    assert file_digest(tmp_path / "a") == hashlib.sha256(b"new").hexdigest()
