"""What a user reads of a wait."""

from datetime import UTC, datetime, timedelta

from newscrawl.outcomes.waits import Wait

BEGUN = datetime(2026, 3, 1, 23, 59, 30, tzinfo=UTC)
WAIT = Wait("a.example", 119.2, "answers with a ban (HTTP 429)", BEGUN)
END = BEGUN + timedelta(seconds=119.2)


def test_the_line_says_for_what_and_until_when() -> None:
    local = f"{END.astimezone():%H:%M:%S}"
    assert WAIT.line == f"waiting 120 s, until {local}: a.example answers with a ban (HTTP 429)"


def test_the_instant_is_in_utc_for_programs() -> None:
    assert WAIT.plain() == {
        "host": "a.example", "seconds": 119.2, "until": "2026-03-02T00:01:29+00:00",
        "why": "answers with a ban (HTTP 429)",
    }  # fmt: skip


def test_a_note_lasts_as_long_as_the_wait() -> None:
    assert WAIT.note(END - timedelta(seconds=1)) == f", waiting until {END.astimezone():%H:%M:%S}"
    assert WAIT.note(END) == ""
