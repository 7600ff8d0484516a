"""The repository's own rules, held by a program."""

import ast
import importlib
import re
import subprocess
from pathlib import Path

import pytest
import yaml

import pipelines
import spiders
from newscrawl import settings
from newscrawl.cli.app import app
from newscrawl.cli.main import main  # noqa: F401 (its commands)
from newscrawl.crawl.spider import ArticleSpider
from newscrawl.sites.loader import load_site, site_names
from newscrawl.version import __version__
from tests.conftest import ROOT

MODULES = [*(ROOT / "newscrawl").rglob("*.py"), *(ROOT / "spiders").glob("*.py"), *(ROOT / "pipelines").glob("*.py")]
SPIDERS = [path for path in (ROOT / "spiders").glob("*.py") if path.stem != "__init__"]
STAGES = [path.stem for path in (ROOT / "pipelines").glob("*.py") if path.stem != "__init__"]


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_inward(path: Path) -> None:
    """spiders → newscrawl ← pipelines; the command line alone may ask a pipeline's pure function."""
    package = path.relative_to(ROOT).parts[0]
    outer = {"spiders", "pipelines"} - {package}
    reached = {name.split(".")[0] for name in imported(path)} & outer
    assert not reached or "cli" in path.parts


def test_the_engine_names_no_site() -> None:
    named = [
        path.name
        for path in (ROOT / "newscrawl").glob("*.py")
        if re.search(r"sina\.|artibody", path.read_text("utf-8"))
    ]
    allowed = {"urls.py", "page.py", "charset.py", "frontier.py", "roll.py"}  # help texts and doctests
    assert set(named) <= allowed


@pytest.mark.parametrize("path", SPIDERS, ids=lambda path: path.stem)
def test_spider_file_name_and_class_agree(path: Path) -> None:
    module = importlib.import_module(f"spiders.{path.stem}")
    name = "".join(word.title() for word in path.stem.split("_")) + "Spider"
    spider = getattr(module, name)
    assert issubclass(spider, ArticleSpider)
    assert spider.name == path.stem
    assert spider.custom_settings is None
    assert path.stem in site_names()


@pytest.mark.parametrize("stage", STAGES)
def test_every_pipeline_is_listed(stage: str) -> None:
    assert f"pipelines.{stage}.{stage.title()}Pipeline" in settings.ITEM_PIPELINES


def test_packages_are_this_repository_s() -> None:
    """Scrapy appends the project's folder to the path, so any installed package of these names would win."""
    assert [Path(str(package.__file__)).parent.parent for package in (spiders, pipelines)] == [ROOT, ROOT]


@pytest.mark.parametrize("name", site_names())
def test_no_site_is_less_polite_than_the_default(name: str) -> None:
    politeness = load_site(name).politeness
    assert politeness.delay >= settings.DOWNLOAD_DELAY
    assert politeness.concurrency <= settings.CONCURRENT_REQUESTS_PER_DOMAIN
    assert politeness.retries <= settings.RETRY_TIMES


def test_settings_are_safe() -> None:
    assert settings.ROBOTSTXT_OBEY
    assert settings.DOWNLOAD_VERIFY_CERTIFICATES
    assert settings.AUTOTHROTTLE_ENABLED
    assert not settings.REMOTE_CONTROL_ENABLED
    assert not settings.TELNETCONSOLE_ENABLED
    assert settings.DOWNLOAD_MAXSIZE == 10 * 2**20
    assert "Mozilla" not in settings.USER_AGENT


@pytest.mark.parametrize("name", site_names())
def test_every_rule_says_why(name: str) -> None:
    path = ROOT / "newscrawl" / "sites" / f"{name}.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))["boilerplate"]
    assert all(len(rule["why"]) > 5 for kind in ("cut", "unwrap", "lines") for rule in rules[kind])


def test_constraints_pin_every_dependency_and_name_no_address() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][0-9A-Za-z.+]*", line) for line in lines)
    pinned = {line.split("==")[0].lower().replace("_", "-") for line in lines}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    named = set(re.findall(r'^    "([A-Za-z0-9._-]+)[><=",]', project.partition("[tool")[0], re.MULTILINE))
    assert {name.lower() for name in named - {"Private", "Framework", "Programming"}} <= pinned


def test_nothing_of_this_machine_in_tracked_files() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    hosts = "|".join(("py" + "pi[.]", "python" + "hosted", "npm" + "js[.]"))
    for name in done.stdout.decode().splitlines():
        path = ROOT / name
        if path.suffix in (".py", ".md", ".txt", ".toml", ".yaml", ".cfg") and path.exists():
            assert not re.search(hosts, path.read_text(encoding="utf-8")), name


def test_the_version_is_the_project_s() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{__version__}"' in project


def test_every_command_and_exit_code_is_documented() -> None:
    told = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(commands) > 5
    assert [name for name in commands if f"newscrawl {name}" not in told] == []
    codes = told.partition("## Exit codes")[2].partition("##")[0]
    assert [code for code in (0, 1, 2, 3, 4, 5, 6, 7, 130) if not re.search(rf"(?:^|· |\n){code} ", codes)] == []
