"""Growth is a rule of the repository: whatever reads a page takes time as the page grows, and no more.

The patterns, selectors and readers are found by walking the code and the site files, and are measured with the worst
inputs that can be made for each, in processes of their own.
"""

import os
import sys
from functools import partial
from tempfile import NamedTemporaryFile

import pytest

from newscrawl.doctor.measuring import LONGEST, Steep, measure, steep_in
from tests.growth.measure import SCALES, subjects
from tests.support.processes import forks

PARTS = ("code", "sites", "selectors", "readers")


def steep(part: str, scale: str = "few") -> list[Steep]:
    return [*steep_in(partial(forked, part, scale))]


def forked(part: str, scale: str, first: int) -> tuple[int, bytes]:
    """Measures in a process that has imported newscrawl before."""
    with NamedTemporaryFile(prefix="newscrawl-growth-") as said:
        process = forks.Process(target=measured, args=(part, scale, first, said.name))
        process.start()
        process.join()
        return process.exitcode or 0, said.read()


def measured(part: str, scale: str, first: int, path: str) -> None:
    os.dup2(os.open(path, os.O_WRONLY), 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    measure(subjects(part, SCALES[scale]), first)


@pytest.mark.parametrize("part", PARTS)
def test_time_grows_as_the_page_does(part: str) -> None:
    assert steep(part) == []


def test_what_is_planted_is_found() -> None:
    found = {each.what.split()[0]: each for each in steep("planted")}
    assert [*found] == ["pattern", "selector", "planted.read_text", "planted.read_page"]
    assert "' ' again and again" in found["pattern"].input
    assert "<span>x</span> again and again" in found["selector"].input
    assert "<b>x</b> again and again" in found["planted.read_page"].input
    assert all(
        "growing by the power of" in each.how or f"more than {LONGEST:g} s" in each.how for each in found.values()
    )
