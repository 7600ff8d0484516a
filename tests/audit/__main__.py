"""`make audit [ADVISORIES=FILE]`: the pins of constraints.txt against advisories.json, offline; ends with 1 on a finding.

FILE, which somebody has downloaded, takes the place of what advisories.json knows.
"""

import sys
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name

from newscrawl.atomic import write_whole
from tests.audit.advisories import Known, findings, pins_of, says_how_much_it_knows
from tests.audit.sources import read

ROOT = Path(__file__).parents[2]
OURS = {"newscrawl"}


def audit(arguments: list[str], root: Path = ROOT) -> int:
    """Prints a line for each finding, and one on what the file knows. Returns the exit code: 1 for a finding, or 2."""
    pins = pins_of((root / "constraints.txt").read_text(encoding="utf-8"))
    path = root / "advisories.json"
    for file in arguments:
        try:
            known = read(Path(file), pins)
        except (OSError, ValueError) as error:
            print(f"audit: {file} is no all.zip of OSV for PyPI and no JSON of pip-audit: {error}", file=sys.stderr)
            return 2
        write_whole(path, msgspec.json.format(msgspec.json.encode(known)) + b"\n")
    known = msgspec.json.decode(path.read_bytes(), type=Known)
    found = [*findings(pins, known)]
    for line in (*found, says_how_much_it_knows(pins, known, datetime.now(UTC).date())):
        print(line)
    unpinned = {canonicalize_name(each.name) for each in distributions()} - pins.keys() - OURS
    if unpinned:
        print(f"installed here without a pin, and not looked at: {', '.join(sorted(unpinned))}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1:]))
