"""What the ledger notes of an item when its visit ends."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from newscrawl.crawl.extensions.archive import ArchiveExtension, archive_failed
from newscrawl.crawl.extensions.leases import LeaseExtension, settle
from newscrawl.crawl.signals import ledger_failed, visit_ended
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome
from newscrawl.provenance import Lease
from tests.support.crawler import Heard, stub_crawler

LEASE = Lease(1, "a", "https://a.example/1", "kept")


class Noted:
    """A ledger that records what it is told, or that cannot be written."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls: list[tuple[Any, ...]] = []

    def note(self, *call: Any) -> None:
        if self.error:
            raise self.error
        self.calls.append(call)

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.note(name, *arguments)


@pytest.mark.parametrize(
    ("ending", "calls"),
    [
        (Ending.UNCHANGED, [("unchanged", LEASE)]),
        (Ending.GONE, [("mark_gone", LEASE, "http_404")]),
        (Ending.STILL_GONE, [("mark_gone", LEASE, "http_404")]),
        (Ending.REFUSED, [("refuse", LEASE, "http_404")]),
        (Ending.FAILED, [("fail", LEASE, "http_404")]),
        (Ending.KEPT, []),  # noted with its article
        (Ending.READ, []),
        (Ending.REPEATED, []),
        (Ending.UNSENT, []),  # left to the next run
        (Ending.UNWRITTEN, []),
    ],
)
def test_each_ending_is_noted(ending: Ending, calls: list[Any]) -> None:
    ledger: Any = Noted()
    settle(ledger, LEASE, VisitOutcome(ending, "http_404"))
    assert ledger.calls == calls


class Run:
    def __init__(self, ledger: Noted | None) -> None:
        self.throttle = Throttle(most=1, delay=0, patience=1)
        self.crawler = stub_crawler(throttle=self.throttle)
        if ledger:
            archive = SimpleNamespace(archive=SimpleNamespace(ledger=ledger))
            self.crawler.extensions[ArchiveExtension] = archive
        self.extension = LeaseExtension.from_crawler(self.crawler)
        self.failed = Heard(self.crawler, ledger_failed)

    def end(self, lease: Lease | None) -> None:
        outcome = VisitOutcome(Ending.FAILED, "http_500")
        self.crawler.signals.send_catch_log(visit_ended, visit=Visit(1, "https://a.example/1", lease), outcome=outcome)


def test_only_a_visit_with_a_lease_is_noted_and_only_in_an_archive() -> None:
    ledger = Noted()
    run = Run(ledger)
    run.end(None)
    assert ledger.calls == []
    run.end(LEASE)
    assert ledger.calls == [("fail", LEASE, "http_500")]
    Run(None).end(LEASE)


def test_a_ledger_that_cannot_be_written_ends_the_run_and_is_told(caplog: pytest.LogCaptureFixture) -> None:
    run = Run(Noted(OperationalError("UPDATE", (), Exception("disk\n is full"))))
    run.end(LEASE)
    assert run.throttle.stopped == "the archive cannot be written"
    assert "The archive cannot be written: (builtins.Exception) disk" in caplog.text
    assert run.failed.sent == [{"what": LEASE.url, "detail": "disk is full"}]


def test_the_spider_of_another_project_has_no_throttle_to_stop() -> None:
    crawler = stub_crawler()
    archive_failed(crawler, OSError("disk full"))
