"""The terms of an archive: the site, the flavour and the body that its runs work with.

An archive remembers those of its first run (`remembered.py`), so that later calls need not repeat them.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SITE, FLAVOUR, BODY = "sina_finance", "hexo", "clean"
BODIES = ("clean", "full")
OF_A_FILE = ("hosts", "politeness", "roll", "headimg", "headimg_fallback")  # what a user's site file says, as a rule


@dataclass(frozen=True, slots=True)
class Terms:
    """Site, flavour and body: those that a call asks for, an archive remembers, or a run works with.

    An empty text: not said. `site` is the name of a built-in site or the path of a site file, `site_text` the site
    itself, merged with what it extends (`rules.site_text`).
    """

    site: str = ""
    site_text: str = ""
    flavour: str = ""
    body: str = ""


def chosen(asked: Terms, known: Terms, is_there: Callable[[str], bool]) -> Terms:
    """What a run works with: what a call asks for, else what the archive remembers (`known`), else the defaults.

    The site is either a name or path to load it by, or a text. It is the text where the remembered site is not there
    (`is_there`): the archive was moved to another machine, or its site file is gone.
    """
    if asked.site or asked.site_text:
        site, text = asked.site, asked.site_text
    elif known.site and (is_there(known.site) or not known.site_text):
        site, text = known.site, ""
    else:
        site, text = "" if known.site_text else SITE, known.site_text
    return Terms(site, text, asked.flavour or known.flavour or FLAVOUR, asked.body or known.body or BODY)


def told_first(known: Terms, used: Terms, *, holds_articles: bool) -> Terms:
    """What an archive remembers from a run on: what it was told first (`known`), else what this run works with.

    A site and its text belong together. The text is renewed by each run that works with the remembered site, so that
    it is what the site file said last. While the archive holds no article, nothing was made by what it was told: then a
    first run with a wrong option leaves no trace.
    """
    if not holds_articles:
        return used
    is_told = bool(known.site or known.site_text)
    is_renewed = bool(known.site and used.site_text) and known.site == used.site
    site = known if is_told and not is_renewed else used
    return Terms(site.site, site.site_text, known.flavour or used.flavour, known.body or used.body)


def is_other_site(used: Terms, known: Terms) -> bool:
    """Whether a run works with another site than the archive remembers. Both have a text, or nothing is remembered."""
    return bool(known.site_text) and used.site != known.site and used.site_text != known.site_text


def lasting_name(name_or_file: str, built_in: Callable[[], list[str]]) -> str:
    """The name of a built-in site as it is, or the absolute path of a site file, which holds in any folder.

    Empty for a path that is no line of text: then only the site's text can be remembered.

    >>> lasting_name("sina_finance", lambda: ["sina_finance"]), lasting_name("/a/b.yaml", list)
    ('sina_finance', '/a/b.yaml')
    """
    if name_or_file in built_in():
        return name_or_file
    path = str(Path(name_or_file).absolute())
    return path if path.isprintable() else ""


def is_file(name: str) -> bool:
    """Whether there is a file of that name; not, if it is in a folder that may not be read."""
    with suppress(OSError):
        return Path(name).is_file()
    return False


def is_of(text: str, built_in: str) -> bool:
    """Whether a site's text is that of a built-in site (its text of today), perhaps as an earlier newscrawl had it.

    A site file of a user's that extends it has the same name, but hosts, politeness or the like of its own.

    >>> is_of('{"name": "a", "hosts": ["a"], "urls": ["old"]}', '{"name": "a", "hosts": ["a"], "urls": ["new"]}')
    True
    >>> is_of('{"name": "a", "hosts": ["localhost"]}', '{"name": "a", "hosts": ["a"]}')
    False
    """
    then, now = json.loads(text), json.loads(built_in)
    return all(then.get(name) == now.get(name) for name in ("name", *OF_A_FILE) if name in then)


def shown_site(terms: Terms) -> str:
    """The site of terms for a person: its name or file, else the name in its text.

    >>> shown_site(Terms(site="/a/b.yaml")), shown_site(Terms(site_text='{"name": "sina_finance"}'))
    ('/a/b.yaml', 'one named sina_finance, whose file is not known')
    """
    return terms.site or f"one named {name_in(terms.site_text)}, whose file is not known"


def name_in(text: str) -> str:
    """The name that a site's text gives it; empty if it is no such text."""
    with suppress(ValueError, AttributeError):
        return str(json.loads(text).get("name", ""))
    return ""
