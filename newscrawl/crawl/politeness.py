"""The politeness of a site file as Scrapy's settings."""

from typing import Any

from scrapy.settings import Settings

from newscrawl.settings import USER_AGENT
from newscrawl.sites.model import Politeness

IN_FLIGHT = 4  # most requests in flight, over all hosts, where no site file allows more for one host


def most_in_flight(politeness: Politeness) -> int:
    """The most requests that may be in flight at a time."""
    return max(IN_FLIGHT, politeness.concurrency)


def polite_settings(politeness: Politeness) -> dict[str, Any]:
    """Scrapy's settings that say what a site file says."""
    contact = f"; {politeness.contact}" if politeness.contact else ""
    return {
        "DOWNLOAD_DELAY": politeness.delay,
        "AUTOTHROTTLE_START_DELAY": politeness.delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": float(politeness.concurrency),
        "CONCURRENT_REQUESTS_PER_DOMAIN": politeness.concurrency,
        "CONCURRENT_REQUESTS": most_in_flight(politeness),
        "DOWNLOAD_TIMEOUT": politeness.timeout,
        "RETRY_TIMES": politeness.retries,
        "USER_AGENT": USER_AGENT.replace(")", f"{contact})"),
    }


def apply_politeness(politeness: Politeness, settings: Settings) -> None:
    """Makes a site file's politeness Scrapy's settings, unless `NEWSCRAWL_POLITENESS_ENABLED` is off.

    In `scrapy shell` the settings are frozen before there is a spider, and the project's own politeness holds.
    """
    if settings.getbool("NEWSCRAWL_POLITENESS_ENABLED") and not settings.frozen:
        settings.update(polite_settings(politeness), priority="spider")
