"""`make` sets up with what is there: which Pythons it takes, and which environments it makes anew."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

# A Python as far as setup.sh asks one: its version, and whether it has venv. What it makes and installs is noted.
FAKE = """#!/bin/sh
. "$(dirname "$(readlink -f "$0")")/about"
case "$*" in
  *"%d.%d.%d"*) echo "$version" ;;
  *base_prefix*) echo "$prefix ${version%.*}" ;;
  *"version_info <"*) exit 1 ;;
  *"import venv"*) exit "$lacks_venv" ;;
  "-m venv --clear "*)
    rm -rf "$4"
    mkdir -p "$4/bin"
    touch "$4/pyvenv.cfg"
    ln -s "$(readlink -f "$0")" "$4/bin/python"
    echo venv "$4" >>done ;;
  "-m pip install"*) echo pip >>done; exit "$fails" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make lint` takes of a checkout; its tools do nothing."""
    folder = tmp_path / "with a space"
    folder.mkdir()
    for name in ("setup.sh", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (folder / "Makefile").write_text(f"{makefile}\nready: $(READY)\n", encoding="utf-8")
    return folder


def fake(folder: Path, version: str, *, lacks_venv: int = 0, fails: int = 0) -> Path:
    folder.mkdir(exist_ok=True)
    about = f"version={version} prefix={folder} lacks_venv={lacks_venv} fails={fails}\n"
    (folder / "about").write_text(about, encoding="utf-8")
    (folder / "python3").write_text(FAKE, encoding="utf-8")
    (folder / "python3").chmod(0o755)
    return folder / "python3"


def make(checkout: Path, *words: str, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    left_out = ("PYTHON", "VENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}" if path else environment["PATH"]
    return subprocess.run(
        ["make", "ready", *words], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def done(checkout: Path) -> list[str]:
    """What was made and installed since this was asked last."""
    if not (checkout / "done").exists():
        return []
    lines = (checkout / "done").read_text(encoding="utf-8").splitlines()
    (checkout / "done").unlink()
    return lines


NEW = ["venv .venv", "pip", "pip"]


@pytest.mark.parametrize(
    ("version", "lacks_venv", "said"),
    [
        ("3.10.13", 0, "make: newscrawl needs Python 3.11 or newer, and python3 is 3.10.13; "),
        ("2.7.18", 0, "make: newscrawl needs Python 3.11 or newer, and python3 is 2.7.18; "),
        ("3.12.1", 1, "make: python3 has no venv; install what Debian and Ubuntu call python3.12-venv "),
    ],
)
def test_a_python_that_does_not_serve_is_said_first(
    checkout: Path, tmp_path: Path, version: str, lacks_venv: int, said: str
) -> None:
    before = sorted(checkout.iterdir())
    python = fake(tmp_path / "python", version, lacks_venv=lacks_venv)
    told = make(checkout, path=python.parent)
    assert told.returncode != 0
    assert told.stdout == ""
    assert told.stderr.startswith(said)
    assert "PYTHON=" in told.stderr.splitlines()[0] or lacks_venv
    assert sorted(checkout.iterdir()) == before


def test_no_python_at_all_is_said(checkout: Path) -> None:
    told = make(checkout, "PYTHON=python3.99")
    assert told.returncode != 0
    assert "and python3.99 does not run; " in told.stderr.splitlines()[0]


def test_what_is_whole_stays(checkout: Path, tmp_path: Path) -> None:
    python, another = fake(tmp_path / "python", "3.12.1"), fake(tmp_path / "another", "3.13.0")
    assert make(checkout, path=python.parent).returncode == 0
    assert done(checkout) == NEW
    for words in ([], [f"PYTHON={python}"]):
        assert make(checkout, *words, path=python.parent).returncode == 0
        assert done(checkout) == []
    assert make(checkout, path=fake(tmp_path / "old", "3.10.1").parent).returncode == 0
    assert make(checkout, "VENV=.venv-2", f"PYTHON={another}").returncode == 0
    assert done(checkout) == ["venv .venv-2", "pip", "pip"]
    with (checkout / "constraints.txt").open("a", encoding="utf-8") as file:
        file.write("# another version\n")
    assert make(checkout).returncode == 0
    assert done(checkout) == ["pip", "pip"]


def test_what_is_not_whole_is_made_anew(checkout: Path, tmp_path: Path) -> None:
    python, another = fake(tmp_path / "python", "3.12.1", fails=1), fake(tmp_path / "another", "3.13.0")
    assert make(checkout, f"PYTHON={python}").returncode != 0  # an install that was not finished
    assert done(checkout) == NEW[:2]
    python = fake(tmp_path / "python", "3.12.1")
    assert make(checkout, path=python.parent).returncode == 0
    assert done(checkout) == NEW
    assert make(checkout, f"PYTHON={another}").returncode == 0  # another Python
    assert done(checkout) == NEW
    moved = checkout.rename(tmp_path / "moved")
    assert make(moved, path=python.parent).returncode == 0
    assert done(moved) == NEW
    fake(tmp_path / "python", "3.13.1")  # the same path, another version
    assert make(moved, path=python.parent).returncode == 0
    assert done(moved) == NEW
    shutil.rmtree(python.parent)  # its interpreter is gone
    assert make(moved, path=another.parent).returncode == 0
    assert done(moved) == NEW


def test_a_folder_that_is_no_environment_is_left_alone(checkout: Path, tmp_path: Path) -> None:
    (checkout / "docs").mkdir()
    (checkout / "docs" / "page.md").touch()
    told = make(checkout, "VENV=docs", f"PYTHON={fake(tmp_path / 'python', '3.12.1')}")
    assert told.returncode != 0
    assert told.stderr.startswith("make: docs is there and is no virtual environment")
    assert (checkout / "docs" / "page.md").exists()
