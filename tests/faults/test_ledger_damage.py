"""Some damaged ledgers of each kind, each with some commands; `check_ledger_damage.py` has all of them."""

from pathlib import Path

import pytest

from tests.faults.ledger_damage import COMMANDS, DRAWING, furnish, trial
from tests.support.inside import forked
from tests.support.ledger_damages import KINDS, damages

SHARES = {
    "another thing": 5,
    "cut": 20,
    "flipped": 80,
    "overwritten": 40,
    "log": 6,
    "parts": 30,
    "values": 70,
    "keys": 60,
}
NAMES = [name for name in COMMANDS if name not in DRAWING]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("archive") / "base")


def fault(kind: str) -> pytest.MarkDecorator:
    words = "some of its damages, each with one command"
    return pytest.mark.fault(
        "archive", f"a damaged ledger: {kind}", words, "one line and 6, or 2; nothing that looks like a bug"
    )


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=fault(kind)) for kind in SHARES])
def test_a_damaged_ledger_is_told_as_damage(base: Path, tmp_path: Path, kind: str) -> None:
    assert forked(trial, base, tmp_path, kind, (1, SHARES[kind]), NAMES, 1, seconds=60) == []


def test_the_same_seed_makes_the_same_damages(base: Path) -> None:
    assert [*SHARES] == [*KINDS]
    once, again = ([damage.name for damage in damages(base, "flipped")] for _ in range(2))
    assert once == again
    assert len({*once}) > 100
