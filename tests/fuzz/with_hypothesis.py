"""Fuzzes a target with Hypothesis: python -m tests.fuzz.with_hypothesis TARGET SECONDS."""

import sys
from itertools import count

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.examples import examples
from tests.fuzz.findings import Fuzzing

ROUND = 2000  # examples that are made by one seed


def fuzz(target: str, seconds: float) -> Fuzzing:
    """Tries examples until the time is spent."""
    fuzzing = Fuzzing(target, "Hypothesis", seconds)
    limits = settings(
        max_examples=ROUND, database=None, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck]
    )
    for number in count():

        @seed(number)
        @limits
        @given(examples(target))
        def each(data: bytes) -> None:
            if not fuzzing.over:
                fuzzing.try_input(data)

        each()
        if fuzzing.over:
            break
    return fuzzing


if __name__ == "__main__":
    fuzzing = fuzz(sys.argv[1], float(sys.argv[2]))
    print(fuzzing.line())
    sys.exit(bool(fuzzing.found))
