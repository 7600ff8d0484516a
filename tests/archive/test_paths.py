"""The name of a post, and what makes a folder an archive."""

from pathlib import Path
from typing import Any

import pytest

from newscrawl.archive.paths import (
    LEDGER,
    MANIFESTS,
    POSTS,
    has_ledger,
    has_lost_ledger,
    is_archive,
    is_post,
    name_of,
    path_for,
    unfinished,
    unplaced_files,
    was_killed,
)
from newscrawl.atomic import file_digest
from newscrawl.sites.urls import short_hash

RECORD = {"published": "2026-03-11T00:30:00+08:00", "docid": "", "url": "https://a/", "title": "题", "text": "文"}


def record(**values: Any) -> dict[str, Any]:
    return {**RECORD, **values}


@pytest.mark.parametrize("docid", ["iabc-1", "a" * 64])
def test_a_safe_docid_is_the_name(docid: str) -> None:
    assert name_of(record(docid=docid)) == docid


@pytest.mark.parametrize("docid", ["", "a" * 65, "IABC", "../a", "a/b", "a.b", "a\n", "甲"])
def test_another_docid_is_replaced_by_a_hash_of_the_url(docid: str) -> None:
    assert name_of(record(docid=docid)) == short_hash("https://a/")


def test_without_a_url_the_title_and_the_text_give_the_name() -> None:
    names = {name_of(record(url="", title=title, text=text)) for title in "题名" for text in "文字"}
    assert len(names) == 4


def test_the_day_is_the_one_of_the_sites_zone() -> None:
    assert path_for(record(docid="a1")) == "posts/2026/03/11/2026-03-11-a1.md"


def test_an_article_without_a_date_has_no_place() -> None:
    with pytest.raises(ValueError, match="https://a/ has no date"):
        path_for(record(published=None))


def test_only_what_is_in_the_folder_of_posts_is_a_post() -> None:
    assert is_post("posts/2026/03/11/a.md")
    assert not is_post("posts-2/a.md")
    assert not is_post("warc/posts/a.md")


@pytest.mark.parametrize("name", [LEDGER, MANIFESTS, POSTS])
def test_an_archive_is_known_by_any_of_its_parts(tmp_path: Path, name: str) -> None:
    assert not is_archive(tmp_path)
    (tmp_path / name).mkdir()
    assert is_archive(tmp_path)
    assert not has_ledger(tmp_path)


def test_an_empty_file_is_no_ledger(tmp_path: Path) -> None:
    (tmp_path / LEDGER).touch()
    assert not has_ledger(tmp_path)
    (tmp_path / LEDGER).write_bytes(b"x")
    assert has_ledger(tmp_path)


def test_unfinished_files_are_known_by_their_bytes(tmp_path: Path) -> None:
    assert unplaced_files(tmp_path) == {}
    assert not was_killed(tmp_path)
    folder = unfinished(tmp_path)
    assert was_killed(tmp_path)
    (folder / "folder").mkdir()
    (folder / "a").write_bytes(b"half")
    assert unplaced_files(tmp_path) == {file_digest(folder / "a"): folder / "a"}
    assert unfinished(tmp_path) == folder


def test_what_has_the_name_of_a_ledger_and_is_no_file_makes_an_archive_that_has_lost_it(tmp_path: Path) -> None:
    assert not has_lost_ledger(tmp_path)
    (tmp_path / LEDGER).mkdir()
    assert has_lost_ledger(tmp_path)
    (tmp_path / LEDGER).rmdir()
    (tmp_path / LEDGER).touch()
    assert not has_lost_ledger(tmp_path)
