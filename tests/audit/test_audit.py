"""The audit of pins, with advisories of its own: the committed file may know none."""

import json
import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.audit.__main__ import audit
from tests.audit.advisories import Known, pins_of, says_how_much_it_knows

CONSTRAINTS = "# pins\nFlask-Cors==6.0.5\nlxml==6.1.3\nsix==1.17.0\n"


def advisory(number: int, package: str = "lxml", *, ecosystem: str = "PyPI", **more: Any) -> dict[str, Any]:
    """An advisory as OSV publishes it, of versions before 7.0 if nothing else is said."""
    events = [{"introduced": "0"}, {"fixed": "7.0"}]
    about = {
        "package": {"name": package, "ecosystem": ecosystem, "purl": "pkg:x"},
        "ranges": [{"type": "ECOSYSTEM", "events": events}], "database_specific": {"source": "x"},
    }  # fmt: skip
    head = {"schema_version": "1.6.0", "id": f"GHSA-{number}", "modified": f"2026-10-0{number}T08:00:00Z"}
    return {**head, "summary": "It\nbreaks", "affected": [about | more.pop("about", {})], **more}


def osv(path: Path, *advisories: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        for each in advisories:
            packed.writestr(f"{each['id']}.json", json.dumps(each))
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "constraints.txt").write_text(CONSTRAINTS)
    (tmp_path / "advisories.json").write_bytes(msgspec.json.encode(Known()))
    return tmp_path


def test_a_finding_is_a_line_and_ends_with_1(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commits = [{"type": "GIT", "events": [{"introduced": "0"}]}]
    file = osv(
        root / "all.zip",
        advisory(1, aliases=["CVE-1"]),
        advisory(2, "flask_cors", about={"ranges": [], "versions": ["6.0.4", "6.0.5"]}),
        advisory(3, about={"ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "6.1.3"}]}]}),
        advisory(4, withdrawn="2026-01-01T00:00:00Z"),
        advisory(5, "left-pad"),
        advisory(6, ecosystem="npm"),
        advisory(7, about={"ranges": commits}),
    )  # fmt: skip
    assert audit([str(file)], root) == 1
    found = capsys.readouterr().out.splitlines()
    assert found[:2] == [
        "lxml 6.1.3: GHSA-1, CVE-1: It breaks; fixed in 7.0",
        "flask-cors 6.0.5: GHSA-2: It breaks; no fix is named",
    ]
    assert found[2].startswith("3 pins held against what was known on 2026-10-07 (days since then: ")
    assert ", advisories of these packages: 4): it cannot know" in found[2]
    assert audit([], root) == 1  # the file knows it now
    kept = msgspec.json.decode((root / "advisories.json").read_bytes(), type=Known)
    assert [each.id for each in kept.advisories] == ["GHSA-1", "GHSA-2", "GHSA-3", "GHSA-7"]


def test_what_pip_audit_found_is_taken_too(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vulnerability = {"id": "PYSEC-1", "fix_versions": ["1.16", "2.0"], "aliases": [], "description": "It breaks.\nMore"}
    found = {"name": "six", "version": "1.17.0", "vulns": [vulnerability]}
    skipped = {"name": "newscrawl", "skip_reason": "not on an index"}
    file = root / "audit.json"
    file.write_text(json.dumps({"dependencies": [found, skipped, {"name": "lxml", "version": "6.1.3", "vulns": []}]}))
    os.utime(file, (1767225600, 1767225600))
    assert audit([str(file)], root) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "six 1.17.0: PYSEC-1: It breaks.; fixed in 2.0"
    assert lines[1].startswith("3 pins held against what was known on 2026-01-01 (")


@pytest.mark.parametrize("data", [b"", b"{}", b"PK\x05\x06" + bytes(18)])
def test_a_file_of_another_kind_is_refused_and_changes_nothing(
    root: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    (root / "file").write_bytes(data)
    before = (root / "advisories.json").read_bytes()
    assert audit([str(root / "file")], root) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert (root / "advisories.json").read_bytes() == before


def test_the_last_line_says_what_is_not_known() -> None:
    pins = pins_of(CONSTRAINTS)
    assert "was never refreshed: of 3 pins nothing is known; " in says_how_much_it_knows(
        pins, Known(), date(2026, 1, 2)
    )
    said = says_how_much_it_knows(pins, Known("2026-01-01"), date(2026, 1, 2))
    assert " known on 2026-01-01 (days since then: 1, " in said


def test_the_committed_file_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert audit([]) in (0, 1)
    assert "advisories" in capsys.readouterr().out
