import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import datasette.utils.sqlite
import pytest
from hypothesis import HealthCheck, settings

from tests.support.processes import Started
from tests.support.server import Answer, Serve, Server, serve

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


# Datasette opens databases in memory to ask SQLite what it can, and closes none of them: Python 3.13 warns of each.
datasette.utils.detect_json1 = lambda: True
datasette.utils.sqlite._cached_sqlite_version = sqlite3.sqlite_version_info

# How long an example takes says how busy the machine is, and nothing of newscrawl.
settings.register_profile("any speed", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any speed")

collect_ignore = [] if SHARED.is_dir() else ["test_corpus.py", "test_roll_rows.py"]


def pytest_report_header() -> str:
    return "" if SHARED.is_dir() else "no ../shared here: real pages and posts are not read"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update",
        action="store_true",
        help="write missing expected posts, and the table of reasons; the run fails until they are read",
    )


@pytest.fixture
def newscrawl(tmp_path: Path) -> Run:
    """Runs the command as a user does, in an empty folder; `cold`: in a Python that has imported nothing yet."""

    def run(
        *arguments: str | Path, stdin: bytes = b"", timeout: float = 200, cold: bool = False
    ) -> "subprocess.CompletedProcess[bytes]":
        words = [*map(str, arguments)]
        if not cold:
            with Started(words, tmp_path, stdin) as process:
                out, errors = process.communicate(timeout)
                return subprocess.CompletedProcess(words, process.returncode or 0, out, errors)
        command = [sys.executable, "-m", "newscrawl", *words]
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, input=stdin, capture_output=True, timeout=timeout, check=False
        )

    return run


@pytest.fixture
def server() -> Iterator[Serve]:
    """Starts servers that stop with the test."""
    with ExitStack() as stack:

        def start(answers: dict[str, Answer | bytes]) -> Server:
            return stack.enter_context(serve(answers))

        yield start
