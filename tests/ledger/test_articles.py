"""What storing an article does to its row, its revisions and the files of its post, and how articles are found."""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, update

from newscrawl.ledger import articles
from newscrawl.ledger.model import ArchivePart, ArchiveStats, ExportedArticle
from newscrawl.ledger.record import ArticleRecord, article_row, file_row, post_facts
from newscrawl.ledger.revisions import article_digest
from newscrawl.ledger.schema import articles as table
from newscrawl.ledger.schema import files, revisions, rules
from newscrawl.version import __version__
from tests.ledger.rows import NOW, change, listed, reading, rows

NOON = datetime.fromtimestamp(NOW, UTC)
WHEN, LATER = "2027-01-15T08:00:00+00:00", "2027-01-15T09:00:00+00:00"
HOUR = timedelta(hours=1)


def keep(
    connection: Connection,
    read: ArticleRecord | None = None,
    path: str = "",
    written: dict[str, Any] | None = None,
    now: datetime = NOON,
    flags: Sequence[str] = (),
) -> bool:
    read = read or reading()
    return articles.keep(connection, read, path or f"posts/{read.key}.md", flags, written or {}, now)


def facts(text: str) -> dict[str, Any]:
    return post_facts(text.encode(), "hexo", "clean")


# Storing


def test_a_new_article_is_stored(connection: Connection) -> None:
    assert keep(connection, flags=("short", "odd")) is False
    (row,) = rows(connection, table)
    assert row._asdict() == article_row(reading(), "posts/a.md", ("short", "odd"), WHEN, 1)
    assert rows(connection, revisions) == rows(connection, files) == []


@pytest.fixture
def far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine in China."""
    with monkeypatch.context() as context:
        context.setenv("TZ", "CST-8")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("far_from_utc")
def test_times_are_stored_in_utc(connection: Connection) -> None:
    now = NOON.astimezone(timezone(timedelta(hours=8))).replace(microsecond=123456)
    keep(connection, now=now)
    keep(connection, reading(title="新题"), now=now)
    assert [row.kept for row in rows(connection, table)] == [WHEN]
    assert [(row.kept, row.replaced) for row in rows(connection, revisions)] == [(WHEN, WHEN)]


def test_an_unchanged_article_keeps_the_time_it_was_first_read(connection: Connection) -> None:
    keep(connection)
    assert keep(connection, reading(capture=2, modified="2027-01-16"), now=NOON + HOUR, flags=("flag",)) is True
    (row,) = rows(connection, table)
    assert (row.kept, row.revision, row.captures, row.payloads, row.flags) == (WHEN, 1, "2", "P2", "flag")
    assert "2027-01-16" in row.record
    assert rows(connection, revisions) == []


def test_a_changed_article_becomes_a_revision(connection: Connection) -> None:
    keep(connection)
    assert keep(connection, reading(title="新题", capture=2), now=NOON + HOUR) is True
    (row,) = rows(connection, table)
    (old,) = rows(connection, revisions)
    assert (row.revision, row.kept, row.captures, row.payloads) == (2, LATER, "2", "P2")
    assert (old.key, old.revision, old.kept, old.replaced, old.captures, old.payloads) == (
        "a",
        1,
        WHEN,
        LATER,
        "1",
        "P1",
    )
    assert (old.digest, row.digest) == (
        article_digest(reading().record), article_digest(reading(title="新题").record),
    )  # fmt: skip
    assert (json.loads(old.record)["title"], json.loads(row.record)["title"]) == ("题", "新题")


def test_each_change_is_one_revision_more(connection: Connection) -> None:
    for number in range(4):
        keep(connection, reading(title=f"题{number}"), now=NOON + number * HOUR)
    keep(connection, reading(title="题3"), now=NOON + 9 * HOUR)
    keep(connection, reading("b"))
    assert sorted((row.key, row.revision) for row in rows(connection, table)) == [("a", 4), ("b", 1)]
    assert [(row.key, row.revision) for row in rows(connection, revisions)] == [("a", 1), ("a", 2), ("a", 3)]


@pytest.mark.parametrize(("title", "revision"), [("题", 1), ("新题", 2)])
def test_an_article_of_an_old_ledger_is_compared_by_its_record(
    connection: Connection, title: str, revision: int
) -> None:
    keep(connection)
    connection.execute(update(table).values(digest=""))
    keep(connection, reading(title=title), now=NOON + HOUR)
    (row,) = rows(connection, table)
    assert (row.revision, row.digest) == (revision, article_digest(reading(title=title).record))


def test_each_version_of_a_post_is_written_down(connection: Connection) -> None:
    for title, text in (("题", "1"), ("新题", "2")):
        keep(connection, reading(title=title), written=facts(text))
    keep(connection, reading(title="新题"))  # the post stays as it is
    found = [
        (row.path, row.key, row.url, row.docid, row.revision, row.rules, row.day) for row in rows(connection, files)
    ]
    assert found == [("posts/a.md", "a", "https://x/a", "a", number, "rules", "") for number in (1, 2)]
    assert [(row.size, row.digest, row.flavour, row.body) for row in rows(connection, files)] == [
        (1, hashlib.sha256(text).hexdigest(), "hexo", "clean") for text in (b"1", b"2")
    ]


def test_new_articles_are_stored_together(connection: Connection) -> None:
    made = [article_row(reading(key), f"posts/{key}.md", (), WHEN) for key in "ab"]
    articles.keep_new(connection, made, [file_row(row, "rules", facts("1")) for row in made])
    assert [row._asdict() for row in rows(connection, table)] == made
    assert [(row.path, row.rules) for row in rows(connection, files)] == [
        ("posts/a.md", "rules"),
        ("posts/b.md", "rules"),
    ]


def test_rules_are_stored_once(connection: Connection) -> None:
    articles.keep_rules(connection, "1", "{}")
    articles.keep_rules(connection, "1", '{"other": 1}')
    articles.keep_rules(connection, "2", "{}")
    assert [*map(tuple, rows(connection, rules))] == [("1", __version__, "{}"), ("2", __version__, "{}")]


# The paths of posts


def test_a_path_that_a_post_has_left_is_vacated_until_it_has_one_again(connection: Connection) -> None:
    keep(connection, written=facts("1"))
    assert articles.vacated_paths(connection) == []
    keep(connection, path="posts/b.md", written=facts("1"))
    assert articles.vacated_paths(connection) == ["posts/a.md"]
    keep(connection, path="posts/a.md", written=facts("2"))
    assert articles.vacated_paths(connection) == ["posts/b.md"]


def test_a_path_that_was_left_is_of_no_post_in_no_manifest(connection: Connection) -> None:
    keep(connection, written=facts("1"))
    keep(connection, reading(title="新题"), path="posts/b.md")
    left = rows(connection, files)[-1]
    assert (left.path, left.key, left.size, left.digest, left.day) == ("posts/a.md", "a", -1, "", "")


def test_a_path_is_vacated_until_the_next_manifest(connection: Connection) -> None:
    keep(connection, written=facts("1"))
    keep(connection, path="posts/b.md", written=facts("1"))
    connection.execute(update(files).values(day="2027-01-15"))
    assert articles.vacated_paths(connection) == []


def test_a_path_that_another_article_has_too_is_not_vacated(connection: Connection) -> None:
    for key, path in (("a", "posts/a.md"), ("b", "posts/a.md"), ("a", "posts/b.md")):
        keep(connection, reading(key), path, facts("1"))
    assert articles.vacated_paths(connection) == []


def test_an_article_is_alone_at_its_path(connection: Connection) -> None:
    for key, path in (("a", "posts/a.md"), ("b", "posts/b.md"), ("c", "posts/b.md")):
        keep(connection, reading(key), path)
    assert articles.is_only_article_at(connection, "posts/a.md", "a")
    assert not articles.is_only_article_at(connection, "posts/a.md", "b")
    assert not articles.is_only_article_at(connection, "posts/b.md", "b")
    assert articles.is_only_article_at(connection, "posts/c.md", "a")


def test_only_the_newest_version_of_a_post_is_found_by_its_digest(connection: Connection) -> None:
    old, new, other = facts("1"), facts("2"), facts("3")
    for written in (old, new):
        keep(connection, written=written)
    keep(connection, reading("b"), written=old)
    keep(connection, reading("c"), written=other)
    found = articles.posts_with(connection, [old["digest"], new["digest"]])
    assert sorted(found) == [("posts/a.md", new["digest"]), ("posts/b.md", old["digest"])]
    assert list(articles.posts_with(connection, [])) == []


# What is held


@pytest.mark.parametrize("connection", ["ON", "OFF"], indirect=True)
def test_a_stored_article_is_what_the_next_reading_is_compared_with(connection: Connection) -> None:
    assert articles.stored_article(connection, "a") is None
    keep(connection, reading(categories=["china"]), written=facts("1"))
    keep(connection, reading("b"), written=facts("3"))
    keep(connection, reading(categories=["china"], title="新题", capture=2), written=facts("2"))
    stored = articles.stored_article(connection, "a")
    assert stored
    assert (stored.path, stored.payloads, stored.categories) == ("posts/a.md", "P2", ["china"])
    assert stored.digest == article_digest(reading(title="新题").record)
    assert stored.file == facts("2")["digest"]


def test_a_stored_article_of_an_old_ledger_has_a_digest(connection: Connection) -> None:
    keep(connection)
    connection.execute(update(table).values(digest=""))
    stored = articles.stored_article(connection, "a")
    assert stored
    assert (stored.digest, stored.file) == (article_digest(reading().record), "")


def test_held_keys(connection: Connection) -> None:
    for key in "ab":
        keep(connection, reading(key))
    assert articles.held_keys(connection, iter("bc")) == {"b"}
    assert articles.held_keys(connection, "ab") == {"a", "b"}
    assert articles.held_keys(connection, []) == set()


def test_a_design_is_a_layout_with_a_fingerprint(connection: Connection) -> None:
    keep(connection)
    assert articles.has_design(connection, ("new", "design"))
    assert not articles.has_design(connection, ("new", "other"))
    assert not articles.has_design(connection, ("old", "design"))


def test_there_are_many_articles_of_a_layout(connection: Connection) -> None:
    for key in "abc":
        keep(connection, reading(key, layout="old" if key == "c" else "new"))
    assert [articles.has_many_of(connection, "new", enough) for enough in (1, 2, 3)] == [True, True, False]
    assert [articles.has_many_of(connection, "old", enough) for enough in (1, 2)] == [True, False]


# Reading


def test_an_article_is_its_row_with_its_record_as_data(connection: Connection) -> None:
    assert articles.article(connection, "a") is None
    keep(connection, flags=("flag",))
    keep(connection, reading("b"))
    row = article_row(reading(), "posts/a.md", ("flag",), WHEN)
    assert articles.article(connection, "a") == {
        **row,
        "record": reading().record,
        "evidence": {"title": {"place": "h1"}},
    }


def published(connection: Connection, *arguments: Any, **more: Any) -> str:
    return "".join(article.key for article in articles.published_articles(connection, *arguments, **more))


def test_an_article_is_exported_with_its_newest_revision(connection: Connection) -> None:
    keep(connection)
    keep(connection, reading(title="新题"), now=NOON + HOUR)
    (article,) = articles.published_articles(connection)
    record = json.dumps(reading(title="新题").record, ensure_ascii=False)
    assert article == ExportedArticle("a", "posts/a.md", 2, LATER, record)


@pytest.mark.parametrize("read", [1, 2, 100])
def test_articles_are_in_order_of_publication_and_key(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, read: int
) -> None:
    monkeypatch.setattr(articles, "READ", read)
    for key, hour in (("d", 8), ("b", 9), ("c", 9), ("a", 10), ("e", 7)):
        keep(connection, reading(key, published=f"2027-01-15T{hour:02}:00:00+00:00"))
    assert published(connection) == "edbca"
    assert published(connection, newest_first=True) == "acbde"


@pytest.mark.parametrize("hours", [-12, 0, 8, 14])
def test_a_span_is_one_of_instants_whatever_their_zone(connection: Connection, hours: int) -> None:
    start = datetime.fromisoformat(WHEN)
    zone = timezone(timedelta(hours=hours))
    for number, minutes in enumerate((-1, 0, 59, 60)):
        instant = (start + timedelta(minutes=minutes)).astimezone(zone)
        keep(connection, reading(str(number), published=instant.isoformat()))
    assert published(connection, (), start, start + HOUR) == "12"
    assert published(connection, (), start) == "123"
    assert published(connection, (), None, start + HOUR) == "012"
    assert published(connection) == "0123"


def test_a_span_of_one_zone_has_the_instants_of_any_other(connection: Connection) -> None:
    """No two UTC offsets are more than 26 hours apart."""
    start = datetime(2027, 1, 15, tzinfo=timezone(timedelta(hours=14)))
    for key, hours in (("west", -12), ("east", 14)):
        keep(connection, reading(key[0], published=start.astimezone(timezone(timedelta(hours=hours))).isoformat()))
    assert published(connection, (), start, start + HOUR) == "we"
    assert published(connection, (), *(at.astimezone(timezone(-12 * HOUR)) for at in (start, start + HOUR))) == "we"


FOLDERS = {
    "a": "china", "b": "china/港口", "c": "china/港口/甲", "d": "chinax", "e": "stock", "f": "stock/china", "g": "chin_",
    "h": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "keys"),
    [
        ([], "abcdefgh"),
        ([ArchivePart("china")], "abc"),
        ([ArchivePart("china/港口")], "bc"),
        ([ArchivePart("china/港")], ""),
        ([ArchivePart("chin_")], "g"),
        ([ArchivePart("china", ("china/港口",))], "a"),
        ([ArchivePart("china", ("china/港口/甲", "stock"))], "ab"),
        ([ArchivePart("china", ("china",))], ""),
        ([ArchivePart("china/港口/甲"), ArchivePart("stock")], "cef"),
        ([ArchivePart("")], "h"),
        ([ArchivePart("CHINA")], ""),
    ],
)
def test_a_part_is_a_folder_with_its_subfolders(connection: Connection, parts: list[ArchivePart], keys: str) -> None:
    for key, folder in FOLDERS.items():
        keep(connection, reading(key, channel=folder))
    assert published(connection, parts) == keys
    if parts:
        assert any(articles.holds(connection, part) for part in parts) == bool(keys)


def test_a_part_is_what_a_list_named(connection: Connection) -> None:
    """By the article that its page held, which may be stored under the key of another URL."""
    for key in "abc":
        keep(connection, reading(key))
    listed(connection, "a", "x", "y")
    listed(connection, "b", channel="stock")
    change(connection, "x", article="c")
    assert published(connection, [ArchivePart(listed="china")]) == "ac"
    assert published(connection, [ArchivePart("elsewhere", ("china",), listed="stock")]) == "b"
    assert published(connection, [ArchivePart(listed="world")]) == ""
    assert published(connection, [ArchivePart(listed="china"), ArchivePart(listed="stock")]) == "abc"
    assert articles.holds(connection, ArchivePart(listed="stock"))
    assert not articles.holds(connection, ArchivePart(listed="world"))


def test_the_history_of_an_article_has_all_its_revisions(connection: Connection) -> None:
    for number in range(3):
        for key in "ba":
            keep(connection, reading(key, title=f"{key}{number}"), now=NOON + number * HOUR)
    keep(connection, reading("c"))
    found = list(articles.histories(connection))
    assert [(history.key, history.url, history.path, history.gone) for history in found] == [
        (key, f"https://x/{key}", f"posts/{key}.md", None) for key in "ab"
    ]
    kept = [f"2027-01-15T{hour:02}:00:00+00:00" for hour in (8, 9, 10)]
    for history in found:
        titles = [f"{history.key}{number}" for number in range(3)]
        assert [(at, record["title"]) for at, record in history.readings] == [*zip(kept, titles, strict=True)]


def test_the_history_of_an_article_tells_when_its_page_was_found_gone(connection: Connection) -> None:
    """The last time, if several URLs have it."""
    for key in "abc":
        keep(connection, reading(key))
    listed(connection, "a", "b", "x", "c", "never kept")
    change(connection, "a", article="a", gone=NOW)
    change(connection, "x", article="a", gone=NOW + 5)
    change(connection, "b", article="b", gone=NOW + 3)
    change(connection, "c", article="c")
    change(connection, "never kept", gone=NOW)
    assert [(history.key, len(history.readings), history.gone) for history in articles.histories(connection)] == [
        ("a", 1, NOW + 5),
        ("b", 1, NOW + 3),
    ]


def test_an_empty_archive_has_no_design_and_no_days(connection: Connection) -> None:
    assert articles.stats(connection) == ArchiveStats(0, {}, "", "", [])


@pytest.mark.parametrize("connection", ["ON", "OFF"], indirect=True)
def test_the_contents_of_an_archive(connection: Connection) -> None:
    for key, layout, flags in (("c", "old", ("odd",)), ("a", "new", ("short", "odd")), ("b", "old", ())):
        keep(
            connection, reading(key, layout=layout, published=f"2027-01-{ord(key) - 90:02}T08:00:00+08:00"), flags=flags
        )
    flagged = [("https://x/a", "short odd"), ("https://x/c", "odd")]
    found = articles.stats(connection)
    assert found == ArchiveStats(3, {"new": 1, "old": 2}, "2027-01-07", "2027-01-09", flagged)
    assert [*found.layouts] == ["new", "old"]
