"""`docs/reference.md` draws the table of reasons."""

import pytest

from newscrawl.outcomes.reasons import TABLE, Reason
from tests.conftest import ROOT

DOCUMENT = ROOT / "docs" / "reference.md"
BEGIN = "<!-- The table is drawn from newscrawl/outcomes/reasons.py: pytest tests/outcomes --update -->\n"
END = "<!-- The end of the table. -->\n"
HEAD = ("reason", "of", "means", "what to do", "tried again", "settled")


def drawn() -> str:
    """The table as Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *map(row, TABLE.values())]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def row(reason: Reason) -> tuple[str, ...]:
    """The cells of a reason."""
    again, settled = ("yes" if holds else "" for holds in (reason.again, reason.settles))
    return f"`{reason.word}`", reason.of, reason.means, reason.advice, again, settled


def test_the_document_draws_the_table(request: pytest.FixtureRequest) -> None:
    before, begin, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    table, end, after = rest.partition(END)
    assert begin
    assert end
    if table.strip() != drawn().strip() and request.config.getoption("--update"):
        DOCUMENT.write_text(f"{before}{begin}\n{drawn()}\n{end}{after}", encoding="utf-8")
        pytest.fail("the table of docs/reference.md is drawn anew; read it")
    assert table.strip() == drawn().strip(), "pytest tests/outcomes --update draws the table anew"


def test_a_cell_is_one() -> None:
    assert not [reason for reason in TABLE.values() if "|" in reason.means + reason.advice]
