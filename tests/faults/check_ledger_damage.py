"""All damages of a ledger, each with several commands: about two thousand combinations, some minutes."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.fake_site.server import FakeSite
from tests.faults.ledger_damage import DRAWING, READING, WRITING, complaints, make, trial
from tests.faults.test_ledger_damage import base  # noqa: F401 (a fixture)
from tests.support.inside import Ended, forked
from tests.support.ledger_damages import KINDS, damages
from tests.support.processes import Started

YESTERDAY = datetime.now(ZoneInfo("Asia/Shanghai")).date() - timedelta(days=1)

SHARES = {"flipped": 2, "overwritten": 2, "values": 4, "keys": 2}  # in how many processes a kind is tried


def share(kind: str, number: int) -> tuple[int, int]:
    return number, SHARES.get(kind, 1)


def fault(kind: str, what: str) -> pytest.MarkDecorator:
    return pytest.mark.fault(
        "archive", f"a damaged ledger: {kind}", what, "one line and 6, or 2; nothing that looks like a bug"
    )


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        pytest.param(kind, number, marks=fault(kind, f"each with two commands that read: part {number + 1}"))
        for kind in KINDS
        for number in range(SHARES.get(kind, 1))
    ],
)
def test_commands_that_read(base: Path, tmp_path: Path, kind: str, number: int) -> None:  # noqa: F811
    assert forked(trial, base, tmp_path, kind, share(kind, number), [*READING], 2, seconds=60) == []


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        pytest.param(kind, number, marks=fault(kind, f"each with one command that writes: part {number + 1}"))
        for kind in KINDS
        for number in range(SHARES.get(kind, 1))
    ],
)
def test_commands_that_write(base: Path, tmp_path: Path, kind: str, number: int) -> None:  # noqa: F811
    assert forked(trial, base, tmp_path, kind, share(kind, number), [*WRITING], 1, seconds=60) == []


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=fault(kind, "some of its damages with `report`, `browse`, Parquet")) for kind in KINDS],
)
def test_commands_that_draw(base: Path, tmp_path: Path, kind: str) -> None:  # noqa: F811
    assert forked(trial, base, tmp_path, kind, (0, 8), [*DRAWING], 1, seconds=60) == []


CRAWLS = {
    "crawl": ("crawl", "china", "stock", "--since", "2d"),
    "crawl --dry-run": ("crawl", "stock", "--dry-run"),
    "fetch -o": ("fetch", "URL"),
}
TRIED = 6  # damages of a kind with each


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, marks=fault(kind, f"`{name}` with some of its damages"))
        for kind in KINDS
        for name in CRAWLS
    ],
)
def test_runs(base: Path, tmp_path: Path, kind: str, name: str) -> None:  # noqa: F811
    found = damages(base, kind)
    chosen = [*CRAWLS].index(name)
    with FakeSite(Plan(channels=("china", "stock"), days=1, items=4, last=YESTERDAY)) as site:
        config, (entry, *_) = site.site_file(tmp_path), site.entries
        for damage in found[chosen :: max(1, len(found) // TRIED)][:TRIED]:
            make(base, tmp_path, damage)
            words = [word.replace("URL", entry.url) for word in CRAWLS[name]]
            with Started([*words, "-o", "kept", "--site", str(config)], tmp_path) as process:
                out, errors = process.communicate(60)
            ended = Ended(process.returncode or 0, out.decode(), errors.decode())
            assert run_complaints(ended) == [], f"{damage.name}: {ended}"


def run_complaints(ended: Ended) -> list[str]:
    """What is wrong with how a run ended: it may say more than one line, of which one says what to do."""
    wrong = complaints("replay of the run", ended)
    told = [line for line in ended.errors.splitlines() if "the archive is damaged: " in line and "--repair" in line]
    return wrong + ([] if len(told) == (ended.code == 6) else [f"{len(told)} lines say what to do"])
