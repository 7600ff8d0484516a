"""What a disk has lost although the ledger speaks of it: it is marked as lost, and fetched again.

Every function works within the transaction of its `connection`.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from newscrawl.ledger.schema import GONE, articles, captures, files, items, manifests


def lose_captures(connection: Connection, ids: Collection[int]) -> None:
    """Marks captures as lost, and has the articles fetched again that were read from them."""
    connection.execute(update(captures).where(captures.c.id.in_(ids)).values(file=""))
    lost = set(map(str, ids))
    rows = connection.execute(select(articles.c.key, articles.c.captures).where(articles.c.captures != ""))
    fetch_again(connection, [row.key for row in rows if lost & set(row.captures.split())])


def fetch_again(connection: Connection, keys: Collection[str]) -> None:
    """Has articles recrawled at once whose page or post is lost. The server is not asked whether the page has changed.

    The bytes that an article was read from count as unknown, so that it is stored again with its new capture.
    """
    connection.execute(update(articles).where(articles.c.key.in_(keys)).values(payloads=""))
    since = func.coalesce(items.c.looked, 0)
    again = update(items).where(items.c.article.in_(keys))
    connection.execute(again.values(due=since, etag="", modified=""))


def last_posts(connection: Connection) -> Sequence[Row[Any]]:
    """The rows of `files` of the newest posts that were written on the day of the last manifest, or after it."""
    day = select(func.max(manifests.c.day)).scalar_subquery()
    newest = select(func.max(files.c.id)).where(or_(files.c.day == "", files.c.day == day)).group_by(files.c.path)
    wanted = select(files).where(files.c.id.in_(newest), files.c.key != "", files.c.size != GONE, files.c.digest != "")
    return connection.execute(wanted.order_by(files.c.path)).all()
