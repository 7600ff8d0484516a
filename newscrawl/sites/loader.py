"""Loads and checks site files."""

import functools
import re
import warnings
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import yaml
from cssselect import SelectorError
from lxml import etree
from parsel import css2xpath

try:
    from yaml import CSafeLoader as Loader
except ImportError:  # PyYAML built without libyaml
    from yaml import SafeLoader as Loader  # type: ignore[assignment]
from newscrawl.errors import SiteError
from newscrawl.sites.addresses import networks_of
from newscrawl.sites.mistakes import words_of
from newscrawl.sites.model import Site
from newscrawl.sites.parts import with_parts
from newscrawl.sites.values import PATTERN, SELECTOR, Value, marked

FORM = "sections.form holds {} in place of the word, and nothing else in braces"
DEEPEST = 100  # levels of values in a site file: libyaml ends the process at 50,000, PyYAML without it at 300


def load_site(name_or_file: str) -> Site:
    """Returns a built-in site by its name, or the site that a YAML file describes.

    Raises SiteError when there is no such site, the file cannot be read, or a key or value in it is wrong.
    """
    return _load(str(name_or_file))


@functools.lru_cache(maxsize=8)
def _load(name_or_file: str) -> Site:
    values = _values(name_or_file, ())
    try:
        site = msgspec.convert(values, Site)
        site = msgspec.structs.replace(site, boilerplate=with_parts(site.boilerplate))
        check_zone(site)
        check_site(site)
    except msgspec.ValidationError as error:
        raise SiteError(f"site file {name_or_file}: {words_of(str(error))}") from error
    except (ValueError, re.error) as error:
        raise SiteError(f"site file {name_or_file}: {error}") from error
    return site


def check_zone(site: Site) -> None:
    """Raises ValueError for a time zone that does not exist, or that is the folder of some."""
    try:
        site.zone  # noqa: B018
    except (ValueError, OSError, ZoneInfoNotFoundError) as error:
        raise ValueError(f"no time zone is named {site.timezone[:40]}; name one such as Asia/Shanghai") from error


def check_site(site: Site) -> None:
    """Raises ValueError or re.error for a pattern, selector or address template that cannot be used."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of `[[`, which may mean something else in some later Python
        for pattern in marked(site, PATTERN):
            check_pattern(pattern)
        re.compile(joined_lines(site))
    for match, fills in patterns_with_group(site):
        if not re.compile(match).groups:
            raise ValueError(f"the rule {match} fills {fills}, but has no group")
    if site.roll and not re.match("https?://.", site.roll.url):
        raise ValueError(f"roll.url {site.roll.url!r} is not an http(s) address")
    check_template(site.sections.form, FORM, "")
    if site.sections.form and "{}" not in site.sections.form:
        raise ValueError(FORM)
    try:
        networks_of(site)
    except ValueError as error:
        raise ValueError(f"private_networks are networks such as 10.1.0.0/16: {error}") from error
    for listing in site.lists:
        what = f"the address of the list {listing.name} may hold {{page}} and {{argument}} only"
        check_template(listing.url, what, page=1, argument="")
    for selector in marked(site, SELECTOR):
        check_selector(selector)


def patterns_of(site: Site) -> Iterator[str]:
    """Yields the patterns of a site; those of lines also joined, as in the boilerplate pipeline."""
    yield from (pattern.text for pattern in marked(site, PATTERN))
    yield joined_lines(site)


def joined_lines(site: Site) -> str:
    """Returns the patterns of lines as the boilerplate pipeline searches them."""
    return "|".join(f"(?:{rule.pattern})" for rule in site.boilerplate.lines)


def selectors_of(site: Site) -> Iterator[str]:
    """Yields the selectors of a site."""
    yield from (selector.text for selector in marked(site, SELECTOR))


def check_template(template: str, what: str, *words: str, **named: object) -> None:
    """Raises ValueError, which says `what` a template may hold, if it holds anything else in braces."""
    try:
        template.format(*words, **named)
    except (KeyError, IndexError, AttributeError, ValueError) as error:
        raise ValueError(what) from error


def patterns_with_group(site: Site) -> Iterator[tuple[str, str]]:
    """Yields the patterns of a site that need a group, each with what the group fills."""
    yield from ((rule.pattern, rule.field) for rule in site.boilerplate.lines if rule.field)
    yield from ((date.match, f"the date of {date.place}") for date in site.never_dates)
    yield from ((kind.title, "the headline") for kind in (site.briefs,) if kind)
    yield from ((getattr(site, name), name) for name in ("image_resized", "docid_comment", "path_value", "wrapped"))


def check_pattern(pattern: Value) -> None:
    """Raises ValueError for a pattern that is none, with its place in the site file."""
    try:
        re.compile(pattern.text)
    except RecursionError as error:
        raise ValueError(f"{pattern.where} is not a pattern: it is nested too deeply") from error
    except (re.error, OverflowError) as error:
        raise ValueError(f"{pattern.where} is not a pattern: {error}") from error


def check_selector(selector: Value) -> None:
    """Raises ValueError for a selector that is neither CSS nor XPath."""
    try:
        if selector.is_xpath:
            etree.XPath(selector.text)
        else:
            css2xpath(selector.text)
    except RecursionError as error:
        raise ValueError(f"{selector.where} is not a selector: it is nested too deeply") from error
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise ValueError(f"{selector.text[:200]} is not a selector: {error}") from error


def _values(name_or_file: str, extending: tuple[str, ...]) -> dict[str, Any]:
    """Returns the values of a site file over those it extends. `extending`: the files that lead to this one."""
    if name_or_file in extending:
        raise SiteError(f"site file {name_or_file}: extends itself")
    values = _parsed(name_or_file)
    if not isinstance(values, dict):
        raise SiteError(f"site file {name_or_file}: must be a mapping such as `extends: sina_finance`")
    base = values.pop("extends", None)
    if base is None:
        return {"https_hosts": values.get("hosts", ()), **values}
    if not isinstance(base, str):
        raise SiteError(f"site file {name_or_file}: `extends` must name a site")
    return _merged(_values(base, (*extending, name_or_file)), values)


def _parsed(name_or_file: str) -> Any:
    """Returns what a site file holds. Raises SiteError."""
    try:
        text = _text(name_or_file)
        if not is_deep(text):
            return yaml.load(text, Loader)  # a SafeLoader
        why = "its values are nested too deeply"
    except SiteError:
        raise
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        why = str(error)
    except (ValueError, AttributeError, KeyError):  # PyYAML 6.0.3's, for a date such as 2026-13-45
        why = "a number, date or tag in it has an impossible value; write a text in quotes"
    raise SiteError(f"site file {name_or_file}: {why}")


def is_deep(text: str) -> bool:
    """Whether YAML is nested more than DEEPEST levels deep. Raises yaml.YAMLError.

    >>> is_deep("[" * DEEPEST + "]" * DEEPEST), is_deep("- " * (DEEPEST + 1))
    (False, True)
    """
    depth = 0
    for event in yaml.parse(text, Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            return True
    return False


def _merged(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the base's values overridden by the file's own; mappings are merged, everything else is replaced."""
    merged = dict(base)
    for key, value in own.items():
        kept = merged.get(key)
        merged[key] = _merged(kept, value) if isinstance(kept, Mapping) and isinstance(value, Mapping) else value
    return merged


def _text(name_or_file: str) -> str:
    built_in = resources.files("newscrawl") / "sites" / f"{name_or_file}.yaml"
    if "/" not in name_or_file and built_in.is_file():
        return built_in.read_text(encoding="utf-8")
    path = Path(name_or_file)
    if not path.exists():
        known = ", ".join(site_names())
        raise SiteError(f"no site named {name_or_file} and no such file; known sites: {known}")
    return path.read_text(encoding="utf-8")


def site_names() -> list[str]:
    """Returns the names of the built-in sites, sorted."""
    folder = resources.files("newscrawl") / "sites"
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
