"""A ledger that no run could make: the disk was full, or the run was killed. It is no damage."""

import sqlite3
from pathlib import Path

import pytest

from newscrawl.cli.main import main
from newscrawl.ledger.migrations import SCHEMA


@pytest.fixture(params=["a file without a byte", "a database without a table"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.sqlite3"
    path.touch()
    if "database" in request.param:
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.close()
        assert path.stat().st_size
    return tmp_path


@pytest.mark.parametrize("command", ["status", "verify", "report", "retry"])
def test_an_archive_that_no_run_could_make_is_none(
    folder: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, str(folder)]) == 2
    said = capsys.readouterr().err
    assert "is no archive" in said
    assert "damaged" not in said


def test_the_doctor_says_that_the_next_run_makes_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "-o", str(folder)])
    said = capsys.readouterr().out
    assert "wrong   ledger" not in said
    assert "older" not in said


def test_a_ledger_without_tables_beside_manifests_is_damaged(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "manifests").mkdir()
    (folder / "manifests" / "2026-03-01.jsonl").write_text("{}\n")
    assert main(["status", str(folder)]) == 6
    assert "verify" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["status", "report", "retry"])
def test_a_ledger_that_has_a_version_and_no_tables_is_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.sqlite3")
    connection.execute(f"PRAGMA user_version = {SCHEMA}")
    connection.close()
    assert main([command, str(tmp_path)]) == 6
    said = capsys.readouterr().err
    assert "ledger.sqlite3 lacks about, articles, " in said
    assert "--repair rebuilds it" in said
