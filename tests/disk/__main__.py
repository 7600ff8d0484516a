"""Calls that fail, and kills, in a small run of every command that changes files.

    python -m tests.disk calls [COMMAND]... [--every K] [--seed N] [--workers N] [--only N]
    python -m tests.disk kills [COMMAND]... [--number N] [--seed N] [--workers N]
    python -m tests.disk power [RUN]... [--every K] [--more N] [--heal SHARE] [--seed N] [--syncs]

`calls`: each call fails once with each error (ENOSPC, EIO, EMFILE, EACCES), and once begins a disk that stays full.
`kills`: the run is killed before a call. `power`: the power goes after a call, and the disk holds what it may hold then
(`power.py`, `cuts.py`); `--syncs` leaves out each fsync in turn, which must break something in one of the runs. What
must hold then is in `trials.py`. Prints what broke with the command that tries it again, and figures; ends with 1 when
something broke.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.disk.calls import COMPILER, Kind, Server
from tests.disk.commands import COMMANDS, Base, base
from tests.disk.cuts import RUNS, Recorded, broken_without, cut, name_of, prepared
from tests.disk.trials import KILL, Bench, Case, Pool, failures_at, spread

MORE = 50  # calls that a run may make beyond those of the plain one


@contextmanager
def benches(names: Iterable[str], workers: int) -> Iterator[dict[str, Bench]]:
    """Yields the commands of these names, prepared to be tried by several workers at once."""
    modules = [module for name in names for module in COMMANDS[name].modules]
    with ExitStack() as stack:
        pool = Pool([stack.enter_context(Server(modules)) for _ in range(workers)])
        made = stack.enter_context(base(pool))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="newscrawl-disk-")))
        yield {name: Bench(COMMANDS[name], made, folder / name) for name in names}


def numbers(calls: int, every: int, seed: int) -> Iterator[int]:
    """The numbers of the calls that are tried: every one, or every so many, and some beyond the last."""
    start = seed % every
    yield from range(start, calls if every > 1 else calls + MORE, every)


def calls(options: argparse.Namespace) -> int:
    """Tries every call of each command with every error."""
    broke = 0
    with benches(options.commands, options.workers) as ready, ThreadPoolExecutor(options.workers) as threads:
        for name, bench in ready.items():
            began = time.monotonic()
            places = (
                [options.only]
                if options.only is not None
                else numbers(len(bench.plain.calls), options.every, options.seed)
            )
            cases = [*failures_at(places)]
            tried: Counter[str] = Counter()
            failed = 0
            for case, broken in zip(cases, threads.map(bench.trial, cases), strict=True):
                if broken is not None:
                    tried[case.fate] += 1
                    failed += show(name, bench, case, broken)
            figures = ", ".join(f"{fate} {number}" for fate, number in tried.items())
            seconds = time.monotonic() - began
            print(
                f"{name}: {len(bench.plain.calls)} calls; tried {figures}; {failed} broke; {seconds:.0f} s", flush=True
            )
            broke += failed
    return conclude(broke)


def kills(options: argparse.Namespace) -> int:
    """Kills runs of the commands before calls that are spread over all of theirs."""
    tried: Counter[str] = Counter()
    broke = 0
    with benches(options.commands, options.workers) as ready, ThreadPoolExecutor(options.workers) as threads:
        places = spread({name: len(bench.plain.calls) for name, bench in ready.items()}, options.number, options.seed)
        cases = [(name, Case(at, KILL)) for name, at in places]
        found = threads.map(lambda each: ready[each[0]].trial(each[1]), cases)
        for (name, case), broken in zip(cases, found, strict=True):
            if broken is not None:
                tried[name] += 1
                broke += show(name, ready[name], case, broken)
    print(f"{tried.total()} kills: {', '.join(f'{name} {number}' for name, number in tried.items())}")
    return conclude(broke)


def power(options: argparse.Namespace) -> int:
    """Cuts the power in runs of the commands, after each of their calls."""
    broke = states = 0
    found: dict[str, str] = {}
    with Server() as server, base(server) as made, TemporaryDirectory(prefix="newscrawl-power-") as folder:
        for name in options.commands:
            began = time.monotonic()
            recorded, place = prepared(made, Path(folder, name), name)
            if options.syncs:
                leave_out_syncs(recorded, place, made, name, found)
                continue
            rng = random.Random(options.seed)
            tally = cut(made.runner, recorded, place, rng, more=options.more, every=options.every, heal=options.heal)
            for number, why in tally.broken[:5]:
                print(f"{name}, after call {number}: {why}")
            figures = f"{len(recorded.calls)} calls, {tally.states} states, {tally.healed} of them healed"
            print(f"{name}: {figures}, {len(tally.broken)} broke; {time.monotonic() - began:.0f} s", flush=True)
            broke, states = broke + len(tally.broken), states + tally.states
    if options.syncs:
        idle = [sync for sync, why in found.items() if not why]
        print(f"{len(found)} fsyncs, each left out", *(f"without {sync} NOTHING breaks" for sync in idle), sep="\n")
        return 1 if idle else 0
    print(f"{states} states")
    return conclude(broke)


def leave_out_syncs(recorded: Recorded, place: Path, made: Base, name: str, found: dict[str, str]) -> None:
    """Leaves out each fsync of a run in turn that has broken nothing yet. `found`: what broke, by the fsync's name."""
    for ignored in sorted({name_of(call) for call in recorded.calls if call.kind is Kind.SYNC} - {""}):
        if not found.get(ignored):
            found[ignored] = broken_without(made.runner, recorded, place, ignored)
            print(f"{name}, without {ignored}: {found[ignored] or 'nothing breaks'}", flush=True)


def show(name: str, bench: Bench, case: Case, broken: list[str]) -> bool:
    """Prints what broke in a trial, if anything did, and returns whether it did."""
    if broken:
        named = bench.plain.calls[case.at] if case.at < len(bench.plain.calls) else "beyond the plain run"
        print(f"{name}, {case.fate} at {case.at} ({named}):", *broken, sep="\n    ", flush=True)
    return bool(broken)


def conclude(broke: int) -> int:
    """Prints the last line; returns the exit code."""
    print(f"{broke} trials broke" if broke else "nothing broke")
    return 1 if broke else 0


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.disk", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(required=True)
    for name, run in (("calls", calls), ("kills", kills)):
        part = parts.add_parser(name)
        part.set_defaults(run=run)
        part.add_argument("commands", nargs="*", default=[*COMMANDS], metavar="COMMAND", help=", ".join(COMMANDS))
        part.add_argument("--seed", type=int, default=0)
        part.add_argument("--workers", type=int, default=2)
        if name == "calls":
            part.add_argument(
                "--every", type=int, default=1, metavar="K", help="try each K-th call, from the one that --seed says"
            )
            part.add_argument("--only", type=int, metavar="N", help="try this call alone")
        else:
            part.add_argument("--number", type=int, default=300, help="of kills")
    part = parts.add_parser("power")
    part.set_defaults(run=power)
    part.add_argument("commands", nargs="*", default=[*RUNS], metavar="RUN", help=", ".join(RUNS))
    part.add_argument("--seed", type=int, default=0)
    part.add_argument("--every", type=int, default=1, metavar="K", help="cut after each K-th call")
    part.add_argument("--more", type=int, default=2, metavar="N", help="states at random for each cut")
    part.add_argument(
        "--heal", type=float, default=1.0, metavar="SHARE", help="of states in which the next run is tried"
    )
    part.add_argument("--syncs", action="store_true", help="leave out each fsync in turn")
    options = parser.parse_args()
    if unknown := {*options.commands} - COMMANDS.keys() - RUNS.keys():
        parser.error(f"no such command: {', '.join(sorted(unknown))}; there are {', '.join(COMMANDS)}")
    if not COMPILER:
        print("there is no C compiler here: nothing is tried")
        return 0
    return int(options.run(options))


if __name__ == "__main__":
    sys.exit(main())
