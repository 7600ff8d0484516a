"""Many stories: `python -m tests.simulation --seeds 300 --runs 50`. Ends with 1 when something broke.

Prints a line for each story in which something broke, with the command that plays it again, and at the end the sums.
"""

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tests.simulation.simulate import LEAST, TROUBLES, Ending, told
from tests.support.processes import forks


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many stories")
    parser.add_argument("--first", type=int, default=0, help="the seed of the first")
    parser.add_argument("--runs", type=int, default=50, help="of each story")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--keep", default="", metavar="DIR", help="play one story to its end in this new folder, and leave it"
    )
    parser.add_argument("--without", default="", metavar="WORDS", help="leave out these faults, separated by commas")
    options = parser.parse_args()
    if options.runs < LEAST:
        parser.error(f"--runs {options.runs}: a story has {LEAST} runs at least")
    if options.keep and Path(options.keep).exists():
        parser.error(f"--keep {options.keep}: give a new folder")
    if unknown := {*filter(None, options.without.split(","))} - {*TROUBLES}:
        parser.error(f"--without {', '.join(unknown)}: no such trouble; there are {', '.join(sorted(TROUBLES))}")
    seeds = range(options.first, options.first + (1 if options.keep else options.seeds))
    counts: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    broken = 0
    with ProcessPoolExecutor(options.workers, mp_context=forks) as pool:
        tell = partial(told, length=options.runs, keep=options.keep, without=options.without.split(","))
        for number, ending in enumerate(pool.map(tell, seeds), 1):
            counts += ending.counts
            codes += ending.codes
            broken += bool(ending.broken)
            show(ending, options.runs, every=bool(options.keep))
            if number % 25 == 0:
                print(f"{number} of {len(seeds)} stories, {broken} broke", file=sys.stderr, flush=True)
    print(f"{len(seeds)} stories, {codes.total()} runs: {in_words(codes)}")
    print(f"events and faults: {in_words(counts)}")
    print(f"{broken} stories broke" if broken else "nothing broke")
    return 1 if broken else 0


def show(ending: Ending, runs: int, *, every: bool) -> None:
    """Prints what broke in a story: the first sentence, or every one."""
    for run, sentence in ending.broken if every else ending.broken[:1]:
        more = f" (and {len(ending.broken) - 1} more)" if len(ending.broken) > 1 and not every else ""
        again = f"python -m tests.simulation --first {ending.seed} --runs {runs} --keep DIR"
        print(f"seed {ending.seed}, run {run}: {sentence}{more}; again: {again}", flush=True)


def in_words(counts: Counter[str]) -> str:
    """Counts in words, the most frequent first."""
    return ", ".join(f"{word} {count}" for word, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
