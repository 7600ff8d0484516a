"""All commands that only read, in each place where nothing can be written, with an archive in each state."""

import shutil
from pathlib import Path

import pytest

from newscrawl.demo.fake_site.plan import Plan
from newscrawl.demo.fake_site.server import FakeSite
from tests.faults.reading import COMMANDS, DRAWN, HELD, LEFT, STATES, confined, dry_run, is_same, move_captures, story
from tests.support.archives import make_archive
from tests.support.confined import PLACES
from tests.support.inside import forked

QUICK = [name for name in COMMANDS if name not in DRAWN]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = make_archive(tmp_path_factory.mktemp("archive") / "base", articles=3)
    move_captures(root)
    return root


def fault(what: str, state: str, place: str) -> pytest.MarkDecorator:
    return pytest.mark.fault(
        "archive", "nothing can be written", f"{what}; an archive {state}, {place}", "the same lines as elsewhere"
    )


@pytest.mark.parametrize(
    ("place", "state"),
    [
        pytest.param(place, state, marks=fault("all commands that read", state, place))
        for place in PLACES
        for state in STATES
    ],
)  # fmt: skip
def test_commands_that_read(base: Path, tmp_path: Path, place: str, state: str) -> None:
    found = forked(story, base, tmp_path, place, state, QUICK, seconds=100)
    if isinstance(found, str):
        pytest.skip(found)
    assert [(name, told) for name, told in found.items() if not is_same(told, name)] == []
    assert f"{3 if state not in (LEFT, HELD) else 4} articles" in found["status"].here.out
    assert found["verify"].here.code == (7 if state == HELD else 0)


@pytest.mark.parametrize(
    ("place", "state"),
    [
        pytest.param(place, state, marks=fault("`report` and `browse`", state, place))
        for place in PLACES
        for state in (LEFT, HELD)
    ],
)  # fmt: skip
def test_pages_of_an_archive(base: Path, tmp_path: Path, place: str, state: str) -> None:
    found = forked(story, base, tmp_path, place, state, DRAWN, seconds=100)
    if isinstance(found, str):
        pytest.skip(found)
    assert [(name, told) for name, told in found.items() if not is_same(told, name)] == []
    (line,) = [line for line in found["browse"].here.errors.splitlines() if "cannot be written" in line]
    assert "; the search index is in " in line


@pytest.mark.parametrize(
    "place", [pytest.param(place, marks=fault("`crawl --dry-run`", LEFT, place)) for place in PLACES]
)  # fmt: skip
def test_a_plan(base: Path, tmp_path: Path, place: str) -> None:
    with FakeSite(Plan(channels=("stock",), days=1, items=4)) as site:
        config = site.site_file(tmp_path)
        here = forked(dry_run, base, tmp_path / "here", place, config)
        elsewhere = forked(dry_run, base, tmp_path / "elsewhere", "", config)
    if isinstance(here, str):
        pytest.skip(here)
    assert here == elsewhere
    assert here.code == 0, here


@pytest.mark.parametrize("place", PLACES)
def test_an_output_that_cannot_be_written_is_one_line(base: Path, tmp_path: Path, place: str) -> None:
    root = tmp_path / "kept"
    shutil.copytree(base, root)
    calls = [
        ("export", "kept", "-o", "kept/a.csv"),
        ("export", "kept", "--format", "posts", "-o", "kept/out"),
        ("report", "kept", "-o", "kept/a.html"),
    ]
    found = forked(confined, root, place, calls, seconds=100)
    if isinstance(found, str):
        pytest.skip(found)
    csv, posts, page = found
    assert (page.code, {csv.code, posts.code} <= {2, 4}) == (4, True)
    assert [ended.errors.count("\n") for ended in found] == [1] * 3
    assert all("cannot write" in ended.errors for ended in found), found
    assert not (root / "a.csv").exists()


@pytest.mark.parametrize("place", PLACES)
def test_a_command_that_writes_is_one_line(base: Path, tmp_path: Path, place: str) -> None:
    root = tmp_path / "kept"
    shutil.copytree(base, root)
    calls = [("retry", "kept"), ("forget", "kept", "stock"), ("verify", "kept", "--repair"), ("verify", "kept")]
    found = forked(confined, root, place, calls)
    if isinstance(found, str):
        pytest.skip(found)
    for ended in found[:2]:
        assert (ended.code in (2, 4), ended.errors.count("\n")) == (True, 1), ended
    assert [ended.code for ended in found[2:]] == [0, 0]  # there is nothing to repair
