"""A ledger that a newer newscrawl wrote: every command refuses it, and touches nothing."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from newscrawl.errors import ArchiveDamaged, NewerLedger
from newscrawl.integrity.check import check
from newscrawl.integrity.repair import repair
from newscrawl.ledger.database import FORESEEN, VERSION, open_ledger
from newscrawl.ledger.migrations import SCHEMA
from tests.conftest import Run
from tests.support.archives import make_archive, url

REFUSED = 2


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    archive = make_archive(tmp_path_factory.mktemp("archive") / "kept", articles=2)
    with closing(sqlite3.connect(archive / "ledger.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE newer (one INTEGER)")
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    return archive


def files_of(archive: Path) -> dict[str, str]:
    paths = (path for path in archive.rglob("*") if path.is_file())
    return {path.relative_to(archive).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


COMMANDS = {
    "crawl": ("crawl", "china", "-o", "DIR"),
    "crawl --dry-run": ("crawl", "china", "-o", "DIR", "--dry-run"),
    "fetch": ("fetch", url(0), "-o", "DIR"),
    "extract": ("extract", "PAGE", "--url", url(0), "-o", "DIR"),
    "replay": ("replay", "WARC", "-o", "DIR"),
    "replay --diff": ("replay", "WARC", "-o", "DIR", "--diff"),
    "status": ("status", "DIR"),
    "status --revisions": ("status", "DIR", "--revisions"),
    "export": ("export", "DIR", "-o", "-"),
    "report": ("report", "DIR"),
    "retry": ("retry", "DIR"),
    "archive-captures": ("archive-captures", "DIR", "--before", "2026-01-01", "--to", "PLACE"),
    "browse": ("browse", "DIR", "--port", "0"),
    "verify": ("verify", "DIR"),
    "verify --json": ("verify", "DIR", "--json"),
    "verify --repair": ("verify", "DIR", "--repair"),
    "sign": ("sign", "DIR", "--key", "KEY"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_refuses_it(newer: Path, tmp_path: Path, newscrawl: Run, name: str) -> None:
    before = files_of(newer)
    (tmp_path / "page.html").write_text("<html></html>")
    places = {
        "DIR": newer, "WARC": min((newer / "warc").iterdir()), "PAGE": tmp_path / "page.html", "KEY": tmp_path / "key"
    }  # fmt: skip
    done = newscrawl(*(places.get(word, word) for word in COMMANDS[name]))
    errors = done.stderr.decode().splitlines()
    assert (done.returncode, done.stdout, len(errors)) == (REFUSED, b"", 1), errors
    assert f"{newer / 'ledger.sqlite3'} was written by a newer newscrawl; update newscrawl" in errors[0]
    assert files_of(newer) == before
    assert not (newer / ".unfinished").exists()


def test_doctor_says_so(newer: Path, newscrawl: Run) -> None:
    before = files_of(newer)
    done = newscrawl("doctor", "-o", newer)
    assert done.returncode == REFUSED
    (line,) = [line for line in done.stdout.decode().splitlines() if line.startswith("wrong")]
    assert "was written by a newer newscrawl; update newscrawl" in line
    assert files_of(newer) == before


def set_version(archive: Path, version: int) -> None:
    """Changes the number in the file's header, and nothing else."""
    path = archive / "ledger.sqlite3"
    data = bytearray(path.read_bytes())
    data[VERSION] = version.to_bytes(4, "big", signed=True)
    path.write_bytes(data)


@pytest.mark.parametrize("version", [SCHEMA + 1, SCHEMA + FORESEEN])
def test_a_number_is_damaged_where_the_seal_proves_it(tmp_path: Path, version: int) -> None:
    """With this version's number the file would be what the last run left, byte for byte."""
    archive = make_archive(tmp_path / "kept", articles=2)
    set_version(archive, version)
    with pytest.raises(NewerLedger):
        open_ledger(archive)
    (damage,) = check(archive).damages
    assert (damage.what, damage.why) == ("ledger.sqlite3", "the version of ledger.sqlite3 is damaged")
    assert [each.done for each in repair(archive)] == [True]
    assert check(archive).damages == ()


def test_without_proof_it_is_refused(tmp_path: Path) -> None:
    archive = make_archive(tmp_path / "kept", articles=2)
    (archive / "manifests/ledger.json").unlink()
    set_version(archive, SCHEMA + 1)
    before = files_of(archive)
    for action in (check, lambda root: [*repair(root)]):
        with pytest.raises(NewerLedger, match=f"PRAGMA user_version = {SCHEMA}"):
            action(archive)
    assert files_of(archive) == before


def test_it_is_refused_even_if_it_cannot_be_read(newer: Path, tmp_path: Path) -> None:
    """The number is read from the file's header, so a damaged page does not hide it."""
    (tmp_path / "manifests").mkdir()
    data = (newer / "ledger.sqlite3").read_bytes()
    (tmp_path / "ledger.sqlite3").write_bytes(data[:100] + b"\xff" * (len(data) - 100))
    with pytest.raises(NewerLedger):
        [*repair(tmp_path)]
    assert (tmp_path / "ledger.sqlite3").read_bytes()[:100] == data[:100]


@pytest.mark.parametrize("version", [SCHEMA + FORESEEN + 1, 2**31 - 1, -3, SCHEMA - 1])
def test_a_number_that_no_version_has_is_damaged(tmp_path: Path, version: int) -> None:
    archive = make_archive(tmp_path / "kept", articles=2)
    set_version(archive, version)
    with pytest.raises(ArchiveDamaged, match="--repair rebuilds it"):
        open_ledger(archive)
    assert [each.done for each in repair(archive)] == [True]
    assert check(archive).damages == ()


def test_a_database_of_another_program_is_no_ledger(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection, connection:
        connection.execute("CREATE TABLE other (one INTEGER)")
        connection.execute(f"PRAGMA user_version = {SCHEMA + FORESEEN + 1}")
    with pytest.raises(ArchiveDamaged, match=r"is no ledger of any newscrawl \(its version is .*--repair rebuilds it"):
        open_ledger(tmp_path)
