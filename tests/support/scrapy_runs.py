"""Scrapy's own commands with newscrawl's settings, or with those of a user."""

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def scrapy(
    folder: Path, *words: str | Path, timeout: float = 60, settings: str = "newscrawl.settings"
) -> "subprocess.CompletedProcess[bytes]":
    """Runs Scrapy in a folder, as Scrapyd does; `settings` may be a module of that folder."""
    environment = environment_of(folder, settings)
    command = [sys.executable, "-m", "scrapy", *map(str, words)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=timeout, check=False)


def environment_of(folder: Path, settings: str = "newscrawl.settings") -> dict[str, str]:
    """The environment of a process that runs Scrapy in a folder."""
    return os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", "SCRAPY_SETTINGS_MODULE": settings}
