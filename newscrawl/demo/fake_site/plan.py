"""The plan of a generated site."""

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
# What stands elsewhere; all other kinds have an address of this site.
FOREIGN: dict[Kind, str] = {
    "video": "https://video.sina.com.cn/p/finance/{day}/detail-i{docid}.d.html",
    "slide": "https://slide.finance.sina.com.cn/slide_9_{number}.html",
    "blog": "https://blog.sina.com.cn/s/blog_{docid}.html",
    "elsewhere": "https://k.example.org/finance/{docid}.html",
}


def today() -> date:
    """The day in Beijing."""
    return datetime.now(BEIJING).date()


def known_channels() -> dict[str, Channel]:
    """Sina's channels by name."""
    return {channel.name: channel for channel in load_site("sina_finance").channels}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The site to generate. All shares are of `items`; `items` are split evenly over channels and days."""

    channels: tuple[str, ...] = ("china", "stock", "world")  # by their names in the site file
    days: int = 5
    last: date = field(default_factory=today)  # the newest day, Beijing
    items: int = 300
    duplicates: float = 0.0  # further rows of articles, under another form of the address or in another channel's list
    videos: float = 0.0
    slides: float = 0.0
    blogs: float = 0.0
    elsewhere: float = 0.0
    missing: float = 0.0  # answered 404
    soft_missing: float = 0.0  # answered 200 with a page that says it is not there
    broken: float = 0.0  # answered 500 for ever
    late: float = 0.0  # at most: articles that come on top of their list while it is paged
    withdrawn: float = 0.0  # at most: articles that leave their list while it is paged, one a list
    slow: float = 0.0
    slow_seconds: float = 0.3
    validators: float = 0.5  # answered with ETag or Last-Modified
    seed: int = 0
    page_cap: int = 0  # list pages past this are empty; 0: none
    total_cap: int = 0  # `total` is never more than this; 0: none

    def __post_init__(self) -> None:
        if self.last > today():
            raise ValueError(f"the last day {self.last} is yet to come")
        known = known_channels()
        if unknown := [name for name in self.channels if name not in known]:
            raise ValueError(f"no channel named {', '.join(unknown)}; known: {', '.join(known)}")
        if not self.channels or self.days < 1:
            raise ValueError("a site needs a channel and a day")
        if sum(self.counts().values()) > self.items:
            raise ValueError("the shares of what is no article are more than all items")

    def count(self, share: float) -> int:
        """How many items a share is."""
        return round(share * self.items)

    def counts(self) -> dict[Kind, int]:
        """How many entries of each kind but articles there are."""
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
