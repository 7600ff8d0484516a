"""What the next run does where the last one was killed, or ended by a power cut."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.paths import UNFINISHED
from newscrawl.archive.warc_files import OPEN
from newscrawl.integrity.check import check
from newscrawl.ledger import queue, runs
from newscrawl.ledger.model import ListedItem
from newscrawl.sites.loader import load_site
from newscrawl.sites.urls import address
from tests.support.archives import NOON, keep, url

LATER = NOON + timedelta(hours=1)


def killed_run(root: Path, articles: int = 3, *, body: str = "clean") -> Path:
    """An archive whose first run was killed after some articles. Returns its WARC file, which is still open."""
    archive = Archive(root, captures=True, zone=load_site("sina_finance").zone)
    with archive.ledger.transaction() as connection:
        run = runs.begin(connection, "crawl stock", int(NOON.timestamp()))
        keys = [address(url(number), load_site("sina_finance")).key for number in range(articles)]
        entries = [ListedItem(key, url(number)) for number, key in enumerate(keys)]
        queue.note(connection, run.id, "stock", "2026-03-01", entries, int(NOON.timestamp()))
        for key in keys:
            values = {"state": "kept", "article": key, "looked": 1000, "due": None, "etag": "x", "modified": "y"}
            queue.settle(connection, key, values)
    for number in range(articles):
        keep(archive, number, body=body)
    assert archive.captures
    assert archive.captures.file
    archive.captures.file.close()
    archive.ledger.close()
    archive.lock.release()
    (path,) = (root / "warc").glob(f"*{OPEN}")
    return path


def rows(archive: Archive, query: str) -> list[Any]:
    with archive.ledger.reading() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def reopened(root: Path) -> Archive:
    return Archive(root, captures=True, zone=load_site("sina_finance").zone)


def test_nothing_is_lost_by_a_kill(tmp_path: Path) -> None:
    killed_run(tmp_path)
    with reopened(tmp_path) as archive:
        assert archive.lost == 0
        assert rows(archive, "SELECT count(*) FROM captures WHERE file = ''") == [(0,)]
        assert rows(archive, "SELECT count(*) FROM items WHERE due IS NOT NULL") == [(0,)]
    assert check(tmp_path).damages == ()


@pytest.mark.parametrize("share", [0.4, 0.8])
def test_captures_beyond_the_end_are_forgotten_and_fetched_again(tmp_path: Path, share: float) -> None:
    """A disk that says that it has synced what it has not: a file never grows by zeros, and no row speaks of them."""
    path = killed_run(tmp_path)
    size = path.stat().st_size
    os.truncate(path, int(size * share))
    with reopened(tmp_path) as archive:
        lost = rows(archive, "SELECT id FROM captures WHERE file = ''")
        assert archive.lost == len(lost) > 0
        (file,) = (tmp_path / "warc").glob("*.warc.gz")
        assert file.stat().st_size <= int(size * share)
        again = rows(archive, "SELECT due, etag, modified FROM items WHERE due IS NOT NULL")
        assert again == [(1000, "", "")] * len(lost)  # due since they were fetched, and as if for the first time
    assert check(tmp_path).damages == ()
    with reopened(tmp_path) as archive:
        for number in range(3):
            assert keep(archive, number, now=LATER) == "unchanged"
        kept = rows(archive, "SELECT a.key FROM articles a JOIN captures c ON c.id = a.captures WHERE c.file != ''")
        assert len(kept) == 3
    assert check(tmp_path).damages == ()


def test_a_last_record_that_is_torn_is_forgotten_too(tmp_path: Path) -> None:
    path = killed_run(tmp_path)
    with path.open("r+b") as file:
        file.seek(-900, os.SEEK_END)
        file.write(bytes(900))
    with reopened(tmp_path) as archive:
        assert archive.lost == 1
    assert check(tmp_path).damages == ()


def test_captures_of_a_file_without_a_name_are_forgotten(tmp_path: Path) -> None:
    killed_run(tmp_path).unlink()
    with reopened(tmp_path) as archive:
        assert archive.lost == 3
        assert rows(archive, "SELECT DISTINCT file FROM captures") == [("",)]
    assert check(tmp_path).damages == ()


@pytest.mark.parametrize("damage", ["lost", "empty", "torn"])
def test_a_post_of_the_last_day_is_made_again(tmp_path: Path, damage: str) -> None:
    killed_run(tmp_path)
    post = min((tmp_path / "posts").rglob("*.md"))
    whole = post.read_bytes()
    post.unlink()
    if damage != "lost":
        post.write_bytes(b"" if damage == "empty" else whole[:100])
    with reopened(tmp_path) as archive:
        assert archive.lost == 0
        assert post.read_bytes() == whole
    assert check(tmp_path).damages == ()


def test_a_post_that_cannot_be_made_is_fetched_again(tmp_path: Path) -> None:
    """Its record has not what a whole container has."""
    killed_run(tmp_path, 1, body="full")
    (post,) = (tmp_path / "posts").rglob("*.md")
    whole = post.read_bytes()
    post.unlink()
    with reopened(tmp_path) as archive:
        assert archive.lost == 1
        assert rows(archive, "SELECT due, etag FROM items") == [(1000, "")]
        keep(archive, 0, now=LATER, body="full")
    assert post.read_bytes() == whole
    assert check(tmp_path).damages == ()


def test_posts_of_earlier_days_are_not_looked_at(tmp_path: Path) -> None:
    """They have lasted a day; `verify` looks at all."""
    killed_run(tmp_path, 1)
    with reopened(tmp_path) as archive:
        archive.close(NOON)
    (post,) = (tmp_path / "posts").rglob("*.md")
    with reopened(tmp_path) as archive:
        keep(archive, 1, now=NOON + timedelta(days=1))
        archive.close(NOON + timedelta(days=1))
    post.write_bytes(b"")
    (tmp_path / UNFINISHED).mkdir()
    with reopened(tmp_path) as archive:
        assert archive.lost == 0
    assert post.read_bytes() == b""
