"""Checks that the names in deploy/ exist: options, exit codes, packages, data files. deploy/scrapyd/try.sh runs it."""

import ast
import configparser
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from newscrawl import exit_codes
from newscrawl.cli.app import app
from newscrawl.cli.main import main  # noqa: F401 (it registers the commands)
from tests.conftest import ROOT

DEPLOY = ROOT / "deploy"
SERVICE = DEPLOY / "systemd" / "newscrawl.service"
TIMER = DEPLOY / "systemd" / "newscrawl.timer"
CRON = DEPLOY / "cron" / "newscrawl"
SETUP = DEPLOY / "scrapyd" / "setup.py"
HARMLESS = {str(code) for code in (exit_codes.PARTLY, exit_codes.HELD, exit_codes.INTERRUPTED)}
ANALYZE = shutil.which("systemd-analyze")


class Unit(configparser.RawConfigParser):
    """A unit file: names keep their case, `=` is the only delimiter, and a name may occur several times."""

    def __init__(self, path: Path) -> None:
        super().__init__(delimiters=("=",), strict=False, interpolation=None)
        self.read_string(path.read_text(encoding="utf-8"))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def options_of(command: list[str]) -> set[str]:
    """The options in a `newscrawl crawl` command line."""
    program, subcommand, *rest = command
    assert (Path(program).name, subcommand) == ("newscrawl", "crawl")
    return {word for word in rest if word.startswith("-")}


def known_options() -> set[str]:
    group = typer.main.get_command(app)
    crawl = group.commands["crawl"]  # type: ignore[attr-defined]
    return {name for parameter in crawl.params for name in parameter.opts}


def schedule_line() -> list[str]:
    """The minute, hour, day, month, weekday, user and command of the crontab's one job."""
    lines = [line for line in CRON.read_text(encoding="utf-8").splitlines() if re.match(r"[0-9*@]", line)]
    assert len(lines) == 1
    return lines[0].split(maxsplit=6)


def setup_constant(name: str) -> tuple[str, ...]:
    tree = ast.parse(SETUP.read_text(encoding="utf-8"))
    values = (node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name)
    return tuple(ast.literal_eval(next(values)))


def test_the_command_of_the_service_exists() -> None:
    service = Unit(SERVICE)["Service"]
    command = shlex.split(service["ExecStart"])
    assert options_of(command) <= known_options()
    assigned = service["Environment"] + (DEPLOY / "systemd" / "newscrawl.env").read_text(encoding="utf-8")
    assert all(f"{word[1:]}=" in assigned for word in command if word.startswith("$"))


def test_the_service_fails_if_action_is_needed() -> None:
    assert set(Unit(SERVICE)["Service"]["SuccessExitStatus"].split()) == HARMLESS


def test_the_timer_starts_the_service() -> None:
    assert TIMER.stem == SERVICE.stem
    timer = Unit(TIMER)
    assert timer["Timer"]["Persistent"] == "yes"
    assert timer["Install"]["WantedBy"] == "timers.target"


@pytest.mark.skipif(not ANALYZE, reason="no systemd-analyze")
def test_systemd_accepts_the_units(tmp_path: Path) -> None:
    text = SERVICE.read_text(encoding="utf-8").replace("/opt/newscrawl/bin/newscrawl", sys.executable)
    units = tmp_path / SERVICE.name, tmp_path / TIMER.name
    units[0].write_text(text, encoding="utf-8")
    shutil.copy(TIMER, units[1])
    done = subprocess.run([str(ANALYZE), "verify", *map(str, units)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not ANALYZE, reason="no systemd-analyze")
def test_the_service_is_hardly_exposed() -> None:
    """The figure is from 0 to 10: 1.1 by systemd 252. Each version asks for more."""
    if b"--offline" not in subprocess.run([str(ANALYZE), "--help"], capture_output=True, check=True).stdout:
        pytest.skip("an old systemd-analyze")
    words = ["security", "--offline=true", "--no-pager", "--threshold=15", str(SERVICE)]
    done = subprocess.run([str(ANALYZE), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_command_of_the_crontab_exists() -> None:
    minute, *_, user, command = schedule_line()
    assert minute not in ("0", "*")
    assert user == "newscrawl"
    assert "%" not in command  # a line feed to cron
    assert options_of(shlex.split(command[command.index("(") + 1 : command.index(")")])[:-1]) <= known_options()
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0


@pytest.mark.parametrize(
    ("code", "mail"), [(0, ""), (3, ""), (7, ""), (130, ""), (1, "why\n"), (2, "why\n"), (4, "why\n"), (5, "why\n")]
)
def test_cron_mails_only_errors(tmp_path: Path, code: int, mail: str) -> None:
    program = tmp_path / "newscrawl"
    program.write_text(f"#!/bin/sh\necho why >&2\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "STATE": str(tmp_path)}
    done = subprocess.run(
        ["/bin/sh", "-c", schedule_line()[-1]], env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == mail


def test_the_egg_has_every_package_and_data_file() -> None:
    packages = setup_constant("PACKAGES")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"packages = {list(packages)}".replace("'", '"') in project
    folders = {path.parent for top in packages for path in (ROOT / top).rglob("*.py")}
    assert all((folder / "__init__.py").exists() for folder in folders)  # find_packages needs them
    listed = {path for pattern in setup_constant("DATA") for path in (ROOT / "newscrawl").glob(pattern)}
    files = {path for top in packages for path in (ROOT / top).rglob("*") if path.is_file()}
    assert listed == {path for path in files if path.suffix not in (".py", ".pyc")}


def test_scrapyd_has_the_settings_of_the_project() -> None:
    target = configparser.ConfigParser()
    target.read(DEPLOY / "scrapyd" / "scrapy.cfg")
    ours = configparser.ConfigParser()
    ours.read(ROOT / "scrapy.cfg")
    assert target["settings"]["default"] == ours["settings"]["default"]
    assert target["deploy"]["project"] == "newscrawl"


def test_the_trial_script_parses() -> None:
    assert subprocess.run(["sh", "-n", str(DEPLOY / "scrapyd" / "try.sh")], check=False).returncode == 0


def test_deploy_names_no_local_paths() -> None:
    for path in DEPLOY.rglob("*"):
        if path.is_file():
            assert not re.search(r"/root/|/home/|/tmp/|https://(?!.*sina)", path.read_text(encoding="utf-8")), path
