"""The end of every command: its exit code, and one line of standard error for what went wrong."""

import signal
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
import typer

from newscrawl.cli import main as module
from newscrawl.cli.main import main
from newscrawl.errors import ArchiveDamaged, ArchiveHeld, BadUsage, Refused

Ending = Callable[[object], None]


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ending]:
    """Lets every command end with a return value, or with an exception."""

    def end(how: object) -> None:
        def app(**_: Any) -> object:
            if isinstance(how, BaseException):
                raise how
            return how() if callable(how) else how

        monkeypatch.setattr(module, "app", app)

    before = signal.getsignal(signal.SIGTERM)
    yield end
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize(
    ("how", "code", "line"),
    [
        (None, 0, ""),
        (3, 3, ""),
        (KeyboardInterrupt(), 130, "interrupted"),
        (typer.Abort(), 130, "interrupted"),
        (BadUsage("two\n lines"), 2, "two lines"),
        (Refused("no_text", "nothing"), 4, "no_text: nothing"),
        (ArchiveDamaged("a"), 6, "a"),
        (ArchiveHeld("a"), 7, "a"),
        (
            RuntimeError("boom"),
            1,
            "a bug in newscrawl: RuntimeError: boom; run again with -v and report the output",
        ),
    ],
)
def test_a_command_ends_with_a_code_and_at_most_one_line(
    ending: Ending, capsys: pytest.CaptureFixture[str], how: object, code: int, line: str
) -> None:
    ending(how)
    assert main(["status"]) == code
    assert capsys.readouterr() == ("", f"newscrawl: {line}\n" if line else "")


@pytest.mark.parametrize("option", ["-v", "--verbose"])
def test_a_bug_is_shown_whole_when_asked_for(ending: Ending, capsys: pytest.CaptureFixture[str], option: str) -> None:
    ending(RuntimeError("boom"))
    assert main(["status", option]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert (lines[0], lines[-1]) == ("Traceback (most recent call last):", "RuntimeError: boom")


def test_sigterm_is_an_interruption(ending: Ending) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    found = []
    ending(lambda: found.append(signal.getsignal(signal.SIGTERM)))
    main([])
    assert found == [signal.default_int_handler]


def test_a_program_may_call_it_in_another_thread(ending: Ending) -> None:
    ending(3)
    codes = []
    thread = Thread(target=lambda: codes.append(main([])))
    thread.start()
    thread.join()
    assert codes == [3]
