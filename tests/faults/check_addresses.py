"""Names that change where they lead while a run goes on, in a network namespace with a DNS server."""

from pathlib import Path

import pytest

from tests.crawl.test_namespace import PUBLIC, story
from tests.support.namespace import why_not

ONE_BY_ONE = {"TWISTED_DNS_RESOLVER": "scrapy.resolver.CachingThreadedResolver", "DNSCACHE_ENABLED": "0"}


@pytest.mark.fault(
    "address", "a name that is rebound", "public at first, loopback at the next run", "not connected to again"
)
def test_a_name_that_is_rebound_between_two_runs_is_not_connected_to(tmp_path: Path) -> None:
    if why := why_not():
        pytest.skip(why)
    command = ["newscrawl", "fetch", "http://rebound.example/once", "--site", "site.yaml"]
    done = story(tmp_path, command, command)
    first, again = done["reached"]
    assert first == [[PUBLIC, "/robots.txt"], [PUBLIC, "/once"]]
    assert again == []
    assert "rebound.example leads to 127.0.0.1, which is not public" in done["told"][1]


@pytest.mark.fault(
    "address", "a name that is rebound", "public for robots.txt, loopback for the page", "the page is not fetched"
)
def test_a_name_that_is_rebound_within_a_run_is_not_connected_to(tmp_path: Path) -> None:
    if why := why_not():
        pytest.skip(why)
    settings = [word for name, value in ONE_BY_ONE.items() for word in ("-s", f"{name}={value}")]
    url = "url=http://rebound.example/once"
    words = ["scrapy", "crawl", "people_finance", "-a", url, "-a", f"site={tmp_path / 'site.yaml'}", *settings]
    done = story(tmp_path, words)
    assert done["reached"] == [[[PUBLIC, "/robots.txt"]]]
    assert "rebound.example leads to 127.0.0.1, which is not public" in done["told"][0]
