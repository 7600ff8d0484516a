"""WARC files in the ledger."""

import pytest
from sqlalchemy import Connection, insert

from newscrawl.ledger import files
from newscrawl.ledger.model import WarcFile
from newscrawl.ledger.schema import GONE, captures
from newscrawl.ledger.schema import files as table
from tests.ledger.rows import rows

A, B, C = (WarcFile(f"warc/{name}", number, f"digest of {name}") for number, name in enumerate("abc", 10))


def captured(connection: Connection, *places: tuple[str, int]) -> None:
    """Adds captures, each at an offset of a file."""
    about = {
        "url": "u",
        "date": "2026-03-01T00:00:00Z",
        "status": 200,
        "mime": "",
        "payload": "",
        "record": "r",
        "length": 5,
    }
    for file, offset in places:
        connection.execute(insert(captures).values(file=file, offset=offset, **about))


def noted(connection: Connection, *versions: WarcFile) -> None:
    for version in versions:
        files.note(connection, version)


def places(connection: Connection) -> list[tuple[str, int]]:
    return [(row.file, row.offset) for row in rows(connection, captures)]


@pytest.mark.parametrize("connection", ["ON", "OFF"], indirect=True)
def test_the_newest_version_of_a_file_counts(connection: Connection) -> None:
    changed = A._replace(digest="other", size=9)
    noted(connection, A, B, changed)
    assert files.newest(connection, A.path) == changed
    assert files.warc_files(connection) == [changed, B]
    files.note_gone(connection, A.path)
    assert files.newest(connection, A.path) is None
    assert files.newest(connection, "warc/x") is None
    assert files.warc_files(connection) == [B]
    noted(connection, A)
    assert files.warc_files(connection) == [A, B]


def test_posts_are_no_warc_files(connection: Connection) -> None:
    connection.execute(insert(table).values(path="posts/a.md", key="a", size=1, digest="x"))
    assert files.warc_files(connection) == []


def test_the_archive_holds_what_has_captures_and_was_not_moved(connection: Connection) -> None:
    noted(connection, C, A, B, B._replace(moved="/old"))
    captured(connection, (A.path, 0), (B.path, 0), ("", 0), (A.path, 5))
    assert files.captures_of_files(connection) == {A.path: 2, B.path: 1}
    assert files.held_files(connection) == [A]
    assert files.warc_files(connection) == [A, B._replace(moved="/old"), C]
    noted(connection, B)
    assert files.held_files(connection) == [A, B]


def test_files_with_captures_between_two_paths(connection: Connection) -> None:
    captured(connection, (C.path, 0), (A.path, 0), (B.path, 0), (B.path, 5))
    assert files.files_between(connection, A.path, C.path) == {A.path, B.path}
    assert files.files_between(connection, B.path, "warc/d") == {B.path, C.path}


def test_a_renamed_file_has_its_captures(connection: Connection) -> None:
    noted(connection, A, B)
    captured(connection, (A.path, 7), (B.path, 3))
    files.rename(connection, A, "warc/x")
    assert places(connection) == [("warc/x", 7), (B.path, 3)]
    assert files.warc_files(connection) == [B, A._replace(path="warc/x")]
    assert [(row.path, row.size, row.digest, row.key, row.day, row.moved) for row in rows(connection, table)][2:] == [
        ("warc/x", A.size, A.digest, "", "", ""), (A.path, GONE, "", "", "", "")
    ]  # fmt: skip


def test_the_captures_of_joined_files_follow_each_other(connection: Connection) -> None:
    noted(connection, A, B, C)
    captured(connection, (A.path, 2), (B.path, 3), (C.path, 4), ("warc/d", 5))
    joined = WarcFile("warc/j", A.size + B.size + C.size, "joined")
    files.note_joined(connection, [A, B, C], joined)
    assert places(connection) == [
        ("warc/j", 2), ("warc/j", A.size + 3), ("warc/j", A.size + B.size + 4), ("warc/d", 5)
    ]  # fmt: skip
    assert files.warc_files(connection) == [joined]
