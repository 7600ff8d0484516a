"""The price of a crawl before it is made: what its lists hold, and how many requests and minutes it will take."""

from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from newscrawl.crawl.task import CrawlTask, Fetch, spans_of
from newscrawl.discovery.roll import day_window, read_roll, roll_url
from newscrawl.errors import Banned, ListError
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.runs import Runs
from newscrawl.sites.model import Site

SAMPLE = 60  # days of lists that are asked; the others are taken to be like them
READ_SECONDS = 0.02  # seconds of reading a page, where a site file asks for no delay


@dataclass(slots=True)
class Estimate:
    """What a crawl would do, and what it would take.

    `days` are the days asked, as (channel, day, listed, new); `share` is the part of all days that they are.
    """

    delay: float
    days: list[tuple[str, str, int, int]] = field(default_factory=list)
    windows: int = 0
    unread: dict[str, str] = field(default_factory=dict)  # lists that could not be asked, and why
    sources: tuple[str, ...] = ()  # lists that tell no count
    due: int = 0
    limit: int | None = None
    page_size: int = 50

    @property
    def articles(self) -> int:
        """Requests for articles, about: of new ones, and of those that are due for a look or another try."""
        new = sum(day[3] for day in self.days) * self.windows / max(1, len(self.days))
        count = ceil(new) + self.due
        return count if self.limit is None else min(count, self.limit)

    @property
    def lists(self) -> int:
        """Requests for list pages, about: a page of a day of many is followed by the others and the first again."""
        pages = [ceil(day[2] / self.page_size) for day in self.days]
        asked = sum(count + 1 if count > 1 else 1 for count in pages)
        return ceil(asked * self.windows / max(1, len(self.days))) + len(self.sources)

    @property
    def minutes(self) -> float:
        """How long it takes, lists and articles being on different hosts, each asked at its own throttle."""
        return max(self.articles, self.lists) * max(self.delay, READ_SECONDS) / 60

    def plain(self) -> dict[str, Any]:
        """The price as data."""
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
        """The price for a person."""
        told = [f"{channel} {day}: {listed} listed, {new} new" for channel, day, listed, new in self.days]
        told += [f"{source}: counted as it is read" for source in self.sources]
        told += [f"{what}: {why}" for what, why in self.unread.items()]
        if self.windows > len(self.days):
            told.append(f"{self.windows - len(self.days)} more days, taken to be like these")
        if self.due:
            told.append(f"{self.due} due for another look or try")
        uncounted = f" + what {len(self.sources)} lists name" if self.sources else ""
        told.append(
            f"price: {self.lists} list pages + {self.articles} articles{uncounted}, about {self.minutes:.1f} minutes"
            f" at {self.delay:g} s a request; nothing was written"
        )
        return told


async def estimate_of(task: CrawlTask, site: Site, ledger: Ledger | None, fetch: Fetch, now: datetime) -> Estimate:
    """The price of a task. `ledger`, where there is one already, is only read; `fetch` brings list pages."""
    marks: dict[str, int | None] = {}
    due = 0
    if ledger:
        runs = Runs(ledger.engine)
        marks = {channel: runs.watermark(channel) for channel in task.channels}
        due = ledger.count_due(task.channels)
    channels = {channel.name: channel for channel in site.channels}
    spans = spans_of(task, site, marks, now)
    windows = [(day, span.channel) for span in spans if span.channel in channels for day in span.days]
    windows.sort(reverse=True)
    sources = tuple(span.channel for span in spans if span.channel not in channels)
    price = Estimate(site.politeness.delay, windows=len(windows), sources=sources, due=due, limit=task.limit)
    if not site.roll:
        return price
    price.page_size = site.roll.page_size
    step = max(1, ceil(len(windows) / SAMPLE))
    for day, channel in windows[::step]:
        window = day_window(channel, day, site.zone)
        try:
            page = read_roll(await fetch(roll_url(site.roll, channels[channel], window, 1, site.zone)))
        except ListError as error:
            price.unread[f"{channel} {day}"] = f"{error.reason}: {error.detail}"
        except Banned as error:
            price.unread[f"{channel} {day}"] = str(error)
            break
        else:
            listed = len(page.rows) if page.total is None else page.total
            known = ledger.count_settled(channel, day) if ledger else 0
            price.days.append((channel, day, listed, max(0, listed - known)))
    return price
