"""How a spider reads a page, and what it makes of its arguments."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider, DownloadTimeoutError
from scrapy.http import Response
from twisted.python.failure import Failure

from newscrawl.answers.model import Answer
from newscrawl.crawl.failures import HeldBack, RunStopped
from newscrawl.crawl.options import RunOptions
from newscrawl.crawl.signals import visit_ended
from newscrawl.crawl.task import CrawlTask
from newscrawl.crawl.visit import META, Ending, Visit, VisitOutcome, visit_of
from newscrawl.errors import BadUsage
from newscrawl.extraction.article import Article
from newscrawl.provenance import Lease, State
from spiders.sina_finance import SinaFinanceSpider
from tests.support.crawler import Heard
from tests.support.server import article

URL = "https://finance.sina.com.cn/china/2026-03-01/doc-iabcdefg0000001.shtml"
OLD = "https://finance.sina.com.cn/roll/20090301/09000000001.shtml"
PAGES = [OLD.replace(".shtml", f"_{number}.shtml") for number in (2, 3)]
LEASE = Lease(1, "a", URL, State.KEPT)


class Run:
    """A spider without a run, and how its visits end."""

    def __init__(self, **arguments: Any) -> None:
        self.crawler = Crawler(SinaFinanceSpider)
        self.spider = SinaFinanceSpider.from_crawler(self.crawler, **arguments)
        self.heard = Heard(self.crawler, visit_ended)

    def visit(self, lease: Lease | None = None) -> Visit:
        return self.spider.tracker.begin(URL, lease)

    def parse(
        self, visit: Visit | None, body: bytes = b"", status: int = 200, url: str = URL, **headers: str
    ) -> list[Any]:
        request = Request(url, meta={META: visit} if visit else {})
        values = {name.replace("_", "-"): value for name, value in headers.items()}
        return list(self.spider.parse(Response(url, status=status, headers=values, body=body, request=request)))

    def fail(self, visit: Visit | None, error: Exception) -> None:
        failure: Any = Failure(error)  # type: ignore[no-untyped-call]
        failure.request = Request(URL, meta={META: visit} if visit else {})
        self.spider.failed(failure)

    def endings(self) -> list[tuple[Ending, str]]:
        return [(about["outcome"].ending, about["outcome"].reason) for about in self.heard.sent]


def test_a_page_becomes_its_article_which_the_pipelines_normalise() -> None:
    run = Run()
    (found,) = run.parse(run.visit(), article("标题", "正文。"))
    assert isinstance(found, Article)
    assert (found.url, found.text) == (URL, "")
    assert run.endings() == []


@pytest.mark.parametrize("ended", [False, True])
def test_under_scrapy_parse_where_there_is_no_visit_the_article_is_normalised_at_once(ended: bool) -> None:
    run = Run()
    (found,) = run.parse(Visit(0, URL) if ended else None, article("标题", "正文。"))
    assert (found.title, found.text) == ("标题", "正文。")
    assert run.endings() == []


def test_a_page_that_is_unchanged_needs_no_reading() -> None:
    run = Run()
    assert run.parse(run.visit(LEASE), status=304) == []
    assert run.endings() == [(Ending.UNCHANGED, "")]
    run.parse(run.visit(), status=304)  # nobody has asked for it
    assert run.endings()[1][0] is not Ending.UNCHANGED


def test_what_is_no_web_page_is_not_read() -> None:
    run = Run()
    assert run.parse(run.visit(LEASE), article(), Content_Type="application/pdf") == []
    assert run.endings() == [(Ending.FAILED, "not_html")]
    assert run.heard.sent[0]["outcome"].detail == "application/pdf"


def test_a_page_without_an_article_is_refused_with_the_reason() -> None:
    run = Run()
    assert run.parse(run.visit(), b"<html><title>x</title></html>", Content_Type="text/html") == []
    ((ending, reason),) = run.endings()
    assert ending is Ending.FAILED
    assert reason in ("unknown_layout", "no_text")


def test_a_program_may_want_the_page_itself() -> None:
    pages: list[tuple[Answer, str]] = []
    run = Run(options=RunOptions(pages=pages))
    assert run.parse(run.visit(), b"any page") == []
    assert (pages, run.endings()) == ([(Answer(b"any page"), URL)], [(Ending.READ, "")])


def paged(monkeypatch: pytest.MonkeyPatch, *further: str) -> None:
    """Makes every article have these further pages."""
    monkeypatch.setattr(
        "newscrawl.crawl.spider.next_page", lambda _, joined: next((url for url in further if url not in joined), "")
    )


def test_the_further_pages_of_an_article_are_requested_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    paged(monkeypatch, PAGES[0], PAGES[1])
    run.spider.throttle.pauses = 2
    visit = run.visit(LEASE)
    (second,) = run.parse(Visit(visit.id, URL, LEASE, bans=3, answers=4), article("标题", "甲"))
    assert isinstance(second, Request)
    carried = visit_of(second)
    assert carried
    assert carried.first
    assert (second.url, second.dont_filter, carried.id, carried.lease) == (PAGES[0], True, visit.id, LEASE)
    assert (carried.joined, carried.pauses, carried.bans, carried.answers) == ((PAGES[0],), 2, 0, 0)
    (third,) = run.parse(carried, article("标题", "乙"), url=PAGES[0])
    (whole,) = run.parse(visit_of(third), article("标题", "丙"), url=PAGES[1])
    assert isinstance(whole, Article)
    assert len(whole.raw.containers) == 3
    assert run.endings() == []


def test_the_type_of_a_further_page_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old pages have odd ones, and their article is read already."""
    run = Run()
    paged(monkeypatch, PAGES[0])
    (second,) = run.parse(run.visit(), article("标题", "甲"))
    (whole,) = run.parse(visit_of(second), article("标题", "乙"), url=PAGES[0], Content_Type="application/octet-stream")
    assert len(whole.raw.containers) == 2


def test_a_further_page_that_cannot_be_read_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run()
    paged(monkeypatch, PAGES[0])
    (second,) = run.parse(run.visit(), article("标题", "甲"))
    assert run.parse(visit_of(second), b"<html></html>") == []
    assert run.endings() == [(Ending.FAILED, "page_missing")]


def test_a_request_has_the_spiders_callbacks_and_its_visit() -> None:
    spider = Run().spider
    request = spider.request(URL, Visit(1, URL))
    assert (request.callback, request.errback) == (spider.parse, spider.failed)
    assert (request.url, request.dont_filter, visit_of(request)) == (URL, True, Visit(1, URL))
    with pytest.raises(ValueError, match="Missing scheme"):
        spider.request("no url", Visit(1, "no url"))


@pytest.mark.parametrize(
    ("error", "lease", "expected"),
    [
        (DownloadTimeoutError("no answer"), None, [(Ending.FAILED, "timeout")]),
        (RunStopped(URL), LEASE, [(Ending.UNSENT, "given_up")]),  # it is left to the next run
        (RunStopped(URL), None, [(Ending.FAILED, "turned_away")]),  # no other run will fetch it
        (HeldBack(URL), LEASE, []),  # it will be sent again
    ],
)
def test_a_request_that_brings_no_page_ends_its_visit(error: Exception, lease: Lease | None, expected: Any) -> None:
    run = Run()
    run.fail(run.visit(lease), error)
    assert run.endings() == expected


def test_a_request_of_no_visit_may_fail() -> None:
    run = Run()
    run.fail(None, DownloadTimeoutError("no answer"))
    assert run.endings() == []


def test_the_site_file_s_politeness_is_scrapy_s(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("extends: sina_finance\npoliteness: {delay: 7, timeout: 9}\n", encoding="utf-8")
    crawler = Crawler(SinaFinanceSpider)
    crawler.settings.set("NEWSCRAWL_POLITENESS_ENABLED", value=True)
    spider = SinaFinanceSpider.from_crawler(crawler, site=str(tmp_path / "site.yaml"))
    assert (crawler.settings["DOWNLOAD_DELAY"], crawler.settings["DOWNLOAD_TIMEOUT"]) == (7, 9)
    assert (spider.throttle.delay, spider.throttle.patience, spider.throttle.most) == (7, 3, 4)


def test_in_scrapy_shell_whose_settings_are_settled_before_there_is_a_spider_it_is_made_all_the_same() -> None:
    crawler = Crawler(SinaFinanceSpider)
    crawler.settings.freeze()
    assert SinaFinanceSpider.from_crawler(crawler).name == "sina_finance"


def test_arguments_and_options_say_what_is_wanted() -> None:
    assert SinaFinanceSpider(url="https://a/1 https://a/2").urls == ["https://a/1", "https://a/2"]
    task = CrawlTask(("stock",))
    spider = SinaFinanceSpider(url="https://a/1", channel="china", options=RunOptions(urls=["https://a/3"], task=task))
    assert (spider.urls, spider.task) == (["https://a/3"], task)
    crawl = SinaFinanceSpider(channel="china", archive="kept")
    assert crawl.task
    assert (crawl.task.channels, crawl.archive_folder) == (("china",), "kept")
    assert SinaFinanceSpider().task is None


@pytest.mark.parametrize("arguments", [{"earl": "https://a/"}, {"options": "text"}, {"clock": "12:00"}])
def test_an_unknown_argument_is_bad_usage(arguments: dict[str, Any]) -> None:
    with pytest.raises(BadUsage, match=f"unknown argument {next(iter(arguments))}"):
        SinaFinanceSpider(**arguments)


def test_a_spider_fetches_what_its_site_file_allows() -> None:
    assert SinaFinanceSpider.handles_request(Request(URL))
    assert not SinaFinanceSpider.handles_request(Request("https://example.org/"))


def started(run: Run, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
    """The requests of a run without an archive; each visit ends at once."""
    monkeypatch.setattr("newscrawl.crawl.spider.archive_of", lambda _: None)

    async def test() -> list[Request]:
        sent = []
        async for request in run.spider.start():
            sent.append(request)
            run.spider.tracker.end(visit_of(request), VisitOutcome(Ending.KEPT))
        return sent

    return asyncio.run(asyncio.wait_for(test(), 20))


def test_a_run_requests_its_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(url=f"{URL} ftp://x/")
    (request,) = started(run, monkeypatch)
    assert (request.url, request.callback) == (URL, run.spider.parse)
    assert run.endings() == [(Ending.KEPT, ""), (Ending.FAILED, "bad_url")]


@pytest.mark.parametrize("wants", ["archive", "channel", "setting"])
def test_a_run_that_needs_an_archive_and_has_none_does_not_begin(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wants: str
) -> None:
    run = Run(url=URL) if wants == "setting" else Run(url=URL, **{wants: "china"})
    if wants == "setting":
        run.crawler.settings.set("NEWSCRAWL_ARCHIVE", "kept")
    with pytest.raises(CloseSpider) as caught:
        started(run, monkeypatch)
    assert caught.value.reason == "no_archive"
    assert "set NEWSCRAWL_ARCHIVE_ENABLED=True" in caplog.text


def test_a_page_that_leads_to_another_is_followed_once_to_an_allowed_host() -> None:
    run = Run()
    visit = run.visit()
    stub = "<html><meta http-equiv=refresh content='0;url={}'></html>"
    (request,) = run.parse(visit, stub.format("/b.shtml").encode(), Content_Type="text/html")
    assert isinstance(request, Request)
    carried = request.meta[META]
    assert (request.url, carried.id, carried.moved, carried.arrived) == (
        "https://finance.sina.com.cn/b.shtml", visit.id, True, True,
    )  # fmt: skip
    assert run.endings() == []
    assert run.parse(carried, stub.format("/c.shtml").encode(), Content_Type="text/html") == []
    assert run.endings() == [(Ending.FAILED, "moved")]


def test_a_page_that_leads_to_another_site_is_not_followed() -> None:
    run = Run()
    stub = b"<html><meta http-equiv=refresh content='0;url=https://elsewhere.example/'></html>"
    assert run.parse(run.visit(), stub, Content_Type="text/html") == []
    assert run.endings() == [(Ending.FAILED, "moved")]


def test_a_page_that_a_rule_knows_is_refused() -> None:
    run = Run()
    assert run.parse(run.visit(), "<html><title>行情_新浪财经</title></html>".encode(), Content_Type="text/html") == []
    assert run.endings() == [(Ending.REFUSED, "quote")]


@pytest.mark.parametrize("url", [OLD, PAGES[1], URL])
def test_a_further_page_that_leads_elsewhere_is_missing(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    run = Run()
    paged(monkeypatch, PAGES[0])
    (second,) = run.parse(run.visit(), article("标题", "甲"))
    assert run.parse(visit_of(second), article("标题", "乙"), url=url) == []
    assert run.endings() == [(Ending.FAILED, "page_missing")]


def test_an_answer_that_nothing_has_changed_is_none_where_nothing_is_held() -> None:
    run = Run()
    visit = run.visit(Lease(1, "a", URL, State.LISTED))
    run.parse(visit, b"", 304)
    assert run.endings() == [(Ending.FAILED, "unknown_layout")]
    held = run.visit(LEASE)
    run.parse(held, b"", 304)
    assert run.endings()[1:] == [(Ending.UNCHANGED, "")]
