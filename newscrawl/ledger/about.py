"""What an archive knows about itself: what its first run was told, and the newest time that a server has told.

Up to when a channel is read stands here too, once a clock that was ahead has set its watermark (`watermarks.py`).

Every function works within the transaction of its `connection`.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, delete, select

from newscrawl.ledger.database import upsert
from newscrawl.ledger.schema import about

SERVER_TIME = "server_time"  # epoch seconds


def recall(connection: Connection) -> dict[str, str]:
    """All that is known, by name."""
    return {row.name: row.value for row in connection.execute(select(about))}


def remember_first(connection: Connection, values: Mapping[str, str]) -> None:
    """Stores values whose names are not known yet; what the first run was told stays."""
    if rows := [{"name": name, "value": value} for name, value in values.items()]:
        upsert(connection, about, rows, ())


def forget(connection: Connection, names: Iterable[str]) -> None:
    """Deletes values by their names."""
    connection.execute(delete(about).where(about.c.name.in_(list(names))))


def recall_number(connection: Connection, name: str) -> int | None:
    """A number, by its name; None if it is not known."""
    value = connection.execute(select(about.c.value).where(about.c.name == name)).scalar()
    return int(value) if value and value.isdecimal() else None


def note_number(connection: Connection, name: str, number: int) -> None:
    """Stores a number, in the place of an earlier one."""
    upsert(connection, about, [{"name": name, "value": str(number)}], ("value",))


def server_time(connection: Connection) -> int | None:
    """The newest time that a server has told, in epoch seconds; None if none has."""
    return recall_number(connection, SERVER_TIME)


def note_server_time(connection: Connection, told: int) -> None:
    """Stores a time that a server has told (epoch seconds), if no later one is known."""
    if told > (server_time(connection) or 0):
        note_number(connection, SERVER_TIME, told)
