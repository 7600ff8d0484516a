"""The streams of a command, in real processes: closed, full, narrow. None of that is a fault of newscrawl."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from newscrawl.cli import streams
from tests.conftest import ROOT
from tests.support.archives import make_archive
from tests.support.server import article

TITLE = "标题：一季度"
CHINESE = article(TITLE)
UNREAD = 5  # the exit code of `status`: the lists of the archive were never read


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive, and a page with Chinese in it."""
    folder = tmp_path_factory.mktemp("streams")
    make_archive(folder / "kept", articles=2)
    (folder / "page.html").write_bytes(CHINESE)
    return folder


def shell(folder: Path, words: str, **environment: str) -> "subprocess.CompletedProcess[bytes]":
    """Runs the command in a shell, which redirects its streams."""
    values = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    script = f"exec {sys.executable} -m newscrawl {words}"
    return subprocess.run(
        ["/bin/sh", "-c", script], cwd=folder, env=values, capture_output=True, timeout=60, check=False
    )


EXTRACT = "extract page.html --url https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ("status kept", ">&-"), ("status kept", "2>&-"), ("verify kept", "<&- >&- 2>&-"), (EXTRACT, "<&-"),
        (f"{EXTRACT} -o other", "<&- >&- 2>&-"),
    ],
)  # fmt: skip
def test_a_closed_stream_is_no_fault(folder: Path, words: str, closed: str) -> None:
    done = shell(folder, f"{words} {closed}")
    assert done.returncode == (UNREAD if words == "status kept" else 0), done.stderr.decode()
    assert b"bug" not in done.stderr
    assert bool(done.stdout) is (" >&-" not in f" {closed}" and words in ("status kept", EXTRACT))


def test_no_file_takes_the_place_of_a_closed_stream(folder: Path) -> None:
    """What is printed must not end in the first file that is opened, and in an archive that is the ledger."""
    done = shell(folder, "status kept --json >&- 2>&-")
    assert (done.returncode, shell(folder, "verify kept").returncode) == (UNREAD, 0)


@pytest.mark.parametrize("environment", [{"PYTHONIOENCODING": "gbk"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}])
def test_results_in_a_pipe_are_utf_8(folder: Path, environment: dict[str, str]) -> None:
    done = shell(folder, EXTRACT, **environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert TITLE in done.stdout.decode()
    named = shell(folder, "extract 没有.html", **environment)
    assert "没有.html: unreadable" in named.stderr.decode()
    assert "新浪财经－国內" in shell(folder, "channels", **environment).stdout.decode()


def test_a_terminal_shows_what_it_cannot_as_an_escape(folder: Path) -> None:
    terminal, other = os.openpty()
    words = [sys.executable, "-m", "newscrawl", "channels"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "latin-1"}
    with subprocess.Popen(words, cwd=folder, env=environment, stdout=other, stderr=subprocess.PIPE) as process:
        os.close(other)
        shown = b"".join(iter(lambda: read(terminal), b""))
        assert process.stderr
        errors = process.stderr.read()
    os.close(terminal)
    assert (process.returncode, errors) == (0, b"")
    assert "新浪财经".encode("ascii", "backslashreplace") in shown


def read(terminal: int) -> bytes:
    """What a terminal shows next; nothing at its end, which Linux tells as an error."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize("words", ["status kept", EXTRACT, "--version", "doctor"])
def test_an_output_that_takes_nothing_is_one_line_and_4(folder: Path, words: str) -> None:
    done = shell(folder, f"{words} >/dev/full")
    line = "newscrawl: cannot write standard output: the disk is full; make room and run it again\n"
    assert (done.returncode, done.stderr.decode()) == (4, line)


@pytest.mark.parametrize(("words", "code"), [("status kept", UNREAD), ("status nowhere", 2), ("verify kept", 0)])
def test_messages_that_nothing_takes_are_dropped(folder: Path, words: str, code: int) -> None:
    done = shell(folder, f"{words} 2>/dev/full")
    assert done.returncode == code


def test_which_descriptors_are_open(tmp_path: Path) -> None:
    with (tmp_path / "a").open("w") as file:
        number = file.fileno()
        assert streams.is_open(number)
    assert not streams.is_open(number)
