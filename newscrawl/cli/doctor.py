"""`newscrawl doctor`: checks this installation."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from newscrawl.cli.app import DataOption, app, on_archive
from newscrawl.cli.console import Console, print_json, print_lines
from newscrawl.doctor.diagnosis import Diagnosis
from newscrawl.exit_codes import DONE, USAGE
from newscrawl.sites.loader import site_names


@app.command()
@on_archive
def doctor(
    archive: Annotated[
        Path | None, typer.Option("-o", "--archive", metavar="DIR", help="Check this archive's folder too.")
    ] = None,
    site: Annotated[
        str, typer.Option("--site", metavar="FILE", help="Check this site file too, and how long its patterns take.")
    ] = "",
    as_json: DataOption = False,
) -> int:
    """Check this installation without any network: Python, packages, extras, sites, encodings, certificates.

    Each line is ok, note, missing (an extra that is not installed) or wrong. The exit code is 2 if something is wrong.
    """
    from newscrawl.doctor import installation as checks  # takes 0.1 s
    from newscrawl.doctor.slow import speed

    wanted: list[Callable[[], Iterator[Diagnosis]]] = [*checks.INSTALLATION]
    wanted += [partial(checks.site, name) for name in dict.fromkeys([*site_names(), *([site] if site else [])])]
    if site:
        wanted.append(partial(speed, site))
    if archive:
        wanted.append(partial(of_archive, archive))
    found = []
    for finding in findings(wanted):
        found.append(finding)
        if not as_json:
            print_lines(finding.line())
    wrong = sum(finding.state == "wrong" for finding in found)
    code = USAGE if wrong else DONE
    if as_json:
        report = {"command": "doctor", "checks": [msgspec.to_builtins(finding) for finding in found], "exit": code}
        print_json(report)
    else:
        Console().say(f"newscrawl doctor: {f'{wrong} wrong' if wrong else 'nothing is wrong'}")
    return code


def of_archive(folder: Path) -> Iterator[Diagnosis]:
    """The findings of an archive. Its import is deferred: SQLAlchemy may be missing here."""
    from newscrawl.doctor.archive import archive

    yield from archive(folder)


def findings(checks: "Iterable[Callable[[], Iterator[Diagnosis]]]") -> "Iterator[Diagnosis]":
    """Yields the findings of checks; a check that fails is a finding, too."""
    from newscrawl.doctor.diagnosis import Diagnosis, error_text

    for check in checks:
        try:
            yield from check()
        except Exception as error:
            name = getattr(check, "func", check).__name__
            yield Diagnosis("wrong", name, f"cannot be checked: {error_text(error)}")
