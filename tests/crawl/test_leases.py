"""What the ledger notes of an item when its visit ends."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from newscrawl.crawl.extensions.archive import ArchiveExtension, archive_failed
from newscrawl.crawl.extensions.leases import LeaseExtension, settled
from newscrawl.crawl.extensions.outages import OutageExtension
from newscrawl.crawl.signals import ledger_failed, visit_ended, visit_held_back, visit_sent
from newscrawl.crawl.throttle import Throttle
from newscrawl.crawl.visit import Ending, Visit, VisitOutcome
from newscrawl.errors import ArchiveDamaged
from newscrawl.ledger import queue, states
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schedule import RETRIES
from newscrawl.ledger.schema import items
from newscrawl.outcomes.stats import GIVEN_UP
from newscrawl.provenance import Lease, State
from tests.support.crawler import Heard, stub_crawler

NOW = 1_800_000_000
LEASE = Lease(1, "a", "https://a.example/1", State.KEPT)


@pytest.mark.parametrize(
    ("ending", "values"),
    [
        (Ending.UNCHANGED, states.unchanged(LEASE, NOW)),
        (Ending.GONE, states.gone(LEASE, "http_404", NOW)),
        (Ending.STILL_GONE, states.gone(LEASE, "http_404", NOW)),
        (Ending.REFUSED, states.refused(LEASE, "http_404", NOW)),
        (Ending.FAILED, states.failed(LEASE, "http_404", NOW)),
        (Ending.KEPT, None),  # noted with its article
        (Ending.READ, None),
        (Ending.REPEATED, None),
        (Ending.UNSENT, None),  # left to the next run
        (Ending.UNWRITTEN, None),
    ],
)
def test_each_ending_is_noted(ending: Ending, values: states.Values | None) -> None:
    assert settled(LEASE, VisitOutcome(ending, "http_404"), NOW, counts=True) == values
    if ending is not Ending.FAILED:
        assert settled(LEASE, VisitOutcome(ending, "http_404"), NOW, counts=False) == values


def test_a_failure_that_does_not_count_costs_no_try() -> None:
    outcome = VisitOutcome(Ending.FAILED, "timeout")
    assert settled(LEASE, outcome, NOW, counts=False) == states.postponed(LEASE, "timeout", NOW)


class Run:
    """A run with the ledger of `root`, in which one item is leased; without a `root`, a run without an archive."""

    def __init__(self, root: Path | None) -> None:
        self.throttle = Throttle(most=1, delay=0, patience=1)
        self.crawler = stub_crawler(throttle=self.throttle, clock=lambda: datetime.fromtimestamp(NOW, UTC))
        self.ledger = Ledger(root) if root else None
        if self.ledger:
            with self.ledger.transaction() as connection:
                queue.note(connection, 1, "china", "2027-01-15", [ListedItem("a", LEASE.url)], NOW)
            self.archive = SimpleNamespace(ledger=self.ledger, in_doubt=False, root=root)
            self.crawler.extensions[ArchiveExtension] = SimpleNamespace(archive=self.archive, damage=None)
        self.extension = LeaseExtension.from_crawler(self.crawler)
        self.failed = Heard(self.crawler, ledger_failed)

    def end(self, lease: Lease | None, ending: Ending = Ending.FAILED, reason: str = "http_500") -> None:
        outcome = VisitOutcome(ending, reason)
        self.crawler.signals.send_catch_log(visit_ended, visit=Visit(1, "https://a.example/1", lease), outcome=outcome)

    def item(self) -> tuple[str, int | None]:
        assert self.ledger
        with self.ledger.reading() as connection:
            row = connection.execute(select(items)).one()
        return row.reason, row.due


def test_only_a_visit_with_a_lease_is_noted_and_only_in_an_archive(tmp_path: Path) -> None:
    run = Run(tmp_path)
    run.end(None)
    run.end(LEASE, Ending.KEPT)
    assert run.item() == ("", None)
    run.end(LEASE)
    assert run.item() == ("http_500", NOW + RETRIES[0])  # by the clock of the run
    Run(None).end(LEASE)
    assert run.ledger
    run.ledger.close()


def test_a_request_is_noted_before_it_is_sent_and_as_it_waits_again(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.ledger
    lease = replace(LEASE, tries=2)
    for signal, noted in ((visit_sent, (3, True)), (visit_held_back, (2, False)), (visit_sent, (3, True))):
        run.crawler.signals.send_catch_log(signal, visit=Visit(1, LEASE.url, lease))
        run.crawler.signals.send_catch_log(signal, visit=Visit(2, LEASE.url))
        with run.ledger.reading() as connection:
            assert connection.execute(select(items.c.tries, items.c.sent)).one() == noted
    run.ledger.close()


def test_what_costs_a_try_is_for_the_outage_extension_to_say(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.ledger
    tries = select(items.c.tries)
    run.end(LEASE, reason="timeout")  # without the extension each failure counts
    with run.ledger.reading() as connection:
        assert connection.execute(tries).scalar() == 1
    run.crawler.extensions[OutageExtension] = OutageExtension.from_crawler(run.crawler)
    run.end(Lease(1, "a", LEASE.url, State.FAILED, tries=1), reason="timeout")
    with run.ledger.reading() as connection:
        assert connection.execute(tries).scalar() == 1
    run.ledger.close()


def test_what_is_given_up_is_counted(tmp_path: Path) -> None:
    """Not what still waits for a retry, and not a recrawl of an article that is held."""
    run = Run(tmp_path)
    run.end(replace(LEASE, state=State.FAILED, tries=len(RETRIES) - 1))
    run.end(replace(LEASE, tries=len(RETRIES)))
    assert GIVEN_UP not in run.crawler.counts()
    run.end(replace(LEASE, state=State.FAILED, tries=len(RETRIES)))
    assert run.crawler.counts()[GIVEN_UP] == 1
    assert run.ledger
    run.ledger.close()


@pytest.mark.parametrize(
    ("pragma", "reason", "detail"),
    [
        ("PRAGMA max_page_count = 1", "unwritten", "the disk is full"),  # SQLite says the same of both
        (
            "CREATE TRIGGER no BEFORE UPDATE ON items BEGIN SELECT RAISE(ABORT, 'no'); END",
            "fault",
            "IntegrityError: no",
        ),
    ],
)
def test_a_ledger_that_cannot_be_written_ends_the_run_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, pragma: str, reason: str, detail: str
) -> None:
    run = Run(tmp_path)
    assert run.ledger
    with run.ledger.transaction() as connection:
        connection.exec_driver_sql(pragma)
    run.end(LEASE, reason="http_500" * 10_000)  # more than fits into a page
    room = "; make room and run it again" if reason == "unwritten" else ""
    assert run.throttle.stopped == f"the archive cannot be written: {detail}{room}"
    assert run.throttle.stopped in caplog.text
    assert ("Background" in caplog.text) is (reason == "fault")  # only of a bug somebody wants to know more
    assert run.failed.sent == [{"what": LEASE.url, "reason": reason, "detail": detail}]
    assert run.archive.in_doubt
    run.ledger.close()


def test_a_damaged_ledger_ends_the_run_and_says_what_brings_it_back(tmp_path: Path) -> None:
    run = Run(tmp_path)
    assert run.ledger
    with run.ledger.transaction() as connection:
        connection.exec_driver_sql("PRAGMA writable_schema = ON")
        connection.exec_driver_sql("UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'items'")
        connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    run.ledger.engine.dispose()
    run.end(LEASE)
    damage = run.crawler.extensions[ArchiveExtension].damage
    assert isinstance(damage, ArchiveDamaged)
    assert run.throttle.stopped == str(damage)
    assert f"{tmp_path / 'ledger.sqlite3'} cannot be read (" in str(damage)
    assert run.archive.in_doubt
    run.ledger.close()


def test_the_spider_of_another_project_has_no_throttle_to_stop() -> None:
    crawler = stub_crawler()
    archive_failed(crawler, OSError("disk full"))
