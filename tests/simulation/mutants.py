"""Faults put back one by one: `python -m tests.simulation.mutants [WORD...]`. Ends with 1 when the simulation misses one.

Each is a change of a copy of the project, on which the bounded simulation runs until something breaks. WORD: only faults
whose names have it.
"""

import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

PLAN = Path(__file__).with_name("mutants.toml")
FAILED, STOPPED = 1, 2  # pytest's exit codes when a test fails; with xdist it has been stopped after that
COPIED = ("newscrawl", "pipelines", "spiders", "tests", "pyproject.toml", "scrapy.cfg")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a file in which `before` stands once: what stood there instead."""

    file: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault that was there once, and the changes that put it back."""

    name: str
    changes: tuple[Change, ...]


def planned() -> list[Mutant]:
    """The faults of the plan."""
    faults = tomllib.loads(PLAN.read_text(encoding="utf-8"))["fault"]
    return [Mutant(fault["name"], tuple(Change(**change) for change in fault["changes"])) for fault in faults]


def is_found(mutant: Mutant, folder: Path) -> str:
    """Runs the bounded simulation on a copy of the project with a fault. Returns what it says first; empty: nothing."""
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    for change in mutant.changes:
        path = folder / change.file
        path.write_text(path.read_text(encoding="utf-8").replace(change.before, change.after), encoding="utf-8")
    test = "tests/simulation/check_stories.py"
    words = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "2", "-p", "no:cacheprovider", test]
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False)
    said = [line for line in done.stdout.decode().splitlines() if line.startswith("E  ") and "run " in line]
    return next(reversed(said), "") if done.returncode in (FAILED, STOPPED) else ""


def main(words: list[str]) -> int:
    mutants = [mutant for mutant in planned() if not words or any(word in mutant.name for word in words)]
    missed = 0
    for mutant in mutants:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="newscrawl-mutant-") as folder:
            found = is_found(mutant, Path(folder))
        missed += not found
        took = time.monotonic() - started
        print(
            f"{'found' if found else 'MISSED'} in {took:.0f} s: {mutant.name}: {found.removeprefix('E').strip()[:150]}",
            flush=True,
        )
    print(f"{len(mutants) - missed} of {len(mutants)} faults are found")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
