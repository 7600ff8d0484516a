"""Forgetting a list that was given up."""

from sqlalchemy import Connection

from newscrawl.ledger import runs
from newscrawl.ledger.forget import Forgotten, forget_list, lists_of
from newscrawl.ledger.proof import Evidence, prove
from newscrawl.ledger.runs import Run
from newscrawl.ledger.schema import items, listings, watermarks, windows
from newscrawl.ledger.watermarks import set_watermarks
from tests.ledger.rows import change, listed, rows


def test_the_lists_that_a_ledger_knows(connection: Connection) -> None:
    assert lists_of(connection) == []
    listed(connection, "a", channel="stock")
    set_watermarks(connection, {"feed": 1})
    runs.note_unread(connection, Run(1, 1), [("map", "2027-01-15")], 1)
    assert lists_of(connection) == ["feed", "map", "stock"]


def test_what_only_a_forgotten_list_named_is_gone_and_articles_stay(connection: Connection) -> None:
    proof = prove(Evidence(ended=True))
    for channel in ("china", "stock"):
        runs.note_window(connection, Run(1, 1), channel, "2027-01-15", proof, listed=1, entries=1, now=1)
    set_watermarks(connection, {"china": 1, "stock": 2})
    listed(connection, "shared", "held", "failed", "waiting", channel="china")
    listed(connection, "shared", "other", channel="stock")
    listed(connection, "shared", channel="china")  # which named it last
    change(connection, "held", state="kept", article="held")
    change(connection, "failed", state="failed", reason="timeout", due=9)
    assert forget_list(connection, "china") == Forgotten(days=1, entries=4, items=2, kept=1)
    assert [row.key for row in rows(connection, items)] == ["held", "other", "shared"]
    assert {row.channel for table in (listings, windows, watermarks) for row in rows(connection, table)} == {"stock"}
    assert forget_list(connection, "china") == Forgotten(0, 0, 0, 0)
