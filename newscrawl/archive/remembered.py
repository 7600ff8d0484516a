"""What an archive remembers of its first run: reading it, from an archive of any version, and storing it."""

import re
from dataclasses import asdict, fields, replace
from pathlib import Path
from zoneinfo import ZoneInfoNotFoundError

from sqlalchemy import Connection, inspect, select

from newscrawl.archive.paths import has_ledger
from newscrawl.archive.rules import newest_site_text, site_of, site_text
from newscrawl.archive.terms import BODIES, Terms, chosen, is_file, is_of, lasting_name, name_in, told_first
from newscrawl.errors import SiteError
from newscrawl.ledger.about import forget, recall, remember_first
from newscrawl.ledger.articles import holds_any
from newscrawl.ledger.database import reading_any_version
from newscrawl.ledger.schema import about, files, rules
from newscrawl.ledger.values import damaged_value
from newscrawl.posts.frontmatter import FLAVOURS
from newscrawl.sites.loader import check_site, load_site, site_names
from newscrawl.sites.model import Site

NAMES = [field.name for field in fields(Terms)]


def agreed(root: Path, asked: Terms) -> tuple[Terms, Site]:
    """What a run on an archive works with (`chosen`), with both the name and the text of its site, and that site.

    Nothing is created or changed. Raises SiteError for a site that cannot be loaded, and what `remembered` raises.
    """
    terms = chosen(asked, remembered(root), is_there)
    try:
        site = load_site(terms.site) if terms.site else site_from(terms.site_text)
    except SiteError as error:
        if asked.site:
            raise
        raise SiteError(f"the site that {root} remembers cannot be used; give --site ({error})") from error
    return whole(terms, site), site


def whole(terms: Terms, site: Site) -> Terms:
    """Terms with a site that is loaded: with its lasting name, and its text."""
    name = terms.site and lasting_name(terms.site, site_names)
    return replace(terms, site=name, site_text=site_text(site))


def is_there(name_or_file: str) -> bool:
    """Whether a built-in site has this name, or a file."""
    return name_or_file in site_names() or is_file(name_or_file)


def site_from(text: str) -> Site:
    """The site of a text that an archive has stored. Raises SiteError for one that this newscrawl cannot read."""
    try:
        site = site_of(text)
        site.zone  # noqa: B018
        check_site(site)
    except (ValueError, ZoneInfoNotFoundError, re.error) as error:
        raise SiteError(" ".join(str(error).split())) from error
    return site


def remembered(root: Path) -> Terms:
    """What the archive in a folder remembers; nothing where there is no archive.

    Reads only, also from an archive that may not be written, and from one of an earlier version. Raises ArchiveError
    and its kinds for a ledger that cannot be read.
    """
    try:
        if not has_ledger(root):
            return Terms()
    except OSError:  # the command that needs the folder says what is wrong with it
        return Terms()
    with reading_any_version(root) as connection:
        return terms_in(connection)


def terms_in(connection: Connection) -> Terms:
    """What an archive remembers; where an earlier newscrawl made it, what it holds: its newest post and rules."""
    tables = inspect(connection).get_table_names()
    known = terms_told(connection) if about.name in tables else Terms()
    if known.flavour and known.body and known.site_text:
        return known
    if {files.name, rules.name} - set(tables):
        return known
    return told_first(known, terms_held(connection), holds_articles=True)


def terms_told(connection: Connection) -> Terms:
    """What the runs of an archive have stored (`remember`)."""
    told = recall(connection)
    return whole_terms(Terms(**{name: told[name] for name in NAMES if name in told}))


def whole_terms(terms: Terms) -> Terms:
    """Terms as they are. Raises DatabaseError for a flavour or a body that no run can have stored."""
    for value, known, what in ((terms.flavour, FLAVOURS, "a flavour"), (terms.body, BODIES, "a body")):
        if value and value not in known:
            raise damaged_value(value, what)
    return terms


def terms_held(connection: Connection) -> Terms:
    """The site of the newest rules, and flavour and body of the newest post, as far as there are any."""
    newest = select(files.c.flavour, files.c.body).where(files.c.flavour != "").order_by(files.c.id.desc()).limit(1)
    flavour, body = connection.execute(newest).first() or ("", "")
    text = newest_site_text(connection)
    name = name_in(text)
    is_built_in = name in site_names() and is_of(text, site_text(load_site(name)))
    return whole_terms(Terms(name if is_built_in else "", text, flavour, body))


def remember(connection: Connection, used: Terms) -> None:
    """Stores what a run works with, as far as the archive was told nothing before (`told_first`)."""
    known = terms_told(connection)
    terms = told_first(known, used, holds_articles=holds_any(connection))
    if terms == known:
        return
    forget(connection, NAMES)
    remember_first(connection, {name: value for name, value in asdict(terms).items() if value})
