"""What storing an article does to its row, its revisions, its item and the paths of its post."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.record import ArticleRecord, post_facts
from newscrawl.ledger.schedule import HOUR, MINUTE
from newscrawl.ledger.schema import articles, files, items, revisions
from newscrawl.provenance import Capture, Lease

NOW = 1_800_000_000
WHEN = "2027-01-15T08:00:00+00:00"
LATER = "2027-01-15T09:00:00+00:00"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        at(opened, NOW)
        yield opened


def at(ledger: Ledger, now: int) -> None:
    ledger.clock = lambda: datetime.fromtimestamp(now, UTC)


def reading(key: str = "a", title: str = "题", published: str = WHEN, capture: int = 1, **more: Any) -> ArticleRecord:
    record = {
        "url": f"https://x/{key}", "docid": key, "channel": "china", "published": published, "layout": "new",
        "title": title, "categories": [],
    }  # fmt: skip
    return ArticleRecord(key, record, {}, "design", "rules", **{"captures": (Capture(capture, f"P{capture}"),), **more})


def lease(ledger: Ledger, key: str = "a", **values: Any) -> Lease:
    """The lease of run 7 for an item that a list names, after its row was given values."""
    ledger.note(1, "china", "2027-01-15", [ListedItem(key, f"https://x/{key}")])
    with ledger.engine.begin() as connection:
        connection.execute(update(items).where(items.c.key == key).values(lease=7, **values))
    row = item(ledger, key)
    return Lease(7, row.key, row.url, row.state, row.reason, row.tries, row.published, '"tag"', "today")


def item(ledger: Ledger, key: str = "a") -> Any:
    with ledger.engine.connect() as connection:
        return connection.execute(select(items).where(items.c.key == key)).one()


def rows(ledger: Ledger, table: Any) -> list[Any]:
    with ledger.engine.connect() as connection:
        return [*connection.execute(select(table))]


def test_an_article_acknowledges_its_lease(ledger: Ledger) -> None:
    ledger.keep(reading(), "posts/a.md", (), {}, lease(ledger, tries=2, reason="timeout", gone=NOW))
    row = item(ledger)
    assert (row.state, row.run, row.article, row.lease, row.tries, row.reason) == ("kept", 7, "a", None, 0, "")
    assert (row.published, row.looked, row.gone, row.due) == (NOW, NOW, None, NOW + 30 * MINUTE)
    assert (row.etag, row.modified) == ('"tag"', "today")  # the next request sends them


def test_an_article_without_a_date_is_recrawled_by_the_time_it_was_kept(ledger: Ledger) -> None:
    ledger.keep(reading(published=""), "posts/a.md", (), {}, lease(ledger))
    assert (item(ledger).published, item(ledger).due) == (NOW, NOW + 30 * MINUTE)


@pytest.mark.parametrize(("run", "state"), [(3, "kept"), (None, "known")])
def test_an_article_that_is_recrawled_stays_the_one_of_its_run(ledger: Ledger, run: int | None, state: str) -> None:
    found = lease(ledger, state="gone", run=run)
    ledger.keep(reading(), "posts/a.md", (), {}, None)
    ledger.keep(reading(), "posts/a.md", (), {}, found)
    assert (item(ledger).state, item(ledger).run) == (state, run)


def test_an_article_that_was_held_under_another_url_is_known(ledger: Ledger) -> None:
    ledger.keep(reading(), "posts/a.md", (), {}, None)
    ledger.keep(reading(), "posts/a.md", (), {}, lease(ledger, "b"))
    assert (item(ledger, "b").state, item(ledger, "b").run, item(ledger, "b").article) == ("known", None, "a")


def test_the_same_bytes_acknowledge_the_lease_too(ledger: Ledger) -> None:
    ledger.keep(reading(), "posts/a.md", (), {}, None)
    at(ledger, NOW + HOUR)
    ledger.same(reading(), lease(ledger))
    assert (item(ledger).state, item(ledger).looked, item(ledger).lease) == ("known", NOW + HOUR, None)


@pytest.mark.parametrize(("state", "found"), [("gone", "known"), ("kept", "kept")])
def test_fetch_brings_back_a_page_that_was_gone(ledger: Ledger, state: str, found: str) -> None:
    lease(ledger, state=state, article="a", gone=NOW if state == "gone" else None)
    ledger.keep(reading(), "posts/a.md", (), {}, None)
    assert (item(ledger).state, item(ledger).gone) == (found, None)


def test_an_unchanged_article_keeps_the_time_it_was_first_read(ledger: Ledger) -> None:
    ledger.keep(reading(), "posts/a.md", (), {}, None)
    at(ledger, NOW + HOUR)
    ledger.keep(reading(capture=2), "posts/a.md", ("flag",), {}, None)
    ((row),) = rows(ledger, articles)
    assert (row.kept, row.revision, row.captures, row.payloads, row.flags) == (WHEN, 1, "2", "P2", "flag")
    assert rows(ledger, revisions) == []


def test_a_changed_article_becomes_a_revision(ledger: Ledger) -> None:
    ledger.keep(reading(), "posts/a.md", (), {}, None)
    at(ledger, NOW + HOUR)
    ledger.keep(reading(title="新题", capture=2), "posts/a.md", (), {}, None)
    (row,) = rows(ledger, articles)
    (old,) = rows(ledger, revisions)
    assert (row.revision, row.kept, row.captures, row.payloads) == (2, LATER, "2", "P2")
    assert (old.revision, old.kept, old.replaced, old.captures, old.payloads) == (1, WHEN, LATER, "1", "P1")
    assert old.digest != row.digest
    assert "新题" not in old.record


def facts(text: str) -> dict[str, Any]:
    return post_facts(text.encode(), "hexo", "clean")


def test_a_path_that_a_post_has_left_is_vacated_until_it_has_one_again(ledger: Ledger) -> None:
    ledger.keep(reading(), "posts/a.md", (), facts("1"), None)
    ledger.keep(reading(), "posts/b.md", (), facts("1"), None)
    assert ledger.vacated_paths() == ["posts/a.md"]
    ledger.keep(reading(), "posts/a.md", (), facts("2"), None)
    assert ledger.vacated_paths() == ["posts/b.md"]


def test_a_path_that_another_article_has_too_is_not_vacated(ledger: Ledger) -> None:
    for key, path in (("a", "posts/a.md"), ("b", "posts/a.md"), ("a", "posts/b.md")):
        ledger.keep(reading(key), path, (), facts("1"), None)
    assert ledger.vacated_paths() == []


def test_each_version_of_a_post_is_written_down(ledger: Ledger) -> None:
    for title, text in (("题", "1"), ("新题", "2")):
        ledger.keep(reading(title=title), "posts/a.md", (), facts(text), None)
    ledger.keep(reading(title="新题"), "posts/a.md", (), {}, None)  # the post stays as it is
    found = [(row.path, row.key, row.url, row.docid, row.revision, row.rules, row.day) for row in rows(ledger, files)]
    assert found == [("posts/a.md", "a", "https://x/a", "a", number, "rules", "") for number in (1, 2)]
    assert [(row.size, row.digest, row.flavour, row.body) for row in rows(ledger, files)] == [
        (1, hashlib.sha256(text).hexdigest(), "hexo", "clean") for text in (b"1", b"2")
    ]


def test_only_the_newest_version_of_a_file_was_written(ledger: Ledger) -> None:
    old, new = facts("1"), facts("2")
    for written in (old, new):
        ledger.keep(reading(), "posts/a.md", (), written, None)
    assert list(ledger.written([old["digest"], new["digest"]])) == [("posts/a.md", new["digest"])]


def test_a_design_is_new_when_there_are_enough_articles_of_its_layout(ledger: Ledger) -> None:
    ledger.keep(reading("a"), "posts/a.md", (), {}, None)
    assert not ledger.is_new_design(("new", "other"), 2)
    ledger.keep(reading("b"), "posts/b.md", (), {}, None)
    assert ledger.is_new_design(("new", "other"), 2)
    assert not ledger.is_new_design(("old", "other"), 2)
    assert not ledger.is_new_design(("new", "design"), 2)
    assert ledger.designs == {("new", "design")}  # known from now on, also to a batch


@pytest.mark.parametrize("hours", [-12, 0, 14])
def test_a_span_is_one_of_instants_whatever_their_zone(ledger: Ledger, hours: int) -> None:
    start = datetime.fromisoformat(WHEN)
    zoned = [start + timedelta(minutes=minutes) for minutes in (-1, 0, 59, 60)]
    zone = (start + timedelta(hours=hours)).strftime(f"{'+' if hours >= 0 else '-'}{abs(hours):02}:00")
    for number, instant in enumerate(zoned):
        local = (instant + timedelta(hours=hours)).replace(tzinfo=None).isoformat() + zone
        ledger.keep(reading(str(number), published=local), f"posts/{number}.md", (), {}, None)
    found = ledger.articles(since=start, until=start + timedelta(hours=1))
    assert [article.key for article in found] == ["1", "2"]
