"""What is copied of a damaged ledger: whole rows, and those of which a value that may be missing is damaged."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from newscrawl.integrity.repair_ledger import salvage
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.model import FILE
from newscrawl.ledger.schema import items
from tests.ledger.rows import listed, rows


def test_a_damaged_value_is_left_out_or_its_row(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    with Ledger(old) as ledger, ledger.transaction() as connection:
        listed(connection, "a", "b", "c", "d", "e")
    with closing(sqlite3.connect(old / FILE, isolation_level=None)) as connection:
        connection.execute("UPDATE items SET due = 'soon' WHERE key = 'b'")  # there may be none
        connection.execute("UPDATE items SET tries = 'x' WHERE key = 'c'")
        connection.execute("UPDATE items SET title = 'a' || char(0) WHERE key = 'd'")
        connection.execute("UPDATE items SET title = CAST(x'61ff' AS TEXT) WHERE key = 'e'")
    with Ledger(new) as ledger:
        found = salvage(old / FILE, ledger)
        with ledger.reading() as connection:
            kept = [(row.key, row.title, row.due) for row in rows(connection, items)]
    assert kept == [("a", "", None), ("b", "", None), ("e", "a\ufffd", None)]
    assert (found.mended["items"], found.dropped) == (2, Counter({"items": 2}))
    assert found.saved == 3 + 5  # and a listing each
