"""Estimates a crawl before it runs: what its lists hold, and how many requests and minutes it will take."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from newscrawl.crawl.task import CrawlTask, spans_of
from newscrawl.discovery.reader import Fetch
from newscrawl.discovery.roll import day_window, read_roll, roll_url
from newscrawl.errors import Banned, ListError
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.queue import count_due, count_settled
from newscrawl.ledger.watermarks import read_to
from newscrawl.sites.model import Site

SAMPLE = 60  # days whose lists are read; the other days are assumed to be like them
READ_SECONDS = 0.02  # seconds to read a page, the lower bound where a site file sets no delay


@dataclass(slots=True)
class Estimate:
    """The requests and the time that a crawl would take.

    `windows` is the number of days that the crawl would read, summed over its channels. `days` are those whose lists
    were read for the estimate, as (channel, day, listed, new). `delay` is in seconds a request.
    """

    delay: float
    days: list[tuple[str, str, int, int]] = field(default_factory=list)
    windows: int = 0
    unread: dict[str, str] = field(default_factory=dict)  # lists that could not be read: channel and day -> reason
    sources: tuple[str, ...] = ()  # lists without a count of their own
    due: int = 0
    limit: int | None = None
    page_size: int = 50

    @property
    def articles(self) -> int:
        """The approximate number of article requests: new ones, and those that are due for a recrawl or a retry."""
        new = sum(day[3] for day in self.days) * self.windows / max(1, len(self.days))
        count = ceil(new) + self.due
        return count if self.limit is None else min(count, self.limit)

    @property
    def lists(self) -> int:
        """The approximate number of requests for list pages: a day of several pages takes its first page twice."""
        pages = [ceil(day[2] / self.page_size) for day in self.days]
        requests = sum(count + 1 if count > 1 else 1 for count in pages)
        return ceil(requests * self.windows / max(1, len(self.days))) + len(self.sources)

    @property
    def minutes(self) -> float:
        """How long the crawl takes: lists and articles are on different hosts, which are read at the same time."""
        return max(self.articles, self.lists) * max(self.delay, READ_SECONDS) / 60

    def plain(self) -> dict[str, Any]:
        """The estimate as data, for `--json`."""
        return {
            "windows": self.windows,
            "days": [{"channel": c, "day": d, "listed": listed, "new": new} for c, d, listed, new in self.days],
            "sources": list(self.sources),
            "unread": self.unread,
            "due": self.due,
            "requests": {"lists": self.lists, "articles": self.articles},
            "minutes": round(self.minutes, 1),
        }

    def lines(self) -> list[str]:
        """The estimate for a person, in lines."""
        lines = [f"{channel} {day}: {listed} listed, {new} new" for channel, day, listed, new in self.days]
        lines += [f"{source}: counted as it is read" for source in self.sources]
        lines += [f"{what}: {why}" for what, why in self.unread.items()]
        if self.windows > len(self.days):
            lines.append(f"{self.windows - len(self.days)} more days, assumed to be like these")
        if self.due:
            lines.append(f"{self.due} due for a recrawl or a retry")
        uncounted = f" + what {len(self.sources)} lists name" if self.sources else ""
        lines.append(
            f"estimate: {self.lists} list pages + {self.articles} articles{uncounted}, about {self.minutes:.1f} minutes"
            f" at {self.delay:g} s a request; nothing was written"
        )
        return lines


async def estimate_of(task: CrawlTask, site: Site, ledger: Ledger | None, fetch: Fetch, now: datetime) -> Estimate:
    """Estimates a task. Reads `ledger`, if there is one, and writes nothing; `fetch` downloads list pages.

    A list that cannot be read is in `unread`; a ban ends the sampling.
    """
    marks: dict[str, int | None] = {}
    due = 0
    if ledger:
        with ledger.reading() as connection:
            marks = {
                channel: read_to(connection, channel, int(now.timestamp()), site.zone) for channel in task.channels
            }
            due = count_due(connection, task.channels, int(now.timestamp()))
    channels = {channel.name: channel for channel in site.channels}
    spans = spans_of(task, site, marks, now)
    windows = [(day, span.channel) for span in spans if span.channel in channels for day in span.days]
    windows.sort(reverse=True)
    sources = tuple(span.channel for span in spans if span.channel not in channels)
    estimate = Estimate(site.politeness.delay, windows=len(windows), sources=sources, due=due, limit=task.limit)
    if not site.roll:
        return estimate
    estimate.page_size = site.roll.page_size
    step = max(1, ceil(len(windows) / SAMPLE))
    for day, channel in windows[::step]:
        window = day_window(channel, day, site.zone)
        try:
            page = read_roll(await fetch(roll_url(site.roll, channels[channel], window, 1, site.zone)))
        except ListError as error:
            estimate.unread[f"{channel} {day}"] = f"{error.reason}: {error.detail}"
        except Banned as error:
            estimate.unread[f"{channel} {day}"] = str(error)
            break
        else:
            listed = len(page.rows) if page.total is None else page.total
            estimate.days.append((channel, day, listed, max(0, listed - settled(ledger, channel, day))))
    return estimate


def settled(ledger: Ledger | None, channel: str, day: str) -> int:
    """The number of items of a day of a list that have an outcome; 0 without a ledger."""
    if not ledger:
        return 0
    with ledger.reading() as connection:
        return count_settled(connection, channel, day)
