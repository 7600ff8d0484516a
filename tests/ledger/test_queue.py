"""What lists do to the queue, which items are leased, and what is counted."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, event, update

from newscrawl.ledger import articles, queue, schema, states
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.schema import items, listings
from newscrawl.provenance import Lease, State
from tests.ledger.rows import CHANNEL, DATE, NOW, change, entry, item, listed, reading, rows

MINUTE = 60
NOON = datetime.fromtimestamp(NOW, UTC)


def note(connection: Connection, *entries: ListedItem, run: int = 1, now: int = NOW) -> int:
    return queue.note(connection, run, CHANNEL, DATE, entries, now)


def leased(connection: Connection, wanted: Select[Any], run: int = 7) -> list[str]:
    return [lease.key for lease in queue.lease(connection, run, wanted)]


def due(connection: Connection, channel: str = CHANNEL, now: int = NOW) -> list[list[str]]:
    """The keys that are leased as unfetched, and as due; they are not leased afterwards."""
    found = [leased(connection, wanted) for wanted in queue.due(channel, now)]
    connection.execute(update(items).where(items.c.lease == 7).values(lease=None))
    return found


def due_elsewhere(connection: Connection, channels: Sequence[str], now: int = NOW) -> list[list[str]]:
    found = [leased(connection, wanted) for wanted in queue.due_elsewhere(channels, now)]
    connection.execute(update(items).where(items.c.lease == 7).values(lease=None))
    return found


# Lists


def test_a_list_names_new_items(connection: Connection) -> None:
    found = [entry("a", title="题", ctime=1, intime=2, mtime=3), entry("b", reason="blog")]
    assert note(connection, *found) == 2
    row = item(connection)
    assert (row.url, row.title, row.channel, row.day, row.state, row.tries) == (
        "https://x/a", "题", CHANNEL, DATE, "listed", 0,
    )  # fmt: skip
    assert (row.ctime, row.intime, row.mtime, row.lease, row.run, row.looked) == (1, 2, 3, None, None, None)
    assert (item(connection, "b").state, item(connection, "b").reason) == ("refused", "blog")
    assert [*map(tuple, rows(connection, listings))] == [(CHANNEL, DATE, key, 1, False) for key in "ab"]


def test_an_empty_list_names_nothing(connection: Connection) -> None:
    assert note(connection) == 0
    assert rows(connection, items) == rows(connection, listings) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
def test_of_several_entries_of_an_article_the_last_that_can_be_fetched_wins(
    connection: Connection, order: Sequence[int]
) -> None:
    entries = [ListedItem("a", f"https://x/{number}", reason="blog" * (number == 2)) for number in range(3)]
    assert note(connection, *(entries[number] for number in order)) == 1
    assert (item(connection).state, item(connection).url) == ("listed", "https://x/1")


def test_an_entry_that_is_named_again_is_one_item(connection: Connection) -> None:
    note(connection, entry(mtime=100))
    change(connection, state="kept", looked=NOW, tries=2)
    assert note(connection, entry(mtime=101), run=2, now=NOW + 5) == 1
    (row,) = rows(connection, items)
    assert (row.state, row.due, row.mtime, row.tries) == ("kept", NOW + 5, 101, 2)
    assert [(row.run, row.vanished) for row in rows(connection, listings)] == [(2, False)]


def test_a_change_is_one_of_its_own_item(connection: Connection) -> None:
    note(connection, entry("a", mtime=100), entry("b", mtime=100), entry("c", mtime=100))
    for key in "abc":
        change(connection, key, state="kept")
    note(connection, entry("a", mtime=100), entry("b", mtime=101), entry("c", mtime=100), entry("d"))
    assert [item(connection, key).due for key in "abcd"] == [None, NOW, None, None]


def test_an_item_that_another_list_names_is_one_item_of_both(connection: Connection) -> None:
    listed(connection)
    listed(connection, run=2, channel="stock", day="2027-01-16")
    assert (item(connection).channel, item(connection).day) == ("stock", "2027-01-16")
    assert len(rows(connection, items)) == 1
    named = [(row.channel, row.day, row.run) for row in rows(connection, listings)]
    assert sorted(named) == [("china", "2027-01-15", 1), ("stock", "2027-01-16", 2)]


def test_an_item_whose_article_is_held_is_known(connection: Connection) -> None:
    for key, published in (("a", "2027-01-15T15:30:00+08:00"), ("b", None)):
        articles.keep(connection, reading(key, published=published), f"posts/{key}.md", (), {}, NOON)
    note(connection, entry("a"), entry("b"), entry("c"), entry("d", reason="blog"))
    found = [item(connection, key) for key in "abcd"]
    assert [row.state for row in found] == ["known", "known", "listed", "refused"]
    assert [row.article for row in found] == ["a", "b", None, None]
    assert [row.published for row in found] == [NOW - 30 * MINUTE, None, None, None]
    assert [row.due for row in found] == [NOW + 90 * MINUTE, None, None, None]


def test_an_item_whose_article_is_held_is_refused_if_the_site_file_skips_it(connection: Connection) -> None:
    articles.keep(connection, reading(), "posts/a.md", (), {}, NOON)
    note(connection, entry(reason="blog"))
    assert (item(connection).state, item(connection).article) == ("refused", None)


@pytest.mark.parametrize("keys", [1, 2, 3, 5, 500])
def test_a_long_list_is_stored_in_parts(connection: Connection, monkeypatch: pytest.MonkeyPatch, keys: int) -> None:
    monkeypatch.setattr(queue, "KEYS", keys)
    articles.keep(connection, reading("e"), "posts/e.md", (), {}, NOON)
    note(connection, *(entry(key, mtime=100) for key in "bd"))
    change(connection, "d", state="kept")
    sent: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *statement: sent.append(statement[2]))
    assert note(connection, *(entry(key, mtime=101) for key in "abcde"), run=2) == 5
    assert [item(connection, key).state for key in "abcde"] == ["listed", "listed", "listed", "kept", "known"]
    assert [item(connection, key).mtime for key in "abcde"] == [101] * 5
    assert item(connection, "d").due == NOW
    assert sum(statement.startswith("INSERT INTO listings") for statement in sent) == -(-5 // keys)
    assert [(row.key, row.run) for row in rows(connection, listings)] == [(key, 2) for key in "abcde"]


def test_no_query_names_more_than_500_keys(connection: Connection) -> None:
    most: list[int] = []
    event.listen(connection, "before_cursor_execute", lambda *sent: most.append(sent[2].count("?")))
    note(connection, *(entry(str(number)) for number in range(501)))
    assert max(most) == 500
    assert len(rows(connection, items)) == 501


# What a proven list no longer names


def test_what_a_proven_list_names_no_more_is_recrawled_and_not_counted(connection: Connection) -> None:
    listed(connection)
    change(connection, state="kept")
    queue.vanish(connection, 1, CHANNEL, DATE, NOW)  # the run that found it in the list
    assert (item(connection).due, queue.count_listed(connection, CHANNEL, DATE)) == (None, 1)
    queue.vanish(connection, 2, CHANNEL, DATE, NOW)
    assert (item(connection).due, queue.count_listed(connection, CHANNEL, DATE)) == (NOW, 0)
    queue.vanish(connection, 3, CHANNEL, DATE, NOW + 9)  # not again
    assert item(connection).due == NOW
    listed(connection, run=3)
    assert queue.count_listed(connection, CHANNEL, DATE) == 1


@pytest.mark.parametrize("state", State)
def test_only_an_article_that_is_there_is_recrawled_because_its_list_lost_it(
    connection: Connection, state: State
) -> None:
    listed(connection)
    change(connection, state=state)
    queue.vanish(connection, 2, CHANNEL, DATE, NOW)
    assert item(connection).due == (NOW if state in ("kept", "known") else None)


def test_only_the_day_that_was_read_loses_its_listings(connection: Connection) -> None:
    listed(connection, "a", "b")
    listed(connection, "b", run=2)  # still there
    listed(connection, "c", day="2027-01-16")
    listed(connection, "d", channel="stock")
    for key in "abcd":
        change(connection, key, state="kept")
    queue.vanish(connection, 2, CHANNEL, DATE, NOW)
    assert [item(connection, key).due for key in "abcd"] == [NOW, None, None, None]
    assert {row.key: row.vanished for row in rows(connection, listings)} == dict.fromkeys("bcd", False) | {"a": True}


# Leases


def test_a_lease_is_what_the_ledger_knows_of_an_item(connection: Connection) -> None:
    listed(connection)
    change(
        connection, state="gone", reason="timeout", tries=2, published=NOW, etag='"tag"', modified="today", run=3, due=NOW
    )  # fmt: skip
    (lease,) = queue.lease(connection, 7, queue.due(CHANNEL, NOW)[1])
    assert lease == Lease(7, "a", "https://x/a", State.GONE, "timeout", 2, NOW, '"tag"', "today", 3, lists=(CHANNEL,))
    assert isinstance(lease.state, State)
    assert item(connection).lease == 7


def test_a_lease_has_all_lists_that_ever_named_its_article(connection: Connection) -> None:
    listed(connection, "a", "b")
    listed(connection, "a", channel="stock", run=2)
    listed(connection, "a", channel="banking", day="2027-01-16", run=2)
    listed(connection, "b", day="2027-01-16", run=2)
    queue.vanish(connection, 3, "stock", DATE, NOW)
    leases = queue.lease(connection, 7, queue.waiting(CHANNEL, DATE))
    assert {lease.key: lease.lists for lease in leases} == {
        "a": tuple(sorted(("banking", CHANNEL, "stock"))),
        "b": (CHANNEL,),
    }
    assert queue.lists_of(connection, ["c"]) == {}


@pytest.mark.parametrize(
    ("evidence", "lists"),
    [
        ('{"categories": {"place": "list macro"}}', ("macro",)),
        ('{"categories": {"place": "URL"}}', (CHANNEL, "stock")),
        ("{}", (CHANNEL, "stock")),
        ('{"categ', (CHANNEL, "stock")),
    ],
)
def test_an_article_that_is_filed_under_a_list_stays_there(
    connection: Connection, evidence: str, lists: tuple[str, ...]
) -> None:
    articles.keep(connection, reading("a"), "posts/a.md", (), {}, NOON)
    connection.execute(update(schema.articles).values(evidence=evidence))
    listed(connection, "a")
    listed(connection, "a", channel="stock")
    assert queue.lists_of(connection, ["a"]) == {"a": lists}


def test_an_item_with_a_damaged_state_is_leased_to_be_fetched_again(connection: Connection) -> None:
    listed(connection)
    change(connection, state="kepd", due=NOW)
    (lease,) = queue.lease(connection, 7, queue.due(CHANNEL, NOW)[1])
    assert (lease.state, lease.has_article) == (State.LISTED, False)


def test_what_is_leased_is_leased_once_until_it_is_released(connection: Connection) -> None:
    listed(connection, "b", "c", "a")
    wanted = queue.waiting(CHANNEL, DATE)
    assert leased(connection, wanted) == ["a", "b", "c"]
    assert leased(connection, wanted) == []
    queue.release(connection)
    assert [lease.run for lease in queue.lease(connection, 8, wanted)] == [8, 8, 8]


def test_a_release_leaves_everything_else(connection: Connection) -> None:
    listed(connection, "a", "b")
    change(connection, "a", lease=7, tries=2, state="failed", due=NOW)
    before = {key: item(connection, key)._asdict() for key in "ab"}
    queue.release(connection)
    assert item(connection, "a")._asdict() == {**before["a"], "lease": None}
    assert item(connection, "b")._asdict() == before["b"]


def under_way(connection: Connection, *keys: str) -> None:
    """Leases everything, and sends the requests of these items."""
    for lease in queue.lease(connection, 7, queue.waiting(CHANNEL, DATE)):
        if lease.key in keys:
            queue.settle(connection, lease.key, states.sent(lease))


def test_a_killed_run_costs_what_was_under_way_a_try_and_nothing_else(connection: Connection) -> None:
    listed(connection, "a", "b", "c")
    under_way(connection, "b")
    assert [item(connection, key).tries for key in "abc"] == [0, 1, 0]  # the ledger has it before the request is sent
    assert queue.release(connection) == []
    assert [(row.tries, row.killed, row.sent, row.lease) for row in rows(connection, items)] == [
        (0, 0, False, None), (1, 1, False, None), (0, 0, False, None),
    ]  # fmt: skip
    assert queue.release(connection) == []  # a second time changes nothing
    assert item(connection, "b").killed == 1


def test_a_run_that_ends_by_itself_gives_its_leases_back(connection: Connection) -> None:
    listed(connection, "a", "b")
    change(connection, "b", tries=2)
    under_way(connection, "b")
    assert item(connection, "b").tries == 3
    queue.give_back(connection)
    assert [(row.tries, row.killed, row.sent, row.lease) for row in rows(connection, items)] == [
        (0, 0, False, None), (2, 0, False, None),
    ]  # fmt: skip


def test_what_was_under_way_in_three_killed_runs_is_set_aside_and_told_of(connection: Connection) -> None:
    """It is none of those that are leased, until a user takes it up."""
    listed(connection, "a", "b")
    change(connection, "a", killed=2)
    change(connection, "b", killed=2, state="kept", due=NOW)
    for lease in queue.lease(connection, 7, queue.suspects([CHANNEL], NOW)):
        queue.settle(connection, lease.key, states.sent(lease))
    assert sorted(queue.release(connection)) == ["https://x/a", "https://x/b"]
    assert (item(connection).state, item(connection).reason, item(connection).due) == ("failed", "run_killed", None)
    assert (item(connection, "b").state, item(connection, "b").due) == ("kept", None)  # it is held
    assert queue.given_up(connection) == [("https://x/a", "run_killed", 1)]
    assert leased(connection, queue.suspects([CHANNEL], NOW)) == []
    assert queue.take_up(connection) == {"run_killed": 1}
    assert [(lease.key, lease.killed) for lease in queue.lease(connection, 7, queue.suspects([CHANNEL], NOW))] == [
        ("a", 1)
    ]


def test_what_was_under_way_in_killed_runs_comes_after_all_others(connection: Connection) -> None:
    """The fewest killed runs first; only what is listed or due, and only of the channels that are asked for."""
    listed(connection, "a", "b", "c", "d", "e", "f")
    listed(connection, "other", channel="stock")
    listed(connection, "shared", channel="stock")
    listed(connection, "shared", channel=CHANNEL, run=2)
    listed(connection, "shared", channel="stock", run=3)
    changes: dict[str, dict[str, Any]] = {
        "a": {"killed": 2},
        "b": {"killed": 1},
        "c": {"killed": 1, "state": "failed", "due": NOW},
        "d": {"killed": 1, "state": "failed", "due": NOW + 1},
        "e": {"killed": 1, "lease": 3},
        "other": {"killed": 1},
        "shared": {"killed": 1},
    }
    for key, values in changes.items():
        change(connection, key, **values)
    connection.execute(listings.delete().where(listings.c.key == "a"))  # its list was given up
    assert due(connection) == [["f"], []]
    assert due_elsewhere(connection, [CHANNEL]) == [[], []]
    assert leased(connection, queue.waiting(CHANNEL, DATE)) == ["f"]
    assert queue.count_waiting(connection, CHANNEL, DATE) == 1
    assert leased(connection, queue.suspects([CHANNEL], NOW)) == ["b", "c", "shared", "a"]


def test_50_items_are_leased_at_a_time(connection: Connection) -> None:
    listed(connection, *(f"{number:03}" for number in range(101)))
    wanted = queue.waiting(CHANNEL, DATE)
    assert [len(queue.lease(connection, 7, wanted)) for _ in range(4)] == [50, 50, 1, 0]


def test_all_items_are_leased_one_transaction_after_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the run does with a lease is not part of the transaction that leased it."""
    monkeypatch.setattr(queue, "BATCH", 2)
    with Ledger(tmp_path) as ledger:
        with ledger.transaction() as connection:
            listed(connection, *"abcde")
        held = []
        for lease in islice(queue.leases(ledger, 7, queue.waiting(CHANNEL, DATE)), 9):
            with ledger.transaction() as connection:
                held.append((lease.key, sum(row.lease is not None for row in rows(connection, items))))
                queue.settle(connection, lease.key, states.refused(lease, "video", NOW))
        assert held == [("a", 2), ("b", 1), ("c", 2), ("d", 1), ("e", 1)]
        with ledger.reading() as connection:
            assert {row.state for row in rows(connection, items)} == {"refused"}


def test_a_day_waits_for_what_it_names_and_nobody_has_fetched(connection: Connection) -> None:
    listed(connection, "a", "kept", "leased")
    listed(connection, "b", day="2027-01-16")
    listed(connection, "c", channel="stock")
    listed(connection, "d", reason="blog")
    change(connection, "kept", state="kept")
    change(connection, "leased", lease=3)
    assert leased(connection, queue.waiting(CHANNEL, DATE)) == ["a"]


def test_a_day_waits_for_what_another_list_named_last(connection: Connection) -> None:
    listed(connection)
    listed(connection, run=2, channel="stock", day="2027-01-16")
    assert leased(connection, queue.waiting(CHANNEL, DATE)) == ["a"]


def test_due_is_what_waits_and_what_is_due_and_nothing_else(connection: Connection) -> None:
    """The unfetched by their keys, the due ones by their times."""
    listed(connection, "new2", "new1", "now", "past", "later", "never", "failed", "leased", "taken")
    changes: dict[str, dict[str, Any]] = {
        "now": {"state": "kept", "due": NOW},
        "past": {"state": "gone", "due": NOW - 9},
        "later": {"state": "kept", "due": NOW + 1},
        "never": {"state": "refused"},
        "failed": {"state": "failed", "due": NOW - 5},
        "leased": {"lease": 3},
        "taken": {"state": "kept", "due": NOW, "lease": 3},
    }
    for key, values in changes.items():
        change(connection, key, **values)
    assert due(connection) == [["new1", "new2"], ["past", "failed", "now"]]
    assert due(connection, "stock") == [[], []]


def test_leases_that_are_held_are_not_due(connection: Connection) -> None:
    listed(connection, "a", "b")
    change(connection, "a", lease=3)
    change(connection, "b", lease=3, state="kept", due=NOW)
    listed(connection, "a", "b", run=2, channel="stock")
    wanted = [*queue.due(CHANNEL, NOW), *queue.due("stock", NOW), *queue.due_elsewhere([CHANNEL], NOW)]
    assert [leased(connection, query) for query in wanted] == [[]] * 6
    queue.release(connection)
    assert due(connection, "stock") == [["a"], ["b"]]


def test_an_item_is_due_for_its_own_channel_or_elsewhere_never_for_both(connection: Connection) -> None:
    listed(connection, "a", "b")
    change(connection, "b", state="kept", due=NOW)
    listed(connection, "a", "b", run=2, channel="stock")  # named last
    assert due(connection, CHANNEL) == [[], []]
    assert due(connection, "stock") == [["a"], ["b"]]
    assert due_elsewhere(connection, [CHANNEL]) == [["a"], ["b"]]
    assert due_elsewhere(connection, ["stock"]) == [[], []]
    assert due_elsewhere(connection, [CHANNEL, "stock"]) == [[], []]
    assert due_elsewhere(connection, ["world"]) == [[], []]


def test_elsewhere_are_several_channels(connection: Connection) -> None:
    """The unfetched by their channels and keys, the due ones by their times; those due later and others are not there."""
    for channel in ("china", "world"):
        listed(connection, "b", "c", "due1", "due2", "later", "kept", channel=channel)
    listed(connection, "a", channel="world")
    listed(connection, "a", "c", "due1", "later", "kept", run=2, channel="tech")
    listed(connection, "b", "due2", run=2, channel="stock")
    listed(connection, "other", run=2, channel="stock")
    for key, at in (("due1", NOW), ("due2", NOW - 1), ("later", NOW + 1), ("kept", None)):
        change(connection, key, state="kept", due=at)
    assert due_elsewhere(connection, ["china", "world"]) == [["b", "a", "c"], ["due2", "due1"]]
    assert due_elsewhere(connection, ["china"]) == [["b", "c"], ["due2", "due1"]]


# Outcomes


def test_an_outcome_is_that_of_its_item(connection: Connection) -> None:
    listed(connection, "a", "b")
    change(connection, "a", lease=7)
    change(connection, "b", lease=7)
    queue.settle(connection, "a", {"state": State.REFUSED, "reason": "video", "lease": None})
    assert (item(connection, "a").state, item(connection, "a").reason) == ("refused", "video")
    assert (item(connection, "a").lease, item(connection, "b").lease) == (None, 7)
    assert item(connection, "b").state == "listed"


def test_an_outcome_without_changes_changes_nothing(connection: Connection) -> None:
    listed(connection)
    before = item(connection)
    queue.settle(connection, "a", {})
    assert item(connection) == before


def test_a_failure_and_its_retries_go_through_the_queue(connection: Connection) -> None:
    listed(connection)
    now = NOW
    (lease,) = queue.lease(connection, 1, queue.waiting(CHANNEL, DATE))
    waits = []
    while True:
        queue.settle(connection, lease.key, states.failed(lease, "timeout", now))
        at = item(connection).due
        if at is None:
            break
        assert queue.given_up(connection) == []
        assert queue.lease(connection, 1, queue.due(CHANNEL, at - 1)[1]) == []
        (lease,) = queue.lease(connection, 1, queue.due(CHANNEL, at)[1])
        waits.append(at - now)
        now = at
    assert waits == [600, 3600, 21600, 86400, 259200]
    assert queue.given_up(connection) == [("https://x/a", "timeout", 6)]


@pytest.mark.parametrize("connection", ["ON", "OFF"], indirect=True)
def test_given_up_is_what_failed_and_is_not_retried(connection: Connection) -> None:
    listed(connection, "c", "b", "retried", "refused", "kept", "new")
    change(connection, "b", state="failed", reason="dns", tries=6)
    change(connection, "c", state="failed", reason="timeout", tries=7)
    change(connection, "retried", state="failed", due=NOW)
    change(connection, "refused", state="refused")
    change(connection, "kept", state="kept")
    assert queue.given_up(connection) == [("https://x/b", "dns", 6), ("https://x/c", "timeout", 7)]


def test_fetch_brings_back_a_page_that_was_gone(connection: Connection) -> None:
    """Under every URL of its article, and no other page."""
    listed(connection, "a", "b", "c", "d", "e")
    for key, article, state in (("a", "x", "gone"), ("b", "x", "gone"), ("c", "y", "gone"), ("d", "x", "kept")):
        change(connection, key, article=article, state=state, gone=None if state == "kept" else NOW, run=3)
    change(connection, "e", article="x", state="failed")
    queue.restore(connection, "x")
    found = [item(connection, key) for key in "abcde"]
    assert [row.state for row in found] == ["known", "known", "gone", "kept", "failed"]
    assert [row.gone for row in found] == [None, None, NOW, None, None]


# What a user has fetched again


def settled(connection: Connection) -> None:
    """Items of each kind: given up, waiting for a retry, refused, skipped, held, not fetched yet, leased."""
    listed(connection, "given up", "waits", "video", "error", "listed")
    listed(connection, "skipped", reason="video")
    listed(connection, "kept", "known", "gone")
    change(connection, "given up", state="failed", reason="http_500", tries=6)
    change(connection, "waits", state="failed", reason="http_500", tries=2, due=NOW + 9)
    change(connection, "video", state="refused", reason="video", tries=1, looked=NOW)
    change(connection, "error", state="refused", reason="error", tries=1, looked=NOW, due=NOW + 9)
    for key in ("kept", "known", "gone"):
        change(connection, key, state=key, reason="http_500", tries=6, looked=NOW, article=key)


def changed(connection: Connection, reasons: Sequence[str] | None = None, since: str = "") -> set[str]:
    """The keys of the items that are taken up; all others stay as they are."""
    before = {row.key: row for row in rows(connection, items)}
    counts = queue.take_up(connection, reasons, since)
    after = {row.key: row for row in rows(connection, items)}
    found = {key for key, row in after.items() if row != before[key]}
    assert all(after[key]._asdict() == before[key]._asdict() | states.taken_up() for key in found)
    assert counts == Counter(before[key].reason for key in found)
    return found


def test_what_was_given_up_or_refused_is_taken_up_and_nothing_else(connection: Connection) -> None:
    """What waits for a retry is left to its plan, but for a page that was refused."""
    settled(connection)
    assert changed(connection) == {"given up", "video", "error"}
    assert changed(connection) == set()


def test_a_failure_that_waits_is_taken_up_if_its_reason_is_named(connection: Connection) -> None:
    settled(connection)
    assert changed(connection, ["http_500"]) == {"given up", "waits"}
    assert changed(connection, ["timeout"]) == set()
    assert changed(connection, []) == set()
    assert changed(connection, ["video", "error"]) == {"video", "error"}


def test_what_is_taken_up_may_be_of_some_days_only(connection: Connection) -> None:
    for day in ("2027-01-14", "2027-01-15", "2027-01-16"):
        listed(connection, day, day=day)
        change(connection, day, state="failed", reason="dns")
    assert changed(connection, since="2027-01-17") == set()
    assert changed(connection, since="2027-01-15") == {"2027-01-15", "2027-01-16"}


def test_what_is_taken_up_is_leased_by_every_channel_that_named_it(connection: Connection) -> None:
    listed(connection)
    listed(connection, run=2, channel="stock")  # named last
    change(connection, state="failed", reason="dns", tries=6)
    assert due(connection, "stock") == due_elsewhere(connection, [CHANNEL]) == [[], []]
    queue.take_up(connection)
    assert due(connection, "stock") == due_elsewhere(connection, [CHANNEL]) == [["a"], []]
    assert due_elsewhere(connection, ["world"]) == [[], []]
    assert [lease.tries for lease in queue.lease(connection, 7, queue.waiting(CHANNEL, DATE))] == [0]


def test_the_reasons_of_items_are_those_of_items_without_an_article(connection: Connection) -> None:
    settled(connection)
    assert queue.reasons_of_items(connection) == {"http_500", "video", "error"}
    change(connection, "waits", reason="dns")
    change(connection, "known", reason="timeout")
    assert queue.reasons_of_items(connection) == {"http_500", "video", "error", "dns"}


# Counts


def test_a_day_is_counted_by_its_items(connection: Connection) -> None:
    listed(connection, "a", "b", "c", "d", "e")
    for key, state in (("b", "kept"), ("c", "failed"), ("d", "refused")):
        change(connection, key, state=state)
    listed(connection, "f", day="2027-01-16")
    listed(connection, "g", channel="stock")
    listed(connection, "a", run=2, channel="stock")  # counts for both
    counts = (queue.count_listed, queue.count_waiting, queue.count_settled)
    assert [count(connection, CHANNEL, DATE) for count in counts] == [5, 2, 3]
    assert [count(connection, "stock", DATE) for count in counts] == [2, 2, 0]
    assert [count(connection, "world", DATE) for count in counts] == [0, 0, 0]


def test_an_item_that_vanished_still_waits(connection: Connection) -> None:
    listed(connection, "a", "b")
    queue.vanish(connection, 2, CHANNEL, DATE, NOW)
    change(connection, "b", state="failed")
    counts = (queue.count_listed, queue.count_waiting, queue.count_settled)
    assert [count(connection, CHANNEL, DATE) for count in counts] == [0, 1, 1]


def test_due_items_are_counted_by_channel(connection: Connection) -> None:
    for channel in ("china", "stock", "world"):
        listed(connection, f"{channel}1", f"{channel}2", f"{channel}3", f"{channel}4", channel=channel)
        change(connection, f"{channel}1", due=NOW)
        change(connection, f"{channel}2", due=NOW - 1, lease=3)
        change(connection, f"{channel}3", due=NOW + 1)
    assert queue.count_due(connection, ["china"], NOW) == 2
    assert queue.count_due(connection, ["china", "world"], NOW) == 4
    assert queue.count_due(connection, ["china"], NOW + 1) == 3
    assert queue.count_due(connection, [], NOW) == 0


def test_what_is_tried_again_is_counted_by_its_reason(connection: Connection) -> None:
    assert queue.retrying(connection) == (Counter(), 0)
    listed(connection, *"abcdef")
    for key, reason, due in (("a", "timeout", 9), ("b", "timeout", 7), ("c", "broken", 8), ("d", "broken", None)):
        change(connection, key, state="failed", reason=reason, due=due)
    change(connection, "e", state="kept", due=1)
    assert queue.retrying(connection) == (Counter(timeout=2, broken=1), 7)


# A list that is empty all at once


def test_articles_whose_pages_are_there(connection: Connection) -> None:
    listed(connection, *"abcdefg")
    listed(connection, "h", day="2027-01-01")
    change(connection, "a", state="kept")
    change(connection, "b", state="gone", reason="http_404")
    change(connection, "c", state="failed", reason="http_410")
    change(connection, "d", state="failed", reason="timeout")
    change(connection, "e", state="refused", reason="error", looked=1)
    change(connection, "f", state="refused", reason="video", looked=None)
    assert queue.present(connection, CHANNEL, DATE) == {*"adg"}
    change(connection, "f", looked=1)
    assert queue.present(connection, CHANNEL, DATE) == {*"adfg"}


def test_the_articles_of_a_day_are_recrawled(connection: Connection) -> None:
    listed(connection, "f")
    listed(connection, *"abc", run=2)
    queue.vanish(connection, 2, CHANNEL, DATE, NOW)  # f has left the list
    listed(connection, "d", day="2027-01-01")
    listed(connection, "e", channel="stock")
    for key, state in zip("abcdef", ("kept", "known", "failed", "kept", "kept", "kept"), strict=True):
        change(connection, key, state=state, due=None)
    queue.recrawl_day(connection, CHANNEL, DATE, NOW)
    assert [item(connection, key).due for key in "abcdef"] == [NOW, NOW, None, None, None, None]


def test_held_articles_whose_last_look_failed(connection: Connection) -> None:
    listed(connection, *"abcde")
    change(connection, "a", state="kept", reason="timeout", due=NOW + 5)
    change(connection, "b", state="known", reason="timeout", due=NOW + 3)
    change(connection, "c", state="kept", reason="", due=NOW)
    change(connection, "d", state="gone", reason="http_404", due=NOW)
    change(connection, "e", state="failed", reason="timeout", due=NOW)
    assert queue.failed_looks(connection) == (Counter(timeout=2), NOW + 3)
    assert queue.retrying(connection) == (Counter(timeout=1), NOW)


# A clock that was ahead


def test_only_what_a_clock_that_was_ahead_has_planned_is_planned_again(connection: Connection) -> None:
    listed(connection, *"abcdef")
    week = 7 * 86400
    change(connection, "a", state="kept", published=NOW - 60, looked=NOW + 3601, due=None)
    change(connection, "b", state="kept", published=NOW - 60, looked=NOW + 3600, due=None)
    change(connection, "c", state="failed", due=NOW + week + 3601)
    change(connection, "d", state="failed", due=NOW + week + 3600)
    change(connection, "e", state="failed", due=None)
    queue.reschedule(connection, NOW, NOW - 3600)
    found = {key: (item(connection, key).due, item(connection, key).looked) for key in "abcdef"}
    assert found == {
        "a": (NOW - 60 + 30 * MINUTE, NOW),
        "b": (None, NOW + 3600),
        "c": (NOW, None),
        "d": (NOW + week + 3600, None),
        "e": (None, None),
        "f": (None, None),
    }
