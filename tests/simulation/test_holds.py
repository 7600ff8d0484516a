"""What the judge of the stories takes for a broken promise, where it was once too strict."""

import pytest

from tests.simulation.holds import LAST_LOOK, TRIES, left_the_list, must_have
from tests.simulation.model import LOST, Known
from tests.simulation.site import Article, Entry, Site, day_of

BEGAN = 1_772_300_000
HOUR = 3600


def site_of(*numbers: int) -> Site:
    """A site with articles, which were in all lists once; some still are in the sitemap."""
    site = Site({number: Article(number, BEGAN) for number in (1, 2)})
    site.lists["map"] = [Entry(number, BEGAN, BEGAN) for number in numbers]
    return site


@pytest.mark.parametrize(("answer", "version"), [("whole", 2), (LOST, 1)])
def test_a_version_that_came_to_a_killed_run_alone_need_not_be_kept(answer: str, version: int) -> None:
    """After it all tries of the plan have failed, so nobody looks again."""
    site, known = site_of(1), Known()
    site.articles[1].edits.append(BEGAN + HOUR)
    known.answers[1] = [(BEGAN, "whole"), (BEGAN + 2 * HOUR, answer)]
    known.answers[1] += [(BEGAN + number * HOUR, "cut") for number in range(3, 3 + TRIES)]
    known.served[1] = {1, 2}
    known.came[1] = {1, 2} if answer == "whole" else {1}
    assert must_have(known, site, 1) == version


def test_an_edit_that_the_plan_looks_for_must_be_kept() -> None:
    site, known = site_of(1), Known()
    site.articles[1].edits += [BEGAN + HOUR, BEGAN + LAST_LOOK]
    known.answers[1] = [(BEGAN, "whole")]
    known.came[1] = {1}
    assert must_have(known, site, 1) == 2


@pytest.mark.parametrize(
    ("name", "reason", "there", "left"),
    [
        ("map", "list_short", (2,), True),
        ("map", "list_short", (1, 2), False),
        ("map", "list_unread", (2,), False),
        ("feed", "list_short", (1, 2), True),
        ("china", "list_short", (2,), False),
    ],
)
def test_what_a_list_cannot_reach_back_to_stays_unproven(
    name: str, reason: str, there: tuple[int, ...], left: bool
) -> None:
    day, known = day_of(BEGAN), Known()
    known.named[name] = {1, 2}
    status = {"coverage": {name: {day: {"reason": reason}}}}
    site = site_of(*there)
    site.lists[name] = site.lists["map"]
    assert left_the_list((name, day), status, known, site) is left
