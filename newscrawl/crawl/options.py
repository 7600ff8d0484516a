"""What a program gives a run besides the arguments of `scrapy crawl -a`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from newscrawl.answers.model import Answer
from newscrawl.crawl.task import CrawlTask
from newscrawl.extraction.page import FallbackPolicy
from newscrawl.outcomes.summary import Outcomes
from newscrawl.sites.model import Site


def utc_now() -> datetime:
    """The instant now."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """The options of a run. `clock` is the run's only clock."""

    urls: Iterable[str] = ()  # seeds, also a stream of them
    task: CrawlTask | None = None  # a crawl of channels
    policy: FallbackPolicy = field(default_factory=FallbackPolicy)  # for strange pages
    clock: Callable[[], datetime] = utc_now
    site: Site | None = None  # the spider's; None: the one that its argument `site` or its name names
    outcomes: Outcomes | None = None  # which the run fills
    pages: list[tuple[Answer, str]] | None = None  # takes (answer, URL) of each page, which is then not read
