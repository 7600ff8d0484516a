"""What is wrong with a ledger, in a sentence; a sound one is none, whatever a command fails by."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from newscrawl.errors import ArchiveDamaged
from newscrawl.ledger import articles, revisions
from newscrawl.ledger.examine import explained, faults, matches_digest, misfits, tolerate, why_damaged
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import FILE
from newscrawl.ledger.schema import items, metadata
from tests.ledger.rows import listed, reading
from tests.support.archives import NOON


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        listed(connection, "a", "b")
        articles.keep(connection, reading(), "posts/a.md", (), {}, NOON)
        articles.keep(connection, reading(title="新题"), "posts/a.md", (), {}, NOON)
    return tmp_path


def execute(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / FILE, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def change(at: int, data: bytes) -> Callable[[Path], object]:
    """Puts bytes into the file."""

    def changed(root: Path) -> None:
        whole = bytearray((root / FILE).read_bytes())
        whole[at : at + len(data)] = data
        (root / FILE).write_bytes(whole)

    return changed


def test_a_sound_ledger_explains_nothing(root: Path) -> None:
    assert why_damaged(root) == ""


def test_a_ledger_without_a_write_ahead_log_is_sound(root: Path) -> None:
    execute(root, "PRAGMA journal_mode = DELETE")
    assert (root / FILE).read_bytes()[18:20] == b"\1\1"
    assert why_damaged(root) == ""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (sqlite3.SQLITE_CORRUPT, "cannot be read (as SQLite says it); newscrawl verify "),
        (sqlite3.SQLITE_FULL, "cannot be used: the disk is full; make room"),
        (sqlite3.SQLITE_ERROR, ""),
    ],
)
def test_what_sqlite_says_is_told_and_a_bug_is_none(root: Path, code: int, said: str) -> None:
    cause = sqlite3.DatabaseError("as SQLite says it")
    cause.sqlite_errorcode = code
    told = explained(root, DatabaseError("SELECT 1", {}, cause))
    assert bool(told) == bool(said)
    assert f"{root / FILE} {said}" in f"{told or f'{root / FILE} '}"


def test_any_failure_is_explained_by_damage(root: Path) -> None:
    assert explained(root, KeyError("title")) is None
    execute(root, "DROP TABLE runs")
    told = explained(root, KeyError("title"))
    assert isinstance(told, ArchiveDamaged)
    assert f"{root / FILE} lacks runs; newscrawl verify {root} --repair" in str(told)


def test_no_ledger_explains_nothing(tmp_path: Path) -> None:
    assert why_damaged(tmp_path) == ""


def test_a_ledger_of_a_newer_newscrawl_explains_nothing(root: Path) -> None:
    execute(root, "PRAGMA user_version = 99")
    assert why_damaged(root) == ""


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda root: execute(root, "DROP TABLE runs", "DROP TABLE windows"), "lacks runs, windows"),
        (
            lambda root: execute(root, "UPDATE items SET title = x'61' WHERE key = 'b'"),
            "is damaged (in the table items 1 row differs from what was written)",
        ),
        (change(0, b"no database"), "is not a ledger (file is not a database)"),
        (change(18, b"\3"), "cannot be written: its header differs from what was written"),
        (lambda root: (root / FILE).unlink() or (root / FILE).mkdir(), "is no file"),
        (lambda root: execute(root, "DROP TABLE runs"), "lacks runs"),
        (lambda root: execute(root, "ALTER TABLE runs DROP COLUMN task"), "lacks runs.task"),
        (lambda root: execute(root, "DROP INDEX files_key"), "is damaged (index files_key is missing)"),
        (
            lambda root: execute(root, "UPDATE items SET tries = 'x'"),
            "is damaged (in the table items 2 rows differ from what was written)",
        ),
        (
            lambda root: execute(root, "UPDATE items SET due = 1e99 WHERE key = 'a'"),
            "is damaged (in the table items 1 row differs from what was written)",
        ),
        (
            lambda root: execute(root, "UPDATE items SET title = CAST(x'ff' AS TEXT)"),
            "is damaged (in the table items 2 rows differ from what was written)",
        ),
        (
            lambda root: execute(root, "UPDATE articles SET record = json_set(record, '$.text', 'x')"),
            "is damaged (the record of a differs from what was written)",
        ),
        (
            lambda root: execute(root, "UPDATE revisions SET digest = 'x'"),
            "is damaged (the record of a differs from what was written)",
        ),
    ],
)
def test_damage_is_told_in_a_sentence(root: Path, damage: Callable[[Path], object], why: str) -> None:
    damage(root)
    assert why_damaged(root) == why


def test_a_damaged_page_is_told_in_a_sentence(root: Path) -> None:
    size = (root / FILE).stat().st_size
    change(4096, bytes(size - 4096))(root)
    assert why_damaged(root).startswith(("is damaged (", "cannot be read ("))
    os.truncate(root / FILE, 4096)
    assert why_damaged(root).startswith(("is damaged (", "cannot be read ("))


def test_a_fault_of_an_index_is_found(root: Path) -> None:
    execute(root, "PRAGMA writable_schema = ON", "DELETE FROM sqlite_master WHERE name = 'files_key'")
    with Ledger(root, read_only=True) as ledger, ledger.reading() as connection:
        first, *_, last = faults(connection)
    assert "never used" in first
    assert last == "index files_key is missing"


def test_a_row_of_damaged_text_is_counted_and_can_be_read(root: Path) -> None:
    execute(root, "UPDATE items SET title = CAST(x'e4b8ff' AS TEXT) WHERE key = 'b'")
    with Ledger(root, read_only=True) as ledger, ledger.reading() as connection:
        tolerate(connection)
        counts = {table.name: misfits(connection, table) for table in metadata.sorted_tables}
        assert {name: count for name, count in counts.items() if count} == {"items": 1}
        assert connection.execute(select(items.c.title).where(items.c.key == "b")).scalar() == "\ufffd\ufffd"


def test_a_record_has_its_digest() -> None:
    digest = revisions.article_digest({"title": "a"})
    assert matches_digest('{"title": "a"}', digest)
    assert not any(matches_digest(text, digest) for text in ('{"title": "b"}', "{", "[]", "[" * 9999))
