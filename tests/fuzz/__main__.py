"""Fuzzes the targets with Hypothesis, or guided by coverage with Atheris; ends with 1 when a promise is broken.

    python -m tests.fuzz hypothesis|atheris [TARGET…] [--seconds 600]

Each target gets so many seconds of CPU, in a process of its own. An input that breaks a promise is kept in
`tests/fuzz/cases/`. Atheris is no dependency of the tests: `make fuzz` installs it in an environment of its own.
"""

import argparse
import subprocess
import sys

from tests.fuzz.findings import TARGETS


def main() -> int:
    """Runs an engine on each target; returns 1 if any has found something."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("engine", choices=("hypothesis", "atheris"))
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=600)
    args = parser.parse_args()
    if unknown := {*args.targets} - {*TARGETS}:
        parser.error(f"no target named {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    codes = [
        subprocess.run(
            [sys.executable, "-m", f"tests.fuzz.with_{args.engine}", target, str(args.seconds)], check=False
        ).returncode
        for target in args.targets or TARGETS
    ]
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
