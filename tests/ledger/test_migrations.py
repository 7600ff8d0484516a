"""What becomes of the ledgers of earlier versions: real files in `files/`, each written by the newscrawl of its time.

`ledger-v1`: the parent of 9fec270, `fetch` of four articles of the test server, of which one was edited and fetched
again. `ledger-v2`: the parent of 095c74f, and `ledger-v3`: cb0c8b1: a `crawl` of a demo site with five items (three
articles, a video, a page that answers 500), `fetch` of one that was edited, and a second `crawl`. All text is invented.
`ledger-v4`: 39b2853, and `ledger-v5`: 3880ad7, the same. Each file was then vacuumed with a page size of 1,024 bytes.
"""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from newscrawl.errors import ArchiveError
from newscrawl.ledger import articles, migrations
from newscrawl.ledger.database import open_ledger
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.migrations import MIGRATIONS, SCHEMA
from newscrawl.ledger.schema import items, metadata

FILES = Path(__file__).parent / "files"
VERSIONS = [1, 2, 3, 4, 5]
OLD = [1, 2, 3, 4, 5]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Snapshot:
    """What is in a ledger's file."""

    version: int
    rows: dict[str, Rows]  # of each table
    schema: dict[str, Any]  # columns, in their order, and indexes


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def archive(tmp_path: Path, version: int) -> Path:
    """A folder with the ledger of a version."""
    shutil.copyfile(FILES / f"ledger-v{version}.sqlite3", tmp_path / "ledger.sqlite3")
    return tmp_path


def snapshot(root: Path) -> Snapshot:
    with closing(sqlite3.connect(root / "ledger.sqlite3")) as connection:
        connection.row_factory = sqlite3.Row

        def ask(statement: str) -> Rows:
            return [dict(row) for row in connection.execute(statement)]

        definitions = {row["name"]: row["sql"] for row in ask("SELECT name, sql FROM sqlite_master")}
        tables = [row["name"] for row in ask("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        schema: dict[str, Any] = {}
        for table in tables:
            schema[table] = ask(f"PRAGMA table_info({table})")
            for index in ask(f"PRAGMA index_list({table})"):
                name = index["name"]
                columns = ask(f"PRAGMA index_info({name})")
                schema[name] = (table, index["unique"], index["partial"], columns, definitions.get(name))
        rows = {table: ask(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
        return Snapshot(ask("PRAGMA user_version")[0]["user_version"], rows, schema)


def migrated(root: Path) -> Snapshot:
    open_ledger(root).dispose()
    return snapshot(root)


def test_the_files_are_of_their_versions(archive: Path, version: int) -> None:
    found = snapshot(archive)
    held = {table: len(rows) for table, rows in found.rows.items()}
    assert found.version == version
    assert held["articles"] == (4 if version == 1 else 3)
    assert held.get("revisions", 0) == held.get("runs", 0) // 2 == (0 if version == 1 else 1)
    assert {"articles"} == held.keys() if version == 1 else {"items", "listings", "watermarks"} < held.keys()
    assert ("captures" in held) == (version >= 3)


def test_a_migrated_ledger_is_like_a_new_one(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    new, found = migrated(tmp_path_factory.mktemp("new")), migrated(archive)
    assert found.schema == new.schema
    assert found.version == new.version == SCHEMA == 6


def test_a_migration_keeps_every_row(archive: Path) -> None:
    before, after = snapshot(archive).rows, migrated(archive).rows
    for table, rows in before.items():
        assert [{name: row[name] for name in was} for was, row in zip(rows, after[table], strict=True)] == rows


def test_what_an_old_ledger_does_not_know_is_empty(archive: Path, version: int) -> None:
    before, after = snapshot(archive).rows, migrated(archive).rows
    for table, rows in after.items():
        if table in before:
            assert {row[name] for row, was in zip(rows, before[table], strict=True) for name in row.keys() - was} <= {
                "",
                0,
            }
        elif table != "files":
            assert rows == []
    if version < 3:  # the size and digest of no post are known yet
        articles_by_path = sorted(before["articles"], key=itemgetter("path"))
        empty = {"digest": "", "rules": "", "flavour": "", "body": "", "day": "", "moved": ""}
        assert after["files"] == [
            {
                "id": number,
                "size": 0,
                **{name: article[name] for name in ("path", "key", "url", "docid", "revision")},
                **empty,
            }
            for number, article in enumerate(articles_by_path, 1)
        ]


def test_a_migrated_ledger_can_be_read(archive: Path, version: int) -> None:
    with Ledger(archive) as ledger, ledger.reading() as connection:
        found = list(articles.published_articles(connection))
        assert len(found) == articles.stats(connection).articles == (4 if version == 1 else 3)
        stored = [articles.stored_article(connection, article.key) for article in found]
        assert all(article and len(article.digest) == 64 for article in stored)
        assert [article.revision for article in found].count(2) == 1
        assert [len(history.readings) for history in articles.histories(connection)] == ([] if version == 1 else [2])
        states = Counter(connection.execute(select(items.c.state)).scalars())
        assert states == ({} if version == 1 else {"kept": 3, "refused": 1, "failed": 1})


def test_a_second_opening_changes_nothing(archive: Path) -> None:
    first = migrated(archive)
    assert migrated(archive) == first


@pytest.mark.parametrize("version", OLD, indirect=True)
def test_a_ledger_of_an_older_version_is_not_migrated_to_be_read(archive: Path) -> None:
    before = snapshot(archive)
    with pytest.raises(ArchiveError, match=r"was written by an older newscrawl; newscrawl status .* updates it$"):
        Ledger(archive, read_only=True)
    assert snapshot(archive) == before


def broken(*_: Any, **__: Any) -> None:
    raise KeyboardInterrupt


def broken_after(migration: Callable[[Connection], None]) -> Callable[[Connection], None]:
    def run(connection: Connection) -> None:
        migration(connection)
        broken()

    return run


@pytest.mark.parametrize("version", OLD, indirect=True)
@pytest.mark.parametrize("step", ["within", "after the last"])
def test_a_migration_is_atomic(archive: Path, version: int, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = snapshot(archive)
    assert before.version == version
    with monkeypatch.context() as context:
        if step == "within":
            context.setattr(metadata, "create_all", broken)
            context.setattr(migrations, "columns_of", broken)
        else:
            context.setitem(MIGRATIONS, SCHEMA - 1, broken_after(MIGRATIONS[SCHEMA - 1]))
        with pytest.raises(KeyboardInterrupt):
            Ledger(archive)
    assert snapshot(archive) == before
    assert migrated(archive).version == SCHEMA  # the next opening completes it


def test_every_earlier_version_has_a_migration() -> None:
    assert sorted(MIGRATIONS) == list(range(1, SCHEMA))


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("version", [3], indirect=True)
def test_a_ledger_of_a_newer_version_is_refused(archive: Path, read_only: bool) -> None:
    file = archive / "ledger.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE articles ADD COLUMN language VARCHAR NOT NULL DEFAULT ''")
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = file.read_bytes()
    with pytest.raises(
        ArchiveError, match=r"ledger.sqlite3 was written by a newer newscrawl; update newscrawl"
    ) as error:
        Ledger(archive, read_only=read_only)
    assert "\n" not in str(error.value)
    assert file.read_bytes() == before
