"""The checks of an installation. Each yields its results.

They send nothing over the network, and change no archive.
"""

import os
import platform
import resource
import sqlite3
import ssl
import sys
from codecs import lookup
from collections.abc import Iterable, Iterator
from configparser import ConfigParser
from contextlib import closing
from datetime import UTC, datetime
from importlib import import_module, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.request import getproxies_environment

import yaml
from lxml import etree

from newscrawl import settings
from newscrawl.doctor.diagnosis import Diagnosis, error_text
from newscrawl.errors import SiteError
from newscrawl.ledger.clock import RELEASED
from newscrawl.sites.loader import load_site

HOME = Path(__file__).resolve().parent.parent.parent  # the folder of newscrawl's packages
MODULES = {
    "python-dateutil": "dateutil",
    "pyyaml": "yaml",
    "vl-convert-python": "vl_convert",
}  # where the names differ
SAMPLE = "新浪财经\xa0·é"  # must be encodable; GBK has no \xa0
UPSERT = (3, 24, 0)  # the first version of SQLite with upsert
FILES = 128  # a run has about 40 files open
CERTIFICATES = (  # where Twisted's OpenSSL looks besides its own paths
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/certs",
)  # fmt: skip


def python() -> Iterator[Diagnosis]:
    """Checks the version of Python."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 (it may be missing)

    found = f"{platform.python_implementation()} {platform.python_version()}"
    try:
        needed = metadata.metadata("newscrawl")["Requires-Python"]
    except metadata.PackageNotFoundError:
        yield Diagnosis("note", "python", found, "newscrawl is not installed; the Python it needs is not known")
        return
    if not SpecifierSet(needed).contains(platform.python_version(), prereleases=True):
        yield Diagnosis(
            "wrong", "python", found, f"newscrawl needs {needed}: create its environment with another Python"
        )
    elif platform.python_implementation() != "CPython":
        yield Diagnosis("note", "python", found, "newscrawl is tested with CPython only")
    else:
        yield Diagnosis("ok", "python", f"{found}, needed {needed}")


def packages() -> Iterator[Diagnosis]:
    """Checks each package that newscrawl needs, and each extra."""
    from packaging.requirements import Requirement  # noqa: PLC0415

    try:
        needed = [Requirement(line) for line in metadata.requires("newscrawl") or ()]
    except metadata.PackageNotFoundError:
        yield Diagnosis("note", "packages", "newscrawl is not installed, so its versions cannot be checked")
        return
    extras = metadata.metadata("newscrawl").get_all("Provides-Extra") or []
    for package in needed:
        if applies(package, ""):
            version, problem = installed(package)
            if problem:
                yield Diagnosis("wrong", package.name, problem, f"pip install '{package.name}{package.specifier}'")
            else:
                yield Diagnosis("ok", package.name, f"{version}, needed {package.specifier}")
    for extra in sorted(extras):
        yield extra_finding(extra, [each for each in needed if not applies(each, "") and applies(each, extra)])


def applies(requirement: Any, extra: str) -> bool:
    """Whether a requirement applies to this platform, with an extra (empty: without any)."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def extra_finding(extra: str, needed: Iterable[Any]) -> Diagnosis:
    """Checks whether an extra is installed and works. `needed`: its requirements."""
    name, found = f"newscrawl[{extra}]", {package.name: installed(package) for package in needed}
    absent = [package for package, (version, _) in found.items() if not version]
    broken = [f"{package}: {problem}" for package, (version, problem) in found.items() if version and problem]
    if broken:
        return Diagnosis("wrong", name, ", ".join(broken), f"pip install --upgrade '{name}'")
    if absent:
        return Diagnosis("missing", name, f"{', '.join(absent)} not installed", f"pip install '{name}'")
    return Diagnosis("ok", name, ", ".join(f"{package} {version}" for package, (version, _) in found.items()))


def installed(requirement: Any) -> tuple[str, str]:
    """The version of a package, empty if it is not installed, and what is wrong with it, empty if nothing is."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return "", "not installed"
    if not requirement.specifier.contains(version, prereleases=True):
        return version, f"{version}, needed {requirement.specifier}"
    try:
        import_module(MODULES.get(requirement.name.lower(), requirement.name.lower().replace("-", "_")))
    except Exception as error:  # noqa: BLE001 (a broken package may raise anything)
        return version, f"{version} cannot be imported: {error_text(error)}"
    return version, ""


def own_packages() -> Iterator[Diagnosis]:
    """Checks that `spiders` and `pipelines` are newscrawl's, and that every class that the settings name exists."""
    for name in ("spiders", "pipelines"):
        spec = find_spec(name)
        where = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if where == HOME / name:
            yield Diagnosis("ok", name, str(where))
        else:
            advice = (
                "call newscrawl from another folder, or uninstall the package of that name"
                if where
                else "install newscrawl again"
            )
            yield Diagnosis("wrong", name, f"{where}, which is not newscrawl's" if where else "not found", advice)
    broken = []
    tables = (settings.ITEM_PIPELINES, settings.DOWNLOADER_MIDDLEWARES, settings.EXTENSIONS)
    paths = [path for table in tables for path in table] + [*settings.FEED_EXPORTERS.values()]
    for path in paths:
        module, _, name = path.rpartition(".")
        try:
            getattr(import_module(module), name)
        except Exception as error:  # noqa: BLE001 (a broken package may raise anything)
            broken.append(f"{path} ({error_text(error)})")
    if broken:
        yield Diagnosis("wrong", "settings", f"cannot be loaded: {', '.join(broken)}", "install newscrawl again")
    else:
        yield Diagnosis("ok", "settings", f"{len(paths)} classes, none missing")


def scrapy_project() -> Iterator[Diagnosis]:
    """Checks which project plain `scrapy crawl` would run here; newscrawl itself does not depend on it."""
    from scrapy.utils.conf import closest_scrapy_cfg  # noqa: PLC0415 (takes 0.3 s)

    ours, advice = settings.__name__, f"for plain `scrapy crawl` set SCRAPY_SETTINGS_MODULE={settings.__name__}"
    if chosen := os.environ.get("SCRAPY_SETTINGS_MODULE"):
        found = f"SCRAPY_SETTINGS_MODULE is {chosen}"
    elif path := closest_scrapy_cfg():
        file = ConfigParser()
        file.read(path, encoding="utf-8")
        chosen = file.get("settings", "default", fallback="no project")
        found = f"{path} is for {chosen}"
    else:
        found = "no scrapy.cfg in this folder or above"
    if chosen == ours:
        yield Diagnosis("ok", "scrapy project", found)
    else:
        yield Diagnosis("note", "scrapy project", found, advice)


def site(name_or_file: str) -> Iterator[Diagnosis]:
    """Checks a site file: its keys, patterns and selectors, its time zone, its spider."""
    what = f"site {name_or_file}"
    try:
        data = load_site(name_or_file)
    except SiteError as error:
        yield Diagnosis("wrong", what, str(error), "" if "known sites" in str(error) else "correct the file")
        return
    try:
        known = find_spec(f"spiders.{data.spider}")
    except ImportError:
        known = None
    if known is None:
        yield Diagnosis(
            "wrong", what, f"names the spider {data.spider}", f"there is no spiders/{data.spider}.py: add it"
        )
        return
    now = datetime.now(data.zone)
    found = f"{len(data.channels)} channels, {len(data.lists)} other lists, {len(data.layouts)} designs"
    yield Diagnosis("ok", what, f"{found}; {data.timezone} (UTC{now:%z})")


def libraries() -> Iterator[Diagnosis]:
    """Checks the C libraries of packages and of Python."""
    version, text = sqlite3.sqlite_version_info, f"SQLite {sqlite3.sqlite_version}"
    if version < UPSERT:
        yield Diagnosis("wrong", "sqlite", text, f"newscrawl needs {'.'.join(map(str, UPSERT))}: use another Python")
    else:
        with closing(sqlite3.connect(":memory:")) as connection:
            try:
                connection.execute("CREATE VIRTUAL TABLE words USING fts5 (word)")
            except sqlite3.OperationalError:
                yield Diagnosis(
                    "note", "sqlite", f"{text} without FTS5", "newscrawl browse needs it: use another Python"
                )
            else:
                yield Diagnosis("ok", "sqlite", f"{text} with FTS5")
    yield Diagnosis("ok", "libxml2", f"{dotted(etree.LIBXML_VERSION)}, lxml {dotted(etree.LXML_VERSION[:3])}")
    if getattr(yaml, "__with_libyaml__", False):
        yield Diagnosis("ok", "libyaml", "installed")
    else:
        yield Diagnosis(
            "note", "libyaml", "not installed", "site files load slowly; pip install --force-reinstall pyyaml"
        )


def text() -> Iterator[Diagnosis]:
    """Checks that the encodings can represent Chinese."""
    encodings = {
        "standard input": sys.stdin and sys.stdin.encoding,
        "standard output": sys.stdout and sys.stdout.encoding,
        "file names": sys.getfilesystemencoding(),
    }
    wrong = []
    for what, encoding in encodings.items():
        if what == "standard output" and encoding and lookup(encoding).name == "ascii":
            continue  # Typer writes UTF-8 there
        try:
            SAMPLE.encode(encoding or "utf-8")  # a closed stream has no encoding
        except UnicodeEncodeError:
            wrong.append(f"{what}: {encoding}")
    if wrong:
        advice = "it cannot encode Chinese; set PYTHONUTF8=1, and unset PYTHONIOENCODING"
        yield Diagnosis("wrong", "encoding", ", ".join(wrong), advice)
    else:
        yield Diagnosis(
            "ok", "encoding", ", ".join(sorted({str(encoding) for encoding in encodings.values() if encoding}))
        )


def machine() -> Iterator[Diagnosis]:
    """Checks the clock, and the limit of open files."""
    now = datetime.now(UTC)
    if now.timestamp() < RELEASED:
        yield Diagnosis("wrong", "clock", f"{now:%Y-%m-%d %H:%M} UTC", "set it: a crawl finds new articles by it")
    else:
        yield Diagnosis("ok", "clock", f"{now:%Y-%m-%d %H:%M} UTC")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        yield Diagnosis("wrong", "open files", f"{soft} at most", "ulimit -n 1024")
    else:
        yield Diagnosis("ok", "open files", "any number" if soft == resource.RLIM_INFINITY else f"{soft} at most")


def line() -> Iterator[Diagnosis]:
    """Checks the certificates for https, and notes proxies, which newscrawl does not use."""
    default = ssl.get_default_verify_paths()
    configured = [
        os.environ[name] for name in (default.openssl_cafile_env, default.openssl_capath_env) if name in os.environ
    ]
    places = configured or [default.openssl_cafile, default.openssl_capath, *CERTIFICATES]
    if path := next((place for place in places if holds_something(Path(place))), ""):
        yield Diagnosis("ok", "certificates", path)
    elif configured:
        yield Diagnosis(
            "wrong", "certificates", f"none in {', '.join(configured)}", "unset SSL_CERT_FILE and SSL_CERT_DIR"
        )
    else:
        yield Diagnosis("wrong", "certificates", "none", "https needs them: install ca-certificates")
    if proxies := sorted(set(getproxies_environment()) - {"no"}):
        names = ", ".join(f"{name}_proxy" for name in proxies)
        yield Diagnosis("note", "proxies", f"{names} are set", "newscrawl ignores them and connects directly")


def holds_something(place: Path) -> bool:
    """Whether a file or a folder exists and is not empty."""
    try:
        return any(place.iterdir()) if place.is_dir() else place.stat().st_size > 0
    except OSError:
        return False


INSTALLATION = (python, packages, own_packages, scrapy_project, libraries, text, machine, line)


def dotted(version: Iterable[int]) -> str:
    """A version as text.

    >>> dotted((2, 14, 6))
    '2.14.6'
    """
    return ".".join(map(str, version))
