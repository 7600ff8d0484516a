"""The plan of a generated site: its size, and the shares of each kind of entry."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from newscrawl.sites.loader import load_site
from newscrawl.sites.model import Channel

BEIJING = ZoneInfo("Asia/Shanghai")
PAGE = 50  # rows of a list page
DAY = timedelta(days=1)

Kind = Literal["article", "missing", "soft_missing", "broken", "video", "slide", "blog", "elsewhere"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# URLs on other hosts; all other kinds have URLs of this site.
FOREIGN: dict[Kind, str] = {
    "video": "https://video.sina.com.cn/p/finance/{day}/detail-i{docid}.d.html",
    "slide": "https://slide.finance.sina.com.cn/slide_9_{number}.html",
    "blog": "https://blog.sina.com.cn/s/blog_{docid}.html",
    "elsewhere": "https://k.example.org/finance/{docid}.html",
}


def today() -> date:
    """Today's date in Beijing."""
    return datetime.now(BEIJING).date()


def known_channels() -> dict[str, Channel]:
    """Sina's channels by name."""
    return {channel.name: channel for channel in load_site("sina_finance").channels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The site to generate. All shares are of `items`, which are split evenly over channels and days.

    Raises ValueError for a plan that is not possible.
    """

    channels: tuple[str, ...] = ("china", "stock", "world")  # names of the site file
    days: int = 5
    last: date = field(default_factory=today)  # the newest day in Beijing
    items: int = 300
    duplicates: float = 0.0  # further rows of articles, with another URL or in the list of another channel
    videos: float = 0.0
    slides: float = 0.0
    blogs: float = 0.0
    elsewhere: float = 0.0
    missing: float = 0.0  # answered with 404
    soft_missing: float = 0.0  # answered with 200 and a page that says "not found"
    broken: float = 0.0  # always answered with 500
    late: float = 0.0  # at most: articles that appear on top of their list while it is paged
    withdrawn: float = 0.0  # at most: articles that leave their list while it is paged, one a list
    slow: float = 0.0
    slow_seconds: float = 0.3  # before the answer for a slow article
    validators: float = 0.5  # have an ETag or Last-Modified
    seed: int = 0
    page_cap: int = 0  # list pages after this one are empty; 0: no cap
    total_cap: int = 0  # the most that `total` says; 0: no cap

    def __post_init__(self) -> None:
        if self.last > today():
            raise ValueError(f"the last day {self.last} is in the future")
        known = known_channels()
        if unknown := [name for name in self.channels if name not in known]:
            raise ValueError(f"no channel named {', '.join(unknown)}; known: {', '.join(known)}")
        if not self.channels or self.days < 1:
            raise ValueError("a site needs a channel and a day")
        if sum(self.counts().values()) > self.items:
            raise ValueError("the shares of kinds other than articles are more than all items")

    def count(self, share: float) -> int:
        """The number of items of a share."""
        return round(share * self.items)

    def counts(self) -> dict[Kind, int]:
        """The number of entries of each kind except articles."""
        shares: dict[Kind, float] = {
            "missing": self.missing,
            "soft_missing": self.soft_missing,
            "broken": self.broken,
            "video": self.videos,
            "slide": self.slides,
            "blog": self.blogs,
            "elsewhere": self.elsewhere,
        }
        return {kind: self.count(share) for kind, share in shares.items()}
