"""One run at a time: who holds an archive, and until when."""

from pathlib import Path

import pytest

from newscrawl.archive.lock import Lock
from newscrawl.errors import ArchiveHeld


def test_a_folder_is_held_once_until_it_is_released(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    before = len([*Path("/dev/fd").iterdir()])
    with pytest.raises(ArchiveHeld, match="another run holds the archive"):
        Lock(tmp_path)
    assert len([*Path("/dev/fd").iterdir()]) == before  # the failed attempt leaves no open file
    lock.release()
    Lock(tmp_path).release()
    assert [*tmp_path.iterdir()] == []


def test_a_second_release_closes_no_file_of_another(tmp_path: Path) -> None:
    lock = Lock(tmp_path)
    lock.release()
    other = Lock(tmp_path)  # it has the same descriptor
    lock.release()
    with pytest.raises(ArchiveHeld):
        Lock(tmp_path)
    other.release()
