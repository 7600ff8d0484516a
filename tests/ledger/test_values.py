"""What a column of the ledger may hold: any other value is damage, told as SQLite tells of a damaged page."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select
from sqlalchemy.exc import DatabaseError

from newscrawl import disk
from newscrawl.extraction.article import Article
from newscrawl.ledger import values
from newscrawl.ledger.record import article_row
from newscrawl.ledger.schema import articles, items, metadata
from newscrawl.ledger.values import FIRST, LAST, Checked, Record, damaged_value, holds_text, value_fits
from tests.ledger.rows import item, listed, reading

RECORD = reading().record


def column(name: str) -> Any:
    table, _, column = name.partition(".")
    return metadata.tables[table].columns[column]


def changed(**more: Any) -> str:
    return json.dumps(RECORD | more)


@pytest.mark.parametrize(
    ("name", "whole", "damaged"),
    [
        ("items.url", ["", "a", "文"], [1, 1.5, b"a"]),
        ("rules.site", ["", "{"], [1, b"a"]),
        ("items.tries", [0, -1, 2**40], ["1", 1.5, b"1"]),
        ("captures.offset", [0, 2**62], ["1", 1.5]),
        ("items.sent", [0, 1], [2, -1, "1", 0.0]),
        ("items.due", [0, 1, -1, FIRST, LAST], [FIRST - 1, LAST + 1, "1", 1.5]),
        (
            "articles.kept",
            ["2026-03-01T08:00:00+08:00", "0002-01-01T00:00:00Z", "9998-12-31T23:59:59+00:00"],
            ["", "2026-03-01T08:00:00", "2026-03-01", "2026-03-41T08:00:00Z", "0001-12-31T00:00:00Z", "9999-01-01T00:00:00Z", 1],
        ),
        ("items.day", ["2026-03-01", "0001-01-01", "9999-12-31"], ["", "2026-02-30", "2026-3-1", "20260301", "２026-03-01", 1]),
        ("files.day", ["", "2026-03-01"], ["2026-02-30", 0]),
        ("articles.captures", ["", "1", "1 22 333"], ["-1", "1,2", "1  2", " 1", "1 ", "x", "1" * 19, "١", 1]),
        ("runs.summary", ["{}", '{"posts": {"written": 1}, "new": [1]}'], ["", "[]", "{", '{"posts": [1]}', '{"stopped": 1}', 1]),
        (
            "articles.record",
            [changed(), changed(modified=None), changed(published=None), changed(new=1), changed(images=[{"src": "a", "caption": ""}])],
            ["", "{", "[]", "null", "[" * 9999, changed(title=None), changed(byline="a"), changed(stocks=[1]), changed(images=["a"]), 1],
        ),
    ],
)  # fmt: skip
def test_a_column_holds_what_newscrawl_writes(name: str, whole: list[Any], damaged: list[Any]) -> None:
    assert [value for value in whole if not value_fits(column(name), value)] == []
    assert [value for value in damaged if value_fits(column(name), value)] == []


@pytest.mark.parametrize(("name", "may"), [("items.due", True), ("items.url", False), ("articles.published", True)])
def test_there_is_no_value_only_where_there_may_be_none(name: str, may: bool) -> None:
    assert value_fits(column(name), None) is may


def test_each_zone_can_show_the_first_and_the_last_instant() -> None:
    first, last = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, 23, 59, 59, tzinfo=UTC)
    assert (int(first.timestamp()), int(last.timestamp())) == (FIRST, LAST)
    for hours in (-23, 23):
        zone = timezone(timedelta(hours=hours))
        assert first.astimezone(zone) < last.astimezone(zone)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("items.url", "a text"),
        ("rules.site", "a text"),
        ("items.tries", "a number"),
        ("captures.offset", "a number"),
        ("items.sent", "yes or no"),
        ("items.due", "an instant"),
        ("articles.kept", "an instant"),
        ("items.day", "a day"),
        ("files.day", "a day"),
        ("articles.captures", "ids"),
        ("articles.record", "a record"),
        ("runs.summary", "the summary of a run"),
    ],
)
def test_a_message_says_what_a_column_is_for(name: str, what: str) -> None:
    read = column(name).type.result_processor(None, None)
    with pytest.raises(DatabaseError) as told:
        read(b"x")
    assert str(told.value.orig) == f"b'x' stands where {what} must"
    assert read(None) is None


def test_a_yes_is_read_as_one() -> None:
    read = column("items.sent").type.result_processor(None, None)
    assert (read(1), read(0)) == (True, False)
    assert (type(read(1)), type(read(0))) == (bool, bool)


def test_a_record_has_the_fields_of_an_article_and_may_lack_those_that_came_later() -> None:
    names = [field.name for field in fields(Article)]
    assert [*Record.__annotations__] == names
    old = {name: value for name, value in RECORD.items() if name not in ("kicker", "subtitle")}
    assert values.is_record(json.dumps(old))
    for name in old:
        assert not values.is_record(json.dumps({key: value for key, value in old.items() if key != name})), name


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_each_column_says_what_it_holds(table: Table) -> None:
    assert [column.name for column in table.columns if not isinstance(column.type, Checked)] == []


def test_texts_are_told_from_numbers() -> None:
    held = ("items.url", "articles.record", "items.day")
    assert [holds_text(column(name)) for name in (*held, "items.tries", "items.due", "items.sent")] == [True] * 3 + [
        False
    ] * 3


def test_a_damaged_value_is_told_when_it_is_read(connection: Connection) -> None:
    listed(connection)
    assert (item(connection).sent, item(connection).due) == (False, None)
    connection.exec_driver_sql("UPDATE items SET due = 'soon'")
    with pytest.raises(DatabaseError, match="'soon' stands where an instant must") as told:
        connection.execute(select(items.c.key, items.c.due)).all()
    assert (disk.is_damage(told.value), disk.words_of(told.value)) == (True, "'soon' stands where an instant must")
    with pytest.raises(DatabaseError):
        connection.execute(select(func.max(items.c.due))).all()
    assert connection.execute(select(items.c.key)).scalars().all() == [
        "a"
    ]  # what nobody reads keeps nobody from the rest


def test_a_value_is_written_as_before(connection: Connection) -> None:
    row = article_row(reading(), "posts/a.md", ())
    connection.execute(articles.insert(), row | {"kept": "2026-03-01T08:00:00+08:00"})
    assert connection.exec_driver_sql(
        "SELECT typeof(revision), typeof(record), typeof(captures) FROM articles"
    ).one() == ("integer", "text", "text")
    assert json.loads(connection.execute(select(articles.c.record)).scalar_one()) == RECORD


def test_a_long_value_is_told_by_its_beginning() -> None:
    assert str(damaged_value("x" * 99, "a day").orig) == f"'{'x' * 39}… stands where a day must"
    assert str(damaged_value("x" * 38, "a day").orig) == f"'{'x' * 38}' stands where a day must"
