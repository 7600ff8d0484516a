"""The stories are what they should be; a short one is played. `check_stories.py` plays six longer ones."""

from collections import Counter

import pytest

from tests.conftest import ROOT
from tests.simulation.check_stories import RUNS, SEEDS, broken_in
from tests.simulation.faults import KINDS
from tests.simulation.mutants import Mutant, planned
from tests.simulation.simulate import TROUBLES, Story, story_of

EVENTS = ("new", "edit", "withdraw", "duplicate")


def test_what_is_kept_and_said_is_the_truth() -> None:
    assert broken_in(1, RUNS // 2) == []


def test_every_kind_of_fault_and_event_occurs_several_times() -> None:
    counts = sum((story_of(seed, RUNS).counts() for seed in SEEDS), Counter[str]())
    assert {word: counts[word] for word in TROUBLES if counts[word] < 2} == {}
    assert all(counts[word] >= 10 for word in EVENTS)


def test_a_story_is_a_function_of_its_seed() -> None:
    assert story_of(3, 20) == story_of(3, 20)
    assert story_of(3, 20) != story_of(4, 20)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_story_begins_and_ends_with_runs_in_which_nothing_is_wrong(seed: int) -> None:
    story = story_of(seed, RUNS)
    assert all(fault.first > 0 for fault in story.faults)
    assert not any(is_troubled(story, number) for number in (0, *range(story.calm, RUNS)))


def is_troubled(story: Story, number: int) -> bool:
    """Whether something goes wrong in a run of a story."""
    run = story.runs[number]
    own = run.wrong or run.mistaken or run.killed or run.interrupted or run.moves
    return bool(own) or any(fault.first <= number <= fault.last for fault in story.faults if number < story.calm)


@pytest.mark.parametrize("mutant", planned(), ids=lambda mutant: mutant.name)
def test_a_fault_can_be_put_back(mutant: Mutant) -> None:
    """`make proof-mutants` puts each back, and one of the stories must break."""
    for change in mutant.changes:
        text = (ROOT / change.file).read_text(encoding="utf-8")
        assert text.count(change.before) == 1
        assert change.before != change.after
        compile(text.replace(change.before, change.after), change.file, "exec")


def test_every_kind_of_fault_has_its_place() -> None:
    assert {kind.of for kind in KINDS.values()} == {"lists", "articles", "everything"}
