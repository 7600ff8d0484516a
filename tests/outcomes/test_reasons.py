"""What a reason means to a user: `advice.txt` has the lines that a user reads."""

from pathlib import Path

import pytest

from newscrawl.outcomes.reasons import ADVICE, BUGS, SOFT_MISSING, advice

EXPECTED = Path(__file__).with_name("advice.txt")


def test_the_advice_is_that_of_the_file() -> None:
    lines = [f"{reason}: {advice(reason)}\n" for reason in sorted({*ADVICE, "http_503"})]
    assert "".join(lines) == EXPECTED.read_text(encoding="utf-8")


@pytest.mark.parametrize("reason", ["http_410", "video", "", SOFT_MISSING])
def test_a_reason_that_explains_itself_has_none(reason: str) -> None:
    assert advice(reason) == ""


def test_a_server_may_have_a_reason_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ADVICE, "http_521", "it is down")
    assert advice("http_521") == "it is down"
    assert advice("http_522") == advice("http_503")


def test_the_reasons_that_code_asks_for() -> None:
    assert SOFT_MISSING == "error"
    assert BUGS == {"fault", "lost"} <= {*ADVICE}
