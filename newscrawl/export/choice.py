"""The choice of articles to export: the meaning of `--channel`, `--since` and `--until`."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from newscrawl.errors import BadUsage
from newscrawl.ledger.articles import holds, published_articles
from newscrawl.ledger.model import ArchivePart, ExportedArticle
from newscrawl.ledger.schedule import parse_instant
from newscrawl.sites.model import Site

YEARS = range(1900, 9999)  # the years that the ledger can compare dates in


def parts_of(name: str, site: Site, holds: Callable[[ArchivePart], bool]) -> list[ArchivePart]:
    """The parts of an archive that a name means: the folders of a channel, or what its list named, or a folder.

    As with the label of a post, an article belongs to the channel with the longest matching folder. `holds` says
    whether the archive has articles of a part. Raises ValueError for a name that means nothing.

    >>> from newscrawl.sites.loader import load_site
    >>> [(part.folder, part.without) for part in parts_of("banking", load_site("sina_finance"), lambda _: False)]
    [('money', ('money/forex',)), ('bank', ())]
    >>> parts_of("stock/usstock/c", load_site("sina_finance"), lambda _: False)
    [ArchivePart(folder='stock/usstock/c', without=(), listed='')]
    """
    entry = next((entry for entry in site.channels if entry.name == name), None)
    if entry and entry.paths:
        others = [path for other in site.channels if other is not entry for path in other.paths]
        return [
            ArchivePart(folder, tuple(path for path in others if path.startswith(f"{folder}/")))
            for folder in entry.paths
        ]
    if entry or any(listing.name == name.partition(":")[0] for listing in site.lists):
        return [ArchivePart(listed=name)]
    folder = name.strip("/")
    owned = [path for entry in site.channels for path in entry.paths]
    if any(folder == path or folder.startswith(f"{path}/") for path in owned) or holds(ArchivePart(folder)):
        return [ArchivePart(folder)]
    known = ", ".join(entry.name for entry in site.channels)
    raise ValueError(f"no channel named {name}, and no article in such a folder; `newscrawl channels` shows: {known}")


def span(since: str, until: str, now: datetime, site: Site) -> tuple[datetime | None, datetime | None]:
    """The instants of `since` (inclusive) and `until` (exclusive), or None. Raises ValueError with one line."""
    first = parse_instant(since, now, site.zone) if since else None
    last = parse_instant(until, now, site.zone, last=True) if until else None
    for text, instant in ((since, first), (until, last)):
        if instant and instant.year not in YEARS:
            raise ValueError(f"{text} is too far away")
    if first and last and first >= last:
        raise ValueError(f"there is no time between {first:%Y-%m-%d %H:%M} and {last:%Y-%m-%d %H:%M}")
    return first, last


def articles_of(
    connection: Connection,
    site: Site,
    channels: Sequence[str],
    since: str,
    until: str,
    now: datetime,
    *,
    newest_first: bool,
) -> Iterator[ExportedArticle]:
    """The articles to export, in order of publication. `since` and `until` as the user wrote them. Raises BadUsage."""
    try:
        first, last = span(since, until, now, site)
        parts = [part for name in channels for part in parts_of(name, site, partial(holds, connection))]
    except ValueError as error:
        raise BadUsage(str(error)) from error
    return published_articles(connection, parts, first, last, newest_first=newest_first)
