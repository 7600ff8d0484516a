"""What an archive knows about itself."""

from pathlib import Path

import pytest

from newscrawl.ledger.about import (
    forget,
    note_number,
    note_server_time,
    recall,
    recall_number,
    remember_first,
    server_time,
)
from newscrawl.ledger.ledger import Ledger


def test_what_the_first_run_was_told_stays(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        remember_first(connection, {})
        assert recall(connection) == {}
        remember_first(connection, {"flavour": "hugo"})
        remember_first(connection, {"flavour": "hexo", "body": "full"})
        assert recall(connection) == {"flavour": "hugo", "body": "full"}


@pytest.mark.parametrize(("told", "known"), [([], None), ([5], 5), ([5, 7], 7), ([7, 5], 7), ([7, 7], 7)])
def test_the_newest_time_that_a_server_has_told_is_known(tmp_path: Path, told: list[int], known: int | None) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        for instant in told:
            note_server_time(connection, instant)
        assert server_time(connection) == known
        remember_first(connection, {"server_time": "9" if not told else "99"})
        assert server_time(connection) == (known or 9)


def test_a_damaged_time_counts_as_none(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        remember_first(connection, {"server_time": "soon"})
        assert server_time(connection) is None
        note_server_time(connection, 5)
        assert server_time(connection) == 5


def test_numbers_are_replaced_and_forgotten_by_name(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        for name, number in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
            note_number(connection, name, number)
        forget(connection, iter(["b", "c", "d"]))
        forget(connection, [])
        assert recall(connection) == {"a": "3"}
        assert [recall_number(connection, name) for name in "ab"] == [3, None]
