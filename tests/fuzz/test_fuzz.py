"""What fuzzing has found is not there again, and a bounded part of it finds nothing; `make fuzz` runs the whole."""

from pathlib import Path

import pytest
from hypothesis import Phase, given, settings

from tests.fuzz.examples import examples
from tests.fuzz.findings import CASES, TARGETS, Fuzzing

KEPT = sorted(path for path in CASES.rglob("*") if path.is_file())
NUMBER = {"page": 30, "site_file": 30, "post": 30}  # of examples; 60 of the others
EXPECTED = {  # an outcome of each target that its examples must have, or they try nothing
    "page": "article",
    "roll": "rows",
    "list_page": "rows",
    "feed": "rows",
    "sitemap": "rows",
    "site_file": "site",
    "post": "post",
}


@pytest.mark.parametrize("case", KEPT, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_what_was_found_is_not_there_again(case: Path) -> None:
    TARGETS[case.parent.name](case.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_a_bounded_part_finds_nothing(target: str) -> None:
    """The examples are the same each time."""
    outcomes = set()

    @settings(max_examples=NUMBER.get(target, 60), derandomize=True, database=None, phases=[Phase.generate])
    @given(examples(target))
    def each(data: bytes) -> None:
        outcomes.add(TARGETS[target](data))

    each()
    assert EXPECTED[target] in outcomes
    assert len(outcomes) > 1 or target == "post"


def test_a_finding_is_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def promise(data: bytes) -> str:
        if len(data) > 2:
            raise ValueError("too long")
        return "fine"

    monkeypatch.setitem(TARGETS, "post", promise)
    monkeypatch.setattr("tests.fuzz.findings.CASES", tmp_path)
    fuzzing = Fuzzing("post", "none", 60)
    for data in (b"a", b"abc", b"abcd"):
        fuzzing.try_input(data)
    (kept,) = (tmp_path / "post").iterdir()
    assert kept.read_bytes() == b"abc"
    assert "post: ValueError: 'too long' at promise, raise ValueError" in capsys.readouterr().out
    assert fuzzing.line().startswith("post, none: 3 executions in 0 s of CPU, 1 findings (fine 1)")
