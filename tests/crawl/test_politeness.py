"""The site file's politeness as Scrapy's settings."""

import pytest
from scrapy.settings import Settings

from newscrawl.crawl.politeness import IN_FLIGHT, apply_politeness, most_in_flight, polite_settings
from newscrawl.settings import USER_AGENT
from newscrawl.sites.model import Politeness

POLITENESS = Politeness(delay=7, concurrency=2, timeout=9, retries=5, contact="mail@example.org")


def test_the_settings_say_what_the_site_file_says() -> None:
    assert polite_settings(POLITENESS) == {
        "DOWNLOAD_DELAY": 7,
        "AUTOTHROTTLE_START_DELAY": 7,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 2.0,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 2,
        "CONCURRENT_REQUESTS": IN_FLIGHT,
        "DOWNLOAD_TIMEOUT": 9,
        "RETRY_TIMES": 5,
        "USER_AGENT": USER_AGENT.replace(")", "; mail@example.org)"),
    }
    assert polite_settings(Politeness())["USER_AGENT"] == USER_AGENT


@pytest.mark.parametrize(("concurrency", "most"), [(1, 4), (4, 4), (5, 5), (16, 16)])
def test_a_few_requests_may_be_in_flight_over_all_hosts(concurrency: int, most: int) -> None:
    assert most_in_flight(Politeness(concurrency=concurrency)) == most


@pytest.mark.parametrize(("enabled", "frozen", "delay"), [(True, False, 7), (False, False, 1), (True, True, 1)])
def test_they_hold_unless_switched_off_or_settled(enabled: bool, frozen: bool, delay: float) -> None:
    settings = Settings({"NEWSCRAWL_POLITENESS_ENABLED": enabled})
    settings.set("DOWNLOAD_DELAY", 1, priority="project")
    if frozen:
        settings.freeze()
    apply_politeness(POLITENESS, settings)
    assert settings["DOWNLOAD_DELAY"] == delay


def test_the_command_line_takes_precedence() -> None:
    settings = Settings({"NEWSCRAWL_POLITENESS_ENABLED": True})
    settings.set("DOWNLOAD_DELAY", 30, priority="cmdline")
    apply_politeness(POLITENESS, settings)
    assert settings["DOWNLOAD_DELAY"] == 30
