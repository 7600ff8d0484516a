"""What is wrong with an installation, and with a folder that is to be an archive: checks, each finding a line.

Nothing is asked over the network, and no archive is changed.
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
from newscrawl.doctor.diagnosis import Diagnosis, squashed
from newscrawl.errors import SiteError
from newscrawl.sites.loader import load_site

HOME = Path(__file__).resolve().parent.parent.parent  # the folder that our packages are in
MODULES = {"python-dateutil": "dateutil", "pyyaml": "yaml", "vl-convert-python": "vl_convert"}  # the others as named
SAMPLE = "新浪财经\xa0·é"  # what has to be read and said; GBK has no \xa0
YEAR = 2026  # of the first release: a clock that shows an earlier one is wrong
UPSERT = (3, 24, 0)  # SQLite
FILES = 128  # a run has some 40 open
CERTIFICATES = (  # where OpenSSL, as Twisted has it, looks besides its own places
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem", "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/certs",
)  # fmt: skip


def python() -> Iterator[Diagnosis]:
    """The interpreter, held against what the package asks for."""
    from packaging.specifiers import SpecifierSet  # noqa: PLC0415 (see above)

    found = f"{platform.python_implementation()} {platform.python_version()}"
    try:
        needed = metadata.metadata("newscrawl")["Requires-Python"]
    except metadata.PackageNotFoundError:
        yield Diagnosis("note", "python", found, "newscrawl is not installed, so nobody can say which it needs")
        return
    if not SpecifierSet(needed).contains(platform.python_version(), prereleases=True):
        yield Diagnosis("wrong", "python", found, f"newscrawl needs {needed}: make its environment with another one")
    elif platform.python_implementation() != "CPython":
        yield Diagnosis("note", "python", found, "newscrawl is tried with CPython only")
    else:
        yield Diagnosis("ok", "python", f"{found}, needed {needed}")


def packages() -> Iterator[Diagnosis]:
    """Each package that newscrawl needs, and each extra."""
    from packaging.requirements import Requirement  # noqa: PLC0415

    try:
        needed = [Requirement(line) for line in metadata.requires("newscrawl") or ()]
    except metadata.PackageNotFoundError:
        yield Diagnosis("note", "packages", "newscrawl is not installed, so its versions cannot be checked")
        return
    extras = metadata.metadata("newscrawl").get_all("Provides-Extra") or []
    for one in needed:
        if applies(one, ""):
            version, trouble = installed(one)
            if trouble:
                yield Diagnosis("wrong", one.name, trouble, f"pip install '{one.name}{one.specifier}'")
            else:
                yield Diagnosis("ok", one.name, f"{version}, needed {one.specifier}")
    for extra in sorted(extras):
        yield extra_finding(extra, [one for one in needed if not applies(one, "") and applies(one, extra)])


def applies(requirement: Any, extra: str) -> bool:
    """Whether a requirement holds here, with that extra (empty: with none)."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})


def extra_finding(extra: str, needed: Iterable[Any]) -> Diagnosis:
    """An extra is there, or not, or broken."""
    name, found = f"newscrawl[{extra}]", {one.name: installed(one) for one in needed}
    absent = [package for package, (version, _) in found.items() if not version]
    broken = [f"{package}: {trouble}" for package, (version, trouble) in found.items() if version and trouble]
    if broken:
        return Diagnosis("wrong", name, ", ".join(broken), f"pip install --upgrade '{name}'")
    if absent:
        return Diagnosis("missing", name, f"{', '.join(absent)} not installed", f"pip install '{name}'")
    return Diagnosis("ok", name, ", ".join(f"{package} {version}" for package, (version, _) in found.items()))


def installed(requirement: Any) -> tuple[str, str]:
    """The version of a package, empty where it is not installed; and what is wrong with it, empty where nothing is."""
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return "", "not installed"
    if not requirement.specifier.contains(version, prereleases=True):
        return version, f"{version}, needed {requirement.specifier}"
    try:
        import_module(MODULES.get(requirement.name.lower(), requirement.name.lower().replace("-", "_")))
    except Exception as error:  # noqa: BLE001 (whatever a broken package raises)
        return version, f"{version} cannot be imported: {squashed(error)}"
    return version, ""


def own_packages() -> Iterator[Diagnosis]:
    """Our packages are found, not somebody else's of the same name, and every part that the settings name is there."""
    for name in ("spiders", "pipelines"):
        spec = find_spec(name)
        where = Path(spec.origin).resolve().parent if spec and spec.origin else None
        if where == HOME / name:
            yield Diagnosis("ok", name, str(where))
        else:
            advice = "call newscrawl from another folder, or uninstall what brought it" if where else "install it again"
            yield Diagnosis("wrong", name, f"{where}, which is not newscrawl's" if where else "not found", advice)
    broken = []
    tables = (settings.ITEM_PIPELINES, settings.DOWNLOADER_MIDDLEWARES, settings.EXTENSIONS)
    paths = [path for table in tables for path in table] + [*settings.FEED_EXPORTERS.values()]
    for path in paths:
        module, _, name = path.rpartition(".")
        try:
            getattr(import_module(module), name)
        except Exception as error:  # noqa: BLE001 (whatever a broken package raises)
            broken.append(f"{path} ({squashed(error)})")
    if broken:
        yield Diagnosis("wrong", "settings", f"cannot be loaded: {', '.join(broken)}", "install newscrawl again")
    else:
        yield Diagnosis("ok", "settings", f"{len(paths)} parts, all there")


def scrapy_project() -> Iterator[Diagnosis]:
    """What plain `scrapy crawl` would run here; newscrawl itself does not care."""
    from scrapy.utils.conf import closest_scrapy_cfg  # noqa: PLC0415 (0.3 s)

    ours, advice = settings.__name__, f"for plain `scrapy crawl` set SCRAPY_SETTINGS_MODULE={settings.__name__}"
    if chosen := os.environ.get("SCRAPY_SETTINGS_MODULE"):
        found = f"SCRAPY_SETTINGS_MODULE is {chosen}"
    elif path := closest_scrapy_cfg():
        file = ConfigParser()
        file.read(path, encoding="utf-8")
        chosen = file.get("settings", "default", fallback="nobody's")
        found = f"{path} is for {chosen}"
    else:
        found = "no scrapy.cfg in this folder or above"
    if chosen == ours:
        yield Diagnosis("ok", "scrapy project", found)
    else:
        yield Diagnosis("note", "scrapy project", found, advice)


def site(name_or_file: str) -> Iterator[Diagnosis]:
    """A site file can be used: its keys, patterns and selectors, its time zone, its spider."""
    what = f"site {name_or_file}"
    try:
        data = load_site(name_or_file)
    except SiteError as error:
        yield Diagnosis("wrong", what, str(error), "" if "known sites" in str(error) else "mend the file")
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
    """The libraries in C that come with packages or with Python."""
    version, text = sqlite3.sqlite_version_info, f"SQLite {sqlite3.sqlite_version}"
    if version < UPSERT:
        yield Diagnosis("wrong", "sqlite", text, f"newscrawl needs {'.'.join(map(str, UPSERT))}: another Python has it")
    else:
        with closing(sqlite3.connect(":memory:")) as connection:
            try:
                connection.execute("CREATE VIRTUAL TABLE words USING fts5 (word)")
            except sqlite3.OperationalError:
                yield Diagnosis(
                    "note", "sqlite", f"{text} without FTS5", "newscrawl browse needs it: try another Python"
                )
            else:
                yield Diagnosis("ok", "sqlite", f"{text} with FTS5")
    yield Diagnosis("ok", "libxml2", f"{dotted(etree.LIBXML_VERSION)}, lxml {dotted(etree.LXML_VERSION[:3])}")
    if getattr(yaml, "__with_libyaml__", False):
        yield Diagnosis("ok", "libyaml", "there")
    else:
        yield Diagnosis("note", "libyaml", "not there", "site files load slowly; pip install --force-reinstall pyyaml")


def text() -> Iterator[Diagnosis]:
    """Chinese can be read and said."""
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
            SAMPLE.encode(encoding or "utf-8")  # a stream that is closed has none
        except UnicodeEncodeError:
            wrong.append(f"{what}: {encoding}")
    if wrong:
        advice = "it cannot hold Chinese; set PYTHONUTF8=1, and no PYTHONIOENCODING"
        yield Diagnosis("wrong", "encoding", ", ".join(wrong), advice)
    else:
        yield Diagnosis("ok", "encoding", ", ".join(sorted({str(one) for one in encodings.values() if one})))


def machine() -> Iterator[Diagnosis]:
    """The clock, and how many files may be open."""
    now = datetime.now(UTC)
    if now.year < YEAR:
        yield Diagnosis("wrong", "clock", f"{now:%Y-%m-%d %H:%M} UTC", "set it: what is new is known by the clock")
    else:
        yield Diagnosis("ok", "clock", f"{now:%Y-%m-%d %H:%M} UTC")
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < FILES:
        yield Diagnosis("wrong", "open files", f"{soft} at most", "ulimit -n 1024")
    else:
        yield Diagnosis("ok", "open files", "any number" if soft == resource.RLIM_INFINITY else f"{soft} at most")


def line() -> Iterator[Diagnosis]:
    """What it takes to speak to servers: certificates to know them by. Proxies are not used."""
    own = ssl.get_default_verify_paths()
    asked = [os.environ[name] for name in (own.openssl_cafile_env, own.openssl_capath_env) if name in os.environ]
    places = asked or [own.openssl_cafile, own.openssl_capath, *CERTIFICATES]
    if there := next((place for place in places if holds_something(Path(place))), ""):
        yield Diagnosis("ok", "certificates", there)
    elif asked:
        yield Diagnosis("wrong", "certificates", f"none in {', '.join(asked)}", "unset SSL_CERT_FILE and SSL_CERT_DIR")
    else:
        yield Diagnosis("wrong", "certificates", "none", "no https without them: install the package ca-certificates")
    if proxies := sorted(set(getproxies_environment()) - {"no"}):
        names = ", ".join(f"{name}_proxy" for name in proxies)
        yield Diagnosis("note", "proxies", f"{names} are set", "newscrawl does not use them: it asks servers itself")


def holds_something(place: Path) -> bool:
    """Whether there is a file that is not empty, or a folder that is not."""
    try:
        return any(place.iterdir()) if place.is_dir() else place.stat().st_size > 0
    except OSError:
        return False


INSTALLATION = (python, packages, own_packages, scrapy_project, libraries, text, machine, line)


def dotted(version: Iterable[int]) -> str:
    """A version as people write it.

    >>> dotted((2, 14, 6))
    '2.14.6'
    """
    return ".".join(map(str, version))
