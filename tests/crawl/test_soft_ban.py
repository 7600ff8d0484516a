"""Many pages in a row of which nothing says what they are: a ban in unknown words, or a changed design."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.signals import response_received

from newscrawl.archive.paths import UNKNOWN_PAGES
from newscrawl.crawl.extensions.archive import ArchiveExtension
from newscrawl.crawl.extensions.soft_ban import SoftBanExtension, is_doubtful, page_name, says_what_it_is
from newscrawl.crawl.signals import visit_ended, waiting
from newscrawl.crawl.throttle import SHORTEST, UNKNOWN, Throttle
from newscrawl.crawl.visit import META, Ending, Visit, VisitOutcome
from newscrawl.sites.loader import load_site
from tests.support.crawler import Heard, stub_crawler

HOST, URL = "a.example", "https://a.example/1"
NOW = datetime(2026, 3, 1, 8, 0, 5, tzinfo=UTC)


def doubt(throttle: Throttle, times: int, reason: str = "no_text", host: str = HOST) -> list[float]:
    """The pauses that so many unknown pages in a row begin, each of a request that was sent after the last pause."""

    async def test() -> list[float]:
        return [throttle.doubt(host, throttle.pauses, reason) for _ in range(times)]

    return asyncio.run(test())


def test_it_backs_off_after_several_pages_in_a_row_longer_each_time_and_stops() -> None:
    throttle = Throttle(most=4, delay=1, patience=3)
    assert doubt(throttle, UNKNOWN + 2) == [0.0] * (UNKNOWN - 1) + [10.0, 20.0, 0.0]
    assert throttle.stopped == (
        f"{HOST} gives pages that hold no article (no_text), {UNKNOWN + 2} in a row: a ban, or a new design"
    )
    assert throttle.window == 1
    assert throttle.pauses_of(HOST) == 3
    assert doubt(throttle, 1) == [0.0]


def test_a_pause_is_not_shorter_than_a_second() -> None:
    throttle = Throttle(most=4, delay=0, patience=3)
    assert doubt(throttle, UNKNOWN)[-1] == SHORTEST


def test_pages_of_requests_from_before_the_pause_are_no_news() -> None:
    throttle = Throttle(most=4, delay=0, patience=2)
    doubt(throttle, UNKNOWN)
    assert [throttle.doubt(HOST, throttle.pauses - 1, "no_text") for _ in range(9)] == [0.0] * 9
    assert not throttle.stopped


@pytest.mark.parametrize("end", ["recognised", "another host"])
def test_what_ends_a_row(end: str) -> None:
    throttle = Throttle(most=4, delay=0, patience=2)
    doubt(throttle, UNKNOWN - 1)
    if end == "recognised":
        throttle.recognised(HOST)
    else:
        doubt(throttle, 1, host="b.example")
    assert doubt(throttle, 1) == [SHORTEST if end == "another host" else 0.0]


def test_the_pages_need_not_have_the_same_reason() -> None:
    throttle = Throttle(most=4, delay=0, patience=2)
    doubt(throttle, UNKNOWN - 1)
    assert doubt(throttle, 1, "no_date") == [SHORTEST]


def test_a_page_that_is_recognised_ends_the_pauses_too() -> None:
    throttle = Throttle(most=4, delay=1, patience=2)
    doubt(throttle, UNKNOWN)
    throttle.recognised(HOST)
    assert throttle.pauses_of(HOST) == 0
    assert doubt(throttle, UNKNOWN)[-1] == 10.0
    assert not throttle.stopped


@pytest.mark.parametrize(
    ("ending", "reason", "doubtful", "known"),
    [
        (Ending.KEPT, "", False, True),
        (Ending.UNCHANGED, "", False, True),
        (Ending.GONE, "http_404", False, True),
        (Ending.REFUSED, "video", False, True),
        (Ending.FAILED, "http_404", False, True),
        (Ending.FAILED, "unknown_layout", True, False),
        (Ending.FAILED, "moved", True, False),
        (Ending.FAILED, "offsite", True, False),
        (Ending.FAILED, "timeout", False, False),
        (Ending.FAILED, "http_500", False, False),
        (Ending.UNSENT, "given_up", False, False),
        (Ending.REPEATED, "", False, False),
        (Ending.UNWRITTEN, "unwritten", False, False),
    ],
)
def test_what_an_outcome_says_about_its_host(ending: Ending, reason: str, doubtful: bool, known: bool) -> None:
    outcome = VisitOutcome(ending, reason)
    assert (is_doubtful(outcome), says_what_it_is(outcome)) == (doubtful, known)


class Run:
    """A run with the extension, and with an archive in `root`, if given."""

    def __init__(self, root: Path | None = None) -> None:
        self.throttle = Throttle(most=1, delay=0, patience=2)
        site = load_site("sina_finance")
        self.crawler = stub_crawler(throttle=self.throttle, data=site, clock=lambda: NOW)
        if root:
            self.crawler.extensions[ArchiveExtension] = SimpleNamespace(archive=SimpleNamespace(root=root))
        self.extension = SoftBanExtension.from_crawler(self.crawler)
        self.waits = Heard(self.crawler, waiting)

    def pages(self, *outcomes: tuple[Ending, str]) -> None:
        async def test() -> None:
            for number, (ending, reason) in enumerate(outcomes):
                visit = Visit(number, URL, pauses=self.throttle.pauses)
                request = Request(URL, meta={META: visit})
                response = Response(URL, body=b"page %d" % number)
                self.crawler.signals.send_catch_log(response_received, request=request, response=response)
                outcome = VisitOutcome(ending, reason)
                self.crawler.signals.send_catch_log(visit_ended, visit=visit, outcome=outcome)

        asyncio.run(test())


PAGE: tuple[Ending, str] = (Ending.FAILED, "unknown_layout")


def test_a_run_slows_down_and_stops_and_a_page_is_kept(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.pages(*[PAGE] * UNKNOWN)
    why = "gives pages that hold no article (unknown_layout)"
    assert run.waits.sent == [{"host": HOST, "seconds": SHORTEST, "why": why}]
    assert not (tmp_path / UNKNOWN_PAGES).exists()
    (tmp_path / UNKNOWN_PAGES).mkdir()  # of an earlier run
    run.pages(*[PAGE] * 3)
    path = tmp_path / UNKNOWN_PAGES / "a.example-20260301080005.html"
    assert run.throttle.stopped.endswith(f"a ban, or a new design; {path} is such a page")
    assert path.read_bytes() == b"page 0"  # the one that stopped it
    assert len(run.waits.sent) == 1


def test_an_article_between_them_ends_the_row() -> None:
    run = Run()
    run.pages(*([*[PAGE] * (UNKNOWN - 1), (Ending.KEPT, "")] * 3))
    assert (run.waits.sent, run.throttle.stopped) == ([], "")


def test_what_is_no_page_does_not_end_it() -> None:
    run = Run()
    run.pages(*([PAGE, (Ending.FAILED, "timeout")] * UNKNOWN))
    assert len(run.waits.sent) == 1


def test_without_an_archive_the_run_stops_all_the_same() -> None:
    run = Run()
    run.pages(*[PAGE] * (UNKNOWN + 1))
    assert run.throttle.stopped.endswith("a ban, or a new design")


def test_a_page_that_cannot_be_kept_is_a_full_disk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / UNKNOWN_PAGES).write_bytes(b"in the way")
    run = Run(tmp_path)
    with caplog.at_level("ERROR"):
        run.pages(*[PAGE] * (UNKNOWN + 1))
    assert run.throttle.stopped.endswith("a ban, or a new design")
    assert "the archive cannot be written: File exists" in caplog.text


def test_the_name_of_a_page() -> None:
    strange: Any = page_name("[::1]:80/../x", NOW)
    assert strange == "---1--80-..-x-20260301080005.html"
