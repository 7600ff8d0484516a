"""What a run shows beside its results."""

import json
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console as RichConsole

from newscrawl.cli.console import Bar, Console
from newscrawl.outcomes.waits import Wait

WAIT = Wait("a.example", 120.0, "answers with a ban (HTTP 429)", datetime(2026, 3, 1, tzinfo=UTC))


def test_a_wait_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    Console().waiting(WAIT)
    assert capsys.readouterr().err == f"newscrawl: {WAIT.line}\n"
    Console(quiet=True).waiting(WAIT)
    assert capsys.readouterr().err == ""


def test_a_wait_is_an_event(capsys: pytest.CaptureFixture[str]) -> None:
    Console(structured=True).waiting(WAIT)
    event = json.loads(capsys.readouterr().err)
    assert event.pop("time")
    assert event == {"event": "waiting", "message": f"newscrawl: {WAIT.line}", **WAIT.plain()}


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def test_the_bar_shows_a_wait_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("COLUMNS", "200")
    with Console().progress("fetching", 5) as bar:
        assert isinstance(bar, Bar)
        shown = bar.progress.get_renderable
        now = datetime.now(UTC)
        assert "waiting" not in text_of(shown())
        bar.wait(Wait("a.example", 600, "is slow", now))
        assert f"fetching, waiting until {(now + timedelta(minutes=10)).astimezone():%H:%M:%S}" in text_of(shown())
        bar.wait(Wait("a.example", 0, "is slow", now))
        assert "waiting" not in text_of(shown())


def text_of(renderable: object) -> str:
    out = StringIO()
    RichConsole(file=out, width=200).print(renderable)
    return out.getvalue()
