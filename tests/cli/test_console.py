"""What a run shows beside its results."""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console as RichConsole
from service_identity.hazmat import DNSPattern

from newscrawl.cli.console import Bar, Console, print_error, print_json, print_lines
from newscrawl.crawl.https import names_of
from newscrawl.outcomes.waits import Wait
from tests.conftest import ROOT
from tests.support.hostile import found_in, found_in_json, hostile

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


@pytest.mark.fault(
    "terminal", "controls", "a certificate with them in the names of its hosts", "the line shows escapes"
)
def test_a_failure_is_one_line_without_controls(capsys: pytest.CaptureFixture[str]) -> None:
    names = names_of([DNSPattern(b"\x1b[31m\x07a.example")])
    for structured in (False, True):
        Console(structured=structured).failure(hostile("a\n"), hostile("b"), f"its certificate is one of {names}\n")
        line = capsys.readouterr().err
        assert line.count("\n") == len(line.splitlines()) == 1
        assert found_in(line, lines=True) == []
        assert "\\x1b[31m\\x07a.example" in (json.loads(line)["detail"] if structured else line)
        assert not structured or found_in_json(line.encode()) == []


def test_what_is_printed_has_no_controls(capsys: pytest.CaptureFixture[str]) -> None:
    print_lines(hostile(), "a\nb")
    print_lines()
    print_json({hostile(): [hostile(), "a\nb"]})
    out, _ = capsys.readouterr()
    assert found_in(out, lines=True) == []
    *_, second, data = out.splitlines()
    assert (second, len(out.splitlines())) == ("a\\x0ab", 3)
    assert next(iter(json.loads(data).values()))[1] == "a\nb"
    print_error(hostile("a\nb"))
    assert found_in(capsys.readouterr().err, lines=True) == []


def test_every_command_prints_by_these_functions() -> None:
    """But for the help, which is ours, and a traceback, whose controls standard error shows as escapes."""
    printing = re.compile(r"typer\.echo\(|(?<!_)\bprint\(|sys\.std(?:out|err)\.write\(|json\.dumps\(")
    files = (ROOT / "newscrawl" / "cli").glob("*.py")
    found = {path.name: len(printing.findall(path.read_text(encoding="utf-8"))) for path in files}
    assert {name: count for name, count in found.items() if count and name != "console.py"} == {
        "app.py": 1,
        "main.py": 1,
    }
