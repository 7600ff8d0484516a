"""The bounded simulation: a few short stories that between them meet every kind of fault and event.

`make test-simulation` plays them. `make proof-mutants` puts back each fault of `mutants.toml`, and names those that break
none of them.
"""

import pytest

from tests.simulation.simulate import Ending, told
from tests.support.processes import forks

RUNS = 18
SEEDS = range(6)


def broken_in(seed: int, length: int = RUNS) -> list[str]:
    """Plays a story of so many runs, in a process that has nothing but the simulation: it forks the runs. Returns what broke."""
    with forks.Pool(1) as pool:
        ending: Ending = pool.apply(told, (seed, length))
    again = f"python -m tests.simulation --first {seed} --runs {length} --keep DIR"
    return [f"run {run}: {sentence}; again: {again}" for run, sentence in ending.broken]


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_kept_and_said_is_the_truth(seed: int) -> None:
    assert broken_in(seed) == []
