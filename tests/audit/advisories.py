"""What is known of vulnerable versions, in OSV's schema reduced to what is asked, and whether a pin is one of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import msgspec
from packaging.utils import canonicalize_name, canonicalize_version
from packaging.version import InvalidVersion, Version

ECOSYSTEM = "PyPI"
ASKED = "ECOSYSTEM"  # the kind of ranges of versions; others are of commits
Event = dict[str, str]  # introduced, fixed or last_affected: a version


class Package(msgspec.Struct, omit_defaults=True):
    name: str
    ecosystem: str = ECOSYSTEM


class Range(msgspec.Struct):
    type: str
    events: list[Event]


class Affected(msgspec.Struct, omit_defaults=True):
    package: Package
    ranges: list[Range] = []
    versions: list[str] = []


class Advisory(msgspec.Struct, omit_defaults=True):
    id: str
    modified: str = ""
    withdrawn: str = ""
    aliases: list[str] = []
    summary: str = ""
    affected: list[Affected] = []


class Known(msgspec.Struct):
    """The file `advisories.json`. `refreshed`: the day up to which it knows; empty: never."""

    refreshed: str = ""
    advisories: list[Advisory] = []


Pins = Mapping[str, str]  # version by canonical name


def pins_of(constraints: str) -> dict[str, str]:
    """The pins of a file of constraints.

    >>> pins_of("# a comment\\nFlask-Cors==6.0.5\\n")
    {'flask-cors': '6.0.5'}
    """
    lines = (line.partition("==") for line in constraints.splitlines() if not line.startswith("#"))
    return {canonicalize_name(name): version for name, _, version in lines}


def reduced(advisory: Advisory, pins: Pins) -> Advisory | None:
    """An advisory with what it says of pinned packages; None if that is nothing, or it was withdrawn."""
    about = [
        Affected(
            Package(affected.package.name), [each for each in affected.ranges if each.type == ASKED], affected.versions
        )
        for affected in advisory.affected
        if affected.package.ecosystem == ECOSYSTEM and canonicalize_name(affected.package.name) in pins
    ]
    if advisory.withdrawn or not about:
        return None
    return msgspec.structs.replace(advisory, affected=about, summary=" ".join(advisory.summary.split()))


def is_affected(version: str, affected: Affected) -> bool:
    """Whether a version is named, or in a range."""
    named = {canonicalize_version(each) for each in affected.versions}
    return canonicalize_version(version) in named or any(in_range(version, each.events) for each in affected.ranges)


def in_range(version: str, events: Iterable[Event]) -> bool:
    """Whether a version is in a range, by OSV's rules. A range with a version that cannot be compared holds all.

    >>> [in_range(version, [{"introduced": "1.0"}, {"fixed": "1.10"}]) for version in ("0.9", "1.0", "1.9", "1.10")]
    [False, True, True, False]
    >>> [in_range(version, [{"introduced": "0"}, {"last_affected": "2"}]) for version in ("1.0a1", "2.0", "2.0.1")]
    [True, True, False]
    """
    inside = False
    try:
        for kind, at in sorted(pairs(events), key=lambda event: event[1]):
            if Version(version) > at or (kind != "last_affected" and Version(version) == at):
                inside = kind == "introduced"
    except InvalidVersion:
        return True
    return inside


def pairs(events: Iterable[Event]) -> Iterator[tuple[str, Version]]:
    for event in events:
        for kind, version in event.items():
            yield kind, Version("0.dev0" if version == "0" else version)


def fixed_in(affected: Affected) -> str:
    """The versions that are said to be fixed."""
    return ", ".join(event["fixed"] for each in affected.ranges for event in each.events if "fixed" in event)


def findings(pins: Pins, known: Known) -> Iterator[str]:
    """Yields a line for each pin that an advisory names."""
    for advisory in known.advisories:
        for affected in advisory.affected:
            name = canonicalize_name(affected.package.name)
            if name in pins and is_affected(pins[name], affected):
                names = ", ".join((advisory.id, *advisory.aliases))
                fixed = fixed_in(affected)
                yield f"{name} {pins[name]}: {names}: {advisory.summary or 'no summary'}; {f'fixed in {fixed}' if fixed else 'no fix is named'}"


def says_how_much_it_knows(pins: Pins, known: Known, today: date) -> str:
    """The line on how old the file is, and what it cannot know."""
    if not known.refreshed:
        return (
            f"advisories.json was never refreshed: of {len(pins)} pins nothing is known;"
            " make audit ADVISORIES=FILE takes OSV's all.zip for PyPI, or the JSON of pip-audit"
        )
    days = (today - date.fromisoformat(known.refreshed)).days
    return (
        f"{len(pins)} pins held against what was known on {known.refreshed} (days since then: {days}, advisories of these"
        f" packages: {len(known.advisories)}): it cannot know what was published later, what nobody has reported, and what"
        " wheels carry inside (libxml2, OpenSSL, Rust)"
    )
