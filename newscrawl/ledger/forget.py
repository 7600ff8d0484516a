"""Forgets a list that was given up: what it named and how it was read; articles stay.

Every function works within the transaction of its `connection`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, func, select, union

from newscrawl.ledger.schema import items, listings, watermarks, windows
from newscrawl.ledger.watermarks import forget_watermarks


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was forgotten of a list: days, entries, and items that no other list names; `kept` articles stay."""

    days: int
    entries: int
    items: int
    kept: int


def lists_of(connection: Connection) -> list[str]:
    """The lists that a ledger knows, by name."""
    tables = (windows, listings, watermarks)
    return sorted(connection.execute(union(*(select(table.c.channel) for table in tables))).scalars())


def forget_list(connection: Connection, name: str) -> Forgotten:
    """Forgets a list. Its items stay where their article is held, or another list names them."""
    named = select(listings.c.key).where(listings.c.channel == name)
    held = select(func.count()).where(items.c.key.in_(named), items.c.article.is_not(None))
    kept = connection.execute(held).scalar_one()
    elsewhere = exists().where(listings.c.key == items.c.key, listings.c.channel != name)
    mine = items.c.key.in_(named) | (items.c.channel == name)
    alone = delete(items).where(mine, items.c.article.is_(None), ~elsewhere)
    gone = connection.execute(alone).rowcount
    entries = connection.execute(delete(listings).where(listings.c.channel == name)).rowcount
    days = connection.execute(delete(windows).where(windows.c.channel == name)).rowcount
    forget_watermarks(connection, [name])
    return Forgotten(days, entries, gone, kept)
