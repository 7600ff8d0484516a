"""The ledger's rules of state, each alone: what an outcome does to its item, and when the item is due again."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.record import ArticleRecord
from newscrawl.ledger.schedule import DAY, HOUR, MINUTE, RETRIES
from newscrawl.ledger.schema import items
from newscrawl.outcomes.reasons import SOFT_MISSING
from newscrawl.provenance import Lease

NOW = 1_800_000_000
CHANNEL, DATE = "china", "2027-01-15"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        at(opened, NOW)
        yield opened


def at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: datetime.fromtimestamp(now, UTC)


def listed(ledger: Ledger, key: str = "a", run: int = 1, **more: Any) -> None:
    ledger.note(run, CHANNEL, DATE, [ListedItem(key, f"https://x/{key}", **more)])


def leased(ledger: Ledger, **values: Any) -> Lease:
    """The lease of the one item, after its row was given values."""
    if values:
        with ledger.engine.begin() as connection:
            connection.execute(update(items).values(values))
    with ledger.engine.connect() as connection:
        row = connection.execute(select(items)).one()
    return Lease(7, row.key, row.url, row.state, row.reason, row.tries, row.published, row.etag, row.modified)


def item(ledger: Ledger) -> Any:
    with ledger.engine.connect() as connection:
        return connection.execute(select(items)).one()


@pytest.mark.parametrize("tries", range(len(RETRIES)))
def test_a_failure_is_retried_later_each_time(ledger: Ledger, tries: int) -> None:
    listed(ledger)
    ledger.fail(leased(ledger, tries=tries, lease=7), "timeout")
    row = item(ledger)
    assert (row.state, row.reason, row.tries, row.lease) == ("failed", "timeout", tries + 1, None)
    assert row.due == NOW + RETRIES[tries]


def test_after_the_last_retry_an_item_is_given_up(ledger: Ledger) -> None:
    listed(ledger)
    ledger.fail(leased(ledger, tries=len(RETRIES)), "timeout")
    assert (item(ledger).state, item(ledger).due) == ("failed", None)
    assert ledger.given_up() == [("https://x/a", "timeout", len(RETRIES) + 1)]


@pytest.mark.parametrize("state", ["kept", "known", "gone"])
def test_a_held_article_stays_held_when_its_recrawl_fails(ledger: Ledger, state: str) -> None:
    listed(ledger)
    ledger.fail(leased(ledger, state=state, tries=0, published=NOW - HOUR), "timeout")
    assert (item(ledger).state, item(ledger).due) == (state, NOW + RETRIES[0])


def test_a_held_article_is_recrawled_on_after_its_last_retry(ledger: Ledger) -> None:
    listed(ledger)
    ledger.fail(leased(ledger, state="kept", tries=len(RETRIES), published=NOW - DAY), "timeout")
    assert item(ledger).due == NOW - DAY + 7 * DAY
    assert ledger.given_up() == []


def test_a_page_without_an_article_is_not_asked_for_again(ledger: Ledger) -> None:
    listed(ledger)
    ledger.refuse(leased(ledger), "video")
    row = item(ledger)
    assert (row.state, row.reason, row.due, row.looked) == ("refused", "video", None, NOW)


def test_a_page_that_is_not_there_yet_is_retried(ledger: Ledger) -> None:
    listed(ledger)
    ledger.refuse(leased(ledger), SOFT_MISSING)
    assert (item(ledger).state, item(ledger).due) == ("refused", NOW + RETRIES[0])


@pytest.mark.parametrize(
    ("age", "due"), [(10 * MINUTE, 30 * MINUTE), (HOUR, 2 * HOUR), (7 * HOUR, DAY), (2 * DAY, 7 * DAY), (6 * DAY, None)]
)
def test_an_unchanged_article_is_recrawled_by_its_age(ledger: Ledger, age: int, due: int | None) -> None:
    listed(ledger)
    ledger.unchanged(leased(ledger, state="gone", run=3, gone=NOW - HOUR, tries=2, published=NOW - age))
    row = item(ledger)
    assert (row.state, row.gone, row.tries, row.looked) == ("kept", None, 0, NOW)
    assert row.due == (None if due is None else NOW - age + due)


def test_an_article_that_another_run_kept_stays_known(ledger: Ledger) -> None:
    listed(ledger)
    ledger.unchanged(leased(ledger, state="known", run=None, published=NOW - HOUR))
    assert item(ledger).state == "known"


def test_a_gone_page_keeps_the_time_it_was_first_found_gone(ledger: Ledger) -> None:
    listed(ledger)
    ledger.mark_gone(leased(ledger, state="kept", published=NOW - HOUR), "http_404")
    assert (item(ledger).state, item(ledger).gone, item(ledger).due) == ("gone", NOW, NOW + HOUR)
    at(ledger, NOW + HOUR)
    ledger.mark_gone(leased(ledger), "http_410")
    assert (item(ledger).gone, item(ledger).reason, item(ledger).looked) == (NOW, "http_410", NOW + HOUR)


def test_what_is_leased_is_leased_once_until_it_is_released(ledger: Ledger) -> None:
    for key in "abc":
        listed(ledger, key)
    first = list(ledger.waiting(1, CHANNEL, DATE))
    assert [lease.key for lease in first] == ["a", "b", "c"]
    assert list(ledger.waiting(2, CHANNEL, DATE)) == []
    ledger.release()
    assert [lease.run for lease in ledger.waiting(2, CHANNEL, DATE)] == [2, 2, 2]


def test_due_has_what_waits_and_what_is_due_and_nothing_else(ledger: Ledger) -> None:
    for key, due, state in (
        ("now", NOW, "kept"),
        ("later", NOW + 1, "kept"),
        ("never", None, "refused"),
        ("new", None, "listed"),
    ):
        listed(ledger, key)
        with ledger.engine.begin() as connection:
            connection.execute(update(items).where(items.c.key == key).values(due=due, state=state))
    assert ledger.count_due([CHANNEL]) == 1
    assert [lease.key for lease in ledger.due(1, [CHANNEL])] == ["new", "now"]
    assert list(ledger.due(1, ["stock"])) == []


def test_an_item_that_another_list_named_last_is_due_for_every_list_that_named_it(ledger: Ledger) -> None:
    listed(ledger)
    ledger.note(2, "stock", DATE, [ListedItem("a", "https://x/a")])
    assert item(ledger).channel == "stock"
    assert [lease.key for lease in ledger.due(3, [CHANNEL])] == ["a"]


@pytest.mark.parametrize(
    ("known", "mtime", "due"),
    [(100, 101, True), (100, 100, False), (100, 99, False), (None, 101, False), (100, None, False)],
)
def test_a_list_that_says_it_changed_makes_a_kept_article_due(
    ledger: Ledger, known: int | None, mtime: int | None, due: bool
) -> None:
    listed(ledger, mtime=known)
    leased(ledger, state="kept", due=None)
    listed(ledger, run=2, mtime=mtime)
    assert item(ledger).due == (NOW if due else None)


def test_an_entry_that_the_site_file_allows_now_is_fetched(ledger: Ledger) -> None:
    listed(ledger, reason="blog")
    assert item(ledger).state == "refused"
    listed(ledger, run=2)
    assert (item(ledger).state, item(ledger).reason) == ("listed", "")


def test_a_page_that_was_refused_itself_stays_refused(ledger: Ledger) -> None:
    listed(ledger)
    ledger.refuse(leased(ledger), "video")
    listed(ledger, run=2)
    assert item(ledger).state == "refused"


def test_what_a_proven_list_names_no_more_is_recrawled_and_not_counted(ledger: Ledger) -> None:
    listed(ledger)
    leased(ledger, state="kept", due=None)
    ledger.vanish(1, CHANNEL, DATE)  # the run that saw it there
    assert (item(ledger).due, ledger.count_listed(CHANNEL, DATE)) == (None, 1)
    ledger.vanish(2, CHANNEL, DATE)
    assert (item(ledger).due, ledger.count_listed(CHANNEL, DATE)) == (NOW, 0)
    listed(ledger, run=3)
    assert ledger.count_listed(CHANNEL, DATE) == 1


def test_a_page_without_an_article_counts_as_a_try(ledger: Ledger) -> None:
    listed(ledger)
    ledger.refuse(leased(ledger, tries=2, lease=7), SOFT_MISSING)
    assert (item(ledger).tries, item(ledger).due, item(ledger).lease) == (3, NOW + RETRIES[2], None)


def test_of_several_entries_of_an_article_one_that_can_be_fetched_wins(ledger: Ledger) -> None:
    entries = [
        ListedItem("a", "https://x/1"),
        ListedItem("a", "https://x/2"),
        ListedItem("a", "https://x/3", reason="blog"),
    ]
    assert ledger.note(1, CHANNEL, DATE, entries) == 1
    assert (item(ledger).state, item(ledger).url) == ("listed", "https://x/2")


def test_an_entry_that_is_skipped_now_has_no_other_url(ledger: Ledger) -> None:
    listed(ledger, reason="blog")
    ledger.note(2, CHANNEL, DATE, [ListedItem("a", "https://x/other")])
    assert (item(ledger).state, item(ledger).url) == ("listed", "https://x/other")  # the one that may be fetched


@pytest.mark.parametrize(("reason", "state"), [("", "known"), ("blog", "refused")])
def test_an_entry_whose_article_is_held_is_known_unless_the_site_file_skips_it(
    ledger: Ledger, reason: str, state: str
) -> None:
    record = {
        "url": "https://x/a", "docid": "a", "channel": "", "published": "2027-01-15T08:00:00Z", "layout": "new",
        "categories": [],
    }  # fmt: skip
    ledger.keep(ArticleRecord("a", record, {}, "", "rules"), "posts/a.md", (), {}, None)
    listed(ledger, reason=reason)
    assert (item(ledger).state, item(ledger).article) == (state, None if reason else "a")


@pytest.mark.parametrize(("state", "reason"), [("listed", ""), ("kept", "blog")])
def test_a_change_makes_nothing_due_that_is_not_fetched_or_skipped(ledger: Ledger, state: str, reason: str) -> None:
    listed(ledger, mtime=100)
    leased(ledger, state=state)
    listed(ledger, run=2, mtime=101, reason=reason)
    assert (item(ledger).due, item(ledger).mtime) == (None, 101)


def test_times_that_a_list_says_only_now_are_stored(ledger: Ledger) -> None:
    listed(ledger)
    listed(ledger, run=2, ctime=98, intime=99, mtime=100)
    assert (item(ledger).ctime, item(ledger).intime, item(ledger).mtime) == (98, 99, 100)


def test_a_page_that_is_gone_is_not_asked_for_because_its_list_lost_it(ledger: Ledger) -> None:
    listed(ledger)
    leased(ledger, state="gone", due=None)
    ledger.vanish(2, CHANNEL, DATE)
    assert item(ledger).due is None


@pytest.mark.parametrize(("state", "due"), [("listed", None), ("kept", NOW)])
def test_what_another_run_has_leased_is_not_due(ledger: Ledger, state: str, due: int | None) -> None:
    listed(ledger)
    ledger.note(1, "stock", DATE, [ListedItem("a", "https://x/a")])
    leased(ledger, state=state, due=due, lease=7)
    assert list(ledger.due(8, [CHANNEL])) == list(ledger.due(8, ["stock"])) == []
    ledger.release()
    assert [lease.key for lease in ledger.due(8, [CHANNEL])] == ["a"]


def test_an_empty_archive_has_no_design_and_no_days(ledger: Ledger) -> None:
    held = ledger.held()
    assert (held.articles, held.layouts, held.first, held.last, held.flagged) == (0, {}, "", "", [])
