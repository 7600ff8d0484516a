"""The rows of a ledger, for tests: made, changed and read directly."""

from typing import Any

from sqlalchemy import Connection, Row, Table, select, update

from newscrawl.ledger import queue
from newscrawl.ledger.model import ListedItem
from newscrawl.ledger.record import ArticleRecord
from newscrawl.ledger.schema import items
from newscrawl.provenance import Capture

NOW = 1_800_000_000  # 2027-01-15T08:00:00Z
CHANNEL, DATE = "china", "2027-01-15"


def entry(key: str = "a", **more: Any) -> ListedItem:
    return ListedItem(key, f"https://x/{key}", **more)


def listed(
    connection: Connection,
    *keys: str,
    run: int = 1,
    channel: str = CHANNEL,
    day: str = DATE,
    now: int = NOW,
    **more: Any,
) -> None:
    """A list names items."""
    queue.note(connection, run, channel, day, [entry(key, **more) for key in keys or "a"], now)


def change(connection: Connection, key: str = "a", **values: Any) -> None:
    connection.execute(update(items).where(items.c.key == key).values(values))


def item(connection: Connection, key: str = "a") -> Row[Any]:
    return connection.execute(select(items).where(items.c.key == key)).one()


def rows(connection: Connection, table: Table) -> list[Row[Any]]:
    """All rows of a table, in the order of its primary key."""
    return [*connection.execute(select(table).order_by(*table.primary_key.columns))]


def reading(
    key: str = "a",
    title: str = "题",
    published: str | None = "2027-01-15T08:00:00+00:00",
    capture: int = 1,
    **more: Any,
) -> ArticleRecord:
    """An article as it was read from a page."""
    record = {
        "url": f"https://x/{key}", "docid": key, "channel": "china", "published": published, "layout": "new",
        "title": title, "categories": [], "author": "", "source": "", "byline": [], "editor": "", "modified": None,
        "keywords": [], "stocks": [], "original_title": "", "images": [], "headimg": "", "text": "", "html": "",
        "site": "sina_finance", **more,
    }  # fmt: skip
    evidence = {"title": {"place": "h1"}}
    return ArticleRecord(key, record, evidence, "design", "rules", captures=(Capture(capture, f"P{capture}"),))
