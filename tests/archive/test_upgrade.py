"""An archive that the newscrawl before wrote is undamaged after the upgrade, whichever command opens it first."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.lock import Lock
from newscrawl.archive.manifests import LEDGER_SEAL, read_seal
from newscrawl.archive.paths import LEDGER, unfinished, was_killed
from newscrawl.archive.upgrade import bring_up_alone, is_outdated, ledger_to_read
from newscrawl.atomic import file_digest
from newscrawl.errors import ArchiveHeld
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import metadata
from tests.conftest import Run
from tests.support.archives import NOON, make_archive

LATER = ("about",)  # tables that version 3 does not have


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """An archive with a ledger and a seal of version 3."""
    root = make_archive(tmp_path / "kept", articles=3)
    rows = read_seal(root)["rows"]
    with closing(sqlite3.connect(root / LEDGER)) as connection:
        for table in LATER:
            connection.execute(f"DROP TABLE {table}")
            del rows[table]
        connection.execute("PRAGMA user_version = 3")
    seal(root, rows, file_digest(root / LEDGER))
    return root


def seal(root: Path, rows: dict[str, int], digest: str) -> None:
    (root / LEDGER_SEAL).write_text(json.dumps({"rows": rows, "sha256": digest}) + "\n", encoding="utf-8")


@pytest.mark.parametrize("first", [["verify"], ["status"], ["retry"], ["verify", "--repair"], []])
def test_an_upgrade_is_no_damage(older: Path, newscrawl: Run, first: list[str]) -> None:
    if first:
        assert newscrawl(first[0], older, *first[1:]).returncode == (
            5 if first == ["status"] else 0
        )  # its lists are not read
    else:
        Archive(older).close(NOON)  # as a crawl and a fetch open it
    assert not is_outdated(older)
    for _ in range(2):
        done = newscrawl("verify", older)
        assert (done.returncode, done.stdout) == (0, b"")
    assert read_seal(older)["rows"].keys() == metadata.tables.keys()
    assert not was_killed(older)


def test_what_did_not_fit_its_seal_before_does_not_fit_it_after(older: Path, newscrawl: Run) -> None:
    with closing(sqlite3.connect(older / LEDGER)) as connection, connection:
        connection.execute("DELETE FROM listings WHERE key IN (SELECT key FROM listings LIMIT 1)")
    assert newscrawl("status", older).returncode in (0, 5)
    done = newscrawl("verify", older)
    assert (done.returncode, done.stdout.decode()) == (6, f"{LEDGER}, table listings: 1 of 3 rows is missing\n")


def test_changed_bytes_stay_changed(older: Path) -> None:
    seal(older, read_seal(older)["rows"], "0" * 64)
    bring_up_alone(older)
    assert read_seal(older)["sha256"] == "0" * 64


def test_a_killed_run_is_left_to_the_next(older: Path) -> None:
    unfinished(older)
    before = (older / LEDGER_SEAL).read_bytes()
    bring_up_alone(older)
    assert not is_outdated(older)
    assert was_killed(older)
    assert (older / LEDGER_SEAL).read_bytes() == before


def test_nothing_is_changed_while_a_run_holds_the_archive(older: Path) -> None:
    lock = Lock(older)
    with pytest.raises(ArchiveHeld):
        ledger_to_read(older)
    lock.release()
    assert is_outdated(older)


def test_a_current_ledger_is_only_read(tmp_path: Path) -> None:
    root = make_archive(tmp_path / "kept", articles=1)
    lock, before = Lock(root), file_digest(root / LEDGER)  # a run may hold it
    with ledger_to_read(root) as ledger:
        assert isinstance(ledger, Ledger)
    lock.release()
    assert file_digest(root / LEDGER) == before
