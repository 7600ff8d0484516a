"""Where the search database is: in the archive, else in the temporary folder, in memory, or as it was left."""

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import SEARCH
from newscrawl.browse import place
from newscrawl.browse.index import update_search
from newscrawl.browse.place import is_complete, is_current, search_database
from newscrawl.cli.console import Progress
from newscrawl.errors import Unwritable
from newscrawl.ledger import queue, runs
from newscrawl.ledger.ledger import Ledger
from tests.ledger.rows import entry
from tests.support.archives import keep, make_archive
from tests.support.confined import no_permission
from tests.support.inside import Tell, forked


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_archive(tmp_path_factory.mktemp("archive") / "kept", articles=2)


@pytest.fixture
def root(base: Path, tmp_path: Path) -> Path:
    shutil.copytree(base, tmp_path / "kept")
    return tmp_path / "kept"


def titles(path: Path) -> int:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as search:
        return int(search.execute("SELECT count(*) FROM articles").fetchone()[0])


def placed(_tell: Tell, root: Path, elsewhere: dict[str, Any]) -> tuple[str, int, list[str], bool] | str:
    """Places the search database of an archive that may not be written. `elsewhere`: attributes of `place`, for this process.

    Returns its folder, the number of its articles, what was said, and whether it is there still; or why there is none.
    """
    for name, value in elsewhere.items():
        setattr(place, name, value)
    if "MEMORY" in elsewhere:  # then there is no temporary folder either
        tempfile.tempdir = "/nowhere"
    no_permission(root)
    said: list[str] = []
    try:
        with search_database(root, Progress(None), said.append) as path:
            found = (str(path.parent), titles(path), said)
        return *found, path.exists()
    except Unwritable as error:
        return str(error)


def test_it_is_in_the_archive_where_that_can_be_written(root: Path) -> None:
    said: list[str] = []
    with search_database(root, Progress(None), said.append) as path:
        assert (path, titles(path), said) == (root / SEARCH, 2, [])
    assert path.exists()


def test_one_that_has_all_is_used_as_it_is(root: Path) -> None:
    update_search(root, root / SEARCH)
    assert forked(placed, root, {}) == (str(root), 2, [], True)


@pytest.mark.parametrize("there", [False, True])
def test_else_it_is_in_the_temporary_folder_and_goes(root: Path, there: bool) -> None:
    if there:
        update_search(root, root / SEARCH)
        with Archive(root, captures=True) as archive:
            keep(archive, 7)
    folder, count, (line,), stays = forked(placed, root, {})
    assert (Path(folder).parent, count, stays) == (Path(tempfile.gettempdir()), 2 + there, False)
    assert line.startswith(f"newscrawl browse: {root / SEARCH} cannot be written: ")
    assert line.endswith(f"; the search index is in {folder} until this ends")


def test_without_a_temporary_folder_it_is_in_memory(root: Path, tmp_path: Path) -> None:
    folder, count, said, stays = forked(placed, root, {"MEMORY": str(tmp_path)})
    assert (Path(folder).parent, count, len(said), stays) == (tmp_path, 2, 1, False)


def test_where_there_is_no_room_the_old_one_is_used(root: Path) -> None:
    update_search(root, root / SEARCH)
    with Archive(root, captures=True) as archive:
        keep(archive, 7)
    folder, count, (line,), stays = forked(placed, root, {"MEMORY": "/nowhere"})
    assert (folder, count, stays) == (str(root), 2, True)
    assert line.endswith("; it is shown as it is, and may lack what came later")


def test_without_any_it_is_said_what_to_do(root: Path) -> None:
    why = forked(placed, root, {"MEMORY": "/nowhere"})
    assert why.startswith(f"{root / SEARCH} cannot be written: ")
    assert why.endswith("; nor is there room elsewhere: set TMPDIR to a folder with room")


def test_one_lacks_what_came_later(root: Path) -> None:
    path = root / SEARCH
    assert not is_current(root, path)
    update_search(root, path)
    assert is_current(root, path)
    with Ledger(root) as ledger:
        for change in (
            lambda connection: connection.exec_driver_sql("UPDATE articles SET flags = 'new_design' WHERE rowid = 1"),
            lambda connection: queue.note(connection, 9, "china", "2026-03-01", [entry("new")], 9),
            lambda connection: runs.begin(connection, "crawl china", 9),
            lambda connection: connection.exec_driver_sql(
                "UPDATE items SET article = (SELECT min(key) FROM articles), gone = 9"
            ),
        ):
            with ledger.transaction() as connection:
                change(connection)
            assert not is_current(root, path)
            update_search(root, path)
            assert is_current(root, path)


def test_one_whose_update_was_cut_short_is_not_complete(root: Path) -> None:
    path = root / SEARCH
    assert not is_complete(path)
    path.touch()
    assert not is_complete(path)
    update_search(root, path)
    assert is_complete(path)
    path.write_bytes(b"no database" * 999)
    assert not is_complete(path)
    assert not is_current(root, path)
    assert path.exists()
