"""Checks of the repository's own rules."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from packaging.utils import canonicalize_name

import pipelines
import spiders
from newscrawl import settings
from newscrawl.cli.app import app
from newscrawl.cli.main import main  # noqa: F401 (it registers the commands)
from newscrawl.crawl.middlewares.ban import BAN_STATUSES
from newscrawl.crawl.spider import ArticleSpider
from newscrawl.sites.loader import load_site, site_names
from newscrawl.version import __version__
from tests.audit.advisories import pins_of
from tests.conftest import ROOT

MODULES = [*(ROOT / "newscrawl").rglob("*.py"), *(ROOT / "spiders").glob("*.py"), *(ROOT / "pipelines").glob("*.py")]
COMMANDS = [*(ROOT / "newscrawl" / "cli").glob("*.py")]
# Packages of the extras, of Scrapy, which may be missing or must be set up first, of a newer Python, and of a format that
# few saved pages have.
EXTRAS = {
    "backports", "brotli", "compression", "fsspec", "packaging", "plistlib", "prometheus_client", "pyarrow", "scrapy", "trafilatura",
    "twisted",
}  # fmt: skip
SPIDERS = [path for path in (ROOT / "spiders").glob("*.py") if path.stem != "__init__"]
STAGES = [path.stem for path in (ROOT / "pipelines").glob("*.py") if path.stem != "__init__"]


def code_of(path: Path) -> ast.Module:
    """Parses a file and removes its docstrings, which may contain examples."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(
            node
        ):
            node.body[0] = ast.Pass()
    return tree


def test_the_engine_names_no_site() -> None:
    """Except for the default site; the demo's sites are like Sina's on purpose."""
    engine = [path for path in MODULES if path.parts[-2] not in ("spiders", "pipelines") and "demo" not in path.parts]
    assert len(engine) > 100
    words = {
        (path, node.value)
        for path in engine
        for node in ast.walk(code_of(path))
        if isinstance(node, ast.Constant) and re.search(r"sina|artibody|people[._]", str(node.value))
    }
    allowed = {"sina_finance", ": must be a mapping such as `extends: sina_finance`"}
    assert {word for path, word in words if path not in COMMANDS} == allowed


def test_imports_are_at_the_top() -> None:
    """Except in commands, which defer imports, and for an extra that may not be installed."""
    inner = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for path in MODULES
        if path.parent != ROOT / "newscrawl" / "cli"
        for function in ast.walk(code_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not imports_an_extra(node)
    ]
    assert inner == []


def imports_an_extra(node: ast.Import | ast.ImportFrom) -> bool:
    names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    return {name.partition(".")[0] for name in names} <= EXTRAS


def test_types_are_imported_like_everything_else() -> None:
    """Imports are acyclic, so none has to be deferred, and tools can follow all of them."""
    hidden = ("TYPE_CHECKING", "__getattr__")
    assert [str(path) for path in MODULES if any(word in path.read_text(encoding="utf-8") for word in hidden)] == []
    named = [path for path in MODULES if "import_module(" in path.read_text(encoding="utf-8")]
    assert {path.name for path in named} == {"stages.py", "installation.py"}  # the stages; packages that doctor checks


LINES_OF_A_FILE, LINES_OF_A_CLASS, LINES_OF_A_FUNCTION = 400, 200, 50


def test_files_classes_and_functions_are_small() -> None:
    assert [where for path in MODULES for where in too_large(path)] == []


def too_large(path: Path) -> Iterator[str]:
    """Yields what is larger than it may be. The options of a command do not count."""
    text, where = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    if len(text.splitlines()) > LINES_OF_A_FILE:
        yield where
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[1] if path in COMMANDS and ast.get_docstring(node) and len(node.body) > 1 else node
        most = LINES_OF_A_CLASS if isinstance(node, ast.ClassDef) else LINES_OF_A_FUNCTION
        if (node.end_lineno or 0) - first.lineno + 1 > most:
            yield f"{where}: {node.name}"


def test_only_the_root_package_has_code_in_its_init() -> None:
    packages = [path for path in MODULES if path.name == "__init__.py"]
    assert len(packages) > 20
    assert [path for path in packages if path.read_text(encoding="utf-8")] == [ROOT / "newscrawl" / "__init__.py"]


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


def test_packages_are_those_of_this_repository() -> None:
    """Scrapy appends the project's folder to the path, so an installed package of these names takes precedence."""
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
    assert not settings.COOKIES_ENABLED
    assert not settings.METAREFRESH_ENABLED
    assert not settings.HTTPPROXY_ENABLED


def test_settings_are_polite_without_a_site_file() -> None:
    assert settings.DOWNLOAD_DELAY >= 1
    assert settings.CONCURRENT_REQUESTS_PER_DOMAIN == 1
    assert settings.RETRY_TIMES <= 1
    assert not BAN_STATUSES & set(settings.RETRY_HTTP_CODES)  # a ban is answered by a pause, not by another request


@pytest.mark.parametrize("scheme", ["file", "ftp", "s3", "data"])
def test_only_the_web_is_fetched(scheme: str) -> None:
    assert settings.DOWNLOAD_HANDLERS[scheme] is None


def test_hosts_and_robots_are_checked_before_anything_else_sees_a_request() -> None:
    order = {path: place for path, place in settings.DOWNLOADER_MIDDLEWARES.items() if place is not None}
    assert sorted(order, key=order.__getitem__)[:2] == [
        "newscrawl.crawl.middlewares.offsite.OffsiteMiddleware",
        "newscrawl.crawl.middlewares.robots.RobotsMiddleware",
    ]


@pytest.mark.parametrize("name", site_names())
def test_every_rule_has_a_reason(name: str) -> None:
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


def test_every_pin_has_hashes() -> None:
    """`make hashes` writes them; setup.sh takes nothing that has another."""
    text = (ROOT / "hashes.txt").read_text(encoding="utf-8")
    hashed = re.findall(r"^(\S+)==(\S+) \\\n((?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+)", text, re.MULTILINE)
    pins = pins_of((ROOT / "constraints.txt").read_text(encoding="utf-8"))
    assert {canonicalize_name(name): version for name, version, _ in hashed} == pins
    assert len(text.splitlines()) == 2 + len(hashed) + sum(hashes.count("\n") for *_, hashes in hashed)


def test_tracked_files_name_no_package_index() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    hosts = "|".join(("py" + "pi[.]", "python" + "hosted", "npm" + "js[.]")).encode()
    for name in done.stdout.decode().splitlines():
        path = ROOT / name
        if path.exists():
            assert not re.search(hosts, path.read_bytes()), name


def test_the_version_is_that_of_the_project() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{__version__}"' in project


def test_every_command_and_exit_code_is_documented() -> None:
    text = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    assert len(commands) > 5
    assert [name for name in commands if f"newscrawl {name}" not in text] == []
    codes = text.partition("## Exit codes")[2].partition("##")[0]
    assert [code for code in (0, 1, 2, 3, 4, 5, 6, 7, 130) if not re.search(rf"(?:^|· |\n){code} ", codes)] == []
