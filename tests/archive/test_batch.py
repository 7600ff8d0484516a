"""A batch stores what `Archive.put` would; new articles are written together, all others one by one."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest

from newscrawl.archive.archive import ENOUGH, Archive
from newscrawl.archive.batch import Batch, discard
from newscrawl.archive.paths import path_for
from newscrawl.archive.prepared import PreparedArticle, prepare, record_of
from newscrawl.extraction.article import Article
from newscrawl.extraction.page import extract
from newscrawl.posts.render import post_of
from newscrawl.provenance import Capture
from tests.support.archives import NOON, url
from tests.support.server import article

READ = datetime(2026, 3, 2, 12, 0, 0, 999, tzinfo=timezone(timedelta(hours=8)))


def found(number: int, text: str = "正文。") -> Article:
    read = extract(article(f"标题{number}", text, url=url(number)), url(number))
    read.captures = (Capture(number, f"P{number}{text}"),)
    return read


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path, durable=False) as opened:
        yield opened


NUMBERS = count()  # of tasks, as a replay's workers name their files


def ready(archive: Archive, number: int, text: str = "正文。") -> PreparedArticle:
    return prepare(found(number, text), archive.unfinished / f"{next(NUMBERS)}")


def test_each_article_has_its_outcome_and_its_time(archive: Archive) -> None:
    old = archive.root / path_for(found(7).record())
    old.parent.mkdir(parents=True)
    old.write_bytes(b"a post without a row")
    reads = [
        (1, "一。"),
        (2, "一。"),
        (3, "一。"),
        (4, "一。"),
        (4, "二。"),
        (4, "二。"),
        (1, "一。"),
        (7, "一。"),
        (8, "一。"),
    ]
    with archive.ledger.transaction() as connection:
        batch = Batch(archive, connection, ())
        outcomes = [batch.keep(ready(archive, *read), READ)[0] for read in reads]
        batch.flush()
    archive.placement.place()
    assert outcomes == ["written"] * 4 + ["revised", "unchanged", "unchanged", "revised", "written"]
    with archive.ledger.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT docid, revision, kept FROM articles ORDER BY docid").all()
    assert [(int(row.docid[-1]), row.revision) for row in rows] == [(1, 1), (2, 1), (3, 1), (4, 2), (7, 1), (8, 1)]
    assert {row.kept for row in rows} == {"2026-03-02T04:00:00+00:00"}
    for number, text in dict(reads).items():
        path = archive.root / path_for(found(number).record())
        assert path.read_text(encoding="utf-8") == post_of(found(number, text))
    assert [*archive.unfinished.iterdir()] == []


def test_it_holds_what_was_stored_before_and_in_it(archive: Archive) -> None:
    archive.keep(found(1), NOON)
    with archive.ledger.transaction() as connection:
        batch = Batch(archive, connection, [record_of(found(1)).key])
        batch.keep(ready(archive, 2), READ)
        assert [batch.holds(record_of(found(number)).key) for number in (1, 2, 3)] == [True, True, False]
        assert Batch(archive, connection, ()).holds(record_of(found(1)).key)  # also what it was not asked about


def test_an_article_that_moves_is_one_article_also_within_a_batch(archive: Archive) -> None:
    def moved(number: int) -> PreparedArticle:
        read = found(number)
        read.published = read.published and read.published + timedelta(days=1)
        return prepare(read, archive.unfinished / f"{number}.moved")

    archive.keep(found(1), NOON)
    with archive.ledger.transaction() as connection:
        batch = Batch(archive, connection, [record_of(found(1)).key])
        reads = [ready(archive, 2), ready(archive, 3), ready(archive, 4), moved(1), moved(4)]
        outcomes = [batch.keep(read, READ)[0] for read in reads]
        batch.flush()
    archive.placement.place()
    assert outcomes == ["written"] * 3 + ["revised"] * 2
    with archive.ledger.engine.connect() as connection:
        paths = connection.exec_driver_sql("SELECT path FROM articles").scalars().all()
    assert sorted(paths) == sorted(str(path.relative_to(archive.root)) for path in archive.root.rglob("*.md"))


def test_todays_rules_render_the_post_of_the_same_page_again(archive: Archive) -> None:
    with archive.ledger.transaction() as connection:
        batch = Batch(archive, connection, ())
        for flavour in ("hexo", "hugo"):
            batch.keep(prepare(found(1), archive.unfinished / "part", flavour), READ)
        batch.flush()
    archive.placement.place()
    path = archive.root / path_for(found(1).record())
    assert path.read_text(encoding="utf-8") == post_of(found(1), "hugo") != post_of(found(1))


def test_an_unseen_design_is_flagged_also_in_a_batch(archive: Archive) -> None:
    with archive.ledger.transaction() as connection:
        batch = Batch(archive, connection, ())
        flags = [batch.keep(ready(archive, number), READ)[1] for number in range(ENOUGH)]
        read = ready(archive, ENOUGH)
        flags.append(batch.keep(read._replace(row={**read.row, "fingerprint": "new"}), READ)[1])
        batch.flush()
    assert flags == [[]] * ENOUGH + [["new_design"]]


def test_a_prepared_article_is_the_one_that_was_read(tmp_path: Path) -> None:
    read = found(1)
    read.raw = replace(read.raw, flags=("a",))
    prepared = prepare(read, tmp_path / "post", "hugo", "full")
    assert prepared.reading() == record_of(read)
    assert (prepared.flags, prepared.captures) == (("a",), read.captures)
    data = (tmp_path / "post").read_bytes()
    assert data.decode() == post_of(read, "hugo", "full") != post_of(read)
    assert (prepared.facts["size"], prepared.facts["flavour"], prepared.facts["body"]) == (len(data), "hugo", "full")
    discard(prepared)
    assert not (tmp_path / "post").exists()
    without = prepare(read, None)
    assert (without.row, without.facts) == (prepared.row, {})


def test_the_key_of_an_article_is_that_of_its_url(archive: Archive) -> None:
    read = found(1)
    read.raw = replace(read.raw, address=replace(read.raw.address, key="another"))
    assert record_of(read).key == "another"
    nowhere = extract(article("无址", "正文。"))
    assert nowhere.url == ""
    assert record_of(nowhere).key
    assert archive.keep(nowhere, NOON)[0] == "written"
