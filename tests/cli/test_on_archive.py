"""A command on an archive that fails by what nobody foresaw: damage of the ledger is told as damage, all else is a bug."""

import inspect
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from newscrawl.cli import status
from newscrawl.cli.app import app, on_archive
from newscrawl.cli.main import main
from newscrawl.errors import ArchiveDamaged, ArchiveFull, BadUsage
from newscrawl.ledger.ledger import Ledger


@pytest.fixture
def root(tmp_path: Path) -> Path:
    with Ledger(tmp_path):
        return tmp_path


def damage(root: Path) -> None:
    with closing(sqlite3.connect(root / "ledger.sqlite3", isolation_level=None)) as connection:
        connection.execute("INSERT INTO watermarks VALUES ('china', 'soon')")


def fail(archive: Path | None, error: Exception) -> int:
    del archive
    raise error


def test_every_command_on_an_archive_is_one_of_these() -> None:
    commands = [command.callback for command in app.registered_commands if command.callback]
    on_archives = [command for command in commands if "archive" in inspect.signature(command).parameters]
    assert len(on_archives) > 12
    assert [command.__name__ for command in on_archives if not hasattr(command, "__wrapped__")] == []


def test_a_bug_on_a_sound_ledger_stays_a_bug(root: Path) -> None:
    for archive in (root, root / "nothing", None):
        with pytest.raises(KeyError):
            on_archive(fail)(archive=archive, error=KeyError("title"))


def test_a_failure_by_a_damaged_ledger_is_damage(root: Path) -> None:
    damage(root)
    with pytest.raises(
        ArchiveDamaged, match=r"ledger.sqlite3 is damaged \(in the table watermarks 1 row differs .*--repair"
    ):
        on_archive(fail)(archive=root, error=KeyError("title"))


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (sqlite3.SQLITE_CORRUPT, ArchiveDamaged, "cannot be read (as SQLite says it); newscrawl verify"),
        (sqlite3.SQLITE_FULL, ArchiveFull, "cannot be used: the disk is full"),
    ],
)
def test_what_sqlite_says_of_the_ledger_is_no_bug(root: Path, code: int, kind: type[Exception], said: str) -> None:
    cause = sqlite3.DatabaseError("as SQLite says it")
    cause.sqlite_errorcode = code
    with pytest.raises(kind) as told:
        on_archive(fail)(archive=root, error=DatabaseError("SELECT 1", {}, cause))
    assert f"ledger.sqlite3 {said}" in str(told.value)


@pytest.mark.parametrize("error", [BadUsage("wrong"), BrokenPipeError()])
def test_what_says_already_what_happened_stays(root: Path, error: Exception) -> None:
    damage(root)
    with pytest.raises(type(error)):
        on_archive(fail)(archive=root, error=error)


def test_it_is_one_line_of_the_command(
    root: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    damage(root)
    monkeypatch.setattr(status, "number_of", None)  # a bug
    assert main(["status", str(root)]) == 6
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(
        f"newscrawl: the archive is damaged: {root / 'ledger.sqlite3'} is damaged (in the table watermarks "
    )
    assert said.err.count("\n") == 1
