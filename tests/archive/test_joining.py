"""Small WARC files of a month are joined: the records stay as they are, and the ledger knows where each is."""

from collections import Counter
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from newscrawl.archive import joining, months
from newscrawl.archive.archive import Archive
from newscrawl.archive.joining import drop_joined, files_of_months, groups, has_bytes_of, join
from newscrawl.errors import ArchiveDamaged
from newscrawl.integrity.check import check
from newscrawl.ledger.model import WarcFile
from tests.archive.conftest import APRIL, FILED, FLAT, JOINED
from tests.support.archives import NOON, bodies, warcs
from tests.support.steps import Steps


def filed(archive: Path) -> Path:
    """The archive when its month is over."""
    Archive(archive, captures=True).close(APRIL)
    return archive


def join_all(archive: Path, most: int = 10**6) -> list[list[str]]:
    """Joins the files of March, and returns the paths in each group."""
    with Archive(archive) as store:
        with store.ledger.reading() as connection:
            found = [*groups(files_of_months(connection, "2026-03"), most)]
        for group in found:
            join(archive, store.ledger, group)
    return [[file.path for file in group] for group in found]


def is_whole(archive: Path) -> bool:
    return check(archive).damages == ()


def test_joined_files_have_the_records_of_their_parts(march: Path) -> None:
    parts, before = warcs(filed(march)), bodies(march)
    assert join_all(march) == [FILED]
    assert warcs(march) == {JOINED: b"".join(parts.values())}
    assert bodies(march) == before
    assert is_whole(march)
    assert join_all(march) == []
    with (march / JOINED).open("rb") as file:  # another program's reading, with the digests of the records
        kinds = [record.rec_type for record in ArchiveIterator(file, check_digests="raise")]
    assert kinds[::5] == ["warcinfo"] * 3
    assert Counter(kinds) == {"warcinfo": 3, "request": 6, "response": 4, "revisit": 2}


@pytest.mark.fault(
    "run",
    "killed while WARC files are joined",
    "before each step: the ledger, the joined file's place, the end of its parts",
    "the next run completes it",
)
def test_a_kill_at_each_step_is_completed_by_the_next_run(march: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, steps = bodies(filed(march)), Steps(march)
    with monkeypatch.context() as patch:
        steps.watch(patch, joining, "note_joined")
        steps.watch(patch, joining, "rename_into_place")
        steps.watch(patch, Path, "unlink", lambda path, **_: path.suffix == ".gz" and path.parent.name == "03")
        join_all(march)
    assert steps.names == ["note_joined", "rename_into_place", "unlink", "unlink", "unlink"]
    for step in steps.each():
        assert is_whole(march), step
        Archive(march).close(NOON)
        assert [*warcs(march)] == (FILED if "note" in step else [JOINED]), step
        assert bodies(march) == before, step
        assert is_whole(march), step


def test_a_damaged_part_is_not_joined(march: Path) -> None:
    with (filed(march) / FILED[1]).open("ab") as file:
        file.write(b"?")
    before = warcs(march)
    with pytest.raises(ArchiveDamaged, match=f"^{FILED[1]} is not what was written"):
        join_all(march)
    (march / FILED[2]).unlink()
    (march / FILED[1]).write_bytes(before[FILED[1]][:-1])
    with pytest.raises(ArchiveDamaged, match=f"^{FILED[2]} is not what was written"):
        join_all(march)
    assert {**warcs(march), FILED[1]: b"", FILED[2]: b""} == {**before, FILED[1]: b"", FILED[2]: b""}


def test_only_a_file_whose_bytes_are_in_another_is_deleted(march: Path) -> None:
    """Whatever the ledger says of it: a file that was renamed, one that is no WARC file, one that is damaged."""
    before = warcs(march)
    with Archive(march) as store:
        months.settle(march, store.ledger, FLAT[:1])
        (march / FLAT[0]).write_bytes(before[FLAT[0]][:-1] + b"?")
        (march / "warc/mine").write_bytes(b"?")
        drop_joined(march, store.ledger, [*before, "warc/mine", "warc/nowhere"])
    assert len(warcs(march)) == 5


@pytest.mark.parametrize(
    ("start", "part", "found"), [(2, b"cde", True), (2, b"cdf", False), (4, b"ef", False), (-1, b"", False)]
)
def test_the_bytes_of_a_file_in_another(tmp_path: Path, start: int, part: bytes, found: bool) -> None:
    (tmp_path / "whole").write_bytes(b"abcde")
    (tmp_path / "part").write_bytes(part)
    assert has_bytes_of(tmp_path / "whole", start, tmp_path / "part") is found
    assert not has_bytes_of(tmp_path / "missing", 0, tmp_path / "part")


def test_files_of_different_months_are_not_joined() -> None:
    paths = [f"warc/newscrawl-2026{day}000000-00001.warc.gz" for day in ("0130", "0131", "0201", "0301", "0302")]
    files = [WarcFile(path, 4, "") for path in paths]
    assert [[file.path for file in group] for group in groups(files, 8)] == [paths[:2], paths[3:]]
    assert [*groups(files, 7)] == []
