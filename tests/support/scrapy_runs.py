"""Scrapy's own commands with newscrawl's settings, or with those of a user."""

import os
import subprocess
from pathlib import Path

from tests.conftest import ROOT
from tests.support.processes import Started, scrapy_command


def scrapy(
    folder: Path, *words: str | Path, timeout: float = 60, settings: str = "newscrawl.settings"
) -> "subprocess.CompletedProcess[bytes]":
    """Runs Scrapy in a folder, as Scrapyd does; `settings` may be a module of that folder."""
    arguments = [*map(str, words)]
    environment = environment_of(folder, settings)
    with Started(arguments, folder, run=scrapy_command, environment=environment) as process:
        out, errors = process.communicate(timeout)
        return subprocess.CompletedProcess(arguments, process.returncode or 0, out, errors)


def environment_of(folder: Path, settings: str = "newscrawl.settings") -> dict[str, str]:
    """The environment of a process that runs Scrapy in a folder."""
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "SCRAPY_SETTINGS_MODULE": settings}
