"""What becomes of the rows of a list: items of the ledger, each with its article's key and why it is not fetched."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from newscrawl.controls import percent_encoded, without_controls
from newscrawl.discovery.days import day_of_row
from newscrawl.discovery.reader import ListReading
from newscrawl.discovery.rows import Row
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schedule import day_of
from newscrawl.sites.model import Site
from newscrawl.sites.urls import address, is_allowed, is_web_url, short_hash


def listed_item(row: Row, site: Site) -> ListedItem:
    """A row of a list as an item of the ledger: with its article's key, and the reason if it is not fetched.

    The key is that of the row's address; where the address has no id of the article, and the row has one, it is that.
    """
    location, title = address(row.url, site), without_controls(row.title)
    form = re.compile(site.roll.docid if site.roll else "(?!)")
    known = form.fullmatch(row.docid) and not form.fullmatch(location.docid.removeprefix(site.prefix))
    key = site.prefix + row.docid if known else location.key
    if not is_web_url(row.url):
        key = key if known else short_hash(row.url or row.docid)
        return ListedItem(key, percent_encoded(row.url), title, "bad_url", row.ctime, row.intime)
    reason = skip_reason(location.url, site)
    return ListedItem(key, location.url, title, reason, row.ctime, row.intime, row.mtime)


def skip_reason(url: str, site: Site) -> str:
    """The reason why an entry of a list is not fetched; empty if it is fetched.

    >>> from newscrawl.sites.loader import load_site
    >>> sina = load_site("sina_finance")
    >>> hosts = ("video.sina.com.cn/p/1", "slide.finance.sina.com.cn/1", "blog.sina.com.cn/s/1", "example.org/1")
    >>> [skip_reason(f"https://{host}", sina) for host in hosts]
    ['video', 'gallery', 'blog', 'offsite']
    """
    rules: Iterable[Any] = (*site.refusals, *site.skips)
    for rule in rules:
        if rule.url and re.search(rule.url, url):
            return str(rule.reason)
    return "" if is_allowed(url, site) else "offsite"


def by_day(
    reading: ListReading, days: Sequence[str], known: Collection[str], site: Site, today: str
) -> list[tuple[str, ListReading]]:
    """Parts the reading of a list into those of its days, the newest first.

    Rows of other days than `days` (the newest first) are left out. `known`: days that the list had before, which this
    reading speaks of too. A reading without proof proves no day, nor the newest, which it may have lost; one that only
    ends early proves those after its oldest row. A list that names nothing at all names nothing of the newest day.
    """
    rows: defaultdict[str, list[Row]] = defaultdict(list)
    for row in reading.rows:
        rows[day_of_row(row, site, today)].append(row)
    oldest = day_of(reading.begins, site.zone) if reading.begins else min(rows, default=days[0])
    found = {*rows, *known} & {*days}
    if not reading.rows or not (reading.proof or reading.newer):
        found.add(days[0])
    parts = []
    for day in sorted(found, reverse=True):
        proof = reading.proof or (reading.newer if day > oldest else None)
        reason = "" if proof else reading.reason
        parts.append((day, ListReading(tuple(rows[day]), len(rows[day]), proof, reason=reason)))
    return parts
