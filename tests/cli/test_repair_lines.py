"""What a person reads of repairs, and of a ledger that is damaged or lost."""

import json
from pathlib import Path

import pytest

from newscrawl.archive.paths import LEDGER
from newscrawl.cli.verify import SHOWN, repair_lines
from newscrawl.integrity.work import Repair
from tests.conftest import Run
from tests.support.archives import make_archive

RESTORED = Repair(f"{LEDGER}, capture of https://a.example/1", "was restored from warc/a.warc.gz")
LOST = Repair("posts/2026/03/01/a.md", "cannot be restored", done=False)


@pytest.mark.parametrize("count", [1, SHOWN])
def test_few_repairs_are_told_one_by_one(count: int) -> None:
    assert repair_lines([RESTORED] * count) == [f"{RESTORED.what}: {RESTORED.how}"] * count


def test_many_are_summed_and_each_loss_is_named() -> None:
    post = Repair("posts/2026/03/01/b.md", "was restored")
    assert repair_lines([RESTORED] * SHOWN + [LOST, post]) == [
        f"{LEDGER}, capture: {SHOWN} repaired",
        "posts/2026/03/01/b.md: was restored",
        "posts/2026/03/01/a.md: cannot be restored",
    ]
    assert repair_lines([LOST] * (SHOWN + 3)) == [
        *["posts/2026/03/01/a.md: cannot be restored"] * SHOWN,
        "3 more could not be repaired; --json shows all",
    ]


def test_a_lost_ledger_is_damage_for_every_command_and_is_rebuilt(newscrawl: Run, tmp_path: Path) -> None:
    root = make_archive(tmp_path / "kept", articles=8)
    (root / LEDGER).unlink()
    advice = "newscrawl verify kept --repair rebuilds it"
    line = f"newscrawl: the archive is damaged: kept/{LEDGER} is missing; {advice}\n"
    for words in (["status", "kept"], ["export", "kept"], ["report", "kept"], ["browse", "kept"], ["retry", "kept"]):
        done = newscrawl(*words)
        assert (done.returncode, done.stderr.decode()) == (6, line)
    assert advice in newscrawl("doctor", "-o", "kept").stdout.decode()
    done = newscrawl("verify", "kept", "--repair")
    lines = done.stdout.decode().splitlines()
    assert len(lines) < SHOWN
    assert f"{LEDGER}, capture: 24 repaired" in lines
    assert newscrawl("status", "kept").returncode == 0


def test_every_repair_is_told_to_those_who_ask(newscrawl: Run, tmp_path: Path) -> None:
    for name, words in (("a", ["-v"]), ("b", ["--json"])):
        root = make_archive(tmp_path / name, articles=8)
        (root / LEDGER).unlink()
        out = newscrawl("verify", root, "--repair", *words).stdout.decode()
        told = json.loads(out)["repairs"] if words == ["--json"] else out.splitlines()
        assert len(told) > SHOWN


@pytest.mark.parametrize("command", ["status", "export", "report", "browse"])
def test_a_damaged_ledger_has_the_same_advice_everywhere(newscrawl: Run, tmp_path: Path, command: str) -> None:
    root = make_archive(tmp_path / "kept", articles=2)
    (root / LEDGER).write_bytes(b"no database at all" * 100)
    done = newscrawl(command, "kept")
    assert done.returncode == 6
    assert done.stderr.decode().endswith("; newscrawl verify kept --repair rebuilds it\n")
    assert done.stderr.decode().count("\n") == 1
