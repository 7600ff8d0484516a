"""`newscrawl doctor`: finds nothing wrong here, reports what is wrong elsewhere with advice, and changes nothing."""

import json
import os
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from newscrawl.archive.archive import Archive
from newscrawl.archive.lock import Lock
from newscrawl.archive.remembered import agreed
from newscrawl.archive.terms import Terms
from newscrawl.doctor import installation as doctor
from newscrawl.doctor.archive import archive as check_archive
from newscrawl.doctor.diagnosis import Diagnosis
from newscrawl.ledger import runs
from newscrawl.ledger.database import header_version
from newscrawl.ledger.ledger import Ledger
from newscrawl.sites import loader
from newscrawl.sites.loader import site_names
from tests.conftest import ROOT, Run


def by_what(findings: Iterable[Diagnosis]) -> dict[str, Diagnosis]:
    return {finding.what: finding for finding in findings}


def of_archive(folder: Path) -> dict[str, Diagnosis]:
    """The findings of a folder, that of the folder itself under `archive`."""
    return {what.split()[0]: finding for what, finding in by_what(check_archive(folder)).items()}


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """An archive with one run."""
    archive = tmp_path / "kept"
    archive.mkdir()
    with Ledger(archive) as ledger, ledger.transaction() as connection:
        runs.begin(connection, "china", int(time.time()))
    return archive


def test_nothing_is_wrong_here(newscrawl: Run, kept: Path) -> None:
    done = newscrawl("doctor", "-o", kept, "--json", cold=True)
    report = json.loads(done.stdout)
    checks: dict[str, dict[str, Any]] = {check["what"]: check for check in report["checks"]}
    assert [check for check in report["checks"] if check["state"] == "wrong"] == []
    assert (done.returncode, report["exit"], done.stderr) == (0, 0, b"")
    needed = [Requirement(line) for line in metadata.requires("newscrawl") or ()]
    assert {package.name for package in needed if package.marker is None} <= checks.keys()
    assert {
        f"newscrawl[{extra}]" for extra in metadata.metadata("newscrawl").get_all("Provides-Extra") or ()
    } <= checks.keys()
    assert {f"site {name}" for name in site_names()} <= checks.keys()
    assert checks["ledger"]["found"].endswith("0 articles")
    assert [path.name for path in kept.iterdir()] == ["ledger.sqlite3"]


def test_what_is_wrong_is_reported_with_advice(tmp_path: Path) -> None:
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "__init__.py").touch()  # another package of this name, in the current folder
    (tmp_path / "mine.yaml").write_text("extends: sina_finance\nlabel: 财经\nsurprise: 1\n", encoding="utf-8")
    (tmp_path / "posts").write_text("a file", encoding="utf-8")
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1", "SSL_CERT_FILE": "/nowhere/a.pem", "SSL_CERT_DIR": "/nowhere",
        "HTTPS_PROXY": "http://name:secret@127.0.0.1:1", "SCRAPY_SETTINGS_MODULE": "other.settings",
    }  # fmt: skip
    command = [sys.executable, "-m", "newscrawl", "doctor", "--site", "mine.yaml", "-o", "posts/\u8d22\u7ecf"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    output = done.stdout.decode()
    lines = {line.split(": ")[0].split(maxsplit=1)[1]: line for line in output.splitlines()}
    assert lines["spiders"].startswith(
        f"wrong   spiders: {tmp_path}/spiders, which is not newscrawl's; call newscrawl from"
    )
    assert lines["pipelines"].startswith("ok")
    assert lines["encoding"] == "ok      encoding: utf-8"  # in a pipe, whatever the locale
    assert lines["certificates"].startswith("wrong   certificates: none in /nowhere/a.pem, /nowhere; unset")
    assert lines["site mine.yaml"].startswith("wrong")
    assert "surprise" in lines["site mine.yaml"]
    assert lines["site sina_finance"].startswith(
        "wrong   site sina_finance: names the spider sina_finance; there is no"
    )
    assert lines["scrapy project"].startswith("note")
    assert lines["proxies"].startswith("note    proxies: https_proxy are set")
    assert "secret" not in output
    assert f"{tmp_path}/posts is no folder; give another one" in output
    assert done.stderr.decode().splitlines() == [f"newscrawl doctor: {output.count('wrong   ')} wrong"]
    assert done.returncode == 2


def test_packages_too_old_broken_or_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_thing.py").write_text("raise OSError('no libthing.so\\nhere')", encoding="utf-8")
    about = tmp_path / "broken_thing-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-thing\nVersion: 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    broken, old, absent = (Requirement(line) for line in ("broken-thing>=1", "lxml>=999", "nobody-has-this>=1"))
    assert doctor.installed(broken) == ("1.0", "1.0 cannot be imported: OSError: no libthing.so here")
    version, problem = doctor.installed(old)
    assert problem == f"{version}, needed >=999"
    assert doctor.installed(absent) == ("", "not installed")
    assert doctor.extra_finding("x", [broken, absent]).state == doctor.extra_finding("x", [old]).state == "wrong"
    missing = doctor.extra_finding("report", [absent])
    assert missing.line() == "missing newscrawl[report]: nobody-has-this not installed; pip install 'newscrawl[report]'"


def test_folders_for_new_archives(tmp_path: Path) -> None:
    found = of_archive(tmp_path / "a" / "b")
    assert (found["archive"].state, "can be created" in found["archive"].found) == ("ok", True)
    assert not [*tmp_path.iterdir()]
    assert {finding.state for finding in of_archive(Path("/proc/kept")).values()} == {"wrong"}


def test_archives_with_a_problem(kept: Path) -> None:
    with Ledger(kept):
        assert {finding.state for finding in of_archive(kept).values()} <= {"ok", "note"}  # a crawl may be writing
    (kept / ".unfinished").mkdir()
    assert "was killed" in of_archive(kept)["run"].found
    lock = Lock(kept)
    assert of_archive(kept)["run"].line().startswith("note    run: a run holds the archive now")
    lock.release()
    with Ledger(kept) as ledger, ledger.transaction() as connection:
        runs.begin(connection, "china", int(time.time()) + 7200)
    assert "which is in the future" in of_archive(kept)["clock"].found
    for version, state in ((2, "note"), (99, "wrong")):
        change(kept, f"PRAGMA user_version = {version}")
        assert of_archive(kept)["ledger"].state == state
        assert header_version(kept / "ledger.sqlite3") == version  # it is checked, not migrated
    (kept / "ledger.sqlite3").write_bytes(b"no database at all" * 100)
    assert "damaged" in of_archive(kept)["ledger"].found


def test_the_site_that_an_archive_remembers(tmp_path: Path) -> None:
    file, kept = tmp_path / "site.yaml", tmp_path / "kept"
    file.write_text("extends: sina_finance\n")
    terms, _ = agreed(kept, Terms(site=str(file), flavour="hugo"))
    with Archive(kept, terms=terms):
        pass
    line = f"site of the archive: {file}, flavour hugo, body clean"
    assert of_archive(kept)["site"].line() == f"ok      {line}"
    file.unlink()
    assert of_archive(kept)["site"].line().startswith(f"note    {line}; the site file is not there")
    file.write_text("extends: nobody\n")
    loader._load.cache_clear()  # another process would read it again
    finding = of_archive(kept)["site"]
    assert (finding.state, "give --site (no site named nobody" in finding.found) == ("wrong", True)


def change(archive: Path, statement: str) -> None:
    connection = sqlite3.connect(archive / "ledger.sqlite3")
    connection.execute(statement)
    connection.close()


def test_machines_with_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (64, 64))
    assert by_what(doctor.machine())["open files"].line() == "wrong   open files: 64 at most; ulimit -n 1024"
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 7, 17))
    assert by_what(doctor.libraries())["sqlite"].state == "wrong"
    monkeypatch.setattr(yaml, "__with_libyaml__", False)
    assert by_what(doctor.libraries())["libyaml"].state == "note"


def test_a_terminal_without_chinese_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(encoding="latin-1"))
    assert by_what(doctor.text())["encoding"].found == "standard output: latin-1"
