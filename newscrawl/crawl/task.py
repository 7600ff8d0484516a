"""The task of a crawl: channels, and the days to read of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newscrawl.ledger.schedule import DAY, HOUR, days_between, parse_instant
from newscrawl.sites.model import Site
from newscrawl.sites.urls import is_allowed

FIRST_TIME = "2d"  # how far back a channel is read the first time
DAYS = 400 * 366  # most days of one span


@dataclass(frozen=True, slots=True)
class CrawlTask:
    """A crawl: channels and lists by name, a span of time as the user wrote it, the limit of articles to fetch."""

    channels: tuple[str, ...]
    since: str = ""
    until: str = ""
    limit: int | None = None

    def named(self) -> str:
        """The job name of the task in the ledger: a run resumes a stopped run of the same name."""
        return f"crawl {' '.join(self.channels)} since {self.since or '-'} until {self.until or '-'}"


@dataclass(frozen=True, slots=True)
class Span:
    """The part of a task for one channel: since, until, and its days on the site's clock, the newest first."""

    channel: str
    since: datetime
    until: datetime
    days: tuple[str, ...]


def task_of(site: Site, channels: Sequence[str], since: str, until: str, limit: int | None, now: datetime) -> CrawlTask:
    """Returns a task with its names and times checked. Raises ValueError with one line.

    No channels means all channels of the roll API, or on a site without one all lists that take no argument.
    """
    known = [channel.name for channel in site.channels]
    lists = {listing.name: listing for listing in site.lists}
    every_name = known if site.roll else [name for name, listing in lists.items() if not listing.takes_argument]
    names = tuple(dict.fromkeys(channels)) or tuple(every_name)
    if not names:
        raise ValueError(f"the site {site.name} names no channels")
    for name in names:
        listing = lists.get(name.partition(":")[0])
        if name in known:
            if not site.roll:
                raise ValueError(f"the site {site.name} has no roll API to list {name}")
        elif listing is None:
            raise ValueError(f"no channel named {name}; `newscrawl channels` shows them: {', '.join((*known, *lists))}")
        elif listing.takes_argument != (":" in name):
            form = f"{listing.name}:NAME" if listing.takes_argument else listing.name
            raise ValueError(f"{name} must be written {form}")
        if url := foreign_url(name, site):
            raise ValueError(
                f"{name} is on a host that may not be fetched: {url}; name it under hosts in a --site file"
            )
    if limit is not None and limit < 0:
        raise ValueError("--limit must not be negative")
    task = CrawlTask(names, since, until, limit)
    spans_of(task, site, {}, now)
    return task


def foreign_url(name: str, site: Site) -> str:
    """The address of a list, by its name, if the site file does not permit fetching it; else empty."""
    listing = next((listing for listing in site.lists if listing.name == name.partition(":")[0]), None)
    roll = site.roll.url if site.roll else ""
    url = listing.url.format(page=1, argument="") if listing else roll
    return "" if is_allowed(url, site) else url


def spans_of(task: CrawlTask, site: Site, watermarks: dict[str, int | None], now: datetime) -> list[Span]:
    """The spans to read: as the task says, else from `roll.overlap` (1 day without a roll) before the watermark to now.

    Raises ValueError for an empty span, and for one that is too long.
    """
    today = parse_instant(f"{now.astimezone(site.zone):%Y-%m-%d}", now, site.zone, last=True)
    until = min(parse_instant(task.until, now, site.zone, last=True), today) if task.until else now
    spans = []
    for channel in task.channels:
        mark = watermarks.get(channel)
        overlap = site.roll.overlap * HOUR if site.roll else DAY
        if task.since:
            since = parse_instant(task.since, now, site.zone)
        elif mark is not None and not task.until:
            since = datetime.fromtimestamp(min(mark, now.timestamp()) - overlap, site.zone)
            since = min(since, until - timedelta(seconds=1))  # without an overlap, and a clock that went back
        else:
            since = parse_instant(FIRST_TIME, until, site.zone)
        if since >= until:
            raise ValueError(f"there is no time between {since:%Y-%m-%d %H:%M} and {until:%Y-%m-%d %H:%M}")
        if (until - since).days > DAYS:
            raise ValueError(f"{task.since} is too far back")
        spans.append(Span(channel, since, until, tuple(days_between(since, until, site.zone))))
    return spans
