"""What storing an article does to its post and its row, and what opening an archive may find."""

import errno
import os
from contextlib import nullcontext, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from newscrawl.archive.archive import Archive, unusable
from newscrawl.archive.paths import LEDGER, UNFINISHED
from newscrawl.archive.prepared import record_of
from newscrawl.errors import ArchiveDamaged, ArchiveError, ArchiveFull, ArchiveHeld, ArchiveUnusable, BadUsage, Refused
from newscrawl.extraction.article import Article
from newscrawl.extraction.page import extract
from newscrawl.ledger import articles
from newscrawl.ledger.ledger import Ledger
from newscrawl.ledger.schema import GONE, files
from newscrawl.posts.render import post_of
from tests.support.archives import NOON, make_archive, url
from tests.support.server import article

DATE, OTHER_DATE = "2026年03月01日 08:00", "2026年03月02日 08:00"
POST, MOVED = (f"posts/2026/03/0{day}/2026-03-0{day}-abcdefg0000001.md" for day in (1, 2))


def found(number: int = 1, text: str = "正文。", date: str = DATE) -> Article:
    return extract(article(f"标题{number}", text, date, url(number)), url(number))


def posts(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in (root / "posts").rglob("*.md"))


def test_without_captures_an_edit_is_found_by_the_article(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        outcomes = [archive.keep(found(text=text), NOON)[0] for text in ("一。", "一。", "二。")]
    assert outcomes == ["written", "unchanged", "revised"]
    assert "二。" in (tmp_path / POST).read_text(encoding="utf-8")


def test_an_unchanged_article_keeps_its_categories(tmp_path: Path) -> None:
    """They come from the rules and not from the page, and its post, which names them, stays as it is."""
    with Archive(tmp_path, durable=False) as archive:
        first, again = found(), found()
        again.categories = ["其他"]
        archive.keep(first, NOON)
        assert archive.keep(again, NOON)[0] == "unchanged"
        with archive.ledger.reading() as connection:
            row = articles.article(connection, first.raw.address.key)
    assert row
    assert row["record"]["categories"] == first.categories != again.categories


def test_an_article_without_a_label_gets_one_and_keeps_it(tmp_path: Path) -> None:
    """A list that names it later, or a page with a breadcrumb, files it; from then on its post stays."""
    labels = ["新浪财经－宏观", "新浪财经－国內"]
    with Archive(tmp_path, durable=False) as archive:
        readings = [found() for _ in range(4)]
        for reading, more in zip(readings, ([], labels[:1], labels[1:], []), strict=True):
            reading.categories = ["金融", "新浪财经", *more]
        assert [archive.keep(each, NOON)[0] for each in readings] == ["written", "revised", "unchanged", "unchanged"]
        with archive.ledger.reading() as connection:
            row = articles.article(connection, readings[0].raw.address.key)
    assert row
    assert (row["record"]["categories"][2:], row["revision"]) == (labels[:1], 1)
    assert labels[0] in (tmp_path / POST).read_text(encoding="utf-8")


def test_one_page_of_several_does_not_take_the_place_of_a_whole_article(tmp_path: Path) -> None:
    part = found(text="第一页。")
    part.raw = replace(part.raw, further=(url(1).replace(".shtml", "-p2.shtml"),))
    with Archive(tmp_path, durable=False) as archive:
        assert archive.keep(part, NOON)[0] == "written"  # a part is more than nothing
        with pytest.raises(Refused, match="page_missing"):
            archive.keep(part, NOON)


def test_by_todays_rules_a_post_is_rendered_again(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        reading = record_of(found())
        calls = []

        def render() -> str:
            calls.append(reading.key)
            return post_of(found())

        outcomes = [
            archive.put(reading, render, "hexo", "clean", NOON, by_todays_rules=by_todays_rules)[0]
            for by_todays_rules in (False, False, True)
        ]
    assert outcomes == ["written", "unchanged", "unchanged"]
    assert len(calls) == 2


def test_a_post_without_a_row_is_written_over_if_it_differs(tmp_path: Path) -> None:
    (tmp_path / POST).parent.mkdir(parents=True)
    (tmp_path / POST).write_bytes(b"of a lost ledger")
    with Archive(tmp_path, durable=False) as archive:
        assert archive.keep(found(), NOON)[0] == "revised"
    assert (tmp_path / POST).read_text(encoding="utf-8") == post_of(found())


def test_a_post_without_a_row_stays_if_it_is_the_same(tmp_path: Path) -> None:
    (tmp_path / POST).parent.mkdir(parents=True)
    (tmp_path / POST).write_text(post_of(found()), encoding="utf-8", newline="")
    with Archive(tmp_path, durable=False) as archive:
        assert archive.keep(found(), NOON)[0] == "unchanged"


def test_a_post_moves_when_its_date_changes(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        archive.keep(found(), NOON)
        assert archive.keep(found(date=OTHER_DATE), NOON)[0] == "revised"
        assert posts(tmp_path) == [MOVED]


def test_a_post_that_another_article_has_too_stays_when_one_moves(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        for key, date in (("one", DATE), ("other", DATE), ("one", OTHER_DATE)):
            reading = replace(record_of(found(date=date)), key=key)
            archive.put(reading, lambda date=date: post_of(found(date=date)), "hexo", "clean", NOON)  # type: ignore[misc]
        assert posts(tmp_path) == [POST, MOVED]
    assert posts(tmp_path) == [POST, MOVED]


def test_the_ledger_has_each_version_of_a_post_once(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        for by_todays_rules in (False, True):
            archive.put(
                record_of(found()), lambda: post_of(found()), "hexo", "clean", NOON, by_todays_rules=by_todays_rules
            )
        with archive.ledger.engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT path FROM files").scalars().all()
    assert rows == [POST]


@pytest.mark.parametrize("durable", [True, False])
def test_posts_are_synced_only_if_they_must_survive_a_crash_of_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    synced = []
    fsync = os.fsync

    def recorded(descriptor: int) -> None:
        synced.append(descriptor)
        fsync(descriptor)

    with Archive(tmp_path, durable=durable) as archive:
        archive.know(found().raw.site)  # the rules are synced in any case
        monkeypatch.setattr(os, "fsync", recorded)
        archive.keep(found(), NOON)
        assert bool(synced) is durable


@pytest.mark.parametrize("batched", [True, False])
def test_a_post_has_its_place_after_the_ledger_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batched: bool
) -> None:
    """The transaction of a batch ends later. A kill in between leaves a file that the next run can complete."""
    with Archive(tmp_path, durable=False) as archive:
        placed, keep = [], articles.keep

        def recorded(*arguments: Any) -> bool:
            placed.append((tmp_path / POST).exists())
            return keep(*arguments)

        monkeypatch.setattr(articles, "keep", recorded)
        with archive.ledger.transaction() if batched else nullcontext() as batch:
            archive.put(record_of(found()), lambda: post_of(found()), "hexo", "clean", NOON, batch=batch)
        assert placed == [False]
        assert archive.placement.read(POST) == post_of(found()).encode()
        assert posts(tmp_path) == ([] if batched else [POST])
        archive.placement.place()
        assert posts(tmp_path) == [POST]


def test_what_a_failed_batch_has_written_gets_no_place(tmp_path: Path) -> None:
    def fail(batch: Connection) -> None:
        archive.put(record_of(found()), lambda: post_of(found()), "hexo", "clean", NOON, batch=batch)
        raise ZeroDivisionError

    with (
        Archive(tmp_path) as archive,
        pytest.raises(ZeroDivisionError),
        archive.placement.undone_on_error(),
        archive.ledger.transaction() as batch,
    ):
        fail(batch)
    assert posts(tmp_path) == []


def test_an_unseen_design_is_flagged_once_there_are_enough_articles(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        flags = []
        for number in range(22):
            reading = replace(record_of(found(number)), fingerprint=f"new {number}" if number in (19, 20) else "known")
            flags.append(archive.put(reading, lambda: "", "hexo", "clean", NOON)[1])
    assert flags == [[]] * 20 + [["new_design"], []]


def test_the_rules_of_a_site_are_stored_once_a_run(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        archive.know(found().raw.site)
        (version,) = archive.known_rules
        (path,) = tmp_path.rglob(f"*{version}*")
        path.unlink()
        archive.know(found().raw.site)
        assert not path.exists()


def test_a_lost_ledger_is_damage_and_the_archive_is_free_again(tmp_path: Path) -> None:
    make_archive(tmp_path, articles=1)
    (tmp_path / LEDGER).unlink()
    for _ in range(2):
        with pytest.raises(ArchiveDamaged, match=r"is missing; newscrawl verify .* --repair rebuilds it"):
            Archive(tmp_path)
        assert not (tmp_path / UNFINISHED).exists()  # it would look like a killed run
        assert not (tmp_path / LEDGER).exists()


def test_a_folder_that_cannot_be_made_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArchiveError, match=r"cannot keep an archive in .*: .*; give another folder with -o") as caught:
        Archive(tmp_path / "file")
    assert caught.type is ArchiveError


@pytest.mark.parametrize(
    ("error", "in_doubt"),
    [(OSError(errno.EIO, "Input/output error"), True), (BadUsage("no such list"), False), (None, False)],
)
def test_what_the_disk_has_refused_leaves_the_archive_to_the_next_run(
    tmp_path: Path, error: Exception | None, in_doubt: bool
) -> None:
    with suppress(OSError, BadUsage), Archive(tmp_path) as archive:
        archive.keep(found(), NOON)
        if error:
            raise error
    assert (tmp_path / UNFINISHED).exists() == in_doubt
    assert posts(tmp_path) == [POST]
    with Archive(tmp_path):
        pass
    assert not (tmp_path / UNFINISHED).exists()


@pytest.mark.parametrize(
    ("number", "kind", "advice"),
    [(errno.EACCES, ArchiveError, True), (errno.EMFILE, ArchiveUnusable, False), (errno.ENOSPC, ArchiveFull, False)],
)
def test_another_folder_is_advised_where_it_would_help(
    tmp_path: Path, number: int, kind: type[ArchiveError], advice: bool
) -> None:
    error = unusable(tmp_path, OSError(number, "as the system says it"))
    assert (type(error), "give another folder with -o" in str(error)) == (kind, advice)


def test_a_second_run_is_refused_and_leaves_the_first_alone(tmp_path: Path) -> None:
    with Archive(tmp_path, durable=False) as archive:
        with pytest.raises(ArchiveHeld):
            Archive(tmp_path)
        assert archive.unfinished.is_dir()
        archive.keep(found(), NOON)
    assert posts(tmp_path) == [POST]
    assert not (tmp_path / UNFINISHED).exists()


def test_the_end_of_a_run_deletes_what_has_moved_if_it_is_a_post(tmp_path: Path) -> None:
    """A path of the ledger decides what is deleted, so a damaged one must not reach another file."""
    with Archive(tmp_path, durable=False) as archive:
        archive.keep(found(), NOON)
        (tmp_path / "notes.md").touch()
        (tmp_path / "posts" / "old.md").touch()
        gone = [{"path": path, "key": "", "size": GONE, "digest": ""} for path in ("notes.md", "posts/old.md")]
        with archive.ledger.engine.begin() as connection:
            connection.execute(files.insert(), gone)
    assert (tmp_path / "notes.md").exists()
    assert posts(tmp_path) == [POST]


@pytest.mark.parametrize(
    ("killed", "what"), [(False, "use an archive in"), (True, "complete what the last run left in")]
)
def test_an_archive_that_cannot_be_opened_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: bool, what: str
) -> None:
    if killed:
        (tmp_path / UNFINISHED).mkdir()

    def broken(_: Path) -> Ledger:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("newscrawl.archive.archive.Ledger", broken)
    with pytest.raises(ArchiveError, match=f"cannot {what} {tmp_path}: .*Input/output error"):
        Archive(tmp_path)
    assert (tmp_path / UNFINISHED).exists() is killed


def test_an_article_whose_post_has_no_place_is_not_in_the_ledger(tmp_path: Path) -> None:
    (tmp_path / "posts").write_text("a file of the user's")
    with Archive(tmp_path, durable=False) as archive:
        with pytest.raises(OSError, match="posts"):
            archive.keep(found(), NOON)
        with archive.ledger.reading() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM articles").scalar_one() == 0


def test_an_archive_that_cannot_be_opened_gives_its_lock_back(tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).symlink_to("nowhere")  # in place of the folder, which cannot be made
    with pytest.raises(ArchiveError):
        Archive(tmp_path)
    (tmp_path / UNFINISHED).unlink()
    (tmp_path / UNFINISHED).touch()
    with pytest.raises(ArchiveError, match="cannot keep an archive in"):
        Archive(tmp_path)
    (tmp_path / UNFINISHED).unlink()
    Archive(tmp_path).close(NOON)
