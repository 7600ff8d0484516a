"""The arguments of `scrapy crawl -a`."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from newscrawl.archive.archive import Archive
from newscrawl.archive.rules import site_text
from newscrawl.archive.terms import Terms
from newscrawl.crawl.arguments import check_known, seeds_from, site_from, task_from
from newscrawl.errors import BadUsage, SiteError
from newscrawl.sites.loader import load_site

SITE = load_site("sina_finance")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_known_arguments_and_those_of_scrapy_pass() -> None:
    check_known(
        dict.fromkeys(["url", "urls_file", "archive", "site", "channel", "since", "until", "limit", "name", "_job"])
    )


def test_an_unknown_argument_is_named() -> None:
    with pytest.raises(BadUsage, match="unknown argument earl, options; known: url, urls_file, archive, site, channel"):
        check_known({"url": "", "earl": "", "options": ""})


def test_seeds_are_parted_by_white_space_or_stand_in_a_file(tmp_path: Path) -> None:
    assert seeds_from(" https://a/1  https://a/2\n", "") == ["https://a/1", "https://a/2"]
    assert seeds_from("", "") == []
    (tmp_path / "list").write_text("\ufeffhttps://a/3 # third\n#\n", encoding="utf-8")
    assert seeds_from("https://a/1", str(tmp_path / "list")) == ["https://a/3"]


def test_a_list_that_cannot_be_read_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(BadUsage, match="it is not UTF-8"):
        seeds_from("", str(tmp_path / "list"))
    with pytest.raises(BadUsage, match="No such file"):
        seeds_from("", str(tmp_path / "nowhere"))


def test_the_crawl_that_arguments_describe() -> None:
    assert task_from({}, SITE, NOW) is None
    task = task_from({"channel": "china, stock", "since": "2d", "until": "2026-03-01", "limit": "7"}, SITE, NOW)
    assert task
    assert (task.channels, task.since, task.until, task.limit) == (("china", "stock"), "2d", "2026-03-01", 7)


@pytest.mark.parametrize("asked", [{"channel": "all"}, {"since": "2d"}])
def test_without_a_channel_it_is_all_of_them(asked: dict[str, str]) -> None:
    task = task_from(asked, SITE, NOW)
    assert task
    assert task.channels == tuple(channel.name for channel in SITE.channels)
    assert task.limit is None


@pytest.mark.parametrize("limit", ["few", "1.5", "-1", ""])
def test_a_limit_is_a_number(limit: str) -> None:
    with pytest.raises(ValueError, match="limit"):
        task_from({"limit": limit}, SITE, NOW)


@pytest.fixture
def archive(tmp_path: Path) -> str:
    """An archive of a site file for the spider `sina_finance`, which is gone."""
    site = msgspec.structs.replace(SITE, label="of the archive")
    with Archive(tmp_path / "kept", terms=Terms("/nowhere/site.yaml", site_text(site))):
        return str(tmp_path / "kept")


def test_the_site_of_a_spider_is_the_given_one_then_the_named_one_then_the_archives(
    archive: str, tmp_path: Path
) -> None:
    given, file = msgspec.structs.replace(SITE, label="given"), tmp_path / "site.yaml"
    file.write_text("extends: sina_finance\nlabel: named\n")
    assert site_from("sina_finance", "", archive, given) == (Terms("", site_text(given)), given)
    assert site_from("sina_finance", "sina_finance", archive, given)[0].site == "sina_finance"
    terms, site = site_from("sina_finance", str(file), archive)
    assert (terms, site.label) == (Terms(str(file), site_text(site)), "named")
    terms, site = site_from("sina_finance", "", archive)
    assert (terms.site, terms.site_text, site.label) == ("", site_text(site), "of the archive")


@pytest.mark.parametrize("folder", ["", "nowhere"])
def test_without_an_archive_it_is_the_built_in_site_of_the_spiders_name(folder: str) -> None:
    for name in ("sina_finance", "people_finance"):
        site = load_site(name)
        terms, found = site_from(name, "", folder)
        assert (terms.site, terms.site_text, found) == (name, site_text(site), site)
    with pytest.raises(SiteError):
        site_from("nothing", "", folder)


def test_an_archive_of_another_spiders_site_or_one_that_cannot_be_read_names_none(archive: str, tmp_path: Path) -> None:
    assert site_from("people_finance", "", archive)[1] == load_site("people_finance")
    (tmp_path / "ledger.sqlite3").write_bytes(b"no ledger" * 1000)
    assert site_from("sina_finance", "", str(tmp_path))[1] == SITE
