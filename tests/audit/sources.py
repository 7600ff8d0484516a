"""Files of advisories that a user has downloaded: OSV's all.zip for PyPI, or the JSON of pip-audit."""

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from packaging.version import InvalidVersion, Version

from tests.audit.advisories import ASKED, Advisory, Affected, Event, Known, Package, Pins, Range, reduced


class Vulnerability(msgspec.Struct):
    """What pip-audit says of one version."""

    id: str
    fix_versions: list[str] = []
    aliases: list[str] = []
    description: str = ""


class Dependency(msgspec.Struct):
    name: str
    version: str = ""
    vulns: list[Vulnerability] = []


class Audited(msgspec.Struct):
    """The JSON of pip-audit."""

    dependencies: list[Dependency]


def read(file: Path, pins: Pins) -> Known:
    """What a downloaded file knows of the pins. Raises ValueError for a file of another kind, OSError.

    It knows up to its newest advisory; pip-audit gives no dates, so its file knows up to the day it was written.
    """
    if zipfile.is_zipfile(file):
        found = [*osv(file)]
        refreshed = max((advisory.modified[:10] for advisory in found), default="")
    else:
        found = [*pip_audit(file.read_bytes())]
        refreshed = f"{datetime.fromtimestamp(file.stat().st_mtime, UTC):%Y-%m-%d}"
    if not refreshed:
        raise ValueError("it holds no advisory")
    about = sorted((each for each in (reduced(each, pins) for each in found) if each), key=lambda each: each.id)
    return Known(refreshed, about)


def osv(file: Path) -> Iterator[Advisory]:
    with zipfile.ZipFile(file) as packed:
        for name in packed.namelist():
            if name.endswith(".json"):
                yield msgspec.json.decode(packed.read(name), type=Advisory)


def pip_audit(data: bytes) -> Iterator[Advisory]:
    for dependency in msgspec.json.decode(data, type=Audited).dependencies:
        for vulnerability in dependency.vulns:
            affected = Affected(Package(dependency.name), ranges_of(dependency.version, vulnerability.fix_versions))
            affected.versions = [dependency.version]
            summary = vulnerability.description.strip().partition("\n")[0]
            yield Advisory(vulnerability.id, aliases=vulnerability.aliases, summary=summary, affected=[affected])


def ranges_of(version: str, fixes: list[str]) -> list[Range]:
    """From the version that was audited to the next one that is fixed; none if there is no such one.

    >>> ranges_of("1.2", ["1.1.9", "2.0", "1.3"])[0].events
    [{'introduced': '1.2'}, {'fixed': '1.3'}]
    """
    try:
        later = [fix for fix in sorted(fixes, key=Version) if Version(fix) > Version(version)]
    except InvalidVersion:
        return []
    events: list[Event] = [{"introduced": version}, {"fixed": later[0]}] if later else []
    return [Range(ASKED, events)] if events else []
