"""Hexo, Jekyll, Hugo, Eleventy and Pelican build sites from newscrawl's posts: no post is lost, none is changed.

Run by `make test-consumers`, after `setup.sh`.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from newscrawl import Article
from newscrawl.controls import without_controls
from newscrawl.extraction.blocks import collapse_space
from newscrawl.posts.frontmatter import distinct_names, one_line
from tests.conftest import ROOT
from tests.consumers import posts, sites
from tests.consumers.nasty import VALUES
from tests.consumers.posts import LONGEST_LABEL
from tests.consumers.sites import PROGRAMS, Program

# The time zone in the settings of each program, and that of the machine.
CLOCKS = {
    "hexo": (("Asia/Shanghai", "Asia/Shanghai"), ("", "UTC")),  # correct only if both are the same, or none is set
    "jekyll": (("Asia/Shanghai", "UTC"),),
    "hugo": (("Asia/Shanghai", "UTC"), ("America/New_York", "Asia/Shanghai")),
    "eleventy": (("", "Asia/Shanghai"),),
    "pelican": (("Asia/Shanghai", "UTC"),),
}
BUILDS = [
    pytest.param(
        program,
        *clocks,
        id="-".join(filter(None, (program.label, *clocks))),
        marks=pytest.mark.xdist_group(program.flavour),
    )
    for program in PROGRAMS
    for clocks in CLOCKS[program.name]
]

Tree = Callable[[str], Path]


def shown(program: Program, article: Article, body: str) -> dict[str, Any]:
    """The content that a program's page of an article must have."""
    assert article.published
    categories, author = distinct_names(article.categories), one_line(article.author)
    if program.name == "pelican":
        author = author or "nobody"  # the AUTHOR of its settings
    if program.flavour == "pelican":  # it separates lists by semicolons, and requires a category
        categories = [category.replace(";", "；") for category in categories] or ["misc"]
        author = author.replace(";", "；")
    return {
        "title": one_line(article.title),
        "author": author,
        "instant": article.published.astimezone(UTC).isoformat(timespec="seconds"),
        "categories": categories,
        "body": body,
        "beyond": 0,
    }


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    """Returns the folder of all posts in a flavour, as in an archive."""

    @cache
    def of(flavour: str) -> Path:
        folder = tmp_path_factory.mktemp("archive") / flavour
        posts.write(folder, flavour)
        return folder / "posts"

    return of


@pytest.fixture(scope="session")
def bodies(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The body of each article as a browser parses it, by the path of its post."""
    folder = tmp_path_factory.mktemp("bodies")
    for number, (path, article) in enumerate(posts.articles().items()):
        page = f"<article data-source={path}><h1></h1><p></p><time></time><ul></ul><section><div>{article.html}</div></section></article>"
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    return {page["source"]: page["body"] for page in sites.read(folder)}


def test_there_are_enough_ordinary_and_nasty_posts() -> None:
    ordinary, nasty, made = ([*group] for group in (posts.ordinary_pages(), posts.nasty_pages(), posts.made_articles()))
    assert len(ordinary) > 140
    assert len(nasty) + len(made) > 200
    assert len(posts.articles()) == len(ordinary) + len(nasty) + len(made)
    carried = [article for path, article in posts.articles().items() if "nastyaa" in path]
    lines = {collapse_space(without_controls(value)) for value in VALUES}
    assert lines <= {article.title for article in carried}
    assert lines <= {article.author for article in carried}
    assert {value for value in lines if len(value) < LONGEST_LABEL} <= {
        collapse_space(article.categories[-1]) for article in carried
    }


@pytest.mark.parametrize(("program", "zone", "machine"), BUILDS)
def test_every_post_is_in_the_site(
    program: Program, zone: str, machine: str, tree: Tree, bodies: Mapping[str, str], tmp_path: Path
) -> None:
    pages = sites.read(sites.build(program, tree(program.flavour), tmp_path / "site", zone, machine))
    for page in pages:
        page["source"] = re.sub(r"^.*?posts/", "posts/", page["source"])
        page["instant"] = datetime.fromisoformat(page["instant"]).astimezone(UTC).isoformat(timespec="seconds")
    wanted = {path: shown(program, article, bodies[path]) for path, article in posts.articles().items()}
    assert sorted(page["source"] for page in pages) == sorted(wanted)  # none lost, none twice
    wrong = [
        (page["source"], name, page[name], value)
        for page in pages
        for name, value in wanted[page["source"]].items()
        if page[name] != value
    ]
    assert wrong[:20] == []


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.label)
def test_the_documentation_has_these_settings(program: Program) -> None:
    text = (ROOT / "docs" / "posts.md").read_text(encoding="utf-8")
    settings = (sites.HERE / "sites" / program.name / program.settings).read_text(encoding="utf-8")
    assert settings.rpartition("\n\n")[2] in text
