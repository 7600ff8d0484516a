"""pywb replays newscrawl's captures: every page of every day, also if only a revisit record was written."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.consumers.sites import HOME
from tests.support.archives import make_archive, page, url

PYWB = HOME / "pywb" / "bin"
ARTICLES, DAYS = 8, ("20260302", "20260303", "20260304")


@pytest.fixture
def wayback(tmp_path: Path) -> Iterator[str]:
    """The URL of a pywb that serves the captures of a small archive."""
    if not (PYWB / "wayback").exists():
        pytest.skip("pywb is not installed; tests/consumers/setup.sh installs it")
    archive = make_archive(tmp_path / "kept", ARTICLES)
    files = [str(path) for path in sorted((archive / "warc").iterdir())]
    for arguments in (["init", "news"], ["add", "news", *files]):
        subprocess.run([PYWB / "wb-manager", *arguments], cwd=tmp_path, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [PYWB / "wayback", "-b", "127.0.0.1", "-p", str(port)],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                urllib.request.urlopen(base, timeout=60).close()
                break
            time.sleep(0.1)
        yield base
    finally:
        process.terminate()
        process.wait(60)


def test_pywb_replays_every_day(wayback: str) -> None:
    for number in range(ARTICLES):
        for day, stamp in enumerate(DAYS):
            with urllib.request.urlopen(f"{wayback}/news/{stamp}040000id_/{url(number)}", timeout=60) as answer:
                body = answer.read()
            assert body == page(number, 1 + (day if number % 4 == 0 else 0)), (number, stamp)
