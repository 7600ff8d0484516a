"""`docs/reliability.md` lists each test of a fault, with what was sent and what newscrawl did."""

import pytest

from tests.conftest import ROOT
from tests.support.faults import AREAS, Fault, drawn, faults_of

pytestmark = pytest.mark.reliability
DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- The tables are drawn from the marks of the tests: make test-faults UPDATE=--update -->\n"


def collected(request: pytest.FixtureRequest) -> list[Fault]:
    return faults_of(request.session.items)


def test_each_fault_is_in_the_document(request: pytest.FixtureRequest) -> None:
    """And nothing else is, where all tests were collected, as `make test-faults` does."""
    faults = collected(request)
    before, begin, table = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    assert begin
    every = any("faults/check_" in item.nodeid for item in request.session.items)
    if every and request.config.getoption("--update") and table.strip() != drawn(faults).strip():
        DOCUMENT.write_text(f"{before}{begin}\n{drawn(faults)}", encoding="utf-8")
        pytest.fail("the tables of docs/reliability.md are drawn anew; read them")
    lines = table.splitlines()
    assert [row.test for row in faults if row.line not in lines] == []
    if every:
        assert table.strip() == drawn(faults).strip(), "make test-faults UPDATE=--update draws the tables anew"


def test_each_fault_says_what_happens(request: pytest.FixtureRequest) -> None:
    assert [row for row in collected(request) if not all(row) or row.area not in AREAS] == []
