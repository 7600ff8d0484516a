"""The outcomes that the spider counts when a run is stopped."""

from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.crawler import Crawler

from newscrawl.outcomes.stats import FAILED, UNSENT
from newscrawl.provenance import Lease, State
from spiders.sina_finance import SinaFinanceSpider

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
LEASE = Lease(1, "a", URL, State.LISTED)


class Stats(Counter[str]):
    def inc_value(self, key: str) -> None:
        self[key] += 1


@pytest.mark.parametrize(
    ("about", "counted"),
    [
        ({"asked": URL, "lease": LEASE}, UNSENT),  # it is left to the next run
        ({"asked": URL, "first": SimpleNamespace(lease=LEASE), "have": []}, UNSENT),
        ({"asked": URL}, f"{FAILED}turned_away"),  # no other run will fetch it
        ({"asked": URL, "first": SimpleNamespace(lease=None), "have": []}, f"{FAILED}turned_away"),
    ],
)
def test_a_request_that_is_not_sent_is_a_failure_only_without_a_lease(about: dict[str, Any], counted: str) -> None:
    failures = []
    spider = SinaFinanceSpider(report=lambda *failure: failures.append(failure))
    stats = Stats()
    spider.crawler = SimpleNamespace(stats=stats)  # type: ignore[assignment]
    spider.unsent(Request(URL, cb_kwargs=about))
    assert dict(stats) == {counted: 1}
    assert [url for url, *_ in failures] == ([] if counted == UNSENT else [URL])


def test_the_site_file_s_politeness_is_scrapy_s(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("extends: sina_finance\npoliteness: {delay: 7, timeout: 9}\n", encoding="utf-8")
    crawler = Crawler(SinaFinanceSpider)
    SinaFinanceSpider.from_crawler(crawler, site=str(tmp_path / "site.yaml"))
    assert (crawler.settings["DOWNLOAD_DELAY"], crawler.settings["DOWNLOAD_TIMEOUT"]) == (7, 9)


def test_in_scrapy_shell_whose_settings_are_settled_before_there_is_a_spider_it_is_made_all_the_same() -> None:
    crawler = Crawler(SinaFinanceSpider)
    crawler.settings.freeze()
    assert SinaFinanceSpider.from_crawler(crawler).name == "sina_finance"
