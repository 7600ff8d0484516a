"""What an archive remembers: what its first run was told, or what it holds if an earlier newscrawl made it."""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.exc import DatabaseError

from newscrawl.archive.archive import Archive
from newscrawl.archive.remembered import agreed, remembered, site_from, whole, whole_terms
from newscrawl.archive.rules import site_text, zone_of
from newscrawl.archive.terms import Terms
from newscrawl.errors import ArchiveDamaged, NewerLedger, SiteError
from newscrawl.integrity.check import check
from newscrawl.ledger import database
from newscrawl.ledger.database import read_ways
from newscrawl.ledger.migrations import SCHEMA
from newscrawl.sites import loader
from newscrawl.sites.loader import load_site
from tests.support.archives import NOON, keep, make_archive

FILES = Path(__file__).parents[1] / "ledger" / "files"
SINA, PEOPLE = load_site("sina_finance"), load_site("people_finance")
FIRST = Terms("/nowhere/site.yaml", site_text(PEOPLE), "hugo", "full")
LATER = Terms("sina_finance", site_text(SINA), "jekyll", "clean")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An archive of the version before archives remembered anything: hexo, clean, a demo's site file."""
    root = tmp_path / "old"
    root.mkdir()
    shutil.copyfile(FILES / "ledger-v3.sqlite3", root / "ledger.sqlite3")
    return root


def run(root: Path, terms: Terms | None, *, keeps: int | None = None) -> None:
    """A run of an archive, which keeps an article."""
    with Archive(root, captures=True, terms=terms) as archive:
        if keeps is not None:
            keep(archive, keeps, now=NOON)


def execute(root: Path, statement: str, *values: str) -> None:
    with closing(sqlite3.connect(root / "ledger.sqlite3")) as connection, connection:
        connection.execute(statement, values)


def files_of(root: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in root.rglob("*") if path.is_file()}


def test_no_archive_remembers_nothing_and_none_is_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path, tmp_path / "nowhere", tmp_path / "file"):
        assert remembered(folder) == Terms()
    assert [*tmp_path.iterdir()] == [tmp_path / "file"]


def test_what_the_first_run_was_told_stays(tmp_path: Path) -> None:
    run(tmp_path, FIRST, keeps=1)
    run(tmp_path, LATER, keeps=2)
    run(tmp_path, None)
    assert remembered(tmp_path) == FIRST
    assert check(tmp_path).damages == ()


def test_a_first_run_that_keeps_no_article_leaves_the_choice_to_the_next(tmp_path: Path) -> None:
    run(tmp_path, LATER)
    assert remembered(tmp_path) == LATER
    run(tmp_path, FIRST, keeps=1)
    run(tmp_path, LATER)
    assert remembered(tmp_path) == FIRST


def test_an_archive_without_articles_has_the_zone_of_the_site_that_it_remembers(tmp_path: Path) -> None:
    run(tmp_path, Terms("x", site_text(msgspec.structs.replace(SINA, timezone="Asia/Tokyo"))))
    with Archive(tmp_path) as archive, archive.ledger.reading() as connection:
        assert str(zone_of(connection)) == "Asia/Tokyo"


def test_reading_changes_nothing_not_even_the_version(old: Path, tmp_path: Path) -> None:
    run(tmp_path / "new", FIRST, keeps=1)
    for root, terms in ((tmp_path / "new", FIRST), (old, None)):
        before = files_of(root)
        known = remembered(root)
        assert terms in (None, known)
        assert files_of(root) == before


def test_an_archive_that_may_not_be_written_is_read(old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "new", FIRST, keeps=1)
    monkeypatch.setattr(database, "read_ways", lambda root: [read_ways(root)[1]] * 2)  # that without any writing
    assert remembered(tmp_path / "new") == FIRST
    assert remembered(old).flavour == "hexo"


def test_an_archive_of_before_is_taken_by_what_it_holds(old: Path) -> None:
    known = remembered(old)
    assert (known.site, known.flavour, known.body) == ("", "hexo", "clean")
    assert site_from(known.site_text).hosts == ("127.0.0.1",)
    execute(old, "UPDATE files SET flavour = 'hugo', body = 'full' WHERE id = 5")  # its newest post
    known = remembered(old)
    assert (known.flavour, known.body) == ("hugo", "full")


@pytest.mark.parametrize("version", [1, 2])
def test_an_archive_that_knows_no_forms_of_posts_remembers_nothing(tmp_path: Path, version: int) -> None:
    shutil.copyfile(FILES / f"ledger-v{version}.sqlite3", tmp_path / "ledger.sqlite3")
    assert remembered(tmp_path) == Terms()
    Archive(tmp_path).close(NOON)  # it migrates the ledger
    assert remembered(tmp_path) == Terms()


def test_an_archive_of_a_built_in_site_follows_it_into_later_versions(old: Path) -> None:
    as_it_was = site_text(msgspec.structs.replace(SINA, layouts=()))
    execute(old, "UPDATE rules SET site = ?", as_it_was)
    assert remembered(old).site == "sina_finance"
    assert agreed(old, Terms())[1] == SINA


def test_the_next_run_of_an_archive_of_before_makes_it_remember(old: Path) -> None:
    terms, _ = agreed(old, Terms())
    run(old, terms)
    assert remembered(old) == terms
    run(old, LATER)
    assert remembered(old) == terms


def test_the_next_run_of_an_archive_of_before_may_name_others(old: Path) -> None:
    run(old, agreed(old, Terms(flavour="hugo"))[0])
    known = remembered(old)
    assert (known.flavour, known.body) == ("hugo", "clean")


def test_a_site_file_is_taken_as_it_is_now_and_when_it_is_gone_as_it_was(tmp_path: Path) -> None:
    file, root = tmp_path / "site.yaml", tmp_path / "kept"
    file.write_text("extends: sina_finance\nlabel: 甲\n", encoding="utf-8")
    run(root, agreed(root, Terms(site=str(file)))[0], keeps=1)
    file.write_text("extends: sina_finance\nlabel: 乙\nhosts: [127.0.0.1]\n", encoding="utf-8")
    loader._load.cache_clear()  # another process would read it again
    terms, site = agreed(root, Terms())
    assert (site.label, terms.site, terms.site_text) == ("乙", str(file), site_text(site))
    file.rename(tmp_path / "moved.yaml")
    assert [agreed(root, Terms())[0].site, agreed(root, Terms())[1].label] == ["", "甲"]
    (tmp_path / "moved.yaml").rename(file)
    run(root, terms)
    file.unlink()
    terms, site = agreed(root, Terms())
    assert (site.label, terms.site, terms.site_text) == ("乙", "", site_text(site))


def test_a_site_that_cannot_be_used_is_one_line_that_says_to_give_another(tmp_path: Path) -> None:
    file, root = tmp_path / "site.yaml", tmp_path / "kept"
    run(root, FIRST, keeps=1)
    for text in ("{}", "", '{"of": "another newscrawl"}', site_text(SINA).replace("Asia/Shanghai", "Asia/Atlantis")):
        execute(root, "UPDATE about SET value = ? WHERE name = 'site_text'", text or "[")
        with pytest.raises(SiteError, match=r"^the site that .*kept remembers cannot be used; give --site") as error:
            agreed(root, Terms())
        assert "\n" not in str(error.value)
        assert agreed(root, Terms(site="sina_finance"))[1] == SINA
    file.write_text("extends: nobody\n")
    execute(root, "UPDATE about SET value = ? WHERE name = 'site'", str(file))
    with pytest.raises(SiteError, match=r"give --site .*nobody"):
        agreed(root, Terms())
    with pytest.raises(SiteError, match=r"^no site named"):
        agreed(root, Terms(site="nothing"))


def test_a_ledger_that_cannot_be_read_is_no_reason_to_take_the_defaults(tmp_path: Path) -> None:
    newer = make_archive(tmp_path / "newer", articles=1)
    execute(newer, f"PRAGMA user_version = {SCHEMA + 1}")
    with pytest.raises(NewerLedger):
        remembered(newer)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ledger.sqlite3").write_bytes(b"no ledger" * 1000)
    with pytest.raises(ArchiveDamaged):
        remembered(tmp_path / "broken")


def test_whole_terms_have_a_lasting_name_and_a_text() -> None:
    assert whole(Terms("sina_finance", flavour="hugo"), SINA) == Terms("sina_finance", site_text(SINA), "hugo")
    assert whole(Terms("", "{}"), SINA) == Terms("", site_text(SINA))
    assert Path(whole(Terms("site.yaml"), SINA).site).is_absolute()


@pytest.mark.parametrize(("terms", "what"), [(Terms(flavour="x"), "a flavour"), (Terms(body="x"), "a body")])
def test_a_flavour_or_a_body_that_no_run_can_have_stored_is_damage(terms: Terms, what: str) -> None:
    assert whole_terms(Terms(flavour="hugo", body="full")) == Terms(flavour="hugo", body="full")
    assert whole_terms(Terms()) == Terms()
    with pytest.raises(DatabaseError, match=f"'x' stands where {what} must"):
        whole_terms(terms)
