"""The open file: a transaction is written whole or not at all, and a reading writes nothing."""

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from newscrawl.errors import ArchiveDamaged, ArchiveError
from newscrawl.ledger import articles, queue, states
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import items, listings
from tests.ledger.rows import CHANNEL, DATE, NOW, item, listed, reading, rows


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(tmp_path) as opened:
        yield opened


def keys(ledger: Ledger) -> list[str]:
    with ledger.reading() as connection:
        return [row.key for row in rows(connection, items)]


def test_a_transaction_is_written_at_its_end(ledger: Ledger) -> None:
    with ledger.transaction() as connection:
        listed(connection, "a", "b")
        assert keys(ledger) == []  # not to another connection
    assert keys(ledger) == ["a", "b"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_transaction_that_fails_writes_nothing(ledger: Ledger, error: type[BaseException]) -> None:
    with ledger.transaction() as connection:
        listed(connection, "a")
    with pytest.raises(error), ledger.transaction() as connection:  # noqa: PT012 (the error comes after the writes)
        listed(connection, "b")
        raise error
    assert keys(ledger) == ["a"]
    with ledger.reading() as connection:
        assert len(rows(connection, listings)) == 1


def test_an_article_and_its_outcome_are_stored_together_or_not_at_all(ledger: Ledger) -> None:
    def store(connection: Connection) -> None:
        (lease,) = queue.lease(connection, 7, queue.waiting(CHANNEL, DATE))
        articles.keep(connection, reading(), "posts/a.md", (), {}, datetime.fromtimestamp(NOW, UTC))
        queue.settle(connection, lease.key, states.kept(lease, "a", NOW, NOW, held=False))

    with ledger.transaction() as connection:
        listed(connection)
    with pytest.raises(KeyboardInterrupt), ledger.transaction() as connection:  # noqa: PT012
        store(connection)
        raise KeyboardInterrupt
    with ledger.reading() as connection:
        assert (item(connection).state, item(connection).lease) == ("listed", None)
        assert articles.stats(connection).articles == 0
    with ledger.transaction() as connection:
        store(connection)
    with ledger.reading() as connection:
        assert (item(connection).state, articles.stats(connection).articles) == ("kept", 1)


def test_a_reading_writes_nothing(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        listed(connection)
        assert len(rows(connection, items)) == 1
    assert keys(ledger) == []


def test_a_reading_sees_one_state(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        assert rows(connection, items) == []
        with ledger.transaction() as other:
            listed(other)
        assert rows(connection, items) == []
    assert keys(ledger) == ["a"]


def test_a_ledger_that_is_only_read_cannot_be_written(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        listed(connection)
    with Ledger(tmp_path, read_only=True) as ledger:
        assert keys(ledger) == ["a"]
        with pytest.raises(OperationalError, match="readonly"), ledger.transaction() as connection:
            listed(connection, "b")
        assert keys(ledger) == ["a"]


def test_what_was_written_is_there_when_the_file_is_opened_again(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        listed(connection)
    with Ledger(tmp_path) as ledger:
        assert keys(ledger) == ["a"]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.sqlite3"]  # one file, without a log


def test_a_ledger_that_is_only_read_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"ledger\.sqlite3 cannot be used: "):
        Ledger(tmp_path, read_only=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, read_only: bool) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"no database" * 100)
    with pytest.raises(ArchiveDamaged, match=r"ledger\.sqlite3 is not a ledger") as error:
        Ledger(tmp_path, read_only=read_only)
    assert "\n" not in str(error.value)
    assert (tmp_path / "ledger.sqlite3").read_bytes() == b"no database" * 100


def test_a_file_that_cannot_be_read_is_no_bug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    (tmp_path / "ledger.sqlite3").touch()
    monkeypatch.setattr(Path, "open", unreadable)
    with pytest.raises(ArchiveError, match=r"ledger\.sqlite3 cannot be used: Input/output error"):
        Ledger(tmp_path, read_only=True)


@pytest.mark.parametrize("read_only", [False, True])
def test_a_link_is_refused(tmp_path: Path, read_only: bool) -> None:
    """SQLite would follow it, and make its log beside what it leads to, also to read."""
    Ledger(tmp_path).close()
    (tmp_path / "ledger.sqlite3").rename(tmp_path / "elsewhere")
    (tmp_path / "ledger.sqlite3").symlink_to("elsewhere")
    with pytest.raises(ArchiveDamaged, match=r"ledger\.sqlite3 is a symbolic link; put what it leads to in its place"):
        Ledger(tmp_path, read_only=read_only)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["elsewhere", "ledger.sqlite3"]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
@pytest.mark.parametrize("read_only", [False, True])
def test_what_is_no_file_is_damage_and_nobody_waits_for_it(
    tmp_path: Path, make: Callable[[Path], object], read_only: bool
) -> None:
    make(tmp_path / "ledger.sqlite3")
    with pytest.raises(ArchiveDamaged, match=r"ledger\.sqlite3 is no file; newscrawl verify .* --repair rebuilds it"):
        Ledger(tmp_path, read_only=read_only)


def test_a_ledger_that_lacks_a_table_or_a_column_is_damaged(tmp_path: Path) -> None:
    with Ledger(tmp_path) as ledger, ledger.transaction() as connection:
        connection.exec_driver_sql("DROP TABLE windows")
        connection.exec_driver_sql("ALTER TABLE items DROP COLUMN etag")
    with pytest.raises(ArchiveDamaged, match=r"ledger\.sqlite3 lacks windows, items\.etag; newscrawl verify"):
        Ledger(tmp_path)
