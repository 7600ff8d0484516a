"""What a run works with: what it is told, what its archive remembers, or the defaults."""

import json
from pathlib import Path

import pytest

from newscrawl.archive.rules import site_text
from newscrawl.archive.terms import (
    BODY,
    FLAVOUR,
    SITE,
    Terms,
    chosen,
    is_file,
    is_of,
    is_other_site,
    lasting_name,
    name_in,
    shown_site,
    told_first,
)
from newscrawl.sites.loader import load_site

KNOWN = Terms("/sites/a.yaml", '{"name": "a"}', "hugo", "full")
TEXT = Terms("", KNOWN.site_text, "hugo", "full")
OTHER = Terms("people_finance", '{"name": "people_finance"}', "jekyll", "clean")


@pytest.mark.parametrize(
    ("asked", "known", "there", "run"),
    [
        (Terms(), Terms(), True, Terms(SITE, "", FLAVOUR, BODY)),
        (Terms(), KNOWN, True, Terms("/sites/a.yaml", "", "hugo", "full")),
        (Terms(), KNOWN, False, TEXT),
        (Terms(), TEXT, True, TEXT),
        (Terms(), Terms(site="/sites/a.yaml"), False, Terms("/sites/a.yaml", "", FLAVOUR, BODY)),  # cannot be loaded
        (Terms(site="b.yaml"), KNOWN, True, Terms("b.yaml", "", "hugo", "full")),
        (Terms(site="b.yaml"), TEXT, False, Terms("b.yaml", "", "hugo", "full")),
        (Terms(site_text="{}"), KNOWN, True, Terms("", "{}", "hugo", "full")),
        (Terms(flavour="pelican"), KNOWN, True, Terms("/sites/a.yaml", "", "pelican", "full")),
        (Terms(body="clean"), KNOWN, False, Terms("", KNOWN.site_text, "hugo", "clean")),
        (OTHER, KNOWN, True, OTHER),
        (OTHER, Terms(), True, OTHER),
        (Terms(), Terms(flavour="hugo"), True, Terms(SITE, "", "hugo", BODY)),
    ],
)
def test_what_is_asked_for_wins_then_what_is_remembered_then_the_defaults(
    asked: Terms, known: Terms, there: bool, run: Terms
) -> None:
    assert chosen(asked, known, lambda _: there) == run


def test_only_the_remembered_site_is_looked_for() -> None:
    looked: list[str] = []

    def is_there(name: str) -> bool:
        looked.append(name)
        return True

    for asked, known in ((Terms(), KNOWN), (OTHER, KNOWN), (Terms(), TEXT), (Terms(), Terms())):
        chosen(asked, known, is_there)
    assert looked == [KNOWN.site]


def test_the_defaults() -> None:
    assert (SITE, FLAVOUR, BODY) == ("sina_finance", "hexo", "clean")
    assert Terms() == Terms("", "", "", "")


@pytest.mark.parametrize(
    ("known", "used", "then"),
    [
        (Terms(), KNOWN, KNOWN),
        (KNOWN, OTHER, KNOWN),
        (TEXT, OTHER, TEXT),
        (Terms(flavour="hugo"), OTHER, Terms(OTHER.site, OTHER.site_text, "hugo", OTHER.body)),
        (Terms(body="full"), OTHER, Terms(OTHER.site, OTHER.site_text, OTHER.flavour, "full")),
        (Terms(site="/sites/a.yaml"), OTHER, Terms("/sites/a.yaml", "", OTHER.flavour, OTHER.body)),
        (KNOWN, Terms(), KNOWN),
        (KNOWN, Terms(KNOWN.site), KNOWN),
        (KNOWN, Terms(KNOWN.site, "newer", "jekyll", "clean"), Terms(KNOWN.site, "newer", "hugo", "full")),
        (TEXT, Terms("", "newer", "jekyll", "clean"), TEXT),
    ],
)
def test_what_was_told_first_stays(known: Terms, used: Terms, then: Terms) -> None:
    assert told_first(known, used, holds_articles=True) == then


def test_an_archive_without_articles_takes_what_its_newest_run_works_with() -> None:
    assert told_first(KNOWN, OTHER, holds_articles=False) == OTHER


@pytest.mark.parametrize(
    ("used", "known", "is_other"),
    [
        (OTHER, KNOWN, True),
        (OTHER, Terms(), False),  # nothing is remembered
        (KNOWN, KNOWN, False),
        (Terms(KNOWN.site, "{}"), KNOWN, False),  # the same file, which was changed
        (Terms("/moved/a.yaml", KNOWN.site_text), KNOWN, False),  # the same text in another place
        (Terms("/sites/b.yaml", "{}"), TEXT, True),
    ],
)
def test_another_site_has_another_name_and_another_text(used: Terms, known: Terms, is_other: bool) -> None:
    assert is_other_site(used, known) == is_other


def test_a_site_file_is_remembered_by_a_path_that_holds_in_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert lasting_name("site.yaml", lambda: ["a"]) == str(tmp_path / "site.yaml")
    assert lasting_name("a", lambda: ["a"]) == "a"
    assert lasting_name("./a", lambda: ["a"]) == str(tmp_path / "a")
    assert lasting_name("/sites/\udcff.yaml", list) == lasting_name("/sites/a\nb", list) == ""


def test_a_file_is_there_if_it_can_be_found(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").touch()
    found = [is_file(str(tmp_path / name)) for name in ("site.yaml", "", "nowhere", "site.yaml/below", "n" * 300)]
    assert found == [True, False, False, False, False]


def test_a_text_is_of_a_built_in_site_unless_it_says_what_a_users_file_says() -> None:
    sina = json.loads(site_text(load_site("sina_finance")))
    today = json.dumps(sina)
    assert is_of(today, today)
    assert is_of(json.dumps(sina | {"layouts": [], "boilerplate": {}, "of_another_version": 1}), today)
    assert is_of(json.dumps({name: value for name, value in sina.items() if name != "headimg"}), today)
    for name in ("name", "hosts", "politeness", "roll", "headimg", "headimg_fallback"):
        assert not is_of(json.dumps(sina | {name: ["of a file"]}), today), name


def test_a_site_without_a_name_or_path_is_shown_by_the_name_in_its_text() -> None:
    assert shown_site(KNOWN) == KNOWN.site
    assert shown_site(TEXT) == "one named a, whose file is not known"
    assert [name_in(text) for text in ('{"name": "a"}', "{}", "[]", "", "{")] == ["a", "", "", "", ""]
