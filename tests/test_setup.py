"""The setup by `make`: which Pythons it accepts, and which environments it creates again."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

# A fake Python for setup.sh: it has a version, with or without venv, and records what it creates and installs.
FAKE = """#!/bin/sh
. "$(dirname "$(readlink -f "$0")")/about"
case "$*" in
  *"%d.%d.%d"*) echo "$version" ;;
  *base_prefix*) echo "$prefix ${version%.*}" ;;
  *"version_info <"*) exit "$unfit" ;;
  *"import venv"*) exit "$lacks_venv" ;;
  "-m venv --clear "*)
    rm -rf "$4"
    mkdir -p "$4/bin"
    touch "$4/pyvenv.cfg"
    ln -s "$(readlink -f "$0")" "$4/bin/python"
    echo venv "$4" >>done ;;
  "-m pip install"*) echo pip >>done; echo "$*" >>asked; exit "$fails" ;;
esac
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the files that the setup needs."""
    folder = tmp_path / "with a space"
    folder.mkdir()
    for name in ("setup.sh", "pyproject.toml", "constraints.txt", "hashes.txt"):
        shutil.copy(ROOT / name, folder)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (folder / "Makefile").write_text(f"{makefile}\nready: $(READY)\n", encoding="utf-8")
    return folder


def fake(folder: Path, version: str, *, lacks_venv: int = 0, fails: int = 0, unfit: int = 1) -> Path:
    folder.mkdir(exist_ok=True)
    about = f"version={version} prefix={folder} lacks_venv={lacks_venv} fails={fails} unfit={unfit}\n"
    (folder / "about").write_text(about, encoding="utf-8")
    (folder / "python3").write_text(FAKE, encoding="utf-8")
    (folder / "python3").chmod(0o755)
    return folder / "python3"


def several(tmp_path: Path) -> Path:
    """A folder with python3.14, which does not serve, and 3.13, 3.12 and 3.11, which do; no other is found."""
    folder = tmp_path / "several"
    folder.mkdir()
    for minor in (11, 12, 13, 14):
        python = fake(tmp_path / f"3.{minor}", f"3.{minor}.2", unfit=int(minor == 14))
        (folder / f"python3.{minor}").symlink_to(python)
    (folder / "uv").write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    (folder / "uv").chmod(0o755)
    return folder


def make(checkout: Path, *words: str, path: Path | None = None) -> "subprocess.CompletedProcess[str]":
    left_out = ("PYTHON", "VENV", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    environment["PATH"] = f"{path}{os.pathsep}{environment['PATH']}" if path else environment["PATH"]
    return subprocess.run(
        ["make", "ready", *words], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


def done(checkout: Path) -> list[str]:
    """What was created and installed since the last call."""
    if not (checkout / "done").exists():
        return []
    lines = (checkout / "done").read_text(encoding="utf-8").splitlines()
    (checkout / "done").unlink()
    return lines


NEW = ["venv .venv", "pip", "pip"]


@pytest.mark.parametrize(
    ("version", "lacks_venv", "message"),
    [
        ("3.10.13", 0, "make: newscrawl needs Python 3.11 or newer, and python3 is 3.10.13; "),
        ("2.7.18", 0, "make: newscrawl needs Python 3.11 or newer, and python3 is 2.7.18; "),
        ("3.12.1", 1, "make: python3 has no venv; install what Debian and Ubuntu call python3.12-venv "),
    ],
)
def test_an_unsuitable_python_is_reported_first(
    checkout: Path, tmp_path: Path, version: str, lacks_venv: int, message: str
) -> None:
    before = sorted(checkout.iterdir())
    python = fake(tmp_path / "python", version, lacks_venv=lacks_venv)
    result = make(checkout, path=python.parent)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.startswith(message)
    assert "PYTHON=" in result.stderr.splitlines()[0] or lacks_venv
    assert sorted(checkout.iterdir()) == before


@pytest.mark.parametrize("version", ["3.11.0", "3.19.1", "3.20.0"])
def test_every_python_from_3_11_serves(checkout: Path, tmp_path: Path, version: str) -> None:
    assert make(checkout, path=fake(tmp_path / "python", version).parent).returncode == 0
    assert done(checkout) == NEW


@pytest.mark.parametrize(("version", "other"), [("3.12.9", "3.13"), ("3.13.0", "3.12"), ("3.10.1", "3.13")])
def test_the_newest_python_of_another_version_that_serves_is_found(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, other: str
) -> None:
    folder, python = several(tmp_path), fake(tmp_path / "python", version)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    command = ["sh", "setup.sh", "--other", str(python)]
    found = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
    assert found.stdout == f"{folder}/python{other}\n"
    result = make(checkout, path=fake(tmp_path / "old", "3.10.1").parent)
    assert f" PYTHON={folder}/python3.13" in result.stderr.splitlines()[0]


def test_a_missing_python_is_reported(checkout: Path) -> None:
    result = make(checkout, "PYTHON=python3.99")
    assert result.returncode != 0
    assert "and python3.99 does not run; " in result.stderr.splitlines()[0]


def test_a_complete_environment_is_kept(checkout: Path, tmp_path: Path) -> None:
    python, another = fake(tmp_path / "python", "3.12.1"), fake(tmp_path / "another", "3.13.0")
    assert make(checkout, path=python.parent).returncode == 0
    assert done(checkout) == NEW
    for words in ([], [f"PYTHON={python}"]):
        assert make(checkout, *words, path=python.parent).returncode == 0
        assert done(checkout) == []
    assert make(checkout, path=fake(tmp_path / "old", "3.10.1").parent).returncode == 0
    assert make(checkout, "VENV=.venv-2", f"PYTHON={another}").returncode == 0
    assert done(checkout) == ["venv .venv-2", "pip", "pip"]
    for name in ("constraints.txt", "hashes.txt", "pyproject.toml", "setup.sh"):
        with (checkout / name).open("a", encoding="utf-8") as file:
            file.write("# another version\n")
        assert make(checkout).returncode == 0
        assert done(checkout) == ["pip", "pip"]


def test_an_environment_whose_update_failed_is_incomplete(checkout: Path, tmp_path: Path) -> None:
    """Also when the files are again those that it was made with."""
    python = fake(tmp_path / "python", "3.12.1")
    assert make(checkout, path=python.parent).returncode == 0
    before = (checkout / "constraints.txt").read_bytes()
    (checkout / "constraints.txt").write_bytes(before + b"# another version\n")
    fake(tmp_path / "python", "3.12.1", fails=1)
    assert make(checkout, path=python.parent).returncode != 0
    (checkout / "constraints.txt").write_bytes(before)
    fake(tmp_path / "python", "3.12.1")
    done(checkout)
    assert make(checkout, path=python.parent).returncode == 0
    assert done(checkout) == NEW


def test_an_incomplete_environment_is_created_again(checkout: Path, tmp_path: Path) -> None:
    python, another = fake(tmp_path / "python", "3.12.1", fails=1), fake(tmp_path / "another", "3.13.0")
    assert make(checkout, f"PYTHON={python}").returncode != 0  # an unfinished install
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
    result = make(checkout, "VENV=docs", f"PYTHON={fake(tmp_path / 'python', '3.12.1')}")
    assert result.returncode != 0
    assert result.stderr.startswith("make: docs is there and is no virtual environment")
    assert (checkout / "docs" / "page.md").exists()


def test_an_empty_folder_becomes_an_environment(checkout: Path, tmp_path: Path) -> None:
    (checkout / ".venv").mkdir()
    assert make(checkout, path=fake(tmp_path / "python", "3.12.1").parent).returncode == 0
    assert done(checkout) == NEW


def test_what_is_downloaded_must_have_a_hash(checkout: Path, tmp_path: Path) -> None:
    """That of pip itself, too, before it is asked for the others; newscrawl is a folder and has none."""
    assert make(checkout, path=fake(tmp_path / "python", "3.12.1").parent).returncode == 0
    pip, others = (checkout / "asked").read_text(encoding="utf-8").splitlines()
    assert " --require-hashes --requirement .venv/pip.txt" in pip
    assert (
        " --no-require-hashes --constraint hashes.txt --build-constraint hashes.txt --group dev --editable ." in others
    )
    name, *hashes = (checkout / ".venv/pip.txt").read_text(encoding="utf-8").split(" \\\n")
    assert name.startswith("pip==")
    assert len(hashes) >= 1
    assert all(line.strip().startswith("--hash=sha256:") for line in hashes)


def test_the_hashes_can_be_left_out(checkout: Path, tmp_path: Path) -> None:
    """For an index that has files of its own; with them again, all is installed again."""
    python = fake(tmp_path / "python", "3.12.1").parent
    (checkout / "hashes.txt").rename(tmp_path / "hashes.txt")
    assert make(checkout, "HASHES=", path=python).returncode == 0
    asked = (checkout / "asked").read_text(encoding="utf-8").splitlines()
    assert [words.count("--constraint constraints.txt") for words in asked] == [1, 1]
    assert "hashes" not in "".join(asked)
    (tmp_path / "hashes.txt").rename(checkout / "hashes.txt")
    done(checkout)
    assert make(checkout, path=python).returncode == 0
    assert done(checkout) == ["pip", "pip"]
