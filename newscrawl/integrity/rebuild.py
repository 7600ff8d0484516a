"""Rebuilding: reads articles again from the captures of an archive, with the rules that they were read with."""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select

from newscrawl.archive.captures import page_of
from newscrawl.archive.paths import path_for
from newscrawl.archive.rules import rules_version, site_of
from newscrawl.errors import DamagedRecord, Refused, UndecodableBody
from newscrawl.extraction.article import Article
from newscrawl.extraction.assemble import assemble, join
from newscrawl.extraction.page import read_page
from newscrawl.extraction.stages import normalise
from newscrawl.ledger.articles import captures_kept
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import captures, rules
from newscrawl.provenance import Capture
from newscrawl.sites.loader import load_site, site_names
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address

PAGES = (200, 203)
UNREADABLE = (Refused, LookupError, DamagedRecord, UndecodableBody, OSError)


class Rebuilder:
    """Reads the articles of an archive again from its captures."""

    def __init__(self, root: Path, ledger: Ledger) -> None:
        self.root, self.ledger = root, ledger

    @cached_property
    def sites(self) -> dict[str, Site]:
        """The sites that articles were read with, by version of the rules, including those of this newscrawl."""
        known = {rules_version(site): site for site in map(load_site, site_names())}
        with self.ledger.reading() as connection:
            for row in connection.execute(select(rules)):
                try:
                    known[row.version] = site_of(row.site)
                except msgspec.DecodeError:  # written by another newscrawl, or damaged
                    continue
        return known

    def site(self, version: str, url: str = "") -> Site:
        """The site of a version of the rules; for an unknown version, the last site with the host of `url`."""
        site = self.sites.get(version)
        if site is None:
            parts = urlsplit(url)
            of_host = [site for site in self.sites.values() if {parts.hostname, parts.netloc} & set(site.hosts)]
            site = (of_host or [*self.sites.values()])[-1]
        return site

    @cached_property
    def captured(self) -> dict[str, list[Any]]:
        """The rows of the captures of each article's pages, by key, in order of their ids."""
        found: defaultdict[str, list[Any]] = defaultdict(list)
        sites = list({site.name: site for site in self.sites.values()}.values())
        with self.ledger.reading() as connection:
            is_page = captures.c.status.in_(PAGES) & (captures.c.file != "")
            for row in connection.execute(select(captures).where(is_page).order_by(captures.c.id)):
                for key in {address(row.url, site).key for site in sites}:
                    found[key].append(row)
        return dict(found)

    @cached_property
    def kept(self) -> set[int]:
        """The ids of the captures that the ledger says articles were kept from, even if one is half a page."""
        with self.ledger.reading() as connection:
            return {*captures_kept(connection)}

    @cached_property
    def keys_by_path(self) -> dict[str, str]:
        """The keys of the articles that captures hold, by the path that a post of theirs has."""
        return {
            path_for(article.record()): key
            for key, rows in self.captured.items()
            for _, article in self.readings(key, self.site("", rows[0].url))
        }

    def article(self, numbers: Sequence[int], site: Site) -> Article:
        """The article in the captures of its pages, given by their ids. Raises one of UNREADABLE."""
        return _finished(functools.reduce(join, [self._page(number, site) for number in numbers]))

    def readings(self, key: str, site: Site) -> Iterator[tuple[str, Article]]:
        """Yields the article as (date, article) for each capture of its first page, in order."""
        rows = self.captured.get(key, [])
        for row in rows:
            if address(row.url, site).page > 1:
                continue
            further = functools.partial(self._further, row, rows, site)
            try:
                yield row.date, _finished(assemble(self._page(row.id, site), further))
            except UNREADABLE:
                continue

    def _further(self, first: Any, rows: Sequence[Any], site: Site, url: str) -> Article:
        return self._page(nearest(url, first, rows), site)

    def _page(self, number: int, site: Site) -> Article:
        record, answer = page_of(self.root, self.ledger, number)
        article = read_page(answer, record.url, site, half=number in self.kept)
        article.captures = (Capture(number, record.payload_digest),)
        return article


def nearest(url: str, first: Any, rows: Iterable[Any]) -> int:
    """The id of the capture of a further page, nearest to that of the first: the next one, else the last before it.

    Raises LookupError when the page was never captured.
    """
    order = {row.id: (row.id < first.id, abs(row.id - first.id)) for row in rows if row.url == url}
    if not order:
        raise LookupError(url)
    return int(min(order, key=order.__getitem__))


def _finished(article: Article) -> Article:
    article = normalise(article)
    if article.published is None or not (article.text or article.images):
        raise Refused("no_text", "no date, or neither text nor pictures")
    return article
